//! Messages about quotes.

use chrono::{DateTime, Utc};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::ids::{OpportunityId, OrderId, QuoteId};
use crate::money::Currency;
use crate::quote::{Acceptance, AcceptanceChannel, Offer, QuoteCloseReason};
use crate::text::{Code, Comment, Short};

crate::messages! { Quote:
    events {
        QuoteDrafted = "quote.drafted.v1" by quote;
        QuoteActivated = "quote.activated.v1" by quote;
        QuoteRevised = "quote.revised.v1" by quote;
        QuoteClosed = "quote.closed.v1" by quote;
        QuoteWon = "quote.won.v1" by quote;
    }
    commands {
        QuoteActivate = "quote.activate.v1" by quote needs OfferQuote;
        QuoteRevise = "quote.revise.v1" by quote needs OfferQuote;
        QuoteClose = "quote.close.v1" by quote needs CloseQuote;
        QuoteAccept = "quote.accept.v1" by quote needs AcceptQuote;
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
    #[schemars(extend("x-personal" = true))]
    pub comment: Option<String>,
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

/// Replace an active quote by a new draft with the next revision number.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct QuoteRevise {
    pub quote: QuoteId,
}

/// Close an active quote without an order.
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

/// The customer accepts an active quote.
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
}

impl QuoteAccept {
    /// The customer's yes, without more words.
    #[must_use]
    pub const fn of(quote: QuoteId) -> Self {
        Self { quote, purchase_order: None, offer_sha256: None, accepted_by: None, channel: None }
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
