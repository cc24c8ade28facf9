//! The past of a key: which lead claimed it when, by which input, and when it was moved or released. Told by the events
//! that did it, of all leads of whoever has the key now: a row for each claim would say the same once more.

use chrono::{DateTime, Utc};
use domain::message::SubjectKind;
use domain::party::{PartyKey, PartyKeyKind};
use serde::Serialize;
use uuid::Uuid;

use super::survivor;
use crate::store::{Connection, Result};

/// Every kind of key.
const KINDS: [PartyKeyKind; 5] = [
    PartyKeyKind::Company,
    PartyKeyKind::Email,
    PartyKeyKind::Phone,
    PartyKeyKind::TaxId,
    PartyKeyKind::Thread,
];
/// Most leads whose events are looked through.
const LEADS_MAX: i64 = 1_000;
/// Most events of one key that are told: the first.
pub const CLAIMS_MAX: i64 = 500;

/// A key as it is.
#[derive(Clone, Debug, Serialize)]
pub struct Key {
    /// As `email a@b.example`.
    pub key: String,
    pub lead: Option<Uuid>,
    pub contact: Option<Uuid>,
    pub account: Option<Uuid>,
    /// Whom that contact became, where it was merged.
    pub contact_now: Option<Uuid>,
    /// Whom that account became, where it was merged.
    pub account_now: Option<Uuid>,
}

/// What became of it by one event.
#[derive(Clone, Debug, Serialize)]
pub struct Claim {
    pub key: String,
    pub at: DateTime<Utc>,
    /// The type of the event.
    pub event: String,
    /// The lead that claimed or released it.
    pub lead: Uuid,
    pub number: String,
    /// The input by which it came.
    pub input: Option<String>,
    /// It was taken from that lead.
    pub released: bool,
}

/// The keys that a text may be: one as `email a@b.example`, or every key of that value.
#[must_use]
pub fn meant(text: &str) -> Vec<PartyKey> {
    let of = |kind| PartyKey { kind, value: text.to_owned() };
    text.parse().map_or_else(|_| KINDS.map(of).to_vec(), |key| vec![key])
}

/// Whom they point at.
pub async fn now(conn: &mut Connection, keys: &[PartyKey]) -> Result<Vec<Key>> {
    let (kinds, values) = columns(keys);
    let rows = sqlx::query!(
        r#"SELECT p.kind || ' ' || p.value AS "key!", p.lead, p.contact, p.account
           FROM unnest($1::text[], $2::text[]) AS u (kind, value)
           JOIN party_key AS p ON p.kind = u.kind AND p.value = u.value ORDER BY 1"#,
        &kinds as &[&str],
        &values as &[&str]
    );
    let rows = rows.fetch_all(&mut *conn).await?;
    let contacts: Vec<_> = rows.iter().filter_map(|row| row.contact).collect();
    let contacts = survivor::of(&mut *conn, SubjectKind::Contact, &contacts).await?;
    let accounts: Vec<_> = rows.iter().filter_map(|row| row.account).collect();
    let accounts = survivor::of(conn, SubjectKind::Account, &accounts).await?;
    let key = rows.into_iter().map(|row| Key {
        key: row.key,
        lead: row.lead,
        contact: row.contact,
        account: row.account,
        contact_now: row.contact.and_then(|id| contacts.get(&id).copied()),
        account_now: row.account.and_then(|id| accounts.get(&id).copied()),
    });
    Ok(key.collect())
}

/// Their past, in the order in which it happened.
pub async fn past(conn: &mut Connection, keys: &[PartyKey]) -> Result<Vec<Claim>> {
    let (kinds, values) = columns(keys);
    let rows = sqlx::query_as!(
        Claim,
        r#"WITH RECURSIVE k AS (
               SELECT p.kind || ' ' || p.value AS name, p.lead, p.contact, p.account
               FROM unnest($1::text[], $2::text[]) AS u (kind, value)
               JOIN party_key AS p ON p.kind = u.kind AND p.value = u.value),
           held (id) AS (
               (SELECT lead FROM k WHERE lead IS NOT NULL
                UNION SELECT l.id FROM k JOIN lead AS l ON l.contact = k.contact
                UNION SELECT l.id FROM k JOIN lead AS l ON l.account = k.account WHERE k.contact IS NULL)
               UNION SELECT other.id FROM held JOIN lead AS l ON l.id = held.id
                     CROSS JOIN LATERAL (SELECT l.previous AS id UNION ALL SELECT l.master
                                         UNION ALL SELECT m.id FROM lead AS m WHERE m.master = l.id) AS other
                     WHERE other.id IS NOT NULL)
           SELECT k.name AS "key!", e.at AS "at!", e.type AS "event!", l.id AS "lead!", l.number AS "number!",
                  e.data ->> 'input' AS input, NOT coalesce((e.data -> 'keys')::jsonb ? k.name, false) AS "released!"
           FROM (SELECT id FROM held LIMIT $3) AS h
           JOIN lead AS l ON l.id = h.id
           JOIN event AS e ON e.subject = h.id AND e.sequence > 0
           JOIN k ON (e.data -> 'keys')::jsonb ? k.name OR (e.data -> 'released')::jsonb ? k.name
                  OR (e.data -> 'released')::jsonb @> jsonb_build_array(jsonb_build_object('key', k.name))
           ORDER BY e.position LIMIT $4"#,
        &kinds as &[&str],
        &values as &[&str],
        LEADS_MAX,
        CLAIMS_MAX
    );
    Ok(rows.fetch_all(conn).await?)
}

fn columns(keys: &[PartyKey]) -> (Vec<&'static str>, Vec<&str>) {
    keys.iter().map(|key| (key.kind.into_str(), key.value.as_str())).unzip()
}
