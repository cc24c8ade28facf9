//! A quote: a formal offer with prices and terms, revisioned; part of its opportunity.

use chrono::{DateTime, Utc};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::ids::{LineId, QuoteId};
use crate::lifecycle::{Lifecycle, step};
use crate::message::{Subject, SubjectKind};
use crate::newer::NewerWord;
use crate::refusal::{Reason, Refusal};

pub use crate::offer::{Offer, OptionalLine, PickError, offered};

/// The timer that closes an offer after its last day.
pub const EXPIRY: &str = "expiry";

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
    /// Why a draft waits for somebody with the right `approve_discount`: what of it is beyond the limits of the seller
    /// (F96); absent where it is within them, and on what is no draft.
    pub waits_for: Option<String>,
    /// Somebody said what it offers: it no longer follows the lines of its opportunity.
    pub edited: bool,
    pub state: QuoteState,
}

#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(any(test, feature = "samples"), derive(serde::Deserialize, schemars::JsonSchema))]
pub enum QuoteState {
    Draft,
    Active {
        since: DateTime<Utc>,
    },
    /// The customer accepted it after its last day: the seller says yes or no to that (F95).
    Held {
        since: DateTime<Utc>,
        acceptance: Acceptance,
    },
    Won {
        at: DateTime<Utc>,
        acceptance: Option<Acceptance>,
    },
    Closed {
        at: DateTime<Utc>,
        reason: QuoteCloseReason,
    },
}

/// How a customer accepted an offer: kept as evidence, as far as it was told.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Acceptance {
    /// SHA-256 of the exact revision that was accepted; where they named one, it is that.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub offer_sha256: Option<String>,
    /// The person who accepted it for the customer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(extend("x-personal" = true))]
    pub accepted_by: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub channel: Option<AcceptanceChannel>,
    /// The customer's own order number, where it came with it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub purchase_order: Option<String>,
    /// The optional lines that they took.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub picks: Vec<LineId>,
    /// When they accepted it, where that was too late and the seller said yes afterwards; absent: when it was won.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub accepted_at: Option<DateTime<Utc>>,
}

/// What becomes of an acceptance that comes after the last day of an offer: a policy of the seller.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LateAcceptance {
    /// It is refused, with the day and the way out.
    #[default]
    Refuse,
    /// It waits for the seller's yes or no.
    Hold,
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
    /// A live quote ends without having been accepted: a draft that nobody wants, or whatever lives when its
    /// opportunity ends.
    Cancel {
        at: DateTime<Utc>,
    },
    /// The next revision takes its place, or begins where it ended.
    Revise {
        at: DateTime<Utc>,
    },
    /// It was accepted too late, and the seller decides.
    Hold {
        at: DateTime<Utc>,
        acceptance: Acceptance,
    },
    /// The seller says yes to that.
    Confirm {
        at: DateTime<Utc>,
    },
    /// The seller says no.
    Decline {
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
            (S::Draft | S::Active { .. } | S::Held { .. }, A::Cancel { at }) => {
                Some(S::Closed { at: *at, reason: QuoteCloseReason::Canceled })
            }
            (S::Active { .. }, A::Revise { at }) => {
                Some(S::Closed { at: *at, reason: QuoteCloseReason::Revised })
            }
            // What ended stays as it ended: the next revision begins with it.
            (S::Closed { .. } | S::Won { .. }, A::Revise { .. }) => Some(state.clone()),
            (
                S::Active { .. } | S::Closed { reason: QuoteCloseReason::Expired, .. },
                A::Hold { at, acceptance },
            ) => Some(S::Held { since: *at, acceptance: acceptance.clone() }),
            (S::Held { since, acceptance }, A::Confirm { at }) => {
                let acceptance = Acceptance { accepted_at: Some(*since), ..acceptance.clone() };
                Some(S::Won { at: *at, acceptance: Some(acceptance) })
            }
            (S::Held { .. }, A::Decline { at }) => {
                Some(S::Closed { at: *at, reason: QuoteCloseReason::Expired })
            }
            _ => None,
        }
    }

    fn state_name(state: &QuoteState) -> &'static str {
        match state {
            QuoteState::Draft => "draft",
            QuoteState::Active { .. } => "active",
            QuoteState::Held { .. } => "held",
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
            QuoteAction::Revise { .. } => "be revised",
            QuoteAction::Hold { .. } => "be held",
            QuoteAction::Confirm { .. } => "be confirmed",
            QuoteAction::Decline { .. } => "be declined",
        }
    }

    fn examples() -> (Vec<QuoteState>, Vec<QuoteAction>) {
        let at = DateTime::UNIX_EPOCH;
        // As the clock closes it: of a late acceptance nothing else comes.
        let (reason, acceptance) = (QuoteCloseReason::Expired, None);
        let held = Acceptance::default();
        (
            vec![
                QuoteState::Draft,
                QuoteState::Active { since: at },
                QuoteState::Held { since: at, acceptance: held.clone() },
                QuoteState::Won { at, acceptance: acceptance.clone() },
                QuoteState::Closed { at, reason },
            ],
            vec![
                QuoteAction::Edit,
                QuoteAction::Activate { at },
                QuoteAction::Win { at, acceptance },
                QuoteAction::Close { at, reason },
                QuoteAction::Cancel { at },
                QuoteAction::Revise { at },
                QuoteAction::Hold { at, acceptance: held },
                QuoteAction::Confirm { at },
                QuoteAction::Decline { at },
            ],
        )
    }
}

impl Quote {
    /// Takes a step of the life cycle, or says in the words of the step why it cannot be taken and what can.
    ///
    /// # Errors
    /// [`Refusal`] where the life cycle does not list it: for now where a state that allows it can still be reached.
    pub fn apply(&self, action: &QuoteAction) -> Result<Self, Refusal> {
        let state = step::<Self>(self.named(), &self.state, action)
            .map_err(|refusal| self.told(refusal, Self::verb(action)))?;
        // What waits, waits as a draft.
        let waits_for = self.waits_for.clone().filter(|_| state == QuoteState::Draft);
        Ok(Self { state, waits_for, ..self.clone() })
    }

    /// Drafts, offers that stand, and those that were accepted too late: something may come of them.
    #[must_use]
    pub const fn is_live(&self) -> bool {
        matches!(
            self.state,
            QuoteState::Draft | QuoteState::Active { .. } | QuoteState::Held { .. }
        )
    }

    /// As people name it: all revisions share the number.
    #[must_use]
    pub fn named(&self) -> String {
        format!("{} revision {}", self.number, self.revision)
    }

    #[must_use]
    pub const fn about(&self) -> Subject {
        Subject { kind: SubjectKind::Quote, id: self.id.0 }
    }

    /// The refusal of a step, with what happened to the quote and what can be asked for instead.
    fn told(&self, refusal: Refusal, verb: &str) -> Refusal {
        let (what, next) = self.instead(verb);
        let message = format!("The quote `{}` {what}, so it cannot {verb}. {next}", self.named());
        let expired = QuoteCloseReason::Expired;
        let expired = matches!(self.state, QuoteState::Closed { reason, .. } if reason == expired);
        let say = |reason: Reason| Reason {
            rule: if expired { "quote.expired" } else { reason.rule },
            message,
            ..reason
        };
        match refusal {
            Refusal::No(reason) => Refusal::No(say(reason)),
            // Nothing but a late acceptance leads on from there, and that is no step of who asks.
            Refusal::NotYet(reason) if matches!(self.state, QuoteState::Closed { .. }) => {
                Refusal::No(say(reason))
            }
            Refusal::NotYet(reason) => Refusal::NotYet(say(reason)),
            newer @ Refusal::Newer(_) => newer,
        }
    }

    fn instead(&self, verb: &str) -> (String, &'static str) {
        let anew = "Offer the same again with `quote.revise`, which makes the next revision of it.";
        match &self.state {
            QuoteState::Draft => {
                let next = match verb {
                    "be revised" => "Change it with `quote.edit`.",
                    "be closed" => "It was never offered; close it with the reason `canceled`.",
                    _ => "Let it stand with `quote.activate` first.",
                };
                ("is a draft".into(), next)
            }
            QuoteState::Active { .. } => {
                let next = match verb {
                    "be confirmed" | "be declined" => {
                        "Nobody accepted it too late; the customer accepts it with `quote.accept`."
                    }
                    _ => {
                        "Replace it with `quote.revise`, and change the draft that comes of it with \
                         `quote.edit`."
                    }
                };
                ("stands as offered".into(), next)
            }
            QuoteState::Held { since, .. } => (
                format!(
                    "was accepted on {}, after its last day ({}), which waits for the seller",
                    since.date_naive(),
                    self.offer.effective_to
                ),
                "Say yes with `quote.confirm` or no with `quote.decline`.",
            ),
            QuoteState::Won { at, .. } => (
                format!("was accepted on {}", at.date_naive()),
                "To sell otherwise, cancel the order with `order.cancel`, open the deal with \
                 `opportunity.reopen`, and revise the quote with `quote.revise`.",
            ),
            QuoteState::Closed { at, reason } => match reason {
                QuoteCloseReason::Expired => (
                    format!("expired: it could be accepted until {}", self.offer.effective_to),
                    anew,
                ),
                QuoteCloseReason::Lost => {
                    (format!("was closed as lost on {}", at.date_naive()), anew)
                }
                QuoteCloseReason::Revised => (
                    format!("was replaced by a later revision on {}", at.date_naive()),
                    "Ask that of the latest revision; `leadmill list quotes --number` lists all of them.",
                ),
                QuoteCloseReason::Canceled | QuoteCloseReason::Newer(_) => {
                    (format!("was canceled on {}", at.date_naive()), anew)
                }
            },
        }
    }
}
