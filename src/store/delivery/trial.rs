//! Messages on trial: those that may end the process are counted before they are decided.

use uuid::Uuid;

use crate::store::{Connection, Result};

/// Counts a message before it is decided; answers how often it is counted, this time included. To be
/// called outside a transaction: what is counted must outlive the process.
pub async fn begin(conn: &mut Connection, worker: &str, fingerprint: Uuid) -> Result<i32> {
    let times = sqlx::query_scalar!(
        "INSERT INTO trial AS t (worker, fingerprint, times) VALUES ($1, $2, 1)
         ON CONFLICT (worker, fingerprint) DO UPDATE SET times = t.times + 1, at = now()
         RETURNING times",
        worker,
        fingerprint
    );
    Ok(times.fetch_one(conn).await?)
}

/// Takes one count back: the process has survived.
pub async fn take_back(conn: &mut Connection, worker: &str, fingerprint: Uuid) -> Result<()> {
    let less = sqlx::query!(
        "WITH less AS (UPDATE trial SET times = times - 1
                       WHERE worker = $1 AND fingerprint = $2 AND times > 1)
         DELETE FROM trial WHERE worker = $1 AND fingerprint = $2 AND times = 1",
        worker,
        fingerprint
    );
    less.execute(conn).await?;
    Ok(())
}

/// Forgets the message: it is decided, or parked.
pub async fn forget(conn: &mut Connection, worker: &str, fingerprint: Uuid) -> Result<()> {
    let delete = sqlx::query!(
        "DELETE FROM trial WHERE worker = $1 AND fingerprint = $2",
        worker,
        fingerprint
    );
    delete.execute(conn).await?;
    Ok(())
}
