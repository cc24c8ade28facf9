//! The tables as they are beside what the log makes of them, row by row.

use serde::Serialize;
use serde_json::Value;
use sqlx::{AssertSqlSafe, Row};

use super::tables;
use crate::store::{Connection, Result};

/// Most rows of one table that are shown on each side.
const SHOWN_MAX: i64 = 5;

/// What differs in one table.
#[derive(Clone, Debug, Serialize)]
pub struct Difference {
    pub table: &'static str,
    /// How many rows the log does not make, or makes otherwise; the first of them as they are.
    pub untold: i64,
    pub are: Vec<Value>,
    /// How many rows the log makes that are not there, or are there otherwise; the first of them.
    pub unmade: i64,
    pub told: Vec<Value>,
}

/// What differs in all tables.
pub async fn all(conn: &mut Connection, schema: &str) -> Result<Vec<Difference>> {
    let whole = "RESET enable_seqscan; RESET enable_hashjoin; RESET enable_mergejoin";
    sqlx::raw_sql(whole).execute(&mut *conn).await?;
    let mut differences = Vec::new();
    for table in tables::all() {
        let columns = columns(&mut *conn, table).await?;
        let rows =
            |schema: &str| format!("SELECT {columns} FROM \"{schema}\".{table} {}", which(table));
        let (is, told) = (rows("public"), rows(schema));
        let (untold, are) = only(&mut *conn, &is, &told).await?;
        let (unmade, told) = only(&mut *conn, &told, &is).await?;
        if untold + unmade > 0 {
            differences.push(Difference { table, untold, are, unmade, told });
        }
    }
    Ok(differences)
}

/// The columns that say something of a record. When a row was written is the table's own; what a clock has said is
/// no timer any more.
async fn columns(conn: &mut Connection, table: &str) -> Result<String> {
    let columns = sqlx::query_scalar!(
        r#"SELECT quote_ident(attname) || CASE WHEN atttypid = 'json'::regtype THEN '::jsonb' ELSE '' END
                  AS "column!"
           FROM pg_attribute
           WHERE attrelid = to_regclass('public.' || quote_ident($1)) AND attnum > 0 AND NOT attisdropped
             AND attname NOT IN ('created_at', 'modified_at')
             AND NOT ($1 = 'schedule' AND attname IN ('claimed_at', 'batch', 'unsaid'))
           ORDER BY attnum"#,
        table
    );
    Ok(columns.fetch_all(conn).await?.join(", "))
}

/// Which rows are records: keys and runs of numbers are claimed by rows that may stay empty.
fn which(table: &str) -> &'static str {
    match table {
        "party_key" => "WHERE lead IS NOT NULL OR contact IS NOT NULL OR account IS NOT NULL",
        "series" => "WHERE last_number > 0",
        "schedule" => "WHERE claimed_at IS NULL",
        _ => "",
    }
}

/// How many rows only the first has, and some of them.
async fn only(conn: &mut Connection, first: &str, second: &str) -> Result<(i64, Vec<Value>)> {
    let sql = format!(
        "SELECT count(*) OVER () AS count, to_jsonb(d) AS row FROM ({first} EXCEPT ALL {second}) AS d
         LIMIT {SHOWN_MAX}"
    );
    let rows = sqlx::query(AssertSqlSafe(sql)).fetch_all(conn).await?;
    let count = rows.first().map(|row| row.try_get("count")).transpose()?.unwrap_or(0);
    let shown = rows.iter().map(|row| row.try_get("row")).collect::<Result<_, _>>()?;
    Ok((count, shown))
}
