//! Years of work in a minute: for measurements on tables that have grown.

use leadmill::store::{Connection, Result, declared};
use sqlx::AssertSqlSafe;

/// Tables that grow with each lead and are written by hand; the others declare themselves.
const BY_HAND: [&str; 9] = [
    "received",
    "input_chunk",
    "opened_chunk",
    "inbox",
    "party_key",
    "likeness_key",
    "schedule",
    "event",
    "batch",
];
/// The texts that must stay unique, whosever they are.
const UNIQUE: [&str; 4] = ["external_id", "value", "number", "reference"];
/// The one number that must stay unique, and the distance between two copies.
const COUNTER: &str = "counter";
const COUNTER_STEP: i64 = 1_000_000_000;

/// Copies of everything that a database holds, inside the server: records with all that belongs to
/// them, under ids of the same time. Statistics are made anew afterwards. The caller's time limit
/// for a statement holds for each table.
///
/// # Errors
/// [`Fault`](leadmill::store::Fault) of the server; what was copied until then stays.
pub async fn multiply(conn: &mut Connection, copies: u32) -> Result<()> {
    let own = "SET statement_timeout = 0; SET synchronous_commit = off";
    sqlx::raw_sql(own).execute(&mut *conn).await?;
    // Roots before their parts.
    let declared = declared::all().map(|table| table.name);
    for table in declared.chain(BY_HAND) {
        let columns = sqlx::query!(
            r#"SELECT attname::text AS "name!", atttypid::regtype::text AS "ty!"
               FROM pg_attribute
               WHERE attrelid = $1::text::regclass AND attnum > 0 AND NOT attisdropped
               ORDER BY attnum"#,
            table
        );
        let columns = columns.fetch_all(&mut *conn).await?;
        let names: Vec<_> = columns.iter().map(|column| column.name.as_str()).collect();
        let values = columns.iter().map(|column| {
            let name = &column.name;
            match column.ty.as_str() {
                // The time stays, the rest follows from the id and the number of the copy, in
                // every table alike.
                "uuid" => format!(
                    "overlay(t.{name}::text PLACING substr(md5(t.{name}::text || copy), 1, 12)
                             FROM 25)::uuid"
                ),
                "text" if UNIQUE.contains(&name.as_str()) => format!("t.{name} || '/' || copy"),
                _ if name == COUNTER => format!("t.{name} + copy::bigint * {COUNTER_STEP}"),
                _ => format!("t.{name}"),
            }
        });
        let statement = format!(
            "INSERT INTO {table} ({}) SELECT {} FROM {table} AS t, generate_series(1, {copies}) AS copy",
            names.join(", "),
            values.collect::<Vec<_>>().join(", ")
        );
        sqlx::raw_sql(AssertSqlSafe(statement)).execute(&mut *conn).await?;
    }
    sqlx::raw_sql("ANALYZE; CHECKPOINT").execute(conn).await?;
    Ok(())
}
