//! What a lead becomes: one opportunity or several, by the field map; and a reactivated one whose opportunity was lost.

use domain::commands::OpportunityWish;
use domain::enquiry::{Need, PurchaseTimeframe};
use domain::ids::OpportunityId;
use domain::opportunity::{Loss, LostReason, Opportunity, OpportunityState};
use domain::samples;

use super::*;

#[test]
fn f65_a_lead_with_an_opportunity_is_not_disqualified() {
    let mut story = story();
    capture(&mut story, lead(1, acme())).unwrap();
    let command = LeadDisqualify { lead: id(1), reason: DisqualifyReason::Lost, comment: None };
    let refused = story.when(command.clone()).unwrap_err();
    assert_eq!(refused.reason().rule, "lead.has_opportunity");
    story.when(LeadReactivate { lead: id(1) }).unwrap();
    assert!(matches!(story.when(command).unwrap_err(), Refusal::No(_)));
}

#[test]
fn f65_the_rules_do_not_disqualify_a_lead_with_an_opportunity_either() {
    let mut story = story();
    let mut old = lead(1, text("Please unsubscribe me."));
    old.opportunity = Some(id(50));
    let told = capture(&mut story, old).unwrap();
    let said: LeadScored = told.get().unwrap();
    assert!(said.assessment.matched.last().unwrap().contains("lead.has_opportunity"));
}

#[test]
fn f66_a_reactivated_lead_is_open_keeps_all_and_reuses_its_opportunity() {
    let mut story = story();
    let told = capture(&mut story, lead(1, acme())).unwrap();
    let first: LeadQualified = told.get().unwrap();
    let told = story.when(LeadReactivate { lead: id(1) }).unwrap();
    assert_eq!(told.types(), ["lead.reactivated.v1"]);
    let lead = story.world.find(id::<LeadId>(1)).unwrap();
    assert_eq!(lead.state(), &LeadState::Open(OpenReason::New));
    assert_eq!((&lead.enquiry, lead.opportunity), (&acme(), Some(first.opportunity)));
    assert!(story.when(LeadReactivate { lead: id(1) }).unwrap().already);

    let told = story.when(by_hand(id(1))).unwrap();
    assert_eq!(told.types(), ["lead.qualified.v1"]);
    let again: LeadQualified = told.get().unwrap();
    assert_eq!((again.opportunity, again.customer), (first.opportunity, first.customer));
}

/// The opportunity of a lead is lost, and somebody opens the lead again.
fn lose_and_reactivate(story: &mut Story<Qualification>, deal: OpportunityId) {
    let loss = Loss { reason: LostReason::Canceled, competitor: None, comment: None };
    let lost = OpportunityState::Lost { at: samples::at(), loss };
    close(story, deal, lost);
    story.when(LeadReactivate { lead: id(1) }).unwrap();
}

fn close(story: &mut Story<Qualification>, deal: OpportunityId, state: OpportunityState) {
    let deal = Opportunity { state, ..story.world.find(deal).unwrap().clone() };
    story.world.place(deal.into());
}

fn disqualify(reason: DisqualifyReason) -> LeadDisqualify {
    LeadDisqualify { lead: id(1), reason, comment: None }
}

#[test]
fn f66_a_reactivated_lead_whose_opportunity_was_lost_becomes_a_new_one() {
    let mut story = story();
    let first: LeadQualified = capture(&mut story, lead(1, acme())).unwrap().get().unwrap();
    lose_and_reactivate(&mut story, first.opportunity);
    let told = story.when(by_hand(id(1))).unwrap();
    assert_eq!(told.types(), ["lead.qualified.v1", "opportunity.created.v1"]);
    let again: LeadQualified = told.get().unwrap();
    assert_ne!(again.opportunity, first.opportunity);
    assert_eq!(again.customer, first.customer);
    let made: OpportunityCreated = told.get().unwrap();
    assert_eq!((made.previous, made.primary), (Some(first.opportunity), None));
    let lead = story.world.find(id::<LeadId>(1)).unwrap();
    assert_eq!(lead.opportunity, Some(again.opportunity));
    let lost = story.world.find(first.opportunity).unwrap();
    assert!(lost.is_lost(), "what was lost stays lost");
    assert!(story.when(by_hand(id(1))).unwrap().already);
}

#[test]
fn f66_a_reactivated_lead_whose_opportunity_was_lost_can_be_disqualified() {
    let mut story = story();
    let first: LeadQualified = capture(&mut story, lead(1, acme())).unwrap().get().unwrap();
    lose_and_reactivate(&mut story, first.opportunity);
    let told = story.when(disqualify(DisqualifyReason::Lost)).unwrap();
    assert_eq!(told.types(), ["lead.disqualified.v1"]);
    let lead = story.world.find(id::<LeadId>(1)).unwrap();
    assert_eq!(lead.opportunity, Some(first.opportunity), "it is known what was lost");
}

#[test]
fn f66_a_lead_that_is_closed_is_reactivated_first_whatever_became_of_its_opportunity() {
    let mut story = story();
    let first: LeadQualified = capture(&mut story, lead(1, acme())).unwrap().get().unwrap();
    let loss = Loss { reason: LostReason::OutSold, competitor: None, comment: None };
    close(&mut story, first.opportunity, OpportunityState::Lost { at: samples::at(), loss });
    assert!(story.when(by_hand(id(1))).unwrap().already);
    let refused = story.when(disqualify(DisqualifyReason::Lost)).unwrap_err();
    assert_eq!(refused.reason().rule, "illegal_step");
}

#[test]
fn f66_an_opportunity_that_is_won_stays_that_of_its_lead() {
    let mut story = story();
    let first: LeadQualified = capture(&mut story, lead(1, acme())).unwrap().get().unwrap();
    let won = OpportunityState::Won { at: samples::at(), actual_revenue: dec!(1) };
    close(&mut story, first.opportunity, won);
    story.when(LeadReactivate { lead: id(1) }).unwrap();
    let refused = story.when(disqualify(DisqualifyReason::Lost)).unwrap_err();
    assert_eq!(refused.reason().rule, "lead.has_opportunity");
    let again: LeadQualified = story.when(by_hand(id(1))).unwrap().get().unwrap();
    assert_eq!(again.opportunity, first.opportunity);
}

#[test]
fn f66_the_rules_make_a_new_opportunity_of_a_lost_one_too_when_they_ask_again() {
    let mut story = story();
    let first: LeadQualified = capture(&mut story, lead(1, acme())).unwrap().get().unwrap();
    lose_and_reactivate(&mut story, first.opportunity);
    let lead = story.world.find(id::<LeadId>(1)).unwrap().clone();
    let told = story.when(captured(&lead)).unwrap();
    assert_eq!(told.types(), ["lead.qualified.v1", "opportunity.created.v1"]);
}

fn wish(name: &str, product: &str) -> OpportunityWish {
    let interest = vec![Interest::of(product.into(), None)];
    OpportunityWish { name: name.parse().ok(), interest, ..OpportunityWish::default() }
}

fn wanting(opportunities: Vec<OpportunityWish>) -> LeadQualify {
    LeadQualify { opportunities, ..by_hand(id(1)) }
}

#[test]
fn f58_three_opportunities_of_one_lead_of_which_one_is_primary() {
    let mut story = story();
    let enquiry = Enquiry { budget: Some(dec!(900)), currency: Some("EUR".into()), ..vague() };
    story.world.place(lead(1, enquiry).into());
    let office = OpportunityWish { interest: Vec::new(), ..wish("Office", "") };
    let cellar = OpportunityWish { budget: Some(dec!(50)), ..wish("Cellar", "CM-100") };
    let told = story.when(wanting(vec![office, cellar, wish("", "FILTER-4")])).unwrap();
    let said: LeadQualified = told.get().unwrap();
    let made: Vec<OpportunityCreated> = told.all();
    let names: Vec<_> = made.iter().map(|made| made.name.as_str()).collect();
    assert_eq!(names, ["Office", "Cellar", "Enquiry of L-1"]);
    let primary: Vec<_> = made.iter().map(|made| made.primary).collect();
    assert_eq!(primary, [None, Some(said.opportunity), Some(said.opportunity)]);
    assert_eq!(said.opportunity, made[0].opportunity);
    assert_eq!(said.others, [made[1].opportunity, made[2].opportunity]);
    let revenues: Vec<_> = made.iter().map(|made| made.estimated_revenue).collect();
    assert_eq!(revenues, [Some(dec!(900)), Some(dec!(50)), None], "a budget counts once");
    assert!(made.iter().all(|made| made.originating_lead == Some(id(1))));
    let lead = story.world.find(id::<LeadId>(1)).unwrap();
    assert_eq!(lead.opportunity, Some(said.opportunity));
}

#[test]
fn f58_f66_a_lead_stands_as_long_as_one_of_its_opportunities_does() {
    let mut story = story();
    story.world.place(lead(1, acme()).into());
    let told = story.when(wanting(vec![wish("A", "CM-100"), wish("B", "CM-100")])).unwrap();
    let first: LeadQualified = told.get().unwrap();
    lose_and_reactivate(&mut story, first.opportunity);
    let refused = story.when(disqualify(DisqualifyReason::Lost)).unwrap_err();
    assert!(refused.reason().message.contains(&first.others[0].to_string()));
    let refused = story.when(wanting(vec![wish("C", "CM-100")])).unwrap_err();
    assert_eq!(refused.reason().rule, "lead.has_opportunity");
    let again: LeadQualified = story.when(by_hand(id(1))).unwrap().get().unwrap();
    assert_eq!(again.opportunity, first.others[0]);
}

#[test]
fn f58_whoever_qualifies_chooses_which_records_are_made() {
    let without = |account, contact| {
        let mut story = story();
        story.world.place(lead(1, acme()).into());
        let command =
            LeadQualify { create_account: account, create_contact: contact, ..by_hand(id(1)) };
        story.when(command).map(|told| told.types())
    };
    let closed = ["lead.qualified.v1", "opportunity.created.v1"];
    assert_eq!(without(false, true).unwrap()[..1], ["contact.created.v1"]);
    assert_eq!(without(false, true).unwrap()[1..], closed);
    assert_eq!(without(true, false).unwrap()[..1], ["account.created.v1"]);
    assert_eq!(without(true, false).unwrap()[1..], closed);
    assert_eq!(without(false, false).unwrap_err().reason().rule, "lead.no_customer");
}

/// A lead with all that goes to its opportunity.
fn full() -> Enquiry {
    Enquiry {
        message: Some("We need two.\nSoon.".into()),
        need: Some(Need::MustHave),
        purchase_timeframe: Some(PurchaseTimeframe::ThisQuarter),
        campaign: Some("Fair 2026".into()),
        owner: Some("lena@vendor.example".into()),
        ..acme()
    }
}

#[test]
fn f59_notes_need_timeframe_campaign_and_owner_go_with_the_opportunity() {
    let mut story = story();
    let told = capture(&mut story, lead(1, full())).unwrap();
    let said: OpportunityCreated = told.get().unwrap();
    assert_eq!(said.description.as_deref(), Some("We need two.\nSoon."));
    assert_eq!(said.need, Some(Need::MustHave));
    assert_eq!(said.purchase_timeframe, Some(PurchaseTimeframe::ThisQuarter));
    assert_eq!(said.campaign.as_deref(), Some("Fair 2026"));
    assert_eq!(said.owner.as_deref(), Some("lena@vendor.example"));
    assert_eq!(told.get::<LeadQualified>().unwrap().field_map.as_deref(), Some("2026-03"));
    let deal = story.world.find(said.opportunity).unwrap();
    assert_eq!((&deal.description, deal.need), (&said.description, said.need));
}

#[test]
fn f59_another_map_hands_on_other_fields_and_tells_its_version() {
    let map = "version = 'b'\n[opportunity]\nname = 'company'\ncampaign = 'industry'\n\
               [account]\nname = 'company'\n[contact]\nfamily_name = 'person.family_name'";
    let settings = toml::from_str(SETTINGS).unwrap();
    let worker = Qualification::new(settings, rules(), FieldMap::load(map).unwrap());
    let mut story = Story::of(worker, shelf());
    let enquiry = Enquiry { industry: Some("Bakery".into()), ..full() };
    let told = capture(&mut story, lead(1, enquiry)).unwrap();
    let said: OpportunityCreated = told.get().unwrap();
    assert_eq!((said.name.as_str(), said.campaign.as_deref()), ("Acme, Inc.", Some("Bakery")));
    assert_eq!((said.description, said.owner), (None, None));
    assert_eq!(said.interest, [], "it is not mapped");
    let person = told.get::<ContactCreated>().unwrap().person;
    assert_eq!(person, Person { family_name: Some("Soler".into()), ..Person::default() });
    assert_eq!(told.get::<LeadQualified>().unwrap().field_map.as_deref(), Some("b"));
}
