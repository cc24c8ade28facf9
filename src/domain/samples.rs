//! Records for tests: one sample of each subject, so that a new field is typed once.
//!
//! A test says what matters to it and takes the rest: `Order { lines, ..samples::order(ORDER) }`. Every
//! other id in a sample is derived from its own. Whole random records are [thrown](Random).

use chrono::{DateTime, NaiveDate, Utc};
use rust_decimal::Decimal;
use uuid::Uuid;

use crate::customer::{Account, AccountRole, Buyer, Contact, Customer, CustomerState};
use crate::delivery_terms::{DeliveryTerms, Incoterm};
use crate::document::{Line, LineKind, PaymentTerms, compute};
use crate::enquiry::{Address, Channel, Enquiry, Interest, Need, Person, PurchaseTimeframe};
use crate::ids::{
    AccountId, ContactId, Id, InputId, InvoiceId, LeadId, LineId, OpportunityId, OrderId,
    PaymentId, QuoteId, derived,
};
use crate::input::{Input, PartOf};
use crate::invoice::{
    DocumentType, Invoice, InvoiceLine, InvoiceState, Payment, Seller, SeriesKey,
};
use crate::lead::{Assessment, Grade, Lead, Trend};
use crate::money::Currency;
use crate::opportunity::{Opportunity, OpportunityState, RevenueMode};
use crate::order::{Order, OrderLine, OrderState, Shipment, ShippedLine};
use crate::property_value::PropertyValue;
use crate::quote::{Offer, Quote, QuoteState};
use crate::stakeholder::TakingPart;
use crate::totals::{Header, Tax, TaxCategory, Totals};

mod dice;
mod random;

pub use dice::Dice;
pub use random::Random;

/// A moment with microseconds, which is as fine as PostgreSQL keeps it.
#[must_use]
pub fn at() -> DateTime<Utc> {
    DateTime::from_timestamp_micros(1_772_452_800_123_456).expect("a time")
}

#[must_use]
pub fn day(day: u32) -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, 3, day).expect("a day of March")
}

#[must_use]
pub fn euro() -> Currency {
    "EUR".parse().expect("a currency")
}

/// The nth id that belongs to a record.
fn of<I: Id>(owner: Uuid, nth: u32) -> I {
    derived(owner, "sample", nth).into()
}

/// So many hundredths.
fn cents(value: i64) -> Decimal {
    Decimal::new(value, 2)
}

#[must_use]
pub fn address() -> Address {
    Address {
        line1: Some("Kaiserstraße 1".into()),
        city: Some("Frankfurt".into()),
        country: Some("DE".into()),
        ..Address::default()
    }
}

#[must_use]
pub fn person() -> Person {
    Person {
        given_name: Some("Ana".into()),
        family_name: Some("O'Neill \"{x}\"".into()),
        job_title: None,
        emails: vec!["ana@acme.example".into(), "a,b@acme.example".into()],
        phones: vec!["+4969123456".into()],
    }
}

#[must_use]
pub fn enquiry() -> Enquiry {
    Enquiry {
        person: person(),
        company: Some("Acme".into()),
        address: Some(address()),
        message: Some("Two lines,\nand a \\ too.".into()),
        interest: vec![Interest::of("PUMP".into(), Some(cents(250)))],
        budget: Some(Decimal::from(1200)),
        currency: Some("EUR".into()),
        employees: Some(12),
        submitted_at: Some(at()),
        ..Enquiry::default()
    }
}

/// A row of a file, not judged yet.
#[must_use]
pub fn input(id: InputId) -> Input {
    let part_of = Some(PartOf { collection: of(id.0, 1), number: 7 });
    Input { part_of, enquiry: Some(enquiry()), ..Input::new(id, Channel::Import) }
}

/// What the rules said of a lead.
#[must_use]
pub fn assessment() -> Assessment {
    Assessment {
        rules: "v1".into(),
        score: 80,
        grade: Some(Grade::A),
        trend: Some(Trend::Steady),
        matched: vec!["budget".into()],
    }
}

/// An open lead of a known organisation, with its score.
#[must_use]
pub fn lead(id: LeadId) -> Lead {
    let mut lead = Lead::new(id, format!("L-{id}"), of(id.0, 1), enquiry());
    lead.sequence = 1;
    lead.account = Some(of(id.0, 2));
    lead.assessment = Some(assessment());
    lead
}

#[must_use]
pub fn account(id: AccountId) -> Account {
    Account {
        id,
        sequence: 1,
        name: "Acme".into(),
        tax_id: Some("DE123456789".into()),
        website: None,
        phone: Some("+4969123456".into()),
        address: Some(address()),
        billing_address: None,
        delivery_address: None,
        territory: Some("North".into()),
        customer_group: None,
        originating_lead: Some(of(id.0, 1)),
        merges: Vec::new(),
        kept_apart: Vec::new(),
        state: CustomerState::Active,
    }
}

/// A person of an organisation.
#[must_use]
pub fn contact(id: ContactId) -> Contact {
    Contact {
        id,
        sequence: 1,
        person: person(),
        address: None,
        delivery_address: None,
        account: Some(of(id.0, 1)),
        role: Some(AccountRole::DecisionMaker),
        territory: None,
        customer_group: Some("Trade".into()),
        originating_lead: Some(of(id.0, 2)),
        consent: true,
        merges: Vec::new(),
        kept_apart: Vec::new(),
        state: CustomerState::Active,
    }
}

/// Three pumps.
#[must_use]
pub fn line(id: LineId) -> Line {
    Line {
        id,
        kind: LineKind::Product,
        parent: None,
        sku: Some("PUMP".into()),
        name: "Pump, \"large\"".into(),
        description: None,
        unit: "C62".into(),
        quantity: Decimal::from(3),
        unit_price: cents(9995),
        volume_discount: Decimal::new(125, 3),
        manual_discount: Decimal::ONE,
        properties: vec![PropertyValue { name: "Colour".into(), value: Some("red".into()) }],
        tax: Tax { category: TaxCategory::S, rate: Decimal::from(19) },
        net_amount: Decimal::ZERO,
        price_override: None,
        price_trace: None,
    }
}

#[must_use]
pub fn header() -> Header {
    Header {
        discount_percent: Decimal::new(25, 1),
        freight_amount: Decimal::from(12),
        ..Header::default()
    }
}

/// The lines of a document with their totals.
fn paper(owner: Uuid, quantities: &[Decimal]) -> (Vec<Line>, Totals) {
    let line = |(quantity, nth)| Line { quantity, ..line(of(owner, nth)) };
    let mut lines: Vec<_> = quantities.iter().copied().zip(100..).map(line).collect();
    let totals = compute(&mut lines, &header(), euro());
    (lines, totals.expect("amounts in range"))
}

#[must_use]
pub fn buyer() -> Buyer {
    Buyer { name: "Acme".into(), address: Some(address()), ..Buyer::default() }
}

#[must_use]
pub fn quote(id: QuoteId, state: QuoteState) -> Quote {
    let (lines, totals) = paper(id.0, &[Decimal::from(3), cents(50)]);
    let offer = Offer {
        buyer: buyer(),
        lines,
        optional: Vec::new(),
        header: header(),
        totals,
        payment_terms: PaymentTerms::TwoTenNet30,
        deliver_to: None,
        delivery_terms: None,
        effective_from: None,
        effective_to: day(31),
        introduction: None,
        closing_note: None,
    };
    let number = format!("Q-{id}");
    Quote { id, sequence: 1, number, revision: 0, offer, waits_for: None, edited: false, state }
}

/// An open deal of an organisation, without a quote.
#[must_use]
pub fn opportunity(id: OpportunityId) -> Opportunity {
    let (lines, totals) = paper(id.0, &[Decimal::from(3), Decimal::from(4), cents(125)]);
    Opportunity {
        id,
        sequence: 1,
        name: "Pumps".into(),
        customer: Customer { account: Some(of(id.0, 1)), contact: None },
        originating_lead: Some(of(id.0, 2)),
        primary: None,
        previous: None,
        description: Some("Two for the cellar.".into()),
        need: Some(Need::MustHave),
        purchase_timeframe: Some(PurchaseTimeframe::ThisYear),
        campaign: Some("Fair".into()),
        owner: Some("lena@vendor.example".into()),
        currency: euro(),
        price_list: "standard-eur".into(),
        estimated_revenue: Some(totals.detail_amount),
        revenue_mode: RevenueMode::System,
        close_date: Some(day(20)),
        actual_close_date: None,
        taking_part: TakingPart::NOBODY,
        lines,
        quotes: Vec::new(),
        state: OpportunityState::Open,
    }
}

/// An order of a person, of which nothing is shipped.
#[must_use]
pub fn order(id: OrderId) -> Order {
    let (lines, totals) = paper(id.0, &[Decimal::from(3), Decimal::from(4)]);
    let nothing = Decimal::ZERO;
    let line = |line| OrderLine { line, quantity_shipped: nothing, quantity_canceled: nothing };
    Order {
        id,
        sequence: 1,
        number: format!("O-{id}"),
        quote: Some(of(id.0, 1)),
        opportunity: Some(of(id.0, 2)),
        customer: Customer { account: None, contact: Some(of(id.0, 3)) },
        currency: euro(),
        buyer: buyer(),
        lines: lines.into_iter().map(line).collect(),
        header: header(),
        totals,
        payment_terms: PaymentTerms::Net30,
        deliver_to: None,
        delivery_terms: Some(Box::new(DeliveryTerms::of(Incoterm::Dap, Some("Lyon")))),
        purchase_order: Some("PO 77".into()),
        shipments: Vec::new(),
        state: OrderState::Active,
    }
}

/// The order after a delivery of everything on its first line.
///
/// # Panics
/// Where the order has no line.
#[must_use]
pub fn shipped(order: &Order, reference: &str) -> Order {
    let mut order = Order { sequence: order.sequence + 1, ..order.clone() };
    let line = order.lines.first_mut().expect("the order has lines");
    line.quantity_shipped = line.line.quantity;
    let lines = vec![ShippedLine { line: line.line.id, quantity: line.line.quantity }];
    let id = of(order.id.0, 200 + order.shipments.len() as u32);
    order.shipments.push(Shipment { id, reference: reference.into(), at: at(), lines });
    order
}

/// The series of the samples' invoices.
#[must_use]
pub fn series_key() -> SeriesKey {
    SeriesKey { seller: "INV".into(), kind: "invoice".into(), year: 2026 }
}

/// An invoice with that number of its series, not paid.
#[must_use]
pub fn invoice(id: InvoiceId, counter: i64) -> Invoice {
    let (lines, totals) = paper(id.0, &[Decimal::from(3), Decimal::from(4)]);
    let lines = lines.into_iter().zip(200..);
    let lines = lines.map(|(line, nth)| InvoiceLine { line, order_line: Some(of(id.0, nth)) });
    Invoice {
        id,
        sequence: 1,
        document_type: DocumentType::Invoice,
        preceding: Vec::new(),
        series: series_key(),
        number: format!("INV-2026-{counter:06}"),
        counter,
        order: Some(of(id.0, 1)),
        quote: Some(of(id.0, 2)),
        opportunity: Some(of(id.0, 3)),
        customer: Customer { account: Some(of(id.0, 4)), contact: Some(of(id.0, 5)) },
        issue_date: day(2),
        due_date: day(31),
        currency: euro(),
        seller: Seller { name: "Mill GmbH".into(), address: address(), ..Seller::default() },
        buyer: buyer(),
        lines: lines.collect(),
        header: header(),
        totals,
        payment_terms: PaymentTerms::Net60,
        deliver_to: None,
        delivery_terms: None,
        purchase_order: None,
        payments: Vec::new(),
        state: InvoiceState::Issued,
    }
}

/// A part payment, known to the payer by that reference.
#[must_use]
pub fn payment(id: PaymentId, reference: &str) -> Payment {
    Payment {
        id,
        payer: "urn:bank".into(),
        reference: reference.into(),
        amount: Decimal::from(100),
        value_date: day(9),
    }
}
