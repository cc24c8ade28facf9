//! Bulks: one command for many leads.

use domain::bulk::{Bulk, BulkState, LeadSelector, Window};
use domain::ids::Id;
use domain::lifecycle::Lifecycle;
use domain::message::SubjectKind;
use leadmill_table::table;
use sqlx::types::Json;
use uuid::Uuid;

use crate::store::column::{corrupt, given, signed, unsigned};
use crate::store::declared::Tables;

table! { bulk: Bulk as bulk => BulkRow {
    let (window, done_at) = match &bulk.state {
        BulkState::Running { window } => (Some(*window), None),
        BulkState::Done { at } => (None, Some(*at)),
    };
    key     id: uuid = bulk.id.uuid();
    version sequence: bigint = bulk.sequence;
    frozen  selector: jsonb<LeadSelector> = Json(&bulk.selector);
    asked: bigint = signed(bulk.asked)?;
    state: text = Bulk::state_name(&bulk.state);
    window_from: uuid? = window.and_then(|window| window.from).map(Uuid::from);
    window_before: uuid? = window.map(|window| window.before.uuid());
    done_at: timestamptz? = done_at;
}}

/// Its table.
pub const TABLES: &[Tables] = &[Tables { kind: SubjectKind::Bulk, tables: &[TABLE] }];

impl BulkRow {
    fn record(self) -> Result<Bulk, sqlx::Error> {
        let state = match self.state.as_str() {
            "running" => BulkState::Running {
                window: Window {
                    from: self.window_from.map(Into::into),
                    before: given("bulk.window_before", self.window_before)?.into(),
                },
            },
            "done" => BulkState::Done { at: given("bulk.done_at", self.done_at)? },
            other => return Err(corrupt("bulk.state", &other)),
        };
        Ok(Bulk {
            id: self.id.into(),
            sequence: self.sequence,
            selector: self.selector.0,
            asked: unsigned("bulk.asked", self.asked)?,
            state,
        })
    }
}
