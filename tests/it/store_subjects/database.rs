//! Connections to the database of one test, and statements of the test itself.

use leadmill::store::Connection;
use sqlx::AssertSqlSafe;

use crate::database::Database;

/// A connection inside a transaction, which is rolled back with it.
pub(super) async fn begin(database: &Database) -> Connection {
    let mut conn = database.connect().await;
    run(&mut conn, "BEGIN").await;
    conn
}

/// Runs a statement of the test itself.
pub(super) async fn run(conn: &mut Connection, sql: &str) {
    try_run(conn, sql).await.unwrap_or_else(|error| panic!("{sql}: {error}"));
}

pub(super) async fn try_run(conn: &mut Connection, sql: &str) -> Result<(), sqlx::Error> {
    sqlx::raw_sql(AssertSqlSafe(sql)).execute(conn).await.map(|_| ())
}
