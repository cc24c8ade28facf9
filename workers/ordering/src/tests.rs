//! Stories of ordering; here what they have in common.

use chrono::{DateTime, NaiveDate, Utc};
use chrono_tz::Europe;
use domain::commands::QuoteAccept;
use domain::customer::Buyer;
use domain::decide::Refusal;
use domain::delivery_terms::{DeliveryTerms, Incoterm};
use domain::document::{Line, PaymentTerms, compute};
use domain::ids::{OpportunityId, OrderId, QuoteId};
use domain::keys::OrderOfQuote;
use domain::money::Currency;
use domain::opportunity::{Opportunity, OpportunityState};
use domain::order::Order;
use domain::quote::{Offer, Quote, QuoteState};
use domain::samples;
use domain::stakeholder::TakingPart;
use domain::story::Story;
use domain::totals::{Header, Rules, Tax, TaxCategory};
use rust_decimal::Decimal;
use rust_decimal_macros::dec;
use uuid::Uuid;

use crate::Ordering;

mod acceptance;
mod closing;
mod late;
mod shipments;

const DEAL: OpportunityId = OpportunityId(Uuid::from_u128(1));
const QUOTE: QuoteId = QuoteId(Uuid::from_u128(2));
const SIBLING: QuoteId = QuoteId(Uuid::from_u128(3));

fn story() -> Story<Ordering> {
    Story::of(Ordering::new(Europe::Madrid), ())
}

fn euro() -> Currency {
    "EUR".parse().expect("a currency")
}

fn day(month: u32, day: u32) -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, month, day).expect("a date")
}

fn at(text: &str) -> DateTime<Utc> {
    text.parse().expect("a time")
}

fn line(id: u128, sku: &str, quantity: Decimal, unit: &str) -> Line {
    Line {
        sku: Some(sku.into()),
        name: format!("Product {sku}"),
        unit: unit.into(),
        quantity,
        unit_price: dec!(120),
        volume_discount: dec!(6),
        manual_discount: dec!(20),
        tax: Tax { category: TaxCategory::S, rate: dec!(21) },
        ..samples::line(Uuid::from_u128(id).into())
    }
}

/// 12 pumps, 3.5 kg of grease, 40 gaskets; 5 % and 10 euro off, freight 25.
fn offer() -> Offer {
    let mut lines = vec![
        line(11, "PUMP", dec!(12), "C62"),
        line(12, "GREASE", dec!(3.5), "KGM"),
        line(13, "GASKET", dec!(40), "H87"),
    ];
    let header = Header {
        discount_percent: dec!(5),
        discount_amount: dec!(10),
        freight_amount: dec!(25),
        freight_tax: Some(Tax { category: TaxCategory::S, rate: dec!(21) }),
        rules: Rules::default(),
    };
    let totals = compute(&mut lines, &header, euro()).expect("totals");
    Offer {
        buyer: Buyer { name: "Molinos del Sur SL".into(), ..Buyer::default() },
        lines,
        optional: Vec::new(),
        header,
        totals,
        payment_terms: PaymentTerms::TwoTenNet30,
        deliver_to: None,
        delivery_terms: Some(Box::new(DeliveryTerms::of(Incoterm::Dap, Some("Lyon")))),
        effective_from: None,
        effective_to: day(3, 31),
        introduction: None,
        closing_note: None,
    }
}

fn quote(id: QuoteId, revision: i32, state: QuoteState) -> Quote {
    let number = "Q-100042".into();
    Quote { revision, number, offer: offer(), sequence: 2, ..samples::quote(id, state) }
}

fn active() -> QuoteState {
    QuoteState::Active { since: at("2026-03-01T09:00:00Z") }
}

fn deal(quotes: Vec<Quote>) -> Opportunity {
    let estimated_revenue = Some(dec!(1500));
    let competitors = vec!["Bombas Norte".to_owned()];
    let taking_part = TakingPart { competitors, ..TakingPart::NOBODY };
    Opportunity {
        estimated_revenue,
        taking_part,
        lines: Vec::new(),
        quotes,
        ..samples::opportunity(DEAL)
    }
}

fn accept(quote: QuoteId) -> QuoteAccept {
    QuoteAccept::of(quote)
}

/// A story in which the quote was just accepted, and the order of it.
fn ordered() -> (Story<Ordering>, Order) {
    let mut story = story().given(deal(vec![quote(QUOTE, 0, active())]));
    story.when(accept(QUOTE)).expect("the quote can be accepted");
    let order = story.world.by(OrderOfQuote(QUOTE)).cloned().expect("an order");
    (story, order)
}

fn order_now(story: &Story<Ordering>, id: OrderId) -> &Order {
    story.world.find(id).expect("the order exists")
}

/// The rule that refused for good.
fn no<T: std::fmt::Debug>(answer: Result<T, Refusal>) -> (&'static str, String) {
    match answer {
        Err(Refusal::No(reason)) => (reason.rule, reason.message),
        other => panic!("expected No, got {other:?}"),
    }
}

/// The rule by which the message waits.
fn not_yet<T: std::fmt::Debug>(answer: Result<T, Refusal>) -> &'static str {
    match answer {
        Err(Refusal::NotYet(reason)) => reason.rule,
        other => panic!("expected NotYet, got {other:?}"),
    }
}
