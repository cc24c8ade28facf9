//! How a link is followed in tables.

use domain::world::Link;
use sqlx::PgConnection;

/// A link as the store follows it: with one statement for a whole batch.
pub trait LookUp: Link {
    /// What these keys find; where more than [`Link::LIMIT`] are there, the newest and at least one more.
    /// Takes no lock.
    fn look_up(
        conn: &mut PgConnection,
        keys: &[Self],
    ) -> impl Future<Output = Result<Vec<(Self, Self::Id)>, sqlx::Error>> + Send;
}

/// Follows a link by a statement on `$1`, the values of its keys, that answers `key` and `found`; with `limit`
/// also on `$2`, as many as are looked up of one key.
macro_rules! look_up {
    ($Link:ident by $value:expr, $sql:literal $($limit:ident)?) => {
        impl crate::store::look_up::LookUp for $Link {
            async fn look_up(
                conn: &mut sqlx::PgConnection,
                keys: &[Self],
            ) -> Result<Vec<(Self, <Self as domain::world::Link>::Id)>, sqlx::Error> {
                let values: Vec<_> = keys.iter().map($value).collect();
                let rows = sqlx::query!($sql, &values $(, crate::store::look_up::$limit::<Self>())?);
                let rows = rows.fetch_all(conn).await?;
                Ok(rows.into_iter().map(|row| (Self(row.key.into()), row.found.into())).collect())
            }
        }
    };
}
pub(crate) use look_up;

/// As many as are looked up of one key.
pub(crate) fn limit<L: Link>() -> i64 {
    i64::try_from(L::LIMIT.saturating_add(1)).unwrap_or(i64::MAX)
}
