//! Notices what no error tells of: a consumer that the broker has forgotten, and a link grown old.
//!
//! After an election of a quorum queue's leader a broker may keep messages for a channel that never
//! gets them (RabbitMQ issue 15473); only the end of that connection gives them back. A consumer that
//! waits while messages lie in its queue ends the link therefore, and every link is exchanged for a
//! new one from time to time, because messages that are held in this way are not counted as waiting.

use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::Duration;

use lapin::ConnectionStatus;
use lapin::options::QueueDeclareOptions;
use lapin::types::FieldTable;
use tokio::time::{Instant, interval, sleep};
use tokio_util::sync::CancellationToken;
use tracing::info;

use super::health::Health;
use super::held::Held;

/// Looks at each consumer within the time after which it counts as stuck.
const LOOKS: u32 = 4;

/// How one consumer is doing.
pub(super) struct Pulse {
    /// Its full name on the broker.
    queue: String,
    /// Since when it waits for a message; `None` while a batch is worked on.
    waiting: Mutex<Option<Instant>>,
}

impl Pulse {
    /// A batch is wanted; it may have been before.
    pub(super) fn wait(&self) {
        let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        waiting.get_or_insert_with(Instant::now);
    }

    /// A batch came.
    pub(super) fn beat(&self) {
        *self.waiting.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }

    fn waits_since(&self) -> Option<Instant> {
        *self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The consumers of one link.
#[derive(Clone, Default)]
pub(super) struct Pulses(Arc<Mutex<Vec<Weak<Pulse>>>>);

impl Pulses {
    /// The pulse of a new consumer; watched until it is dropped.
    pub(super) fn of(&self, queue: &str) -> Arc<Pulse> {
        let pulse = Arc::new(Pulse { queue: queue.to_owned(), waiting: Mutex::default() });
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        all.retain(|pulse| pulse.strong_count() > 0);
        all.push(Arc::downgrade(&pulse));
        pulse
    }

    fn alive(&self) -> Vec<Arc<Pulse>> {
        let all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        all.iter().filter_map(Weak::upgrade).collect()
    }
}

/// What the watchdog of a link looks at.
pub(super) struct Watchdog {
    pub(super) pulses: Pulses,
    pub(super) health: Health,
    /// On the connection that consumes; used for nothing else.
    pub(super) channel: Held,
    /// Of the connection that publishes. A lane whose events the broker does not take rests.
    pub(super) publishing: ConnectionStatus,
    pub(super) stuck_after: Duration,
}

impl Watchdog {
    /// Fails the link when a consumer is stuck. Ends with the link.
    pub(super) async fn run(self) {
        let mut look = interval(self.stuck_after / LOOKS);
        // The consumers that waited in vain at the last look: in which wait, and since which look.
        let mut vain: Vec<(Weak<Pulse>, Instant, Instant)> = Vec::new();
        loop {
            tokio::select! {
                () = self.health.token.cancelled() => return,
                now = look.tick() => {
                    let before = std::mem::take(&mut vain);
                    for pulse in self.pulses.alive() {
                        let Some(wait) = self.in_vain(&pulse, now).await else { continue };
                        let same = before.iter().find(|(known, since, _)| {
                            std::ptr::eq(known.as_ptr(), Arc::as_ptr(&pulse)) && *since == wait
                        });
                        let since = same.map_or(now, |(_, _, since)| *since);
                        if now.duration_since(since) >= self.stuck_after {
                            return self.fail(&pulse.queue);
                        }
                        vain.push((Arc::downgrade(&pulse), wait, since));
                    }
                }
            }
        }
    }

    /// Since when the consumer waits although messages lie in its queue.
    async fn in_vain(&self, pulse: &Pulse, now: Instant) -> Option<Instant> {
        let wait = pulse.waits_since()?;
        let patient = now.saturating_duration_since(wait) < self.stuck_after / LOOKS;
        if patient || self.publishing.blocked() {
            return None;
        }
        let options = QueueDeclareOptions { passive: true, ..QueueDeclareOptions::durable() };
        let name = pulse.queue.as_str().into();
        let asked = self.channel.queue_declare(name, options, FieldTable::default());
        // A queue that is gone ends its consumer, who says so better than we could.
        let waiting = self.health.call("count a queue", asked).await.ok()?.ok()?.message_count();
        // A batch that came meanwhile ended this wait.
        (waiting > 0 && pulse.waits_since() == Some(wait)).then_some(wait)
    }

    fn fail(&self, queue: &str) {
        let seconds = self.stuck_after.as_secs();
        self.health.fail(format!(
            "Messages lie in queue `{queue}`, but its consumer got none for {seconds} s."
        ));
    }
}

/// Asks for the end of a link when it is old enough: its users finish what they took.
pub(super) async fn retire(lifetime: Duration, health: Health, retiring: CancellationToken) {
    tokio::select! {
        () = health.token.cancelled() => {}
        () = sleep(lifetime) => {
            info!("This link to the broker is old enough; what was taken is finished first.");
            retiring.cancel();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wait_begins_once_and_ends_with_a_batch() {
        let pulse = Pulses::default().of("q");
        assert_eq!(pulse.waits_since(), None);
        pulse.wait();
        let since = pulse.waits_since();
        pulse.wait();
        assert!(since.is_some());
        assert_eq!(pulse.waits_since(), since);
        pulse.beat();
        assert_eq!(pulse.waits_since(), None);
    }

    #[test]
    fn a_dropped_consumer_is_watched_no_more() {
        let pulses = Pulses::default();
        let (one, two) = (pulses.of("one"), pulses.of("two"));
        drop(one);
        let alive: Vec<_> = pulses.alive().iter().map(|pulse| pulse.queue.clone()).collect();
        assert_eq!(alive, ["two"]);
        drop(two);
        assert!(pulses.alive().is_empty());
    }
}
