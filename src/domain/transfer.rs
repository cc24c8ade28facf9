//! A transfer: money that came in, and nobody knows yet what it pays. It is held until a person says so.

use chrono::{DateTime, NaiveDate, Utc};
use rust_decimal::Decimal;

use crate::ids::TransferId;
use crate::lifecycle::{Lifecycle, applies};
use crate::message::SubjectKind;
use crate::money::Currency;

/// Money that was reported without a document. What names its documents is booked on them at once and makes none.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(any(test, feature = "samples"), derive(serde::Deserialize, schemars::JsonSchema))]
pub struct Transfer {
    pub id: TransferId,
    /// Counts the events about it.
    pub sequence: i64,
    /// The system that reported it (CloudEvents `source`).
    pub payer: String,
    /// Its reference there, once per payer.
    pub reference: String,
    pub amount: Decimal,
    pub currency: Currency,
    /// When the money was there.
    pub value_date: NaiveDate,
    /// What the payer wrote with it (EN 16931: BT-83, as it came back).
    pub remittance: Option<String>,
    pub state: TransferState,
}

#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(any(test, feature = "samples"), derive(serde::Deserialize, schemars::JsonSchema))]
pub enum TransferState {
    Held,
    /// All of it was booked on documents.
    Assigned {
        at: DateTime<Utc>,
    },
    /// It was sent back.
    Returned {
        at: DateTime<Utc>,
    },
}

#[derive(Clone, Debug)]
pub enum TransferAction {
    Assign { at: DateTime<Utc> },
    Return { at: DateTime<Utc> },
}

impl Lifecycle for Transfer {
    const KIND: SubjectKind = SubjectKind::Transfer;
    type State = TransferState;
    type Action = TransferAction;

    fn next(state: &TransferState, action: &TransferAction) -> Option<TransferState> {
        use {TransferAction as A, TransferState as S};
        match (state, action) {
            (S::Held, A::Assign { at }) => Some(S::Assigned { at: *at }),
            (S::Held, A::Return { at }) => Some(S::Returned { at: *at }),
            _ => None,
        }
    }

    fn state_name(state: &TransferState) -> &'static str {
        match state {
            TransferState::Held => "held",
            TransferState::Assigned { .. } => "assigned",
            TransferState::Returned { .. } => "returned",
        }
    }

    fn verb(action: &TransferAction) -> &'static str {
        match action {
            TransferAction::Assign { .. } => "be assigned",
            TransferAction::Return { .. } => "be returned",
        }
    }

    fn examples() -> (Vec<TransferState>, Vec<TransferAction>) {
        let at = DateTime::UNIX_EPOCH;
        (
            vec![
                TransferState::Held,
                TransferState::Assigned { at },
                TransferState::Returned { at },
            ],
            vec![TransferAction::Assign { at }, TransferAction::Return { at }],
        )
    }
}

applies!(Transfer, TransferAction, |it| &it.reference);
