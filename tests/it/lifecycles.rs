//! Every life cycle walked, state by action, against tables written by hand.

use std::collections::{BTreeMap, BTreeSet};

use domain::customer::{Account, Contact};
use domain::input::Input;
use domain::invoice::Invoice;
use domain::lead::Lead;
use domain::lifecycle::{Lifecycle, diagram, step};
use domain::opportunity::Opportunity;
use domain::order::Order;
use domain::quote::Quote;
use domain::refusal::Refusal;

/// A legal step: state, verb, next state.
type Step = (&'static str, &'static str, &'static str);

/// Takes every action in every state: a legal one must lead where the table says, any other must be
/// refused; only for now where it is listed so, because a state that allows it can still be reached,
/// else for good.
fn walk<L: Lifecycle>(legal: &[Step], for_now: &[(&str, &str)]) {
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
    assert_eq!(found, listed, "a listed step names a state or verb without example");
    let listed: BTreeSet<_> = for_now.iter().copied().collect();
    assert_eq!(found_for_now, listed, "what is refused only for now");
}

#[test]
fn an_input_gets_one_verdict_and_only_a_held_one_another() {
    walk::<Input>(
        &[
            ("received", "create", "created"),
            ("received", "merge", "merged"),
            ("received", "hold", "held"),
            ("received", "reject", "rejected"),
            ("received", "split", "split"),
            ("held", "create", "created"),
            ("held", "merge", "merged"),
            ("held", "reject", "rejected"),
            ("split", "split", "split"),
        ],
        &[],
    );
}

#[test]
fn a_lead_is_open_qualified_or_disqualified_and_can_be_reactivated() {
    walk::<Lead>(
        &[
            ("open", "merge", "open"),
            ("open", "score", "open"),
            ("open", "qualify", "qualified"),
            ("open", "disqualify", "disqualified"),
            ("qualified", "reactivate", "open"),
            ("disqualified", "reactivate", "open"),
        ],
        &[
            ("open", "reactivate"),
            ("qualified", "merge"),
            ("qualified", "score"),
            ("qualified", "qualify"),
            ("qualified", "disqualify"),
            ("disqualified", "merge"),
            ("disqualified", "score"),
            ("disqualified", "qualify"),
            ("disqualified", "disqualify"),
        ],
    );
}

const CUSTOMER: &[Step] = &[
    ("active", "take an opportunity", "active"),
    ("active", "be deactivated", "inactive"),
    ("inactive", "be activated", "active"),
];
const CUSTOMER_FOR_NOW: &[(&str, &str)] = &[
    ("active", "be activated"),
    ("inactive", "take an opportunity"),
    ("inactive", "be deactivated"),
];

#[test]
fn an_account_takes_opportunities_while_it_is_active() {
    walk::<Account>(CUSTOMER, CUSTOMER_FOR_NOW);
}

#[test]
fn a_contact_takes_opportunities_while_it_is_active() {
    walk::<Contact>(CUSTOMER, CUSTOMER_FOR_NOW);
}

#[test]
fn an_opportunity_is_edited_while_open_and_reopened_when_closed() {
    walk::<Opportunity>(
        &[
            ("open", "be edited", "open"),
            ("open", "be won", "won"),
            ("open", "be lost", "lost"),
            ("won", "be reopened", "open"),
            ("lost", "be reopened", "open"),
        ],
        &[
            ("open", "be reopened"),
            ("won", "be edited"),
            ("won", "be won"),
            ("won", "be lost"),
            ("lost", "be edited"),
            ("lost", "be won"),
            ("lost", "be lost"),
        ],
    );
}

#[test]
fn a_quote_is_accepted_only_while_active_and_never_comes_back() {
    walk::<Quote>(
        &[
            ("draft", "be edited", "draft"),
            ("draft", "be activated", "active"),
            ("draft", "be canceled", "closed"),
            ("active", "be accepted", "won"),
            ("active", "be closed", "closed"),
            ("active", "be canceled", "closed"),
        ],
        &[("draft", "be accepted"), ("draft", "be closed")],
    );
}

#[test]
fn an_order_is_shipped_until_it_is_fulfilled_or_canceled() {
    walk::<Order>(
        &[
            ("active", "be shipped", "active"),
            ("active", "be fulfilled", "fulfilled"),
            ("active", "be canceled", "canceled"),
        ],
        &[],
    );
}

#[test]
fn an_invoice_is_paid_in_parts_or_canceled_while_nothing_is_paid() {
    walk::<Invoice>(
        &[
            ("issued", "be paid in part", "partially_paid"),
            ("issued", "be paid", "paid"),
            ("issued", "be canceled", "canceled"),
            ("partially_paid", "be paid in part", "partially_paid"),
            ("partially_paid", "be paid", "paid"),
            ("paid", "be overpaid", "paid"),
        ],
        &[("issued", "be overpaid"), ("partially_paid", "be overpaid")],
    );
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
