//! Which customer a qualified lead becomes.

use domain::customer::Customer;
use domain::samples;

use super::*;

const PHONE: &str = "+4989123456";

fn account(n: u32) -> Account {
    samples::account(id(n))
}

fn contact(n: u32, family: &str, of: Option<u32>) -> Contact {
    let person = person("Ana", family, "ana@acme.example");
    Contact { person, account: of.map(id), ..samples::contact(id(n)) }
}

fn party(kind: PartyKeyKind, value: &str) -> Party {
    Party::unknown(PartyKey { kind, value: value.into() })
}

/// Ana, contact 11 of account 10, is known by her address.
fn ana_is_known() -> Story<Qualification> {
    let mail = party(PartyKeyKind::Email, "ana@acme.example");
    story()
        .given(account(10))
        .given(contact(11, "Soler", Some(10)))
        .given(Party { contact: Some(id(11)), account: Some(id(10)), ..mail })
        .given(Party { account: Some(id(10)), ..party(PartyKeyKind::Company, "acme|acme.example") })
}

fn customer(told: &Told) -> Customer {
    told.get::<OpportunityCreated>().unwrap().customer
}

#[test]
fn f56_a_known_person_gets_only_an_opportunity() {
    let told = capture(&mut ana_is_known(), lead(1, acme())).unwrap();
    assert_eq!(told.types(), ["lead.qualified.v1", "opportunity.created.v1"]);
    assert_eq!(customer(&told), Customer { account: Some(id(10)), contact: Some(id(11)) });
}

#[test]
fn f56_a_customer_that_intake_recognised_is_linked() {
    let mut known = lead(1, Enquiry { person: person("A", "S", "new@gmail.com"), ..acme() });
    (known.account, known.contact) = (Some(id(10)), Some(id(11)));
    let told = capture(&mut ana_is_known(), known).unwrap();
    let said = ["proposal.made.v1", "lead.qualified.v1", "opportunity.created.v1"];
    assert_eq!(told.types(), said, "the new address is proposed");
    assert_eq!(customer(&told), Customer { account: Some(id(10)), contact: Some(id(11)) });
}

#[test]
fn f56_a_new_person_of_a_known_company_becomes_a_contact_of_it() {
    let bob = Enquiry { person: person("Bob", "Ruiz", "bob@acme.example"), ..acme() };
    let told = capture(&mut ana_is_known(), lead(1, bob)).unwrap();
    assert!(told.get::<AccountCreated>().is_none());
    let bob: ContactCreated = told.get().unwrap();
    assert_eq!(bob.account, Some(id(10)));
    assert_eq!(customer(&told), Customer { account: Some(id(10)), contact: Some(bob.contact) });
}

#[test]
fn f57_a_person_without_company_is_the_customer() {
    let private = Enquiry { company: None, ..acme() };
    let told = capture(&mut story(), lead(1, private)).unwrap();
    assert_eq!(told.types(), ["contact.created.v1", "lead.qualified.v1", "opportunity.created.v1"]);
    let contact = told.get::<ContactCreated>().unwrap().contact;
    assert_eq!(customer(&told), Customer { account: None, contact: Some(contact) });
}

#[test]
fn a_company_without_a_person_is_the_customer_alone() {
    let company = Enquiry { person: Person::default(), ..acme() };
    let mut story = story();
    let company = lead(1, company);
    story.world.place(company.into());
    let told = story.when(by_hand(id(1))).unwrap();
    assert!(told.get::<ContactCreated>().is_none());
    assert_eq!(customer(&told).contact, None);
}

#[test]
fn f61_two_leads_of_one_company_in_a_row_make_one_account() {
    let mut story = story();
    let first = capture(&mut story, lead(1, acme())).unwrap();
    let bob = Enquiry {
        person: person("Bob", "Ruiz", "bob@acme.example"),
        company: Some("ACME".into()),
        ..acme()
    };
    let second = capture(&mut story, lead(2, bob)).unwrap();
    assert!(second.get::<AccountCreated>().is_none());
    assert_eq!(customer(&first).account, customer(&second).account);
    assert_ne!(customer(&first).contact, customer(&second).contact);

    let third = capture(&mut story, lead(3, acme())).unwrap();
    assert_eq!(customer(&third), customer(&first));
    assert_eq!(third.types(), ["lead.qualified.v1", "opportunity.created.v1"]);
}

#[test]
fn f56_an_inactive_customer_takes_no_opportunity() {
    let at = chrono::DateTime::UNIX_EPOCH;
    let gone = Account { state: CustomerState::Inactive { at }, ..account(10) };
    let mut story = ana_is_known().given(gone);
    let told = capture(&mut story, lead(1, acme())).unwrap();
    assert_eq!(told.types(), ["lead.scored.v1"]);
    let said: LeadScored = told.get().unwrap();
    assert!(said.assessment.matched.last().unwrap().contains("is inactive"));
    let refused = story.when(by_hand(id(1))).unwrap_err();
    assert_eq!(refused.reason().subject, SubjectKind::Account);
    assert!(story.world.find(id::<LeadId>(1)).unwrap().is_open());
}

fn two_people() -> (Story<Qualification>, Enquiry) {
    let other = party(PartyKeyKind::Email, "carla@acme.example");
    let story = ana_is_known().given(contact(12, "Vidal", Some(10))).given(Party {
        contact: Some(id(12)),
        account: Some(id(10)),
        ..other
    });
    let mut enquiry = acme();
    enquiry.person.emails.push("carla@acme.example".into());
    (story, enquiry)
}

#[test]
fn f61_keys_of_two_customers_leave_the_lead_open_and_name_both() {
    let (mut story, enquiry) = two_people();
    let told = capture(&mut story, lead(1, enquiry)).unwrap();
    assert_eq!(told.types(), ["lead.scored.v1"]);
    let matched = told.get::<LeadScored>().unwrap().assessment.matched;
    let conflict = matched.last().unwrap();
    assert!(conflict.contains("lead.two_parties"), "{conflict}");
    for n in [11, 12] {
        assert!(conflict.contains(&id::<LeadId>(n).to_string()), "{conflict}");
    }
}

#[test]
fn f61_keys_of_two_customers_refuse_the_command_and_change_nothing() {
    let (mut story, enquiry) = two_people();
    story.world.place(lead(1, enquiry).into());
    let refused = story.when(by_hand(id(1))).unwrap_err();
    let Refusal::No(reason) = refused else { panic!("it waits: {refused}") };
    assert_eq!(reason.rule, "lead.two_parties");
    for n in [11, 12] {
        assert!(reason.message.contains(&id::<LeadId>(n).to_string()), "{}", reason.message);
    }
    assert!(story.world.find(id::<LeadId>(1)).unwrap().is_open());
}

#[test]
fn f61_a_person_of_one_account_who_names_another_is_not_taken_for_theirs_silently() {
    let mut story = ana_is_known()
        .given(account(20))
        .given(Party { account: Some(id(20)), ..party(PartyKeyKind::TaxId, "DE123456789") });
    let told =
        capture(&mut story, lead(1, Enquiry { tax_id: Some("DE 123456789".into()), ..acme() }));
    let matched = told.unwrap().get::<LeadScored>().unwrap().assessment.matched;
    assert!(matched.last().unwrap().contains("accounts"), "{matched:?}");
}

#[test]
fn f20_a_phone_alone_makes_no_other_person_of_a_new_address() {
    let phone =
        Party { contact: Some(id(11)), account: Some(id(10)), ..party(PartyKeyKind::Phone, PHONE) };
    let with_phone = |family: &str| {
        let mut enquiry =
            Enquiry { person: person("X", family, "x@gmail.com"), company: None, ..acme() };
        enquiry.person.phones = vec![PHONE.into()];
        enquiry
    };
    let mut story = ana_is_known().given(phone.clone());
    let same = capture(&mut story, lead(1, with_phone("SOLER"))).unwrap();
    assert_eq!(customer(&same).contact, Some(id(11)));

    let mut story = ana_is_known().given(phone.clone());
    let other = capture(&mut story, lead(1, with_phone("Vidal"))).unwrap();
    let contact = other.get::<ContactCreated>().unwrap().contact;
    assert_eq!(customer(&other), Customer { account: None, contact: Some(contact) });
    assert_eq!(story.world.party(&phone.key).unwrap().contact, Some(id(11)));
}

#[test]
fn f61_a_person_may_choose_between_two_customers() {
    let (mut story, enquiry) = two_people();
    story.world.place(lead(1, enquiry).into());
    let choice = LeadQualify { contact: Some(id(12)), ..by_hand(id(1)) };
    let told = story.when(choice).unwrap();
    assert_eq!(told.types(), ["lead.qualified.v1", "opportunity.created.v1"]);
    assert_eq!(customer(&told), Customer { account: Some(id(10)), contact: Some(id(12)) });
    let mail = party(PartyKeyKind::Email, "ana@acme.example").key;
    assert_eq!(story.world.party(&mail).unwrap().contact, Some(id(11)), "keys stay where they are");
}

#[test]
fn f61_a_chosen_account_settles_a_conflict_of_accounts_but_not_of_people() {
    let tax_id = party(PartyKeyKind::TaxId, "DE123456789");
    let mut story =
        ana_is_known().given(account(20)).given(Party { account: Some(id(20)), ..tax_id });
    story.world.place(lead(1, Enquiry { tax_id: Some("DE 123456789".into()), ..acme() }).into());
    let choice = LeadQualify { account: Some(id(20)), ..by_hand(id(1)) };
    let told = story.when(choice.clone()).unwrap();
    assert_eq!(customer(&told), Customer { account: Some(id(20)), contact: Some(id(11)) });

    let (mut story, enquiry) = two_people();
    story.world.place(lead(1, enquiry).into());
    let choice = LeadQualify { account: Some(id(10)), ..choice };
    assert_eq!(story.when(choice).unwrap_err().reason().rule, "lead.two_parties");
}

#[test]
fn f56_a_chosen_customer_that_nobody_knows_may_still_come() {
    let mut story = story();
    story.world.place(lead(1, vague()).into());
    for choice in [
        LeadQualify { contact: Some(id(99)), ..by_hand(id(1)) },
        LeadQualify { account: Some(id(99)), ..by_hand(id(1)) },
    ] {
        assert!(matches!(story.when(choice), Err(Refusal::NotYet(_))));
    }
}
