//! What became of a command from outside, for whoever waits for it. Reads only.

use chrono::{DateTime, Utc};
use serde::Serialize;
use serde_json::Value;
use uuid::Uuid;

use crate::store::{Connection, Result};

/// A command that arrived.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Arrival {
    /// The id that leadmill knows it by.
    pub id: Uuid,
    /// A batch has decided it; before that it waits to be asked again.
    pub decided: bool,
    /// Further copies with the same content.
    pub repeats: i32,
    /// Copies with other content.
    pub conflicts: i64,
    /// The id of the newest of these.
    pub conflict: Option<Uuid>,
}

/// What followed from one message.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Outcome {
    /// What was said because of it, in the order of saying.
    pub events: Vec<LoggedEvent>,
    /// Why it was refused; empty where it was not.
    pub refusals: Vec<Refused>,
    /// Why nothing followed.
    pub nothing: Vec<String>,
    /// Why it was parked.
    pub parked: Vec<String>,
}

/// One event of the log.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct LoggedEvent {
    pub id: Uuid,
    pub at: DateTime<Utc>,
    /// Without `leadmill.`.
    #[serde(rename = "type")]
    pub ty: String,
    pub subject: Uuid,
    pub sequence: Option<i64>,
    pub correlation: Uuid,
    pub data: Value,
}

/// One final refusal.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Refused {
    pub rule: String,
    pub found: String,
    pub message: String,
}

/// The command of that sender and id to that worker; `None` where it has not been taken yet.
pub async fn arrival(
    conn: &mut Connection,
    worker: &str,
    source: &str,
    external_id: &str,
) -> Result<Option<Arrival>> {
    let row = sqlx::query_as!(
        Arrival,
        r#"SELECT r.id, r.batch IS NOT NULL AS "decided!", r.repeats,
                  coalesce(c.copies, 0) AS "conflicts!", c.newest AS conflict
           FROM received AS r
           CROSS JOIN LATERAL (
               SELECT sum(1 + c.repeats) AS copies,
                      (array_agg(c.id ORDER BY coalesce(c.last_repeat_at, c.received_at) DESC))[1]
                          AS newest
               FROM conflict AS c
               WHERE c.source = r.source AND c.external_id = r.external_id AND c.worker = r.worker
           ) AS c
           WHERE r.source = $2 AND r.external_id = $3 AND r.worker = $1"#,
        worker,
        source,
        external_id
    );
    Ok(row.fetch_optional(conn).await?)
}

/// What followed from a message.
pub async fn of(conn: &mut Connection, id: Uuid) -> Result<Outcome> {
    // An effect sorts after its cause: the bound keeps the months before out of the search.
    let events = sqlx::query_as!(
        LoggedEvent,
        r#"SELECT id, at, type AS ty, subject, sequence, correlation,
                  data::jsonb AS "data!: Value"
           FROM event WHERE cause = $1 AND id > $1 ORDER BY position"#,
        id
    );
    let events = events.fetch_all(&mut *conn).await?;
    let refusals = sqlx::query_as!(
        Refused,
        "SELECT rule, found, message FROM refusal WHERE id = $1 AND final ORDER BY no",
        id
    );
    let refusals = refusals.fetch_all(&mut *conn).await?;
    let nothing = sqlx::query_scalar!("SELECT why FROM nothing WHERE id = $1", id);
    let nothing = nothing.fetch_all(&mut *conn).await?;
    let parked = sqlx::query_scalar!(
        "SELECT reason FROM parked WHERE message = $1 AND state = 'parked'",
        id
    );
    let parked = parked.fetch_all(conn).await?;
    Ok(Outcome { events, refusals, nothing, parked })
}
