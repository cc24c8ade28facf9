//! Our own trouble: messages that could not be handled, until a person replays or discards them.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde_json::{Value, json};
use strum::{EnumString, IntoStaticStr, VariantArray};
use uuid::Uuid;

use crate::store::column::bulk;
use crate::store::{Connection, Result};

/// Why a message was parked, for programs.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    EnumString,
    IntoStaticStr,
    VariantArray,
    sqlx::Type,
)]
#[strum(serialize_all = "snake_case", const_into_str)]
#[sqlx(type_name = "text", rename_all = "snake_case")]
pub enum ParkedClass {
    /// The envelope could not be opened.
    Envelope,
    /// A type or version that nobody here hears.
    Type,
    /// The data does not fit the schema of its type.
    Schema,
    /// The database does not take what it led to.
    Poison,
    /// The decision panicked.
    Panic,
    /// Larger, deeper or slower to read than the limits allow.
    TooLarge,
    /// Older than the inbox remembers, or its id is no UUIDv7.
    TooOld,
    /// The broker gave up delivering it.
    DeadLetter,
    /// Handling a raw input failed; the input is held under the same id.
    InputFault,
}

/// Whether somebody has looked after it.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    EnumString,
    IntoStaticStr,
    VariantArray,
    sqlx::Type,
)]
#[strum(serialize_all = "snake_case", const_into_str)]
#[sqlx(type_name = "text", rename_all = "snake_case")]
pub enum ParkedState {
    Parked,
    /// Back in its queue, under a new id.
    Replayed,
    Discarded,
}

/// How a parked message is closed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Closing {
    Replayed { new_id: Uuid },
    Discarded,
}

/// A message to park, with everything needed to replay it.
#[derive(Clone, Debug, PartialEq)]
pub struct NewParked {
    /// Derived from the worker and what was delivered: the same delivery is the same row.
    pub id: Uuid,
    pub queue: String,
    /// Its own id; none where the envelope could not be opened.
    pub message: Option<Uuid>,
    /// Who the broker says sent it; none: anybody.
    pub sender: Option<String>,
    pub class: ParkedClass,
    /// A finished sentence, with the next step.
    pub reason: String,
    /// What was tried before, as a JSON array.
    pub history: Value,
    pub headers: Option<Value>,
    /// AMQP basic properties.
    pub properties: Value,
    /// The bytes as they arrived.
    pub body: Vec<u8>,
}

/// A parked message in a list.
#[derive(Clone, Debug, PartialEq)]
pub struct ParkedLine {
    pub id: Uuid,
    pub worker: String,
    pub queue: String,
    pub message: Option<Uuid>,
    pub sender: Option<String>,
    pub class: ParkedClass,
    pub reason: String,
    pub parked_at: DateTime<Utc>,
    pub state: ParkedState,
    pub replayed_as: Option<Uuid>,
}

/// A parked message with all that is known of it.
#[derive(Clone, Debug, PartialEq)]
pub struct Parked {
    pub line: ParkedLine,
    pub history: Value,
    pub headers: Option<Value>,
    pub properties: Value,
    /// None once erased.
    pub body: Option<Vec<u8>>,
    pub closed_at: Option<DateTime<Utc>>,
}

/// Which parked messages to list; `None` means all.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ParkedFilter<'a> {
    pub worker: Option<&'a str>,
    pub class: Option<ParkedClass>,
    pub state: Option<ParkedState>,
}

/// Parks messages; answers how many lay here already, open, and were left as they are: redelivered
/// after a crash. One that was closed before and is delivered again is opened again, its history
/// kept: it must not vanish because the same bytes broke once before.
///
/// # Errors
/// [`Fault::Again`](crate::store::Fault::Again) where another process parks the same message just now.
pub async fn insert(conn: &mut Connection, worker: &str, parked: &[NewParked]) -> Result<usize> {
    let new = once(parked);
    if new.is_empty() {
        return Ok(0);
    }
    let insert = bulk!(
        "INSERT INTO parked AS p (worker, id, queue, message, sender, class, reason, history,
                                  headers, properties, body)
         SELECT $1, u.* FROM unnest($2::uuid[], $3::text[], $4::uuid[], $5::text[], $6::text[],
             $7::text[], $8::jsonb[], $9::jsonb[], $10::jsonb[], $11::bytea[])
             AS u (id, queue, message, sender, class, reason, history, headers, properties, body)
         ON CONFLICT (id) DO UPDATE SET
             (worker, queue, message, class, reason, headers, properties, body) =
             (excluded.worker, excluded.queue, excluded.message, excluded.class, excluded.reason,
              excluded.headers, excluded.properties, excluded.body),
             history = p.history || excluded.history, parked_at = now(), state = 'parked',
             replayed_as = NULL, closed_at = NULL
         WHERE p.state <> 'parked'",
        [worker],
        new.iter(),
        |one| {
            one.id => Uuid,
            one.queue.as_str() => &str,
            one.message => Option<Uuid>,
            one.sender.as_deref() => Option<&str>,
            one.class.into_str() => &str,
            one.reason.as_str() => &str,
            &one.history => &Value,
            one.headers.as_ref() => Option<&Value>,
            &one.properties => &Value,
            one.body.as_slice() => &[u8],
        }
    );
    let inserted = insert.execute(conn).await?.rows_affected();
    Ok(parked.len().saturating_sub(usize::try_from(inserted).unwrap_or(usize::MAX)))
}

/// The newest parked messages.
pub async fn list(
    conn: &mut Connection,
    filter: ParkedFilter<'_>,
    limit: u32,
) -> Result<Vec<ParkedLine>> {
    let rows = sqlx::query_as!(
        ParkedLine,
        r#"SELECT id, worker, queue, message, sender, class AS "class: _", reason, parked_at,
                  state AS "state: _", replayed_as
         FROM parked
         WHERE ($1::text IS NULL OR worker = $1) AND ($2::text IS NULL OR class = $2)
           AND ($3::text IS NULL OR state = $3)
         ORDER BY parked_at DESC, id LIMIT $4"#,
        filter.worker,
        filter.class.map(|class| class.into_str()),
        filter.state.map(|state| state.into_str()),
        i64::from(limit)
    );
    Ok(rows.fetch_all(conn).await?)
}

/// One parked message. Nothing is locked: where two people replay it at once, [`close`] tells the
/// second, who rolls back.
pub async fn show(conn: &mut Connection, id: Uuid) -> Result<Option<Parked>> {
    let row = sqlx::query!(
        r#"SELECT id, worker, queue, message, sender, class AS "class: ParkedClass", reason, history,
                  headers, properties, body, parked_at, state AS "state: ParkedState",
                  replayed_as, closed_at
           FROM parked WHERE id = $1"#,
        id
    );
    let Some(row) = row.fetch_optional(conn).await? else { return Ok(None) };
    let line = ParkedLine {
        id: row.id,
        worker: row.worker,
        queue: row.queue,
        message: row.message,
        sender: row.sender,
        class: row.class,
        reason: row.reason,
        parked_at: row.parked_at,
        state: row.state,
        replayed_as: row.replayed_as,
    };
    Ok(Some(Parked {
        line,
        history: row.history,
        headers: row.headers,
        properties: row.properties,
        body: row.body,
        closed_at: row.closed_at,
    }))
}

/// Closes a parked message and writes into its history who did so and why; answers whether it was
/// still open.
pub async fn close(conn: &mut Connection, id: Uuid, how: Closing, note: &str) -> Result<bool> {
    let (state, new_id) = match how {
        Closing::Replayed { new_id } => (ParkedState::Replayed, Some(new_id)),
        Closing::Discarded => (ParkedState::Discarded, None),
    };
    let entry = json!({ "state": state.into_str(), "note": note });
    let update = sqlx::query!(
        "UPDATE parked SET state = $2, replayed_as = $3, closed_at = now(),
                history = history || jsonb_build_array($4::jsonb || jsonb_build_object('at', now()))
         WHERE id = $1 AND state = 'parked'",
        id,
        state.into_str(),
        new_id,
        entry
    );
    Ok(update.execute(conn).await?.rows_affected() == 1)
}

/// The first copy of each, in the order of ids: a statement may touch a row once, and all processes
/// lock in one order.
fn once(parked: &[NewParked]) -> Vec<&NewParked> {
    let mut new = BTreeMap::new();
    for one in parked {
        new.entry(one.id).or_insert(one);
    }
    new.into_values().collect()
}
