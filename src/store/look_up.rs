//! How a link is followed in tables.

use domain::world::Link;
use sqlx::PgConnection;

/// A link as the store follows it: with one statement for a whole batch.
pub trait LookUp: Link {
    /// What these keys find; where more than [`Link::LIMIT`] are there, the newest and at least one more.
    /// Takes no lock.
    ///
    /// # Errors
    /// Those of the database.
    fn look_up(
        conn: &mut PgConnection,
        keys: &[Self],
    ) -> impl Future<Output = Result<Vec<(Self, Self::Id)>, sqlx::Error>> + Send;
}

/// As many as are looked up of one key.
pub(crate) fn limit<L: Link>() -> i64 {
    i64::try_from(L::LIMIT.saturating_add(1)).unwrap_or(i64::MAX)
}
