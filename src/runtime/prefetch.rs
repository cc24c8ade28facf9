//! Adaptive prefetch: how many messages a lane holds that are not acknowledged yet.
//!
//! Three things bound it. Its batches need no more than what the settings say. What is in hand when a
//! link or a process ends counts as tried, not only what was worked on; so a link begins with one
//! message, and takes more once it is seen that they are fresh. And bodies lie in memory, while a
//! prefetch counts only messages; so it is smaller where bodies are large.

use crate::messaging::Delivered;

/// Bytes of bodies that a lane aims to hold at most; one message is always held.
const HELD_BYTES: usize = 4 * 1024 * 1024;
/// By how many messages it grows at once: what follows may be larger than what was seen.
const STEP: usize = 32;
/// From so many deliveries on, messages are taken one at a time and decided on trial: as many halvings make a
/// batch of the usual size, 512, a single message.
pub const CAREFUL_FROM: u64 = 9;
/// What the bodies of a batch say about the next ones, where they are smaller than thought: an eighth.
const MEMORY: usize = 8;

/// The prefetch of one lane on one link.
#[derive(Debug)]
pub struct Prefetch {
    batches: usize,
    most: usize,
    now: usize,
    body_bytes: usize,
}

/// Whether this is one message that is to be decided alone, and counted.
pub fn is_careful(part: &[Delivered]) -> bool {
    matches!(part, [one] if one.delivery_count >= CAREFUL_FROM)
}

impl Prefetch {
    /// Begins with one message; at most so many batches of this size.
    pub fn new(batch_max: usize, batches: usize) -> Self {
        Self { batches, most: batch_max * batches, now: 1, body_bytes: 0 }
    }

    /// Messages that the broker may have unacknowledged with us.
    pub fn count(&self) -> u16 {
        u16::try_from(self.now).unwrap_or(u16::MAX)
    }

    /// Messages of a full batch.
    pub fn batch(&self) -> usize {
        (self.now / self.batches).max(1)
    }

    /// Learns from a batch. `true`: it has changed so much that the consumer is to be exchanged
    /// for one with the new prefetch.
    pub fn learn(&mut self, batch: &[Delivered]) -> bool {
        let bytes: usize = batch.iter().map(|message| message.body.len()).sum();
        let tried = batch.iter().map(|message| message.delivery_count).max().unwrap_or(0);
        self.saw(bytes / batch.len().max(1), tried)
    }

    fn saw(&mut self, body_bytes: usize, tried: u64) -> bool {
        // Larger ones count at once, smaller ones have to come again and again.
        let slowly = (self.body_bytes * (MEMORY - 1) + body_bytes) / MEMORY;
        self.body_bytes = body_bytes.max(slowly);
        if tried >= CAREFUL_FROM {
            return false;
        }
        let wanted = (HELD_BYTES / self.body_bytes.max(1)).clamp(1, self.most);
        let next = wanted.min(self.now * STEP);
        let changes = next >= self.now * 2 || next * 2 <= self.now;
        if changes {
            self.now = next;
        }
        changes
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_begins_with_one_message_and_takes_all_that_its_batches_need_step_by_step() {
        let mut prefetch = Prefetch::new(512, 2);
        assert_eq!((prefetch.count(), prefetch.batch()), (1, 1));
        assert!(prefetch.saw(1_000, 0));
        assert_eq!((prefetch.count(), prefetch.batch()), (32, 16));
        assert!(prefetch.saw(1_000, 0));
        assert_eq!((prefetch.count(), prefetch.batch()), (1_024, 512));
        assert!(!prefetch.saw(1_000, 0), "that is all it needs");
    }

    #[test]
    fn messages_that_were_tried_often_are_taken_one_at_a_time() {
        let mut prefetch = Prefetch::new(512, 2);
        assert!(!prefetch.saw(1_000, CAREFUL_FROM));
        assert_eq!((prefetch.count(), prefetch.batch()), (1, 1));
        assert!(prefetch.saw(1_000, CAREFUL_FROM - 1));
    }

    #[test]
    fn large_bodies_are_held_in_small_numbers_however_many_came_before() {
        const LARGEST: usize = 16 * 1024 * 1024;
        let mut prefetch = Prefetch::new(256, 2);
        while prefetch.saw(1_000, 0) {}
        assert_eq!(prefetch.count(), 512);
        assert!(prefetch.saw(64 * 1024, 0), "one batch is enough");
        assert_eq!((prefetch.count(), prefetch.batch()), (64, 32));
        assert!(prefetch.saw(LARGEST, 0));
        assert_eq!((prefetch.count(), prefetch.batch()), (1, 1));
        assert!(!prefetch.saw(LARGEST, 0));
        let exchanged = (0..64).filter(|_| prefetch.saw(1_000, 0)).count();
        assert!(prefetch.count() > 512 / 2, "small ones are held in large numbers again");
        assert!(exchanged < 12, "a consumer is exchanged seldom, not {exchanged} times");
    }
}
