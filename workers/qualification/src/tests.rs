//! The decisions of qualification, told as stories.

use std::sync::Arc;

use domain::asker::Asker;
use domain::catalog::Catalog;
use domain::commands::{LeadDisqualify, LeadQualify, LeadReactivate};
use domain::customer::{Account, Contact, CustomerState};
use domain::decide::{Ctx, Refusal, Worker};
use domain::enquiry::{Channel, Enquiry, Interest, Person};
use domain::events::{
    AccountCreated, ContactCreated, LeadCaptured, LeadDisqualified, LeadEnquiryAdded,
    LeadQualified, LeadScored, OpportunityCreated,
};
use domain::ids::{InputId, LeadId, derived, minted};
use domain::lead::{DisqualifyReason, Lead, LeadState, OpenReason};
use domain::message::SubjectKind;
use domain::party::{Party, PartyKey, PartyKeyKind};
use domain::shelf::Shelf;
use domain::story::{Story, Told};
use rust_decimal_macros::dec;

use super::*;

mod bulk;
mod corrections;
mod customer_merge;
mod customers;
mod deals;
mod direct_deal;
mod duplicates;
mod known;
mod leads;
mod merging;
mod pricing;
mod random;
mod stakeholders;

const SETTINGS: &str =
    "currency = 'EUR'\nprice_list = { EUR = 'standard-eur', USD = 'standard-usd' }";

fn rules() -> Rules {
    Rules::load(include_str!("../../../config/qualification.toml")).unwrap()
}

fn field_map() -> FieldMap {
    FieldMap::load(include_str!("../../../config/field_map.toml")).unwrap()
}

fn shelf() -> Shelf {
    let mut catalog = Catalog::empty();
    let product = serde_json::json!({ "sku": "CM-100", "name": "Barista One" });
    let product = serde_json::from_value(product).unwrap();
    catalog.products.insert("CM-100".into(), product);
    Shelf::new(&Arc::new(catalog))
}

fn story_with(rules: Rules) -> Story<Qualification> {
    let settings: QualificationSettings = toml::from_str(SETTINGS).unwrap();
    assert_eq!(settings.problems(), Vec::<String>::new());
    Story::of(Qualification::new(settings, rules, field_map()), shelf())
}

fn story() -> Story<Qualification> {
    story_with(rules())
}

fn id<I: From<uuid::Uuid>>(n: u32) -> I {
    derived(minted(chrono::DateTime::UNIX_EPOCH, [2; 10]), "test", n).into()
}

fn person(given: &str, family: &str, email: &str) -> Person {
    Person {
        given_name: Some(given.into()),
        family_name: Some(family.into()),
        emails: vec![email.into()],
        ..Person::default()
    }
}

fn acme() -> Enquiry {
    Enquiry {
        person: person("Ana", "Soler", "ana@acme.example"),
        company: Some("Acme, Inc.".into()),
        topic: Some("Coffee for the office".into()),
        interest: vec![Interest::of("CM-100".into(), Some(dec!(2)))],
        ..Enquiry::default()
    }
}

fn vague() -> Enquiry {
    Enquiry {
        person: Person { emails: vec!["x@gmail.com".into()], ..Person::default() },
        message: Some("Hello, are you there?".into()),
        ..Enquiry::default()
    }
}

fn lead(n: u32, enquiry: Enquiry) -> Lead {
    let mut lead = Lead::new(id(n), format!("L-{n}"), InputId(id(9_000 + n)), enquiry);
    lead.sequence = 1;
    lead
}

fn captured(lead: &Lead) -> LeadCaptured {
    LeadCaptured {
        lead: lead.id,
        number: lead.number.clone(),
        input: lead.input,
        channel: Channel::Web,
        part_of: None,
        enquiry: lead.enquiry.clone(),
        previous: lead.previous,
        account: lead.account,
        contact: lead.contact,
        keys: Vec::new(),
    }
}

fn capture(story: &mut Story<Qualification>, lead: Lead) -> Result<Told, Refusal> {
    let event = captured(&lead);
    story.world.place(lead.into());
    story.when(event)
}

fn by_hand(lead: LeadId) -> LeadQualify {
    LeadQualify::plainly(lead)
}

fn text(message: &str) -> Enquiry {
    Enquiry { message: Some(message.into()), ..acme_without_interest() }
}

fn acme_without_interest() -> Enquiry {
    Enquiry { interest: Vec::new(), topic: None, ..acme() }
}

#[test]
fn f55_a_form_with_a_sku_of_a_new_customer_makes_account_contact_and_opportunity() {
    let mut story = story();
    let told = capture(&mut story, lead(1, acme())).unwrap();
    let types =
        ["account.created.v1", "contact.created.v1", "lead.qualified.v1", "opportunity.created.v1"];
    assert_eq!(told.types(), types);
    let account: AccountCreated = told.get().unwrap();
    let contact: ContactCreated = told.get().unwrap();
    let opportunity: OpportunityCreated = told.get().unwrap();
    let qualified: LeadQualified = told.get().unwrap();
    assert_eq!(account.name, "Acme, Inc.");
    assert_eq!((account.originating_lead, contact.originating_lead), (Some(id(1)), Some(id(1))));
    assert_eq!(contact.account, Some(account.account));
    assert_eq!(opportunity.customer.account, Some(account.account));
    assert_eq!(opportunity.customer.contact, Some(contact.contact));
    assert_eq!(opportunity.originating_lead, Some(id(1)));
    assert_eq!(opportunity.interest, acme().interest);
    assert_eq!(
        (opportunity.name.as_str(), opportunity.price_list.as_deref()),
        ("Coffee for the office", Some("standard-eur"))
    );
    assert_eq!(qualified.opportunity, opportunity.opportunity);
    let assessment = qualified.assessment.unwrap();
    assert_eq!(assessment.rules, "2026-03");
    assert!(assessment.matched.contains(&"declares a product".to_owned()));
    let lead = story.world.find(id::<LeadId>(1)).unwrap();
    assert_eq!(lead.assessment.as_ref(), Some(&assessment));
    assert_eq!(lead.opportunity, Some(opportunity.opportunity));
}

#[test]
fn f55_a_mail_that_names_a_product_of_the_catalog_qualifies() {
    let mut story = story();
    let told = capture(&mut story, lead(1, text("Is the Barista One any good for 12 people?")));
    assert!(told.unwrap().get::<LeadQualified>().is_some());
}

#[test]
fn f55_budget_currency_and_dates_of_the_lead_go_with_the_opportunity() {
    let mut enquiry = acme();
    (enquiry.budget, enquiry.currency) = (Some(dec!(5000)), Some("USD".into()));
    enquiry.close_date = chrono::NaiveDate::from_ymd_opt(2026, 6, 30);
    let told = capture(&mut story(), lead(1, enquiry.clone())).unwrap();
    let said: OpportunityCreated = told.get().unwrap();
    assert_eq!((said.currency.as_str(), said.price_list.as_deref()), ("USD", Some("standard-usd")));
    assert_eq!(said.estimated_revenue, Some(dec!(5000)));
    assert_eq!(said.close_date, enquiry.close_date);

    enquiry.currency = Some("GBP".into());
    let told = capture(&mut story(), lead(1, enquiry)).unwrap();
    let said: OpportunityCreated = told.get().unwrap();
    assert_eq!((said.currency.as_str(), said.estimated_revenue), ("EUR", None));
}

#[test]
fn f48_a_lead_that_no_rule_decides_on_is_scored_and_waits() {
    let mut story = story();
    let told = capture(&mut story, lead(1, vague())).unwrap();
    assert_eq!(told.types(), ["lead.scored.v1"]);
    let lead = story.world.find(id::<LeadId>(1)).unwrap();
    assert!(lead.is_open());
    assert_eq!(lead.assessment, told.get::<LeadScored>().map(|said| said.assessment));
}

#[test]
fn f48_business_questions_in_five_languages_qualify() {
    for question in [
        "How much would two machines for our office cost?",
        "Bitte senden Sie uns ein Angebot für eine Kaffeemaschine.",
        "Necesitamos un presupuesto para una cafetera.",
        "Vorremmo un preventivo per due macchine.",
        "Graag ontvangen wij een prijsopgave.",
    ] {
        let told = capture(&mut story(), lead(1, text(question))).unwrap();
        assert!(told.get::<LeadQualified>().is_some(), "{question}: {:?}", told.types());
    }
}

#[test]
fn f65_obvious_non_fits_are_disqualified_with_the_reason_of_the_clause() {
    let unreachable = Enquiry { person: Person::default(), company: Some("A".into()), ..vague() };
    let cases = [
        (text("We sell backlinks and SEO services."), DisqualifyReason::Canceled),
        (text("Anbei meine Bewerbung als Techniker."), DisqualifyReason::Canceled),
        (text("Please unsubscribe me."), DisqualifyReason::NoLongerInterested),
        (unreachable, DisqualifyReason::CannotContact),
    ];
    for (enquiry, reason) in cases {
        let told = capture(&mut story(), lead(1, enquiry)).unwrap();
        let said: LeadDisqualified = told.get().unwrap();
        assert_eq!(said.disqualify_reason, reason);
        assert!(said.assessment.is_some());
    }
}

#[test]
fn f48_points_add_up_within_0_and_100_and_the_first_clause_that_decides_decides() {
    let clause = |name: &str, rest: &str| format!("[[clause]]\nname = '{name}'\n{rest}\n");
    let text = [
        "version = 'x'\n".to_owned(),
        clause("up", "when = 'true'\nthen = 'score'\nscore = 90"),
        clause("more", "when = 'score == 90'\nthen = 'score'\nscore = 90"),
        clause(
            "first",
            "when = 'score == 180'\nthen = 'qualify'\noffer = [{ sku = 'CM-100', quantity = '3' }]",
        ),
        clause("second", "when = 'true'\nthen = 'disqualify'\nreason = 'lost'"),
        clause("never", "when = 'false'\nthen = 'score'\nscore = -90"),
    ];
    let mut story = story_with(Rules::load(&text.concat()).unwrap());
    let told = capture(&mut story, lead(1, vague())).unwrap();
    let said: LeadQualified = told.get().unwrap();
    let assessment = said.assessment.unwrap();
    assert_eq!((assessment.score, assessment.rules.as_str()), (100, "x"));
    assert_eq!(assessment.matched, ["up", "more", "first", "second"]);
    let offered = told.get::<OpportunityCreated>().unwrap().interest;
    assert_eq!(offered, [Interest::of("CM-100".into(), Some(dec!(3)))]);
}

#[test]
fn a_budget_is_compared_as_a_decimal() {
    let text = "version = 'x'\n[[clause]]\nname = 'c'\nwhen = 'lead.budget + 0.1 == 0.3'\nthen = 'qualify'";
    let enquiry = Enquiry { budget: Some(dec!(0.2)), ..vague() };
    let told = capture(&mut story_with(Rules::load(text).unwrap()), lead(1, enquiry)).unwrap();
    assert!(told.get::<LeadQualified>().is_some());
}

#[test]
fn a_clause_that_cannot_be_computed_is_named_and_matches_nothing() {
    let text = "version = 'x'
        [[clause]]
        name = 'too large'
        when = 'lead.budget * lead.budget * lead.budget > 0'
        then = 'qualify'
        [[clause]]
        name = 'by zero'
        when = 'lead.budget / score > 1'
        then = 'qualify'
        [[clause]]
        name = 'after them'
        when = 'lead.has_budget'
        then = 'score'
        score = 7";
    let enquiry = Enquiry { budget: Some(rust_decimal::Decimal::MAX), ..vague() };
    let told = capture(&mut story_with(Rules::load(text).unwrap()), lead(1, enquiry)).unwrap();
    let said: LeadScored = told.get().unwrap();
    assert_eq!(said.assessment.score, 7);
    let matched = said.assessment.matched;
    assert!(matched[0].starts_with("too large could not be asked"), "{matched:?}");
    assert_eq!(matched.last().unwrap(), "after them");
}

#[test]
fn a_lead_with_another_enquiry_is_asked_again_with_all_it_knows_now() {
    let mut story = story();
    capture(&mut story, lead(1, vague())).unwrap();
    let fuller = story.world.find(id::<LeadId>(1)).unwrap().add_enquiry(&acme(), None).unwrap();
    let event = LeadEnquiryAdded {
        lead: id(1),
        input: fuller.input,
        channel: Channel::Email,
        part_of: None,
        enquiry: acme(),
        matched: Vec::new(),
        newer: None,
        another_person: false,
        keys: Vec::new(),
    };
    story.world.place(fuller.into());
    let told = story.when(event.clone()).unwrap();
    assert!(told.get::<LeadQualified>().is_some());
    assert_eq!(story.when(event).unwrap().types(), Vec::<&str>::new());
}

#[test]
fn an_enquiry_that_changes_nothing_for_the_rules_says_nothing() {
    let mut story = story();
    capture(&mut story, lead(1, vague())).unwrap();
    let again = captured(&lead(1, vague()));
    assert_eq!(story.when(again).unwrap().types(), Vec::<&str>::new());
}

#[test]
fn f62_a_lead_is_qualified_once_and_repeated_commands_get_the_same_reference() {
    let mut story = story();
    capture(&mut story, lead(1, vague())).unwrap();
    let told = story.when(by_hand(id(1))).unwrap();
    let said: LeadQualified = told.get().unwrap();
    assert_eq!(said.assessment, None);
    for _ in 0..50 {
        let told = story.when(by_hand(id(1))).unwrap();
        assert!(told.already && told.says.is_empty());
    }
    let event = captured(story.world.find(id::<LeadId>(1)).unwrap());
    let told = story.when(event).unwrap();
    assert!(!told.already && told.says.is_empty());
}

#[test]
fn f62_the_answer_to_a_repeated_command_names_the_opportunity() {
    let mut story = story();
    let told = capture(&mut story, lead(1, acme())).unwrap();
    let opportunity = told.get::<OpportunityCreated>().unwrap().opportunity;
    let worker = Qualification::new(toml::from_str(SETTINGS).unwrap(), rules(), field_map());
    let (facts, mut numbers) = (shelf(), std::collections::BTreeMap::new());
    let (by, name) = ((id(77), "urn:test"), "qualification");
    let mut ctx = Ctx::new(story.now, &facts, by, &Asker::OURSELVES, name, &mut numbers);
    let when = by_hand(id(1)).into();
    let already = worker.decide(&story.world, &when, &mut ctx).unwrap().already.unwrap();
    assert_eq!((already.subject, already.id), (SubjectKind::Opportunity, opportunity.0));
}

#[test]
fn an_unknown_lead_may_still_come() {
    let refused = story().when(by_hand(id(1))).unwrap_err();
    assert!(matches!(refused, Refusal::NotYet(_)));
}

#[test]
fn f65_disqualify_by_hand_keeps_reason_and_comment_and_is_done_once() {
    let mut story = story();
    capture(&mut story, lead(1, vague())).unwrap();
    let command = |reason| LeadDisqualify {
        lead: id(1),
        reason,
        comment: Some("no answer".parse().expect("a comment")),
    };
    let told = story.when(command(DisqualifyReason::CannotContact)).unwrap();
    let said: LeadDisqualified = told.get().unwrap();
    assert_eq!(said.comment.as_deref(), Some("no answer"));
    assert!(story.when(command(DisqualifyReason::CannotContact)).unwrap().already);
    assert!(story.when(command(DisqualifyReason::Lost)).is_err());
    assert!(story.when(by_hand(id(1))).is_err());
}
