//! Bytes as they came, and the sentence that stands where others were.

use uuid::Uuid;

use crate::store::{Connection, Result};

/// Stands where a sentence was: it may have repeated what a person wrote.
pub(super) const ERASED: &str = "It was erased.";

/// Bytes and headers of these, and what was parked of them.
pub(super) async fn erase_raw(conn: &mut Connection, ids: &[Uuid]) -> Result<u64> {
    let erased = sqlx::query_scalar!(
        r#"SELECT coalesce(sum(erase_raw(id)), 0)::bigint AS "erased!" FROM unnest($1::uuid[]) AS u (id)"#,
        ids
    );
    Ok(u64::try_from(erased.fetch_one(conn).await?).unwrap_or_default())
}
