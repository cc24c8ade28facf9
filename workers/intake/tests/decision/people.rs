//! Who is recognised: duplicates, known customers, and keys of two parties.

use domain::customer::Contact;
use domain::events::{InputHeld, LeadCaptured, LeadEnquiryAdded};
use domain::ids::{AccountId, ContactId};
use domain::input::HoldReason;
use domain::lead::{DisqualifyReason, LeadAction};
use domain::party::{Party, PartyKey, PartyKeyKind};
use domain::samples;
use serde_json::json;

use super::*;

fn ana(desk: &mut Desk) -> Input {
    desk.form(&json!({ "name": "Ana Lopez", "email": "ana@acme.example", "phone": "+4989123456" }))
        .0
}

fn contact(account: AccountId) -> Contact {
    let person = person("Lopez", &["ana@acme.example"], &[]).person;
    Contact { person, account: Some(account), ..samples::contact(id(1)) }
}

fn key(kind: PartyKeyKind, value: &str) -> PartyKey {
    PartyKey { kind, value: value.into() }
}

#[test]
fn f20_the_same_address_or_phone_joins_the_lead_and_what_is_known_is_kept() {
    for again in [
        json!({ "name": "A. L.", "email": "ANA@acme.example", "company": "Acme" }),
        json!({ "phone": "089 123456", "company": "Acme" }),
    ] {
        let mut desk = Desk::new();
        let first = ana(&mut desk);
        let (second, told) = desk.form(&again);
        assert_eq!(second.verdict, Verdict::Joined { lead: lead_of(&first) });
        let added: LeadEnquiryAdded = told.get().unwrap();
        assert_eq!(added.matched.len(), 1, "{:?}", added.matched);
        let enquiry = &desk.lead(lead_of(&first)).enquiry;
        assert_eq!(enquiry.person.full_name().as_deref(), Some("Ana Lopez"));
        assert_eq!(enquiry.company.as_deref(), Some("Acme"));
        assert_eq!(desk.leads(), 1);
    }
}

#[test]
fn f20_a_closed_lead_takes_nothing_more_and_a_new_one_is_made() {
    let mut desk = Desk::new();
    let first = ana(&mut desk);
    let lost = LeadAction::Disqualify { at: desk.story.now, reason: DisqualifyReason::Lost };
    let closed = desk.lead(lead_of(&first)).apply(&lost).unwrap();
    desk.story.world.place(closed.into());
    let second = ana(&mut desk);
    assert!(matches!(second.verdict, Verdict::Created { .. }));
    assert_ne!(lead_of(&second), lead_of(&first));
    assert_eq!(
        desk.lead(lead_of(&second)).previous,
        Some(lead_of(&first)),
        "and knows the one before"
    );
    // From now on the new one is met.
    assert_eq!(ana(&mut desk).verdict, Verdict::Joined { lead: lead_of(&second) });
}

#[test]
fn f14_a_known_sender_is_linked_to_contact_and_account_whoever_the_mail_went_to() {
    let account = id(2);
    let mail = Party {
        contact: Some(id(1)),
        account: Some(account),
        ..Party::unknown(key(PartyKeyKind::Email, "ana@acme.example"))
    };
    let mut desk = Desk::new().given(contact(account)).given(mail);
    // Our queue was in BCC: no address of ours is in the mail.
    let (input, told) = desk.mail(
        "From: <ana@acme.example>\nTo: list@elsewhere.example\nSubject: More\n\nTwo more, please.\n",
    );
    let lead = desk.lead(lead_of(&input));
    assert_eq!((lead.contact, lead.account), (Some(id::<ContactId>(1)), Some(account)));
    let captured: LeadCaptured = told.get().unwrap();
    assert_eq!((captured.contact, captured.account), (lead.contact, lead.account));
}

#[test]
fn keys_of_two_parties_are_held_naming_both() {
    let mut desk = Desk::new();
    let (ana, bob) = (
        desk.form(&json!({ "name": "Ana Lopez", "email": "ana@acme.example" })).0,
        desk.form(&json!({ "name": "Bob Orr", "email": "bob@orr.example" })).0,
    );
    let both = json!({ "email": "ana@acme.example", "email2": "bob@orr.example", "name": "Ana" });
    let (input, told) = desk.form(&both);
    let held: InputHeld = told.get().unwrap();
    assert_eq!(held.hold_reason, HoldReason::TwoParties);
    let mut parties = held.parties.clone();
    parties.sort();
    let mut leads = vec![lead_of(&ana).0, lead_of(&bob).0];
    leads.sort();
    assert_eq!(parties, leads);
    for lead in leads {
        assert!(held.reason.contains(&lead.to_string()), "{}", held.reason);
    }
    assert!(desk.input(input.id).enquiry.is_some(), "a release need not read again");
}
