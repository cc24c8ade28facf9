//! From anything that a person may hold in hand to the pipelines that it belongs to.

use domain::party::PartyKeyKind;
use serde::Serialize;
use uuid::Uuid;

use crate::store::{Connection, Result};

/// Most pipelines of one search: those that began last.
pub const PIPELINES_MAX: i64 = 20;
/// Most senders that are asked for a key of theirs.
const SOURCES_MAX: i64 = 1_000;

/// What a searched text was found to be.
#[derive(Clone, Debug, Serialize)]
pub struct Match {
    /// Such as `invoice` or `external id`.
    pub what: String,
    pub id: Uuid,
}

/// The pipelines that a text stands for, and what it was found to be. Both are empty where nobody
/// knows it; the pipelines are the newest [`PIPELINES_MAX`], and one more where there are more.
pub async fn search(conn: &mut Connection, text: &str) -> Result<(Vec<Match>, Vec<Uuid>)> {
    let mut found = match text.parse::<Uuid>() {
        Ok(id) => known_ids(conn, id).await?,
        Err(_) => Vec::new(),
    };
    if found.is_empty() {
        found = numbered(conn, text).await?;
    }
    if found.is_empty() {
        found = external(conn, text).await?;
    }
    if found.is_empty() {
        found = person(conn, text).await?;
    }
    let ids: Vec<_> = found.iter().map(|found| found.id).collect();
    let mut correlations = if ids.is_empty() { Vec::new() } else { pipelines(conn, &ids).await? };
    correlations.reverse();
    Ok((found, correlations))
}

/// What carries this id. A shipment stands for its order, a parked message for itself and for
/// what it became.
async fn known_ids(conn: &mut Connection, id: Uuid) -> Result<Vec<Match>> {
    let rows = sqlx::query_as!(
        Match,
        r#"SELECT what AS "what!", id AS "id!" FROM (
               (SELECT 'message ' || type AS what, id FROM event WHERE id = $1)
               UNION ALL (SELECT subject_kind, subject FROM event WHERE subject = $1 LIMIT 1)
               UNION ALL (SELECT 'received by ' || kind, id FROM received WHERE id = $1)
               UNION ALL (SELECT 'conflicting ' || kind, id FROM conflict WHERE id = $1)
               UNION ALL (SELECT 'pipeline', correlation FROM event WHERE correlation = $1 LIMIT 1)
               UNION ALL (SELECT 'shipment', sales_order FROM shipment WHERE id = $1)
               UNION ALL (SELECT 'refused message', id FROM refusal WHERE id = $1 LIMIT 1)
               UNION ALL (SELECT 'parked message', coalesce(message, id) FROM parked
                          WHERE id = $1 OR message = $1 OR replayed_as = $1)
               UNION ALL (SELECT 'replayed message', replayed_as FROM parked
                          WHERE (id = $1 OR message = $1) AND replayed_as IS NOT NULL)
           ) AS found"#,
        id
    );
    Ok(rows.fetch_all(conn).await?)
}

async fn numbered(conn: &mut Connection, text: &str) -> Result<Vec<Match>> {
    let rows = sqlx::query_as!(
        Match,
        r#"SELECT what AS "what!", id AS "id!" FROM (
               SELECT 'lead' AS what, id FROM lead WHERE number = $1
               UNION ALL SELECT 'quote', id FROM quote WHERE number = $1
               UNION ALL SELECT 'order', id FROM sales_order WHERE number = $1
               UNION ALL SELECT 'invoice', id FROM invoice WHERE number = $1
               UNION ALL (SELECT 'shipment', sales_order FROM shipment WHERE reference = $1 LIMIT $2)
           ) AS found"#,
        text,
        PIPELINES_MAX
    );
    Ok(rows.fetch_all(conn).await?)
}

/// A sender's key, whoever sent it; of a mail the Message-ID is enough, with or without brackets.
///
/// The key of the table begins with the source, so the sources are found one after the other, each
/// by one look into the index.
async fn external(conn: &mut Connection, text: &str) -> Result<Vec<Match>> {
    let keys = [text.to_owned(), format!("<{text}>")];
    let rows = sqlx::query_as!(
        Match,
        r#"WITH RECURSIVE source (name) AS (
               SELECT min(source) FROM received
               UNION ALL
               SELECT (SELECT min(r.source) FROM received AS r WHERE r.source > source.name)
               FROM source WHERE source.name IS NOT NULL
           )
           SELECT 'external id of ' || found.source AS "what!", found.id AS "id!"
           FROM (SELECT name FROM source WHERE name IS NOT NULL LIMIT $2) AS s
           CROSS JOIN unnest($1::text[]) AS key
           CROSS JOIN LATERAL (
               SELECT r.source, r.id FROM received AS r
               WHERE r.source = s.name AND r.external_id = key
               UNION ALL
               (SELECT r.source, r.id FROM received AS r
                WHERE r.source = s.name AND r.external_id >= key || ':'
                  AND r.external_id < key || ';' LIMIT $3)
               UNION ALL
               (SELECT c.source, c.id FROM conflict AS c
                WHERE c.source = s.name AND c.external_id = key LIMIT $3)
           ) AS found LIMIT $3"#,
        &keys,
        SOURCES_MAX,
        PIPELINES_MAX
    );
    Ok(rows.fetch_all(conn).await?)
}

/// Whoever is known by this e-mail address or telephone number (E.164): their last lead, and the
/// customer that they are.
async fn person(conn: &mut Connection, text: &str) -> Result<Vec<Match>> {
    let kinds = [PartyKeyKind::Email, PartyKeyKind::Phone].map(|kind| kind.into_str());
    let rows = sqlx::query_as!(
        Match,
        r#"SELECT found.what AS "what!", found.id AS "id!"
           FROM party_key AS k
           CROSS JOIN LATERAL (VALUES ('lead', k.lead), ('contact', k.contact)) AS found (what, id)
           WHERE k.kind = ANY($1) AND k.value = lower($2) AND found.id IS NOT NULL"#,
        &kinds as &[&str],
        text
    );
    Ok(rows.fetch_all(conn).await?)
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
