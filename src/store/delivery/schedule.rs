//! Commands that become due. The claim in the database makes each happen once.

use chrono::{DateTime, Utc};
use domain::message::Said;
use uuid::Uuid;

use crate::store::column::bulk;
use crate::store::{Connection, Result};

/// A command for later.
#[derive(Clone, Debug, PartialEq)]
pub struct NewTimer<'a> {
    pub id: Uuid,
    pub due_at: DateTime<Utc>,
    /// What it is about, for the planner: the same key, type and time is the same timer.
    pub key: &'a str,
    pub said: &'a Said,
    pub correlation: Uuid,
    pub cause: Uuid,
}

/// A command whose time has come.
#[derive(Clone, Debug, PartialEq)]
pub struct DueTimer {
    pub id: Uuid,
    /// Who planned it.
    pub worker: String,
    pub due_at: DateTime<Utc>,
    /// Without `leadmill.`, with the major version.
    pub ty: String,
    pub key: String,
    /// As the row names it.
    pub subject_kind: String,
    pub subject: Uuid,
    /// JSON text as it was planned.
    pub data: String,
    pub correlation: Uuid,
    pub cause: Uuid,
}

/// Plans commands of a worker. A timer that is planned already stays as it is.
pub async fn insert(conn: &mut Connection, worker: &str, timers: &[NewTimer<'_>]) -> Result<()> {
    if timers.is_empty() {
        return Ok(());
    }
    let insert = bulk!(
        r#"INSERT INTO schedule (id, due_at, type, key, subject_kind, subject, data, correlation,
                                 cause, worker)
           SELECT u.id, u.due_at, u.type, u.key, u.subject_kind, u.subject, u.data::json,
                  u.correlation, u.cause, $1
           FROM unnest($2::uuid[], $3::timestamptz[], $4::text[], $5::text[], $6::text[],
                       $7::uuid[], $8::text[], $9::uuid[], $10::uuid[])
                AS u (id, due_at, type, key, subject_kind, subject, data, correlation, cause)
           ORDER BY u.type COLLATE "C", u.key COLLATE "C", u.due_at
           ON CONFLICT DO NOTHING"#,
        [worker],
        timers.iter(),
        |timer| {
            timer.id => Uuid,
            timer.due_at => DateTime<Utc>,
            timer.said.ty.name => &str,
            timer.key => &str,
            timer.said.subject.kind.name() => &str,
            timer.said.subject.id => Uuid,
            timer.said.data.as_str() => &str,
            timer.correlation => Uuid,
            timer.cause => Uuid,
        }
    );
    insert.execute(conn).await?;
    Ok(())
}

/// Claims what is due by the database's clock for a batch, oldest first; what another process is
/// just claiming is left to it, and what cannot be said to whoever mends it.
pub async fn claim_due(conn: &mut Connection, batch: Uuid, limit: u32) -> Result<Vec<DueTimer>> {
    let rows = sqlx::query_as!(
        DueTimer,
        r#"WITH due AS (
               SELECT id FROM schedule
               WHERE claimed_at IS NULL AND unsaid IS NULL AND due_at <= now()
               ORDER BY due_at, id LIMIT $2 FOR UPDATE SKIP LOCKED),
           claimed AS (
               UPDATE schedule AS s SET claimed_at = now(), batch = $1 FROM due WHERE s.id = due.id
               RETURNING s.*)
           SELECT id, worker, due_at, type AS ty, key, subject_kind, subject, data::text AS "data!",
                  correlation, cause
           FROM claimed ORDER BY due_at, id"#,
        batch,
        i64::from(limit)
    );
    Ok(rows.fetch_all(conn).await?)
}

/// Gives claims back for good: these timers cannot be said, each for its reason, until somebody has
/// mended the row.
pub async fn refuse(conn: &mut Connection, refused: &[(Uuid, String)]) -> Result<()> {
    if refused.is_empty() {
        return Ok(());
    }
    let (ids, reasons): (Vec<_>, Vec<_>) =
        refused.iter().map(|(id, why)| (*id, why.as_str())).unzip();
    let update = sqlx::query!(
        "UPDATE schedule AS s SET claimed_at = NULL, batch = NULL, unsaid = u.why
         FROM unnest($1::uuid[], $2::text[]) AS u (id, why) WHERE s.id = u.id",
        &ids,
        &reasons as &[&str]
    );
    update.execute(conn).await?;
    Ok(())
}
