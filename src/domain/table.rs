//! The records of one kind that a batch decides with.

use std::collections::BTreeMap;

/// The records of one kind: as loaded and as they are now.
#[derive(Clone, Debug)]
pub struct Table<K, T> {
    rows: BTreeMap<K, Row<T>>,
}

/// One record: as the database has it, and as the last decision that changed it left it.
#[derive(Clone, Debug)]
struct Row<T> {
    stored: Option<T>,
    put: Option<T>,
}

impl<T> Row<T> {
    fn now(&self) -> Option<&T> {
        self.put.as_ref().or(self.stored.as_ref())
    }
}

impl<K, T> Default for Table<K, T> {
    fn default() -> Self {
        Self { rows: BTreeMap::new() }
    }
}

impl<K: Ord + Clone, T: Clone> Table<K, T> {
    /// Is it known whether the record exists?
    #[must_use]
    pub fn knows(&self, key: &K) -> bool {
        self.rows.contains_key(key)
    }

    /// What the database says about a record.
    pub fn load(&mut self, key: K, stored: Option<T>) {
        self.rows.insert(key, Row { stored, put: None });
    }

    /// The records that decisions of this batch changed or made, in the order of their keys.
    pub fn changed(&self) -> impl Iterator<Item = (Option<&T>, &T)> {
        self.rows.values().filter_map(|row| Some((row.stored.as_ref(), row.put.as_ref()?)))
    }

    /// All records that are known, as they are now, in the order of their keys.
    pub(crate) fn all(&self) -> impl Iterator<Item = &T> {
        self.rows.values().filter_map(Row::now)
    }

    /// The record as it is now; the outer `None`: it is not known whether it exists.
    pub(crate) fn row(&self, key: &K) -> Option<Option<&T>> {
        self.rows.get(key).map(Row::now)
    }

    /// The record as it is now, where it is known and exists.
    pub(crate) fn get(&self, key: &K) -> Option<&T> {
        self.row(key).flatten()
    }

    pub(crate) fn put(&mut self, key: K, value: T) {
        let row = self.rows.entry(key).or_insert(Row { stored: None, put: None });
        row.put = Some(value);
    }
}
