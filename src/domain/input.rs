//! A raw input and its one verdict; and the collection, whose parts are judged one by one.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::enquiry::{Channel, Enquiry};
use crate::ids::{InputId, LeadId};
use crate::lifecycle::{Lifecycle, step};
use crate::message::SubjectKind;
use crate::newer::NewerWord;
use crate::refusal::Refusal;

/// Largest raw input that is read, in bytes; a larger one is stored and held.
pub const RAW_BYTES_MAX: usize = 16 * 1024 * 1024;

/// Most values that a later reading names as changed.
pub const CHANGES_MAX: usize = 100;

/// What arrived on an `intake.*` queue, and what became of it.
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(any(test, feature = "samples"), derive(serde::Deserialize, schemars::JsonSchema))]
pub struct Input {
    pub id: InputId,
    /// Counts the events about it: held, rejected, released.
    pub sequence: i64,
    pub channel: Channel,
    /// The collection it is a part of, and its number there.
    pub part_of: Option<PartOf>,
    /// A finished sentence: why this verdict.
    pub reason: String,
    /// What was read, kept for a held input, so that a release need not read again.
    pub enquiry: Option<Enquiry>,
    pub verdict: Verdict,
}

/// Which part of a collection an input is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct PartOf {
    pub collection: InputId,
    /// Its number there, as the row of a file.
    pub number: u64,
}

/// The one verdict of a raw input. "Repeated" is no state: the first arrival has the verdict.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(any(test, feature = "samples"), derive(serde::Deserialize, schemars::JsonSchema))]
pub enum Verdict {
    /// Not judged yet; only between its arrival and the end of the same transaction.
    Received,
    /// A lead was made of it.
    Created { lead: LeadId },
    /// It joined an open lead of the same person.
    Joined { lead: LeadId },
    /// A person must look.
    Held,
    /// Surely no lead.
    Rejected,
    /// A collection: each of its parts has a verdict of its own. `next` is the checkpoint.
    Split { next: u64, done: bool },
}

#[derive(Clone, Debug)]
pub enum InputAction {
    Create {
        lead: LeadId,
    },
    Join {
        lead: LeadId,
    },
    Hold,
    Reject,
    /// Parts up to `next` were taken out.
    Split {
        next: u64,
        done: bool,
    },
}

impl Lifecycle for Input {
    const KIND: SubjectKind = SubjectKind::Input;
    type State = Verdict;
    type Action = InputAction;

    fn next(state: &Verdict, action: &InputAction) -> Option<Verdict> {
        use {InputAction as A, Verdict as S};
        match (state, action) {
            (S::Received | S::Held, A::Create { lead }) => Some(S::Created { lead: *lead }),
            (S::Received | S::Held, A::Join { lead }) => Some(S::Joined { lead: *lead }),
            (S::Received, A::Hold) => Some(S::Held),
            (S::Received | S::Held, A::Reject) => Some(S::Rejected),
            (S::Received | S::Split { done: false, .. }, A::Split { next, done }) => {
                Some(S::Split { next: *next, done: *done })
            }
            _ => None,
        }
    }

    fn state_name(state: &Verdict) -> &'static str {
        match state {
            Verdict::Received => "received",
            Verdict::Created { .. } => "created",
            Verdict::Joined { .. } => "joined",
            Verdict::Held => "held",
            Verdict::Rejected => "rejected",
            Verdict::Split { .. } => "split",
        }
    }

    fn verb(action: &InputAction) -> &'static str {
        match action {
            InputAction::Create { .. } => "create",
            InputAction::Join { .. } => "join",
            InputAction::Hold => "hold",
            InputAction::Reject => "reject",
            InputAction::Split { .. } => "split",
        }
    }

    fn examples() -> (Vec<Verdict>, Vec<InputAction>) {
        let lead = LeadId(uuid::Uuid::nil());
        (
            vec![
                Verdict::Received,
                Verdict::Created { lead },
                Verdict::Joined { lead },
                Verdict::Held,
                Verdict::Rejected,
                Verdict::Split { next: 1, done: false },
            ],
            vec![
                InputAction::Create { lead },
                InputAction::Join { lead },
                InputAction::Hold,
                InputAction::Reject,
                InputAction::Split { next: 1, done: false },
            ],
        )
    }
}

impl Input {
    /// An input that was not judged yet.
    #[must_use]
    pub const fn new(id: InputId, channel: Channel) -> Self {
        Self {
            id,
            sequence: 0,
            channel,
            part_of: None,
            reason: String::new(),
            enquiry: None,
            verdict: Verdict::Received,
        }
    }

    /// A lead was made of it, and has what was read.
    ///
    /// # Errors
    /// [`Refusal`] where it has a verdict already.
    pub fn created(&self, lead: LeadId, number: &str) -> Result<Self, Refusal> {
        let reason = format!("Lead {number} was made of it.");
        Ok(Self { enquiry: None, ..self.judged(&InputAction::Create { lead }, reason)? })
    }

    /// It was added to an open lead, be it by its own person or by another one within its conversation.
    ///
    /// # Errors
    /// [`Refusal`] where it has a verdict already.
    pub fn joined(&self, lead: LeadId, number: &str, another: bool) -> Result<Self, Refusal> {
        let reason = if another {
            format!("It answers a mail of the open lead {number}, and was added to it.")
        } else {
            format!("It was added to the open lead {number} of the same person.")
        };
        Ok(Self { enquiry: None, ..self.judged(&InputAction::Join { lead }, reason)? })
    }

    /// So many parts were taken out of it by now.
    ///
    /// # Errors
    /// [`Refusal`] where it is no collection, or all were taken out.
    pub fn split(&self, parts: u64, done: bool) -> Result<Self, Refusal> {
        let begins = self.verdict == Verdict::Received;
        let reason = if begins {
            "A collection: each part has its own verdict.".to_owned()
        } else {
            format!("{parts} parts, each with its own verdict.")
        };
        self.judged(&InputAction::Split { next: parts + 1, done }, reason)
    }

    /// Gives the verdict, with its reason. The sentences of this file stand in the log's records too:
    /// another wording is another record where the log is told again.
    ///
    /// # Errors
    /// [`Refusal`] where it has one already.
    pub fn judged(&self, action: &InputAction, reason: impl Into<String>) -> Result<Self, Refusal> {
        let verdict = step::<Self>(self.id, &self.verdict, action)?;
        Ok(Self { verdict, reason: reason.into(), ..self.clone() })
    }
}

/// Why an input is held, for programs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum HoldReason {
    /// It could not be read.
    Unreadable,
    /// Nobody to answer to, or contradictory.
    Unclear,
    /// Its keys point at two different parties.
    TwoParties,
    /// Somebody known is alike, by a rule that lets a person look first.
    Duplicate,
    #[serde(untagged)]
    Newer(NewerWord),
}
