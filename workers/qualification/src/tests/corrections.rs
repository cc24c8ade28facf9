//! Customers are kept up by people.

use domain::billing::Billing;
use domain::commands::{
    AccountDeactivate, AccountReactivate, AccountUpdate, ContactDeactivate, ContactReactivate,
    ContactUpdate,
};
use domain::customer::AccountRole;
use domain::enquiry::Address;
use domain::events::{AccountDeactivated, AccountUpdated, ContactUpdated};
use domain::ids::{AccountId, ContactId};
use domain::patch::{Change, Patch};
use domain::samples;

use super::*;

fn acme_known() -> Account {
    Account { website: Some("https://acme.example".into()), ..samples::account(id(10)) }
}

fn ana_known() -> Contact {
    Contact { person: person("Ana", "Soler", "ana@acme.example"), ..samples::contact(id(11)) }
}

fn known() -> Story<Qualification> {
    story().given(acme_known()).given(ana_known())
}

fn account_now(story: &Story<Qualification>) -> &Account {
    story.world.find::<AccountId>(id(10)).unwrap()
}

fn contact_now(story: &Story<Qualification>) -> &Contact {
    story.world.find::<ContactId>(id(11)).unwrap()
}

fn update() -> AccountUpdate {
    AccountUpdate {
        account: id(10),
        expected_sequence: None,
        name: None,
        tax_id: Patch::Keep,
        website: Patch::Keep,
        phone: Patch::Keep,
        address: Patch::Keep,
        billing_address: Patch::Keep,
        delivery_address: Patch::Keep,
        billing: Patch::Keep,
        territory: Patch::Keep,
        customer_group: Patch::Keep,
    }
}

fn update_contact() -> ContactUpdate {
    ContactUpdate {
        contact: id(11),
        expected_sequence: None,
        given_name: Patch::Keep,
        family_name: Patch::Keep,
        job_title: Patch::Keep,
        emails: Patch::Keep,
        phones: Patch::Keep,
        address: Patch::Keep,
        delivery_address: Patch::Keep,
        account: Patch::Keep,
        role: Patch::Keep,
        territory: Patch::Keep,
        customer_group: Patch::Keep,
    }
}

fn no(answer: Result<Told, Refusal>) -> (&'static str, String) {
    match answer {
        Err(Refusal::No(reason)) => (reason.rule, reason.message),
        other => panic!("expected No, got {other:?}"),
    }
}

fn bonn() -> Address {
    Address { city: Some("Bonn".into()), country: Some("DE".into()), ..Address::default() }
}

#[test]
fn f34_what_is_known_of_an_account_is_corrected_and_the_event_tells_from_what_to_what() {
    let mut story = known();
    let command = AccountUpdate {
        name: Some("Acme SL".parse().unwrap()),
        phone: Patch::Clear,
        address: Patch::Set(bonn()),
        billing: Patch::Set(Billing::OnOrder),
        ..update()
    };
    let told = story.when(command.clone()).unwrap();
    assert_eq!(told.types(), ["account.updated.v1"]);
    let said: AccountUpdated = told.get().unwrap();
    let was = acme_known();
    assert_eq!(said.name, Some(Change { from: Some(was.name), to: Some("Acme SL".into()) }));
    assert_eq!(said.phone, Some(Change { from: was.phone, to: None }));
    assert_eq!(said.address, Some(Change { from: was.address, to: Some(bonn()) }));
    assert_eq!(said.billing, Some(Change { from: None, to: Some(Billing::OnOrder) }));
    assert_eq!((said.tax_id, said.website), (None, None));
    let now = account_now(&story);
    assert_eq!((now.name.as_str(), &now.phone, &now.address), ("Acme SL", &None, &Some(bonn())));
    assert_eq!(now.tax_id, was.tax_id, "what is absent stays");
    let again = story.when(command).unwrap();
    assert!(again.already && again.says.is_empty());
}

#[test]
fn f34_an_account_is_recognised_by_its_corrected_name_and_tax_id_too() {
    let mut story = known();
    let command = AccountUpdate {
        name: Some("Molinos SL".parse().unwrap()),
        tax_id: Patch::Set("ESB12345678".parse().unwrap()),
        ..update()
    };
    let said: AccountUpdated = story.when(command).unwrap().get().unwrap();
    assert_eq!(said.keys, ["company molinos|acme.example", "tax_id ESB12345678"]);
    let key = PartyKey { kind: PartyKeyKind::TaxId, value: "ESB12345678".into() };
    assert_eq!(story.world.party(&key).unwrap().account, Some(id(10)));
}

#[test]
fn f34_a_tax_id_of_another_account_is_refused_and_both_are_named() {
    let key = PartyKey { kind: PartyKeyKind::TaxId, value: "ESB12345678".into() };
    let other = Party { account: Some(id(20)), ..Party::unknown(key) };
    let mut story = known().given(other);
    let command = AccountUpdate { tax_id: Patch::Set("ESB12345678".parse().unwrap()), ..update() };
    let (rule, message) = no(story.when(command));
    assert_eq!(rule, "account.key_taken");
    let other: AccountId = id(20);
    assert!(message.contains(&other.to_string()) && message.contains("ESB12345678"), "{message}");
    assert_eq!(account_now(&story), &acme_known());
}

#[test]
fn f34_whoever_saw_an_older_record_changes_nothing() {
    let mut story = known();
    let stale = AccountUpdate { expected_sequence: Some(0), phone: Patch::Clear, ..update() };
    let (rule, message) = no(story.when(stale.clone()));
    assert_eq!(rule, "expected_sequence");
    assert!(
        message.contains("sequence is 1") && message.contains("leadmill show account"),
        "{message}"
    );
    story.when(AccountUpdate { expected_sequence: Some(1), ..stale }).unwrap();
    assert_eq!(account_now(&story).phone, None);
    let title = Patch::Set("Buyer".parse().unwrap());
    let stale = ContactUpdate { expected_sequence: Some(9), job_title: title, ..update_contact() };
    assert_eq!(no(story.when(stale)).0, "expected_sequence");
}

#[test]
fn f34_what_is_known_of_a_contact_is_corrected() {
    let mut story = known();
    let command = ContactUpdate {
        given_name: Patch::Set("Anna".parse().unwrap()),
        job_title: Patch::Set("Buyer".parse().unwrap()),
        address: Patch::Set(bonn()),
        ..update_contact()
    };
    let said: ContactUpdated = story.when(command.clone()).unwrap().get().unwrap();
    assert_eq!(said.given_name, Some(Change { from: Some("Ana".into()), to: Some("Anna".into()) }));
    let person = &contact_now(&story).person;
    assert_eq!(person.full_name().as_deref(), Some("Anna Soler"));
    assert_eq!((person.job_title.as_deref(), person.emails.len()), (Some("Buyer"), 1));
    assert!(story.when(command).unwrap().already);
}

#[test]
fn f34_an_inactive_customer_takes_no_deal_until_it_is_active_again_and_can_be_corrected_meanwhile()
{
    let mut story = known();
    let off = |reason: &str| AccountDeactivate { account: id(10), reason: reason.parse().unwrap() };
    assert_eq!(no(story.when(off(""))).0, "customer.no_reason");
    let said: AccountDeactivated = story.when(off("They closed.")).unwrap().get().unwrap();
    assert_eq!(said.comment, "They closed.");
    assert!(matches!(account_now(&story).state, CustomerState::Inactive { .. }));
    assert!(story.when(off("They closed.")).unwrap().already);
    story.when(AccountUpdate { phone: Patch::Clear, ..update() }).unwrap();
    story.when(AccountReactivate { account: id(10) }).unwrap();
    assert_eq!(account_now(&story).state, CustomerState::Active);
    assert!(story.when(AccountReactivate { account: id(10) }).unwrap().already);

    let off = ContactDeactivate { contact: id(11), reason: "Left the company.".parse().unwrap() };
    assert_eq!(story.when(off).unwrap().types(), ["contact.deactivated.v1"]);
    assert_eq!(
        story.when(ContactReactivate { contact: id(11) }).unwrap().types(),
        ["contact.reactivated.v1"]
    );
    assert_eq!(contact_now(&story).state, CustomerState::Active);
}

#[test]
fn f34_a_contact_is_reached_and_recognised_as_corrected() {
    let mail = |value: &str| PartyKey { kind: PartyKeyKind::Email, value: value.into() };
    let hers = Party { contact: Some(id(11)), ..Party::unknown(mail("ana@acme.example")) };
    let bobs = Party { contact: Some(id(12)), ..Party::unknown(mail("bob@acme.example")) };
    let mut story = known().given(hers).given(bobs);
    let set = |texts: &[&str]| Patch::Set(texts.iter().map(|text| text.parse().unwrap()).collect());
    let command = ContactUpdate {
        emails: set(&["Ana.Soler@Acme.example"]),
        phones: set(&["+49 89 123456"]),
        ..update_contact()
    };
    let said: ContactUpdated = story.when(command.clone()).unwrap().get().unwrap();
    assert_eq!(said.keys, ["email ana.soler@acme.example", "phone +4989123456"]);
    assert_eq!(said.released, ["email ana@acme.example"]);
    assert_eq!(contact_now(&story).person.phones, ["+4989123456"]);
    assert!(story.when(command).unwrap().already);
    let (rule, message) =
        no(story.when(ContactUpdate { emails: set(&["bob@acme.example"]), ..update_contact() }));
    let bob: ContactId = id(12);
    assert!(rule == "contact.key_taken" && message.contains(&bob.to_string()), "{message}");
    let (rule, message) =
        no(story.when(ContactUpdate { phones: set(&["soon"]), ..update_contact() }));
    assert!(rule == "invalid_data" && message.contains("`phones[0]`"), "{message}");
}

#[test]
fn f34_a_contact_belongs_to_an_account_in_a_role_and_addresses_have_a_purpose() {
    let mut story = known();
    let command = ContactUpdate {
        account: Patch::Set(id(10)),
        role: Patch::Set(AccountRole::Influencer),
        ..update_contact()
    };
    let said: ContactUpdated = story.when(command).unwrap().get().unwrap();
    assert_eq!(said.role.unwrap().to, Some(AccountRole::Influencer));
    assert_eq!(contact_now(&story).account, Some(id(10)));
    let unknown = ContactUpdate { account: Patch::Set(id(99)), ..update_contact() };
    assert!(matches!(story.when(unknown), Err(Refusal::NotYet(_))), "it may still come");
    let command = AccountUpdate {
        billing_address: Patch::Set(bonn()),
        delivery_address: Patch::Set(bonn()),
        ..update()
    };
    let said: AccountUpdated = story.when(command).unwrap().get().unwrap();
    assert_eq!(said.billing_address.unwrap().to, Some(bonn()));
    let buyer = domain::customer::Buyer::of(Some(account_now(&story)), None).unwrap();
    assert_eq!(buyer.address, Some(bonn()), "invoices go to the address for them");
}
