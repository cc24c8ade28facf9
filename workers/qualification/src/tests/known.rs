//! What a later enquiry says of somebody who is known.

use domain::commands::{ProposalAccept, ProposalDismiss};
use domain::correction::Correction;
use domain::enquiry::Address;
use domain::events::{
    AccountUpdated, ContactUpdated, LeadUpdated, ProposalAccepted, ProposalDismissed,
    ProposalExtended, ProposalMade,
};
use domain::ids::{AccountId, ContactId, ProposalId};
use domain::proposal::{Proposal, ProposalState};
use domain::samples;
use serde_json::{Value, json};

use super::*;

const MAIL: &str = "ana@acme.example";

/// Ana Soler, contact 11 of account 10, of whom no address and no title is known.
fn known() -> Story<Qualification> {
    let key = PartyKey { kind: PartyKeyKind::Email, value: MAIL.into() };
    let ana = Contact { account: Some(id(10)), ..samples::contact(id(11)) };
    story()
        .given(Account { tax_id: None, address: None, ..samples::account(id(10)) })
        .given(Contact { person: person("Ana", "Soler", MAIL), ..ana })
        .given(Party { contact: Some(id(11)), account: Some(id(10)), ..Party::unknown(key) })
}

fn bonn() -> Address {
    Address { city: Some("Bonn".into()), ..Address::default() }
}

/// Ana asks again, in lead `n`.
fn asks(story: &mut Story<Qualification>, n: u32, said: Enquiry) -> Told {
    let mut lead = lead(n, said);
    (lead.account, lead.contact) = (Some(id(10)), Some(id(11)));
    capture(story, lead).unwrap()
}

/// Ana of Acme, without a wish that would make a deal.
fn ana() -> Enquiry {
    Enquiry { interest: Vec::new(), topic: None, message: Some("Hello!".into()), ..acme() }
}

fn json_of(correction: &Correction) -> Value {
    serde_json::to_value(correction).unwrap()
}

fn titled(title: &str) -> Enquiry {
    let person = Person { job_title: Some(title.into()), ..ana().person };
    Enquiry { person, ..ana() }
}

#[test]
fn f34_gaps_of_a_known_customer_are_filled_by_a_later_enquiry_and_the_event_names_it() {
    let mut story = known();
    let said =
        Enquiry { tax_id: Some("ESB12345678".into()), address: Some(bonn()), ..titled("Buyer") };
    let told = asks(&mut story, 1, said);
    let account: AccountUpdated = told.get().unwrap();
    assert_eq!((account.lead, account.by), (Some(id(1)), None));
    assert_eq!(account.address.unwrap().to, Some(bonn()));
    let contact: ContactUpdated = told.get().unwrap();
    assert_eq!(
        (contact.lead, contact.job_title.unwrap().to.as_deref()),
        (Some(id(1)), Some("Buyer"))
    );
    assert!(told.get::<ProposalMade>().is_none(), "nothing differs");
    let account = story.world.find::<AccountId>(id(10)).unwrap();
    assert_eq!((account.tax_id.as_deref(), &account.address), (Some("ESB12345678"), &Some(bonn())));
}

#[test]
fn f34_what_differs_is_proposed_and_the_record_stays() {
    let mut story = known();
    asks(&mut story, 1, titled("Buyer"));
    let told = asks(&mut story, 2, titled("Head of Sales"));
    let made: ProposalMade = told.get().unwrap();
    assert_eq!(made.about.contact, Some(id(11)));
    assert_eq!(json_of(&made.from), json!({ "person": { "job_title": "Buyer" } }));
    assert_eq!(json_of(&made.to), json!({ "person": { "job_title": "Head of Sales" } }));
    let person = &story.world.find::<ContactId>(id(11)).unwrap().person;
    assert_eq!(person.job_title.as_deref(), Some("Buyer"));
}

#[test]
fn f34_the_same_is_proposed_once_more_of_it_extends_the_proposal_and_what_was_dismissed_stays_so() {
    let mut story = known();
    asks(&mut story, 1, titled("Buyer"));
    let made: ProposalMade = asks(&mut story, 2, titled("Head of Sales")).get().unwrap();
    let again = asks(&mut story, 3, titled("Head of Sales"));
    assert!(again.get::<ProposalExtended>().is_none() && again.get::<ProposalMade>().is_none());
    let person =
        Person { emails: vec![MAIL.into(), "ana@home.example".into()], ..titled("CEO").person };
    let more: ProposalExtended = asks(&mut story, 4, Enquiry { person, ..ana() }).get().unwrap();
    assert_eq!((more.proposal, more.lead), (made.proposal, id(4)));
    let to = json!({ "person": { "job_title": "CEO", "emails": [MAIL, "ana@home.example"] } });
    assert_eq!(json_of(&more.to), to);

    let reason = Some("She is the buyer.".parse().unwrap());
    let no = ProposalDismiss { proposal: made.proposal, reason };
    let said: ProposalDismissed = story.when(no.clone()).unwrap().get().unwrap();
    assert_eq!(said.comment.as_deref(), Some("She is the buyer."));
    assert!(story.when(no).unwrap().already);
    assert!(asks(&mut story, 5, titled("CEO")).get::<ProposalMade>().is_none(), "it was dismissed");
    assert!(asks(&mut story, 6, titled("CFO")).get::<ProposalMade>().is_some(), "that is new");
}

#[test]
fn f34_an_accepted_proposal_corrects_the_record_and_its_keys_and_names_who_accepted() {
    let mut story = known();
    let person = Person { emails: vec![MAIL.into(), "ana@home.example".into()], ..ana().person };
    let made: ProposalMade = asks(&mut story, 1, Enquiry { person, ..ana() }).get().unwrap();
    story.asker.name = Some("bea@mill.example".into());
    let told = story.when(ProposalAccept { proposal: made.proposal }).unwrap();
    assert_eq!(told.types(), ["contact.updated.v1", "proposal.accepted.v1"]);
    let updated: ContactUpdated = told.get().unwrap();
    assert_eq!(updated.keys, ["email ana@home.example"]);
    assert_eq!(updated.by.as_deref(), Some("bea@mill.example"));
    assert_eq!(told.get::<ProposalAccepted>().unwrap().by.as_deref(), Some("bea@mill.example"));
    let proposal: &Proposal = story.world.find::<ProposalId>(made.proposal).unwrap();
    assert!(matches!(proposal.state, ProposalState::Accepted { .. }));
    assert!(story.when(ProposalAccept { proposal: made.proposal }).unwrap().already);
    let dismissed = story.when(ProposalDismiss { proposal: made.proposal, reason: None });
    assert!(dismissed.unwrap_err().to_string().contains("is accepted"));
}

#[test]
fn nothing_is_learned_from_an_uncertain_name_or_of_another_company_or_from_less() {
    use domain::certainty::{Certainty, Sureness};
    let mut story = known();
    asks(&mut story, 1, Enquiry { address: Some(bonn()), ..titled("Buyer") });
    let certainty = Sureness { who: Certainty::Likely, ..Sureness::default() };
    let elsewhere = Address { city: Some("Ulm".into()), ..Address::default() };
    let initials = Person { given_name: Some("A.".into()), ..titled("BUYER").person };
    for (n, said) in [
        Enquiry { certainty, ..titled("CEO") },
        Enquiry { company: Some("Other Ltd".into()), address: Some(elsewhere), ..ana() },
        Enquiry { person: initials, company: Some("ACME".into()), ..ana() },
    ]
    .into_iter()
    .enumerate()
    {
        let told = asks(&mut story, 20 + u32::try_from(n).unwrap(), said);
        let types = told.types();
        assert!(
            !types.iter().any(|ty| ty.starts_with("proposal") || ty.contains("updated")),
            "{types:?}"
        );
    }
}

#[test]
fn f34_what_a_further_enquiry_says_otherwise_of_a_new_person_is_proposed_for_their_lead() {
    let mut story = story();
    capture(&mut story, lead(1, Enquiry { company: Some("Acme".into()), ..vague() })).unwrap();
    let said = Enquiry { company: Some("Beta GmbH".into()), ..vague() };
    let known = story.world.find(id::<LeadId>(1)).unwrap().clone();
    let newer = Some(known.newer_facts(&said));
    let fuller = known.add_enquiry(&said, newer.as_ref()).unwrap();
    let event = LeadEnquiryAdded {
        lead: id(1),
        input: fuller.input,
        channel: Channel::Email,
        part_of: None,
        enquiry: said,
        newer,
        matched: Vec::new(),
        another_person: false,
        keys: Vec::new(),
    };
    story.world.place(fuller.into());
    let made: ProposalMade = story.when(event.clone()).unwrap().get().unwrap();
    assert_eq!(json_of(&made.to), json!({ "company": "Beta GmbH" }));
    let stranger = LeadEnquiryAdded { another_person: true, ..event };
    assert!(story.when(stranger).unwrap().get::<ProposalExtended>().is_none());
    let told = story.when(ProposalAccept { proposal: made.proposal }).unwrap();
    let updated: LeadUpdated = told.get().unwrap();
    assert_eq!(
        (json_of(&updated.from), json_of(&updated.to)),
        (json!({ "company": "Acme" }), json!({ "company": "Beta GmbH" }))
    );
}
