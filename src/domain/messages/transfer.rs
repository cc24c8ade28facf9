//! Messages about transfers: money that is held because nobody said what it pays.

use chrono::NaiveDate;
use rust_decimal::Decimal;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::commands::{DOCUMENTS_MAX, PaidDocument};
use crate::ids::TransferId;
use crate::money::Currency;
use crate::text::Short;

crate::messages! { Transfer:
    events {
        TransferHeld = "transfer.held.v1" by transfer;
        TransferAssigned = "transfer.assigned.v1" by transfer;
        TransferReturned = "transfer.returned.v1" by transfer;
    }
    commands {
        TransferAssign = "transfer.assign.v1" by transfer needs BookPayment;
        TransferReturn = "transfer.return.v1" by transfer needs BookPayment;
    }
}

/// Money came in without a document that it pays: a person says which with `transfer.assign`, or that it goes back
/// with `transfer.return`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct TransferHeld {
    pub transfer: TransferId,
    /// The system that reported it (CloudEvents `source`).
    pub payer: String,
    /// The payer system's own reference.
    pub reference: String,
    #[serde(with = "crate::money::AsText")]
    pub amount: Decimal,
    pub currency: Currency,
    pub value_date: NaiveDate,
    /// What the payer wrote with it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(extend("x-personal" = true))]
    pub remittance: Option<String>,
}

/// All of a transfer was booked on documents; `invoice.paid` of each says how.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct TransferAssigned {
    pub transfer: TransferId,
    pub documents: Vec<PaidDocument>,
}

/// A transfer was sent back.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct TransferReturned {
    pub transfer: TransferId,
    pub comment: String,
}

/// Book a held transfer on the documents that it pays: all of it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct TransferAssign {
    pub transfer: TransferId,
    #[schemars(length(max = DOCUMENTS_MAX))]
    pub documents: Vec<PaidDocument>,
}

/// Say that a held transfer was sent back.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct TransferReturn {
    pub transfer: TransferId,
    pub reason: Short,
}
