//! Leads are corrected by people, and the rules are asked again.

use domain::commands::LeadUpdate;
use domain::enquiry::{Need, PurchaseProcess};
use domain::events::LeadUpdated;
use domain::lead::{Grade, Trend};
use serde_json::{Value, json};

use super::*;

fn update(enquiry: Value) -> LeadUpdate {
    let enquiry = serde_json::from_value(enquiry).unwrap();
    LeadUpdate { lead: id(1), expected_sequence: None, enquiry }
}

fn an_open_lead() -> Story<Qualification> {
    let mut story = story();
    capture(&mut story, lead(1, vague())).unwrap();
    story
}

fn now(story: &Story<Qualification>) -> &Lead {
    story.world.find::<LeadId>(id(1)).unwrap()
}

fn rule(answer: Result<Told, Refusal>) -> (&'static str, String) {
    let refused = answer.unwrap_err();
    (refused.reason().rule, refused.reason().message.clone())
}

#[test]
fn f34_research_facts_and_bant_of_a_lead_are_corrected_and_the_event_tells_from_what_to_what() {
    let mut story = an_open_lead();
    story.asker.name = Some("bea@mill.example".into());
    let facts = json!({
        "industry": "Hotels", "employees": 40, "annual_revenue": "2500000", "revenue_currency": "EUR",
        "budget": "9000", "currency": "EUR", "budget_status": "can_buy", "need": "must_have",
        "purchase_process": "committee", "purchase_timeframe": "this_quarter", "decision_maker": true,
        "message": null,
    });
    let told = story.when(update(facts.clone())).unwrap();
    assert_eq!(told.types(), ["lead.updated.v1"]);
    let said: LeadUpdated = told.get().unwrap();
    assert_eq!(said.by.as_deref(), Some("bea@mill.example"));
    let (from, to) =
        (serde_json::to_value(&said.from).unwrap(), serde_json::to_value(&said.to).unwrap());
    assert_eq!(to, facts);
    assert_eq!(
        (&from["message"], &from["budget"]),
        (&json!("Hello, are you there?"), &Value::Null)
    );
    let ask = &now(&story).enquiry;
    assert_eq!(
        (ask.need, ask.purchase_process),
        (Some(Need::MustHave), Some(PurchaseProcess::Committee))
    );
    assert_eq!((ask.decision_maker, ask.message.as_deref()), (Some(true), None));
    assert!(story.when(update(facts)).unwrap().already);
}

#[test]
fn f34_a_corrected_address_takes_the_readers_form_and_the_wrong_one_is_no_key_any_more() {
    let wrong = PartyKey { kind: PartyKeyKind::Email, value: "x@gmail.com".into() };
    let mut story =
        an_open_lead().given(Party { lead: Some(id(1)), ..Party::unknown(wrong.clone()) });
    let told = story.when(update(json!({ "person": { "emails": [" X.Y@Gmail.com "] } }))).unwrap();
    let said: LeadUpdated = told.get().unwrap();
    assert_eq!(said.keys, ["email x.y@gmail.com"]);
    assert_eq!(said.released, ["email x@gmail.com"]);
    assert_eq!(story.world.party(&wrong).unwrap().lead, None);
    let (rule, message) = rule(story.when(update(json!({ "person": { "emails": ["nobody"] } }))));
    assert_eq!(rule, "invalid_data");
    assert!(message.contains("`enquiry.person.emails[0]`"), "{message}");
}

#[test]
fn f64_a_closed_lead_is_read_only_and_an_open_one_where_somebody_changed_it_meanwhile() {
    let mut story = an_open_lead();
    let stale = LeadUpdate { expected_sequence: Some(7), ..update(json!({ "topic": "Mills" })) };
    assert_eq!(rule(story.when(stale)).0, "expected_sequence");
    let (fixed, message) = rule(story.when(update(json!({ "thread": {} }))));
    assert_eq!(fixed, "lead.fixed_field");
    assert!(message.contains("leadmill show lead L-1"), "{message}");
    let lost = LeadDisqualify { lead: id(1), reason: DisqualifyReason::Lost, comment: None };
    story.when(lost).unwrap();
    let refused = story.when(update(json!({ "topic": "Mills" }))).unwrap_err();
    assert!(refused.to_string().contains("disqualified"), "{refused}");
}

#[test]
fn f49_any_change_of_a_fact_asks_the_rules_again() {
    let mut story = an_open_lead();
    let before = now(&story).assessment.clone().unwrap();
    let facts = json!({ "budget": "9000", "currency": "EUR", "purchase_timeframe": "immediate" });
    let said: LeadUpdated = story.when(update(facts)).unwrap().get().unwrap();
    let told = story.when(said).unwrap();
    let after = now(&story).assessment.clone().unwrap();
    assert!(after.score > before.score, "{before:?} {after:?} {:?}", told.types());
}

#[test]
fn f48_a_score_has_its_grade_and_says_how_it_moved() {
    let text = "version = 'g'\n[grades]\nA = 60\nB = 40\nC = 20\n
        [[clause]]\nname = 'mills'\nwhen = \"lead.industry == 'Mills'\"\nthen = 'score'\nscore = 65\n
        [[clause]]\nname = 'shops'\nwhen = \"lead.industry == 'Shops'\"\nthen = 'score'\nscore = 45\n";
    let mut story = story_with(Rules::load(text).unwrap());
    let mills = Enquiry { industry: Some("Mills".into()), ..vague() };
    let said: LeadScored = capture(&mut story, lead(1, mills)).unwrap().get().unwrap();
    assert_eq!((said.assessment.grade, said.assessment.trend), (Some(Grade::A), None));
    for (industry, grade, trend) in [
        ("Shops", Grade::B, Trend::Declining),
        ("Mills", Grade::A, Trend::Improving),
        ("Farms", Grade::D, Trend::Declining),
    ] {
        let updated = story.when(update(json!({ "industry": industry }))).unwrap();
        let said: LeadScored =
            story.when(updated.get::<LeadUpdated>().unwrap()).unwrap().get().unwrap();
        assert_eq!((said.assessment.grade, said.assessment.trend), (Some(grade), Some(trend)));
    }
    let problems = Rules::load(&text.replace("B = 40", "B = 80")).unwrap_err().problems;
    assert!(problems.len() == 1 && problems[0].contains("`grades`"), "{problems:?}");
}
