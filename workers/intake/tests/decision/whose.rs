//! Held inputs whose keys point at two parties, released for one of them or for a third.

use domain::commands::InputRelease;
use domain::customer::{Contact, Customer};
use domain::ids::ContactId;
use domain::party::{Party, PartyKey, PartyKeyKind};
use domain::samples;
use serde_json::json;
use uuid::Uuid;

use super::*;

const ANA: &str = "ana@acme.example";
const BOB: &str = "bob@orr.example";

fn key(kind: PartyKeyKind, value: &str) -> PartyKey {
    PartyKey { kind, value: value.into() }
}

fn lead_behind(desk: &Desk, kind: PartyKeyKind, value: &str) -> Option<LeadId> {
    desk.story.world.party(&key(kind, value)).unwrap().lead
}

fn release(
    desk: &mut Desk,
    input: InputId,
    party: Option<Uuid>,
    third: bool,
) -> Result<Told, Refusal> {
    let release = InputRelease { input, enquiry: None, party, third };
    desk.hears(When::Release(Box::new(release))).1
}

/// Ana's lead, Bob's, and a held input with the keys of both, and a telephone of its own.
fn two_parties(desk: &mut Desk) -> (LeadId, LeadId, InputId) {
    let ana = desk.form(&json!({ "name": "Ana Lopez", "email": ANA })).0;
    let bob = desk.form(&json!({ "name": "Bob Orr", "email": BOB })).0;
    let both = json!({ "email": ANA, "email2": BOB, "name": "Ana", "phone": "+4930111222" });
    let input = desk.form(&both).0;
    assert_eq!(input.verdict, Verdict::Held);
    (lead_of(&ana), lead_of(&bob), input.id)
}

#[test]
fn f24_a_release_that_does_not_say_whose_it_is_is_refused_with_both() {
    let mut desk = Desk::new();
    let (ana, bob, input) = two_parties(&mut desk);
    let refused = release(&mut desk, input, None, false).unwrap_err().to_string();
    for said in [ana.to_string(), bob.to_string(), "`party`".into(), "`third`".into()] {
        assert!(refused.contains(&said), "{refused}");
    }
    let refused = release(&mut desk, input, Some(id(99)), false).unwrap_err().to_string();
    assert!(refused.contains(&bob.to_string()) && refused.contains(&id::<Uuid>(99).to_string()));
    assert!(release(&mut desk, input, Some(ana.0), true).is_err());
    assert_eq!(desk.leads(), 2);
}

#[test]
fn f24_released_for_one_of_two_it_joins_their_lead_and_the_other_keeps_their_key() {
    let mut desk = Desk::new();
    let (ana, bob, input) = two_parties(&mut desk);
    release(&mut desk, input, Some(bob.0), false).unwrap();
    assert_eq!(desk.input(input).verdict, Verdict::Joined { lead: bob });
    assert_eq!(lead_behind(&desk, PartyKeyKind::Email, ANA), Some(ana));
    assert_eq!(lead_behind(&desk, PartyKeyKind::Email, BOB), Some(bob));
    assert_eq!(
        lead_behind(&desk, PartyKeyKind::Phone, "+4930111222"),
        Some(bob),
        "nobody's before"
    );
}

#[test]
fn f24_released_for_a_third_it_takes_no_key_of_the_two() {
    let mut desk = Desk::new();
    let (ana, bob, input) = two_parties(&mut desk);
    release(&mut desk, input, None, true).unwrap();
    let third = lead_of(desk.input(input));
    assert!(third != ana && third != bob && desk.lead(third).previous.is_none());
    let mut others = [ana.0, bob.0];
    others.sort_unstable();
    assert_eq!(desk.lead(third).kept_apart, others, "they are others as customers too");
    assert_eq!(lead_behind(&desk, PartyKeyKind::Email, ANA), Some(ana));
    assert_eq!(lead_behind(&desk, PartyKeyKind::Email, BOB), Some(bob));
    assert_eq!(lead_behind(&desk, PartyKeyKind::Phone, "+4930111222"), Some(third));
    // Each is still known by their own.
    let again = desk.form(&json!({ "name": "Bob Orr", "email": BOB, "message": "Hello?" })).0;
    assert_eq!(again.verdict, Verdict::Joined { lead: bob });
}

#[test]
fn f24_released_for_a_customer_it_is_theirs_also_where_their_last_lead_is_closed() {
    let mut desk = Desk::new();
    let contact: Contact = samples::contact(id(5));
    let customer = Customer { account: contact.account, contact: Some(contact.id) };
    let known = Party::unknown(key(PartyKeyKind::Email, ANA)).introduced(None, customer);
    desk.story.world.place(contact.clone().into());
    desk.story.world.place(known.into());
    let bob = desk.form(&json!({ "name": "Bob Orr", "email": BOB })).0;
    let both = json!({ "email": ANA, "email2": BOB, "name": "Ana" });
    let input = desk.form(&both).0.id;
    release(&mut desk, input, Some(contact.id.0), false).unwrap();
    let lead = desk.lead(lead_of(desk.input(input)));
    assert_eq!((lead.contact, lead.account), (Some(id::<ContactId>(5)), contact.account));
    assert_eq!(lead_behind(&desk, PartyKeyKind::Email, BOB), Some(lead_of(&bob)));
}
