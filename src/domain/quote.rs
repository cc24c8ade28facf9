//! A quote: a formal offer with prices and terms, revisioned; part of its opportunity.

use std::fmt::Write;

use chrono::{DateTime, NaiveDate, Utc};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use sha2::{Digest, Sha256};

use crate::customer::Buyer;
use crate::document::{DeliverTo, Line, PaymentTerms};
use crate::ids::QuoteId;
use crate::lifecycle::{Lifecycle, applies};
use crate::message::SubjectKind;
use crate::newer::NewerWord;
use crate::totals::{Header, Totals};

/// The timer that closes an offer after its last day.
pub const EXPIRY: &str = "expiry";

/// The fields of a line that a customer does not see.
const OWN_KNOWLEDGE: [&str; 2] = ["price_override", "price_trace"];

/// A formal offer (D365: quote).
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(any(test, feature = "samples"), derive(serde::Deserialize, schemars::JsonSchema))]
pub struct Quote {
    pub id: QuoteId,
    /// Counts the events about it.
    pub sequence: i64,
    /// As `Q-100042`; all revisions share it.
    pub number: String,
    /// 0 first (D365: revisionnumber).
    pub revision: i32,
    /// What is offered; whole from the draft on.
    pub offer: Offer,
    pub state: QuoteState,
}

/// The content of a quote: what the customer accepts, word for word.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Offer {
    pub buyer: Buyer,
    pub lines: Vec<Line>,
    pub header: Header,
    pub totals: Totals,
    pub payment_terms: PaymentTerms,
    /// Where the goods would go; absent: to the buyer's address.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deliver_to: Option<Box<DeliverTo>>,
    /// The last day on which it may be accepted, in the seller's zone (D365: effectiveto).
    pub effective_to: NaiveDate,
}

impl Offer {
    /// SHA-256 of the offer as the customer sees it, in lower-case hexadecimal: its JSON as said in the events, keys
    /// sorted, without blanks, and without what is the seller's own knowledge (`price_override` and `price_trace` of
    /// lines). Whoever holds the offer can compute it again (F88).
    #[must_use]
    pub fn sha256(&self) -> String {
        let mut offer = serde_json::to_value(self)
            .expect("an offer has string keys only, so that it is always JSON");
        for line in offer["lines"].as_array_mut().into_iter().flatten() {
            if let Some(line) = line.as_object_mut() {
                OWN_KNOWLEDGE.iter().for_each(|field| drop(line.remove(*field)));
            }
        }
        let mut json = String::new();
        canonical(&offer, &mut json);
        let digest = Sha256::digest(json.as_bytes());
        digest.iter().map(|byte| format!("{byte:02x}")).collect()
    }
}

/// Appends JSON with sorted keys, whatever order the map type of serde_json was built with.
fn canonical(value: &Value, json: &mut String) {
    match value {
        Value::Object(fields) => {
            let mut keys: Vec<_> = fields.iter().collect();
            keys.sort_by_key(|(key, _)| *key);
            let mut open = '{';
            for (key, value) in keys {
                // Keys are names of fields: nothing to escape.
                let _ = write!(json, "{open}\"{key}\":");
                canonical(value, json);
                open = ',';
            }
            json.push_str(if fields.is_empty() { "{}" } else { "}" });
        }
        Value::Array(items) => {
            let mut open = '[';
            for item in items {
                json.push(open);
                canonical(item, json);
                open = ',';
            }
            json.push_str(if items.is_empty() { "[]" } else { "]" });
        }
        other => {
            let _ = write!(json, "{other}");
        }
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(any(test, feature = "samples"), derive(serde::Deserialize, schemars::JsonSchema))]
pub enum QuoteState {
    Draft,
    Active { since: DateTime<Utc> },
    Won { at: DateTime<Utc>, acceptance: Option<Acceptance> },
    Closed { at: DateTime<Utc>, reason: QuoteCloseReason },
}

/// How a customer accepted an offer: kept as evidence, as far as it was told.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Acceptance {
    /// SHA-256 of the offer that they saw; it is the one that was won.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub offer_sha256: Option<String>,
    /// The person who accepted it for the customer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(extend("x-personal" = true))]
    pub accepted_by: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub channel: Option<AcceptanceChannel>,
}

/// On which way a customer accepted an offer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum AcceptanceChannel {
    Email,
    Phone,
    /// A signed offer came back on paper.
    Letter,
    InPerson,
    /// A page of the seller's on which offers are accepted.
    Portal,
    #[serde(untagged)]
    Newer(NewerWord),
}

/// D365: statuscode of a closed quote. Expired is ours: D365 closes expired quotes as lost.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum QuoteCloseReason {
    Lost,
    Canceled,
    Revised,
    Expired,
    #[serde(untagged)]
    Newer(NewerWord),
}

#[derive(Clone, Debug)]
pub enum QuoteAction {
    Edit,
    Activate {
        at: DateTime<Utc>,
    },
    Win {
        at: DateTime<Utc>,
        acceptance: Option<Acceptance>,
    },
    /// An active quote is closed on demand.
    Close {
        at: DateTime<Utc>,
        reason: QuoteCloseReason,
    },
    /// A live quote ends with its opportunity, drafts too.
    Cancel {
        at: DateTime<Utc>,
    },
}

impl Lifecycle for Quote {
    const KIND: SubjectKind = SubjectKind::Quote;
    type State = QuoteState;
    type Action = QuoteAction;

    fn next(state: &QuoteState, action: &QuoteAction) -> Option<QuoteState> {
        use {QuoteAction as A, QuoteState as S};
        match (state, action) {
            (S::Draft, A::Edit) => Some(S::Draft),
            (S::Draft, A::Activate { at }) => Some(S::Active { since: *at }),
            (S::Active { .. }, A::Win { at, acceptance }) => {
                Some(S::Won { at: *at, acceptance: acceptance.clone() })
            }
            (S::Active { .. }, A::Close { at, reason }) => {
                Some(S::Closed { at: *at, reason: *reason })
            }
            (S::Draft | S::Active { .. }, A::Cancel { at }) => {
                Some(S::Closed { at: *at, reason: QuoteCloseReason::Canceled })
            }
            _ => None,
        }
    }

    fn state_name(state: &QuoteState) -> &'static str {
        match state {
            QuoteState::Draft => "draft",
            QuoteState::Active { .. } => "active",
            QuoteState::Won { .. } => "won",
            QuoteState::Closed { .. } => "closed",
        }
    }

    fn verb(action: &QuoteAction) -> &'static str {
        match action {
            QuoteAction::Edit => "be edited",
            QuoteAction::Activate { .. } => "be activated",
            QuoteAction::Win { .. } => "be accepted",
            QuoteAction::Close { .. } => "be closed",
            QuoteAction::Cancel { .. } => "be canceled",
        }
    }

    fn examples() -> (Vec<QuoteState>, Vec<QuoteAction>) {
        let at = DateTime::UNIX_EPOCH;
        let (reason, acceptance) = (QuoteCloseReason::Lost, None);
        (
            vec![
                QuoteState::Draft,
                QuoteState::Active { since: at },
                QuoteState::Won { at, acceptance: acceptance.clone() },
                QuoteState::Closed { at, reason },
            ],
            vec![
                QuoteAction::Edit,
                QuoteAction::Activate { at },
                QuoteAction::Win { at, acceptance },
                QuoteAction::Close { at, reason },
                QuoteAction::Cancel { at },
            ],
        )
    }
}

applies!(Quote, QuoteAction, |it| format!("{} revision {}", it.number, it.revision));

impl Quote {
    #[must_use]
    pub const fn is_live(&self) -> bool {
        matches!(self.state, QuoteState::Draft | QuoteState::Active { .. })
    }
}
