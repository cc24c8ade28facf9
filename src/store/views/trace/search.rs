//! From anything that a person may hold in hand to the pipelines that it belongs to.

use uuid::Uuid;

use crate::store::views::customer;
use crate::store::views::found::{By, Match, find};
use crate::store::{Connection, Result};

/// Most pipelines of one search: those that began last.
pub const PIPELINES_MAX: i64 = 20;

/// The pipelines that a text stands for, and what it was found to be. Both are empty where nobody
/// knows it; the pipelines are the newest [`PIPELINES_MAX`], and one more where there are more. A person or an
/// organisation stands for all that they ever asked for.
pub async fn search(conn: &mut Connection, text: &str) -> Result<(Vec<Match>, Vec<Uuid>)> {
    let (by, found) = find(conn, text).await?;
    let mut ids: Vec<_> = found.iter().map(|found| found.id).collect();
    if ids.is_empty() {
        return Ok((found, ids));
    }
    let who = |found: &Match| ["account", "contact"].contains(&found.what.as_str());
    if by != By::Key || found.iter().any(who) {
        ids.extend(customer::behind(conn, by, &ids).await?.leads);
    }
    let mut correlations = pipelines(conn, &ids).await?;
    correlations.reverse();
    Ok((found, correlations))
}

/// The pipelines of messages, records and arrivals, newest first. An arrival about which nothing was
/// said begins one of its own.
async fn pipelines(conn: &mut Connection, ids: &[Uuid]) -> Result<Vec<Uuid>> {
    let rows = sqlx::query_scalar!(
        r#"WITH said AS (
               SELECT correlation FROM event WHERE id = ANY($1)
               UNION SELECT correlation FROM event WHERE subject = ANY($1)
               UNION SELECT correlation FROM event WHERE correlation = ANY($1)
               UNION SELECT correlation FROM event WHERE cause = ANY($1)
               UNION SELECT correlation FROM refusal WHERE id = ANY($1)
               UNION SELECT correlation FROM refusal WHERE correlation = ANY($1)
           )
           SELECT correlation AS "correlation!" FROM (
               SELECT correlation FROM said
               UNION SELECT id FROM received WHERE id = ANY($1) AND NOT EXISTS (SELECT FROM said)
               UNION SELECT id FROM conflict WHERE id = ANY($1) AND NOT EXISTS (SELECT FROM said)
               UNION SELECT coalesce(message, id) FROM parked
                     WHERE (id = ANY($1) OR message = ANY($1)) AND NOT EXISTS (SELECT FROM said)
           ) AS found ORDER BY 1 DESC LIMIT $2"#,
        ids,
        PIPELINES_MAX + 1
    );
    Ok(rows.fetch_all(conn).await?)
}
