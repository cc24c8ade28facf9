//! Programs outside that hear events in queues of their own.

use super::{Connection, Result};

/// The consumer that is there from the first `up` on: a billing system, which the table does not name.
pub const BILLING: &str = "billing";
/// What it hears.
pub const BILLING_HEARS: &str = "invoice.#";

/// One of them.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Consumer {
    pub name: String,
    /// Types without `leadmill.`, or patterns of them.
    pub hears: Vec<String>,
}

/// All, by name.
pub async fn list(conn: &mut Connection) -> Result<Vec<Consumer>> {
    let all = sqlx::query_as!(Consumer, "SELECT name, hears FROM consumer ORDER BY name");
    Ok(all.fetch_all(conn).await?)
}

/// Adds one, or what it hears beside what it hears already; answers all that it hears then.
pub async fn add(conn: &mut Connection, name: &str, hears: &[String]) -> Result<Vec<String>> {
    let added = sqlx::query_scalar!(
        "INSERT INTO consumer AS c (name, hears) VALUES ($1, $2)
         ON CONFLICT (name) DO UPDATE SET hears = ARRAY(
             SELECT DISTINCT h FROM unnest(c.hears || excluded.hears) AS u (h) ORDER BY h)
         RETURNING hears",
        name,
        hears
    );
    Ok(added.fetch_one(conn).await?)
}

/// Removes one; answers what it heard, `None` where there is none of that name.
pub async fn remove(conn: &mut Connection, name: &str) -> Result<Option<Vec<String>>> {
    let removed = sqlx::query_scalar!("DELETE FROM consumer WHERE name = $1 RETURNING hears", name);
    Ok(removed.fetch_optional(conn).await?)
}
