//! Rows of a list that are undone.

use domain::commands::LeadUndo;
use domain::customer::CustomerState;
use domain::events::{LeadEnquiryWithdrawn, OpportunityLost, QuoteClosed};
use domain::ids::{AccountId, ContactId, QuoteId};
use domain::input::PartOf;
use domain::logged::Logged;
use domain::message::{Message, Said};
use domain::opportunity::OpportunityState;
use domain::quote::{QuoteCloseReason, QuoteState};
use domain::samples;

use super::*;

const LIST: u32 = 8_000;

fn row(n: u64) -> Option<PartOf> {
    Some(PartOf { collection: id(LIST), number: n })
}

/// What the log has of a lead beside what the story says.
fn logged<M: Message>(story: &mut Story<Qualification>, lead: u32, outside: bool, message: &M) {
    let log = story.world.logs.entry(id(lead)).or_default();
    let sequence = i64::try_from(log.events.len()).unwrap() + 1;
    let said = Said::of(message);
    log.events.push(Logged::read(said.ty.name, sequence, outside, &said.data));
}

/// A lead that row 1 of the list became, with the key of its address.
fn imported(enquiry: Enquiry) -> Story<Qualification> {
    let lead = lead(1, enquiry);
    let email = lead.enquiry.person.emails[0].clone();
    let keys = vec![format!("email {email}")];
    let born = LeadCaptured { part_of: row(1), keys, ..captured(&lead) };
    let mut story = story().given(lead).given(known(&email, 1));
    logged(&mut story, 1, false, &born);
    story
}

fn added(n: u32, enquiry: Enquiry, part_of: Option<PartOf>, keys: &[&str]) -> LeadEnquiryAdded {
    LeadEnquiryAdded {
        lead: id(1),
        input: id(9_100 + n),
        channel: Channel::Import,
        part_of,
        enquiry,
        newer: None,
        matched: Vec::new(),
        another_person: false,
        keys: keys.iter().map(|key| (*key).to_owned()).collect(),
    }
}

fn undo_born() -> LeadUndo {
    LeadUndo { lead: id(1), input: InputId(id(9_001)) }
}

fn undo_added(n: u32) -> LeadUndo {
    LeadUndo { lead: id(1), input: id(9_100 + n) }
}

#[test]
fn n8_a_lead_of_a_row_that_nobody_worked_on_is_undone_and_its_key_is_nobodys() {
    let mut story = imported(vague());
    story.when(captured(&now(&story, 1))).unwrap();
    let told = story.when(undo_born()).unwrap();
    let said: LeadDisqualified = told.get().unwrap();
    assert_eq!(said.disqualify_reason, DisqualifyReason::ImportUndone);
    assert_eq!(said.released[0].key, "email x@gmail.com");
    assert_eq!(lead_of(&story, "x@gmail.com"), None);
    assert!(matches!(now(&story, 1).state(), LeadState::Disqualified { .. }));
    assert!(story.when(undo_born()).unwrap().already);
}

#[test]
fn n8_a_deal_without_an_offer_and_a_contact_made_of_it_go_too() {
    let mut story = imported(acme());
    let heard = captured(&now(&story, 1));
    let qualified: LeadQualified = story.when(heard).unwrap().get().unwrap();
    let told = story.when(undo_born()).unwrap();
    assert!(told.get::<OpportunityLost>().is_some());
    let contact = story.world.find::<ContactId>(qualified.customer.contact.unwrap()).unwrap();
    assert!(matches!(contact.state, CustomerState::Inactive { .. }));
    let party = story.world.party(&key("ana@acme.example")).unwrap();
    assert_eq!((party.lead, party.contact, party.account), (None, None, None));
    let deal = story.world.find(qualified.opportunity).unwrap();
    assert!(matches!(deal.state, OpportunityState::Lost { .. }));
}

#[test]
fn n8_what_was_offered_or_touched_or_came_otherwise_stays_with_the_reason() {
    let mut story = imported(acme());
    let heard = captured(&now(&story, 1));
    let qualified: LeadQualified = story.when(heard).unwrap().get().unwrap();
    let mut deal = story.world.find(qualified.opportunity).unwrap().clone();
    let active = QuoteState::Active { since: samples::at() };
    deal.quotes = vec![samples::quote(QuoteId(id(60)), active)];
    story.world.place(deal.into());
    let refused = story.when(undo_born()).unwrap_err().to_string();
    assert!(refused.contains("offers, so it stays"), "{refused}");

    let mut story = imported(vague());
    logged(&mut story, 1, true, &domain::events::LeadReactivated { lead: id(1) });
    let refused = story.when(undo_born()).unwrap_err().to_string();
    assert!(refused.contains("`lead.reactivated.v1`"), "{refused}");

    let mut story = imported(vague());
    logged(&mut story, 1, true, &added(1, ana(), None, &[]));
    let refused = story.when(undo_born()).unwrap_err().to_string();
    assert!(refused.contains("`lead.enquiry_added.v1`"), "{refused}");
    let refused = story.when(undo_added(1)).unwrap_err().to_string();
    assert!(refused.contains("as a row of a list"), "{refused}");
    let refused = story.when(undo_added(2)).unwrap_err().to_string();
    assert!(refused.contains("none of the lead"), "{refused}");
}

/// A web lead, to which row 1 was added, then row 2 of the same list.
fn joined() -> Story<Qualification> {
    let first = lead(1, vague());
    let mut story = story();
    logged(&mut story, 1, true, &captured(&first));
    let mut fuller = first.add_enquiry(&ana(), None).unwrap();
    logged(&mut story, 1, false, &added(1, ana(), row(1), &["email ana@gmail.com"]));
    let second = Enquiry { industry: Some("Hospitality".into()), ..ana() };
    fuller = fuller.add_enquiry(&second, None).unwrap();
    logged(&mut story, 1, false, &added(2, second, row(2), &[]));
    story.given(fuller).given(known("ana@gmail.com", 1))
}

#[test]
fn n8_what_rows_added_to_a_lead_is_taken_back_row_by_row() {
    let mut story = joined();
    let said: LeadEnquiryWithdrawn = story.when(undo_added(1)).unwrap().get().unwrap();
    assert!(said.released.is_empty(), "the second row has the key too");
    assert_eq!(now(&story, 1).enquiry.company.as_deref(), Some("ACME"));
    assert!(story.when(undo_added(1)).unwrap().already);
    let said: LeadEnquiryWithdrawn = story.when(undo_added(2)).unwrap().get().unwrap();
    assert_eq!((said.enquiry, now(&story, 1).enquiry), (vague(), vague()));
    assert_eq!(
        (said.released[0].key.as_str(), lead_of(&story, "ana@gmail.com")),
        ("email ana@gmail.com", None)
    );
}

#[test]
fn n8_facts_that_somebody_changed_since_are_not_taken_back() {
    let mut story = joined();
    let mut changed = now(&story, 1);
    changed.enquiry.company = Some("Acme GmbH".into());
    story.world.place(changed.into());
    let refused = story.when(undo_added(1)).unwrap_err().to_string();
    assert!(refused.contains("was worked on after"), "{refused}");
}

#[test]
fn n8_nobody_disqualifies_as_undone_by_hand() {
    let mut story = imported(vague());
    let by_hand =
        LeadDisqualify { lead: id(1), reason: DisqualifyReason::ImportUndone, comment: None };
    assert!(story.when(by_hand).unwrap_err().to_string().contains("lead.undo"));
}

#[test]
fn n8_drafts_are_canceled_with_their_deal_and_the_account_that_is_nobody_elses_goes_too() {
    let mut story = imported(acme());
    let heard = captured(&now(&story, 1));
    let qualified: LeadQualified = story.when(heard).unwrap().get().unwrap();
    let mut deal = story.world.find(qualified.opportunity).unwrap().clone();
    let draft = |n| samples::quote(QuoteId(id(n)), QuoteState::Draft);
    deal.quotes = vec![draft(60), draft(61)];
    story.world.place(deal.into());
    let told = story.when(undo_born()).unwrap();
    let closed = told.all::<QuoteClosed>();
    assert_eq!(closed.len(), 2);
    assert!(closed.iter().all(|it| it.close_reason == QuoteCloseReason::Canceled));
    let deal = story.world.find(qualified.opportunity).unwrap();
    assert!(deal.is_lost() && deal.live_quotes().next().is_none());
    let account = story.world.find::<AccountId>(qualified.customer.account.unwrap()).unwrap();
    assert!(matches!(account.state, CustomerState::Inactive { .. }));
}

#[test]
fn n8_an_account_to_which_others_came_stays() {
    let mut story = imported(acme());
    let heard = captured(&now(&story, 1));
    let qualified: LeadQualified = story.when(heard).unwrap().get().unwrap();
    story.world.logs.entry(id(1)).or_default().account_shared = true;
    story.when(undo_born()).unwrap();
    let account = story.world.find::<AccountId>(qualified.customer.account.unwrap()).unwrap();
    assert_eq!(account.state, CustomerState::Active);
}
