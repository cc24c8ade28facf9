//! Whoever is alike a lead: noted, held, told apart.

use domain::commands::DuplicateClose;
use domain::duplicate::{DuplicateAction, DuplicateState, id_of};
use domain::events::{DuplicateClosed, LeadDuplicateFound};
use domain::likeness::DuplicateRules;
use serde_json::json;

use super::*;

fn looking(action: &str) -> Story<Qualification> {
    let rule = json!({"name": "company", "compare": {"name": 60, "company": 40}, "threshold": 85,
                      "action": action});
    let duplicates = DuplicateRules::load(&json!({"version": "v1", "rule": [rule]})).unwrap();
    let settings: QualificationSettings = toml::from_str(SETTINGS).unwrap();
    Story::of(Qualification::new(settings, rules(), field_map()).looking_for(duplicates), shelf())
}

fn of(person: Person, company: &str) -> Enquiry {
    Enquiry { person, company: Some(company.into()), ..acme() }
}

fn murphy() -> Lead {
    lead(1, of(person("Regina", "Murphy", "regina@contoso.example"), "Contoso"))
}

fn merphy() -> Lead {
    lead(2, of(person("Regina", "Merphy", "rm@gmail.com"), "Contoso Inc"))
}

#[test]
fn f21_whoever_is_alike_is_noted_with_score_and_evidence_and_the_lead_goes_its_way() {
    let mut story = looking("link").given(murphy());
    let told = capture(&mut story, merphy()).unwrap();
    let types = told.types();
    assert_eq!(types.last(), Some(&"lead.duplicate_found.v1"));
    assert!(types.contains(&"lead.qualified.v1"), "{types:?}");
    let found: LeadDuplicateFound = told.get().unwrap();
    assert_eq!((found.lead, found.other_lead, found.score), (id(2), Some(id(1)), 96));
    assert_eq!((found.action, found.more), (DuplicateAction::Link, false));
    let known = story.world.find(found.duplicate).unwrap();
    assert_eq!((known.evidence.len(), known.state.clone()), (2, DuplicateState::Open));
    let sequence = told.says.iter().filter(|said| said.said.ty.about == SubjectKind::Lead);
    assert_eq!(sequence.map(|said| said.sequence).collect::<Vec<_>>(), [Some(2), Some(3)]);
}

#[test]
fn f21_two_are_one_duplicate_whichever_is_asked_last() {
    let mut story = looking("link").given(murphy());
    let (one, two) = (murphy(), merphy());
    capture(&mut story, two).unwrap();
    let told = story.when(captured(&one)).unwrap();
    assert_eq!(told.all::<LeadDuplicateFound>(), []);
}

#[test]
fn f61_a_duplicate_may_hold_a_lead_and_nothing_is_made_until_a_person_answers() {
    for action in ["hold", "block"] {
        let mut story = looking(action).given(murphy());
        let told = capture(&mut story, merphy()).unwrap();
        assert_eq!(told.types(), ["lead.scored.v1", "lead.duplicate_found.v1"]);
        let scored: LeadScored = told.get().unwrap();
        let held = scored.assessment.matched.last().unwrap();
        assert!(held.contains("is alike by the rule \"company\" (score 96)"), "{held}");
        assert_eq!(story.world.contacts.changed().count(), 0);
        let told = story.when(by_hand(id(2))).unwrap();
        assert!(told.types().contains(&"opportunity.created.v1"));
    }
}

#[test]
fn f61_a_held_lead_is_found_by_its_duplicate_and_becomes_whom_a_person_says() {
    let mut story = looking("hold");
    let first = capture(&mut story, murphy()).unwrap();
    let known = first.get::<ContactCreated>().unwrap().contact;
    let told = capture(&mut story, merphy()).unwrap();
    assert_eq!(told.types(), ["lead.scored.v1", "lead.duplicate_found.v1"]);
    let found: LeadDuplicateFound = told.get().unwrap();
    assert_eq!((found.action, found.contact), (DuplicateAction::Hold, Some(known)));
    assert!(story.world.find(found.duplicate).unwrap().is_open(), "it is listed until then");
    let held = story.world.clone();
    let same = LeadQualify { contact: Some(known), ..by_hand(id(2)) };
    let told = story.when(same).unwrap();
    assert_eq!(told.get::<OpportunityCreated>().unwrap().customer.contact, Some(known));
    story.world = held;
    let told = story.when(by_hand(id(2))).unwrap();
    assert!(told.get::<ContactCreated>().is_some(), "or somebody new");
}

#[test]
fn f61_a_duplicate_that_a_person_closed_holds_no_lead_and_is_not_found_again() {
    let mut story = looking("hold").given(murphy());
    capture(&mut story, merphy()).unwrap();
    let duplicate = id_of(id(1), id(2));
    let close = DuplicateClose { duplicate, reason: "Two sisters.".parse().unwrap() };
    let told = story.when(close.clone()).unwrap();
    assert_eq!(told.get::<DuplicateClosed>().unwrap().comment, "Two sisters.");
    assert!(story.when(close).unwrap().already);
    let told = story.when(captured(&merphy())).unwrap();
    assert!(told.types().contains(&"lead.qualified.v1"), "{:?}", told.types());
    assert_eq!(told.all::<LeadDuplicateFound>(), []);
}

#[test]
fn f20_what_is_no_lead_is_nobodys_duplicate_and_ones_own_customer_is_none() {
    let mut story = looking("link").given(murphy());
    let solicits = Enquiry {
        message: Some("Guest post and backlinks".into()),
        interest: vec![],
        ..merphy().enquiry
    };
    let told = capture(&mut story, lead(2, solicits)).unwrap();
    assert_eq!(told.types(), ["lead.disqualified.v1"]);
    let mut story = looking("link");
    capture(&mut story, murphy()).unwrap();
    let mut again = lead(3, murphy().enquiry);
    again.previous = Some(id(1));
    let told = capture(&mut story, again).unwrap();
    assert_eq!(told.types(), ["lead.qualified.v1", "opportunity.created.v1"]);
}

#[test]
fn f20_a_contact_is_found_by_the_lead_that_it_came_of() {
    let mut story = looking("link");
    let told = capture(&mut story, murphy()).unwrap();
    let contact: ContactCreated = told.get().unwrap();
    let told = capture(&mut story, merphy()).unwrap();
    let found: LeadDuplicateFound = told.get().unwrap();
    assert_eq!((found.other_lead, found.contact), (None, Some(contact.contact)));
}
