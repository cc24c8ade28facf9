//! PostgreSQL: the only place with SQL. Every function is one bulk statement on the connection of
//! its caller, inside the transaction that the caller began; what goes wrong is a [`Fault`].
//!
//! Four wings: `subjects/` has a file for each with its declared table, `delivery/` what each message leaves
//! behind, `views/` what only reads; the ground that all stand on (connections, migrations, rights) lies in
//! this folder itself.
//!
//! A lane owns one dedicated connection. Time limits are the server's (see
//! [`DatabaseSettings`]): a query is never cancelled from outside, because a future that is dropped
//! in the middle leaves its connection in an unknown state.

use std::time::Duration;

use chrono::{DateTime, Utc};
use sqlx::postgres::{PgConnectOptions, PgSslMode};
use sqlx::{ConnectOptions, Connection as _, Row};

mod column;
pub mod consumer;
pub mod declared;
mod delivery;
mod erase;
mod fault;
pub mod look_up;
mod migration;
pub mod number;
pub mod rebuild;
pub mod reference;
mod relay;
mod rights;
pub mod role;
pub mod save;
pub mod schema;
mod settings;
mod subjects;
mod views;
pub mod world;

pub use delivery::{
    batch, chunk, conflict, delayed, event, inbox, logged, nothing, parked, partition, received,
    refusal, replay, schedule, trial,
};
pub use fault::{Failure, Fault, UNIQUE_TRIES_MAX};
pub use migration::{Migrated, create_database_if_missing, drop_database, migrate};
pub use settings::DatabaseSettings;
pub use subjects::{
    account, bulk, catalog, consent, contact, duplicate, erasure, exchange_rates, input, invoice,
    lead, likeness, opportunity, order, party, proposal, quote, series, transfer,
};
use subjects::{payment, shipment};
pub use views::{
    audit, billable, blocker, competitor, customer, detail, found, history, imports, keys, label,
    latency, list, outcome, past_catalog, readings, status, subject, summary, trace,
};

/// `invalid_authorization_specification`: no rule of `pg_hba.conf` admits such a connection.
const NO_RULE_ADMITS: &str = "28000";

/// Makes the planner use indexes whatever the statistics say: those of a young table would have it scan.
/// Where there is no index it scans all the same, at a cost so high that it would compile the plan: so no JIT.
const BY_KEY: [(&str, &str); 5] = [
    ("plan_cache_mode", "force_generic_plan"),
    ("enable_seqscan", "off"),
    ("enable_hashjoin", "off"),
    ("enable_mergejoin", "off"),
    ("jit", "off"),
];

/// The server refuses whatever would change something, and reads a list in the order of its index, as far as it is
/// wanted, where it might gather and sort all of it.
const ONLY_READS: [(&str, &str); 2] =
    [("default_transaction_read_only", "on"), ("enable_bitmapscan", "off")];

/// For a log filter that wants to hear nothing of slow statements, as when they are measured.
pub const QUIET_FILTER: &str = "sqlx::query=error";

/// A connection to PostgreSQL, so that callers need not name the driver.
pub type Connection = sqlx::PgConnection;
/// What every function of the store answers.
pub type Result<T, E = Fault> = std::result::Result<T, E>;

/// Opens a connection that shows up as `name` in `pg_stat_activity`, with the time limits of
/// `database` set on the server's side.
///
/// # Errors
/// [`Fault::Connection`] where the server does not answer; [`Fault::Ours`] where the settings are
/// wrong, the role is refused or the database does not exist.
pub async fn connect(database: &DatabaseSettings, name: &str) -> Result<Connection> {
    open(database, database.options()?.application_name(name)).await
}

/// [`connect`] for a lane, which only ever looks records up by key, some hundred at a time: the planner
/// is told to use their indexes. A plan is made once for a connection, often while a table is young and
/// reading all of it is the cheapest; it would be kept while the table grows a thousandfold.
///
/// # Errors
/// As of [`connect`].
pub async fn connect_by_key(database: &DatabaseSettings, name: &str) -> Result<Connection> {
    open(database, database.options()?.application_name(name).options(BY_KEY)).await
}

/// [`connect_by_key`] for a person who only looks: one transaction begins, in which all is read as it stands at
/// one moment, and nothing can be changed.
///
/// # Errors
/// As of [`connect`].
pub async fn connect_to_read(database: &DatabaseSettings, name: &str) -> Result<Connection> {
    let options = database.options()?.application_name(name).options(BY_KEY).options(ONLY_READS);
    let mut conn = open(database, options).await?;
    sqlx::raw_sql("BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY").execute(&mut conn).await?;
    Ok(conn)
}

/// Closes the connection.
///
/// # Errors
/// [`Fault::Connection`] where it is gone already.
pub async fn close(conn: Connection) -> Result<()> {
    Ok(conn.close().await?)
}

/// Begins a transaction; answers its `now()`, the one time that all its decisions share. One round
/// trip.
pub async fn begin(conn: &mut Connection) -> Result<DateTime<Utc>> {
    let row = sqlx::raw_sql("BEGIN; SELECT decision_time()").fetch_one(conn).await?;
    Ok(row.try_get(0)?)
}

/// Commits. The `SELECT` before it costs no round trip and fails in a transaction that has failed
/// before, which a bare `COMMIT` would roll back in silence.
///
/// # Errors
/// [`Fault`] of the server; after a [`Fault::Connection`] nobody knows whether it was committed:
/// drop the connection, acknowledge nothing, and let the claims decide when the batch runs again.
pub async fn commit(conn: &mut Connection) -> Result<()> {
    sqlx::raw_sql("SELECT; COMMIT").execute(conn).await?;
    Ok(())
}

/// Rolls back, also a transaction that has failed.
///
/// # Errors
/// [`Fault::Connection`] where the server is gone, which rolls back too.
pub async fn rollback(conn: &mut Connection) -> Result<()> {
    sqlx::raw_sql("ROLLBACK").execute(conn).await?;
    Ok(())
}

/// Marks the point that [`rollback_to_savepoint`] goes back to; a later one hides an earlier one.
pub async fn savepoint(conn: &mut Connection) -> Result<()> {
    sqlx::raw_sql("SAVEPOINT leadmill").execute(conn).await?;
    Ok(())
}

/// Undoes what happened since [`savepoint`], gives its locks back, and keeps the transaction.
pub async fn rollback_to_savepoint(conn: &mut Connection) -> Result<()> {
    sqlx::raw_sql("ROLLBACK TO SAVEPOINT leadmill").execute(conn).await?;
    Ok(())
}

/// Keeps what happened since [`savepoint`].
pub async fn release_savepoint(conn: &mut Connection) -> Result<()> {
    sqlx::raw_sql("RELEASE SAVEPOINT leadmill").execute(conn).await?;
    Ok(())
}

/// Whether the server is on this machine.
fn is_here(options: &PgConnectOptions) -> bool {
    let host = options.get_host();
    let address = host.parse::<std::net::IpAddr>();
    host == "localhost" || address.is_ok_and(|address| address.is_loopback())
}

/// What does not leave the machine needs no TLS, unless the address or `tls` asks for it. A server
/// that insists on TLS gets it.
async fn connect_to(options: &PgConnectOptions) -> sqlx::Result<Connection> {
    if !is_here(options) || !matches!(options.get_ssl_mode(), PgSslMode::Prefer) {
        return connect_encrypted(options).await;
    }
    match options.clone().ssl_mode(PgSslMode::Disable).connect().await {
        Err(sqlx::Error::Database(error)) if error.code().as_deref() == Some(NO_RULE_ADMITS) => {
            connect_encrypted(options).await
        }
        connected => connected,
    }
}

/// By way of a [`relay`], unless the address names a local socket or forbids TLS.
async fn connect_encrypted(options: &PgConnectOptions) -> sqlx::Result<Connection> {
    let plain = matches!(options.get_ssl_mode(), PgSslMode::Disable | PgSslMode::Allow);
    if cfg!(not(target_os = "linux")) || plain || options.get_socket().is_some() {
        return options.connect().await;
    }
    let folder = relay::open(options.get_host(), options.get_port()).await?;
    options.clone().socket(folder).connect().await
}

/// Connecting is the one thing with a time limit on our side: nothing has begun yet.
async fn open(database: &DatabaseSettings, options: PgConnectOptions) -> Result<Connection> {
    let limit = Duration::from_millis(database.connect_timeout_ms);
    match tokio::time::timeout(limit, connect_to(&options)).await {
        Ok(connected) => Ok(connected?),
        Err(_) => {
            let (host, port) = (options.get_host(), options.get_port());
            let why = format!("no answer from {host}:{port} within {} ms", limit.as_millis());
            Err(sqlx::Error::Io(std::io::Error::new(std::io::ErrorKind::TimedOut, why)).into())
        }
    }
}
