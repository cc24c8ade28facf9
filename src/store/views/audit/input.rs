//! Raw inputs: each has one verdict, and what follows from it is there.

use super::invariant::{Invariant, Look, counted, offenders};
use crate::store::{Connection, Result};

pub(super) async fn verdict(conn: &mut Connection, look: &Look) -> Result<Invariant> {
    let asked = (
        "input.verdict",
        "Has every input that was received exactly one verdict, and was every judged one received?",
    );
    let raw = &look.raw_queues;
    let checked = counted!(conn, "received WHERE kind = ANY($1)", raw).await?;
    let rows = offenders!(
        conn,
        "SELECT r.id, 'It came in by ' || r.kind || ' and has no verdict.', r.batch IS NULL AND NOT $2
         FROM received AS r LEFT JOIN input AS i ON i.id = r.id
         WHERE r.kind = ANY($1) AND (i.id IS NULL OR i.verdict = 'received')
         UNION ALL
         SELECT i.id, 'It has the verdict ' || i.verdict || ' and was never received.', false
         FROM input AS i
         WHERE i.collection IS NULL AND NOT EXISTS (SELECT FROM received AS r WHERE r.id = i.id)
         UNION ALL
         SELECT i.id, 'It is a part of ' || i.collection || ', which never gave it out.', false
         FROM input AS i
         WHERE i.collection IS NOT NULL AND NOT EXISTS (SELECT FROM event AS e WHERE e.id = i.id)
           AND NOT EXISTS (SELECT FROM parked AS p WHERE p.replayed_as = i.id)",
        raw,
        look.settled
    );
    Ok(Invariant::found(asked, checked, rows.await?))
}

pub(super) async fn explained(conn: &mut Connection) -> Result<Invariant> {
    let asked = (
        "input.explained",
        "Has every held or rejected input its event, and every created or joined one its lead?",
    );
    let checked = counted!(conn, "input WHERE verdict <> 'split'").await?;
    let rows = offenders!(
        conn,
        "SELECT i.id, 'It is ' || i.verdict || ', and no event says so.', false
         FROM input AS i
         WHERE i.verdict IN ('held', 'rejected')
           AND NOT EXISTS (SELECT FROM event AS e WHERE e.subject = i.id
                           AND e.type LIKE 'input.' || i.verdict || '.%')
         UNION ALL
         SELECT i.id, 'The lead ' || i.lead || ' does not know that it was made of it.', false
         FROM input AS i LEFT JOIN lead AS l ON l.id = i.lead
         WHERE i.verdict = 'created' AND l.input IS DISTINCT FROM i.id
         UNION ALL
         SELECT i.id, 'No event says that it was added to the lead ' || i.lead || '.', false
         FROM input AS i
         WHERE i.verdict = 'joined'
           AND NOT EXISTS (SELECT FROM event AS e WHERE e.subject = i.lead
                           AND e.type LIKE 'lead.enquiry_added.%' AND e.data ->> 'input' = i.id::text)"
    );
    Ok(Invariant::found(asked, checked, rows.await?))
}

pub(super) async fn parts(conn: &mut Connection, look: &Look) -> Result<Invariant> {
    let asked = (
        "collection.parts",
        "Has every collection given out its parts 1 to n, and has each of them its verdict?",
    );
    let checked = counted!(conn, "input WHERE verdict = 'split'").await?;
    // A part that lies parked waits for a person; it is not missing.
    let rows = offenders!(
        conn,
        "SELECT id, CASE
                 WHEN said <> next_part - 1 THEN format(
                     'Its checkpoint says %s parts, and %s were given out.', next_part - 1, said)
                 WHEN NOT done THEN format('It is given out up to part %s.', said)
                 ELSE format('Of %s parts, %s have a verdict, from number %s to %s, and %s lie '
                     'parked.', said, judged, coalesce(first, 0), coalesce(last, 0), parked)
             END,
             NOT $1 AND said = next_part - 1 AND (NOT done OR judged + parked < said)
         FROM (
             SELECT i.id, i.next_part, i.done, rows.*, parts.*,
                 CASE WHEN r.headers ->> 'x-first-row' ~ '^[0-9]{1,18}$'
                      THEN (r.headers ->> 'x-first-row')::bigint ELSE 1 END AS begins,
                 -- The rows of a sheet have the numbers that they have there, blank ones counted.
                 replace(lower(coalesce(r.content_type, '')), ' ', '') LIKE '%;rows=sheet%'
                 OR EXISTS (SELECT FROM opened_chunk AS o WHERE o.input = i.id) AS sheet
             FROM input AS i
             LEFT JOIN received AS r ON r.id = i.id
             CROSS JOIN LATERAL (
                 SELECT count(*) AS said, count(p.id) AS parked FROM event AS e
                 LEFT JOIN parked AS p ON p.message = e.id AND p.state <> 'replayed'
                 WHERE e.subject = i.id AND e.type LIKE 'input.row.%') AS rows
             CROSS JOIN LATERAL (
                 SELECT count(*) AS judged, min(part) AS first, max(part) AS last
                 FROM input AS p WHERE p.collection = i.id) AS parts
             WHERE i.verdict = 'split'
         ) AS collection
         WHERE NOT done OR said <> next_part - 1 OR judged + parked <> said
            OR (judged = said AND judged > 0 AND NOT sheet
                AND (first <> begins OR last - first + 1 <> judged))",
        look.settled
    );
    Ok(Invariant::found(asked, checked, rows.await?))
}
