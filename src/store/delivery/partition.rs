//! The upkeep of partitions: called by `migrate`, at every start, and hourly.

use crate::store::{Connection, Result};

/// Fewer days ahead than this is an error in the log and in `status`.
pub const DAYS_AHEAD_MIN: i32 = 2;

/// One thing that the upkeep did, or did not do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Upkeep {
    pub what: UpkeepKind,
    /// The partition, or the day (`2026-11-30`) where one of all three daily tables goes or stays.
    pub relation: String,
    /// A finished sentence.
    pub why: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UpkeepKind {
    Created,
    Dropped,
    /// It should have been dropped, and could not be.
    Kept,
}

/// Keeps `inbox`, `nothing` and `batch` from 8 days back to 7 ahead and `event` from the month of 8
/// days ago to 2 ahead. A day with batches that nobody marked as published is kept, and reported.
/// A transaction of its own: it must not hold its locks while a batch is decided.
///
/// # Errors
/// [`Fault`](crate::store::Fault) of the server; `Again` where the lanes did not let a table go in time.
pub async fn maintain(conn: &mut Connection) -> Result<Vec<Upkeep>> {
    let rows = sqlx::query!(
        r#"SELECT what AS "what!", relation AS "relation!", why AS "why!" FROM maintain_partitions()"#
    );
    let rows = rows.fetch_all(conn).await?;
    let upkeep = rows.into_iter().map(|row| Upkeep {
        what: match row.what.as_str() {
            "created" => UpkeepKind::Created,
            "dropped" => UpkeepKind::Dropped,
            _ => UpkeepKind::Kept,
        },
        relation: row.relation,
        why: row.why,
    });
    Ok(upkeep.collect())
}

/// For how many days after today every table has its partition; -1: not even for today.
pub async fn days_ahead(conn: &mut Connection) -> Result<i32> {
    let days = sqlx::query_scalar!(r#"SELECT partition_days_ahead() AS "days!""#);
    Ok(days.fetch_one(conn).await?)
}
