//! Bringing a database up to the tables that this program knows.

use sqlx::AssertSqlSafe;
use sqlx::migrate::{Migrate, MigrateError};
use sqlx::postgres::PgConnectOptions;

use super::partition::{self, Upkeep};
use super::schedule;
use super::schema::{MIGRATIONS, changed, knows, of_this_make};
use super::{Connection, DatabaseSettings, Fault, Result, close, open};

/// PostgreSQL 15, as `server_version_num` writes it.
const SERVER_VERSION_MIN: i32 = 150_000;
/// A migration may rewrite a table; a day is a limit all the same.
const STATEMENT_TIMEOUT_MS: u64 = 86_400_000;
/// A migration waits that long for the lanes to let a table go, then gives up for this time: whoever
/// asks for the table after it waits behind it.
const LOCK_TIMEOUT: &str = "SET lock_timeout = '10s'";
/// The database that every server has, to create others from.
const MAINTENANCE_DATABASE: &str = "postgres";

/// What [`migrate`] did.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Migrated {
    /// The migrations applied now, as `0001 delivery`.
    pub applied: Vec<String>,
    /// How many had been applied before.
    pub known: usize,
    pub upkeep: Vec<Upkeep>,
    /// How far the time that decisions see is ahead of the server's, in seconds.
    pub shift_s: i64,
}

/// Applies the migrations that are missing and sees that the partitions exist. Safe to call from
/// several processes at once: the second waits for the first. Those of a newer program are left alone.
///
/// # Errors
/// [`Fault::Ours`] where the server is too old, the database was made by an earlier leadmill, the tables
/// need a newer program, or a migration was changed or fails.
pub async fn migrate(database: &DatabaseSettings) -> Result<Migrated> {
    let limits = DatabaseSettings {
        statement_timeout_ms: STATEMENT_TIMEOUT_MS,
        lock_timeout_ms: STATEMENT_TIMEOUT_MS,
        ..database.clone()
    };
    let options = limits.options()?.application_name("leadmill migrate");
    let mut conn = open(database, options).await?;
    check_version(&mut conn).await?;
    // The session's lock that `run` takes too, but before it looks for its table, which two would
    // create at once otherwise. Closing the connection gives it back.
    conn.lock().await.map_err(failed)?;
    sqlx::raw_sql(LOCK_TIMEOUT).execute(&mut conn).await?;
    let table = MIGRATIONS.table_name.as_ref();
    conn.ensure_migrations_table(table).await.map_err(failed)?;
    let before = conn.list_applied_migrations(table).await.map_err(failed)?;
    let checksums = before.iter().map(|applied| (applied.version, &*applied.checksum));
    of_this_make(&mut conn, checksums).await?;
    if !before.is_empty() {
        let least = sqlx::query_scalar!("SELECT version FROM program_min");
        knows(least.fetch_optional(&mut conn).await?)?;
    }
    MIGRATIONS.run(&mut conn).await.map_err(failed)?;
    let known = |version| before.iter().any(|applied| applied.version == version);
    let new = MIGRATIONS.iter().filter(|migration| !known(migration.version));
    let applied = new.map(|m| format!("{:04} {}", m.version, m.description)).collect();
    let upkeep = partition::maintain(&mut conn).await?;
    let shift_s = schedule::shift_s(&mut conn).await?;
    close(conn).await?;
    Ok(Migrated { applied, known: before.len(), upkeep, shift_s })
}

/// Creates the database that the settings name; answers whether it was missing.
///
/// # Errors
/// [`Fault`] of the server, such as a role that may not create databases.
pub async fn create_database_if_missing(database: &DatabaseSettings) -> Result<bool> {
    let (mut conn, name) = maintenance(database).await?;
    let exists = sqlx::query_scalar!(
        r#"SELECT EXISTS (SELECT FROM pg_database WHERE datname = $1) AS "exists!""#,
        name
    );
    let exists = exists.fetch_one(&mut conn).await?;
    let mut created = false;
    if !exists {
        let create =
            format!("CREATE DATABASE {} ENCODING 'UTF8' TEMPLATE template0", quoted(&name));
        created = match sqlx::raw_sql(AssertSqlSafe(create)).execute(&mut conn).await {
            Ok(_) => true,
            Err(error) if is_taken(&error) => false,
            Err(error) => return Err(error.into()),
        };
    }
    close(conn).await?;
    Ok(created)
}

/// Drops the database that the settings name, together with the sessions that are still in it.
/// For tests and for `leadmill down --erase`.
pub async fn drop_database(database: &DatabaseSettings) -> Result<()> {
    let (mut conn, name) = maintenance(database).await?;
    let drop = format!("DROP DATABASE IF EXISTS {} WITH (FORCE)", quoted(&name));
    sqlx::raw_sql(AssertSqlSafe(drop)).execute(&mut conn).await?;
    close(conn).await
}

async fn check_version(conn: &mut Connection) -> Result<()> {
    let version = sqlx::query_scalar!(
        r#"SELECT current_setting('server_version_num')::integer AS "version!""#
    );
    let version = version.fetch_one(conn).await?;
    if version < SERVER_VERSION_MIN {
        return Err(Fault::ours(format!(
            "The PostgreSQL server has version {}; leadmill needs 15 or newer.",
            version / 10_000
        )));
    }
    Ok(())
}

/// A connection beside the database that is to be created or dropped, and that one's name.
async fn maintenance(database: &DatabaseSettings) -> Result<(Connection, String)> {
    let options: PgConnectOptions = database.options()?.application_name("leadmill set-up");
    let Some(name) = options.get_database().map(str::to_owned) else {
        return Err(Fault::ours(
            "The setting database.url names no database; append one, as in /leadmill.",
        ));
    };
    let conn = open(database, options.database(MAINTENANCE_DATABASE)).await?;
    Ok((conn, name))
}

fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

/// Another process was faster: "duplicate database", or the catalog's own key.
fn is_taken(error: &sqlx::Error) -> bool {
    let code = error.as_database_error().and_then(|known| known.code());
    matches!(code.as_deref(), Some("42P04" | "23505"))
}

fn failed(error: MigrateError) -> Fault {
    match error {
        MigrateError::Execute(error) => Fault::of(error),
        MigrateError::ExecuteMigration(error, version) => match Fault::of(error) {
            Fault::Again(t) | Fault::Connection(t) => Fault::Connection(t),
            Fault::Ours(t) | Fault::Message(t) => Fault::ours(format!(
                "The migration {version:04} failed and left nothing behind: {t}"
            )),
        },
        MigrateError::VersionMismatch(version) => changed(version),
        other => Fault::ours(format!("The database could not be migrated: {other}.")),
    }
}
