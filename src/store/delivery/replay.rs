//! Replaying a parked message, step by step; see [`reserve`] for why a crash loses nothing.

use serde_json::json;
use uuid::Uuid;

use crate::store::{Connection, Result};

/// A reserved id is used again for that long: well within the window of the inbox, in which a claim
/// under it would be recognised.
const RESERVED_HOURS: i32 = 24;

/// Reserves the id under which a message of ours goes back into its queue, and answers it: `new_id`,
/// or the one that an earlier replay had reserved and did not bring to its end. `None` where the
/// message is no longer parked.
///
/// Committed before anything is published: whoever crashes between publishing and marking the row
/// publishes under the same id next time, and the claim of the inbox recognises it.
pub async fn reserve(conn: &mut Connection, id: Uuid, new_id: Uuid) -> Result<Option<Uuid>> {
    let reserved = sqlx::query_scalar!(
        r#"UPDATE parked AS p SET history = CASE WHEN known.id IS NULL
                  THEN p.history || jsonb_build_array($3::jsonb || jsonb_build_object('at', now()))
                  ELSE p.history END
           FROM (SELECT (SELECT (entry ->> 'replaying_as')::uuid
                         FROM jsonb_array_elements(history) WITH ORDINALITY AS e (entry, n)
                         WHERE entry ? 'replaying_as'
                           AND (entry ->> 'at')::timestamptz > now() - make_interval(hours => $4)
                           -- Not one that was brought to its end before the message came again.
                           AND n > coalesce((SELECT max(d.n)
                                             FROM jsonb_array_elements(history)
                                                  WITH ORDINALITY AS d (done, n)
                                             WHERE done ? 'state'), 0)
                         ORDER BY n DESC LIMIT 1) AS id
                 FROM parked WHERE id = $1) AS known
           WHERE p.id = $1 AND p.state = 'parked'
           RETURNING coalesce(known.id, $2) AS "id!""#,
        id,
        new_id,
        json!({ "replaying_as": new_id }),
        RESERVED_HOURS
    );
    Ok(reserved.fetch_optional(conn).await?)
}

/// Locks a parked message until the end of the transaction; answers whether it is still open.
///
/// Held while it is published: a worker that parks the same bytes once more meanwhile waits for the
/// end, and then opens the row again instead of taking it for one that lies here already.
///
/// # Errors
/// [`Fault`](crate::store::Fault) of the server; `Again` where somebody else replays it just now.
pub async fn lock(conn: &mut Connection, id: Uuid) -> Result<bool> {
    let found = sqlx::query_scalar!(
        "SELECT id FROM parked WHERE id = $1 AND state = 'parked' FOR UPDATE NOWAIT",
        id
    );
    Ok(found.fetch_optional(conn).await?.is_some())
}

/// What a message led to already, so that a replay would not be the first handling.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Handled {
    /// The worker that claimed it.
    pub claimed_by: Option<String>,
    /// The verdict of the raw input that it is.
    pub verdict: Option<String>,
}

/// Whether the log has this message of a worker, with this type and just this data.
pub async fn said(
    conn: &mut Connection,
    id: Uuid,
    (worker, ty): (&str, &str),
    data: &str,
) -> Result<bool> {
    let said = sqlx::query_scalar!(
        r#"SELECT EXISTS (SELECT FROM event WHERE id = $1 AND worker = $2 AND type = $3
                          AND data::text = $4) AS "said!""#,
        id,
        worker,
        ty,
        data
    );
    Ok(said.fetch_one(conn).await?)
}

/// Asks what became of a message.
pub async fn handled(conn: &mut Connection, message: Uuid, workers: &[String]) -> Result<Handled> {
    let row = sqlx::query_as!(
        Handled,
        r#"SELECT (SELECT worker FROM inbox WHERE worker = ANY($2) AND id = $1 LIMIT 1) AS claimed_by,
                  (SELECT verdict FROM input WHERE id = $1) AS verdict"#,
        message,
        workers
    );
    Ok(row.fetch_one(conn).await?)
}
