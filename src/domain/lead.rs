//! A lead: unproven interest, kept apart from customer data until it is qualified (D365: lead).

use chrono::{DateTime, Utc};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::enquiry::Enquiry;
use crate::ids::{AccountId, ContactId, InputId, LeadId, OpportunityId};
use crate::lifecycle::{Lifecycle, applies};
use crate::merge::Merge;
use crate::message::SubjectKind;
use crate::newer::NewerWord;
use crate::stakeholder::TakingPart;

mod enquiries;

pub use enquiries::{INTEREST_MAX, NewerFacts};

/// A lead.
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(any(test, feature = "samples"), derive(serde::Deserialize, schemars::JsonSchema))]
pub struct Lead {
    pub id: LeadId,
    /// Counts the events about it; the `sequence` of the last one.
    pub sequence: i64,
    /// As `L-100042`.
    pub number: String,
    /// What is known of the person and what they want, over all their inputs.
    pub enquiry: Enquiry,
    /// The input that it was made of.
    pub input: InputId,
    /// The last lead before it of the same person, or of the conversation that it goes on with; closed when this
    /// one came.
    pub previous: Option<LeadId>,
    /// The existing customer, where the sender was recognised (D365: parentaccountid).
    pub account: Option<AccountId>,
    /// The existing contact, where the sender was recognised (D365: parentcontactid).
    pub contact: Option<ContactId>,
    /// The opportunity that qualification made of it.
    pub opportunity: Option<OpportunityId>,
    /// The last answer of the qualification rules.
    pub assessment: Option<Assessment>,
    /// The merges of other leads into this one that hold, the last one at the end.
    pub merges: Vec<Merge>,
    /// The leads, contacts and accounts that somebody said are others than this one, in the order of their ids.
    pub kept_apart: Vec<Uuid>,
    /// Who takes part in the decision; its opportunities begin with them.
    pub taking_part: TakingPart,
    state: LeadState,
}

/// What the qualification rules said, kept so that anybody can ask why years later.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Assessment {
    /// The version of the rules that were asked.
    pub rules: String,
    /// 0 to 100.
    pub score: u8,
    /// The range of the score; absent where the rules of that time had none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub grade: Option<Grade>,
    /// How the score moved; absent where the lead was assessed for the first time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub trend: Option<Trend>,
    /// The clauses that matched, in the order of the file.
    pub matched: Vec<String>,
}

/// The range that a score is in (D365: lead grade); the rules say where each begins.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
pub enum Grade {
    A,
    B,
    C,
    D,
}

/// How a score moved since it was asked for last (D365: score trend).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Trend {
    Improving,
    Steady,
    Declining,
}

impl Trend {
    /// Fewer points than that, up or down, are none.
    pub const POINTS_MIN: u8 = 5;

    /// From one score to the next.
    #[must_use]
    pub const fn between(was: u8, now: u8) -> Self {
        if was.abs_diff(now) < Self::POINTS_MIN {
            Self::Steady
        } else if now > was {
            Self::Improving
        } else {
            Self::Declining
        }
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(any(test, feature = "samples"), derive(serde::Deserialize, schemars::JsonSchema))]
pub enum LeadState {
    Open(OpenReason),
    Qualified {
        at: DateTime<Utc>,
    },
    Disqualified {
        at: DateTime<Utc>,
        reason: DisqualifyReason,
    },
    /// It is another lead from now on, and only read; `was` is what it is again where that is taken back (D365:
    /// disqualified, with merged and masterid).
    Merged {
        at: DateTime<Utc>,
        master: LeadId,
        was: Box<Self>,
    },
}

/// D365: statuscode of an open lead.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum OpenReason {
    New,
    Contacted,
}

/// D365: statuscode of a disqualified lead.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum DisqualifyReason {
    Lost,
    CannotContact,
    NoLongerInterested,
    Canceled,
    /// The list that it came with was taken back.
    ImportUndone,
    #[serde(untagged)]
    Newer(NewerWord),
}

#[derive(Clone, Debug)]
pub enum LeadAction {
    /// Another input of the same person.
    AddEnquiry,
    /// What is known of it is corrected.
    Update,
    /// The rules gave a score and no decision.
    Score,
    Qualify {
        at: DateTime<Utc>,
    },
    Disqualify {
        at: DateTime<Utc>,
        reason: DisqualifyReason,
    },
    Reactivate,
    /// Other leads become this one.
    TakeIn,
    /// They are leads of their own again.
    GiveBack,
    /// It becomes another lead.
    Merge {
        at: DateTime<Utc>,
        master: LeadId,
    },
    Restore,
    /// Whom it is not to be taken for is said, or taken back.
    KeepApart,
    /// What was added to it is taken out again.
    Withdraw,
    /// It should not have been made.
    Undo {
        at: DateTime<Utc>,
    },
}

impl Lifecycle for Lead {
    const KIND: SubjectKind = SubjectKind::Lead;
    type State = LeadState;
    type Action = LeadAction;

    fn next(state: &LeadState, action: &LeadAction) -> Option<LeadState> {
        use {LeadAction as A, LeadState as S};
        match (state, action) {
            (S::Open(reason), A::AddEnquiry | A::Update | A::Score | A::Withdraw) => {
                Some(S::Open(*reason))
            }
            (S::Open(_), A::Qualify { at }) => Some(S::Qualified { at: *at }),
            (S::Open(_), A::Disqualify { at, reason }) => {
                Some(S::Disqualified { at: *at, reason: *reason })
            }
            (S::Qualified { .. } | S::Disqualified { .. }, A::Reactivate) => {
                Some(S::Open(OpenReason::New))
            }
            (S::Open(_) | S::Qualified { .. } | S::Disqualified { .. }, A::Undo { at }) => {
                Some(S::Disqualified { at: *at, reason: DisqualifyReason::ImportUndone })
            }
            (S::Merged { .. }, A::KeepApart) => None,
            (_, A::KeepApart) => Some(state.clone()),
            (S::Open(_) | S::Qualified { .. }, A::TakeIn)
            | (S::Open(_) | S::Qualified { .. } | S::Disqualified { .. }, A::GiveBack) => {
                Some(state.clone())
            }
            (S::Merged { was, .. }, A::Restore) => Some((**was).clone()),
            (
                S::Open(_) | S::Qualified { .. } | S::Disqualified { .. },
                A::Merge { at, master },
            ) => Some(S::Merged { at: *at, master: *master, was: Box::new(state.clone()) }),
            _ => None,
        }
    }

    fn state_name(state: &LeadState) -> &'static str {
        match state {
            LeadState::Open(_) => "open",
            LeadState::Qualified { .. } => "qualified",
            LeadState::Disqualified { .. } => "disqualified",
            LeadState::Merged { .. } => "merged",
        }
    }

    fn verb(action: &LeadAction) -> &'static str {
        match action {
            LeadAction::AddEnquiry => "take another enquiry",
            LeadAction::Update => "be updated",
            LeadAction::Score => "score",
            LeadAction::Qualify { .. } => "qualify",
            LeadAction::Disqualify { .. } => "disqualify",
            LeadAction::Reactivate => "reactivate",
            LeadAction::TakeIn => "take in another lead",
            LeadAction::GiveBack => "give back what it took in",
            LeadAction::Merge { .. } => "be merged",
            LeadAction::Restore => "be restored",
            LeadAction::KeepApart => "be kept apart",
            LeadAction::Withdraw => "give an enquiry back",
            LeadAction::Undo { .. } => "be undone",
        }
    }

    fn examples() -> (Vec<LeadState>, Vec<LeadAction>) {
        let at = DateTime::UNIX_EPOCH;
        let reason = DisqualifyReason::Lost;
        let master = LeadId(Uuid::nil());
        let was = Box::new(LeadState::Open(OpenReason::New));
        (
            vec![
                LeadState::Open(OpenReason::New),
                LeadState::Qualified { at },
                LeadState::Disqualified { at, reason },
                LeadState::Merged { at, master, was },
            ],
            vec![
                LeadAction::AddEnquiry,
                LeadAction::Update,
                LeadAction::Score,
                LeadAction::Qualify { at },
                LeadAction::Disqualify { at, reason },
                LeadAction::Reactivate,
                LeadAction::TakeIn,
                LeadAction::GiveBack,
                LeadAction::Merge { at, master },
                LeadAction::Restore,
                LeadAction::KeepApart,
                LeadAction::Withdraw,
                LeadAction::Undo { at },
            ],
        )
    }
}

applies!(Lead, LeadAction, |it| it.id);

impl Lead {
    /// A new, open lead.
    #[must_use]
    pub const fn new(id: LeadId, number: String, input: InputId, enquiry: Enquiry) -> Self {
        Self {
            id,
            sequence: 0,
            number,
            enquiry,
            input,
            previous: None,
            account: None,
            contact: None,
            opportunity: None,
            assessment: None,
            merges: Vec::new(),
            kept_apart: Vec::new(),
            taking_part: TakingPart::NOBODY,
            state: LeadState::Open(OpenReason::New),
        }
    }

    /// The same lead in another state; for the store, which reads what was decided before.
    #[must_use]
    pub fn in_state(mut self, state: LeadState) -> Self {
        self.state = state;
        self
    }

    #[must_use]
    pub const fn state(&self) -> &LeadState {
        &self.state
    }

    #[must_use]
    pub const fn is_open(&self) -> bool {
        matches!(self.state, LeadState::Open(_))
    }

    /// The lead that it became, where it was merged.
    #[must_use]
    pub const fn master(&self) -> Option<LeadId> {
        match self.state {
            LeadState::Merged { master, .. } => Some(master),
            _ => None,
        }
    }
}
