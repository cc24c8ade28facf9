//! The contract, second half: what others may ask of leadmill, and what it asks of itself.

use rust_decimal::Decimal;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::catalog::{PriceList, Product};
use crate::day::Day;
use crate::document::LINES_MAX;
use crate::enquiry::{Channel, Enquiry, Part};
use crate::ids::{
    AccountId, CatalogId, ContactId, InputId, InvoiceId, LeadId, OpportunityId, OrderId, QuoteId,
};
use crate::lead::DisqualifyReason;
use crate::message::{Message, MessageType};
use crate::messages;
use crate::money::Currency;
use crate::opportunity::LostReason;
use crate::order::ShippedLine;
use crate::quote::QuoteCloseReason;
use crate::text::{Code, Comment, Short};

messages! { COMMANDS:
    InputRelease = command "input.release.v1" of Input by input;
    InputReject = command "input.reject.v1" of Input by input;
    InputRow = command "input.row.v1" of Input by input;
    ImportContinue = command "import.continue.v1" of Input by import;
    LeadQualify = command "lead.qualify.v1" of Lead by lead;
    LeadDisqualify = command "lead.disqualify.v1" of Lead by lead;
    LeadReactivate = command "lead.reactivate.v1" of Lead by lead;
    OpportunityAddLine = command "opportunity.add_line.v1" of Opportunity by opportunity;
    OpportunityWin = command "opportunity.win.v1" of Opportunity by opportunity;
    OpportunityLose = command "opportunity.lose.v1" of Opportunity by opportunity;
    OpportunityReopen = command "opportunity.reopen.v1" of Opportunity by opportunity;
    QuoteActivate = command "quote.activate.v1" of Quote by quote;
    QuoteRevise = command "quote.revise.v1" of Quote by quote;
    QuoteClose = command "quote.close.v1" of Quote by quote;
    QuoteAccept = command "quote.accept.v1" of Quote by quote;
    OrderShip = command "order.ship.v1" of Order by order;
    OrderCancel = command "order.cancel.v1" of Order by order;
    PaymentReceived = command "payment.received.v1" of Invoice by invoice;
    InvoiceCancel = command "invoice.cancel.v1" of Invoice by invoice;
    CatalogReplace = command "catalog.replace.v1" of Catalog by catalog;
}

/// What leadmill says to itself alone: from outside it is not taken.
pub const INTERNAL: [&MessageType; 2] = [InputRow::TYPE, ImportContinue::TYPE];

/// Make a lead of a held input after all.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct InputRelease {
    pub input: InputId,
    /// What a person read out of it; where absent, what the reader found is used.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub enquiry: Option<Enquiry>,
}

/// A held input is no lead.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct InputReject {
    pub input: InputId,
    pub reason: Short,
}

/// One part of a collection, on its own way from here on. leadmill says it to itself.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct InputRow {
    /// The collection.
    pub input: InputId,
    pub channel: Channel,
    pub part: Part,
}

/// Take the next parts out of a collection. leadmill says it to itself.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ImportContinue {
    pub import: InputId,
    /// The place of the first part that was not taken yet; the first of all is 1.
    pub from_row: u64,
    pub channel: Channel,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub content_type: Option<String>,
    /// The number of the collection's first part: above 1 where it is a part of a longer file.
    pub first_row: u64,
}

/// Qualify an open lead by hand.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct LeadQualify {
    pub lead: LeadId,
    /// Whose lead it is, where the sender knows better than the keys of the enquiry, or has to choose
    /// between two parties (F56, F61).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub contact: Option<ContactId>,
    /// The organisation whose lead it is; where absent, the one of `contact`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub account: Option<AccountId>,
}

/// Disqualify an open lead by hand.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct LeadDisqualify {
    pub lead: LeadId,
    pub reason: DisqualifyReason,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub comment: Option<Comment>,
}

/// Open a closed lead again.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct LeadReactivate {
    pub lead: LeadId,
}

/// Add a product to an open opportunity; the price comes from its price list.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct OpportunityAddLine {
    pub opportunity: OpportunityId,
    /// SKU or name.
    pub product: Short,
    #[serde(with = "crate::money::decimal")]
    #[schemars(schema_with = "crate::money::decimal_schema")]
    pub quantity: Decimal,
    /// What the seller takes off the whole line.
    #[serde(default, with = "crate::money::decimal")]
    #[schemars(schema_with = "crate::money::decimal_schema")]
    pub manual_discount: Decimal,
    /// No more lines follow: a quote is drafted of them and, where the policy allows, activated.
    #[serde(default = "yes")]
    pub complete: bool,
}

/// Win an opportunity by hand, without an order; refused while a quote lives.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct OpportunityWin {
    pub opportunity: OpportunityId,
    /// Where absent, the estimated revenue.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        with = "crate::money::decimal_option"
    )]
    #[schemars(schema_with = "crate::money::decimal_option_schema")]
    pub actual_revenue: Option<Decimal>,
}

/// Lose an opportunity; refused while a quote lives.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct OpportunityLose {
    pub opportunity: OpportunityId,
    pub reason: LostReason,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub competitor: Option<Short>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub comment: Option<Comment>,
}

/// Open a closed opportunity again.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct OpportunityReopen {
    pub opportunity: OpportunityId,
}

/// Let a draft stand as offered.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct QuoteActivate {
    pub quote: QuoteId,
}

/// Replace an active quote by a new draft with the next revision number.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct QuoteRevise {
    pub quote: QuoteId,
}

/// Close an active quote without an order.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct QuoteClose {
    pub quote: QuoteId,
    pub reason: QuoteCloseReason,
    /// Where it was the last live quote: lose the opportunity with it.
    #[serde(default)]
    pub lose_opportunity: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub competitor: Option<Short>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub comment: Option<Comment>,
}

/// The customer accepts an active quote.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct QuoteAccept {
    pub quote: QuoteId,
    /// The customer's own order number; it will stand on the invoice.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub purchase_order: Option<Code>,
}

/// The warehouse shipped something of an order.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct OrderShip {
    pub order: OrderId,
    /// The warehouse's own reference, unique per order; sent again, it changes nothing.
    pub reference: Code,
    #[schemars(length(max = LINES_MAX))]
    pub lines: Vec<ShippedLine>,
}

/// Cancel what is not shipped of an order.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct OrderCancel {
    pub order: OrderId,
    pub reason: Short,
}

/// A payer system reports money for an invoice.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PaymentReceived {
    pub invoice: InvoiceId,
    /// The payer system's own reference, unique per payer and invoice: one transfer may pay several
    /// invoices. Sent again, it changes nothing; sent with other money, it is refused.
    pub reference: Code,
    #[serde(with = "crate::money::decimal")]
    #[schemars(schema_with = "crate::money::decimal_schema")]
    pub amount: Decimal,
    pub currency: Currency,
    /// When the money was there; at most ten years before or after today.
    pub value_date: Day,
}

/// Cancel an invoice that nothing was paid on; its number stays taken.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct InvoiceCancel {
    pub invoice: InvoiceId,
    pub reason: Short,
}

/// Replace the catalog as a whole: what is not named is gone from new documents.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CatalogReplace {
    #[serde(default = "the_catalog")]
    pub catalog: CatalogId,
    pub products: Vec<Product>,
    pub price_lists: Vec<PriceList>,
}

const fn yes() -> bool {
    true
}

fn the_catalog() -> CatalogId {
    crate::catalog::Catalog::empty().id
}
