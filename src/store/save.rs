//! Changed records on their way into tables: what is new, what is kept, and the check of versions.

use sqlx::postgres::PgQueryResult;
use uuid::Uuid;

/// One changed record: as it is stored (`None` where it is new) and as it shall be.
pub type Change<'w, T> = (Option<&'w T>, &'w T);

/// Why records were not saved. The transaction must be rolled back.
#[derive(Debug, thiserror::Error)]
pub enum SaveError {
    /// Somebody changed a record since it was read; the second look decides, so run the batch again.
    #[error(
        "Of {expected} rows of {table}, {found} still had the version that was read. Run the batch \
         again."
    )]
    Version { table: &'static str, expected: usize, found: u64 },
    /// A decision changed what stays for ever as it was decided first: a bug of the worker.
    #[error("{table} {id} was changed in {what}, which never changes. Correct the worker.")]
    Frozen { table: &'static str, id: Uuid, what: &'static str },
    #[error(transparent)]
    Database(#[from] sqlx::Error),
}

/// Parts the changes into new records and kept ones (as stored, as they shall be).
pub(crate) fn parted<'w, T>(changes: &[Change<'w, T>]) -> (Vec<&'w T>, Vec<(&'w T, &'w T)>) {
    let new = changes.iter().filter(|(stored, _)| stored.is_none()).map(|(_, now)| *now);
    let kept = changes.iter().filter_map(|(stored, now)| stored.map(|stored| (stored, *now)));
    (new.collect(), kept.collect())
}

/// Fails unless the statement touched every row that it named.
pub(crate) fn all_touched(
    table: &'static str,
    expected: usize,
    done: &PgQueryResult,
) -> Result<(), SaveError> {
    let found = done.rows_affected();
    if u64::try_from(expected).is_ok_and(|expected| expected == found) {
        return Ok(());
    }
    Err(SaveError::Version { table, expected, found })
}

/// Parts with their positions, counted from 0.
pub(crate) fn placed<T>(parts: &[T]) -> impl Iterator<Item = (i32, &T)> {
    // No list of parts comes near i32::MAX: the domain limits each of them.
    (0_i32..).zip(parts)
}

/// The parts that are new or differ from the stored one at the same position.
pub(crate) fn differing<'p, T: PartialEq>(
    stored: &'p [T],
    now: &'p [T],
) -> impl Iterator<Item = (i32, &'p T)> {
    placed(now)
        .zip(0_usize..)
        .filter(|((_, part), at)| stored.get(*at) != Some(part))
        .map(|(p, _)| p)
}

/// The parts that were appended to the stored ones.
pub(crate) fn appended<'p, T: PartialEq>(
    (table, id, what): (&'static str, Uuid, &'static str),
    stored: &'p [T],
    now: &'p [T],
) -> Result<impl Iterator<Item = (i32, &'p T)>, SaveError> {
    if now.starts_with(stored) {
        return Ok(placed(now).skip(stored.len()));
    }
    Err(SaveError::Frozen { table, id, what })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_parts_that_differ_are_written() {
        let differ: Vec<_> = differing(&["a", "b", "c"], &["a", "x", "c", "d"]).collect();
        assert_eq!(differ, [(1, &"x"), (3, &"d")]);
        assert_eq!(differing(&["a", "b"], &["a"]).count(), 0);
    }

    #[test]
    fn an_append_only_list_may_only_grow() {
        let about = ("payment", Uuid::nil(), "payments");
        let new: Vec<_> = appended(about, &["a"], &["a", "b"]).expect("it grew").collect();
        assert_eq!(new, [(1, &"b")]);
        assert!(matches!(appended(about, &["a"], &["b"]), Err(SaveError::Frozen { .. })));
        assert!(matches!(appended(about, &["a"], &[]), Err(SaveError::Frozen { .. })));
    }
}
