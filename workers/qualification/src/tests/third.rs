//! A lead that is none of those whom its keys lead to.

use domain::customer::Customer;
use domain::events::{AccountKeptApart, ContactKeptApart};
use domain::ids::{AccountId, ContactId};
use domain::kept_apart::KeptApart as _;
use domain::samples;
use uuid::Uuid;

use super::*;

const FREE: &str = "+34911222333";

fn key(kind: PartyKeyKind, value: &str) -> PartyKey {
    PartyKey { kind, value: value.into() }
}

fn email(n: u32) -> PartyKey {
    key(PartyKeyKind::Email, ["ana@acme.example", "carla@acme.example"][n as usize - 11])
}

/// Ana (contact 11) and Carla (12) of account 10 are each known by an address; lead 1 names both, and a telephone that
/// nobody has.
fn two_people() -> Story<Qualification> {
    let mut story = story().given(samples::account(id(10)));
    let company = key(PartyKeyKind::Company, "acme|acme.example");
    story.world.place(Party { account: Some(id(10)), ..Party::unknown(company) }.into());
    for (n, family) in [(11, "Soler"), (12, "Vidal")] {
        let person = person("Ana", family, &email(n).value);
        let contact = Contact { person, account: Some(id(10)), ..samples::contact(id(n)) };
        story.world.place(contact.into());
        let known = Party::unknown(email(n));
        story.world.place(Party { contact: Some(id(n)), account: Some(id(10)), ..known }.into());
    }
    story
}

fn of_both() -> Lead {
    let mut enquiry = acme();
    enquiry.person.emails.push(email(12).value);
    enquiry.person.phones.push(FREE.into());
    lead(1, enquiry)
}

fn third(lead: LeadId) -> LeadQualify {
    LeadQualify { new_contact: true, ..by_hand(lead) }
}

fn known(ids: &[u32]) -> Vec<Uuid> {
    let mut known: Vec<Uuid> = ids.iter().map(|n| id(*n)).collect();
    known.sort_unstable();
    known
}

#[test]
fn f61_a_third_person_is_made_and_the_two_keep_their_keys_and_are_kept_apart() {
    let mut story = two_people();
    let scored: LeadScored = capture(&mut story, of_both()).unwrap().get().unwrap();
    assert_eq!(scored.parties, known(&[11, 12]), "the conflict names whom it is between");
    assert!(scored.assessment.matched.last().unwrap().contains("`new_contact`"));

    let told = story.when(third(id(1))).unwrap();
    assert_eq!(
        told.types(),
        [
            "contact.kept_apart.v1",
            "contact.kept_apart.v1",
            "contact.created.v1",
            "lead.qualified.v1",
            "opportunity.created.v1"
        ]
    );
    let made: ContactCreated = told.get().unwrap();
    let said: LeadQualified = told.get().unwrap();
    let customer = Customer { account: Some(id(10)), contact: Some(made.contact) };
    assert_eq!((said.customer, made.account), (customer, Some(id(10))), "of the same company");
    assert_eq!(said.keys, [format!("phone {FREE}")]);
    let contested = said.contested.iter().map(|it| (it.key.clone(), it.contact));
    let wanted = [11, 12].map(|n| (email(n).to_string(), Some(id::<ContactId>(n))));
    assert_eq!(contested.collect::<Vec<_>>(), wanted);
    for n in [11, 12] {
        assert_eq!(story.world.party(&email(n)).unwrap().contact, Some(id(n)), "keys stay");
        let other = story.world.find(id::<ContactId>(n)).unwrap();
        assert!(other.is_apart(made.contact.0) && other.is_apart(id(1)));
    }
    let free = story.world.party(&key(PartyKeyKind::Phone, FREE)).unwrap();
    assert_eq!(free.contact, Some(made.contact));
    assert_eq!(said.kept_apart, known(&[11, 12]));
    assert_eq!(made.kept_apart, known(&[11, 12]));
    assert!(told.get::<ContactKeptApart>().is_some());

    let again = story.when(third(id(1))).unwrap();
    assert!(again.types().is_empty(), "asked again, nothing more is made");
}

#[test]
fn f61_a_later_lead_by_the_keys_of_both_is_asked_about_again() {
    let mut story = two_people();
    capture(&mut story, of_both()).unwrap();
    story.when(third(id(1))).unwrap();
    let later = lead(2, of_both().enquiry);
    let scored: LeadScored = capture(&mut story, later).unwrap().get().unwrap();
    assert_eq!(scored.parties, known(&[11, 12]));
}

#[test]
fn f61_a_third_organisation_is_made_beside_the_two_that_the_keys_lead_to() {
    let mut story = two_people().given(samples::account(id(20)));
    let tax_id = key(PartyKeyKind::TaxId, "DE123456789");
    story.world.place(Party { account: Some(id(20)), ..Party::unknown(tax_id.clone()) }.into());
    let bob = person("Bob", "Ruiz", "bob@elsewhere.example");
    let enquiry = Enquiry {
        person: bob,
        website: Some("acme.example".into()),
        tax_id: Some("DE 123456789".into()),
        ..acme()
    };
    let scored: LeadScored = capture(&mut story, lead(1, enquiry)).unwrap().get().unwrap();
    assert_eq!(scored.parties, known(&[10, 20]));

    let told = story.when(LeadQualify { new_account: true, ..by_hand(id(1)) }).unwrap();
    let made: AccountCreated = told.get().unwrap();
    let said: LeadQualified = told.get().unwrap();
    assert_eq!(said.customer.account, Some(made.account));
    assert_eq!(told.get::<ContactCreated>().unwrap().account, Some(made.account));
    assert_eq!(made.kept_apart, known(&[10, 20]));
    assert_eq!(said.contested.len(), 2);
    assert_eq!(story.world.party(&tax_id).unwrap().account, Some(id(20)), "keys stay");
    assert!(story.world.find(id::<AccountId>(20)).unwrap().is_apart(made.account.0));
    assert!(told.get::<AccountKeptApart>().is_some());
}

#[test]
fn f61_who_is_known_and_somebody_new_are_not_asked_for_at_once() {
    let mut story = two_people();
    story.world.place(of_both().into());
    for (both, what) in [
        (LeadQualify { contact: Some(id(11)), ..third(id(1)) }, "contact"),
        (LeadQualify { create_contact: false, ..third(id(1)) }, "contact"),
        (LeadQualify { new_account: true, account: Some(id(10)), ..by_hand(id(1)) }, "account"),
    ] {
        let refused = story.when(both).unwrap_err();
        let reason = refused.reason();
        assert_eq!((reason.rule, &*reason.found), ("lead.new_or_known", what));
        assert!(reason.message.contains(&format!("`new_{what}`")), "{}", reason.message);
    }
    let nameless = lead(2, Enquiry { company: None, ..of_both().enquiry });
    story.world.place(nameless.into());
    let refused = story.when(LeadQualify { new_account: true, ..third(id(2)) }).unwrap_err();
    assert_eq!(refused.reason().rule, "lead.no_company");
}

#[test]
fn f61_a_lead_that_is_a_deal_already_becomes_nobody_else() {
    let mut story = two_people();
    capture(&mut story, lead(1, acme())).unwrap();
    story.when(LeadReactivate { lead: id(1) }).unwrap();
    let refused = story.when(third(id(1))).unwrap_err();
    assert_eq!(refused.reason().rule, "lead.has_opportunity");
    assert!(refused.reason().message.contains("`opportunity.lose`"));
}
