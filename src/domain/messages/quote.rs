//! Messages about quotes.

use chrono::{DateTime, NaiveDate, Utc};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::day::Day;
use crate::delivery_terms::DeliveryTerms;
use crate::document::{DeliverTo, LINES_MAX, PaymentTerms};
use crate::ids::{LineId, OpportunityId, OrderId, QuoteId};
use crate::line_edits::LineEdits;
use crate::money::{Amount, Currency};
use crate::offer_difference::Difference;
use crate::patch::Patch;
use crate::quote::{Acceptance, AcceptanceChannel, Offer, QuoteCloseReason};
use crate::text::{Code, Comment, Short};

crate::messages! { Quote:
    events {
        QuoteDrafted = "quote.drafted.v1" by quote;
        QuoteActivated = "quote.activated.v1" by quote;
        QuoteRevised = "quote.revised.v1" by quote;
        QuoteEdited = "quote.edited.v1" by quote;
        QuoteHeld = "quote.held.v1" by quote;
        QuoteClosed = "quote.closed.v1" by quote;
        QuoteWon = "quote.won.v1" by quote;
    }
    commands {
        QuoteEdit = "quote.edit.v1" by quote needs EditQuote;
        QuoteActivate = "quote.activate.v1" by quote needs OfferQuote;
        QuoteRevise = "quote.revise.v1" by quote needs OfferQuote;
        QuoteClose = "quote.close.v1" by quote needs CloseQuote;
        QuoteAccept = "quote.accept.v1" by quote needs AcceptQuote;
        QuoteConfirm = "quote.confirm.v1" by quote needs OfferQuote;
        QuoteDecline = "quote.decline.v1" by quote needs OfferQuote;
    }
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
    /// Why it waits for somebody with the right `approve_discount`: what of it is beyond the limits of the seller.
    /// Absent where it is within them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub waits_for: Option<String>,
    /// Who asked for it: the person who was named, else the sender as the broker knows it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(extend("x-personal" = true))]
    pub by: Option<String>,
}

/// The draft of a quote says something else: the offer as it is now.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct QuoteEdited {
    pub quote: QuoteId,
    pub number: String,
    pub revision: i32,
    pub opportunity: OpportunityId,
    pub currency: Currency,
    pub offer: Offer,
    /// Why it waits for somebody with the right `approve_discount`: what of it is beyond the limits of the seller.
    /// Absent where it is within them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub waits_for: Option<String>,
    /// Who asked for it: the person who was named, else the sender as the broker knows it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(extend("x-personal" = true))]
    pub by: Option<String>,
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
    /// When the last day of the offer is over at the seller's; then it closes as expired by itself.
    pub expires_at: DateTime<Utc>,
    /// Who let it stand although it is beyond the limits of the seller: the person who was named, else the
    /// sender as the broker knows it. Absent where it is within them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(extend("x-personal" = true))]
    pub approved_by: Option<String>,
    /// How it differs from the revision before it (F94).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub differences: Vec<Difference>,
}

/// A new draft of an offer that was made before: same number, next revision.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct QuoteRevised {
    pub quote: QuoteId,
    pub number: String,
    pub revision: i32,
    /// The revision that it replaces, or begins with where that one had ended.
    pub replaces: QuoteId,
    pub opportunity: OpportunityId,
    pub currency: Currency,
    pub offer: Offer,
    /// Why it waits for somebody with the right `approve_discount`: what of it is beyond the limits of the seller.
    /// Absent where it is within them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub waits_for: Option<String>,
    /// Who asked for it: the person who was named, else the sender as the broker knows it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(extend("x-personal" = true))]
    pub by: Option<String>,
}

/// A quote can no longer be accepted.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct QuoteClosed {
    pub quote: QuoteId,
    pub opportunity: OpportunityId,
    pub close_reason: QuoteCloseReason,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(extend("x-personal" = true))]
    pub comment: Option<String>,
}

/// The customer accepted a quote after its last day: the seller says yes with `quote.confirm` or no with
/// `quote.decline`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct QuoteHeld {
    pub quote: QuoteId,
    pub opportunity: OpportunityId,
    /// How the customer said so, as far as it was told.
    pub acceptance: Acceptance,
    /// The day until which it could be accepted.
    pub effective_to: NaiveDate,
}

/// The customer accepted the quote.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct QuoteWon {
    pub quote: QuoteId,
    pub opportunity: OpportunityId,
    pub order: OrderId,
    /// How the customer said so, as far as it was told.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub acceptance: Option<Acceptance>,
}

/// Let a draft stand as offered.
///
/// One that the seller's limits (`quoting.activate_up_to` and `discount_percent_max`) keep from being activated
/// by itself needs the right `approve_discount` beside `offer_quote`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct QuoteActivate {
    pub quote: QuoteId,
}

/// Make a new draft with the next revision number of an offer: of one that stands, which it replaces, and of one that
/// was lost, canceled or expired, or whose order was canceled. The buyer is who they are today, the validity begins
/// anew, and prices stay as offered.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct QuoteRevise {
    pub quote: QuoteId,
    /// Look up the prices of products anew; prices that somebody set stay.
    #[serde(default, skip_serializing_if = "is_no")]
    pub reprice: bool,
}

/// Change what the draft of a quote says: what is absent stays, null is what a new draft would say.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct QuoteEdit {
    pub quote: QuoteId,
    /// What the sender saw: where it has changed meanwhile, nothing is done.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 0, max = 1_000_000_000_000_i64))]
    pub expected_sequence: Option<i64>,
    /// Percent off all lines, 0 to 100.
    #[serde(default, skip_serializing_if = "Patch::is_keep")]
    pub discount_percent: Patch<Amount>,
    /// On top of the percentage.
    #[serde(default, skip_serializing_if = "Patch::is_keep")]
    pub discount_amount: Patch<Amount>,
    #[serde(default, skip_serializing_if = "Patch::is_keep")]
    pub freight_amount: Patch<Amount>,
    #[serde(default, skip_serializing_if = "Patch::is_keep")]
    pub payment_terms: Patch<PaymentTerms>,
    /// The first day on which it may be accepted.
    #[serde(default, skip_serializing_if = "Patch::is_keep")]
    pub effective_from: Patch<Day>,
    /// The last one.
    #[serde(default, skip_serializing_if = "Patch::is_keep")]
    pub effective_to: Patch<Day>,
    /// Where the goods go; null: where the customer wants them.
    #[serde(default, skip_serializing_if = "Patch::is_keep")]
    pub deliver_to: Patch<DeliverTo>,
    /// On which terms they are delivered; null: on those of the settings, where there are some.
    #[serde(default, skip_serializing_if = "Patch::is_keep")]
    pub delivery_terms: Patch<DeliveryTerms>,
    /// To the customer, before the lines.
    #[serde(default, skip_serializing_if = "Patch::is_keep")]
    #[schemars(extend("x-personal" = true))]
    pub introduction: Patch<Comment>,
    /// To the customer, after them.
    #[serde(default, skip_serializing_if = "Patch::is_keep")]
    #[schemars(extend("x-personal" = true))]
    pub closing_note: Patch<Comment>,
    /// Its lines; they are edited before anything else.
    #[serde(default, skip_serializing_if = "LineEdits::is_empty")]
    pub lines: LineEdits,
    /// Which of the lines, as they are then, the customer may take or leave: in place of those that were.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = LINES_MAX))]
    pub optional: Option<Vec<OptionalWish>>,
}

/// A line that becomes optional: by its id or its place, just one of them.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct OptionalWish {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub line: Option<LineId>,
    /// From 1 on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1, max = LINES_MAX))]
    pub position: Option<u32>,
    /// Lines of one group are alternatives: at most one of them is taken.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub group: Option<Code>,
}

/// Close a quote without an order. One that stands is lost, canceled or expired; a draft is canceled, and its number
/// stays used.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
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

/// The customer accepts a quote. Accepted before, it takes the customer's order number where the order has none yet.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct QuoteAccept {
    pub quote: QuoteId,
    /// The customer's own order number; it will stand on the invoice.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub purchase_order: Option<Code>,
    /// SHA-256 of the offer that the customer saw (`offer_sha256` of `quote.activated`): another one than that which
    /// stands is not accepted in its place.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub offer_sha256: Option<Code>,
    /// The person who accepted it for the customer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(extend("x-personal" = true))]
    pub accepted_by: Option<Short>,
    /// On which way they said so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub channel: Option<AcceptanceChannel>,
    /// The optional lines that they take.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(length(max = LINES_MAX))]
    pub picks: Vec<LineId>,
}

/// Say yes to a customer who accepted a quote after its last day: the order is made.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct QuoteConfirm {
    pub quote: QuoteId,
}

/// Say no to a customer who accepted a quote after its last day: it closes as expired.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct QuoteDecline {
    pub quote: QuoteId,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub comment: Option<Comment>,
}

impl QuoteAccept {
    /// The customer's yes, without more words.
    #[must_use]
    pub const fn of(quote: QuoteId) -> Self {
        Self {
            quote,
            purchase_order: None,
            offer_sha256: None,
            accepted_by: None,
            channel: None,
            picks: Vec::new(),
        }
    }
}

impl QuoteRevise {
    /// At the prices as they were offered.
    #[must_use]
    pub const fn of(quote: QuoteId) -> Self {
        Self { quote, reprice: false }
    }
}

impl QuoteEdit {
    /// Nothing changes yet.
    #[must_use]
    pub fn of(quote: QuoteId) -> Self {
        Self {
            quote,
            expected_sequence: None,
            discount_percent: Patch::Keep,
            discount_amount: Patch::Keep,
            freight_amount: Patch::Keep,
            payment_terms: Patch::Keep,
            effective_from: Patch::Keep,
            effective_to: Patch::Keep,
            deliver_to: Patch::Keep,
            delivery_terms: Patch::Keep,
            introduction: Patch::Keep,
            closing_note: Patch::Keep,
            lines: LineEdits::default(),
            optional: None,
        }
    }
}

impl QuoteClose {
    /// What the clock says when the last day of an offer is over (F95).
    #[must_use]
    pub const fn expired(quote: QuoteId) -> Self {
        Self {
            quote,
            reason: QuoteCloseReason::Expired,
            lose_opportunity: false,
            competitor: None,
            comment: None,
        }
    }
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "serde passes a reference")]
const fn is_no(flag: &bool) -> bool {
    !*flag
}
