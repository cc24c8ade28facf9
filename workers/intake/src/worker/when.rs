//! What intake hears and what it says.

use domain::certainty::Evidence;
use domain::commands::{
    ConsentChange, ConsentLift, ConsentSuppress, ImportContinue, InputReadAgain, InputReject,
    InputRelease, InputRow,
};
use domain::decide::{Arrived, Heard, Malformed, Outcome, Refusal};
use domain::declared::Declared;
use domain::enquiry::{Channel, Reading};
use domain::events::{
    ConsentChanged, ConsentLifted, ConsentSuppressed, InputHeld, InputRejected, InputReread,
    InputSplit, LeadCaptured, LeadEnquiryAdded,
};
use domain::message::{Message, MessageType, OneOf, Subject};
use domain::one_of;

use crate::signal::Signal;

/// What intake hears: raw inputs beside messages of the contract.
#[derive(Clone, Debug)]
#[expect(clippy::large_enum_variant, reason = "a slice is a batch by itself")]
pub enum When {
    Input(Box<RawInput>),
    Row(Box<InputRow>),
    Continue(ImportContinue),
    Release(Box<InputRelease>),
    Reject(InputReject),
    ReadAgain(Box<InputReadAgain>),
    Change(Box<ConsentChange>),
    Suppress(Box<ConsentSuppress>),
    Lift(Box<ConsentLift>),
}

/// A raw input as it was read.
#[derive(Clone, Debug)]
pub struct RawInput {
    pub(super) channel: Channel,
    pub(super) content_type: Option<String>,
    /// What is known of a list.
    pub(super) list: List,
    pub(super) reading: Reading,
    pub(super) unreadable: bool,
    /// What it reports of somebody's address.
    pub(super) signals: Vec<Signal>,
    /// Where the values of a reading that is to be held stand.
    pub(super) evidence: Vec<Evidence>,
}

/// What is known of a list beside its bytes.
#[derive(Clone, Debug, Default)]
pub(super) struct List {
    /// Number of the first row.
    pub(super) first_row: u64,
    pub(super) sheet: bool,
    pub(super) declared: Declared,
}

one_of!(
    pub Then: LeadCaptured, LeadEnquiryAdded, InputHeld, InputRejected, InputReread, InputSplit, InputRow,
    ImportContinue, ConsentChanged, ConsentSuppressed, ConsentLifted
);

impl OneOf for When {
    const TYPES: &'static [&'static MessageType] = &[
        InputRow::TYPE,
        ImportContinue::TYPE,
        InputRelease::TYPE,
        InputReject::TYPE,
        InputReadAgain::TYPE,
        ConsentChange::TYPE,
        ConsentSuppress::TYPE,
        ConsentLift::TYPE,
    ];
}

impl Heard for When {
    fn read(arrived: &Arrived) -> Result<Self, Malformed> {
        if arrived.is(InputRow::TYPE) {
            arrived.data().map(Box::new).map(Self::Row)
        } else if arrived.is(ImportContinue::TYPE) {
            let next: ImportContinue = arrived.data()?;
            if let Channel::Newer(word) = next.channel {
                return Err(Malformed::new(format!(
                    "The collection `{}` came by the channel `{word}`, which only a newer leadmill reads; put \
                     the message back with `leadmill parked replay` when that runs.",
                    next.import
                )));
            }
            Ok(Self::Continue(next))
        } else if arrived.is(InputRelease::TYPE) {
            arrived.data().map(Box::new).map(Self::Release)
        } else if arrived.is(InputReject::TYPE) {
            arrived.data().map(Self::Reject)
        } else if arrived.is(InputReadAgain::TYPE) {
            arrived.data().map(Box::new).map(Self::ReadAgain)
        } else if arrived.is(ConsentChange::TYPE) {
            arrived.data().map(Box::new).map(Self::Change)
        } else if arrived.is(ConsentSuppress::TYPE) {
            arrived.data().map(Box::new).map(Self::Suppress)
        } else if arrived.is(ConsentLift::TYPE) {
            arrived.data().map(Box::new).map(Self::Lift)
        } else {
            Err(arrived.unknown(Self::TYPES))
        }
    }

    fn subject(&self) -> Option<Subject> {
        match self {
            Self::Input(_) => None,
            Self::Row(row) => Some(row.subject()),
            Self::Continue(next) => Some(next.subject()),
            Self::Release(release) => Some(release.subject()),
            Self::Reject(reject) => Some(reject.subject()),
            Self::ReadAgain(again) => Some(again.subject()),
            Self::Change(change) => Some(change.subject()),
            Self::Suppress(suppress) => Some(suppress.subject()),
            Self::Lift(lift) => Some(lift.subject()),
        }
    }
}

/// What follows from one of these.
pub(super) type Decision = Result<Outcome<Then>, Refusal>;
