//! The tables that the log can fill, in a schema of their own.

use sqlx::AssertSqlSafe;

use crate::store::{Connection, Fault, Result, catalog, declared};

/// What no subject declares: whom keys point at and find, runs of numbers, timers that wait.
const OTHERS: [&str; 4] = ["party_key", "likeness_key", "series", "schedule"];

/// Longest name of a schema that PostgreSQL takes.
const NAME_MAX: usize = 63;

/// Every table that the log can fill.
pub fn all() -> impl Iterator<Item = &'static str> {
    let declared = declared::all().map(|table| table.name);
    declared.chain(OTHERS).chain(catalog::TABLES.iter().copied())
}

/// Begins the transaction, which sees all as it is now, and may take its time.
pub async fn begin(conn: &mut Connection) -> Result<()> {
    let begin = "BEGIN ISOLATION LEVEL REPEATABLE READ; SET LOCAL statement_timeout = 0;
                 SET LOCAL idle_in_transaction_session_timeout = 0";
    sqlx::raw_sql(begin).execute(conn).await?;
    Ok(())
}

/// Makes the schema and its empty tables, and looks there first from now on. They are written without the
/// server's own log: they can be made again.
pub async fn make(conn: &mut Connection, schema: &str) -> Result<()> {
    check_name(schema)?;
    let mut sql = format!("CREATE SCHEMA \"{schema}\";");
    for table in all() {
        sql += &format!(
            "CREATE UNLOGGED TABLE \"{schema}\".{table} (LIKE public.{table} INCLUDING ALL);"
        );
    }
    // Everything is looked up by key, in tables of which the server knows no sizes yet.
    sql += &format!(
        "SET LOCAL search_path = \"{schema}\", public; SET LOCAL enable_seqscan = off;
         SET LOCAL enable_hashjoin = off; SET LOCAL enable_mergejoin = off;
         INSERT INTO catalog (id, sequence) SELECT id, 0 FROM public.catalog"
    );
    sqlx::raw_sql(AssertSqlSafe(sql))
        .execute(conn)
        .await
        .map_err(|error| refused(schema, error))?;
    Ok(())
}

fn check_name(schema: &str) -> Result<()> {
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
    let begins = |c: char| c.is_ascii_lowercase() || c == '_';
    let ours = schema != "public" && !schema.starts_with("pg_");
    if ours && schema.starts_with(begins) && schema.chars().all(plain) && schema.len() <= NAME_MAX {
        return Ok(());
    }
    Err(Fault::ours(format!(
        "`{schema}` is no name for a schema of its own: small letters, digits and `_`, at most \
         {NAME_MAX}, not `public` nor beginning with `pg_`."
    )))
}

/// `duplicate_schema`
const TAKEN: &str = "42P06";
/// `insufficient_privilege`
const FORBIDDEN: &str = "42501";

fn refused(schema: &str, error: sqlx::Error) -> Fault {
    let code = error.as_database_error().and_then(|it| it.code()).unwrap_or_default();
    match &*code {
        TAKEN => Fault::ours(format!(
            "There is a schema `{schema}` already. Name another one, or drop it: \
             `DROP SCHEMA \"{schema}\" CASCADE`."
        )),
        FORBIDDEN => Fault::ours(format!(
            "The role of this connection may not make the schema `{schema}`. Connect as the owner \
             of the tables, as for `leadmill migrate`."
        )),
        _ => Fault::of(error),
    }
}
