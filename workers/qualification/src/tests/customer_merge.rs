//! Contacts and accounts that become one, and the way back.

use chrono::TimeDelta;
use domain::commands::{
    AccountMerge, AccountUnmerge, ContactDeactivate, ContactKeepApart, ContactMerge,
    ContactUnmerge, ContactUpdate, LeadMerge, LeadUnmerge, ProposalAccept,
};
use domain::consent::{Consent, ConsentSaid, ConsentWord, Purpose, Standing};
use domain::customer::{AccountRole, Customer};
use domain::customer_merge::{AccountKeep, ContactKeep};
use domain::events::{
    AccountMerged, ConsentChanged, ContactMerged, ContactRestored, ContactUnmerged, ContactUpdated,
    LeadUpdated, ProposalMade,
};
use domain::ids::{AccountId, ContactId};
use domain::merge::{LINKS_MAX, MERGES_MAX};
use domain::merging::Keep;
use domain::patch::Patch;
use domain::samples;
use uuid::Uuid;

use super::*;

mod undoing;

fn contact(n: u32, email: &str) -> Contact {
    let person = person("Ana", "Soler", email);
    Contact { person, account: None, role: None, ..samples::contact(id(n)) }
}

fn account(n: u32, name: &str) -> Account {
    Account { name: name.into(), tax_id: None, phone: None, ..samples::account(id(n)) }
}

fn key(kind: PartyKeyKind, value: &str) -> PartyKey {
    PartyKey { kind, value: value.into() }
}

fn known(email: &str, n: u32) -> Party {
    Party { contact: Some(id(n)), ..Party::unknown(key(PartyKeyKind::Email, email)) }
}

/// Ana is known twice: as 11 with an account, and as 12 with another address and a title.
fn two() -> Story<Qualification> {
    let mut twelve = contact(12, "ana@gmail.com");
    twelve.person.job_title = Some("Buyer".into());
    let eleven = Contact { account: Some(id(10)), ..contact(11, "ana@acme.example") };
    story()
        .given(account(10, "Acme"))
        .given(eleven)
        .given(twelve)
        .given(Party { account: Some(id(10)), ..known("ana@acme.example", 11) })
        .given(known("ana@gmail.com", 12))
}

fn into(master: u32, losers: &[u32]) -> ContactMerge {
    let losers = losers.iter().map(|n| id(*n)).collect();
    ContactMerge { contact: id(master), losers, keep: ContactKeep::default() }
}

fn undo(n: u32) -> ContactUnmerge {
    ContactUnmerge { contact: id(n) }
}

fn accounts(master: u32, losers: &[u32]) -> AccountMerge {
    let losers = losers.iter().map(|n| id(*n)).collect();
    AccountMerge { account: id(master), losers, keep: AccountKeep::default() }
}

fn now(story: &Story<Qualification>, n: u32) -> Contact {
    story.world.find(id::<ContactId>(n)).unwrap().clone()
}

/// The contact but for the count of its events.
fn plain(contact: Contact) -> Contact {
    Contact { sequence: 0, ..contact }
}

fn titled(n: u32, title: &str) -> ContactUpdate {
    let contact: ContactId = id(n);
    let update = serde_json::json!({ "contact": contact, "job_title": title });
    serde_json::from_value(update).unwrap()
}

fn asks(story: &mut Story<Qualification>, n: u32, email: &str) -> Told {
    let enquiry = Enquiry { person: person("Ana", "Soler", email), company: None, ..acme() };
    capture(story, lead(n, enquiry)).unwrap()
}

fn customer(told: &Told) -> Customer {
    told.get::<OpportunityCreated>().unwrap().customer
}

fn rule(answer: Result<Told, Refusal>) -> (&'static str, String) {
    match answer {
        Err(Refusal::No(reason)) => (reason.rule, reason.message),
        other => panic!("expected No, got {other:?}"),
    }
}

#[test]
fn f22_the_master_of_contacts_keeps_its_own_and_takes_what_it_lacks() {
    let mut story = two();
    let told = story.when(into(11, &[12])).unwrap();
    assert_eq!(told.types(), ["contact.merged.v1", "contact.absorbed.v1"]);
    let said: ContactMerged = told.get().unwrap();
    assert_eq!((said.losers, said.links), (vec![id(12)], 1));
    let master = now(&story, 11);
    assert_eq!(master.person.emails, ["ana@acme.example", "ana@gmail.com"]);
    assert_eq!(master.person.job_title.as_deref(), Some("Buyer"));
    assert_eq!(master.account, Some(id(10)));
    assert_eq!(now(&story, 12).master(), Some(id(11)));
    assert!(story.when(into(11, &[12])).unwrap().already, "the same again");
}

#[test]
fn f22_chosen_fields_of_contacts_and_accounts_are_taken_from_whom_is_named() {
    let mut story = two();
    let keep = ContactKeep { emails: Some(id(12)), account: Some(id(12)), ..Default::default() };
    story.when(ContactMerge { keep, ..into(11, &[12]) }).unwrap();
    let master = now(&story, 11);
    assert_eq!(master.person.emails, ["ana@gmail.com", "ana@acme.example"], "whose come first");
    assert_eq!(master.account, None, "that was chosen");

    let mut story = two().given(account(20, "Acme SL"));
    let keep = AccountKeep { name: Some(id(20)), ..Default::default() };
    let told = story.when(AccountMerge { keep, ..accounts(10, &[20]) }).unwrap();
    assert_eq!(told.types(), ["account.merged.v1", "account.absorbed.v1"]);
    assert_eq!(told.get::<AccountMerged>().unwrap().known.name, "Acme SL");
}

#[test]
fn f22_bulk_mail_is_agreed_to_only_where_all_of_them_did() {
    let mut story = two().given(Contact { consent: false, ..contact(13, "ana@web.example") });
    story.when(into(11, &[12])).unwrap();
    assert!(now(&story, 11).consent);
    story.when(into(11, &[13])).unwrap();
    assert!(!now(&story, 11).consent);
    story.when(undo(11)).unwrap();
    assert!(now(&story, 11).consent);
}

#[test]
fn f22_whoever_asks_by_an_address_of_a_loser_is_the_master_and_so_is_a_lead_that_names_it() {
    let mut story = two();
    let mut early = lead(1, Enquiry { company: None, ..vague() });
    early.contact = Some(id(12));
    story.world.place(early.into());
    story.when(into(11, &[12])).unwrap();
    let expected = Customer { account: Some(id(10)), contact: Some(id(11)) };
    assert_eq!(customer(&asks(&mut story, 2, "ana@gmail.com")), expected);
    let told = story.when(by_hand(id(1))).unwrap();
    assert_eq!(customer(&told), expected, "it was on its way when they were merged");
    let mut both = acme();
    both.person.emails = vec!["ana@acme.example".into(), "ana@gmail.com".into()];
    let told = capture(&mut story, lead(3, Enquiry { company: None, ..both })).unwrap();
    assert_eq!(customer(&told), expected, "two keys of one person are no conflict");
    let told = story.when(LeadQualify { contact: Some(id(12)), ..by_hand(id(4)) });
    assert!(told.is_err(), "there is no such lead");
    story.world.place(lead(4, vague()).into());
    let told = story.when(LeadQualify { contact: Some(id(12)), ..by_hand(id(4)) }).unwrap();
    assert_eq!(customer(&told), expected, "whoever chooses a loser means the master");
}

#[test]
fn f22_the_people_of_a_merged_account_and_its_keys_are_the_masters() {
    let company = |value: &str, n: u32| Party {
        account: Some(id(n)),
        ..Party::unknown(key(PartyKeyKind::Company, value))
    };
    let mut story = two()
        .given(account(20, "Acme Mills"))
        .given(company("acme|acme.example", 10))
        .given(company("acme mills|acme.example", 20));
    let bob = Contact { account: Some(id(20)), ..contact(13, "bob@acme.example") };
    let bob = Contact { role: Some(AccountRole::Influencer), ..bob };
    story = story.given(bob.clone()).given(known("bob@acme.example", 13));
    story.when(accounts(10, &[20])).unwrap();
    let of_bob = Customer { account: Some(id(10)), contact: Some(id(13)) };
    assert_eq!(customer(&asks(&mut story, 1, "bob@acme.example")), of_bob);
    assert_eq!(now(&story, 13), bob, "who they are and what they are there stands as it stood");
    let carla = Enquiry {
        person: person("Carla", "Vidal", "carla@acme.example"),
        company: Some("Acme Mills".into()),
        ..acme()
    };
    let told = capture(&mut story, lead(2, carla)).unwrap();
    assert_eq!(customer(&told).account, Some(id(10)));
    assert_eq!(told.get::<ContactCreated>().unwrap().account, Some(id(10)));

    story.when(AccountUnmerge { account: id(20) }).unwrap();
    let of_bob = Customer { account: Some(id(20)), contact: Some(id(13)) };
    assert_eq!(customer(&asks(&mut story, 3, "bob@acme.example")), of_bob, "as before");
}

#[test]
fn f22_corrections_and_consent_that_name_a_loser_are_the_masters() {
    let mut story = two();
    story.when(into(11, &[12])).unwrap();
    let said: ContactUpdated = story.when(titled(12, "Owner")).unwrap().get().unwrap();
    assert_eq!(said.contact, id(11));
    assert_eq!(now(&story, 11).person.job_title.as_deref(), Some("Owner"));
    // Both addresses stay theirs, and neither is taken for another one's.
    let emails = vec!["ana@gmail.com".parse().unwrap(), "ana@new.example".parse().unwrap()];
    let emails = Patch::Set(emails);
    let told = story.when(ContactUpdate { emails, ..titled(11, "Owner") }).unwrap();
    let said: ContactUpdated = told.get().unwrap();
    assert_eq!(said.keys, ["email ana@new.example"]);
    assert_eq!(said.released, ["email ana@acme.example"]);

    story.when(withdrawn("ana@gmail.com", 5)).unwrap();
    assert!(!now(&story, 11).consent && now(&story, 12).consent);
    let reason = "They moved.".parse().unwrap();
    let (named, message) = rule(story.when(ContactDeactivate { contact: id(12), reason }));
    assert_eq!(named, "customer.merged");
    assert!(message.contains("contact.unmerge"), "{message}");
}

fn withdrawn(email: &str, seconds: i64) -> ConsentChanged {
    let said = ConsentSaid {
        purpose: Purpose::BulkMail,
        word: ConsentWord::Withdrawn,
        wording: None,
        version: None,
    };
    let at = samples::at() + TimeDelta::seconds(seconds);
    let to = Standing { said, at, source: "intake.web".into(), input: None };
    let channel = format!("email {email}");
    ConsentChanged { consent: id(90), channel, from: None, to, bulk_mail: false, by: None }
}

#[test]
fn f22_what_is_no_other_contact_is_refused_by_name() {
    let at = chrono::DateTime::UNIX_EPOCH;
    let erased = Contact { person: Person::default(), ..contact(14, "") };
    let gone = Contact { state: CustomerState::Inactive { at }, ..contact(15, "a@a.example") };
    let mut story = two()
        .given(contact(13, "ana@web.example"))
        .given(erased)
        .given(gone)
        .given(lead(1, vague()));
    let twelve: Uuid = id(12);
    let apart = ContactKeepApart { contact: id(11), from: vec![twelve], no_longer: vec![] };
    story.when(apart.clone()).unwrap();
    let keep = ContactKeep { name: Some(id(13)), ..Default::default() };
    for (command, named, says) in [
        (into(11, &[11]), "customer.named_twice", "named twice"),
        (into(11, &[13, 13]), "customer.named_twice", "named twice"),
        (into(11, &[12]), "customer.kept_apart", "`contact.keep_apart`"),
        (into(11, &[14]), "customer.erased", "Nothing is known of"),
        (into(14, &[13]), "customer.erased", "Nothing is known of"),
        (into(11, &[10]), "customer.another_kind", "no contact but the account"),
        (into(11, &[1]), "customer.another_kind", "`lead.merge`"),
        (ContactMerge { keep, ..into(11, &[15]) }, "customer.keep_of_another", "`keep.name`"),
    ] {
        let (rule, message) = rule(story.when(command));
        assert_eq!(rule, named, "{message}");
        assert!(message.contains(says), "{message}");
    }
    let inactive = story.when(into(15, &[13])).unwrap_err();
    assert!(inactive.to_string().contains("is inactive"), "{inactive}");
    let unknown = story.when(into(11, &[99])).unwrap_err();
    assert!(!matches!(unknown, Refusal::No(_)), "it may still come: {unknown}");
    story.when(ContactKeepApart { from: vec![], no_longer: vec![twelve], ..apart }).unwrap();
    story.when(into(11, &[12])).unwrap();
    assert_eq!(rule(story.when(into(12, &[13]))).0, "customer.merged", "the master became another");
    assert_eq!(rule(story.when(into(13, &[12]))).0, "customer.merged", "the loser did before");
}

#[test]
fn f22_merges_of_contacts_are_bounded_in_number_and_in_length() {
    let mut story = two();
    for n in 0..u32::try_from(MERGES_MAX).unwrap() {
        story.world.place(contact(100 + n, "a@a.example").into());
        story.when(into(11, &[100 + n])).unwrap();
    }
    let (named, message) = rule(story.when(into(11, &[12])));
    assert_eq!(named, "customer.too_many_merges");
    assert!(message.contains("newer contact"), "{message}");

    let mut story = two().given(lead(1, vague())).given(known("x@gmail.com", 200));
    let links = u32::from(LINKS_MAX);
    for n in 200..=201 + links {
        story.world.place(contact(n, "x@gmail.com").into());
    }
    for n in 200..200 + links {
        story.when(into(n + 1, &[n])).unwrap();
    }
    let last = 200 + links;
    assert_eq!(rule(story.when(into(last + 1, &[last]))).0, "customer.too_long");
    let told = story.when(LeadQualify { contact: Some(id(200)), ..by_hand(id(1)) }).unwrap();
    assert_eq!(customer(&told).contact, Some(id(last)), "each link is followed");
}

#[test]
fn f22_what_is_proposed_about_a_loser_is_about_the_master_until_it_is_one_again() {
    let mut story = two();
    let told = {
        let mut person = person("Ana", "Soler", "ana@gmail.com");
        person.job_title = Some("Head of Sales".into());
        let enquiry = Enquiry { person, company: None, ..acme() };
        let mut known = lead(1, enquiry);
        known.contact = Some(id(12));
        capture(&mut story, known).unwrap()
    };
    let made: ProposalMade = told.get().unwrap();
    assert_eq!(made.about.contact, Some(id(12)));
    story.when(into(11, &[12])).unwrap();
    let mut undone = story.world.clone();
    let told = story.when(ProposalAccept { proposal: made.proposal }).unwrap();
    assert_eq!(told.get::<ContactUpdated>().unwrap().contact, id(11));
    assert_eq!(now(&story, 11).person.job_title.as_deref(), Some("Head of Sales"));
    std::mem::swap(&mut story.world, &mut undone);
    story.when(undo(12)).unwrap();
    let told = story.when(ProposalAccept { proposal: made.proposal }).unwrap();
    assert_eq!(told.get::<ContactUpdated>().unwrap().contact, id(12), "it is theirs again");
}

#[test]
fn f22_what_is_proposed_about_a_merged_lead_is_about_its_master_until_it_is_one_again() {
    let mut story = story().given(lead(1, vague())).given(lead(2, vague()));
    let said = Enquiry { industry: Some("Hotels".into()), ..vague() };
    let known = Enquiry { industry: Some("Mills".into()), ..vague() };
    story.world.place(lead(2, known).into());
    let told = story
        .when(LeadEnquiryAdded {
            lead: id(2),
            input: id(80),
            channel: Channel::Web,
            part_of: None,
            enquiry: said,
            newer: None,
            matched: Vec::new(),
            another_person: false,
            keys: Vec::new(),
        })
        .unwrap();
    let made: ProposalMade = told.get().unwrap();
    story.when(LeadMerge { lead: id(1), losers: vec![id(2)], keep: Keep::default() }).unwrap();
    let mut undone = story.world.clone();
    let told = story.when(ProposalAccept { proposal: made.proposal }).unwrap();
    assert_eq!(told.get::<LeadUpdated>().unwrap().lead, id(1));
    std::mem::swap(&mut story.world, &mut undone);
    story.when(LeadUnmerge { lead: id(2) }).unwrap();
    let told = story.when(ProposalAccept { proposal: made.proposal }).unwrap();
    assert_eq!(told.get::<LeadUpdated>().unwrap().lead, id(2), "it is theirs again");
}

#[test]
fn f22_an_account_that_became_another_one_is_corrected_there() {
    let mut story = two().given(account(20, "Acme Mills"));
    story.when(accounts(10, &[20])).unwrap();
    let twenty: AccountId = id(20);
    let update = serde_json::json!({ "account": twenty, "phone": "+34600" });
    let update: domain::commands::AccountUpdate = serde_json::from_value(update).unwrap();
    story.when(update).unwrap();
    let now = |n| story.world.find(id::<AccountId>(n)).unwrap();
    assert_eq!((now(10).phone.as_deref(), now(20).phone.as_deref()), (Some("+34600"), None));
    let to_account = serde_json::json!({ "contact": id::<ContactId>(12), "account": twenty });
    let to_account: ContactUpdate = serde_json::from_value(to_account).unwrap();
    story.when(to_account).unwrap();
    assert_eq!(self::now(&story, 12).account, Some(id(10)));
}
