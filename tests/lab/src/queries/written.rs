//! How much a database has written so far, as PostgreSQL itself counts it: for measurements.

use leadmill::store::{Connection, Result};

/// Since the database was made; the log since the server was.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Work {
    pub rows_inserted: i64,
    pub rows_updated: i64,
    /// Of the updated ones those that stayed on their page and touched no index.
    pub rows_updated_hot: i64,
    /// Bytes of write-ahead log of the whole server, also what it wrote for others.
    pub wal_bytes: i64,
    /// What the database holds on disk.
    pub disk_bytes: i64,
    /// The server's process of this session.
    pub session: i32,
}

/// What was written until now. Sessions report what they did when they end, or some time later.
pub async fn work(conn: &mut Connection) -> Result<Work> {
    let row = sqlx::query_as!(
        Work,
        r#"SELECT coalesce(sum(n_tup_ins), 0)::bigint AS "rows_inserted!",
                  coalesce(sum(n_tup_upd), 0)::bigint AS "rows_updated!",
                  coalesce(sum(n_tup_hot_upd), 0)::bigint AS "rows_updated_hot!",
                  pg_wal_lsn_diff(pg_current_wal_insert_lsn(), '0/0')::bigint AS "wal_bytes!",
                  pg_database_size(current_database()) AS "disk_bytes!",
                  pg_backend_pid() AS "session!"
           FROM pg_stat_user_tables"#
    );
    Ok(row.fetch_one(conn).await?)
}

/// Writes to disk what lies in memory, so that what is measured next begins as everything else did;
/// nothing happens where our role may not ask for it.
pub async fn checkpoint(conn: &mut Connection) {
    let _ = sqlx::raw_sql("CHECKPOINT").execute(conn).await;
}

/// How many leads the database holds.
pub async fn leads(conn: &mut Connection) -> Result<i64> {
    let count = sqlx::query_scalar!(r#"SELECT count(*) AS "count!" FROM lead"#);
    Ok(count.fetch_one(conn).await?)
}
