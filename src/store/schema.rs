//! Whether a program and the tables fit each other, before anything is taken in hand.

use std::sync::LazyLock;

use sqlx::migrate::Migrator;

use super::{Connection, Fault, Result};

/// The migrations of this program. Those of a newer one may have been applied beside them.
pub(super) static MIGRATIONS: LazyLock<Migrator> = LazyLock::new(|| {
    let mut all = sqlx::migrate!("./migrations");
    all.set_ignore_missing(true);
    all
});

/// `undefined_function`: the tables are older than the question, or there are none.
const UNDEFINED_FUNCTION: &str = "42883";

/// Checks that every migration of this program was applied as it is, and that no later one needs a
/// newer program.
///
/// # Errors
/// [`Fault::Ours`] with a sentence that says what to run; else [`Fault`] of the server.
pub async fn fits(conn: &mut Connection) -> Result<()> {
    let applied = sqlx::query!(
        r#"SELECT version AS "version!", checksum AS "checksum!", program_min AS "program_min!"
           FROM schema_versions()"#
    );
    let applied = match applied.fetch_all(&mut *conn).await.map_err(Fault::of) {
        Ok(applied) => applied,
        Err(Fault::Ours(trouble)) if trouble.code().as_deref() == Some(UNDEFINED_FUNCTION) => {
            return Err(Fault::ours(
                "The database has no tables for this program, or older ones; run `leadmill migrate` \
                 as the owner of the tables.",
            ));
        }
        Err(fault) => return Err(fault),
    };
    let checksums = applied.iter().map(|found| (found.version, found.checksum.as_slice()));
    of_this_make(conn, checksums).await?;
    for known in MIGRATIONS.iter() {
        let Some(found) = applied.iter().find(|found| found.version == known.version) else {
            return Err(Fault::ours(format!(
                "The tables are older than this program: the migration {:04} {} was not applied. Run \
                 `leadmill migrate` as the owner of the tables.",
                known.version, known.description
            )));
        };
        if found.checksum != *known.checksum {
            return Err(changed(known.version));
        }
    }
    knows(applied.iter().map(|found| found.program_min).max())
}

/// Refuses a database that was made from other files than these: it has migrations, but not the first of
/// ours. What is in it stays as it is.
pub(super) async fn of_this_make(
    conn: &mut Connection,
    mut applied: impl ExactSizeIterator<Item = (i64, &[u8])>,
) -> Result<()> {
    let first = MIGRATIONS.iter().next();
    let ours = |(version, checksum): (i64, &[u8])| {
        first.is_some_and(|first| (version, checksum) == (first.version, &*first.checksum))
    };
    if applied.len() == 0 || applied.any(ours) {
        return Ok(());
    }
    let name = sqlx::query_scalar!(r#"SELECT current_database()::text AS "name!""#);
    let name = name.fetch_one(conn).await?;
    Err(Fault::ours(format!(
        "The database `{name}` was made by an earlier leadmill, whose tables are not carried over. Name another \
         one in the setting `database.url`, then run `leadmill migrate`, which makes it; `{name}` stays as it is."
    )))
}

/// Whether this program knows the migration that one must know at least.
pub(super) fn knows(program_min: Option<i64>) -> Result<()> {
    let known = MIGRATIONS.iter().map(|known| known.version).max().unwrap_or(0);
    match program_min.filter(|least| *least > known) {
        None => Ok(()),
        Some(least) => Err(Fault::ours(format!(
            "The tables need a newer program: one must know the migration {least:04}, and this one \
             knows them up to {known:04}. Run the newer leadmill."
        ))),
    }
}

/// A migration is not the one that was applied under its number.
pub(super) fn changed(version: i64) -> Fault {
    Fault::ours(format!(
        "The migration {version:04} was changed after it had been applied; restore its file and put \
         the change into a new one."
    ))
}
