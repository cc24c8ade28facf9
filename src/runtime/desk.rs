//! What a lane works at: its connection, and what it keeps from one transaction to the next.

use std::collections::BTreeSet;
use std::mem::take;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use domain::host::Hosted;
use uuid::Uuid;

use super::batch::Stop;
use super::reference::Shared;
use crate::store::{self, Connection};
use crate::telemetry::{Meter, Tracer};

/// What a lane keeps from one transaction to the next.
pub struct Desk {
    pub worker: Arc<dyn Hosted>,
    pub conn: Connection,
    /// Batches that were confirmed and not yet marked.
    pub marks: Vec<(Uuid, DateTime<Utc>)>,
    /// Batches on their way out: they need not be published once more.
    pub underway: BTreeSet<Uuid>,
    /// The connection was lost, perhaps after a commit of which nobody has heard.
    pub doubt: bool,
    pub references: Arc<Shared>,
    pub meter: Meter,
    pub tracer: Tracer,
}

impl Desk {
    /// Goes on with a new connection in the middle of its work.
    pub fn reconnect(&mut self, fresh: Self) {
        let (marks, underway) = (take(&mut self.marks), take(&mut self.underway));
        *self = Self { marks, underway, doubt: true, ..fresh };
    }

    /// These batches are with the broker; they are to be marked.
    pub fn confirmed(&mut self, marks: Vec<(Uuid, DateTime<Utc>)>) {
        for (batch, _) in &marks {
            self.underway.remove(batch);
        }
        self.marks.extend(marks);
    }

    /// Marks what was confirmed since the last transaction, where nothing else is to be done.
    pub async fn flush_marks(&mut self) -> Result<(), Stop> {
        if !self.marks.is_empty() {
            store::batch::mark_published(&mut self.conn, &self.marks).await?;
            self.marks.clear();
        }
        Ok(())
    }
}
