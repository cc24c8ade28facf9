//! Commands that become due. The claim in the database makes each happen once.

use chrono::{DateTime, Utc};
use domain::message::{MessageType, Said, Subject};
use uuid::Uuid;

use crate::store::column::bulk;
use crate::store::{Connection, Result};

/// A command for later.
#[derive(Clone, Debug, PartialEq)]
pub struct NewTimer<'a> {
    pub id: Uuid,
    pub due_at: DateTime<Utc>,
    /// Which timer of its subject it is.
    pub name: &'a str,
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
    /// As the row names it.
    pub subject_kind: String,
    pub subject: Uuid,
    /// JSON text as it was planned.
    pub data: String,
    pub correlation: Uuid,
    pub cause: Uuid,
}

/// How many days a timer that was said is kept: as long as what tells of the message that it became.
const KEPT_DAYS: i32 = 8;
/// Most timers that are purged by one statement.
const PURGED_MAX: i64 = 10_000;

/// Plans commands of a worker. One that waits under its subject and name is moved.
pub async fn plan(conn: &mut Connection, worker: &str, timers: &[NewTimer<'_>]) -> Result<()> {
    if timers.is_empty() {
        return Ok(());
    }
    let insert = bulk!(
        r#"INSERT INTO schedule (id, due_at, type, name, subject_kind, subject, data, correlation,
                                 cause, worker)
           SELECT u.id, u.due_at, u.type, u.name, u.subject_kind, u.subject, u.data::json,
                  u.correlation, u.cause, $1
           FROM unnest($2::uuid[], $3::timestamptz[], $4::text[], $5::text[], $6::text[],
                       $7::uuid[], $8::text[], $9::uuid[], $10::uuid[])
                AS u (id, due_at, type, name, subject_kind, subject, data, correlation, cause)
           ORDER BY u.subject, u.name COLLATE "C"
           ON CONFLICT (subject, name) WHERE claimed_at IS NULL DO UPDATE
           SET id = EXCLUDED.id, due_at = EXCLUDED.due_at, type = EXCLUDED.type,
               data = EXCLUDED.data, correlation = EXCLUDED.correlation, cause = EXCLUDED.cause,
               unsaid = NULL"#,
        [worker],
        timers.iter(),
        |timer| {
            timer.id => Uuid,
            timer.due_at => DateTime<Utc>,
            timer.said.ty.name => &str,
            timer.name => &str,
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

/// Takes back what a worker planned, by subject and name, where the clock has not said it yet.
pub async fn cancel(conn: &mut Connection, worker: &str, timers: &[(Uuid, &str)]) -> Result<()> {
    if timers.is_empty() {
        return Ok(());
    }
    let (subjects, names): (Vec<_>, Vec<_>) = timers.iter().copied().unzip();
    let delete = sqlx::query!(
        "DELETE FROM schedule AS s USING unnest($2::uuid[], $3::text[]) AS u (subject, name)
         WHERE s.subject = u.subject AND s.name = u.name AND s.worker = $1 AND s.claimed_at IS NULL",
        worker,
        &subjects,
        &names as &[&str]
    );
    delete.execute(conn).await?;
    Ok(())
}

/// Claims what is due at this time for a batch, oldest first, of what this program knows as pairs of planner
/// and type: the rest is left to a newer clock. What another process is just claiming is left to it, and what
/// cannot be said to whoever mends it.
pub async fn claim_due(
    conn: &mut Connection,
    batch: Uuid,
    now: DateTime<Utc>,
    known: &[(&str, &str)],
    limit: u32,
) -> Result<Vec<DueTimer>> {
    let (workers, types): (Vec<_>, Vec<_>) = known.iter().copied().unzip();
    let rows = sqlx::query_as!(
        DueTimer,
        r#"WITH due AS (
               SELECT id FROM schedule
               WHERE claimed_at IS NULL AND unsaid IS NULL AND due_at <= $3
                 AND (worker, type) IN (SELECT * FROM unnest($4::text[], $5::text[]))
               ORDER BY due_at, id LIMIT $2 FOR UPDATE SKIP LOCKED),
           claimed AS (
               UPDATE schedule AS s SET claimed_at = now(), batch = $1 FROM due WHERE s.id = due.id
               RETURNING s.*)
           SELECT id, worker, due_at, type AS ty, subject_kind, subject, data::text AS "data!",
                  correlation, cause
           FROM claimed ORDER BY due_at, id"#,
        batch,
        i64::from(limit),
        now,
        &workers as &[&str],
        &types as &[&str]
    );
    Ok(rows.fetch_all(conn).await?)
}

/// How many timers are due at this time for longer than a minute and not said, of all clocks.
pub async fn overdue(conn: &mut Connection, now: DateTime<Utc>) -> Result<i64> {
    let count = sqlx::query_scalar!(
        r#"SELECT count(*) AS "count!" FROM schedule
           WHERE claimed_at IS NULL AND unsaid IS NULL
             AND due_at < $1::timestamptz - interval '1 minute'"#,
        now
    );
    Ok(count.fetch_one(conn).await?)
}

/// Is a command that its sayer says once a day due at this time? Whoever asks first is told so; until the end of its
/// transaction nobody else is.
pub async fn is_due_daily(
    conn: &mut Connection,
    worker: &str,
    ty: &MessageType,
    subject: Subject,
    now: DateTime<Utc>,
) -> Result<bool> {
    let due = sqlx::query_scalar!(
        r#"SELECT pg_try_advisory_xact_lock(hashtextextended($1, 0)) AND NOT EXISTS (
               SELECT FROM event WHERE subject = $2 AND type = $1 AND worker = $3 AND id >= id_at($4::timestamptz - interval '1 day'))
               AS "due!""#,
        ty.name,
        subject.id,
        worker,
        now
    );
    Ok(due.fetch_one(conn).await?)
}

/// How far the time that decisions see is ahead of the server's, in seconds.
pub async fn shift_s(conn: &mut Connection) -> Result<i64> {
    let shift = sqlx::query_scalar!(
        r#"SELECT extract(epoch FROM by)::bigint AS "shift!" FROM clock_shift"#
    );
    Ok(shift.fetch_one(conn).await?)
}

/// Removes timers that were said eight days ago; answers how many. Some are left where there are very many.
pub async fn purge(conn: &mut Connection) -> Result<u64> {
    let delete = sqlx::query!(
        "DELETE FROM schedule WHERE id IN (
             SELECT id FROM schedule WHERE claimed_at < now() - make_interval(days => $1)
             ORDER BY claimed_at LIMIT $2)",
        KEPT_DAYS,
        PURGED_MAX
    );
    Ok(delete.execute(conn).await?.rows_affected())
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

/// Takes away what the clock said, by what it is about, the message that it was planned because of, and its type;
/// where the log is told again.
pub async fn forget(conn: &mut Connection, said: &[(Uuid, Uuid, String)]) -> Result<()> {
    if said.is_empty() {
        return Ok(());
    }
    let subjects: Vec<_> = said.iter().map(|(subject, ..)| *subject).collect();
    let causes: Vec<_> = said.iter().map(|(_, cause, _)| *cause).collect();
    let types: Vec<_> = said.iter().map(|(.., ty)| ty.as_str()).collect();
    let delete = sqlx::query!(
        "DELETE FROM schedule AS s USING unnest($1::uuid[], $2::uuid[], $3::text[]) AS u (subject, cause, type)
         WHERE s.subject = u.subject AND s.cause = u.cause AND s.type = u.type",
        &subjects,
        &causes,
        &types as &[&str]
    );
    delete.execute(conn).await?;
    Ok(())
}
