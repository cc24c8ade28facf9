//! Messages that were decided and to which nothing followed, so that every claim can be explained.

use uuid::Uuid;

use crate::store::column::bulk;
use crate::store::{Connection, Result};

/// A message without effect, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Nothing {
    pub id: Uuid,
    /// Such as "already: O-100042" or "nothing to do".
    pub why: String,
}

/// Records them.
pub async fn insert(
    conn: &mut Connection,
    worker: &str,
    batch: Uuid,
    nothings: &[Nothing],
) -> Result<()> {
    if nothings.is_empty() {
        return Ok(());
    }
    let insert = bulk!(
        "INSERT INTO nothing (worker, id, batch, why)
         SELECT $1, u.id, $2, u.why FROM unnest($3::uuid[], $4::text[]) AS u (id, why)",
        [worker, batch],
        nothings.iter(),
        |one| { one.id => Uuid, one.why.as_str() => &str }
    );
    insert.execute(conn).await?;
    Ok(())
}
