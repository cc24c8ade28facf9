//! What is still on its way, asked again and again until everything has come to rest.

use super::invariant::Look;
use crate::store::{Connection, Result};

/// What the tables know to be on its way; from indexes of few rows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Unsettled {
    /// Young batches that are not known to be published.
    pub young: i64,
    /// The same, but older ([`Look::young_s`]): stuck, unless somebody is just at it.
    pub old: i64,
    /// Messages that wait to be asked again and should be back soon.
    pub delayed: i64,
    /// Messages from outside that nobody has decided.
    pub waiting: i64,
}

/// Messages of ours that a worker which hears them has not claimed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Unclaimed {
    pub young: i64,
    /// Older: lost, unless a queue still holds them.
    pub old: i64,
}

/// Counts what is on its way.
pub async fn unsettled(conn: &mut Connection, look: &Look) -> Result<Unsettled> {
    let found = sqlx::query_as!(
        Unsettled,
        r#"SELECT count(*) FILTER (WHERE decided_at > now() - make_interval(secs => $1)) AS "young!",
                  count(*) FILTER (WHERE decided_at <= now() - make_interval(secs => $1)) AS "old!",
                  (SELECT count(*) FROM delayed
                   WHERE due > now() - make_interval(secs => $1)) AS "delayed!",
                  (SELECT count(*) FROM received WHERE batch IS NULL) AS "waiting!"
           FROM batch WHERE published_at IS NULL"#,
        f64::from(look.young_s)
    );
    Ok(found.fetch_one(conn).await?)
}

/// Counts what nobody has claimed. Reads the messages of a week: to be asked when nothing else is on
/// its way any more.
pub async fn unclaimed(conn: &mut Connection, look: &Look) -> Result<Unclaimed> {
    let (workers, types): (Vec<_>, Vec<_>) = look.heard.iter().cloned().unzip();
    let found = sqlx::query_as!(
        Unclaimed,
        r#"SELECT count(*) FILTER (WHERE e.at > now() - make_interval(secs => $3)) AS "young!",
                  count(*) FILTER (WHERE e.at <= now() - make_interval(secs => $3)) AS "old!"
           FROM unnest($1::text[], $2::text[]) AS h (worker, type)
           JOIN event AS e ON e.type = h.type
           WHERE e.id >= id_at(now() - interval '7 days')
             AND NOT EXISTS (SELECT FROM inbox AS c WHERE c.worker = h.worker AND c.id = e.id)
             AND NOT EXISTS (SELECT FROM parked AS p WHERE p.message = e.id
                             AND p.worker IN (h.worker, 'clock'))"#,
        &workers,
        &types,
        f64::from(look.young_s)
    );
    Ok(found.fetch_one(conn).await?)
}
