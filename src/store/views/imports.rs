//! Lists that were imported: what became of their rows, and which of them became no lead.

use chrono::{DateTime, Utc};
use serde::Serialize;
use serde_json::Value;
use uuid::Uuid;

use crate::store::{Connection, Result};

/// Most lists that are looked through for one import: those that came last.
const LISTS_MAX: i64 = 10_000;
/// Most different reasons that are told.
const REASONS_MAX: i64 = 20;

/// A list, whole or a part of a longer one that was cut where it was sent.
#[derive(Clone, Debug, Serialize)]
pub struct Imported {
    /// The input.
    pub id: Uuid,
    /// The name that the parts of one file share; of a whole one its id.
    pub import: String,
    /// Its name, where the sender told it.
    pub file: Option<String>,
    pub received_at: DateTime<Utc>,
    /// Whether all its rows were given out.
    pub done: bool,
    /// Rows that were given out.
    pub rows: i64,
    pub created: i64,
    pub joined: i64,
    pub held: i64,
    pub rejected: i64,
}

/// The newest lists, or those of one import by its name or the id of an input.
pub async fn list(conn: &mut Connection, of: Option<&str>, limit: i64) -> Result<Vec<Imported>> {
    let rows = sqlx::query_as!(
        Imported,
        r#"SELECT i.id AS "id!", i.import AS "import!", i.file, i.created_at AS "received_at!", i.done AS "done!",
                  i.rows AS "rows!", coalesce(p.created, 0) AS "created!", coalesce(p.joined, 0) AS "joined!",
                  coalesce(p.held, 0) AS "held!", coalesce(p.rejected, 0) AS "rejected!"
           FROM (SELECT i.id, i.created_at, i.done, i.next_part - 1 AS rows,
                        coalesce(r.headers ->> 'x-import', i.id::text) AS import,
                        coalesce(r.headers ->> 'x-file', r.headers ->> 'x-import') AS file
                 FROM (SELECT * FROM input WHERE verdict = 'split' ORDER BY id DESC LIMIT $3) AS i
                 LEFT JOIN received AS r ON r.id = i.id
                 WHERE i.channel = 'import') AS i
           LEFT JOIN LATERAL (
               SELECT count(*) FILTER (WHERE verdict = 'created') AS created,
                      count(*) FILTER (WHERE verdict = 'joined') AS joined,
                      count(*) FILTER (WHERE verdict = 'held') AS held,
                      count(*) FILTER (WHERE verdict = 'rejected') AS rejected
               FROM input WHERE collection = i.id) AS p ON true
           WHERE $1::text IS NULL OR i.import = $1 OR i.id::text = $1
           ORDER BY i.id DESC LIMIT $2"#,
        of,
        limit,
        LISTS_MAX
    );
    Ok(rows.fetch_all(conn).await?)
}

/// Why rows of a list became no lead.
#[derive(Clone, Debug, Serialize)]
pub struct Reason {
    /// held or rejected.
    pub verdict: String,
    pub reason: String,
    pub rows: i64,
    /// The first of them.
    pub first: i64,
}

/// The reasons of these lists, the most frequent first.
pub async fn reasons(conn: &mut Connection, lists: &[Uuid]) -> Result<Vec<Reason>> {
    let rows = sqlx::query_as!(
        Reason,
        r#"SELECT verdict, reason, count(*) AS "rows!", min(part) AS "first!" FROM input
           WHERE collection = ANY($1) AND verdict IN ('held', 'rejected')
           GROUP BY verdict, reason ORDER BY count(*) DESC, min(part) LIMIT $2"#,
        lists,
        REASONS_MAX
    );
    Ok(rows.fetch_all(conn).await?)
}

/// A row that became no lead.
#[derive(Clone, Debug)]
pub struct Failed {
    /// Its number in the list.
    pub row: i64,
    pub verdict: String,
    pub reason: String,
}

/// The rows of a list that became no lead, in their order.
pub async fn failed(conn: &mut Connection, list: Uuid) -> Result<Vec<Failed>> {
    let rows = sqlx::query_as!(
        Failed,
        r#"SELECT part AS "row!", verdict, reason FROM input
           WHERE collection = $1 AND verdict IN ('held', 'rejected') ORDER BY part"#,
        list
    );
    Ok(rows.fetch_all(conn).await?)
}

/// What intake said to itself to take out the first rows of a list: how it is read.
pub async fn begun(conn: &mut Connection, list: Uuid) -> Result<Option<Value>> {
    let row = sqlx::query_scalar!(
        r#"SELECT data AS "data!: Value" FROM event
           WHERE subject = $1 AND type = 'import.continue.v1' ORDER BY id LIMIT 1"#,
        list
    );
    Ok(row.fetch_optional(conn).await?)
}

/// A row of a list that may be undone.
#[derive(Clone, Debug)]
pub struct Row {
    /// Its input.
    pub id: Uuid,
    /// Its number in the list.
    pub row: i64,
    /// The lead that it became or was added to; a held one has none.
    pub lead: Option<Uuid>,
}

/// The rows of a list before that number that did something and are not undone yet, the last ones first.
pub async fn undoable(
    conn: &mut Connection,
    list: Uuid,
    before: i64,
    limit: i64,
) -> Result<Vec<Row>> {
    let rows = sqlx::query_as!(
        Row,
        r#"SELECT i.id, i.part AS "row!", i.lead FROM input AS i LEFT JOIN lead AS l ON l.id = i.lead
           WHERE i.collection = $1 AND i.part < $2 AND i.verdict IN ('created', 'joined', 'held')
             AND l.disqualify_reason IS DISTINCT FROM 'import_undone'
           ORDER BY i.part DESC LIMIT $3"#,
        list,
        before,
        limit
    );
    Ok(rows.fetch_all(conn).await?)
}

/// The commands of a sender among these that are decided, each with why it was refused.
pub async fn decided(
    conn: &mut Connection,
    source: &str,
    ids: &[String],
) -> Result<Vec<(String, Option<String>)>> {
    let rows = sqlx::query!(
        r#"SELECT r.external_id, f.message AS "refused?"
           FROM received AS r LEFT JOIN refusal AS f ON f.id = r.id AND f.final
           WHERE r.source = $1 AND r.external_id = ANY($2) AND r.batch IS NOT NULL"#,
        source,
        ids
    );
    let rows = rows.fetch_all(conn).await?;
    Ok(rows.into_iter().map(|row| (row.external_id, row.refused)).collect())
}
