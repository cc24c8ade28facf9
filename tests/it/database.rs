//! A migrated PostgreSQL database for every test, copied from one template and dropped at the end.
//!
//! The template is made once per day (its partitions are of a day) and per content of `migrations/`.

use std::path::Path;

use chrono::Utc;
use leadmill::store::{self, Connection, DatabaseSettings};
use secrecy::ExposeSecret;
use sha2::{Digest, Sha256};
use sqlx::AssertSqlSafe;
use uuid::Uuid;

const URL_DEFAULT: &str = "postgres://postgres@127.0.0.1:5432/postgres";
const TEMPLATE_PREFIX: &str = "leadmill_template_";
/// Whoever makes or clears away templates holds this advisory lock.
const TEMPLATE_LOCK: i64 = 0x6c65_6164_6d69;

/// A database of one test.
pub(crate) struct Database {
    pub(crate) settings: DatabaseSettings,
}

impl Database {
    /// A fresh copy of the migrated template.
    pub(crate) async fn create() -> Self {
        let template = template().await;
        let name = format!("leadmill_test_{}", Uuid::now_v7().simple());
        let mut conn = maintenance().await;
        execute(&mut conn, format!("CREATE DATABASE {name} TEMPLATE {template}")).await;
        store::close(conn).await.unwrap();
        Self { settings: DatabaseSettings::new(url_of(&name)) }
    }

    /// Another database with the same content; nobody may be connected to this one.
    pub(crate) async fn copy(&self) -> Self {
        let url = self.settings.url.expose_secret();
        let (address, _) = url.split_once('?').unwrap_or((url, ""));
        let (_, this) = address.rsplit_once('/').unwrap();
        let name = format!("leadmill_test_{}", Uuid::now_v7().simple());
        let mut conn = maintenance().await;
        execute(&mut conn, format!("CREATE DATABASE {name} TEMPLATE {this}")).await;
        store::close(conn).await.unwrap();
        Self { settings: DatabaseSettings::new(url_of(&name)) }
    }

    /// One more connection to it.
    pub(crate) async fn connect(&self) -> Connection {
        store::connect(&self.settings, "leadmill test").await.unwrap()
    }
}

impl Drop for Database {
    /// Also after a failed test; in a thread of its own, because a drop cannot wait otherwise.
    fn drop(&mut self) {
        let settings = self.settings.clone();
        let dropping = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
            runtime.unwrap().block_on(store::drop_database(&settings))
        });
        let dropped = dropping.join();
        if !std::thread::panicking() {
            dropped.unwrap().unwrap();
        }
    }
}

/// The server's address with another database.
pub(crate) fn url_of(database: &str) -> String {
    let base = std::env::var("LEADMILL_DATABASE__URL").unwrap_or_else(|_| URL_DEFAULT.into());
    let (address, options) = base.split_once('?').unwrap_or((&base, ""));
    let (server, _) = address.rsplit_once('/').unwrap();
    format!("{server}/{database}?{options}")
}

/// Waits until `count` sessions of the database wait for a lock, by asking again and again.
pub(crate) async fn until_waiting(conn: &mut Connection, count: i64) {
    let begun = std::time::Instant::now();
    loop {
        let waiting: i64 = sqlx::query_scalar(
            "SELECT count(*) FROM pg_stat_activity
             WHERE datname = current_database() AND wait_event_type = 'Lock'",
        )
        .fetch_one(&mut *conn)
        .await
        .unwrap();
        if waiting == count {
            return;
        }
        assert!(begun.elapsed().as_secs() < 20, "{waiting} sessions wait for a lock, not {count}");
    }
}

pub(crate) async fn execute(conn: &mut Connection, sql: String) {
    sqlx::raw_sql(AssertSqlSafe(sql)).execute(conn).await.unwrap();
}

async fn maintenance() -> Connection {
    let settings = DatabaseSettings::new(url_of("postgres"));
    store::connect(&settings, "leadmill tests").await.unwrap()
}

/// The name of the template, which is made where it is missing.
async fn template() -> String {
    let today = Utc::now().format("%Y%m%d");
    let prefix = format!("{TEMPLATE_PREFIX}{today}_");
    let name = format!("{prefix}{}", checksum());
    // Several tests, also of other checkouts, may want one at once; the session holds the lock, so
    // that a test that dies gives it back.
    let patient = DatabaseSettings {
        lock_timeout_ms: 60_000,
        statement_timeout_ms: 120_000,
        ..DatabaseSettings::new(url_of("postgres"))
    };
    let mut conn = store::connect(&patient, "leadmill test template").await.unwrap();
    execute(&mut conn, format!("SELECT pg_advisory_lock({TEMPLATE_LOCK})")).await;
    let known: Vec<(String, bool)> = sqlx::query_as(
        "SELECT datname::text, datallowconn FROM pg_database WHERE starts_with(datname::text, $1)",
    )
    .bind(TEMPLATE_PREFIX)
    .fetch_all(&mut conn)
    .await
    .unwrap();
    for (old, _) in known.iter().filter(|(known, _)| !known.starts_with(&prefix)) {
        execute(&mut conn, format!("DROP DATABASE IF EXISTS {old} WITH (FORCE)")).await;
    }
    // One that still allows connections was left half made.
    if !known.contains(&(name.clone(), false)) {
        let settings = DatabaseSettings::new(url_of(&name));
        store::drop_database(&settings).await.unwrap();
        assert!(store::create_database_if_missing(&settings).await.unwrap());
        store::migrate(&settings).await.unwrap();
        execute(&mut conn, format!("ALTER DATABASE {name} ALLOW_CONNECTIONS false")).await;
    }
    store::close(conn).await.unwrap();
    name
}

fn checksum() -> String {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("migrations");
    let mut files: Vec<_> =
        std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    let mut hash = Sha256::new();
    for file in files {
        hash.update(file.file_name().unwrap().as_encoded_bytes());
        hash.update(std::fs::read(&file).unwrap());
    }
    hash.finalize().iter().take(6).map(|byte| format!("{byte:02x}")).collect()
}
