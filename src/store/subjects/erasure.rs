//! Erasures: the requests that what is known of a person goes.

use domain::erasure::{Erased, ErasedRecord, Erasure, ErasureState};
use domain::ids::Id;
use domain::lifecycle::Lifecycle;
use domain::message::SubjectKind;
use leadmill_table::table;
use sqlx::types::Json;
use uuid::Uuid;

use crate::store::column::{corrupt, given, meant, word};
use crate::store::declared::Tables;

table! { erasure: Erasure as erasure => ErasureRow {
    let done_at = match &erasure.state {
        ErasureState::Open => None,
        ErasureState::Done { at } => Some(*at),
    };
    key     id: uuid = erasure.id.uuid();
    version sequence: bigint = erasure.sequence;
    keys: jsonb<Vec<String>> = Json(&erasure.keys);
    frozen  records: jsonb<Vec<Uuid>> = Json(&erasure.records);
    frozen  reason: text = erasure.reason.as_str();
    frozen  closed_before: timestamptz? = erasure.closed_before;
    step: text = word(erasure.step);
    after: uuid? = erasure.after;
    receipt: jsonb<Vec<Erased>> = Json(&erasure.receipt);
    erased: jsonb<Vec<ErasedRecord>> = Json(&erasure.erased);
    acknowledged: jsonb<Vec<String>> = Json(&erasure.acknowledged);
    state: text = Erasure::state_name(&erasure.state);
    done_at: timestamptz? = done_at;
}}

/// Its table.
pub const TABLES: &[Tables] = &[Tables { kind: SubjectKind::Erasure, tables: &[TABLE] }];

impl ErasureRow {
    fn record(self) -> Result<Erasure, sqlx::Error> {
        let state = match self.state.as_str() {
            "open" => ErasureState::Open,
            "done" => ErasureState::Done { at: given("erasure.done_at", self.done_at)? },
            other => return Err(corrupt("erasure.state", &other)),
        };
        Ok(Erasure {
            id: self.id.into(),
            sequence: self.sequence,
            keys: self.keys.0,
            records: self.records.0,
            reason: self.reason,
            closed_before: self.closed_before,
            step: meant("erasure.step", &self.step)?,
            after: self.after,
            receipt: self.receipt.0,
            erased: self.erased.0,
            acknowledged: self.acknowledged.0,
            state,
        })
    }
}
