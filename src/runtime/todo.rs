//! What of a batch is still to be committed, and in which order: the part that somebody spoils is
//! halved at once, and a message that stands alone with its trouble waits until all others are through.

use std::collections::HashMap;
use std::ops::Range;

use crate::store::UNIQUE_TRIES_MAX;

/// The parts of one delivery that are still to be committed.
#[derive(Debug)]
pub struct Todo {
    /// The last goes first.
    parts: Vec<Range<usize>>,
    /// How often each key was in the way. A key that is seen often enough is no race.
    keys: HashMap<String, u32>,
    /// Messages that met a taken key all alone, with how often.
    suspects: HashMap<usize, u32>,
}

/// What is done about a part whose transaction met a key that is taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Taken {
    /// It is looked at again, in halves or alone.
    Again,
    /// It stands alone, and the second look did not help: the key is its own trouble.
    Alone,
}

impl Todo {
    /// All of a delivery of so many messages.
    pub fn all(messages: usize) -> Self {
        let whole = 0..messages;
        Self { parts: Vec::from([whole]), keys: HashMap::new(), suspects: HashMap::new() }
    }

    /// The next part to be committed.
    pub fn next(&mut self) -> Option<Range<usize>> {
        self.parts.pop()
    }

    /// The part is tried again, before all others.
    pub fn again(&mut self, part: Range<usize>) {
        self.parts.push(part);
    }

    /// The part is taken in halves. `false`: it is one message, which has none.
    pub fn halve(&mut self, part: Range<usize>) -> bool {
        if part.len() < 2 {
            return false;
        }
        let middle = part.start + part.len() / 2;
        self.parts.extend([middle..part.end, part.start..middle]);
        true
    }

    /// One message of the part is taken alone, between those around it.
    pub fn single(&mut self, part: Range<usize>, place: usize) {
        let parts = [place + 1..part.end, place..place + 1, part.start..place];
        self.parts.extend(parts.into_iter().filter(|part| !part.is_empty()));
    }

    /// A key was in the way of this part. A part of several is halved at once, since the second look
    /// usually finds the record that was in the way, and half of them get through meanwhile. `key`
    /// names the very key, where the server tells it: as often as it was seen, somebody looked again.
    pub fn taken(&mut self, part: Range<usize>, key: Option<String>) -> Taken {
        let seen = key.map_or(0, |key| {
            let seen = self.keys.entry(key).or_default();
            *seen += 1;
            *seen
        });
        if self.halve(part.clone()) {
            return Taken::Again;
        }
        let alone = self.suspects.entry(part.start).or_default();
        *alone += 1;
        if seen.max(*alone) >= UNIQUE_TRIES_MAX {
            return Taken::Alone;
        }
        // Below all others: they go first.
        self.parts.insert(0, part);
        Taken::Again
    }

    /// Whether a pause belongs before this part: a message alone that has looked again in vain.
    pub fn pauses(&self, part: &Range<usize>) -> bool {
        part.len() == 1 && self.suspects.get(&part.start).is_some_and(|alone| *alone > 1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What happened to a batch in which some messages always meet a key that is taken.
    #[derive(Default)]
    struct Seen {
        transactions: u32,
        committed: Vec<usize>,
        parked: Vec<usize>,
        /// How many were committed when it first paused.
        paused_after: Option<usize>,
    }

    fn run(messages: usize, bad: &[usize], tells: bool, heals_after: u32) -> Seen {
        let mut todo = Todo::all(messages);
        let mut seen = Seen::default();
        let mut looks = 0;
        while let Some(part) = todo.next() {
            if todo.pauses(&part) {
                seen.paused_after.get_or_insert(seen.committed.len());
            }
            seen.transactions += 1;
            let open = |place: &&usize| part.contains(place) && !seen.parked.contains(place);
            let Some(place) = bad.iter().find(open).filter(|_| looks < heals_after) else {
                seen.committed.extend(part);
                continue;
            };
            looks += 1;
            let key = tells.then(|| format!("Key ({place}) already exists."));
            if todo.taken(part.clone(), key) == Taken::Alone {
                seen.parked.push(*place);
                todo.again(part);
            }
        }
        seen.committed.sort_unstable();
        seen
    }

    #[test]
    fn one_bad_message_costs_twice_the_logarithm_wherever_it_stands_and_nobody_pauses() {
        for messages in (4..=64_usize).chain([255, 256, 512]) {
            let most = 2 * usize::BITS.abs_diff((messages - 1).leading_zeros()) + 2;
            for bad in (0..messages).step_by(1 + messages / 50).chain([messages - 1]) {
                let seen = run(messages, &[bad], true, u32::MAX);
                assert_eq!(seen.parked, [bad]);
                assert!(seen.committed.iter().copied().eq(0..messages), "{bad} of {messages}");
                let spent = seen.transactions;
                assert!(spent <= most, "{bad} of {messages}: {spent} transactions, not {most}");
                assert_eq!(seen.paused_after, None, "{bad} of {messages}");
            }
        }
    }

    #[test]
    fn no_pause_comes_before_all_others_are_committed() {
        for tells in [true, false] {
            for messages in 1..=64 {
                for bad in 0..messages {
                    let seen = run(messages, &[bad], tells, u32::MAX);
                    assert_eq!(seen.parked, [bad]);
                    assert!(seen.paused_after.is_none_or(|others| others == messages - 1));
                }
            }
            let two = run(64, &[5, 40], tells, u32::MAX);
            assert_eq!((two.committed.len(), two.parked.len()), (64, 2));
            assert!(two.paused_after.is_none_or(|others| others == 62), "{:?}", two.paused_after);
        }
    }

    #[test]
    fn a_race_that_a_second_look_heals_parks_nobody_and_costs_no_pause() {
        for messages in [1, 2, 3, 64] {
            let seen = run(messages, &[0], true, 1);
            assert_eq!((seen.committed.len(), seen.parked.len()), (messages, 0));
            assert_eq!(seen.paused_after, None);
            assert!(seen.transactions <= 3, "{} transactions", seen.transactions);
        }
    }
}
