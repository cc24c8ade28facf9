//! What waits in the delay queues to be asked again: the broker tells only counts.

use std::time::Duration;

use chrono::{DateTime, Utc};
use serde::Serialize;
use uuid::Uuid;

use crate::store::column::bulk;
use crate::store::{Connection, Result};

/// A message that comes back to its queue later.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewDelayed {
    pub message: Uuid,
    /// The queue that it comes back to.
    pub queue: String,
    /// How long it waits.
    pub lasts: Duration,
}

/// What waits.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Waiting {
    pub count: i64,
    pub oldest_at: Option<DateTime<Utc>>,
    /// Those that should be back for longer than was asked, and that nobody has decided.
    pub overdue: i64,
    /// When the first of these should have come back.
    pub overdue_since: Option<DateTime<Utc>>,
}

/// Records messages whose claims are given back; one that waits already waits anew.
pub async fn insert(conn: &mut Connection, worker: &str, delayed: &[NewDelayed]) -> Result<()> {
    if delayed.is_empty() {
        return Ok(());
    }
    let mut delayed: Vec<_> = delayed.iter().collect();
    delayed.sort_unstable_by_key(|one| one.message);
    delayed.dedup_by_key(|one| one.message);
    let insert = bulk!(
        "INSERT INTO delayed AS d (worker, message, queue, due)
         SELECT $1, u.message, u.queue, now() + make_interval(secs => u.lasts)
         FROM unnest($2::uuid[], $3::text[], $4::float8[]) AS u (message, queue, lasts)
         ON CONFLICT (worker, message) DO UPDATE SET queue = excluded.queue, due = excluded.due",
        [worker],
        delayed.iter(),
        |one| {
            one.message => Uuid,
            one.queue.as_str() => &str,
            one.lasts.as_secs_f64() => f64,
        }
    );
    insert.execute(conn).await?;
    Ok(())
}

/// These messages have come back.
pub async fn delete(conn: &mut Connection, worker: &str, messages: &[Uuid]) -> Result<()> {
    if messages.is_empty() {
        return Ok(());
    }
    let delete = sqlx::query!(
        "DELETE FROM delayed WHERE worker = $1 AND message = ANY($2)",
        worker,
        messages
    );
    delete.execute(conn).await?;
    Ok(())
}

/// What waits, and what of it should have been back for longer than `late`. What was decided by
/// another copy meanwhile, or lies parked, is not missed.
pub async fn waiting(conn: &mut Connection, late: Duration) -> Result<Waiting> {
    let row = sqlx::query_as!(
        Waiting,
        r#"SELECT count(*) AS "count!", min(since) AS oldest_at,
                  count(*) FILTER (WHERE missed) AS "overdue!",
                  min(due) FILTER (WHERE missed) AS overdue_since
           FROM (SELECT since, due, due < now() - make_interval(secs => $1)
                     AND NOT EXISTS (SELECT FROM inbox AS i
                                     WHERE i.worker = d.worker AND i.id = d.message)
                     AND NOT EXISTS (SELECT FROM received AS r
                                     WHERE r.id = d.message AND r.batch IS NOT NULL)
                     AND NOT EXISTS (SELECT FROM parked AS p WHERE p.message = d.message
                                     AND p.state = 'parked') AS missed
                 FROM delayed AS d) AS d"#,
        late.as_secs_f64()
    );
    Ok(row.fetch_one(conn).await?)
}
