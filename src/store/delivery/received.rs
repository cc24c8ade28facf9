//! The claims of what comes from outside, by the sender's own key.

use std::collections::BTreeMap;

use serde_json::Value;
use uuid::Uuid;

use crate::store::column::bulk;
use crate::store::{Connection, Fault, Result};

/// The longest source, in bytes; the table checks it too.
pub const SOURCE_BYTES_MAX: usize = 512;
/// The longest key of a sender, in bytes: both must fit into one index entry. Callers hash longer
/// ones.
pub const EXTERNAL_ID_BYTES_MAX: usize = 1024;

/// A message from outside, before it has an id of ours.
#[derive(Clone, Debug)]
pub struct Outside<'a> {
    /// Who sent it: the CloudEvents `source`, `app_id`, or the queue of a raw input.
    pub source: &'a str,
    /// The sender's own key, unique per source and worker.
    pub external_id: &'a str,
    /// The channel of a raw input, or the type of a command.
    pub kind: &'a str,
    pub content_type: Option<&'a str>,
    /// SHA-256 of the bytes.
    pub digest: [u8; 32],
    /// The id it gets if it is new.
    pub new_id: Uuid,
    /// Header fields of the transport.
    pub headers: &'a Value,
    /// Who the broker says sent it; none: anybody.
    pub sender: Option<&'a str>,
    /// The person for whom it speaks.
    pub actor: Option<&'a str>,
}

/// What became of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Claim {
    /// New, or waiting to be asked again: decide it, under this id.
    Fresh { id: Uuid },
    /// Seen before; counted.
    Repeat { id: Uuid },
    /// The same key was used for other bytes before; to be refused.
    Conflict { id: Uuid },
}

/// Claims messages for a worker's batch, whose id must be new for every transaction: it tells the
/// claims of this one from earlier ones. Answers in the order given. A second copy in the same
/// batch is a repeat of the first. A known row that no batch has decided (it was given back) is
/// fresh again, under the id it has.
///
/// # Errors
/// [`Fault::Again`] where another transaction held a key for too long;
/// [`Fault::Message`] where a key is too long or no valid text.
pub async fn claim(
    conn: &mut Connection,
    batch: Uuid,
    worker: &str,
    outside: &[Outside<'_>],
) -> Result<Vec<Claim>> {
    let mut claims: Vec<Option<Claim>> = vec![None; outside.len()];
    let mut waiting = by_key(outside);
    // One statement may touch a row once, so that copies with other bytes take another round:
    // ordinarily there is one round, and at most as many as a key has different digests.
    while !waiting.is_empty() {
        let round: BTreeMap<_, _> =
            waiting.iter_mut().filter_map(|(key, copies)| Some((*key, copies.pop()?))).collect();
        waiting.retain(|_, copies| !copies.is_empty());
        let rows = claim_round(conn, batch, worker, outside, &round).await?;
        for (key, copies) in &round {
            let Some(row) = rows.get(&(key.0.to_owned(), key.1.to_owned())) else { continue };
            let (id, first) = (row.id, copies[0]);
            for &copy in copies {
                claims[copy] = Some(if row.digest != outside[copy].digest {
                    Claim::Conflict { id }
                } else if row.batch == Some(batch) && copy == first {
                    Claim::Fresh { id }
                } else {
                    Claim::Repeat { id }
                });
            }
        }
    }
    let claims: Option<Vec<_>> = claims.into_iter().collect();
    claims.ok_or_else(|| Fault::ours("The insert into received did not return every row."))
}

/// Gives claims back: the messages wait in a delay queue and will be fresh again.
pub async fn give_back(conn: &mut Connection, worker: &str, ids: &[Uuid]) -> Result<()> {
    let update = sqlx::query!(
        "UPDATE received SET batch = NULL WHERE worker = $1 AND id = ANY($2)",
        worker,
        ids
    );
    update.execute(conn).await?;
    Ok(())
}

/// Gives messages that waited for so long that nothing can be written under their id any more new
/// ones, in pairs of old and new. They must be claimed by this transaction.
pub async fn renew(conn: &mut Connection, worker: &str, ids: &[(Uuid, Uuid)]) -> Result<()> {
    let (old, new): (Vec<_>, Vec<_>) = ids.iter().copied().unzip();
    let update = sqlx::query!(
        "UPDATE received AS r SET id = u.new FROM unnest($2::uuid[], $3::uuid[]) AS u (old, new)
         WHERE r.worker = $1 AND r.id = u.old AND r.id = ANY($2)",
        worker,
        &old,
        &new
    );
    update.execute(conn).await?;
    Ok(())
}

type ExternalKey<'a> = (&'a str, &'a str);
/// The places of copies with the same bytes, in the order of arrival.
type Copies = Vec<usize>;

struct Row {
    id: Uuid,
    digest: Vec<u8>,
    batch: Option<Uuid>,
}

/// The copies of each key, in groups of the same bytes, the group that came first last.
fn by_key<'a>(outside: &[Outside<'a>]) -> BTreeMap<ExternalKey<'a>, Vec<Copies>> {
    let mut keys: BTreeMap<ExternalKey<'a>, Vec<Copies>> = BTreeMap::new();
    for (place, one) in outside.iter().enumerate() {
        let groups = keys.entry((one.source, one.external_id)).or_default();
        match groups.iter_mut().find(|copies| outside[copies[0]].digest == one.digest) {
            Some(copies) => copies.push(place),
            None => groups.push(vec![place]),
        }
    }
    keys.values_mut().for_each(|groups| groups.reverse());
    keys
}

/// One statement for one group of copies per key, in the order of the keys.
async fn claim_round(
    conn: &mut Connection,
    batch: Uuid,
    worker: &str,
    outside: &[Outside<'_>],
    round: &BTreeMap<ExternalKey<'_>, Copies>,
) -> Result<BTreeMap<(String, String), Row>> {
    let rows = bulk!(
        r#"INSERT INTO received AS r (source, external_id, id, worker, kind, content_type, digest,
                                      headers, sender, actor, repeats, last_repeat_at, batch)
           SELECT u.source, u.external_id, u.id, $2, u.kind, u.content_type, u.digest,
                  u.headers, u.sender, u.actor, u.more, CASE WHEN u.more > 0 THEN now() END, $1
           FROM unnest($3::text[], $4::text[], $5::uuid[], $6::text[], $7::text[], $8::bytea[],
                       $9::jsonb[], $10::text[], $11::text[], $12::integer[])
                AS u (source, external_id, id, kind, content_type, digest, headers, sender, actor,
                      more)
           ORDER BY u.source COLLATE "C", u.external_id COLLATE "C"
           ON CONFLICT (source, external_id, worker) DO UPDATE SET
               batch = CASE WHEN r.digest = excluded.digest
                            THEN coalesce(r.batch, excluded.batch) ELSE r.batch END,
               repeats = CASE WHEN r.digest <> excluded.digest THEN r.repeats
                              WHEN r.batch IS NULL THEN r.repeats + excluded.repeats
                              ELSE r.repeats + excluded.repeats + 1 END,
               last_repeat_at = CASE WHEN r.digest = excluded.digest
                                          AND (r.batch IS NOT NULL OR excluded.repeats > 0)
                                     THEN now() ELSE r.last_repeat_at END
           RETURNING source, external_id, id, digest, batch"#,
        [batch, worker],
        round.values().map(|copies| (&outside[copies[0]], copies.len())),
        |(one, copies)| {
            one.source => &str,
            one.external_id => &str,
            one.new_id => Uuid,
            one.kind => &str,
            one.content_type => Option<&str>,
            one.digest.as_slice() => &[u8],
            one.headers => &Value,
            one.sender => Option<&str>,
            one.actor => Option<&str>,
            i32::try_from(copies - 1).unwrap_or(i32::MAX) => i32,
        }
    );
    let rows = rows.fetch_all(conn).await?.into_iter().map(|row| {
        ((row.source, row.external_id), Row { id: row.id, digest: row.digest, batch: row.batch })
    });
    Ok(rows.collect())
}
