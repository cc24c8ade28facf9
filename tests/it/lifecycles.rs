//! Every life cycle walked, state by action, against tables written by hand.

use std::collections::{BTreeMap, BTreeSet};

use domain::bulk::Bulk;
use domain::catalog::Product;
use domain::consent::Consent;
use domain::customer::{Account, Contact};
use domain::duplicate::Duplicate;
use domain::erasure::Erasure;
use domain::input::Input;
use domain::invoice::Invoice;
use domain::lead::Lead;
use domain::lifecycle::{Lifecycle, diagram, step};
use domain::opportunity::Opportunity;
use domain::order::Order;
use domain::proposal::Proposal;
use domain::quote::Quote;
use domain::refusal::Refusal;
use domain::transfer::Transfer;
use domain::world::SubjectId;

/// A legal step: state, verb, next state.
type Step = (&'static str, &'static str, &'static str);

/// A life cycle as people want it.
trait Walked: Lifecycle {
    const LEGAL: &'static [Step];
    /// What is refused only for now, because a state that allows it can still be reached.
    const FOR_NOW: &'static [(&'static str, &'static str)];
}

macro_rules! walks {
    ($($word:ident: $Of:ident by $Id:ident in $table:ident;)*) => {
        #[test]
        fn every_life_cycle_takes_the_steps_of_its_table_and_refuses_all_others() {
            $(walk::<<domain::ids::$Id as SubjectId>::Of>();)*
            walk::<Quote>();
            walk::<Product>();
        }
    };
}
domain::subjects!(walks);

/// Takes every action in every state: a legal one must lead where the table says, any other must be
/// refused; only for now where it is listed so, else for good.
fn walk<L: Walked>() {
    let (legal, for_now) = (L::LEGAL, L::FOR_NOW);
    println!("{}\n{}", L::KIND, diagram::<L>());
    let table: BTreeMap<_, _> =
        legal.iter().map(|(from, verb, to)| ((*from, *verb), *to)).collect();
    assert_eq!(table.len(), legal.len(), "a step is listed twice");
    let (states, actions) = L::examples();
    let (mut found, mut found_for_now) = (BTreeSet::new(), BTreeSet::new());
    for state in &states {
        for action in &actions {
            let (from, verb) = (L::state_name(state), L::verb(action));
            match (step::<L>("it", state, action), table.get(&(from, verb))) {
                (Ok(next), Some(to)) => {
                    assert_eq!(L::state_name(&next), *to, "{} {from} {verb}", L::KIND);
                    found.insert((from, verb));
                }
                (Ok(next), None) => {
                    panic!("{} {from} {verb} leads to {}", L::KIND, L::state_name(&next))
                }
                (Err(refusal), Some(to)) => {
                    panic!("{from} {verb} does not lead to {to}: {refusal}")
                }
                (Err(Refusal::Newer(reason)), None) => panic!("a life cycle is closed: {reason}"),
                (Err(Refusal::NotYet(reason)), None) => {
                    assert_eq!((reason.subject, reason.found.as_str()), (L::KIND, from));
                    found_for_now.insert((from, verb));
                }
                (Err(Refusal::No(reason)), None) => {
                    assert_eq!((reason.subject, reason.rule), (L::KIND, "illegal_step"));
                    let whole = format!("The {} `it` is {from}, so it cannot {verb}.", L::KIND);
                    assert_eq!(reason.message, whole);
                }
            }
        }
    }
    let listed: BTreeSet<_> = table.keys().copied().collect();
    assert_eq!(found, listed, "{}: a listed step names a state or verb without example", L::KIND);
    let listed: BTreeSet<_> = for_now.iter().copied().collect();
    assert_eq!(found_for_now, listed, "{}: what is refused only for now", L::KIND);
}

/// An input gets one verdict and only a held one another.
impl Walked for Input {
    const LEGAL: &'static [Step] = &[
        ("received", "create", "created"),
        ("received", "join", "joined"),
        ("received", "hold", "held"),
        ("received", "reject", "rejected"),
        ("received", "split", "split"),
        ("held", "create", "created"),
        ("held", "join", "joined"),
        ("held", "reject", "rejected"),
        ("split", "split", "split"),
    ];
    const FOR_NOW: &'static [(&'static str, &'static str)] = &[];
}

/// A lead is open, qualified or disqualified, and can be reactivated; merged into another one, it is what it was when
/// that is taken back.
impl Walked for Lead {
    const LEGAL: &'static [Step] = &[
        ("open", "take another enquiry", "open"),
        ("open", "be updated", "open"),
        ("open", "score", "open"),
        ("open", "qualify", "qualified"),
        ("open", "disqualify", "disqualified"),
        ("qualified", "reactivate", "open"),
        ("disqualified", "reactivate", "open"),
        ("open", "take in another lead", "open"),
        ("qualified", "take in another lead", "qualified"),
        ("open", "give back what it took in", "open"),
        ("qualified", "give back what it took in", "qualified"),
        ("disqualified", "give back what it took in", "disqualified"),
        ("open", "be merged", "merged"),
        ("qualified", "be merged", "merged"),
        ("disqualified", "be merged", "merged"),
        ("merged", "be restored", "open"),
        ("open", "be kept apart", "open"),
        ("qualified", "be kept apart", "qualified"),
        ("disqualified", "be kept apart", "disqualified"),
        ("open", "give an enquiry back", "open"),
        ("open", "be undone", "disqualified"),
        ("qualified", "be undone", "disqualified"),
        ("disqualified", "be undone", "disqualified"),
    ];
    const FOR_NOW: &'static [(&'static str, &'static str)] = &[
        ("open", "reactivate"),
        ("qualified", "take another enquiry"),
        ("qualified", "be updated"),
        ("qualified", "score"),
        ("qualified", "qualify"),
        ("qualified", "disqualify"),
        ("disqualified", "take another enquiry"),
        ("disqualified", "be updated"),
        ("disqualified", "score"),
        ("disqualified", "qualify"),
        ("disqualified", "disqualify"),
        ("disqualified", "take in another lead"),
        ("open", "be restored"),
        ("qualified", "be restored"),
        ("disqualified", "be restored"),
        ("merged", "take another enquiry"),
        ("merged", "be updated"),
        ("merged", "score"),
        ("merged", "qualify"),
        ("merged", "disqualify"),
        ("merged", "reactivate"),
        ("merged", "take in another lead"),
        ("merged", "give back what it took in"),
        ("merged", "be merged"),
        ("merged", "be kept apart"),
        ("merged", "give an enquiry back"),
        ("merged", "be undone"),
        ("qualified", "give an enquiry back"),
        ("disqualified", "give an enquiry back"),
    ];
}

const CUSTOMER: &[Step] = &[
    ("active", "take an opportunity", "active"),
    ("active", "be updated", "active"),
    ("active", "be deactivated", "inactive"),
    ("inactive", "be updated", "inactive"),
    ("inactive", "be activated", "active"),
    ("active", "take in another one", "active"),
    ("active", "give back what it took in", "active"),
    ("inactive", "give back what it took in", "inactive"),
    ("active", "be merged", "merged"),
    ("inactive", "be merged", "merged"),
    ("merged", "be restored", "active"),
];
const CUSTOMER_FOR_NOW: &[(&str, &str)] = &[
    ("active", "be activated"),
    ("inactive", "take an opportunity"),
    ("inactive", "be deactivated"),
    ("inactive", "take in another one"),
    ("active", "be restored"),
    ("inactive", "be restored"),
    ("merged", "take an opportunity"),
    ("merged", "be updated"),
    ("merged", "be deactivated"),
    ("merged", "be activated"),
    ("merged", "take in another one"),
    ("merged", "give back what it took in"),
    ("merged", "be merged"),
];

/// An account takes opportunities while it is active.
impl Walked for Account {
    const LEGAL: &'static [Step] = CUSTOMER;
    const FOR_NOW: &'static [(&'static str, &'static str)] = CUSTOMER_FOR_NOW;
}

/// A contact takes opportunities while it is active.
impl Walked for Contact {
    const LEGAL: &'static [Step] = CUSTOMER;
    const FOR_NOW: &'static [(&'static str, &'static str)] = CUSTOMER_FOR_NOW;
}

/// An opportunity is edited while it is worked on, and reopened when closed; on hold, it is only decided.
impl Walked for Opportunity {
    const LEGAL: &'static [Step] = &[
        ("open", "be edited", "open"),
        ("open", "have a quote closed", "open"),
        ("open", "be put on hold", "on_hold"),
        ("open", "be won", "won"),
        ("open", "be lost", "lost"),
        ("on_hold", "have a quote closed", "on_hold"),
        ("on_hold", "be resumed", "open"),
        ("on_hold", "be won", "won"),
        ("on_hold", "be lost", "lost"),
        ("won", "be reopened", "open"),
        ("lost", "be reopened", "open"),
    ];
    const FOR_NOW: &'static [(&'static str, &'static str)] = &[
        ("open", "be resumed"),
        ("open", "be reopened"),
        ("on_hold", "be edited"),
        ("on_hold", "be put on hold"),
        ("on_hold", "be reopened"),
        ("won", "be edited"),
        ("won", "have a quote closed"),
        ("won", "be put on hold"),
        ("won", "be resumed"),
        ("won", "be won"),
        ("won", "be lost"),
        ("lost", "be edited"),
        ("lost", "have a quote closed"),
        ("lost", "be put on hold"),
        ("lost", "be resumed"),
        ("lost", "be won"),
        ("lost", "be lost"),
    ];
}

/// A quote is accepted while active, or afterwards where the seller says yes; what ended can be revised, and stays ended.
impl Walked for Quote {
    const LEGAL: &'static [Step] = &[
        ("draft", "be edited", "draft"),
        ("draft", "be activated", "active"),
        ("draft", "be canceled", "closed"),
        ("active", "be accepted", "won"),
        ("active", "be closed", "closed"),
        ("active", "be canceled", "closed"),
        ("active", "be revised", "closed"),
        ("active", "be held", "held"),
        ("held", "be confirmed", "won"),
        ("held", "be declined", "closed"),
        ("held", "be canceled", "closed"),
        ("won", "be revised", "won"),
        ("closed", "be revised", "closed"),
        ("closed", "be held", "held"),
    ];
    const FOR_NOW: &'static [(&'static str, &'static str)] = &[
        ("draft", "be accepted"),
        ("draft", "be closed"),
        ("draft", "be revised"),
        ("draft", "be held"),
        ("draft", "be confirmed"),
        ("draft", "be declined"),
        ("active", "be confirmed"),
        ("active", "be declined"),
        ("held", "be revised"),
        ("held", "be held"),
        ("closed", "be canceled"),
        ("closed", "be confirmed"),
        ("closed", "be declined"),
    ];
}

/// An order is shipped until it is fulfilled or canceled.
impl Walked for Order {
    const LEGAL: &'static [Step] = &[
        ("active", "be updated", "active"),
        ("active", "be shipped", "active"),
        ("active", "be billed", "active"),
        ("fulfilled", "be billed", "fulfilled"),
        ("active", "be fulfilled", "fulfilled"),
        ("active", "be canceled", "canceled"),
    ];
    const FOR_NOW: &'static [(&'static str, &'static str)] = &[];
}

/// An invoice is paid in parts or canceled while nothing is paid.
impl Walked for Invoice {
    const LEGAL: &'static [Step] = &[
        ("issued", "be paid in part", "partially_paid"),
        ("issued", "be paid", "paid"),
        ("issued", "be canceled", "canceled"),
        ("partially_paid", "be paid in part", "partially_paid"),
        ("partially_paid", "be paid", "paid"),
        ("paid", "be overpaid", "paid"),
    ];
    const FOR_NOW: &'static [(&'static str, &'static str)] =
        &[("issued", "be overpaid"), ("partially_paid", "be overpaid")];
}

/// A duplicate is open until a person has looked.
impl Walked for Duplicate {
    const LEGAL: &'static [Step] = &[("open", "be closed", "closed")];
    const FOR_NOW: &'static [(&'static str, &'static str)] = &[];
}

/// Money that is held is given to its documents or back.
impl Walked for Transfer {
    const LEGAL: &'static [Step] =
        &[("held", "be assigned", "assigned"), ("held", "be returned", "returned")];
    const FOR_NOW: &'static [(&'static str, &'static str)] = &[];
}

/// Whatever was agreed to, nothing is sent to whom is suppressed.
impl Walked for Consent {
    const LEGAL: &'static [Step] = &[
        ("open", "be changed", "open"),
        ("suppressed", "be changed", "suppressed"),
        ("open", "be suppressed", "suppressed"),
        ("suppressed", "be lifted", "open"),
    ];
    const FOR_NOW: &'static [(&'static str, &'static str)] =
        &[("open", "be lifted"), ("suppressed", "be suppressed")];
}

/// What went does not come back; consumers say so once it is gone.
impl Walked for Erasure {
    const LEGAL: &'static [Step] = &[
        ("open", "be continued", "open"),
        ("open", "be finished", "done"),
        ("done", "be acknowledged", "done"),
    ];
    const FOR_NOW: &'static [(&'static str, &'static str)] = &[("open", "be acknowledged")];
}

/// A proposal is decided on once.
impl Walked for Proposal {
    const LEGAL: &'static [Step] = &[
        ("open", "be extended", "open"),
        ("open", "be accepted", "accepted"),
        ("open", "be dismissed", "dismissed"),
    ];
    const FOR_NOW: &'static [(&'static str, &'static str)] = &[];
}

/// A bulk advances until all its leads were asked.
impl Walked for Bulk {
    const LEGAL: &'static [Step] =
        &[("running", "advance", "running"), ("running", "be finished", "done")];
    const FOR_NOW: &'static [(&'static str, &'static str)] = &[];
}

/// A product is published, revised while it is sold, and retired.
impl Walked for Product {
    const LEGAL: &'static [Step] = &[
        ("draft", "be edited", "draft"),
        ("draft", "be published", "active"),
        ("active", "be revised", "under_revision"),
        ("active", "be retired", "retired"),
        ("under_revision", "be edited", "under_revision"),
        ("under_revision", "be published", "active"),
        ("under_revision", "be reverted", "active"),
        ("retired", "be activated", "active"),
    ];
    const FOR_NOW: &'static [(&'static str, &'static str)] = &[
        ("draft", "be revised"),
        ("draft", "be reverted"),
        ("draft", "be retired"),
        ("draft", "be activated"),
        ("active", "be edited"),
        ("active", "be published"),
        ("active", "be reverted"),
        ("active", "be activated"),
        ("under_revision", "be revised"),
        ("under_revision", "be retired"),
        ("under_revision", "be activated"),
        ("retired", "be edited"),
        ("retired", "be published"),
        ("retired", "be revised"),
        ("retired", "be reverted"),
        ("retired", "be retired"),
    ];
}

#[test]
fn the_page_of_life_cycles_is_up_to_date() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/lifecycles.md");
    let page = std::fs::read_to_string(path).unwrap_or_default();
    let fresh = page == leadmill::contract::lifecycles();
    assert!(fresh, "docs/lifecycles.md is old: run `cargo run -- contract --write docs`");
    for drawn in [diagram::<Quote>(), diagram::<Invoice>()] {
        assert!(page.contains(&drawn));
    }
}
