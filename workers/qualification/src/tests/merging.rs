//! Leads that become one, and the way back.

use domain::commands::{LeadMerge, LeadUnmerge};
use domain::customer::Customer;
use domain::enquiry::Address;
use domain::events::{LeadAbsorbed, LeadMerged, LeadRestored, LeadUnmerged};
use domain::ids::OpportunityId;
use domain::merge::MERGES_MAX;
use domain::merging::Keep;
use domain::opportunity::{Loss, LostReason, OpportunityAction};
use domain::record::Record;
use domain::samples;

use super::*;

mod apart;
mod undoing;

/// Somebody else's view of the same Ana.
fn ana() -> Enquiry {
    Enquiry {
        person: person("Anna", "Soler", "ana@gmail.com"),
        company: Some("ACME".into()),
        address: Some(Address { city: Some("Cádiz".into()), ..Address::default() }),
        message: Some("Are there any news?".into()),
        ..Enquiry::default()
    }
}

fn key(email: &str) -> PartyKey {
    PartyKey { kind: PartyKeyKind::Email, value: email.into() }
}

fn known(email: &str, n: u32) -> Party {
    Party { lead: Some(id(n)), ..Party::unknown(key(email)) }
}

/// Two open leads of one person, each found by a key of its own.
fn two() -> Story<Qualification> {
    let story = story().given(lead(1, vague())).given(lead(2, ana()));
    story.given(known("x@gmail.com", 1)).given(known("ana@gmail.com", 2))
}

fn into(master: u32, losers: &[u32]) -> LeadMerge {
    let losers = losers.iter().map(|n| id(*n)).collect();
    LeadMerge { lead: id(master), losers, keep: Keep::default() }
}

fn undo(n: u32) -> LeadUnmerge {
    LeadUnmerge { lead: id(n) }
}

fn now(story: &Story<Qualification>, n: u32) -> Lead {
    story.world.find(id::<LeadId>(n)).unwrap().clone()
}

fn lead_of(story: &Story<Qualification>, email: &str) -> Option<LeadId> {
    story.world.party(&key(email)).unwrap().lead
}

/// The lead but for the count of its events.
fn plain(mut lead: Lead) -> Lead {
    lead.sequence = 0;
    lead
}

#[test]
fn f22_the_master_keeps_its_own_takes_what_it_lacks_and_has_the_keys_of_the_others() {
    let mut story = two();
    let told = story.when(into(1, &[2])).unwrap();
    assert_eq!(told.types(), ["lead.merged.v1", "lead.absorbed.v1"]);
    let said: LeadMerged = told.get().unwrap();
    assert_eq!(said.keys, ["email ana@gmail.com"]);
    let master = now(&story, 1);
    assert_eq!(master.enquiry.company.as_deref(), Some("ACME"));
    assert_eq!(master.enquiry.message, vague().message);
    assert_eq!(master.enquiry.person.emails, ["x@gmail.com", "ana@gmail.com"]);
    let loser = now(&story, 2);
    assert_eq!((loser.master(), &loser.enquiry), (Some(id(1)), &ana()));
    assert_eq!(told.get::<LeadAbsorbed>().unwrap().master, id(1));
    assert_eq!(lead_of(&story, "ana@gmail.com"), Some(id(1)));
}

#[test]
fn f22_chosen_fields_are_taken_from_the_lead_that_is_named() {
    let mut story = two();
    let keep = Keep { message: Some(id(2)), name: Some(id(1)), ..Keep::default() };
    story.when(LeadMerge { keep, ..into(1, &[2]) }).unwrap();
    let master = now(&story, 1).enquiry;
    assert_eq!(master.message, ana().message);
    assert_eq!(master.person.given_name, None, "the master has no name, and that was chosen");

    let keep = Keep { company: Some(id(3)), ..Keep::default() };
    let refused = two().when(LeadMerge { keep, ..into(1, &[2]) }).unwrap_err();
    assert!(refused.to_string().contains("`keep.company` names none"), "{refused}");
}

#[test]
fn f23_n9_an_undone_merge_leaves_rows_and_keys_as_they_were() {
    let mut story = two();
    let before = (now(&story, 1), now(&story, 2));
    story.when(into(1, &[2])).unwrap();
    let told = story.when(undo(2)).unwrap();
    assert_eq!(told.types(), ["lead.restored.v1", "lead.unmerged.v1"]);
    let restored: LeadRestored = told.get().unwrap();
    assert_eq!(
        (restored.state.as_str(), &*restored.keys),
        ("open", &["email ana@gmail.com".to_owned()][..])
    );
    assert_eq!((plain(now(&story, 1)), plain(now(&story, 2))), (plain(before.0), plain(before.1)));
    assert_eq!(lead_of(&story, "ana@gmail.com"), Some(id(2)));
    let said: LeadUnmerged = told.get().unwrap();
    assert!(said.stayed.is_empty() && said.stayed_keys.is_empty() && said.later.is_empty());
}

#[test]
fn f23_n9_what_came_after_stays_with_the_master_and_is_listed() {
    let mut story = two();
    story.when(into(1, &[2])).unwrap();
    // A later enquiry brings an address and a phone, and a later lead claims the loser's key.
    let mut master = now(&story, 1);
    master.enquiry.person.emails.push("late@acme.example".into());
    master.enquiry.address = Some(Address { city: Some("Bonn".into()), ..Address::default() });
    story.world.place(master.into());
    story.world.place(known("ana@gmail.com", 9).into());
    let told = story.when(LeadMerged { ..story_event(&story) }).unwrap();
    assert_eq!(told.types(), ["lead.scored.v1"]);
    let told = story.when(undo(1)).unwrap();
    let said: LeadUnmerged = told.get().unwrap();
    let master = now(&story, 1).enquiry;
    assert_eq!(master.person.emails, ["x@gmail.com", "late@acme.example"]);
    assert_eq!(master.address.unwrap().city.as_deref(), Some("Bonn"));
    assert_eq!((master.company, master.message), (None, vague().message));
    assert_eq!(said.stayed, ["address.city", "person.emails"]);
    assert_eq!(said.stayed_keys, ["email ana@gmail.com"]);
    assert_eq!(said.later.iter().map(|it| it.ty.as_str()).collect::<Vec<_>>(), ["lead.scored.v1"]);
    assert_eq!(lead_of(&story, "ana@gmail.com"), Some(id(9)), "whoever claimed it since keeps it");
}

/// The merge as it was said.
fn story_event(story: &Story<Qualification>) -> LeadMerged {
    let master = now(story, 1);
    LeadMerged {
        lead: master.id,
        losers: vec![id(2)],
        enquiry: master.enquiry,
        account: None,
        contact: None,
        opportunity: None,
        stakeholders: Vec::new(),
        competitors: Vec::new(),
        keys: Vec::new(),
    }
}

#[test]
fn f22_a_lead_that_became_another_one_takes_no_step_and_is_not_asked_about() {
    let mut story = two().given(lead(3, acme()));
    story.when(into(1, &[2])).unwrap();
    // Its birth was still on its way to the rules.
    let late = story.when(captured(&lead(2, ana()))).unwrap();
    assert_eq!(late.types(), [] as [&str; 0]);
    for refused in [
        story.when(by_hand(id(2))).unwrap_err(),
        story.when(LeadReactivate { lead: id(2) }).unwrap_err(),
        story.when(into(2, &[1])).unwrap_err(),
        story.when(into(3, &[2])).unwrap_err(),
    ] {
        assert!(refused.to_string().contains("became the lead"), "{refused}");
    }
    assert!(story.when(into(1, &[2])).unwrap().already, "the same again");
}

#[test]
fn f22_a_qualified_loser_brings_its_deal_and_two_open_deals_are_refused_by_name() {
    let mut story = two();
    let told = capture(&mut story, lead(3, acme())).unwrap();
    let deal = told.get::<LeadQualified>().unwrap().opportunity;
    story.when(into(1, &[3])).unwrap();
    assert_eq!(now(&story, 1).opportunity, Some(deal));
    assert!(now(&story, 1).contact.is_some(), "and its customer");
    story.when(undo(1)).unwrap();
    assert_eq!((now(&story, 1).opportunity, now(&story, 3).opportunity), (None, Some(deal)));
    assert!(matches!(now(&story, 3).state(), LeadState::Qualified { .. }));

    let other = samples::opportunity(OpportunityId(id(50)));
    let mut with_deal = lead(4, ana());
    with_deal.opportunity = Some(other.id);
    story.world.place(Record::from(other.clone()));
    story.world.place(with_deal.into());
    let refused = story.when(into(4, &[3])).unwrap_err().to_string();
    assert!(refused.contains(&deal.to_string()) && refused.contains("`L-4`"), "{refused}");
    let loss = Loss { reason: LostReason::Canceled, competitor: None, comment: None };
    let lost = OpportunityAction::Lose { at: story.now, loss };
    story.world.place(other.apply(&lost).unwrap().into());
    story.when(into(4, &[3])).unwrap();
    assert_eq!(now(&story, 4).opportunity, Some(deal), "the one that is open");
}

#[test]
fn f23_merges_are_taken_back_from_the_last_one_on() {
    let mut story = two().given(lead(3, acme()));
    let before = now(&story, 1);
    story.when(into(1, &[2])).unwrap();
    story.when(into(1, &[3])).unwrap();
    let refused = story.when(undo(2)).unwrap_err();
    assert!(refused.to_string().contains("before others were"), "{refused}");
    story.when(undo(3)).unwrap();
    story.when(undo(1)).unwrap();
    assert_eq!(plain(now(&story, 1)), plain(before));
    let refused = story.when(undo(1)).unwrap_err();
    assert!(refused.to_string().contains("Nothing was merged"), "{refused}");
}

#[test]
fn f23_a_chain_of_merges_comes_back_link_by_link() {
    let mut story = two().given(lead(3, acme()));
    let before = [1, 2, 3].map(|n| plain(now(&story, n)));
    story.when(into(1, &[2])).unwrap();
    story.when(into(3, &[1])).unwrap();
    assert_eq!(lead_of(&story, "ana@gmail.com"), Some(id(3)), "moved with the first merge");
    let refused = story.when(undo(2)).unwrap_err();
    assert!(refused.to_string().contains("became the lead"), "{refused}");
    story.when(undo(3)).unwrap();
    assert_eq!(lead_of(&story, "ana@gmail.com"), Some(id(1)));
    story.when(undo(1)).unwrap();
    assert_eq!([1, 2, 3].map(|n| plain(now(&story, n))), before);
}

#[test]
fn f22_nobody_is_named_twice_and_merges_are_bounded() {
    let refused = two().when(into(1, &[1])).unwrap_err();
    assert!(refused.to_string().contains("named twice"), "{refused}");
    assert!(two().when(into(1, &[2, 2])).unwrap_err().to_string().contains("named twice"));
    let mut story = two();
    for n in 0..u32::try_from(MERGES_MAX).unwrap() {
        story.world.place(lead(100 + n, vague()).into());
        story.when(into(1, &[100 + n])).unwrap();
    }
    let refused = story.when(into(1, &[2])).unwrap_err();
    assert!(refused.to_string().contains("merge it into a newer lead"), "{refused}");
}

#[test]
fn f23_a_customer_that_was_introduced_since_is_the_masters() {
    let mut story = two();
    story.when(into(1, &[2])).unwrap();
    let customer = Customer { account: None, contact: Some(id(70)) };
    let party = known("ana@gmail.com", 1).introduced(Some(id(1)), customer);
    story.world.place(party.into());
    story.when(undo(1)).unwrap();
    let party = story.world.party(&key("ana@gmail.com")).unwrap();
    assert_eq!((party.lead, party.contact), (Some(id(2)), None));
}
