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

/// The parts of one record that lie in it as a list.
#[derive(Clone, Copy)]
pub(crate) struct List<'w, T> {
    pub(crate) owner: Uuid,
    /// As they are stored; `None` where the record is new.
    pub(crate) stored: Option<&'w [T]>,
    /// As they shall be.
    pub(crate) now: &'w [T],
}

/// One part with its owner and its position, counted from 0.
pub(crate) type Placed<'w, T> = (Uuid, i32, &'w T);

/// One part as it is stored, and as it shall be.
pub(crate) type Both<'w, T> = (Placed<'w, T>, Placed<'w, T>);

impl<'w, T: PartialEq> List<'w, T> {
    /// The list of each changed record.
    pub(crate) fn of<'c, R>(
        changes: &'c [Change<'w, R>],
        owner: fn(&R) -> Uuid,
        parts: fn(&R) -> &[T],
    ) -> Vec<Self> {
        let list = |(was, now): &(Option<&'w R>, &'w R)| {
            let (owner, stored) = (owner(now), was.map(parts));
            Self { owner, stored, now: parts(now) }
        };
        changes.iter().map(list).collect()
    }

    fn placed(&self) -> impl Iterator<Item = Placed<'w, T>> + use<'w, T> {
        let owner = self.owner;
        // No list of parts comes near i32::MAX: the domain limits each of them.
        (0_i32..).zip(self.now).map(move |(position, part)| (owner, position, part))
    }

    /// Those that are new or differ from the stored one at the same position.
    pub(crate) fn differing(&self) -> impl Iterator<Item = Placed<'w, T>> + use<'w, T> {
        let stored = self.stored.unwrap_or_default();
        let differs = move |(part, at): &(Placed<'w, T>, usize)| stored.get(*at) != Some(part.2);
        self.placed().zip(0_usize..).filter(differs).map(|(part, _)| part)
    }

    /// The owner and the new length, where there are fewer than before.
    pub(crate) fn shortened(&self) -> Option<(Uuid, i32)> {
        let shorter = self.now.len() < self.stored.unwrap_or_default().len();
        shorter.then(|| (self.owner, i32::try_from(self.now.len()).unwrap_or(i32::MAX)))
    }

    /// Those that were appended to the stored ones.
    pub(crate) fn appended(
        &self,
        table: &'static str,
    ) -> Result<impl Iterator<Item = Placed<'w, T>> + use<'w, T>, SaveError> {
        let stored = self.stored.unwrap_or_default();
        if self.now.starts_with(stored) {
            return Ok(self.placed().skip(stored.len()));
        }
        Err(SaveError::Frozen { table, id: self.owner, what: "what is stored already" })
    }

    /// All of a new record, none of a stored one.
    pub(crate) fn new_ones(&self) -> impl Iterator<Item = Placed<'w, T>> + use<'w, T> {
        let new = self.stored.is_none();
        self.placed().filter(move |_| new)
    }

    /// Those of a stored record that differ: as stored, and as they shall be.
    pub(crate) fn kept(&self, table: &'static str) -> Result<Vec<Both<'w, T>>, SaveError> {
        let Some(stored) = self.stored else { return Ok(Vec::new()) };
        if stored.len() != self.now.len() {
            return Err(SaveError::Frozen { table, id: self.owner, what: "their number" });
        }
        let pairs = stored.iter().zip(self.placed()).filter(|(was, now)| *was != now.2);
        Ok(pairs.map(|(was, now)| ((now.0, now.1, was), now)).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const OWNER: Uuid = Uuid::nil();

    fn list<'w>(stored: &'w [&'w str], now: &'w [&'w str]) -> List<'w, &'w str> {
        List { owner: OWNER, stored: Some(stored), now }
    }

    #[test]
    fn only_the_parts_that_differ_are_written() {
        let longer = list(&["a", "b", "c"], &["a", "x", "c", "d"]);
        assert!(longer.differing().eq([(OWNER, 1, &"x"), (OWNER, 3, &"d")]));
        assert_eq!((longer.shortened(), longer.new_ones().count()), (None, 0));
        let shorter = list(&["a", "b"], &["a"]);
        assert_eq!((shorter.differing().count(), shorter.shortened()), (0, Some((OWNER, 1))));
    }

    #[test]
    fn a_list_to_which_is_appended_may_only_grow() {
        let grown = list(&["a"], &["a", "b"]).appended("payment");
        assert!(grown.is_ok_and(|new| new.eq([(OWNER, 1, &"b")])));
        for now in [&["b"][..], &[]] {
            let changed = list(&["a"], now).appended("payment").err();
            assert!(matches!(changed, Some(SaveError::Frozen { .. })));
        }
    }

    #[test]
    fn a_list_that_is_decided_keeps_its_length() {
        let changed = list(&["a", "b"], &["a", "c"]).kept("order_line");
        assert!(changed.is_ok_and(|kept| kept == [((OWNER, 1, &"b"), (OWNER, 1, &"c"))]));
        assert!(matches!(list(&["a"], &[]).kept("order_line"), Err(SaveError::Frozen { .. })));
    }
}
