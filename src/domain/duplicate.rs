//! A duplicate: a lead and another party that are alike, until a person has looked (D365: duplicaterecord).

use chrono::{DateTime, Utc};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::ids::{AccountId, ContactId, DuplicateId, LeadId, derived};
use crate::lifecycle::{Lifecycle, applies};
use crate::message::SubjectKind;
use crate::newer::NewerWord;

/// A lead and one other party that a rule found alike.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(any(test, feature = "samples"), derive(serde::Deserialize, schemars::JsonSchema))]
pub struct Duplicate {
    pub id: DuplicateId,
    /// Counts the events about it; that it was found is one about the lead.
    pub sequence: i64,
    pub lead: LeadId,
    /// The other: a lead, a contact or an account.
    pub other_lead: Option<LeadId>,
    pub contact: Option<ContactId>,
    pub account: Option<AccountId>,
    /// The version of the rules, and the rule that says so.
    pub rules: String,
    pub rule: String,
    /// What follows by that rule.
    pub action: DuplicateAction,
    /// How alike they are, from 0 to 100.
    pub score: u8,
    pub evidence: Vec<Compared>,
    /// There were more parties under its keys than were compared.
    pub more: bool,
    pub state: DuplicateState,
}

/// What follows where somebody is alike.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum DuplicateAction {
    /// The duplicate is noted, and all goes on.
    Link,
    /// The lead is made, and no rule qualifies it before a person has looked.
    Hold,
    /// No lead is made before a person has looked: the input is held.
    Block,
    /// Where the other is an open lead, the enquiry is added to it.
    NewEnquiry,
    #[serde(untagged)]
    Newer(NewerWord),
}

/// How alike two parties are in one fact. The values are those of the parties, and not written down again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Compared {
    /// As rules call it: `name`, `company`, `domain`, …
    pub fact: String,
    /// From 0 to 100.
    pub similarity: u8,
}

#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(any(test, feature = "samples"), derive(serde::Deserialize, schemars::JsonSchema))]
pub enum DuplicateState {
    Open,
    /// A person has looked: it is not found again.
    Closed {
        at: DateTime<Utc>,
    },
}

#[derive(Clone, Debug)]
pub enum DuplicateStep {
    Close { at: DateTime<Utc> },
}

/// The id of the duplicate of two parties, whichever of them finds the other.
#[must_use]
pub fn id_of(one: Uuid, other: Uuid) -> DuplicateId {
    let (earlier, later) = (one.min(other), one.max(other));
    DuplicateId(derived(later, &earlier.to_string(), 0))
}

impl Duplicate {
    #[must_use]
    pub const fn is_open(&self) -> bool {
        matches!(self.state, DuplicateState::Open)
    }
}

impl Lifecycle for Duplicate {
    const KIND: SubjectKind = SubjectKind::Duplicate;
    type State = DuplicateState;
    type Action = DuplicateStep;

    fn next(state: &DuplicateState, action: &DuplicateStep) -> Option<DuplicateState> {
        match (state, action) {
            (DuplicateState::Open, DuplicateStep::Close { at }) => {
                Some(DuplicateState::Closed { at: *at })
            }
            (DuplicateState::Closed { .. }, DuplicateStep::Close { .. }) => None,
        }
    }

    fn state_name(state: &DuplicateState) -> &'static str {
        match state {
            DuplicateState::Open => "open",
            DuplicateState::Closed { .. } => "closed",
        }
    }

    fn verb(action: &DuplicateStep) -> &'static str {
        match action {
            DuplicateStep::Close { .. } => "be closed",
        }
    }

    fn examples() -> (Vec<DuplicateState>, Vec<DuplicateStep>) {
        let at = DateTime::UNIX_EPOCH;
        (
            vec![DuplicateState::Open, DuplicateState::Closed { at }],
            vec![DuplicateStep::Close { at }],
        )
    }
}

applies!(Duplicate, DuplicateStep, |it| it.id);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn f20_two_parties_have_one_duplicate_whichever_finds_the_other() {
        let ids = [1, 2, 3].map(|n| crate::ids::minted(DateTime::UNIX_EPOCH, [n; 10]));
        assert_eq!(id_of(ids[0], ids[1]), id_of(ids[1], ids[0]));
        assert_ne!(id_of(ids[0], ids[1]), id_of(ids[0], ids[2]));
    }
}
