//! The log: every change has its event, every event its place and its cause.

use domain::message::SubjectKind;

use super::invariant::{Invariant, among, counted, offenders};
use crate::store::{Connection, Result, declared};

pub(super) async fn contiguous(conn: &mut Connection) -> Result<Invariant> {
    let asked = (
        "event.sequence",
        "Are the events of every record numbered 1 to n, without a gap and none twice?",
    );
    let checked = counted!(conn, "event WHERE sequence IS NOT NULL").await?;
    let rows = offenders!(
        conn,
        "SELECT subject, format('The %s has %s events, numbered %s to %s, %s of them different.',
                     subject_kind, count(*), min(sequence), max(sequence),
                     count(DISTINCT sequence)), false
         FROM event WHERE sequence IS NOT NULL GROUP BY subject_kind, subject
         HAVING min(sequence) <> 1 OR max(sequence) <> count(*)
             OR count(DISTINCT sequence) <> count(*)"
    );
    Ok(Invariant::found(asked, checked, rows.await?))
}

pub(super) async fn record(conn: &mut Connection) -> Result<Invariant> {
    let asked = (
        "record.event",
        "Does every record stand where its last event left it, so that no change is without one?",
    );
    let records = SubjectKind::ALL.map(|kind| {
        let table = declared::of(kind).map_or(kind.name(), |table| table.name);
        format!("SELECT '{kind}' AS kind, id, sequence FROM {table}")
    });
    let records = records.join(" UNION ALL ");
    let count = format!("SELECT count(*) FROM ({records}) AS record");
    let query = format!(
        "SELECT coalesce(record.id, said.subject),
                CASE WHEN record.id IS NULL
                     THEN format('There are events about the %s, but no such record.', said.kind)
                     ELSE format('The %s stands at change %s, its last event is number %s.',
                                 record.kind, record.sequence, coalesce(said.sequence, 0)) END,
                false
         FROM ({records}) AS record
         FULL JOIN (SELECT subject_kind AS kind, subject, max(sequence) AS sequence FROM event
                    WHERE sequence IS NOT NULL GROUP BY subject_kind, subject) AS said
              ON said.subject = record.id AND said.kind = record.kind
         WHERE record.id IS NULL OR record.sequence <> coalesce(said.sequence, 0)"
    );
    let (checked, rows) = among(conn, count, query).await?;
    Ok(Invariant::found(asked, checked, rows))
}

pub(super) async fn cause(conn: &mut Connection) -> Result<Invariant> {
    let asked = (
        "event.cause",
        "Does every message follow from another one, or from something that was received?",
    );
    let checked = counted!(conn, "event").await?;
    let rows = offenders!(
        conn,
        "SELECT e.id, format('%s names the cause %s, which nobody knows.', e.type, e.cause), false
         FROM event AS e
         WHERE NOT EXISTS (SELECT FROM event AS c WHERE c.id = e.cause)
           AND NOT EXISTS (SELECT FROM received AS r WHERE r.id = e.cause)
           AND NOT EXISTS (SELECT FROM conflict AS x WHERE x.id = e.cause)
           AND NOT EXISTS (SELECT FROM parked AS p WHERE p.replayed_as = e.cause)"
    );
    Ok(Invariant::found(asked, checked, rows.await?))
}
