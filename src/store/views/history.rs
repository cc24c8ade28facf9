//! What happened to records, in order: of one record, and of all those of a customer on one timeline.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use domain::message::SubjectKind;
use serde::Serialize;
use serde_json::Value;
use sqlx::types::Json;
use uuid::Uuid;

use super::label::{self, Ids, Labelled};
use crate::store::{Connection, Result};

/// Most entries that are told of one record.
pub const ENTRIES_MAX: i64 = 1_000;

/// Something that happened to a record.
#[derive(Clone, Debug, Serialize)]
pub struct Entry {
    /// Of the event; a timeline goes on after it.
    pub id: Uuid,
    pub at: DateTime<Utc>,
    #[serde(rename = "type")]
    pub ty: String,
    /// The record.
    pub subject: String,
    pub record: Uuid,
    /// What people call it, and how it stands now.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub label: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub state: Option<String>,
    /// The place in the history of the record; an answer that changed nothing has none.
    pub sequence: Option<i64>,
    /// The worker that said it.
    pub worker: String,
    /// Who asked for it from outside: the sender's own word, and who the broker says it was.
    pub source: Option<String>,
    pub sender: Option<String>,
    /// The pipeline, as `trace` shows it, and the message that it follows from.
    pub correlation: Uuid,
    pub cause: Uuid,
    pub data: Value,
}

/// The history of one record, and whether there is more than [`ENTRIES_MAX`]; then these are the first.
pub async fn of_record(conn: &mut Connection, id: Uuid) -> Result<(Vec<Entry>, bool)> {
    let mut entries = entries(conn, &[id], None, ENTRIES_MAX + 1).await?;
    let whole = usize::try_from(ENTRIES_MAX).unwrap_or(usize::MAX);
    let cut = entries.len() > whole;
    entries.truncate(whole);
    Ok((entries, cut))
}

/// The histories of these records on one timeline, from the event `after` on.
pub async fn of_records(
    conn: &mut Connection,
    records: &Ids,
    after: Option<Uuid>,
    limit: i64,
) -> Result<Vec<Entry>> {
    let ids: Vec<_> = records.values().flatten().copied().collect();
    let mut entries = entries(conn, &ids, after, limit).await?;
    let mut told = Ids::new();
    for entry in &entries {
        if let Some(kind) = SubjectKind::named(&entry.subject) {
            told.entry(kind).or_default().push(entry.record);
        }
    }
    let named = label::of(conn, &told).await?;
    let named: BTreeMap<Uuid, Labelled> = named.into_iter().map(|it| (it.id, it)).collect();
    for entry in &mut entries {
        let of = named.get(&entry.record);
        entry.label = of.and_then(|it| it.label.clone());
        entry.state = of.map(|it| it.state.clone());
    }
    Ok(entries)
}

/// Whether there is such an event.
pub async fn exists(conn: &mut Connection, event: Uuid) -> Result<bool> {
    let found = sqlx::query_scalar!(
        r#"SELECT EXISTS (SELECT FROM event WHERE id = $1) AS "found!""#,
        event
    );
    Ok(found.fetch_one(conn).await?)
}

/// Events in the order in which they were decided.
async fn entries(
    conn: &mut Connection,
    records: &[Uuid],
    after: Option<Uuid>,
    limit: i64,
) -> Result<Vec<Entry>> {
    let rows = sqlx::query!(
        r#"SELECT e.id AS "id!", e.at AS "at!", e.type AS "ty!", e.subject_kind AS "subject!",
                  e.subject AS "record!", e.sequence, e.worker AS "worker!",
                  e.correlation AS "correlation!", e.cause AS "cause!", e.data AS "data!: Json<Value>",
                  asked.source AS "source?", asked.sender AS "sender?"
           FROM (SELECT * FROM event AS e
                 WHERE e.subject = ANY($1) AND e.kind = 'event'
                   AND ($2::uuid IS NULL OR e.position > (SELECT position FROM event WHERE id = $2))
                 ORDER BY e.position LIMIT $3) AS e
           LEFT JOIN LATERAL (SELECT source, sender FROM received WHERE id = e.cause LIMIT 1)
                AS asked ON true
           ORDER BY e.position"#,
        records,
        after,
        limit
    );
    let rows = rows.fetch_all(conn).await?.into_iter().map(|row| Entry {
        id: row.id,
        at: row.at,
        ty: row.ty,
        subject: row.subject,
        record: row.record,
        label: None,
        state: None,
        sequence: row.sequence,
        worker: row.worker,
        source: row.source,
        sender: row.sender,
        correlation: row.correlation,
        cause: row.cause,
        data: row.data.0,
    });
    Ok(rows.collect())
}
