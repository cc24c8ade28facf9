//! Who holds a lock that leadmill's sessions wait for.

use chrono::{DateTime, Utc};
use serde::Serialize;

use crate::store::{Connection, Result};

/// A transaction of somebody else that holds locks for so long may be in the way.
const LONG_S: f64 = 5.0;
/// Most sessions that are named.
const BLOCKERS_MAX: i64 = 20;

/// A session that others wait for, and that waits for no lock itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Blocker {
    /// Of its process on the server.
    pub pid: i32,
    pub user: String,
    /// As it calls itself; absent where it says nothing, or where one may not see it.
    pub program: Option<String>,
    /// Since when its transaction is open; absent where one may not see it.
    pub since: Option<DateTime<Utc>>,
    /// The tables of ours that it has locks on, where it has them for long.
    pub tables: Vec<String>,
    /// The sessions of leadmill that wait for it, by name.
    pub waiting: Vec<String>,
    /// The oldest of them waits since then.
    pub waiting_since: Option<DateTime<Utc>>,
}

impl Blocker {
    /// Who it is, in words.
    #[must_use]
    pub fn named(&self) -> String {
        let program = self.program.as_ref().map(|name| format!(" by `{name}`")).unwrap_or_default();
        let since =
            self.since.map(|at| format!(", in one transaction since {}", at.format("%F %T UTC")));
        format!("the session {} of `{}`{program}{}", self.pid, self.user, since.unwrap_or_default())
    }

    /// What somebody can do about it.
    #[must_use]
    pub fn advice(&self) -> String {
        format!(
            "Let whoever it is end that transaction, or end it with SELECT \
             pg_terminate_backend({}).",
            self.pid
        )
    }
}

/// Who holds locks on our tables: the sessions at the root of what leadmill's own wait for just now, and
/// those of others whose transaction is open for long enough to be in somebody's way. A role sees the
/// programs and times of others only with `pg_read_all_stats`.
pub async fn all(conn: &mut Connection) -> Result<Vec<Blocker>> {
    let mut all = now(conn, None).await?;
    for holder in holders(conn).await? {
        match all.iter_mut().find(|known| known.pid == holder.pid) {
            Some(known) => known.tables = holder.tables,
            None => all.push(holder),
        }
    }
    Ok(all)
}

/// Who these processes of the server wait for just now.
pub async fn of_sessions(conn: &mut Connection, pids: &[i32]) -> Result<Vec<Blocker>> {
    now(conn, Some(pids)).await
}

/// The number by which the server knows this session.
pub async fn session(conn: &mut Connection) -> Result<i32> {
    Ok(sqlx::query_scalar!(r#"SELECT pg_backend_pid() AS "pid!""#).fetch_one(conn).await?)
}

async fn now(conn: &mut Connection, pids: Option<&[i32]>) -> Result<Vec<Blocker>> {
    let rows = sqlx::query_as!(
        Blocker,
        r#"WITH RECURSIVE waiting AS (
               SELECT a.pid, a.application_name, a.query_start, pg_blocking_pids(a.pid) AS blockers
               FROM pg_stat_activity AS a
               WHERE a.datname = current_database() AND a.wait_event_type = 'Lock'
                 AND (a.pid = ANY ($1) OR $1 IS NULL AND a.application_name LIKE 'leadmill %')),
           chain AS (
               SELECT w.pid AS waiter, b.pid AS blocker
               FROM waiting AS w CROSS JOIN unnest(w.blockers) AS b (pid)
               UNION
               SELECT c.waiter, b.pid
               FROM chain AS c CROSS JOIN unnest(pg_blocking_pids(c.blocker)) AS b (pid))
           SELECT c.blocker AS "pid!", coalesce(s.usename, 'unknown')::text AS "user!",
                  nullif(s.application_name, '') AS program, s.xact_start AS since,
                  '{}'::text[] AS "tables!",
                  array_agg(DISTINCT w.application_name ORDER BY w.application_name) AS "waiting!",
                  min(w.query_start) AS waiting_since
           FROM chain AS c JOIN waiting AS w ON w.pid = c.waiter
           LEFT JOIN pg_stat_activity AS s ON s.pid = c.blocker
           WHERE cardinality(pg_blocking_pids(c.blocker)) = 0
           GROUP BY 1, 2, 3, 4 ORDER BY waiting_since, 1 LIMIT $2"#,
        pids,
        BLOCKERS_MAX
    );
    Ok(rows.fetch_all(conn).await?)
}

async fn holders(conn: &mut Connection) -> Result<Vec<Blocker>> {
    let rows = sqlx::query_as!(
        Blocker,
        r#"SELECT s.pid AS "pid!", coalesce(s.usename, 'unknown')::text AS "user!",
                  nullif(s.application_name, '') AS program, s.xact_start AS since,
                  array_agg(DISTINCT c.relname::text ORDER BY c.relname::text) AS "tables!",
                  '{}'::text[] AS "waiting!", NULL::timestamptz AS waiting_since
           FROM pg_locks AS l JOIN pg_class AS c ON c.oid = l.relation
           JOIN pg_stat_activity AS s ON s.pid = l.pid
           WHERE l.locktype = 'relation' AND l.granted AND l.mode <> 'AccessShareLock'
             AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())
             AND c.relkind IN ('r', 'p') AND c.relnamespace = 'public'::regnamespace
             AND s.xact_start < now() - make_interval(secs => $1)
             AND s.application_name NOT LIKE 'leadmill %'
           GROUP BY 1, 2, 3, 4 ORDER BY since, 1 LIMIT $2"#,
        LONG_S,
        BLOCKERS_MAX
    );
    Ok(rows.fetch_all(conn).await?)
}
