//! A database of its own for one test, migrated, and dropped at its end.

use std::future::Future;
use std::str::FromStr;

use sqlx::postgres::PgConnectOptions;
use sqlx::{AssertSqlSafe, ConnectOptions, Connection, PgConnection};
use uuid::Uuid;

static MIGRATOR: sqlx::migrate::Migrator = sqlx::migrate!("./migrations");

pub(super) struct Database {
    options: PgConnectOptions,
}

impl Database {
    pub(super) async fn connect(&self) -> PgConnection {
        self.options.connect().await.expect("the test's own database answers")
    }

    /// A connection inside a transaction that is rolled back with it.
    pub(super) async fn begin(&self) -> PgConnection {
        let mut conn = self.connect().await;
        run(&mut conn, "BEGIN").await;
        conn
    }
}

/// Runs a test with a database of its own, which goes even if the test fails.
pub(super) async fn with_database<F, T>(test: F)
where
    F: FnOnce(Database) -> T,
    T: Future<Output = ()> + Send + 'static,
{
    let server = std::env::var("LEADMILL_TEST_POSTGRES")
        .unwrap_or_else(|_| "postgres://postgres@127.0.0.1:5432/postgres".into());
    let server = PgConnectOptions::from_str(&server).expect("a PostgreSQL address");
    let name = format!("leadmill_subjects_{}", Uuid::now_v7().simple());
    let mut admin = server.connect().await.expect("PostgreSQL answers");
    run(&mut admin, &format!("CREATE DATABASE {name}")).await;
    let database = Database { options: server.database(&name) };
    let mut conn = database.connect().await;
    MIGRATOR.run(&mut conn).await.expect("the migrations apply");
    conn.close().await.expect("the connection closes");
    let outcome = tokio::spawn(test(database)).await;
    run(&mut admin, &format!("DROP DATABASE {name} WITH (FORCE)")).await;
    if let Err(failure) = outcome {
        std::panic::resume_unwind(failure.into_panic());
    }
}

/// Runs a statement of the test itself.
pub(super) async fn run(conn: &mut PgConnection, sql: &str) {
    try_run(conn, sql).await.unwrap_or_else(|error| panic!("{sql}: {error}"));
}

pub(super) async fn try_run(conn: &mut PgConnection, sql: &str) -> Result<(), sqlx::Error> {
    sqlx::raw_sql(AssertSqlSafe(sql)).execute(conn).await.map(|_| ())
}
