//! The decisions of quoting, told as stories.

use std::sync::Arc;

use domain::asker::Asker;
use domain::catalog::Catalog;
use domain::catalog_file::CatalogFile;
use domain::commands::{
    OpportunityEditLines, OptionalWish, QuoteActivate, QuoteClose, QuoteDraft, QuoteEdit,
    QuoteRevise,
};
use domain::customer::{Account, Contact, Customer};
use domain::decide::{Later, Refusal};
use domain::document::LINES_MAX;
use domain::enquiry::{Enquiry, Interest, Person};
use domain::events::{
    OpportunityCreated, OpportunityLost, OpportunityRepriced, QuoteActivated, QuoteClosed,
    QuoteDrafted, QuoteEdited, QuoteRevised,
};
use domain::ids::{InputId, OpportunityId, QuoteId, derived, minted};
use domain::lead::Lead;
use domain::line_edits::LineEdits;
use domain::opportunity::{Opportunity, OpportunityState};
use domain::quote::{Quote, QuoteCloseReason, QuoteState};
use domain::rights::Right;
use domain::samples;
use domain::shelf::Shelf;
use domain::stakeholder::TakingPart;
use domain::story::{Story, Told};
use rust_decimal::Decimal;
use rust_decimal_macros::dec;

use super::*;

mod bundles;
mod catalogs;
mod delivery;
mod edits;
mod headers;
mod lines;
mod prices;
mod products;
mod properties;
mod quotes;
mod random;
mod revisions;
mod stakeholders;

/// The golden document's products: A at 120 with 5 % off from 10 on, B at 49.99.
fn golden() -> CatalogFile {
    let json = serde_json::json!({
        "products": [
            { "sku": "A-1", "name": "Alpha", "quantity_control": "whole" },
            { "sku": "B-1", "name": "Beta Machine" },
            { "sku": "C-1", "name": "Gamma", "list_price": "10" },
            { "sku": "OLD-1", "name": "Veteran", "state": "retired" },
            { "sku": "BARE-1", "name": "Bare" },
        ],
        "price_lists": [
            { "code": "eur", "name": "Euro", "currency": "EUR", "items": [
                { "sku": "A-1", "price": { "method": { "currency_amount": "120" } }, "bands": {
                    "kind": "percentage", "bands": [{ "low": "10", "high": "99", "value": "5" }] } },
                { "sku": "B-1", "price": { "method": { "currency_amount": "49.99" } } },
                { "sku": "C-1", "price": { "method": { "percent_of_list": "100" } } },
            ] },
            { "code": "gone", "name": "Gone", "currency": "EUR", "active": false, "items": [] },
            { "code": "usd", "name": "Dollar", "currency": "USD", "items": [] },
        ],
    });
    serde_json::from_value(json).unwrap()
}

fn catalog(file: &CatalogFile) -> Catalog {
    file.wanted(&Catalog::empty()).unwrap()
}

/// The settings that are built in.
fn settings() -> QuotingSettings {
    let text = include_str!("../../../config/default.toml");
    let table: toml::Table = text.parse().unwrap();
    let settings: QuotingSettings = table["quoting"].clone().try_into().unwrap();
    assert_eq!(settings.problems(), Vec::<String>::new());
    settings
}

fn story_with(settings: QuotingSettings) -> Story<Quoting> {
    let shelf = Shelf::new(&Arc::new(catalog(&golden())));
    Story::of(Quoting::new(settings, chrono_tz::Europe::Berlin), shelf)
        .given(account())
        .given(ana())
}

fn story() -> Story<Quoting> {
    story_with(settings())
}

fn id<I: From<uuid::Uuid>>(n: u32) -> I {
    derived(minted(chrono::DateTime::UNIX_EPOCH, [3; 10]), "test", n).into()
}

fn account() -> Account {
    samples::account(id(10))
}

fn ana() -> Contact {
    let person = Person { family_name: Some("Soler".into()), ..Person::default() };
    Contact { person, account: Some(id(10)), ..samples::contact(id(11)) }
}

fn opportunity() -> Opportunity {
    Opportunity {
        customer: Customer { account: Some(id(10)), contact: Some(id(11)) },
        originating_lead: Some(id(5)),
        price_list: "eur".into(),
        estimated_revenue: Some(dec!(5000)),
        taking_part: TakingPart { competitors: vec!["Rival".into()], ..TakingPart::NOBODY },
        lines: Vec::new(),
        ..samples::opportunity(id(1))
    }
}

fn created(interest: &[(&str, Option<Decimal>)]) -> OpportunityCreated {
    let known = opportunity();
    let interest =
        interest.iter().map(|(product, quantity)| Interest::of((*product).into(), *quantity));
    OpportunityCreated {
        opportunity: known.id,
        name: known.name,
        customer: known.customer,
        originating_lead: Some(id(5)),
        primary: known.primary,
        previous: known.previous,
        description: known.description,
        need: known.need,
        purchase_timeframe: known.purchase_timeframe,
        campaign: known.campaign,
        owner: known.owner,
        currency: known.currency,
        price_list: known.price_list.told().0,
        undecided: known.price_list.told().1,
        interest: interest.collect(),
        estimated_revenue: known.estimated_revenue,
        revenue_mode: known.revenue_mode,
        close_date: None,
        stakeholders: known.taking_part.stakeholders,
        competitors: known.taking_part.competitors,
    }
}

fn add(product: &str, quantity: Decimal, complete: bool) -> OpportunityEditLines {
    let lines = LineEdits::product(product.parse().unwrap(), quantity);
    OpportunityEditLines { opportunity: id(1), expected_sequence: None, lines, complete }
}

/// That product with something off its line.
fn discounted(command: OpportunityEditLines, manual_discount: Decimal) -> OpportunityEditLines {
    let mut command = command;
    command.lines.add[0].manual_discount = Some(manual_discount);
    command
}

/// An opportunity with an active quote over two of A-1.
fn offered() -> (Story<Quoting>, QuoteActivated) {
    let mut story = story().given(opportunity());
    let told = story.when(created(&[("A-1", Some(dec!(2)))])).unwrap();
    (story, told.get().unwrap())
}

fn now(story: &Story<Quoting>) -> &Opportunity {
    story.world.find(id::<OpportunityId>(1)).unwrap()
}

fn quote(story: &Story<Quoting>, quote: QuoteId) -> &Quote {
    now(story).quote(quote).unwrap()
}

#[test]
fn f68_declared_products_are_priced_and_offered() {
    let mut story = story().given(opportunity());
    let told = story.when(created(&[("A-1", Some(dec!(12))), ("beta machine", None)])).unwrap();
    assert_eq!(told.types(), ["opportunity.repriced.v1", "quote.drafted.v1", "quote.activated.v1"]);
    let said: OpportunityRepriced = told.get().unwrap();
    assert_eq!(said.unpriced, Vec::<String>::new());
    let [a, b] = &said.lines[..] else { panic!("{:?}", said.lines) };
    assert_eq!((a.label(), a.unit_price, a.volume_discount), ("A-1", dec!(120), dec!(6)));
    assert_eq!((b.label(), b.quantity, b.net_amount), ("B-1", dec!(1), dec!(49.99)));
    assert_eq!(said.estimated_revenue, Some(dec!(1417.99)));
    assert_eq!(now(&story).estimated_revenue, Some(dec!(1417.99)));
}

#[test]
fn f68_products_that_only_the_words_of_the_lead_name_are_offered() {
    let enquiry = Enquiry {
        message: Some("We think of 3 x A-1x, or rather 2 beta machine.".into()),
        ..Enquiry::default()
    };
    let lead = Lead::new(id(5), "L-1".into(), InputId(id(6)), enquiry);
    let mut story = story().given(opportunity()).given(lead);
    let told = story.when(created(&[])).unwrap();
    let said: OpportunityRepriced = told.get().unwrap();
    assert_eq!(said.lines.len(), 1);
    assert_eq!((said.lines[0].label(), said.lines[0].quantity), ("B-1", dec!(2)));
}

#[test]
fn an_opportunity_that_names_nothing_waits_and_no_quote_is_invented() {
    let mut story = story().given(opportunity());
    assert_eq!(story.when(created(&[])).unwrap().types(), Vec::<&str>::new());
}

#[test]
fn f74_what_has_no_price_is_listed_with_its_code_and_keeps_the_quote_a_draft() {
    let mut story = story().given(opportunity());
    let wanted = [
        ("A-1", Some(dec!(1))),
        ("A-1", Some(dec!(1.5))),
        ("A-1", Some(dec!(-1))),
        ("UNKNOWN", None),
        ("OLD-1", None),
        ("BARE-1", None),
    ];
    let told = story.when(created(&wanted)).unwrap();
    assert_eq!(told.types(), ["opportunity.repriced.v1", "quote.drafted.v1"]);
    let said: OpportunityRepriced = told.get().unwrap();
    assert_eq!(said.lines.len(), 1);
    let rules = [
        "line.quantity, pricing error 29",
        "line.quantity, pricing error 4",
        "product.unknown, pricing error 7",
        "product.retired, pricing error 7",
        "price_list.no_item, pricing error 11",
    ];
    assert_eq!(said.unpriced.len(), rules.len());
    for (why, rule) in said.unpriced.iter().zip(rules) {
        assert!(why.contains(rule), "{why}");
    }
}

#[test]
fn f74_where_nothing_has_a_price_that_is_said_and_nothing_offered() {
    let mut story = story().given(opportunity());
    let told = story.when(created(&[("UNKNOWN", None)])).unwrap();
    assert_eq!(told.types(), ["opportunity.repriced.v1"]);
    let said: OpportunityRepriced = told.get().unwrap();
    assert_eq!((said.lines.len(), said.unpriced.len()), (0, 1));
    assert_eq!((said.totals.total_amount, said.estimated_revenue), (dec!(0), Some(dec!(5000))));
}

#[test]
fn f74_a_price_list_that_cannot_be_used_is_named_with_its_code() {
    for (list, rule, code) in [
        ("none", "price_list.unknown", "pricing error 2"),
        ("gone", "price_list.inactive", "pricing error 3"),
        ("usd", "price_list.currency", "pricing error 34"),
    ] {
        let mut story = story().given(Opportunity { price_list: list.into(), ..opportunity() });
        let refused = story.when(add("A-1", dec!(1), true)).unwrap_err();
        assert_eq!((refused.reason().rule, refused.reason().found.as_str()), (rule, code));
    }
}

#[test]
fn f68_a_line_that_cannot_be_sold_is_refused_by_a_named_rule() {
    let discounted = |discount| discounted(add("A-1", dec!(1), true), discount);
    for (command, rule) in [
        (add("UNKNOWN", dec!(1), true), "product.unknown"),
        (add("OLD-1", dec!(1), true), "product.retired"),
        (add("BARE-1", dec!(1), true), "price_list.no_item"),
        (add("A-1", dec!(0), true), "line.quantity"),
        (add("A-1", dec!(-2), true), "line.quantity"),
        (add("A-1", dec!(0.5), true), "line.quantity"),
        (add("B-1", dec!(99999999999999), true), "line.out_of_range"),
        (discounted(dec!(120.01)), "line.discount"),
        (discounted(dec!(-1)), "line.discount"),
    ] {
        let mut story = story().given(opportunity());
        let Refusal::No(reason) = story.when(command).unwrap_err() else { panic!("{rule} waits") };
        assert_eq!(reason.rule, rule);
        assert_eq!(now(&story), &opportunity());
    }
}

#[test]
fn a_tax_class_without_a_rate_is_refused_not_taxed_at_nothing() {
    let mut settings = settings();
    settings.tax_rates.remove("standard");
    let mut story = story_with(settings).given(opportunity());
    let refused = story.when(add("A-1", dec!(1), true)).unwrap_err();
    assert_eq!(refused.reason().rule, "tax_class.unknown");
}

#[test]
fn f68_the_same_product_again_is_a_line_of_its_own_and_lines_are_limited() {
    let mut story = story().given(opportunity());
    for n in 1..=LINES_MAX {
        let told = story.when(add("B-1", dec!(1), false)).unwrap();
        assert_eq!(told.types(), ["opportunity.repriced.v1"]);
        assert_eq!(now(&story).lines.len(), n);
    }
    let refused = story.when(add("B-1", dec!(1), false)).unwrap_err();
    assert_eq!(refused.reason().rule, "opportunity.lines_max");
}

#[test]
fn an_unknown_opportunity_may_still_come_and_a_closed_one_is_not_edited() {
    let mut story = story();
    assert!(matches!(story.when(add("A-1", dec!(1), true)), Err(Refusal::NotYet(_))));
    let state = OpportunityState::Won { at: story.now, actual_revenue: dec!(1) };
    let mut story = story.given(Opportunity { state, ..opportunity() });
    let refused = story.when(add("A-1", dec!(1), true)).unwrap_err();
    assert_eq!(refused.reason().found, "won");
}

#[test]
fn f89_the_golden_lines_with_taxed_freight_add_up_in_document_mode() {
    let mut settings = settings();
    settings.freight.insert("EUR".into(), Amount(dec!(25)));
    let mut story = story_with(settings).given(opportunity());
    story.when(discounted(add("A-1", dec!(12), false), dec!(20))).unwrap();
    let told = story.when(add("B-1", dec!(3), true)).unwrap();
    let said: QuoteDrafted = told.get().unwrap();
    let totals = said.offer.totals;
    assert_eq!(totals.detail_amount, dec!(1497.97));
    assert_eq!(totals.line_discount, dec!(20.00));
    assert_eq!(totals.freight_amount, dec!(25.00));
    assert_eq!(totals.tax_amount, dec!(319.82));
    assert_eq!(totals.total_amount, dec!(1842.79));
    assert_eq!(now(&story).estimated_revenue, Some(dec!(1497.97)));
}
