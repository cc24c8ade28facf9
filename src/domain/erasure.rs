//! An erasure: the request that what is known of one person goes, and the receipt of what went.

use chrono::{DateTime, Utc};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::ids::ErasureId;
use crate::lifecycle::{Lifecycle, applies};
use crate::message::{Subject, SubjectKind};
use crate::newer::NewerWord;
use crate::pseudonym::PseudonymKey;

/// Most keys, and most records, by which one request names its person.
pub const NAMED_MAX: usize = 20;
/// Most leads that one request of the clock names.
pub const CLOSED_MAX: usize = 200;
/// So many records end a run of the clock, which goes on as another: each tells all of its own.
pub const RUN_MAX: usize = 2_000;

/// The request that what is known of a person goes, or a run by the clock over what is kept for so long only. A worker
/// carries it out in steps; how far it is stands here.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(any(test, feature = "samples"), derive(serde::Deserialize, schemars::JsonSchema))]
pub struct Erasure {
    pub id: ErasureId,
    /// Counts the events about it.
    pub sequence: i64,
    /// Whom it is about, as `email a@b.example`; none once it is done.
    pub keys: Vec<String>,
    /// The leads and contacts that it names.
    pub records: Vec<Uuid>,
    pub reason: String,
    /// Leads that it names go only where they were closed before, and are nobody's who is still dealt with: it was asked for
    /// by the clock.
    pub closed_before: Option<DateTime<Utc>>,
    /// What is done next, and behind which row.
    pub step: Step,
    pub after: Option<Uuid>,
    /// What went, store by store.
    pub receipt: Vec<Erased>,
    /// The records whose personal fields went.
    pub erased: Vec<ErasedRecord>,
    /// The consumers that have erased what they had.
    pub acknowledged: Vec<String>,
    pub state: ErasureState,
}

/// What is done at a time; each is one or more transactions, and what is left of it begins again after a kill.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Step {
    /// Looks through the log, some messages at a time: answers that repeat a key, and who else gave one.
    Log,
    /// Records, their events, their keys, and the rows of files: one transaction, under the locks of the keys.
    Records,
    /// Looks for the keys in what was rejected, held or asked, some inputs at a time.
    Search,
    /// The bytes of inputs and commands, some at a time.
    Inputs,
    /// Answers, what is parked, and the keys of the request itself.
    Rest,
    /// By the clock: rejected inputs that are older than they are kept.
    RejectedInputs,
    /// By the clock: the bytes of inputs and commands.
    RawInputs,
    /// By the clock: the bodies of what is parked.
    Parked,
    /// By the clock: finds leads that were closed long ago, for which an erasure is asked.
    ClosedLeads,
    #[serde(untagged)]
    Newer(NewerWord),
}

impl Step {
    /// Is it one of those that the clock asks for, which name nobody?
    #[must_use]
    pub const fn by_the_clock(self) -> bool {
        matches!(self, Self::RejectedInputs | Self::RawInputs | Self::Parked | Self::ClosedLeads)
    }

    /// The step that follows; none after the last.
    #[must_use]
    pub const fn next(self) -> Option<Self> {
        match self {
            Self::Log => Some(Self::Records),
            Self::Records => Some(Self::Search),
            Self::Search => Some(Self::Inputs),
            Self::Inputs => Some(Self::Rest),
            Self::RejectedInputs => Some(Self::RawInputs),
            Self::RawInputs => Some(Self::Parked),
            Self::Parked => Some(Self::ClosedLeads),
            Self::Rest | Self::ClosedLeads | Self::Newer(_) => None,
        }
    }
}

/// How much went from one store.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Erased {
    /// The table, or what was left as it is and why, as `kept: invoice`.
    pub store: String,
    pub count: u64,
}

/// A record whose personal fields went.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ErasedRecord {
    /// Its subject, as `lead`.
    pub kind: String,
    pub id: Uuid,
}

impl From<Subject> for ErasedRecord {
    fn from(subject: Subject) -> Self {
        Self { kind: subject.kind.name().to_owned(), id: subject.id }
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(any(test, feature = "samples"), derive(serde::Deserialize, schemars::JsonSchema))]
pub enum ErasureState {
    Open,
    Done { at: DateTime<Utc> },
}

#[derive(Clone, Debug)]
pub enum ErasureAction {
    /// A part of it was done.
    Advance,
    Finish {
        at: DateTime<Utc>,
    },
    /// A consumer has erased what it had.
    Acknowledge,
}

impl Lifecycle for Erasure {
    const KIND: SubjectKind = SubjectKind::Erasure;
    type State = ErasureState;
    type Action = ErasureAction;

    fn next(state: &ErasureState, action: &ErasureAction) -> Option<ErasureState> {
        use {ErasureAction as A, ErasureState as S};
        match (state, action) {
            (S::Open, A::Advance) | (S::Done { .. }, A::Acknowledge) => Some(state.clone()),
            (S::Open, A::Finish { at }) => Some(S::Done { at: *at }),
            _ => None,
        }
    }

    fn state_name(state: &ErasureState) -> &'static str {
        match state {
            ErasureState::Open => "open",
            ErasureState::Done { .. } => "done",
        }
    }

    fn verb(action: &ErasureAction) -> &'static str {
        match action {
            ErasureAction::Advance => "be continued",
            ErasureAction::Finish { .. } => "be finished",
            ErasureAction::Acknowledge => "be acknowledged",
        }
    }

    fn examples() -> (Vec<ErasureState>, Vec<ErasureAction>) {
        let at = DateTime::UNIX_EPOCH;
        (
            vec![ErasureState::Open, ErasureState::Done { at }],
            vec![ErasureAction::Advance, ErasureAction::Finish { at }, ErasureAction::Acknowledge],
        )
    }
}

applies!(Erasure, ErasureAction, |it| it.id);

impl Erasure {
    /// One that was just asked for.
    #[must_use]
    pub fn new(
        id: ErasureId,
        (keys, records): (Vec<String>, Vec<Uuid>),
        reason: String,
        closed_before: Option<DateTime<Utc>>,
        step: Step,
    ) -> Self {
        Self {
            id,
            sequence: 0,
            keys,
            records,
            reason,
            closed_before,
            step,
            after: None,
            receipt: Vec::new(),
            erased: Vec::new(),
            acknowledged: Vec::new(),
            state: ErasureState::Open,
        }
    }

    /// What the store carries out next; nothing where it is done.
    #[must_use]
    pub fn sweep(&self, pseudonyms: Option<&PseudonymKey>) -> Option<Sweep> {
        let sweep = Sweep {
            erasure: self.id,
            step: self.step,
            after: self.after,
            keys: self.keys.clone(),
            records: self.records.clone(),
            before: self.closed_before,
            pseudonyms: pseudonyms.cloned(),
        };
        (self.state == ErasureState::Open).then_some(sweep)
    }

    /// The receipt with what went further.
    #[must_use]
    pub fn with(&self, more: &[Erased]) -> Vec<Erased> {
        let mut receipt = self.receipt.clone();
        for Erased { store, count } in more {
            match receipt.iter_mut().find(|known| known.store == *store) {
                Some(known) => known.count += count,
                None => receipt.push(Erased { store: store.clone(), count: *count }),
            }
        }
        receipt
    }
}

/// A step of erasing, as a worker needs it: the store carries it out after everything is loaded and before the
/// decision, in the same transaction.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Sweep {
    pub erasure: ErasureId,
    pub step: Step,
    pub after: Option<Uuid>,
    pub keys: Vec<String>,
    pub records: Vec<Uuid>,
    /// What is younger stays; of a request by the clock.
    pub before: Option<DateTime<Utc>>,
    /// Makes the pseudonyms of what is to be known again.
    pub pseudonyms: Option<PseudonymKey>,
}

/// What a step found and erased.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Swept {
    pub found: Vec<Erased>,
    pub erased: Vec<ErasedRecord>,
    /// Leads for which an erasure is to be asked.
    pub leads: Vec<Uuid>,
    /// Where the same step goes on; none: it is done.
    pub after: Option<Uuid>,
}
