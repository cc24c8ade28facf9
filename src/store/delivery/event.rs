//! The log of everything that was said: audit trail, timeline and outbox at once.

use chrono::{DateTime, Utc};
use domain::message::{MessageKind, MessageType, Subject, SubjectKind};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use uuid::Uuid;

use crate::store::column::bulk;
use crate::store::{Connection, Fault, Result};

/// A message that a decision said.
#[derive(Clone, Debug, PartialEq)]
pub struct NewEvent {
    pub id: Uuid,
    pub ty: &'static MessageType,
    pub subject: Subject,
    /// Its place in the history of the subject; none for a command or a refusal.
    pub sequence: Option<i64>,
    /// The pipeline: from the first message to the last invoice.
    pub correlation: Uuid,
    /// The message that it follows from.
    pub cause: Uuid,
    pub traceparent: Option<String>,
    /// The person who was named for the command that it follows from; the row of that command has it.
    pub actor: Option<Arc<str>>,
    /// JSON text, kept byte by byte.
    pub data: String,
}

/// A message as the log has it.
#[derive(Clone, Debug, PartialEq)]
pub struct StoredEvent {
    pub id: Uuid,
    /// The time that its decision saw.
    pub at: DateTime<Utc>,
    pub worker: String,
    /// Without `leadmill.`, with the major version.
    pub ty: String,
    pub kind: MessageKind,
    pub subject: Subject,
    pub sequence: Option<i64>,
    pub correlation: Uuid,
    pub cause: Uuid,
    pub batch: Uuid,
    pub traceparent: Option<String>,
    /// The person who was named for the command that it follows from.
    pub actor: Option<String>,
    /// The JSON text as it was said.
    pub data: String,
}

/// Appends all that a batch says at a time; the order given is the order in the log and of publishing.
pub async fn append(
    conn: &mut Connection,
    worker: &str,
    (batch, at): (Uuid, DateTime<Utc>),
    events: &[NewEvent],
) -> Result<()> {
    if events.is_empty() {
        return Ok(());
    }
    let insert = bulk!(
        "INSERT INTO event (id, worker, type, kind, subject_kind, subject, sequence, correlation,
                            cause, batch, at, traceparent, data)
         SELECT u.id, $1, u.type, u.kind, u.subject_kind, u.subject, u.sequence, u.correlation,
                u.cause, $2, $3, u.traceparent, u.data::json
         FROM unnest($4::uuid[], $5::text[], $6::text[], $7::text[], $8::uuid[], $9::bigint[],
                     $10::uuid[], $11::uuid[], $12::text[], $13::text[]) WITH ORDINALITY
              AS u (id, type, kind, subject_kind, subject, sequence, correlation, cause,
                    traceparent, data, n)
         ORDER BY u.n",
        [worker, batch, at],
        events.iter(),
        |event| {
            event.id => Uuid,
            event.ty.name => &str,
            kind_name(event.ty.kind) => &str,
            event.subject.kind.name() => &str,
            event.subject.id => Uuid,
            event.sequence => Option<i64>,
            event.correlation => Uuid,
            event.cause => Uuid,
            event.traceparent.as_deref() => Option<&str>,
            event.data.as_str() => &str,
        }
    );
    insert.execute(conn).await?;
    Ok(())
}

/// Everything that was said in those batches which decided these messages and are not known to be
/// published: to be published again, whole, when a message comes back. A batch is marked as a whole,
/// so that it must be published as a whole, although its other messages may come back later. Batches
/// in `underway` are on their way already.
pub async fn unmarked_of_causes(
    conn: &mut Connection,
    worker: &str,
    causes: &[Uuid],
    underway: &[Uuid],
) -> Result<Vec<StoredEvent>> {
    let Some(first) = causes.iter().min() else { return Ok(Vec::new()) };
    // An effect sorts after its cause: the bound keeps the months before out of the search.
    let batches = sqlx::query_scalar!(
        "SELECT DISTINCT e.batch FROM event AS e JOIN batch AS b ON b.id = e.batch
         WHERE e.cause = ANY($1) AND e.id > $2 AND e.worker = $3 AND b.published_at IS NULL
           AND e.batch <> ALL($4)",
        causes,
        first,
        worker,
        underway
    );
    let batches = batches.fetch_all(&mut *conn).await?;
    if batches.is_empty() { Ok(Vec::new()) } else { of_batches(conn, &batches).await }
}

/// Which of these messages of ours (id, type, SHA-256 of the data) the log knows otherwise.
pub async fn said_otherwise(
    conn: &mut Connection,
    messages: &[(Uuid, &str, [u8; 32])],
) -> Result<BTreeSet<Uuid>> {
    let ids: Vec<_> = messages.iter().map(|(id, ..)| *id).collect();
    let types: Vec<_> = messages.iter().map(|(_, ty, _)| *ty).collect();
    let digests: Vec<_> = messages.iter().map(|(.., digest)| digest.as_slice()).collect();
    let otherwise = sqlx::query_scalar!(
        r#"SELECT said_otherwise AS "id!" FROM said_otherwise($1, $2, $3)"#,
        &ids,
        &types as &[&str],
        &digests as &[&[u8]]
    );
    Ok(otherwise.fetch_all(conn).await?.into_iter().collect())
}

/// The pipelines that these records belong to, and where their traces are: what was last said about
/// each.
pub async fn pipelines(
    conn: &mut Connection,
    subjects: &[Uuid],
) -> Result<BTreeMap<Uuid, (Uuid, Option<String>)>> {
    let rows = sqlx::query!(
        r#"SELECT subject AS "subject!", correlation AS "correlation!", traceparent
           FROM last_said($1)"#,
        subjects
    );
    let rows = rows.fetch_all(conn).await?;
    let pipeline = rows.into_iter().map(|row| (row.subject, (row.correlation, row.traceparent)));
    Ok(pipeline.collect())
}

/// What these batches said, in the order of saying: what the sweeper publishes.
pub async fn of_batches(conn: &mut Connection, batches: &[Uuid]) -> Result<Vec<StoredEvent>> {
    let rows = sqlx::query_as!(
        Row,
        "SELECT id, at, worker, type AS ty, kind, subject_kind, subject, sequence, correlation,
                cause, batch, traceparent, data::text AS \"data!\"
         FROM event WHERE batch = ANY($1) ORDER BY batch, position",
        batches
    );
    let rows = rows.fetch_all(&mut *conn).await?;
    named(conn, rows).await
}

/// These messages of the log, in the order given.
pub async fn of_ids(conn: &mut Connection, ids: &[Uuid]) -> Result<Vec<StoredEvent>> {
    let rows = sqlx::query_as!(
        Row,
        "SELECT e.id AS \"id!\", e.at AS \"at!\", e.worker AS \"worker!\", e.type AS \"ty!\",
                e.kind AS \"kind!\", e.subject_kind AS \"subject_kind!\",
                e.subject AS \"subject!\", e.sequence, e.correlation AS \"correlation!\",
                e.cause AS \"cause!\", e.batch AS \"batch!\", e.traceparent,
                e.data::text AS \"data!\"
         FROM unnest($1::uuid[]) WITH ORDINALITY AS u (id, n) JOIN event AS e ON e.id = u.id
         ORDER BY u.n",
        ids
    );
    let rows = rows.fetch_all(&mut *conn).await?;
    named(conn, rows).await
}

/// The messages of these rows, each with the person who was named for the command that it follows from: a row of
/// that command at the worker that decided it, since what the clock says later is nobody's wish.
async fn named(conn: &mut Connection, rows: Vec<Row>) -> Result<Vec<StoredEvent>> {
    let causes: BTreeSet<_> = rows.iter().map(|row| row.cause).collect();
    let causes: Vec<_> = causes.into_iter().collect();
    let actors = sqlx::query!(
        r#"SELECT cause AS "cause!", worker AS "worker!", actor AS "actor!" FROM named_actors($1)"#,
        &causes
    );
    let actors = actors.fetch_all(conn).await?.into_iter();
    let actors: BTreeMap<_, _> = actors.map(|row| ((row.cause, row.worker), row.actor)).collect();
    let event = |row: Row| {
        let actor = actors.get(&(row.cause, row.worker.clone())).cloned();
        Ok(StoredEvent { actor, ..row.try_into()? })
    };
    rows.into_iter().map(event).collect()
}

struct Row {
    id: Uuid,
    at: DateTime<Utc>,
    worker: String,
    ty: String,
    kind: String,
    subject_kind: String,
    subject: Uuid,
    sequence: Option<i64>,
    correlation: Uuid,
    cause: Uuid,
    batch: Uuid,
    traceparent: Option<String>,
    data: String,
}

impl TryFrom<Row> for StoredEvent {
    type Error = Fault;

    fn try_from(row: Row) -> Result<Self> {
        let unreadable = |column: &str, found: &str| {
            Fault::ours(format!(
                "The event {} has the {column} `{found}`, which this program does not know; run the \
                 newer leadmill that wrote it.",
                row.id
            ))
        };
        let kind = match row.kind.as_str() {
            "event" => MessageKind::Event,
            "command" => MessageKind::Command,
            other => return Err(unreadable("kind", other)),
        };
        let about = SubjectKind::named(&row.subject_kind);
        let about = about.ok_or_else(|| unreadable("kind of subject", &row.subject_kind))?;
        Ok(Self {
            id: row.id,
            at: row.at,
            worker: row.worker,
            ty: row.ty,
            kind,
            subject: Subject { kind: about, id: row.subject },
            sequence: row.sequence,
            correlation: row.correlation,
            cause: row.cause,
            batch: row.batch,
            traceparent: row.traceparent,
            actor: None,
            data: row.data,
        })
    }
}

const fn kind_name(kind: MessageKind) -> &'static str {
    match kind {
        MessageKind::Event => "event",
        MessageKind::Command => "command",
    }
}
