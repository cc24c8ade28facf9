//! One row per transaction of a worker: when it was taken, decided and published.

use std::time::Duration;

use chrono::{DateTime, Utc};
use uuid::Uuid;

use crate::store::{Connection, Result};

/// A decided batch. Its three times come from one clock, the worker's, so that their differences
/// are latencies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NewBatch {
    /// A UUIDv7 of the database's time, for what compares ages.
    pub id: Uuid,
    pub taken_at: DateTime<Utc>,
    pub decided_at: DateTime<Utc>,
    pub messages: usize,
    pub events: usize,
}

/// Records a batch. One that says nothing has nothing to publish and counts as published.
pub async fn insert(conn: &mut Connection, worker: &str, batch: &NewBatch) -> Result<()> {
    let count = |n| i32::try_from(n).unwrap_or(i32::MAX);
    let insert = sqlx::query!(
        "INSERT INTO batch (id, worker, taken_at, decided_at, published_at, messages, events)
         VALUES ($1, $2, $3, $4, CASE WHEN $6::integer = 0 THEN $4::timestamptz END, $5, $6)",
        batch.id,
        worker,
        batch.taken_at,
        batch.decided_at,
        count(batch.messages),
        count(batch.events)
    );
    insert.execute(conn).await?;
    Ok(())
}

/// Marks batches as published: rides in a later transaction, and is kept by the caller until that
/// has committed. Marking twice keeps the first time.
pub async fn mark_published(conn: &mut Connection, marks: &[(Uuid, DateTime<Utc>)]) -> Result<()> {
    if marks.is_empty() {
        return Ok(());
    }
    let mut marks = marks.to_vec();
    marks.sort_unstable();
    let (ids, ats): (Vec<_>, Vec<_>) = marks.into_iter().unzip();
    // `= ANY` beside the join: so each id finds its one day.
    let update = sqlx::query!(
        "UPDATE batch AS b SET published_at = u.at
         FROM unnest($1::uuid[], $2::timestamptz[]) AS u (id, at)
         WHERE b.id = u.id AND b.id = ANY($1) AND b.published_at IS NULL",
        &ids,
        &ats
    );
    update.execute(conn).await?;
    Ok(())
}

/// How many batches of the worker are not known to be published, counted up to 10,000.
pub async fn unmarked(conn: &mut Connection, worker: &str) -> Result<i64> {
    let count = sqlx::query_scalar!(
        r#"SELECT count(*) AS "count!" FROM (SELECT FROM batch
           WHERE worker = $1 AND published_at IS NULL LIMIT 10000) AS counted"#,
        worker
    );
    Ok(count.fetch_one(conn).await?)
}

/// Batches of the worker that were decided longer ago than `older_than` and are not known to be
/// published, oldest first, locked until the end of the transaction. Those that another sweeper
/// holds are left to it, and these `but` to whoever mends them.
pub async fn stale_unmarked(
    conn: &mut Connection,
    worker: &str,
    older_than: Duration,
    limit: u32,
    but: &[Uuid],
) -> Result<Vec<Uuid>> {
    let ids = sqlx::query_scalar!(
        "SELECT id FROM batch
         WHERE worker = $1 AND published_at IS NULL
           AND id < id_at(now() - make_interval(secs => $2)) AND id <> ALL ($4)
         ORDER BY id LIMIT $3 FOR UPDATE SKIP LOCKED",
        worker,
        older_than.as_secs_f64(),
        i64::from(limit),
        but
    );
    Ok(ids.fetch_all(conn).await?)
}
