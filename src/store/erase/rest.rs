//! What lies beside records: bytes of inputs and commands, answers, what is parked.

use std::collections::BTreeSet;

use domain::erasure::{Sweep, Swept};
use domain::ids::{ErasureId, Id};
use uuid::Uuid;

use super::found::needles;
use super::log::{self, Blanked};
use super::raw::{ERASED, erase_raw};
use super::receipt::count;
use super::scope::Scope;
use super::{bytes, others, records};
use crate::store::{Connection, Result};

/// So many inputs are looked through at a time: their bytes are read, which takes about a second.
const LOOKED_THROUGH: i64 = 5_000;
/// So many inputs and commands lose their bytes at a time.
const NULLED: i64 = 100;

/// Notes whose bytes are to go: by keys they are not found any more.
pub(super) async fn remember(
    conn: &mut Connection,
    erasure: ErasureId,
    scope: &Scope,
    blanked: &Blanked,
) -> Result<()> {
    let inputs: Vec<_> = scope.inputs.iter().copied().collect();
    let causes: Vec<_> = blanked.causes.iter().copied().collect();
    let named: Vec<_> = scope.ids().iter().map(Uuid::to_string).collect();
    let insert = sqlx::query!(
        "INSERT INTO erasure_input (erasure, input)
         SELECT $1::uuid, id FROM input WHERE id = ANY($2) AND collection IS NULL
         UNION SELECT $1::uuid, id FROM received AS r
               WHERE id = ANY($3) AND NOT EXISTS (SELECT FROM input AS i WHERE i.id = r.id)
         UNION SELECT $1::uuid, id FROM refusal WHERE outside AND named = ANY($4)
         ON CONFLICT DO NOTHING",
        erasure.uuid(),
        &inputs,
        &causes,
        &named
    );
    insert.execute(conn).await?;
    Ok(())
}

/// Looks for the keys in what came and made no record of theirs: what was rejected, is held, asked for something, or
/// lists them.
pub(super) async fn search(conn: &mut Connection, sweep: &Sweep) -> Result<Swept> {
    let needles = needles(sweep);
    let page = sqlx::query!(
        r#"SELECT p.id AS "id!", i.verdict AS "verdict?", EXISTS (
               SELECT FROM input_chunk AS c JOIN unnest($2::text[]) AS u (needle) ON true
               WHERE c.input = p.id AND strpos(lower(encode(c.bytes, 'escape')), u.needle) > 0
               UNION ALL SELECT FROM opened_chunk AS c JOIN unnest($2::text[]) AS u (needle) ON true
               WHERE c.input = p.id AND strpos(lower(encode(c.bytes, 'escape')), u.needle) > 0) AS "holds!"
           FROM (SELECT DISTINCT id FROM received
                 WHERE id > $1 AND id <> ALL(ARRAY(
                     SELECT cause FROM event WHERE subject = $4 AND type = 'erasure.requested.v1'))
                 ORDER BY id LIMIT $3) AS p
           LEFT JOIN input AS i ON i.id = p.id ORDER BY p.id"#,
        sweep.after.unwrap_or_default(),
        &needles,
        LOOKED_THROUGH,
        sweep.erasure.uuid()
    );
    let page = page.fetch_all(&mut *conn).await?;
    let full = i64::try_from(page.len()).is_ok_and(|rows| rows == LOOKED_THROUGH);
    let after = page.last().filter(|_| full).map(|row| row.id);
    let (mut inputs, mut commands, mut lists) = (BTreeSet::new(), Vec::new(), Vec::new());
    let mut elsewhere = 0;
    for row in page.into_iter().filter(|row| row.holds) {
        match row.verdict.as_deref() {
            None => commands.push(row.id),
            Some("rejected" | "held") => drop(inputs.insert(row.id)),
            Some("split") => lists.push(row.id),
            Some(_) => elsewhere += 1,
        }
    }
    let mut found = Vec::new();
    let mut pieces = 0;
    for list in lists {
        pieces += bytes::holding(&mut *conn, list, &needles).await?;
    }
    count(&mut found, "input_chunk", pieces);
    let scope = Scope::of_inputs(inputs);
    let mut blanked = log::blank(&mut *conn, &scope).await?;
    count(&mut found, "event", blanked.events);
    let told = log::tell(&mut *conn, &scope, Vec::new()).await?;
    records::write(&mut *conn, &scope, &told, &mut found).await?;
    blanked.causes.extend(commands);
    remember(conn, sweep.erasure, &scope, &blanked).await?;
    count(&mut found, "kept: said of them by others", elsewhere);
    Ok(Swept { found, erased: scope.erased(), after, ..Swept::default() })
}

/// Nulls the bytes of what was found, some at a time, and the sentences of refusals about it.
pub(super) async fn inputs(conn: &mut Connection, sweep: &Sweep) -> Result<Swept> {
    let erasure = sweep.erasure.uuid();
    let next = sqlx::query_scalar!(
        "DELETE FROM erasure_input WHERE (erasure, input) IN (
             SELECT erasure, input FROM erasure_input WHERE erasure = $1 ORDER BY input LIMIT $2)
         RETURNING input",
        erasure,
        NULLED
    );
    let next = next.fetch_all(&mut *conn).await?;
    let full = i64::try_from(next.len()).is_ok_and(|rows| rows == NULLED);
    let after = next.iter().max().copied().filter(|_| full);
    let mut found = Vec::new();
    count(&mut found, "input_chunk", erase_raw(&mut *conn, &next).await?);
    let refusals = sqlx::query!(
        "UPDATE refusal SET found = '', message = $2 WHERE id = ANY($1) AND message <> $2",
        &next,
        ERASED
    );
    count(&mut found, "refusal", refusals.execute(conn).await?.rows_affected());
    Ok(Swept { found, after, ..Swept::default() })
}

/// Answers and sentences that repeat a key, what is parked with one, and the request's own keys.
pub(super) async fn rest(conn: &mut Connection, sweep: &Sweep) -> Result<Swept> {
    let needles = needles(sweep);
    let mut found = Vec::new();
    let answers = others::answers_since(&mut *conn, sweep.erasure, &needles).await?;
    count(&mut found, "event", log::blank_answers(&mut *conn, &answers).await?);
    let refusals = sqlx::query!(
        "UPDATE refusal AS r SET named = '', found = '', message = $2
         WHERE EXISTS (SELECT FROM unnest($1::text[]) AS n
                       WHERE strpos(lower(concat_ws(' ', r.named, r.found, r.message)), n) > 0)",
        &needles,
        ERASED
    );
    count(&mut found, "refusal", refusals.execute(&mut *conn).await?.rows_affected());
    let nothing = sqlx::query!(
        "UPDATE nothing AS t SET why = $2
         WHERE EXISTS (SELECT FROM unnest($1::text[]) AS n WHERE strpos(lower(t.why), n) > 0)",
        &needles,
        ERASED
    );
    count(&mut found, "nothing", nothing.execute(&mut *conn).await?.rows_affected());
    let parked = sqlx::query!(
        "UPDATE parked AS p SET body = NULL, headers = NULL, properties = '{}', reason = $2
         WHERE EXISTS (SELECT FROM unnest($1::text[]) AS n
                       WHERE strpos(lower(encode(p.body, 'escape')), n) > 0 OR strpos(lower(p.reason), n) > 0
                          OR strpos(lower(concat(p.headers, p.properties)), n) > 0)",
        &needles,
        ERASED
    );
    count(&mut found, "parked", parked.execute(&mut *conn).await?.rows_affected());
    let received = sqlx::query!(
        "UPDATE received AS r SET external_id = 'erased ' || r.id
         WHERE EXISTS (SELECT FROM unnest($1::text[]) AS n WHERE strpos(lower(r.external_id), n) > 0)",
        &needles
    );
    count(&mut found, "received", received.execute(&mut *conn).await?.rows_affected());
    let conflicts = sqlx::query!(
        "UPDATE conflict AS c SET external_id = 'erased ' || c.id
         WHERE EXISTS (SELECT FROM unnest($1::text[]) AS n WHERE strpos(lower(c.external_id), n) > 0)",
        &needles
    );
    count(&mut found, "conflict", conflicts.execute(&mut *conn).await?.rows_affected());
    // Of the request itself nothing is told: it is there in any case.
    let request = log::blank_request(&mut *conn, sweep.erasure.uuid()).await?;
    erase_raw(conn, &request).await?;
    Ok(Swept { found, ..Swept::default() })
}
