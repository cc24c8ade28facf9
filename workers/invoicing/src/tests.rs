//! Stories of invoicing; here what they have in common.

use chrono::{DateTime, NaiveDate, Utc};
use domain::customer::Buyer;
use domain::decide::Refusal;
use domain::document::{Line, PaymentTerms, compute};
use domain::enquiry::Address;
use domain::events::{InvoiceIssued, OrderFulfilled};
use domain::ids::{InvoiceId, LeadId, OpportunityId, OrderId};
use domain::invoice::Invoice;
use domain::keys::InvoicesOfOrder;
use domain::money::Currency;
use domain::opportunity::{Opportunity, OpportunityState};
use domain::order::{Order, OrderLine, OrderState, Shipment};
use domain::rates::Rates;
use domain::samples;
use domain::story::Story;
use domain::totals::{Header, Rules, Tax, TaxCategory};
use rust_decimal::Decimal;
use rust_decimal_macros::dec;
use uuid::Uuid;

use crate::{Invoicing, SellerSettings};

mod arithmetic;
mod exchange;
mod issuing;
mod numbering;
mod parts;
mod payments;
mod settings;
mod transfers;

const DEAL: OpportunityId = OpportunityId(Uuid::from_u128(1));
const LEAD: LeadId = LeadId(Uuid::from_u128(2));
const ORDER: OrderId = OrderId(Uuid::from_u128(3));
const VAT: Tax = Tax { category: TaxCategory::S, rate: dec!(21) };

/// The `[seller]` that is built in, in Berlin.
fn seller() -> SellerSettings {
    let text = include_str!("../../../config/default.toml");
    let mut all: toml::Table = text.parse().expect("the built-in settings are TOML");
    all.remove("seller").expect("there is a seller").try_into().expect("its settings fit")
}

fn euro() -> Currency {
    "EUR".parse().expect("a currency")
}

fn day(text: &str) -> NaiveDate {
    text.parse().expect("a date")
}

fn at(text: &str) -> DateTime<Utc> {
    text.parse().expect("a time")
}

fn line(quantity: Decimal, unit_price: Decimal, (volume, manual): (Decimal, Decimal)) -> Line {
    Line {
        quantity,
        unit_price,
        volume_discount: volume,
        manual_discount: manual,
        tax: VAT,
        ..samples::line(Uuid::nil().into())
    }
}

/// The golden document: detail 1497.97, header discount 84.90, freight 25.
fn golden() -> (Vec<Line>, Header) {
    let lines = vec![
        line(dec!(12), dec!(120), (dec!(6), dec!(20))),
        line(dec!(3), dec!(49.99), (dec!(0), dec!(0))),
    ];
    let header = Header {
        discount_percent: dec!(5),
        discount_amount: dec!(10),
        freight_amount: dec!(25),
        freight_tax: Some(VAT),
        rules: Rules::default(),
        exchange: None,
    };
    (lines, header)
}

/// An order of these lines of which so much was shipped, and the rest canceled.
fn shipped(mut lines: Vec<Line>, header: Header, shipped: &[Decimal]) -> Order {
    for (n, line) in lines.iter_mut().enumerate() {
        line.id = Uuid::from_u128(100 + n as u128).into();
    }
    let totals = compute(&mut lines, &header, euro()).expect("totals");
    let lines = lines.into_iter().zip(shipped).map(|(line, shipped)| OrderLine {
        quantity_shipped: *shipped,
        quantity_canceled: line.quantity - shipped,
        line,
    });
    let lines: Vec<_> = lines.collect();
    let partial = lines.iter().any(|line| !line.quantity_canceled.is_zero());
    let shipment = |n: u128, at| Shipment {
        id: Uuid::from_u128(n).into(),
        reference: format!("D-{n}"),
        at,
        lines: Vec::new(),
    };
    Order {
        number: "O-100042".into(),
        opportunity: Some(DEAL),
        buyer: Buyer {
            name: "Molinos del Sur SL".into(),
            contact_name: Some("Ana Ruiz".into()),
            vat_id: Some("ESB12345678".into()),
            address: Some(Address { country: Some("ES".into()), ..Address::default() }),
            ..Buyer::default()
        },
        lines,
        header,
        totals,
        payment_terms: PaymentTerms::TwoTenNet30,
        purchase_order: Some("PO-7".into()),
        shipments: vec![
            shipment(2, at("2026-03-01T23:30:00Z")),
            shipment(1, at("2026-02-27T08:00:00Z")),
        ],
        state: OrderState::Fulfilled { at: at("2026-03-02T00:10:00Z"), partial },
        ..samples::order(ORDER)
    }
}

/// The golden document, shipped whole.
fn order() -> Order {
    let (lines, header) = golden();
    shipped(lines, header, &[dec!(12), dec!(3)])
}

fn deal() -> Opportunity {
    Opportunity {
        originating_lead: Some(LEAD),
        state: OpportunityState::Won { at: at("2026-02-20T00:00:00Z"), actual_revenue: dec!(1) },
        ..samples::opportunity(DEAL)
    }
}

fn story(order: &Order) -> Story<Invoicing> {
    Story::of(Invoicing::new(seller()), Rates::default()).given(deal()).given(order.clone())
}

fn fulfilled(order: OrderId) -> OrderFulfilled {
    OrderFulfilled { order, partial: false, comment: None }
}

/// What is said when the order is billed.
fn issue(order: &Order) -> InvoiceIssued {
    let told = story(order).when(fulfilled(order.id)).expect("the order can be billed");
    assert_eq!(told.types(), ["invoice.issued.v1"]);
    told.get().expect("invoice.issued")
}

/// A story in which the order was just billed, and the id of the invoice.
fn billed(order: &Order) -> (Story<Invoicing>, InvoiceId) {
    let mut story = story(order);
    story.when(fulfilled(order.id)).expect("the order can be billed");
    let id = story.world.by(InvoicesOfOrder(order.id)).expect("an invoice").id;
    (story, id)
}

fn invoice_now(story: &Story<Invoicing>, id: InvoiceId) -> &Invoice {
    story.world.find(id).expect("the invoice exists")
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
