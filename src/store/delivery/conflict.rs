//! The claims of commands whose id was used before with other content: refused once each, however
//! often they come.

use std::collections::BTreeMap;

use uuid::Uuid;

use super::received::{Claim, Outside};
use crate::store::column::bulk;
use crate::store::{Connection, Fault, Result};

/// Claims conflicting copies for a worker's batch, as [`received::claim`](super::received::claim)
/// does the first. Answers in the order given; a second copy in the same batch is a repeat.
///
/// # Errors
/// [`Fault::Again`] where another transaction held a key for too long.
pub async fn claim(
    conn: &mut Connection,
    batch: Uuid,
    worker: &str,
    outside: &[Outside<'_>],
) -> Result<Vec<Claim>> {
    if outside.is_empty() {
        return Ok(Vec::new());
    }
    let mut keys: BTreeMap<_, Vec<usize>> = BTreeMap::new();
    for (place, one) in outside.iter().enumerate() {
        keys.entry((one.source, one.external_id, one.digest)).or_default().push(place);
    }
    let rows = claim_rows(conn, batch, worker, outside, keys.values()).await?;
    let mut claims = vec![None; outside.len()];
    for ((source, external_id, digest), copies) in keys {
        let key = (source.to_owned(), external_id.to_owned(), digest.to_vec());
        let Some((id, by)) = rows.get(&key).copied() else { continue };
        for (n, copy) in copies.into_iter().enumerate() {
            let fresh = by == batch && n == 0;
            claims[copy] = Some(if fresh { Claim::Fresh { id } } else { Claim::Repeat { id } });
        }
    }
    let claims: Option<Vec<_>> = claims.into_iter().collect();
    claims.ok_or_else(|| Fault::ours("The insert into conflict did not return every row."))
}

type Rows = BTreeMap<(String, String, Vec<u8>), (Uuid, Uuid)>;

/// One statement for all keys, in their order; of each row its id and the batch that refused it.
async fn claim_rows(
    conn: &mut Connection,
    batch: Uuid,
    worker: &str,
    outside: &[Outside<'_>],
    copies: impl Iterator<Item = &Vec<usize>> + Clone,
) -> Result<Rows> {
    let rows = bulk!(
        r#"INSERT INTO conflict AS c (source, external_id, worker, digest, id, kind, sender, actor,
                                      repeats, last_repeat_at, batch)
           SELECT u.source, u.external_id, $2, u.digest, u.id, u.kind, u.sender, u.actor,
                  u.more, CASE WHEN u.more > 0 THEN now() END, $1
           FROM unnest($3::text[], $4::text[], $5::bytea[], $6::uuid[], $7::text[], $8::text[],
                       $9::text[], $10::integer[])
                AS u (source, external_id, digest, id, kind, sender, actor, more)
           ORDER BY u.source COLLATE "C", u.external_id COLLATE "C", u.digest
           ON CONFLICT (source, external_id, worker, digest) DO UPDATE SET
               repeats = c.repeats + excluded.repeats + 1, last_repeat_at = now()
           RETURNING source, external_id, digest, id, batch"#,
        [batch, worker],
        copies.clone().map(|copies| (&outside[copies[0]], copies.len())),
        |(one, copies)| {
            one.source => &str,
            one.external_id => &str,
            one.digest.as_slice() => &[u8],
            one.new_id => Uuid,
            one.kind => &str,
            one.sender => Option<&str>,
            one.actor => Option<&str>,
            i32::try_from(copies - 1).unwrap_or(i32::MAX) => i32,
        }
    );
    let rows = rows.fetch_all(conn).await?.into_iter();
    let rows = rows.map(|row| ((row.source, row.external_id, row.digest), (row.id, row.batch)));
    Ok(rows.collect())
}
