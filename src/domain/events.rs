//! The contract, first half: what leadmill says has happened. Past tense, one per state change.
//!
//! Within `.v1` only optional fields may be added; anything else is a new struct and a `.v2`.

use chrono::{DateTime, NaiveDate, Utc};
use rust_decimal::Decimal;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::customer::{Buyer, Customer};
use crate::document::Line;
use crate::enquiry::{Address, Channel, Enquiry, Interest, NoLead, Person};
use crate::ids::{
    AccountId, CatalogId, ContactId, InputId, InvoiceId, LeadId, OpportunityId, OrderId, QuoteId,
    ShipmentId,
};
use crate::input::HoldReason;
use crate::lead::{Assessment, DisqualifyReason};
use crate::messages;
use crate::money::Currency;
use crate::opportunity::LostReason;
use crate::order::{OrderLine, ShippedLine};
use crate::quote::{Offer, QuoteCloseReason};
use crate::totals::Totals;

pub use crate::invoice_event::InvoiceIssued;

messages! { EVENTS:
    InputHeld = event "input.held.v1" of Input by input;
    InputRejected = event "input.rejected.v1" of Input by input;
    LeadCaptured = event "lead.captured.v1" of Lead by lead;
    LeadMerged = event "lead.merged.v1" of Lead by lead;
    LeadScored = event "lead.scored.v1" of Lead by lead;
    LeadQualified = event "lead.qualified.v1" of Lead by lead;
    LeadDisqualified = event "lead.disqualified.v1" of Lead by lead;
    LeadReactivated = event "lead.reactivated.v1" of Lead by lead;
    AccountCreated = event "account.created.v1" of Account by account;
    ContactCreated = event "contact.created.v1" of Contact by contact;
    OpportunityCreated = event "opportunity.created.v1" of Opportunity by opportunity;
    OpportunityRepriced = event "opportunity.repriced.v1" of Opportunity by opportunity;
    OpportunityWon = event "opportunity.won.v1" of Opportunity by opportunity;
    OpportunityLost = event "opportunity.lost.v1" of Opportunity by opportunity;
    OpportunityReopened = event "opportunity.reopened.v1" of Opportunity by opportunity;
    QuoteDrafted = event "quote.drafted.v1" of Quote by quote;
    QuoteActivated = event "quote.activated.v1" of Quote by quote;
    QuoteRevised = event "quote.revised.v1" of Quote by quote;
    QuoteClosed = event "quote.closed.v1" of Quote by quote;
    QuoteWon = event "quote.won.v1" of Quote by quote;
    OrderCreated = event "order.created.v1" of Order by order;
    OrderShipped = event "order.shipped.v1" of Order by order;
    OrderFulfilled = event "order.fulfilled.v1" of Order by order;
    OrderCanceled = event "order.canceled.v1" of Order by order;
    InvoiceIssued = event "invoice.issued.v1" of Invoice by invoice_id;
    InvoicePaid = event "invoice.paid.v1" of Invoice by invoice;
    InvoiceCanceled = event "invoice.canceled.v1" of Invoice by invoice;
    CatalogReplaced = event "catalog.replaced.v1" of Catalog by catalog;
}

/// A raw input was set aside: a person must look, then say `input.release` or `input.reject`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct InputHeld {
    pub input: InputId,
    pub channel: Channel,
    pub hold_reason: HoldReason,
    /// A finished sentence for the person who looks.
    pub reason: String,
    /// The two parties that its keys point at, where that is why.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub parties: Vec<Uuid>,
}

/// A raw input is surely no lead.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct InputRejected {
    pub input: InputId,
    pub channel: Channel,
    /// What it is instead; absent where a person rejected it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kind: Option<NoLead>,
    pub reason: String,
}

/// A lead was made of a raw input.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct LeadCaptured {
    pub lead: LeadId,
    pub number: String,
    pub input: InputId,
    pub channel: Channel,
    pub enquiry: Enquiry,
    /// The existing customer that was recognised.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub account: Option<AccountId>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub contact: Option<ContactId>,
}

/// Another input of the same person was added to their open lead.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct LeadMerged {
    pub lead: LeadId,
    pub input: InputId,
    pub channel: Channel,
    /// What the new input said; the lead keeps what it knew and fills its gaps from it.
    pub enquiry: Enquiry,
    /// The keys by which the person was recognised, as `email a@b.example`.
    #[schemars(extend("x-personal" = true))]
    pub matched: Vec<String>,
}

/// The rules gave a score but no decision: the lead stays open until somebody decides.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct LeadScored {
    pub lead: LeadId,
    pub assessment: Assessment,
}

/// The lead is worth working: it is closed, and an opportunity stands for it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct LeadQualified {
    pub lead: LeadId,
    pub opportunity: OpportunityId,
    pub customer: Customer,
    /// What the rules said; absent where a person decided.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub assessment: Option<Assessment>,
}

/// The lead is not worth working; it can be reactivated.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct LeadDisqualified {
    pub lead: LeadId,
    pub disqualify_reason: DisqualifyReason,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub comment: Option<String>,
    /// What the rules said; absent where a person decided.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub assessment: Option<Assessment>,
}

/// A closed lead is open again, with everything it knew.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct LeadReactivated {
    pub lead: LeadId,
}

/// A new organisation among the customers.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct AccountCreated {
    pub account: AccountId,
    pub name: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tax_id: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub website: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub address: Option<Address>,
    pub originating_lead: LeadId,
}

/// A new person among the customers.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ContactCreated {
    pub contact: ContactId,
    pub person: Person,
    /// The organisation they belong to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub account: Option<AccountId>,
    pub originating_lead: LeadId,
}

/// A possible sale was opened.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct OpportunityCreated {
    pub opportunity: OpportunityId,
    pub name: String,
    pub customer: Customer,
    pub originating_lead: LeadId,
    pub currency: Currency,
    pub price_list: String,
    /// What they want, as declared by the lead or by the rule that qualified it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub interest: Vec<Interest>,
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        with = "crate::money::decimal_option"
    )]
    #[schemars(schema_with = "crate::money::decimal_option_schema")]
    pub estimated_revenue: Option<Decimal>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub close_date: Option<NaiveDate>,
}

/// The lines of an opportunity, and with them its estimated revenue, changed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct OpportunityRepriced {
    pub opportunity: OpportunityId,
    pub lines: Vec<Line>,
    pub totals: Totals,
    #[serde(with = "crate::money::decimal")]
    #[schemars(schema_with = "crate::money::decimal_schema")]
    pub estimated_revenue: Decimal,
    /// What was wanted and could not be priced, each with the reason and its D365 code.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub unpriced: Vec<String>,
}

/// The sale was made.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct OpportunityWon {
    pub opportunity: OpportunityId,
    #[serde(with = "crate::money::decimal")]
    #[schemars(schema_with = "crate::money::decimal_schema")]
    pub actual_revenue: Decimal,
    /// The order that won it; absent where it was won by hand.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub order: Option<OrderId>,
}

/// The sale was not made.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct OpportunityLost {
    pub opportunity: OpportunityId,
    pub lost_reason: LostReason,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub competitor: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub comment: Option<String>,
}

/// A closed opportunity is open again.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct OpportunityReopened {
    pub opportunity: OpportunityId,
}

/// A quote was drafted; it can be edited until it is activated.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct QuoteDrafted {
    pub quote: QuoteId,
    pub number: String,
    pub revision: i32,
    pub opportunity: OpportunityId,
    pub currency: Currency,
    pub offer: Offer,
}

/// A quote stands as offered: the customer may accept it with `quote.accept`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct QuoteActivated {
    pub quote: QuoteId,
    pub number: String,
    pub revision: i32,
    pub opportunity: OpportunityId,
    pub currency: Currency,
    pub offer: Offer,
    /// SHA-256 of the offer as canonical JSON: what was sent is what was stored (F88).
    pub offer_sha256: String,
}

/// A new draft replaces a quote that was active: same number, next revision.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct QuoteRevised {
    pub quote: QuoteId,
    pub number: String,
    pub revision: i32,
    /// The revision that it replaces.
    pub replaces: QuoteId,
    pub opportunity: OpportunityId,
    pub currency: Currency,
    pub offer: Offer,
}

/// A quote can no longer be accepted.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct QuoteClosed {
    pub quote: QuoteId,
    pub opportunity: OpportunityId,
    pub close_reason: QuoteCloseReason,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub comment: Option<String>,
}

/// The customer accepted the quote.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct QuoteWon {
    pub quote: QuoteId,
    pub opportunity: OpportunityId,
    pub order: OrderId,
}

/// A confirmed order: the warehouse ships it with `order.ship`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct OrderCreated {
    pub order: OrderId,
    pub number: String,
    pub quote: QuoteId,
    pub opportunity: OpportunityId,
    pub customer: Customer,
    pub currency: Currency,
    pub buyer: Buyer,
    pub lines: Vec<OrderLine>,
    pub totals: Totals,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub purchase_order: Option<String>,
}

/// A delivery left the warehouse.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct OrderShipped {
    pub order: OrderId,
    pub shipment: ShipmentId,
    /// The warehouse's own reference.
    pub reference: String,
    pub lines: Vec<ShippedLine>,
}

/// Nothing of the order is open any more.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct OrderFulfilled {
    pub order: OrderId,
    /// Some of it was canceled instead of shipped.
    pub partial: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub comment: Option<String>,
}

/// Nothing of the order was shipped, and nothing will be.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct OrderCanceled {
    pub order: OrderId,
    pub comment: String,
}

/// Money for an invoice came in.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct InvoicePaid {
    pub invoice: InvoiceId,
    pub number: String,
    /// The payer system's own reference.
    pub reference: String,
    #[serde(with = "crate::money::decimal")]
    #[schemars(schema_with = "crate::money::decimal_schema")]
    pub amount: Decimal,
    pub value_date: NaiveDate,
    /// Nothing remains to be paid.
    pub complete: bool,
    /// What the early discount of the terms let go.
    #[serde(with = "crate::money::decimal")]
    #[schemars(schema_with = "crate::money::decimal_schema")]
    pub discount: Decimal,
    /// What remains; negative where too much was paid.
    #[serde(with = "crate::money::decimal")]
    #[schemars(schema_with = "crate::money::decimal_schema")]
    pub payable: Decimal,
}

/// An unpaid invoice was canceled; its number stays taken.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct InvoiceCanceled {
    pub invoice: InvoiceId,
    pub number: String,
    pub comment: String,
    pub at: DateTime<Utc>,
}

/// The catalog was replaced as a whole.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct CatalogReplaced {
    pub catalog: CatalogId,
    /// The number of products, active or not.
    pub products: u32,
    pub price_lists: u32,
}
