#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use super::*;
use crate::customer::Contact;
use crate::enquiry::Person;
use crate::ids::{InputId, derived};
use crate::record::Record;
use crate::samples;

const PHONE: &str = "+4989123456";

fn id<I: From<Uuid>>(n: u32) -> I {
    derived(crate::ids::minted(chrono::DateTime::UNIX_EPOCH, [1; 10]), "test", n).into()
}

fn enquiry(family_name: &str, emails: &[&str], phones: &[&str]) -> Enquiry {
    let text = |values: &[&str]| values.iter().map(|v| (*v).to_owned()).collect();
    let family_name = Some(family_name.to_owned()).filter(|name| !name.is_empty());
    let (emails, phones) = (text(emails), text(phones));
    Enquiry {
        person: Person { family_name, emails, phones, ..Person::default() },
        ..Enquiry::default()
    }
}

fn contact(n: u32, family_name: &str) -> Contact {
    let person = enquiry(family_name, &[], &[]).person;
    Contact { person, account: None, ..samples::contact(id(n)) }
}

/// A world in which each key points at that contact.
fn world(contacts: &[Contact], keys: &[(&str, u32)]) -> World {
    let mut world = World { discovering: true, ..World::default() };
    contacts.iter().for_each(|contact| world.place(Record::Contact(contact.clone())));
    for (value, n) in keys {
        let kind = if value.contains('@') { PartyKeyKind::Email } else { PartyKeyKind::Phone };
        let key = PartyKey { kind, value: (*value).to_owned() };
        world.place(Record::Party(Party { contact: Some(id(*n)), ..Party::unknown(key) }));
    }
    world
}

#[test]
fn f61_a_lead_is_none_of_those_it_is_kept_apart_from_nor_whom_they_became() {
    let mut ana = contact(1, "Schmidt");
    ana.originating_lead = Some(id(8));
    let world = world(&[ana], &[("a@a.example", 1)]);
    let mut lead =
        Lead::new(id(9), "L-9".into(), InputId(id(10)), enquiry("", &["a@a.example"], &[]));
    assert_eq!(recognise_lead(&world, &lead).contact, Some(id(1)));
    for other in [1, 8] {
        lead.kept_apart = vec![id(other)];
        assert_eq!(recognise_lead(&world, &lead), Recognised::default());
    }
}

#[test]
fn f20_a_known_address_is_that_person_whatever_else_is_new() {
    let world = world(&[contact(1, "Schmidt")], &[("a@a.example", 1)]);
    let found = recognise(&world, &enquiry("Meyer", &["a@a.example", "new@a.example"], &[]));
    assert_eq!((found.contact, found.conflict), (Some(id(1)), None));
    assert_eq!(found.matched.len(), 1);
}

#[test]
fn f20_a_phone_is_the_person_where_there_is_no_address_or_the_name_is_theirs() {
    let world = world(&[contact(1, "Schmidt")], &[(PHONE, 1)]);
    let of = |enquiry| recognise(&world, &enquiry).contact;
    assert_eq!(of(enquiry("", &[], &[PHONE])), Some(id(1)));
    assert_eq!(of(enquiry("SCHMIDT", &["new@a.example"], &[PHONE])), Some(id(1)));
    assert_eq!(of(enquiry("Meyer", &["new@a.example"], &[PHONE])), None);
    assert_eq!(of(enquiry("", &["new@a.example"], &[PHONE])), None);
}

#[test]
fn a_shared_line_is_no_conflict_but_a_contradiction_is() {
    let people = [contact(1, "Schmidt"), contact(2, "Meyer")];
    let world = world(&people, &[("a@a.example", 1), (PHONE, 2)]);
    let of = |name| recognise(&world, &enquiry(name, &["a@a.example"], &[PHONE]));
    assert_eq!(of("Schmidt").conflict, None);
    assert_eq!(of("Schmidt").contact, Some(id(1)));
    let conflict = of("Meyer").conflict.unwrap();
    assert_eq!(conflict.parties.len(), 2);
    assert!(conflict.customers);
    for person in &people {
        assert!(conflict.message.contains(&person.id.to_string()), "{}", conflict.message);
    }
}

#[test]
fn two_addresses_of_two_contacts_are_a_conflict() {
    let people = [contact(1, "Schmidt"), contact(2, "Meyer")];
    let world = world(&people, &[("a@a.example", 1), ("b@a.example", 2)]);
    let found = recognise(&world, &enquiry("", &["a@a.example", "b@a.example"], &[]));
    assert!(found.conflict.is_some());
}

#[test]
fn a_lead_is_no_customer_and_does_not_conflict_with_its_own_keys() {
    let mut world = world(&[contact(1, "Schmidt")], &[(PHONE, 1)]);
    let mail = PartyKey { kind: PartyKeyKind::Email, value: "a@a.example".into() };
    world.place(Record::Party(Party { lead: Some(id(7)), ..Party::unknown(mail) }));
    let lead = |name| {
        let enquiry = enquiry(name, &["a@a.example"], &[PHONE]);
        Lead::new(id(7), "L-1".into(), InputId(id(8)), enquiry)
    };
    world.place(Record::Lead(lead("Schmidt")));
    assert_eq!(recognise_lead(&world, &lead("Schmidt")).contact, Some(id(1)));
    assert_eq!(recognise_lead(&world, &lead("Meyer")).contact, None);
    assert_eq!(recognise_lead(&world, &lead("Meyer")).conflict, None);
}

#[test]
fn a_phone_stays_with_the_first_when_a_second_person_is_introduced() {
    let world = world(&[contact(1, "Schmidt")], &[(PHONE, 1)]);
    let customer = Customer { account: None, contact: Some(id(2)) };
    let parties = introduce(&world, &enquiry("Meyer", &["b@a.example"], &[PHONE]), id(9), customer);
    assert_eq!(parties.len(), 1);
    assert_eq!(parties[0].key.value, "b@a.example");
    assert_eq!((parties[0].lead, parties[0].contact), (Some(id(9)), Some(id(2))));
}

#[test]
fn f20_the_last_lead_is_the_one_made_last_whatever_its_id_and_a_customer_keeps_it() {
    let key = PartyKey { kind: PartyKeyKind::Email, value: "a@a.example".into() };
    let (early, late): (LeadId, LeadId) = (id(1), id(2));
    let (low, high) = (early.min(late), early.max(late));
    let mut world = world(&[], &[]);
    world.place(Record::Party(Party { lead: Some(high), ..Party::unknown(key) }));
    let asks = enquiry("", &["a@a.example"], &[]);
    let nobody = Customer { account: None, contact: None };
    assert_eq!(introduce(&world, &asks, low, nobody)[0].lead, Some(low));
    let customer = Customer { account: None, contact: Some(id(3)) };
    let asking = Lead::new(low, String::new(), id(4), asks);
    assert_eq!(introduce_customer(&world, &asking, customer)[0].lead, Some(high));
}

#[test]
fn what_recognition_reads_is_named() {
    let world = world(&[contact(1, "Schmidt")], &[("a@a.example", 1)]);
    let mut needs = Needs::default();
    recognise_needs(&world, &enquiry("", &["a@a.example"], &[PHONE]), &mut needs);
    assert_eq!(needs.parties.len(), 2);
    assert!(needs.contacts.contains(&id(1)));
}

#[test]
fn a_shared_mailbox_is_a_key_only_under_the_same_name() {
    let world = world(&[contact(1, "Schmidt")], &[("info@a.example", 1)]);
    let of = |name| recognise(&world, &enquiry(name, &["info@a.example"], &[])).contact;
    assert_eq!((of("SCHMIDT"), of("Meyer"), of("")), (Some(id(1)), None, None));
    // The mailbox stays with whoever it identifies.
    let customer = Customer { contact: Some(id(2)), account: None };
    let meyer = enquiry("Meyer", &["info@a.example"], &[]);
    assert_eq!(introduce(&world, &meyer, id(9), customer), []);
}

#[test]
fn another_name_with_another_number_under_one_address_is_another_person() {
    let mut known = contact(1, "Schmidt");
    known.person.phones = vec!["+4930111111".into()];
    let world = world(&[known], &[("fam@a.example", 1), ("a@a.example", 1)]);
    let of =
        |name, phones: &[&str]| recognise(&world, &enquiry(name, &["a@a.example"], phones)).contact;
    assert_eq!(of("Meyer", &[PHONE]), None);
    assert_eq!(of("Meyer", &["+4930111111"]), Some(id(1)));
    assert_eq!(of("Schmidt", &[PHONE]), Some(id(1)));
    assert_eq!(of("Anna Schmidt", &[PHONE]), Some(id(1)));
    assert_eq!(of("", &[PHONE]), Some(id(1)));
}

#[test]
fn a_placeholder_and_a_number_that_cannot_exist_are_no_keys() {
    let enquiry = enquiry("Schmidt", &["keine@keine.example"], &["+45 335501202199", PHONE]);
    let keys: Vec<_> = person_keys(&enquiry).iter().map(ToString::to_string).collect();
    assert_eq!(keys, [format!("phone {PHONE}")]);
}
