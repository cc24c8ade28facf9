//! What the rows of the batches tell of how a worker gets on.

use chrono::{DateTime, Utc};
use leadmill::store::{Connection, Result};

/// How far a worker has come.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Progress {
    /// Messages decided.
    pub messages: i64,
    /// Batches not yet known to be published.
    pub unmarked: i64,
}

/// How far the worker has come with what it took since that time of its own clock.
pub async fn progress(
    conn: &mut Connection,
    worker: &str,
    since: DateTime<Utc>,
) -> Result<Progress> {
    let row = sqlx::query_as!(
        Progress,
        r#"SELECT coalesce(sum(messages), 0) AS "messages!",
                  count(*) FILTER (WHERE published_at IS NULL) AS "unmarked!"
         FROM batch WHERE worker = $1 AND taken_at >= $2"#,
        worker,
        since
    );
    Ok(row.fetch_one(conn).await?)
}

/// A batch whose events are known to be published.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Published {
    pub taken_at: DateTime<Utc>,
    pub decided_at: DateTime<Utc>,
    pub published_at: DateTime<Utc>,
    pub messages: i32,
    pub events: i32,
}

/// The published batches that the worker took since that time of its own clock, in that order.
pub async fn published(
    conn: &mut Connection,
    worker: &str,
    since: DateTime<Utc>,
) -> Result<Vec<Published>> {
    let rows = sqlx::query_as!(
        Published,
        r#"SELECT taken_at, decided_at, published_at AS "published_at!", messages, events
         FROM batch WHERE worker = $1 AND taken_at >= $2 AND published_at IS NOT NULL
         ORDER BY taken_at"#,
        worker,
        since
    );
    Ok(rows.fetch_all(conn).await?)
}
