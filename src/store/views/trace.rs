//! The whole pipeline of anything: found by any id, number or sender's key, read in its order.
//!
//! Everything is found by an index; how much is read is bounded.

use chrono::{DateTime, Utc};
use serde::Serialize;
use serde_json::Value;
use sqlx::types::Json;
use uuid::Uuid;

use crate::store::{Connection, Result};

mod search;

pub use search::{PIPELINES_MAX, search};

/// Most messages of a trace, and most refusals and parked messages.
pub const MESSAGES_MAX: i64 = 2_000;

/// What was received and what became of it.
#[derive(Clone, Debug, Serialize)]
pub struct Arrival {
    pub id: Uuid,
    /// The sender's own word.
    pub source: String,
    /// Who the broker says sent it; none: anybody.
    pub sender: Option<String>,
    /// The person whom the sender named.
    pub actor: Option<String>,
    pub external_id: String,
    /// The queue of a raw input, or the type of a command.
    pub kind: String,
    pub content_type: Option<String>,
    pub received_at: DateTime<Utc>,
    pub repeats: i32,
    pub last_repeat_at: Option<DateTime<Utc>>,
    /// It waits to be asked again.
    pub waits: bool,
    /// Its key was known with other content.
    pub conflicts: bool,
    pub headers: Option<Value>,
    pub verdict: Option<String>,
    pub reason: Option<String>,
}

/// A part of a collection, and the collection that it came in.
#[derive(Clone, Debug, Serialize)]
pub struct Part {
    pub id: Uuid,
    pub number: i64,
    pub collection: Uuid,
    pub verdict: String,
    pub reason: String,
    /// The collection's own key and, where the sender told it, its name.
    pub external_id: Option<String>,
    pub file: Option<String>,
}

/// A message that one of our workers said.
#[derive(Clone, Debug, Serialize)]
pub struct Step {
    pub id: Uuid,
    /// The entry of a timeline says it.
    #[serde(skip_serializing)]
    pub at: DateTime<Utc>,
    pub worker: String,
    #[serde(rename = "type")]
    pub ty: String,
    pub kind: String,
    pub subject_kind: String,
    pub subject: Uuid,
    pub sequence: Option<i64>,
    pub correlation: Uuid,
    pub cause: Uuid,
    pub batch: Uuid,
    pub position: i64,
    /// When its cause was said or received.
    pub cause_at: Option<DateTime<Utc>>,
    /// The times of its batch are kept for eight days.
    pub taken_at: Option<DateTime<Utc>>,
    pub decided_at: Option<DateTime<Utc>>,
    pub published_at: Option<DateTime<Utc>>,
    pub data: Value,
}

/// A message that a business rule refused.
#[derive(Clone, Debug, Serialize)]
pub struct Refusal {
    pub id: Uuid,
    /// The entry of a timeline says it.
    #[serde(skip_serializing)]
    pub at: DateTime<Utc>,
    pub worker: String,
    #[serde(rename = "type")]
    pub ty: String,
    pub source: String,
    pub named: String,
    pub rule: String,
    pub found: String,
    pub message: String,
    pub attempt: i32,
    #[serde(rename = "final")]
    pub is_final: bool,
    pub correlation: Uuid,
}

/// A message that could not be handled.
#[derive(Clone, Debug, Serialize)]
pub struct ParkedStep {
    pub id: Uuid,
    pub parked_at: DateTime<Utc>,
    pub worker: String,
    pub queue: String,
    pub message: Option<Uuid>,
    pub sender: Option<String>,
    pub class: String,
    pub reason: String,
    pub state: String,
    pub replayed_as: Option<Uuid>,
}

/// A message to which nothing followed.
#[derive(Clone, Debug, Serialize)]
pub struct Silence {
    pub worker: String,
    pub message: Uuid,
    pub why: String,
}

/// All of some pipelines.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Trace {
    pub correlations: Vec<Uuid>,
    pub arrivals: Vec<Arrival>,
    pub parts: Vec<Part>,
    pub steps: Vec<Step>,
    /// There are more than [`MESSAGES_MAX`].
    pub cut: bool,
    pub refusals: Vec<Refusal>,
    pub parked: Vec<ParkedStep>,
    pub silences: Vec<Silence>,
    /// Who claimed which message; known for eight days.
    pub claims: Vec<(String, Uuid)>,
}

/// Reads these pipelines. `workers` are all that there are.
pub async fn read(
    conn: &mut Connection,
    correlations: Vec<Uuid>,
    workers: &[String],
) -> Result<Trace> {
    let mut steps = steps(conn, &correlations).await?;
    let cut = steps.len() > usize::try_from(MESSAGES_MAX).unwrap_or(usize::MAX);
    if cut {
        steps.pop();
    }
    let refusals = refusals(conn, &correlations).await?;
    let mut ids = correlations.clone();
    ids.extend(steps.iter().flat_map(|step| [step.id, step.cause]));
    ids.extend(refusals.iter().map(|refusal| refusal.id));
    let parked = parked(conn, &ids).await?;
    ids.extend(parked.iter().flat_map(|parked| [parked.message, parked.replayed_as]).flatten());
    ids.sort_unstable();
    ids.dedup();
    Ok(Trace {
        arrivals: arrivals(conn, &ids).await?,
        parts: parts(conn, &ids).await?,
        silences: silences(conn, workers, &ids).await?,
        claims: claims(conn, workers, &ids).await?,
        correlations,
        steps,
        cut,
        refusals,
        parked,
    })
}

async fn steps(conn: &mut Connection, correlations: &[Uuid]) -> Result<Vec<Step>> {
    let rows = sqlx::query!(
        r#"SELECT e.id, e.at, e.worker, e.type AS ty, e.kind, e.subject_kind, e.subject, e.sequence,
                  e.correlation, e.cause, e.batch, e.position, e.data AS "data: Json<Value>",
                  coalesce(c.at, r.received_at) AS cause_at, b.taken_at AS "taken_at?",
                  b.decided_at AS "decided_at?", b.published_at AS "published_at?"
           FROM event AS e
           LEFT JOIN batch AS b ON b.id = e.batch
           LEFT JOIN event AS c ON c.id = e.cause
           LEFT JOIN received AS r ON r.id = e.cause
           WHERE e.correlation = ANY($1) ORDER BY e.position LIMIT $2"#,
        correlations,
        MESSAGES_MAX + 1
    );
    let rows = rows.fetch_all(conn).await?.into_iter().map(|row| Step {
        id: row.id,
        at: row.at,
        worker: row.worker,
        ty: row.ty,
        kind: row.kind,
        subject_kind: row.subject_kind,
        subject: row.subject,
        sequence: row.sequence,
        correlation: row.correlation,
        cause: row.cause,
        batch: row.batch,
        position: row.position,
        cause_at: row.cause_at,
        taken_at: row.taken_at,
        decided_at: row.decided_at,
        published_at: row.published_at,
        data: row.data.0,
    });
    Ok(rows.collect())
}

async fn arrivals(conn: &mut Connection, ids: &[Uuid]) -> Result<Vec<Arrival>> {
    let rows = sqlx::query_as!(
        Arrival,
        r#"SELECT r.id AS "id!", r.source AS "source!", r.sender, r.actor, r.external_id AS "external_id!",
                  r.kind AS "kind!", r.content_type, r.received_at AS "received_at!",
                  r.repeats AS "repeats!", r.last_repeat_at, r.waits AS "waits!",
                  r.conflicts AS "conflicts!", r.headers, i.verdict AS "verdict?",
                  i.reason AS "reason?"
           FROM (SELECT id, source, sender, actor, external_id, kind, content_type, received_at,
                        repeats, last_repeat_at, batch IS NULL AS waits, false AS conflicts, headers
                 FROM received WHERE id = ANY($1)
                 UNION ALL
                 SELECT id, source, sender, actor, external_id, kind, NULL, received_at, repeats,
                        last_repeat_at, false, true, NULL
                 FROM conflict WHERE id = ANY($1)) AS r
           LEFT JOIN input AS i ON i.id = r.id ORDER BY r.received_at, r.id"#,
        ids
    );
    Ok(rows.fetch_all(conn).await?)
}

async fn parts(conn: &mut Connection, ids: &[Uuid]) -> Result<Vec<Part>> {
    let rows = sqlx::query_as!(
        Part,
        r#"SELECT i.id, i.part AS "number!", i.collection AS "collection!", i.verdict, i.reason,
                  r.external_id AS "external_id?",
                  coalesce(r.headers ->> 'x-file', r.headers ->> 'x-import') AS "file?"
           FROM input AS i LEFT JOIN received AS r ON r.id = i.collection
           WHERE i.id = ANY($1) AND i.collection IS NOT NULL ORDER BY i.id"#,
        ids
    );
    Ok(rows.fetch_all(conn).await?)
}

async fn refusals(conn: &mut Connection, correlations: &[Uuid]) -> Result<Vec<Refusal>> {
    let rows = sqlx::query_as!(
        Refusal,
        r#"SELECT id, at, worker, type AS ty, source, named, rule, found, message, attempt,
                  final AS is_final, correlation
           FROM refusal WHERE correlation = ANY($1) ORDER BY at, no LIMIT $2"#,
        correlations,
        MESSAGES_MAX
    );
    Ok(rows.fetch_all(conn).await?)
}

async fn parked(conn: &mut Connection, ids: &[Uuid]) -> Result<Vec<ParkedStep>> {
    let rows = sqlx::query_as!(
        ParkedStep,
        r#"SELECT id, parked_at, worker, queue, message, sender, class, reason, state, replayed_as
           FROM parked WHERE message = ANY($1) OR replayed_as = ANY($1) OR id = ANY($1)
           ORDER BY parked_at, id LIMIT $2"#,
        ids,
        MESSAGES_MAX
    );
    Ok(rows.fetch_all(conn).await?)
}

async fn silences(conn: &mut Connection, workers: &[String], ids: &[Uuid]) -> Result<Vec<Silence>> {
    let rows = sqlx::query_as!(
        Silence,
        r#"SELECT worker, id AS message, why FROM nothing
           WHERE worker = ANY($1) AND id = ANY($2) ORDER BY id, worker"#,
        workers,
        ids
    );
    Ok(rows.fetch_all(conn).await?)
}

async fn claims(
    conn: &mut Connection,
    workers: &[String],
    ids: &[Uuid],
) -> Result<Vec<(String, Uuid)>> {
    let rows = sqlx::query!(
        "SELECT worker, id FROM inbox WHERE worker = ANY($1) AND id = ANY($2) ORDER BY id, worker",
        workers,
        ids
    );
    Ok(rows.fetch_all(conn).await?.into_iter().map(|row| (row.worker, row.id)).collect())
}
