//! The claims of our own messages: who inserts the row decides the message, once.

use std::collections::BTreeSet;

use uuid::Uuid;

use crate::store::{Connection, Result};

/// Claims messages for a worker and answers the fresh ones; the others were decided before. A
/// message that another transaction is just claiming is waited for, at most the lock timeout.
///
/// `batch` names this transaction alone: what it has claimed is its own.
///
/// # Errors
/// [`Fault::Again`](crate::store::Fault::Again) where that wait was too long;
/// [`Fault::Ours`](crate::store::Fault::Ours) where an id lies outside all partitions: ids that are too
/// old or no UUIDv7 are parked before they get here.
pub async fn claim(
    conn: &mut Connection,
    worker: &str,
    batch: Uuid,
    ids: &[Uuid],
) -> Result<BTreeSet<Uuid>> {
    let claim = sqlx::query!(
        "INSERT INTO inbox (worker, id, batch)
         SELECT $1, u.id, $2 FROM unnest($3::uuid[]) AS u (id) ORDER BY u.id
         ON CONFLICT DO NOTHING",
        worker,
        batch,
        ids
    );
    let claimed = claim.execute(&mut *conn).await?.rows_affected();
    if usize::try_from(claimed).is_ok_and(|claimed| claimed == ids.len()) {
        return Ok(ids.iter().copied().collect());
    }
    // Which ones is asked only where some were known, or come twice in this batch.
    let fresh = sqlx::query_scalar!(
        "SELECT id FROM inbox WHERE worker = $1 AND id = ANY($2) AND batch = $3",
        worker,
        ids,
        batch
    );
    Ok(fresh.fetch_all(conn).await?.into_iter().collect())
}

/// Gives claims back: the messages wait in a delay queue and will be fresh again.
pub async fn give_back(conn: &mut Connection, worker: &str, ids: &[Uuid]) -> Result<()> {
    let delete = sqlx::query!("DELETE FROM inbox WHERE worker = $1 AND id = ANY($2)", worker, ids);
    delete.execute(conn).await?;
    Ok(())
}
