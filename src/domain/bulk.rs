//! A bulk: one command for many leads, chosen by what they say and worked off in slices (D365: bulkoperation).

use chrono::{DateTime, Utc};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::enquiry::LeadSource;
use crate::ids::{BulkId, InputId, LeadId};
use crate::lead::Lead;
use crate::lifecycle::{Lifecycle, applies};
use crate::message::{Names, SubjectKind};
use crate::text::Short;

/// The highest score of a lead.
const SCORE_MAX: u8 = 100;

/// Many leads that are asked for the same.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(any(test, feature = "samples"), derive(serde::Deserialize, schemars::JsonSchema))]
pub struct Bulk {
    pub id: BulkId,
    /// Counts the events about it.
    pub sequence: i64,
    pub selector: LeadSelector,
    /// How many leads were asked by now.
    pub asked: u64,
    pub state: BulkState,
}

#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(any(test, feature = "samples"), derive(serde::Deserialize, schemars::JsonSchema))]
pub enum BulkState {
    /// The next slice looks there.
    Running {
        window: Window,
    },
    Done {
        at: DateTime<Utc>,
    },
}

/// Which open leads are meant: those of which all holds that is given.
#[derive(
    Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
pub struct LeadSelector {
    /// Made of a part of this collection, as a row of a file.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub import: Option<InputId>,
    /// Came through this campaign, form or event: just as the lead names it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<Short>")]
    pub campaign: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<LeadSource>,
    /// The rules gave so many points or more.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(max = SCORE_MAX))]
    pub score_at_least: Option<u8>,
}

/// A selector is about no record that is there.
impl Names for LeadSelector {
    fn named(&self) -> Uuid {
        Uuid::nil()
    }
}

impl LeadSelector {
    /// Nothing is said, so that every lead would be meant.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// No lead that is meant has a lower id: leads of a collection are younger than the collection.
    #[must_use]
    pub fn floor(&self) -> Option<LeadId> {
        self.import.map(|import| LeadId(import.0))
    }

    /// Is this lead meant, whose input is a part of that collection?
    #[must_use]
    pub fn takes(&self, lead: &Lead, collection: Option<InputId>) -> bool {
        let score = lead.assessment.as_ref().map(|assessment| assessment.score);
        lead.is_open()
            && self.import.is_none_or(|import| collection == Some(import))
            && (self.campaign.is_none() || self.campaign == lead.enquiry.campaign)
            && self.source.is_none_or(|source| lead.enquiry.source == source)
            && self.score_at_least.is_none_or(|least| score.is_some_and(|score| score >= least))
    }
}

/// Leads by their ids, which ascend with time: from the newest down, so that what comes meanwhile is not waited for.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
pub struct Window {
    /// The first one; absent where it reaches to the oldest lead.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<LeadId>,
    /// The one behind the last.
    pub before: LeadId,
}

impl Window {
    #[must_use]
    pub fn holds(&self, lead: LeadId) -> bool {
        self.from.is_none_or(|from| lead >= from) && lead < self.before
    }
}

/// Leads that a selector means, within a window: what one slice looks for.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Selected {
    pub selector: LeadSelector,
    pub window: Window,
}

#[derive(Clone, Debug)]
pub enum BulkAction {
    /// A slice was asked, and another follows.
    Advance {
        window: Window,
    },
    Finish {
        at: DateTime<Utc>,
    },
}

impl Lifecycle for Bulk {
    const KIND: SubjectKind = SubjectKind::Bulk;
    type State = BulkState;
    type Action = BulkAction;

    fn next(state: &BulkState, action: &BulkAction) -> Option<BulkState> {
        use {BulkAction as A, BulkState as S};
        match (state, action) {
            (S::Running { .. }, A::Advance { window }) => Some(S::Running { window: *window }),
            (S::Running { .. }, A::Finish { at }) => Some(S::Done { at: *at }),
            _ => None,
        }
    }

    fn state_name(state: &BulkState) -> &'static str {
        match state {
            BulkState::Running { .. } => "running",
            BulkState::Done { .. } => "done",
        }
    }

    fn verb(action: &BulkAction) -> &'static str {
        match action {
            BulkAction::Advance { .. } => "advance",
            BulkAction::Finish { .. } => "be finished",
        }
    }

    fn examples() -> (Vec<BulkState>, Vec<BulkAction>) {
        let window = Window { from: None, before: LeadId(Uuid::nil()) };
        let at = DateTime::UNIX_EPOCH;
        (
            vec![BulkState::Running { window }, BulkState::Done { at }],
            vec![BulkAction::Advance { window }, BulkAction::Finish { at }],
        )
    }
}

applies!(Bulk, BulkAction, |it| it.id);
