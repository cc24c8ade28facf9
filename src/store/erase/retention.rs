//! What is older than it is kept: the same that goes where a person is erased, found by its age, some rows at a time.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use domain::enquiry::Enquiry;
use domain::erasure::{CLOSED_MAX, Sweep, Swept};
use domain::party::person_keys;
use sqlx::types::Json;
use uuid::Uuid;

use super::found::parted;
use super::raw::{ERASED, erase_raw};
use super::receipt::count;
use super::scope::Scope;
use super::{bytes, log, records};
use crate::store::{Connection, Result};

/// So many inputs lose their bytes at a time, and so many parked messages.
const NULLED: i64 = 500;
/// So many rejected inputs go at a time: each with its events.
const REJECTED: i64 = 100;
/// Among so many closed leads is looked at a time.
const LOOKED_THROUGH: i64 = 2_000;

/// Rejected inputs: what was read of them, why they were rejected, and their bytes.
pub(super) async fn rejected(conn: &mut Connection, sweep: &Sweep) -> Result<Swept> {
    let ids = sqlx::query_scalar!(
        "SELECT i.id FROM input AS i
         WHERE i.verdict = 'rejected' AND i.id > $1 AND i.id < id_at($2) AND (i.reason <> '' OR EXISTS (
             SELECT FROM input_chunk AS c WHERE c.input = i.id AND c.bytes IS NOT NULL))
         ORDER BY i.id LIMIT $3",
        sweep.after.unwrap_or_default(),
        sweep.before,
        REJECTED
    );
    let ids = ids.fetch_all(&mut *conn).await?;
    let after = next(&ids, REJECTED);
    let scope = Scope::of_inputs(ids.into_iter().collect());
    let mut found = Vec::new();
    let blanked = log::blank(&mut *conn, &scope).await?;
    count(&mut found, "event", blanked.events);
    for (table, rows) in bytes::rows(&mut *conn, &blanked.rows).await? {
        count(&mut found, table, rows);
    }
    let told = log::tell(&mut *conn, &scope, Vec::new()).await?;
    records::write(&mut *conn, &scope, &told, &mut found).await?;
    let raw: Vec<_> = scope.inputs.union(&blanked.causes).copied().collect();
    count(&mut found, "input_chunk", erase_raw(conn, &raw).await?);
    Ok(Swept { found, erased: scope.erased(), after, ..Swept::default() })
}

/// The bytes of inputs and commands. Of what a person has still to look at, and of a list that is still read, they stay.
pub(super) async fn raw(conn: &mut Connection, sweep: &Sweep) -> Result<Swept> {
    let ids = sqlx::query_scalar!(
        "SELECT DISTINCT c.input FROM input_chunk AS c
         WHERE c.input > $1 AND c.input < id_at($2) AND c.bytes IS NOT NULL AND NOT EXISTS (
             SELECT FROM input AS i
             WHERE i.id = c.input AND (i.verdict = 'held' OR i.verdict = 'split' AND NOT i.done))
         ORDER BY c.input LIMIT $3",
        sweep.after.unwrap_or_default(),
        sweep.before,
        NULLED
    );
    let ids = ids.fetch_all(&mut *conn).await?;
    let after = next(&ids, NULLED);
    let mut found = Vec::new();
    count(&mut found, "input_chunk", erase_raw(conn, &ids).await?);
    Ok(Swept { found, after, ..Swept::default() })
}

/// Bodies, headers and reasons of what is parked.
pub(super) async fn parked(conn: &mut Connection, sweep: &Sweep) -> Result<Swept> {
    let ids = sqlx::query_scalar!(
        "UPDATE parked AS p SET body = NULL, headers = NULL, properties = '{}', reason = $4
         FROM (SELECT id FROM parked
               WHERE id > $1 AND parked_at < $2 AND (body IS NOT NULL OR headers IS NOT NULL)
               ORDER BY id LIMIT $3) AS u
         WHERE p.id = u.id RETURNING p.id",
        sweep.after.unwrap_or_default(),
        sweep.before,
        NULLED,
        ERASED
    );
    let mut ids = ids.fetch_all(conn).await?;
    ids.sort_unstable();
    let mut found = Vec::new();
    count(&mut found, "parked", ids.len() as u64);
    Ok(Swept { found, after: next(&ids, NULLED), ..Swept::default() })
}

/// Finds leads that came to nothing long ago and are nobody's who is still dealt with. For these an erasure is asked.
pub(super) async fn closed(conn: &mut Connection, sweep: &Sweep) -> Result<Swept> {
    let page = sqlx::query_scalar!(
        "SELECT id FROM lead
         WHERE id > $1 AND disqualified_at < $2 AND contact IS NULL AND opportunity IS NULL AND master IS NULL
           AND (enquiry -> 'person' <> '{}' OR enquiry ?| '{message,topic}')
         ORDER BY id LIMIT $3",
        sweep.after.unwrap_or_default(),
        sweep.before,
        LOOKED_THROUGH
    );
    let page = page.fetch_all(&mut *conn).await?;
    let mut after = next(&page, LOOKED_THROUGH);
    let mut leads = match sweep.before {
        Some(before) => still_closed(conn, &page, before).await?,
        None => Vec::new(),
    };
    if leads.len() > CLOSED_MAX {
        leads.truncate(CLOSED_MAX);
        after = leads.last().copied();
    }
    Ok(Swept { leads, after, ..Swept::default() })
}

/// Those of these leads which were disqualified before that, and whose person wrote nothing since, is no customer
/// and gave no key to another lead.
pub(super) async fn still_closed(
    conn: &mut Connection,
    leads: &[Uuid],
    before: DateTime<Utc>,
) -> Result<Vec<Uuid>> {
    let rows = sqlx::query!(
        r#"SELECT l.id, l.enquiry AS "enquiry!: Json<Enquiry>" FROM lead AS l
           WHERE l.id = ANY($1) AND l.disqualified_at < $2 AND l.contact IS NULL AND l.opportunity IS NULL
             AND l.master IS NULL AND l.id NOT IN (
                 SELECT n.previous FROM lead AS n
                 WHERE n.previous = ANY($1) AND (n.disqualified_at IS NULL OR n.disqualified_at >= $2))
           ORDER BY l.id"#,
        leads,
        before
    );
    let rows = rows.fetch_all(&mut *conn).await?;
    let keys: BTreeSet<_> = rows.iter().flat_map(|row| person_keys(&row.enquiry.0)).collect();
    let among: Vec<_> = rows.iter().map(|row| row.id).collect();
    let (kinds, values) = parted(&keys);
    let taken = sqlx::query!(
        r#"SELECT p.kind AS "kind!", p.value AS "value!" FROM unnest($1::text[], $2::text[]) AS u (kind, value)
           JOIN party_key AS p ON p.kind = u.kind AND p.value = u.value
           WHERE p.contact IS NOT NULL OR p.lead <> ALL($3)"#,
        &kinds as &[&str],
        &values,
        &among
    );
    let taken = taken.fetch_all(conn).await?;
    let taken: BTreeSet<_> =
        taken.into_iter().map(|row| format!("{} {}", row.kind, row.value)).collect();
    let alone = rows.into_iter().filter(|row| {
        person_keys(&row.enquiry.0).iter().all(|key| !taken.contains(&key.to_string()))
    });
    Ok(alone.map(|row| row.id).collect())
}

/// Where the next slice begins, where this one is full.
fn next(ids: &[Uuid], full: i64) -> Option<Uuid> {
    let is_full = i64::try_from(ids.len()).is_ok_and(|rows| rows == full);
    ids.last().copied().filter(|_| is_full)
}
