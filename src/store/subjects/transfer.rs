//! Transfers: money that came in and that nobody knew a document of.

use domain::ids::Id;
use domain::keys::TransfersReferenced;
use domain::lifecycle::Lifecycle;
use domain::message::SubjectKind;
use domain::transfer::{Transfer, TransferState};
use leadmill_table::table;
use sqlx::types::chrono::{DateTime, Utc};

use crate::store::column::{amount, corrupt, currency, given};
use crate::store::declared::Tables;
use crate::store::look_up::look_up;

table! { transfer: Transfer as transfer => TransferRow {
    let (assigned_at, returned_at) = match &transfer.state {
        TransferState::Held => (None, None),
        TransferState::Assigned { at } => (Some(*at), None),
        TransferState::Returned { at } => (None, Some(*at)),
    };
    key     id: uuid = transfer.id.uuid();
    version sequence: bigint = transfer.sequence;
    frozen  payer: text = transfer.payer.as_str();
    frozen  reference: text = transfer.reference.as_str();
    frozen  amount: numeric = transfer.amount;
    frozen  currency: text = transfer.currency.as_str();
    frozen  value_date: date = transfer.value_date;
    frozen  remittance: text? = transfer.remittance.as_deref();
    state: text = Transfer::state_name(&transfer.state);
    assigned_at: timestamptz? = assigned_at;
    returned_at: timestamptz? = returned_at;
}}

/// Its table.
pub const TABLES: &[Tables] = &[Tables { kind: SubjectKind::Transfer, tables: &[TABLE] }];

// Neither reference nor payer ever change.
look_up!(TransfersReferenced by |it| it.0.clone(),
    r#"SELECT reference AS "key!", id AS "found!" FROM transfer WHERE reference = ANY($1)"#);

impl TransferRow {
    fn record(self) -> Result<Transfer, sqlx::Error> {
        let currency = currency("transfer.currency", &self.currency)?;
        Ok(Transfer {
            id: self.id.into(),
            sequence: self.sequence,
            payer: self.payer,
            reference: self.reference,
            amount: amount(self.amount, currency),
            currency,
            value_date: self.value_date,
            remittance: self.remittance,
            state: state_of(&self.state, (self.assigned_at, self.returned_at))?,
        })
    }
}

fn state_of(
    state: &str,
    (assigned_at, returned_at): (Option<DateTime<Utc>>, Option<DateTime<Utc>>),
) -> Result<TransferState, sqlx::Error> {
    Ok(match state {
        "held" => TransferState::Held,
        "assigned" => TransferState::Assigned { at: given("transfer.assigned_at", assigned_at)? },
        "returned" => TransferState::Returned { at: given("transfer.returned_at", returned_at)? },
        other => return Err(corrupt("transfer.state", &other)),
    })
}
