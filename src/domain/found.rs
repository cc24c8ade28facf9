//! What keys find: sets of ids, bounded, kept right while a batch makes and changes records.

use std::collections::{BTreeMap, BTreeSet};

/// The records that keys of one kind are known to find.
#[derive(Clone, Debug)]
pub struct Found<K, I> {
    of: BTreeMap<K, Members<I>>,
    /// The keys that find a record.
    by: BTreeMap<I, BTreeSet<K>>,
}

#[derive(Clone, Debug)]
struct Members<I> {
    ids: BTreeSet<I>,
    /// There are older ones, which were not looked up.
    more: bool,
}

impl<I> Default for Members<I> {
    fn default() -> Self {
        Self { ids: BTreeSet::new(), more: false }
    }
}

impl<K, I> Default for Found<K, I> {
    fn default() -> Self {
        Self { of: BTreeMap::new(), by: BTreeMap::new() }
    }
}

impl<K: Ord + Clone, I: Ord + Copy> Found<K, I> {
    /// Notes what was looked up: at most `limit` ids of a key, the newest, and that there are more where
    /// one more was found. What a key did not find does not exist.
    pub fn fill(&mut self, asked: impl IntoIterator<Item = K>, found: Vec<(K, I)>, limit: usize) {
        for (key, id) in found {
            self.insert(key, id);
        }
        for key in asked {
            let set = self.of.entry(key).or_default();
            while set.ids.len() > limit {
                // Ids ascend with time, so the first is the oldest.
                set.ids.pop_first();
                set.more = true;
            }
        }
    }

    /// Does somebody know what this key finds?
    #[must_use]
    pub fn knows(&self, key: &K) -> bool {
        self.of.contains_key(key)
    }

    /// The ids that a key finds, the newest first, and whether there are more; `None`: nobody looked.
    #[must_use]
    pub fn newest(&self, key: &K, limit: usize) -> Option<(Vec<I>, bool)> {
        let set = self.of.get(key)?;
        let ids = set.ids.iter().rev().take(limit).copied();
        Some((ids.collect(), set.more || set.ids.len() > limit))
    }

    /// Notes what finds a record that was made or changed: `own` is its id where these keys are all that
    /// find it. A set that nobody looked up stays unknown, unless `whole` says that there is no more.
    pub(crate) fn note(&mut self, own: Option<I>, made: Vec<(K, I)>, whole: bool) {
        for key in own.and_then(|id| self.by.remove(&id)).unwrap_or_default() {
            if let (Some(set), Some(id)) = (self.of.get_mut(&key), own) {
                set.ids.remove(&id);
            }
        }
        for (key, id) in made {
            if whole || self.knows(&key) {
                self.insert(key, id);
            }
        }
    }

    fn insert(&mut self, key: K, id: I) {
        self.by.entry(id).or_default().insert(key.clone());
        self.of.entry(key).or_default().ids.insert(id);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIMIT: usize = 3;

    fn found(known: &Found<char, u8>) -> Option<(Vec<u8>, bool)> {
        known.newest(&'a', LIMIT)
    }

    fn of_a(ids: impl IntoIterator<Item = u8>) -> Vec<(char, u8)> {
        ids.into_iter().map(|id| ('a', id)).collect()
    }

    #[test]
    fn a_set_larger_than_its_limit_is_its_newest_and_says_that_there_are_more() {
        let mut known = Found::default();
        assert_eq!(found(&known), None, "nobody looked");
        known.fill(['a'], Vec::new(), LIMIT);
        assert_eq!(found(&known), Some((Vec::new(), false)));
        known.fill(['a'], of_a([3, 1, 2]), LIMIT);
        assert_eq!(found(&known), Some((vec![3, 2, 1], false)));
        known.fill(['a'], of_a([4, 3, 2, 1]), LIMIT);
        assert_eq!(found(&known), Some((vec![4, 3, 2], true)));
    }

    #[test]
    fn a_set_follows_what_a_batch_makes_and_takes_away_and_stays_unknown_where_nobody_looked() {
        let mut known = Found::default();
        known.note(None, of_a([1]), false);
        assert_eq!(found(&known), None);
        known.fill(['a'], of_a([1, 2]), LIMIT);
        known.note(Some(3), of_a([3]), false);
        assert_eq!(found(&known), Some((vec![3, 2, 1], false)));
        known.note(Some(2), Vec::new(), false);
        assert_eq!(found(&known), Some((vec![3, 1], false)));
        known.note(Some(4), of_a([4]), false);
        known.note(Some(5), of_a([5]), false);
        assert_eq!(found(&known), Some((vec![5, 4, 3], true)), "beyond the limit by this batch");
    }
}
