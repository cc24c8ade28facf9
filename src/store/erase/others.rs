//! The log, read slice by slice: who else gave a key, and which answers repeat one. Events have no index by key. What is
//! said meanwhile is read once more at the end, by the transactions that were not over when the first slice was read.

use std::collections::BTreeSet;

use domain::erasure::{Sweep, Swept};
use domain::ids::{ErasureId, Id};
use futures_util::TryStreamExt;
use serde_json::Value;
use sqlx::types::Json;
use uuid::Uuid;

use super::found::{Hold, find, needles, wanted};
use super::receipt::count;
use super::scope::Scope;
use super::{log, retention};
use crate::store::{Connection, Result};

/// So many messages are read at a time, one after the other: about a second.
const SLICE: i64 = 20_000;

/// Reads the next slice.
pub(super) async fn read(conn: &mut Connection, sweep: &Sweep) -> Result<Swept> {
    let keys = match sweep.after {
        None => begin(&mut *conn, sweep).await?,
        Some(_) => looked_for(&mut *conn, sweep.erasure).await?,
    };
    let needles = needles(sweep);
    let (mut others, mut answers) = (BTreeSet::new(), Vec::new());
    let (mut seen, mut last) = (0, None);
    let rows = sqlx::query!(
        r#"SELECT id AS "id!", subject AS "subject!", sequence, data::text AS "data!" FROM event
           WHERE id > $1 AND kind = 'event' AND (sequence IS NULL OR subject_kind IN ('lead', 'contact'))
           ORDER BY id LIMIT $2"#,
        sweep.after.unwrap_or_default(),
        SLICE
    );
    let mut rows = rows.fetch(&mut *conn);
    while let Some(row) = rows.try_next().await? {
        (seen, last) = (seen + 1, Some(row.id));
        if row.sequence.is_some() {
            if names(&row.data, &keys) {
                others.insert(row.subject);
            }
        } else if repeats(&row.data, &needles) {
            answers.push(row.id);
        }
    }
    drop(rows);
    let others: Vec<_> = others.into_iter().collect();
    let insert = sqlx::query!(
        "INSERT INTO erasure_other (erasure, subject) SELECT $1, unnest($2::uuid[]) ON CONFLICT DO NOTHING",
        sweep.erasure.uuid(),
        &others
    );
    insert.execute(&mut *conn).await?;
    let mut found = Vec::new();
    count(&mut found, "event", log::blank_answers(conn, &answers).await?);
    Ok(Swept { found, after: last.filter(|_| seen == SLICE), ..Swept::default() })
}

/// Notes what is looked for, and where the log ends now.
async fn begin(conn: &mut Connection, sweep: &Sweep) -> Result<BTreeSet<String>> {
    let records = match sweep.before {
        Some(before) => retention::still_closed(&mut *conn, &sweep.records, before).await?,
        None => sweep.records.clone(),
    };
    let scope = find(&mut *conn, wanted(sweep), &records, Hold::Free).await?;
    let keys = quoted(&scope);
    let note = sqlx::query!(
        "INSERT INTO erasure_log (erasure, position, tx, keys)
         VALUES ($1, nextval('log_position'), pg_snapshot_xmin(pg_current_snapshot()), $2)
         ON CONFLICT (erasure) DO UPDATE SET position = excluded.position, tx = excluded.tx, keys = excluded.keys",
        sweep.erasure.uuid(),
        Json(&keys) as _
    );
    note.execute(conn).await?;
    Ok(keys)
}

async fn looked_for(conn: &mut Connection, erasure: ErasureId) -> Result<BTreeSet<String>> {
    let keys = sqlx::query_scalar!(
        r#"SELECT keys AS "keys: Json<BTreeSet<String>>" FROM erasure_log WHERE erasure = $1"#,
        erasure.uuid()
    );
    Ok(keys.fetch_optional(conn).await?.map(|keys| keys.0).unwrap_or_default())
}

/// The leads and contacts of others whose events name one of the keys: those that the slices found, and those of which
/// something was said since. A key that came to the person meanwhile is looked for in all of the log.
pub(super) async fn known(
    conn: &mut Connection,
    erasure: ErasureId,
    scope: &Scope,
) -> Result<Vec<Uuid>> {
    let keys = quoted(scope);
    let looked_for = looked_for(&mut *conn, erasure).await?;
    let new: Vec<_> = keys.difference(&looked_for).cloned().collect();
    let keys: Vec<_> = keys.into_iter().collect();
    let others = sqlx::query_scalar!(
        r#"SELECT subject AS "subject!" FROM erasure_other WHERE erasure = $1
           UNION
           SELECT e.subject FROM erasure_log AS l JOIN erasure AS x ON x.id = l.erasure
           JOIN event AS e ON e.id >= id_at(x.created_at - interval '8 days') AND (e.tx >= l.tx OR e.position > l.position)
           WHERE l.erasure = $1 AND e.sequence IS NOT NULL AND e.subject_kind IN ('lead', 'contact')
             AND EXISTS (SELECT FROM unnest($2::text[]) AS n WHERE strpos(e.data::text, n) > 0)"#,
        erasure.uuid(),
        &keys
    );
    let mut others: BTreeSet<_> = others.fetch_all(&mut *conn).await?.into_iter().collect();
    if !new.is_empty() {
        let more = sqlx::query_scalar!(
            r#"SELECT DISTINCT subject AS "subject!" FROM event
               WHERE sequence IS NOT NULL AND subject_kind IN ('lead', 'contact')
                 AND EXISTS (SELECT FROM unnest($1::text[]) AS n WHERE strpos(data::text, n) > 0)"#,
            &new
        );
        others.extend(more.fetch_all(conn).await?);
    }
    let theirs: BTreeSet<_> = scope.touched().into_iter().collect();
    Ok(others.difference(&theirs).copied().collect())
}

/// The keys are not looked for any more.
pub(super) async fn forget(conn: &mut Connection, erasure: ErasureId) -> Result<()> {
    let id = erasure.uuid();
    sqlx::query!("DELETE FROM erasure_other WHERE erasure = $1", id).execute(&mut *conn).await?;
    let forget = sqlx::query!("UPDATE erasure_log SET keys = '[]' WHERE erasure = $1", id);
    forget.execute(conn).await?;
    Ok(())
}

/// The answers that repeat a key and were given since the log was read, or all where it was not.
pub(super) async fn answers_since(
    conn: &mut Connection,
    erasure: ErasureId,
    needles: &[String],
) -> Result<Vec<Uuid>> {
    let answers = sqlx::query_scalar!(
        r#"SELECT e.id AS "id!" FROM erasure AS x LEFT JOIN erasure_log AS l ON l.erasure = x.id
           JOIN event AS e ON l.erasure IS NULL OR e.id >= id_at(x.created_at - interval '8 days')
                              AND (e.tx >= l.tx OR e.position > l.position)
           WHERE x.id = $1 AND e.kind = 'event' AND e.sequence IS NULL
             AND EXISTS (SELECT FROM unnest($2::text[]) AS n WHERE strpos(lower(e.data::text), n) > 0)"#,
        erasure.uuid(),
        needles
    );
    let answers = answers.fetch_all(&mut *conn).await?;
    let over = sqlx::query!("DELETE FROM erasure_log WHERE erasure = $1", erasure.uuid());
    over.execute(conn).await?;
    Ok(answers)
}

/// The keys as they stand in an event: in quotation marks.
fn quoted(scope: &Scope) -> BTreeSet<String> {
    scope.keys.iter().map(|key| Value::from(key.to_string()).to_string()).collect()
}

/// Does a JSON text hold one of these texts, which are in quotation marks? One look-up for each of its texts, however many
/// are looked for.
fn names(json: &str, keys: &BTreeSet<String>) -> bool {
    let bytes = json.as_bytes();
    let mut from = None;
    let mut escaped = false;
    for (place, byte) in bytes.iter().enumerate() {
        match (byte, from) {
            _ if escaped => escaped = false,
            (b'\\', Some(_)) => escaped = true,
            (b'"', None) => from = Some(place),
            (b'"', Some(begin)) => {
                if keys.contains(&json[begin..=place]) {
                    return true;
                }
                from = None;
            }
            _ => {}
        }
    }
    false
}

fn repeats(json: &str, needles: &[String]) -> bool {
    let json = json.to_lowercase();
    needles.iter().any(|needle| json.contains(needle))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn f119_a_key_is_found_in_an_event_as_a_whole_text_and_not_within_another() {
        let key = |text: &str| BTreeSet::from([Value::from(text).to_string()]);
        let event = r#"{"note":"a \"email a@b.example\" and \\","keys":["email x@b.example","thread <q\"1>"]}"#;
        assert!(names(event, &key("email x@b.example")));
        assert!(names(event, &key("thread <q\"1>")));
        assert!(!names(event, &key("email a@b.example")), "said in a text, not given as a key");
        assert!(!names(event, &key("email x@b.exampl")) && !names(event, &BTreeSet::new()));
    }
}
