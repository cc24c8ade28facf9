//! Records to save: whole ones, with every field filled.

use chrono::{DateTime, NaiveDate, Utc};
use domain::catalog::{Catalog, PriceList, PriceListItem, Product};
use domain::customer::{Account, Buyer, Contact, Customer, CustomerState};
use domain::document::{Line, PaymentTerms};
use domain::enquiry::{Address, Channel, Enquiry, Interest, Person};
use domain::ids::Id;
use domain::input::Input;
use domain::invoice::{Invoice, InvoiceLine, InvoiceState, Payment, Seller, SeriesKey};
use domain::lead::{Assessment, Lead};
use domain::money::Currency;
use domain::opportunity::{Opportunity, OpportunityState};
use domain::order::{Order, OrderLine, OrderState, Shipment, ShippedLine};
use domain::pricing::{Band, Bands, DiscountKind, PriceRule, PricingMethod, QuantityControl};
use domain::quote::{Offer, Quote, QuoteState};
use domain::totals::{Header, Tax, TaxCategory, TaxMode, Totals};
use rust_decimal::Decimal;
use rust_decimal_macros::dec;
use uuid::Uuid;

/// A new id, later than all before.
pub(super) fn id<I: Id>() -> I {
    Uuid::now_v7().into()
}

pub(super) fn at() -> DateTime<Utc> {
    DateTime::from_timestamp_micros(1_772_452_800_123_456).expect("a time")
}

pub(super) fn day(day: u32) -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, 3, day).expect("a day of March")
}

pub(super) fn euro() -> Currency {
    "EUR".parse().expect("a currency")
}

fn address() -> Address {
    Address {
        line1: Some("Kaiserstraße 1".into()),
        city: Some("Frankfurt".into()),
        country: Some("DE".into()),
        ..Address::default()
    }
}

fn person() -> Person {
    Person {
        given_name: Some("Ana".into()),
        family_name: Some("O'Neill \"{x}\"".into()),
        job_title: None,
        emails: vec!["ana@acme.example".into(), "a,b@acme.example".into()],
        phones: vec!["+4969123456".into()],
    }
}

pub(super) fn enquiry() -> Enquiry {
    Enquiry {
        person: person(),
        company: Some("Acme".into()),
        address: Some(address()),
        message: Some("Two lines,\nand a \\ too.".into()),
        interest: vec![Interest { product: "PUMP".into(), quantity: Some(dec!(2.50)) }],
        budget: Some(dec!(1200.00)),
        currency: Some("EUR".into()),
        employees: Some(12),
        submitted_at: Some(at()),
        ..Enquiry::default()
    }
}

pub(super) fn input() -> Input {
    let part_of = Some((id(), 7));
    Input { part_of, enquiry: Some(enquiry()), ..Input::new(id(), Channel::Import) }
}

pub(super) fn lead() -> Lead {
    let id: domain::ids::LeadId = id();
    let mut lead = Lead::new(id, format!("L-{id}"), self::id(), enquiry());
    lead.sequence = 1;
    lead.account = Some(self::id());
    lead.assessment =
        Some(Assessment { rules: "v1".into(), score: 80, matched: vec!["budget".into()] });
    lead
}

pub(super) fn account() -> Account {
    Account {
        id: id(),
        sequence: 1,
        name: "Acme".into(),
        tax_id: Some("DE123456789".into()),
        website: None,
        phone: Some("+4969123456".into()),
        address: Some(address()),
        originating_lead: Some(id()),
        state: CustomerState::Active,
    }
}

pub(super) fn contact() -> Contact {
    Contact {
        id: id(),
        sequence: 1,
        person: person(),
        address: None,
        account: Some(id()),
        originating_lead: Some(id()),
        consent: true,
        state: CustomerState::Active,
    }
}

pub(super) fn line(quantity: Decimal) -> Line {
    Line {
        id: id(),
        sku: "PUMP".into(),
        name: "Pump, \"large\"".into(),
        unit: "C62".into(),
        quantity,
        unit_price: dec!(99.9500),
        volume_discount: dec!(0.125),
        manual_discount: dec!(1.00),
        tax: Tax { category: TaxCategory::S, rate: dec!(19) },
        net_amount: dec!(0),
    }
}

fn header() -> Header {
    Header { discount_percent: dec!(2.5), freight_amount: dec!(12.00), ..Header::default() }
}

fn paper(quantities: &[Decimal]) -> (Vec<Line>, Totals) {
    let mut lines: Vec<_> = quantities.iter().map(|quantity| line(*quantity)).collect();
    let totals = domain::document::compute(&mut lines, &header(), TaxMode::Document, euro());
    (lines, totals.expect("amounts in range"))
}

fn buyer() -> Buyer {
    Buyer { name: "Acme".into(), address: Some(address()), ..Buyer::default() }
}

pub(super) fn quote(state: QuoteState) -> Quote {
    let (lines, totals) = paper(&[dec!(3), dec!(0.5)]);
    let id: domain::ids::QuoteId = id();
    let offer = Offer {
        buyer: buyer(),
        lines,
        header: header(),
        totals,
        payment_terms: PaymentTerms::TwoTenNet30,
        effective_to: day(31),
    };
    Quote { id, sequence: 1, number: format!("Q-{id}"), revision: 0, offer, state }
}

pub(super) fn opportunity() -> Opportunity {
    let (lines, totals) = paper(&[dec!(3), dec!(4), dec!(1.25)]);
    Opportunity {
        id: id(),
        sequence: 1,
        name: "Pumps".into(),
        customer: Customer { account: Some(id()), contact: None },
        originating_lead: Some(id()),
        currency: euro(),
        price_list: "standard-eur".into(),
        estimated_revenue: Some(totals.detail_amount),
        close_date: Some(day(20)),
        lines,
        quotes: Vec::new(),
        state: OpportunityState::Open,
    }
}

pub(super) fn order() -> Order {
    let (lines, totals) = paper(&[dec!(3), dec!(4)]);
    let id: domain::ids::OrderId = id();
    let nothing = Decimal::ZERO;
    let line = |line| OrderLine { line, quantity_shipped: nothing, quantity_canceled: nothing };
    Order {
        id,
        sequence: 1,
        number: format!("O-{id}"),
        quote: self::id(),
        opportunity: self::id(),
        customer: Customer { account: None, contact: Some(self::id()) },
        currency: euro(),
        buyer: buyer(),
        lines: lines.into_iter().map(line).collect(),
        header: header(),
        totals,
        payment_terms: PaymentTerms::Net30,
        purchase_order: Some("PO 77".into()),
        shipments: Vec::new(),
        state: OrderState::Active,
    }
}

/// The order after a delivery of everything on its first line.
pub(super) fn shipped(order: &Order, reference: &str) -> Order {
    let mut order = Order { sequence: order.sequence + 1, ..order.clone() };
    let line = order.lines.first_mut().expect("the order has lines");
    line.quantity_shipped = line.line.quantity;
    let lines = vec![ShippedLine { line: line.line.id, quantity: line.line.quantity }];
    order.shipments.push(Shipment { id: id(), reference: reference.into(), at: at(), lines });
    order
}

pub(super) fn invoice(counter: i64) -> Invoice {
    let (lines, totals) = paper(&[dec!(3), dec!(4)]);
    Invoice {
        id: id(),
        sequence: 1,
        series: series_key(),
        number: format!("INV-2026-{counter:06}"),
        counter,
        order: id(),
        quote: id(),
        opportunity: id(),
        customer: Customer { account: Some(id()), contact: Some(id()) },
        issue_date: day(2),
        due_date: day(31),
        currency: euro(),
        seller: Seller { name: "Mill GmbH".into(), address: address(), ..Seller::default() },
        buyer: buyer(),
        lines: lines.into_iter().map(|line| InvoiceLine { line, order_line: id() }).collect(),
        header: header(),
        totals,
        payment_terms: PaymentTerms::Net60,
        purchase_order: None,
        payments: Vec::new(),
        state: InvoiceState::Issued,
    }
}

pub(super) fn payment(reference: &str) -> Payment {
    Payment {
        id: id(),
        payer: "urn:bank".into(),
        reference: reference.into(),
        amount: dec!(100.00),
        value_date: day(9),
    }
}

pub(super) fn series_key() -> SeriesKey {
    SeriesKey { seller: "INV".into(), kind: "invoice".into(), year: 2026 }
}

pub(super) fn catalog(skus: &[&str]) -> Catalog {
    let product = |sku: &str| Product {
        sku: sku.into(),
        name: format!("Product {sku}"),
        unit: "C62".into(),
        tax_class: "standard".into(),
        quantity_control: QuantityControl::Whole,
        list_price: Some(dec!(99.95)),
        standard_cost: None,
        current_cost: Some(dec!(40)),
        active: true,
    };
    let band = Band { low: dec!(10), high: dec!(99), value: dec!(5) };
    let item = |sku: &str| PriceListItem {
        sku: sku.into(),
        price: PriceRule::new(PricingMethod::PercentOfList(dec!(97.5))),
        bands: Bands::new(DiscountKind::Percentage, vec![band]).ok(),
    };
    let list = PriceList {
        code: "standard-eur".into(),
        name: "Standard".into(),
        currency: euro(),
        active: true,
        items: skus.iter().map(|sku| item(sku)).collect(),
    };
    Catalog {
        sequence: 1,
        products: skus.iter().map(|sku| ((*sku).to_owned(), product(sku))).collect(),
        price_lists: [(list.code.clone(), list)].into(),
        ..Catalog::empty()
    }
}
