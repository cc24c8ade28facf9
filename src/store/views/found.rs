//! From anything that a person may hold in hand to what it stands for.

use std::collections::BTreeSet;

use domain::party::{PartyKeyKind, normalised_company};
use serde::Serialize;
use uuid::Uuid;

use crate::store::{Connection, Result};

/// Most records that one number or key finds.
const MATCHES_MAX: i64 = 20;
/// Most senders that are asked for a key of theirs.
const SOURCES_MAX: i64 = 1_000;
/// Most enquiries that are looked through for the name of an organisation.
const COMPANIES_MAX: i64 = 1_000;

/// What a searched text was found to be.
#[derive(Clone, Debug, Serialize)]
pub struct Match {
    /// Such as `invoice` or `external id`.
    pub what: String,
    pub id: Uuid,
}

/// What a text was found by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum By {
    /// An id, a number, or a sender's own key.
    Key,
    /// The e-mail address or telephone of a person.
    Channel,
    /// The name of an organisation.
    Company,
}

/// Everything that a text stands for; empty where nobody knows it.
pub async fn find(conn: &mut Connection, text: &str) -> Result<(By, Vec<Match>)> {
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
    if !found.is_empty() {
        return Ok((By::Key, found));
    }
    found = person(conn, text).await?;
    if !found.is_empty() {
        return Ok((By::Channel, found));
    }
    Ok((By::Company, company(conn, text).await?))
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
        MATCHES_MAX
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
        MATCHES_MAX
    );
    Ok(rows.fetch_all(conn).await?)
}

/// Whoever is known by this e-mail address or telephone number (E.164): their last lead, and the
/// customer that they are.
async fn person(conn: &mut Connection, text: &str) -> Result<Vec<Match>> {
    let kinds = [PartyKeyKind::Email, PartyKeyKind::Phone].map(|kind| kind.into_str());
    let number = text.starts_with('+');
    let plain: String = text.chars().filter(|c| !number || !" -/().".contains(*c)).collect();
    let rows = sqlx::query_as!(
        Match,
        r#"SELECT found.what AS "what!", found.id AS "id!"
           FROM party_key AS k
           CROSS JOIN LATERAL (VALUES ('lead', k.lead), ('contact', k.contact)) AS found (what, id)
           WHERE k.kind = ANY($1) AND k.value = lower($2) AND found.id IS NOT NULL"#,
        &kinds as &[&str],
        plain
    );
    Ok(rows.fetch_all(conn).await?)
}

/// Organisations of this name: the customers whose key begins with it, and the leads that give it, by the
/// customer that they became. Legal forms, case and punctuation make no other name.
async fn company(conn: &mut Connection, text: &str) -> Result<Vec<Match>> {
    let name = normalised_company(text);
    let Some(first) = name.split(' ').next().filter(|word| !word.is_empty()) else {
        return Ok(Vec::new());
    };
    let written = text.trim().to_lowercase();
    let accounts = sqlx::query_scalar!(
        r#"SELECT DISTINCT account AS "id!" FROM party_key
           WHERE kind = 'company' AND value >= $1 || '|' AND value < $1 || '}'
             AND account IS NOT NULL"#,
        name
    );
    let mut accounts: BTreeSet<Uuid> = accounts.fetch_all(&mut *conn).await?.into_iter().collect();
    // As it is written it may stand among many that begin with the same word.
    let rows = sqlx::query!(
        r#"SELECT l.id AS "id!", l.account, l.enquiry ->> 'company' AS "company!"
           FROM unnest($1::text[]) AS begins (text)
           CROSS JOIN LATERAL (
               SELECT id, account, enquiry FROM lead
               WHERE left(lower(enquiry ->> 'company'), 100) COLLATE "C" >= begins.text
                 AND left(lower(enquiry ->> 'company'), 100) COLLATE "C" < begins.text || U&'\+10FFFF'
                 AND enquiry ->> 'company' IS NOT NULL
               ORDER BY left(lower(enquiry ->> 'company'), 100) COLLATE "C" LIMIT $2) AS l"#,
        &[first.to_owned(), written],
        COMPANIES_MAX
    );
    let mut leads = BTreeSet::new();
    for row in rows.fetch_all(conn).await? {
        match row.account {
            _ if normalised_company(&row.company) != name => continue,
            Some(account) => accounts.insert(account),
            None => leads.insert(row.id),
        };
    }
    let matched = |what: &str, id| Match { what: what.to_owned(), id };
    let accounts = accounts.into_iter().map(|id| matched("account", id));
    Ok(accounts.chain(leads.into_iter().map(|id| matched("lead", id))).collect())
}
