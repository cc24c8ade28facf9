//! How long a message waits before it is looked at again, and where.

use std::time::Duration;

use super::exchange::{Exchange, ExchangeKind};
use super::names::way_back;
use super::queue::Queue;

/// The beginning of the name of every delay queue.
const QUEUES: &str = "leadmill.delay.";

/// How long a message waits before it is looked at again. Each worker has an exchange and a queue of
/// its own for each delay, so that no worker can hold up the messages of another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Delay {
    /// 2 seconds.
    Seconds2,
    /// 15 seconds.
    Seconds15,
    /// 2 minutes.
    Minutes2,
    /// 15 minutes.
    Minutes15,
}

impl Delay {
    /// All, shortest first.
    pub const ALL: [Self; 4] = [Self::Seconds2, Self::Seconds15, Self::Minutes2, Self::Minutes15];

    /// The exchange that a worker publishes to, with the name of the queue to come back to as
    /// routing key. What names none of the worker's queues lies with the dead letters afterwards.
    #[must_use]
    pub fn exchange(self, worker: &str) -> String {
        format!("leadmill.wait.{worker}.{}", self.text())
    }

    /// The queue in which it waits.
    #[must_use]
    pub fn queue(self, worker: &str) -> String {
        format!("{QUEUES}{worker}.{}", self.text())
    }

    /// Whether a queue of that name is one of a delay.
    #[must_use]
    pub fn is_queue(name: &str) -> bool {
        name.starts_with(QUEUES)
    }

    /// How long it is, as far as the broker keeps to it.
    #[must_use]
    pub const fn lasts(self) -> Duration {
        Duration::from_secs(self.text_and_seconds().1 as u64)
    }

    /// As names write it.
    #[must_use]
    pub const fn text(self) -> &'static str {
        self.text_and_seconds().0
    }

    const fn text_and_seconds(self) -> (&'static str, u32) {
        match self {
            Self::Seconds2 => ("2s", 2),
            Self::Seconds15 => ("15s", 15),
            Self::Minutes2 => ("2m", 120),
            Self::Minutes15 => ("15m", 900),
        }
    }

    /// A fanout exchange: whatever the routing key, and whatever keys the headers `CC` and `BCC` add,
    /// there is one queue behind it.
    pub(super) fn entrance(self, worker: &str) -> Exchange {
        Exchange::new(self.exchange(worker), ExchangeKind::Fanout)
    }

    pub(super) fn waiting(self, worker: &str) -> Queue {
        let mut queue = Queue::bare(&self.queue(worker)).hears(&self.exchange(worker), "");
        queue.dead_letter = Some(way_back(worker));
        queue.ttl_ms = Some(self.text_and_seconds().1 * 1_000);
        queue
    }
}
