//! Claims and messages: nothing was taken without an answer, nothing was said without a hearer.

use super::invariant::{Invariant, Look, counted, offenders};
use crate::store::{Connection, Result};

pub(super) async fn claims(conn: &mut Connection) -> Result<Invariant> {
    let asked = (
        "claim.explained",
        "Is it known of every message of ours that was claimed in the last week what became of it?",
    );
    let checked = counted!(conn, "inbox").await?;
    let rows = offenders!(
        conn,
        "SELECT c.id, format('%s claimed it, and there is no event, no refusal, no parked message and '
                             'no word that nothing follows.', c.worker), false
         FROM inbox AS c
         WHERE NOT EXISTS (SELECT FROM event AS e WHERE e.cause = c.id AND e.worker = c.worker)
           AND NOT EXISTS (SELECT FROM nothing AS n WHERE n.worker = c.worker AND n.id = c.id)
           AND NOT EXISTS (SELECT FROM refusal AS r WHERE r.id = c.id AND r.worker = c.worker)
           AND NOT EXISTS (SELECT FROM schedule AS t WHERE t.cause = c.id)
           AND NOT EXISTS (SELECT FROM parked AS p WHERE p.message = c.id AND p.worker = c.worker)"
    );
    Ok(Invariant::found(asked, checked, rows.await?))
}

/// Older commands are left out: that nothing followed from one is known for a week only.
pub(super) async fn commands(conn: &mut Connection, look: &Look) -> Result<Invariant> {
    let asked = (
        "command.explained",
        "Is it known of every command from outside of the last week what became of it?",
    );
    let raw = &look.raw_queues;
    let checked = counted!(
        conn,
        "received WHERE kind <> ALL($1) AND id >= id_at(now() - interval '7 days')",
        raw
    );
    let checked = checked.await?;
    let rows = offenders!(
        conn,
        "SELECT r.id, format('%s of %s (%s) %s', r.kind, r.source, r.external_id,
                     CASE WHEN r.batch IS NULL THEN 'waits to be asked again.'
                          ELSE 'was taken, and nothing says what became of it.' END),
                r.batch IS NULL AND NOT $2
         FROM received AS r
         WHERE r.kind <> ALL($1) AND r.id >= id_at(now() - interval '7 days')
           AND (r.batch IS NULL OR (
               NOT EXISTS (SELECT FROM event AS e WHERE e.cause = r.id AND e.worker = r.worker)
               AND NOT EXISTS (SELECT FROM nothing AS n WHERE n.worker = r.worker AND n.id = r.id)
               AND NOT EXISTS (SELECT FROM refusal AS f WHERE f.id = r.id AND f.worker = r.worker)
               AND NOT EXISTS (SELECT FROM schedule AS t WHERE t.cause = r.id)
               AND NOT EXISTS (SELECT FROM parked AS p WHERE p.message = r.id)))
         UNION ALL
         SELECT c.id, format('%s of %s (%s) has other content than the first, and nothing says that it '
                             'was refused.', c.kind, c.source, c.external_id), false
         FROM conflict AS c
         WHERE c.id >= id_at(now() - interval '7 days')
           AND NOT EXISTS (SELECT FROM refusal AS f WHERE f.id = c.id AND f.worker = c.worker)",
        raw,
        look.settled
    );
    Ok(Invariant::found(asked, checked, rows.await?))
}

pub(super) async fn heard(conn: &mut Connection, look: &Look) -> Result<Invariant> {
    let asked = (
        "message.heard",
        "Was every message of the last week claimed by every worker that hears it?",
    );
    let (workers, types): (Vec<_>, Vec<_>) = look.heard.iter().cloned().unzip();
    let checked = counted!(
        conn,
        "event WHERE type = ANY($1) AND id >= id_at(now() - interval '7 days')",
        &types
    );
    let checked = checked.await?;
    let rows = offenders!(
        conn,
        "SELECT e.id, format('%s hears %s and has not claimed it, %s s after it was said.', h.worker,
                             e.type, floor(extract(epoch FROM now() - e.at))),
                NOT $3 OR b.id IS NOT NULL AND b.published_at IS NULL
                    OR e.at > now() - make_interval(secs => $4)
         FROM unnest($1::text[], $2::text[]) AS h (worker, type)
         JOIN event AS e ON e.type = h.type
         LEFT JOIN batch AS b ON b.id = e.batch
         WHERE e.id >= id_at(now() - interval '7 days')
           AND NOT EXISTS (SELECT FROM inbox AS c WHERE c.worker = h.worker AND c.id = e.id)
           AND NOT EXISTS (SELECT FROM parked AS p WHERE p.message = e.id
                           AND p.worker IN (h.worker, 'clock'))",
        &workers,
        &types,
        look.settled,
        f64::from(look.young_s)
    );
    Ok(Invariant::found(asked, checked, rows.await?))
}

pub(super) async fn delayed(conn: &mut Connection, look: &Look) -> Result<Invariant> {
    let asked = (
        "delay.over",
        "Did every message that was to wait come back to its queue when its time was over?",
    );
    let checked = counted!(conn, "delayed").await?;
    let rows = offenders!(
        conn,
        "SELECT d.message, format('%s gave it back at %s; it should have been in %s again at %s.',
                                  d.worker, d.since, d.queue, d.due),
                NOT $1 OR d.due > now() - make_interval(secs => $2)
         FROM delayed AS d
         WHERE NOT EXISTS (SELECT FROM inbox AS c WHERE c.worker = d.worker AND c.id = d.message)
           AND NOT EXISTS (SELECT FROM received AS r WHERE r.id = d.message AND r.batch IS NOT NULL)
           AND NOT EXISTS (SELECT FROM parked AS p WHERE p.message = d.message
                           AND p.worker IN (d.worker, 'clock'))",
        look.settled,
        f64::from(look.young_s)
    );
    Ok(Invariant::found(asked, checked, rows.await?))
}

pub(super) async fn published(conn: &mut Connection, look: &Look) -> Result<Invariant> {
    let asked = ("batch.published", "Is every batch known to be published?");
    let checked = counted!(conn, "batch").await?;
    let rows = offenders!(
        conn,
        "SELECT id, format('%s said %s messages %s s ago, not known to be with the broker.', worker,
                           events, floor(extract(epoch FROM now() - decided_at))),
                NOT $1 OR decided_at > now() - make_interval(secs => $2)
         FROM batch WHERE published_at IS NULL",
        look.settled,
        f64::from(look.young_s)
    );
    Ok(Invariant::found(asked, checked, rows.await?))
}

pub(super) async fn refused(conn: &mut Connection) -> Result<Invariant> {
    let asked = ("refusal.own", "Which messages of our own did a business rule refuse?");
    let checked = counted!(conn, "refusal").await?;
    let rows = offenders!(
        conn,
        "SELECT id, format('%s refused %s by the rule %s: %s', worker, type, rule, message), false
         FROM refusal WHERE NOT outside AND final"
    );
    Ok(Invariant::noted(asked, checked, rows.await?))
}

pub(super) async fn parked(conn: &mut Connection) -> Result<Invariant> {
    let asked =
        ("parked.open", "Which messages lie parked, until somebody replays or discards them?");
    let checked = counted!(conn, "parked").await?;
    let rows = offenders!(
        conn,
        "SELECT id, format('%s of queue %s: %s', class, queue, reason), false
         FROM parked WHERE state = 'parked'"
    );
    Ok(Invariant::noted(asked, checked, rows.await?))
}
