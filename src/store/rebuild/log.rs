//! The log, read in its order a part at a time.

use std::fmt::Display;

use chrono::{DateTime, Utc};
use domain::events::EVENTS;
use domain::history::Told;
use uuid::Uuid;

use crate::store::{Connection, Fault, Result};

/// One message of the log.
#[derive(Debug, sqlx::FromRow)]
pub struct Entry {
    pub id: Uuid,
    pub at: DateTime<Utc>,
    pub worker: String,
    pub ty: String,
    pub kind: String,
    pub subject: Uuid,
    pub sequence: Option<i64>,
    pub correlation: Uuid,
    pub cause: Uuid,
    pub data: String,
}

/// How much of the log is told.
#[derive(Clone, Copy, Debug, Default)]
pub struct Extent {
    /// Up to a time: before the first decision that saw a later one.
    pub until: Option<DateTime<Utc>>,
    /// A record and all that has to do with it: its pipelines, and those of every record in them.
    pub about: Option<Uuid>,
}

/// Opens the log as it is now.
pub async fn open(conn: &mut Connection, of: &Extent) -> Result<()> {
    // A cursor cannot be checked when it is compiled; its rows are read by name in `next`.
    let until =
        of.until.map_or_else(|| "NULL".to_owned(), |until| format!("'{}'", until.to_rfc3339()));
    let about = of.about.map(about).unwrap_or_default();
    let declare = format!(
        "DECLARE log NO SCROLL CURSOR FOR
         SELECT id, at, worker, type AS ty, kind, subject, sequence, correlation, cause,
                data::text AS data
         FROM event
         WHERE position < coalesce(
             (SELECT min(position) FROM event WHERE at > {until}::timestamptz), 9223372036854775807)
           {about}
         ORDER BY position"
    );
    sqlx::raw_sql(sqlx::AssertSqlSafe(declare)).execute(conn).await?;
    Ok(())
}

/// Which messages have to do with a record; an input is the first of its own pipeline. The catalog has pipelines of its
/// own, and what is no event (a row taken out of a list) leads nowhere: else a row would lead to all of its list.
fn about(id: Uuid) -> String {
    format!(
        "AND correlation IN (
             WITH RECURSIVE pipeline (id) AS (
                 SELECT '{id}'::uuid
                 UNION SELECT correlation FROM event WHERE subject = '{id}' AND sequence > 0
                 UNION SELECT other.correlation
                 FROM pipeline
                 JOIN event AS own ON own.correlation = pipeline.id AND own.sequence > 0
                      AND own.subject_kind <> 'catalog'
                 JOIN event AS other ON other.subject = own.subject AND other.sequence > 0)
             SELECT id FROM pipeline)"
    )
}

/// The next part of the log; empty at its end.
pub async fn next(conn: &mut Connection, limit: i64) -> Result<Vec<Entry>> {
    let fetch = format!("FETCH {limit} FROM log");
    Ok(sqlx::query_as(sqlx::AssertSqlSafe(fetch)).fetch_all(conn).await?)
}

impl Entry {
    /// The event; `None` for what changes no record: a command of ours, an answer to somebody.
    pub fn read(&self) -> Result<Option<Told>> {
        if self.sequence.is_none() {
            return Ok(None);
        }
        if !EVENTS.iter().any(|known| known.name == self.ty) && !Told::is_former(&self.ty) {
            return Err(
                self.fault(&"This program does not know such events. Run the newer leadmill.")
            );
        }
        Told::read(&self.ty, &self.data).map_err(|error| self.fault(&error))
    }

    /// Why it cannot be told again.
    pub fn fault(&self, why: &dyn Display) -> Fault {
        Fault::ours(format!("The event {} (`{}`) cannot be told again: {why}", self.id, self.ty))
    }
}
