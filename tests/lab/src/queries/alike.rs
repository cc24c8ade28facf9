//! Leads with the keys by which they are found, made inside the server, and what statements touch.

#![allow(clippy::float_arithmetic, reason = "figures of a measurement, no money")]

use std::collections::BTreeSet;
use std::ops::AddAssign;

use leadmill::store::{Connection, Result};
use serde_json::Value;
use sqlx::{AssertSqlSafe, Row};
use uuid::Uuid;

/// Fills the tables with so many leads, each with three keys: each key of the pool with `each` of them, the others
/// with keys of their own. Statistics are made anew.
///
/// # Errors
/// [`Fault`](leadmill::store::Fault) of the server; what was written until then stays.
pub async fn fill(conn: &mut Connection, leads: u32, pool: &[i64], each: usize) -> Result<()> {
    let own = "SET statement_timeout = 0; SET synchronous_commit = off; SET work_mem = '256MB'";
    sqlx::raw_sql(own).execute(&mut *conn).await?;
    sqlx::raw_sql(
        "CREATE FUNCTION pg_temp.v7(n bigint) RETURNS uuid LANGUAGE sql STABLE RETURN
             (left(replace(id_at(now() - interval '1 day')::text, '-', ''), 12) || '7'
              || substr(md5(n::text), 1, 19))::uuid",
    )
    .execute(&mut *conn)
    .await?;
    sqlx::query(
        "INSERT INTO lead (id, sequence, number, enquiry, input, state, open_reason)
         SELECT pg_temp.v7(n), 1, 'A-' || n,
                jsonb_build_object('source', 'web', 'company', 'Company ' || n % 100000, 'consent', false,
                    'message', repeat('Please send us an offer for two grinders and their delivery in May. ', 4),
                    'person', jsonb_build_object('given_name', 'Regina', 'family_name', 'Murphy' || n,
                        'emails', jsonb_build_array('person' || n || '@company.example')),
                    'address', jsonb_build_object('postal_code', (n % 90000)::text)),
                pg_temp.v7(n), 'open', 'new'
         FROM generate_series(1, $1::bigint) AS n",
    )
    .bind(i64::from(leads))
    .execute(&mut *conn)
    .await?;
    sqlx::query(
        "INSERT INTO likeness_key (key, party, kind)
         SELECT key, party, 'lead'
         FROM (SELECT coalesce(p.key, hashint8extended(n * 3 + place, 42)) AS key, pg_temp.v7(n) AS party
               FROM generate_series(1, $1::bigint) AS n CROSS JOIN generate_series(0, 2) AS place
               LEFT JOIN unnest($2::bigint[]) WITH ORDINALITY AS p(key, at)
                    ON n <= array_length($2, 1) / 3 * $3::bigint
                       AND p.at = (n - 1) % (array_length($2, 1) / 3) * 3 + place + 1) AS x
         ORDER BY key
         ON CONFLICT DO NOTHING",
    )
    .bind(i64::from(leads))
    .bind(pool)
    .bind(i64::try_from(each).unwrap_or(i64::MAX))
    .execute(&mut *conn)
    .await?;
    for last in ["VACUUM ANALYZE lead", "VACUUM ANALYZE likeness_key", "CHECKPOINT"] {
        sqlx::raw_sql(last).execute(&mut *conn).await?;
    }
    Ok(())
}

/// What a statement took on the server.
#[derive(Clone, Copy, Debug, Default)]
pub struct Explained {
    pub ms: f64,
    /// Touched, in memory or not.
    pub blocks: f64,
    pub rows: f64,
}

impl AddAssign for Explained {
    fn add_assign(&mut self, other: Self) {
        self.ms += other.ms;
        self.blocks += other.blocks;
        self.rows += other.rows;
    }
}

/// The statement that writes keys, as the store has prepared it in this session.
///
/// # Errors
/// [`Fault`](leadmill::store::Fault) of the server.
pub async fn write(conn: &mut Connection, keys: &[(i64, Uuid)]) -> Result<Explained> {
    let owners: Vec<_> = keys.iter().map(|(_, owner)| owner.to_string()).collect();
    let kinds = vec!["lead"; keys.len()].join(",");
    let keys: Vec<_> = keys.iter().map(|(key, _)| *key).collect();
    let owners = owners.join(",");
    explained(
        conn,
        "INSERT INTO likeness_key%$3::text[]%",
        &format!("'{}', '{{{owners}}}', '{{{kinds}}}'", array(&keys)),
    )
    .await
}

/// The statement that follows keys.
///
/// # Errors
/// [`Fault`](leadmill::store::Fault) of the server.
pub async fn look_up(conn: &mut Connection, keys: &BTreeSet<i64>) -> Result<Explained> {
    let most = domain::likeness::NEWEST_MAX + 1;
    explained(conn, "SELECT k.party%", &format!("'{}', {most}", array(keys))).await
}

fn array<'a>(keys: impl IntoIterator<Item = &'a i64>) -> String {
    let keys: Vec<_> = keys.into_iter().map(ToString::to_string).collect();
    format!("{{{}}}", keys.join(","))
}

async fn explained(conn: &mut Connection, statement: &str, values: &str) -> Result<Explained> {
    let name = "SELECT name FROM pg_prepared_statements WHERE statement LIKE $1";
    let name: String = sqlx::query_scalar(name).bind(statement).fetch_one(&mut *conn).await?;
    let explain = format!(
        "EXPLAIN (ANALYZE, BUFFERS, TIMING OFF, FORMAT JSON) EXECUTE \"{name}\" ({values})"
    );
    let row = sqlx::raw_sql(AssertSqlSafe(explain)).fetch_one(conn).await?;
    let told: Value = row.try_get(0)?;
    let (told, plan) = (&told[0], &told[0]["Plan"]);
    let number = |value: &Value| value.as_f64().unwrap_or_default();
    Ok(Explained {
        ms: number(&told["Planning Time"]) + number(&told["Execution Time"]),
        blocks: number(&plan["Shared Hit Blocks"]) + number(&plan["Shared Read Blocks"]),
        rows: number(&plan["Actual Rows"]),
    })
}
