//! Is the process alive, and can it work? Asked by the supervisor that restarts it, or the balancer that sends it work.

use std::sync::atomic::{AtomicBool, AtomicI32, AtomicU64, Ordering::Relaxed};
use std::sync::{Arc, LazyLock, Mutex, PoisonError};
use std::time::{Duration, Instant};

/// A batch that is worked on for so long without a word has hung: a decision that does not end, or
/// a server that neither answers nor breaks the connection. Statements end at their own time limit,
/// a minute; waiting for a server counts as getting on, since it is said.
const STUCK_AFTER: Duration = Duration::from_secs(300);

/// Times are kept as milliseconds since this moment, so that they fit into an atomic number.
static BEGUN: LazyLock<Instant> = LazyLock::new(Instant::now);

/// The health of all workers of one process.
#[derive(Clone, Debug, Default)]
pub struct Health(Arc<Inner>);

#[derive(Debug, Default)]
struct Inner {
    workers: Mutex<Vec<Arc<WorkerHealth>>>,
    stopping: AtomicBool,
}

/// What one worker knows of itself.
#[derive(Debug)]
pub struct WorkerHealth {
    name: &'static str,
    linked: AtomicBool,
    database: AtomicBool,
    lanes: Mutex<Vec<Arc<LaneHealth>>>,
}

/// What one lane knows of itself.
#[derive(Debug)]
pub struct LaneHealth {
    queue: String,
    consuming: AtomicBool,
    database: AtomicBool,
    /// The number of its session on the database's server.
    session: AtomicI32,
    /// Whether it waited in vain for a lock since its last commit.
    locked_out: AtomicBool,
    /// When it last got on with the batch in hand; 0: nothing is in hand.
    busy: AtomicU64,
}

impl Health {
    /// A worker of this process.
    #[must_use]
    pub fn worker(&self, name: &'static str) -> Arc<WorkerHealth> {
        let worker = Arc::new(WorkerHealth {
            name,
            linked: AtomicBool::new(false),
            database: AtomicBool::new(false),
            lanes: Mutex::default(),
        });
        lock(&self.0.workers).push(Arc::clone(&worker));
        worker
    }

    /// The process was told to stop: it takes no more work.
    pub fn stopping(&self) {
        self.0.stopping.store(true, Relaxed);
    }

    /// What is missing to work, as finished sentences; nothing is good.
    #[must_use]
    pub fn missing(&self) -> Vec<String> {
        let mut missing = Vec::new();
        if self.0.stopping.load(Relaxed) {
            missing.push("The process is stopping.".to_owned());
        }
        for worker in &*lock(&self.0.workers) {
            let name = worker.name;
            if !worker.linked.load(Relaxed) {
                missing.push(format!("`{name}` has no connection to RabbitMQ."));
            }
            let lanes = lock(&worker.lanes);
            let database = lanes.iter().all(|lane| lane.database.load(Relaxed));
            if !(database && worker.database.load(Relaxed)) {
                missing.push(format!("`{name}` has no connection to PostgreSQL."));
            }
            let idle = lanes.iter().filter(|lane| !lane.consuming.load(Relaxed));
            missing.extend(idle.map(|lane| format!("Queue `{}` is not consumed.", lane.queue)));
        }
        missing
    }

    /// The lanes that have hung, as finished sentences; nothing is good.
    #[must_use]
    pub fn stuck(&self) -> Vec<String> {
        self.stuck_at(now_ms())
    }

    fn stuck_at(&self, now_ms: u64) -> Vec<String> {
        let mut stuck = Vec::new();
        for worker in &*lock(&self.0.workers) {
            for lane in &*lock(&worker.lanes) {
                if let Some(since) = lane.busy_for(now_ms).filter(|since| *since >= STUCK_AFTER) {
                    stuck.push(format!(
                        "A batch of queue `{}` gets no further since {} s.",
                        lane.queue,
                        since.as_secs()
                    ));
                }
            }
        }
        stuck
    }
}

impl WorkerHealth {
    /// A lane of this worker.
    #[must_use]
    pub fn lane(&self, queue: &str) -> Arc<LaneHealth> {
        let lane = Arc::new(LaneHealth {
            queue: queue.to_owned(),
            consuming: AtomicBool::new(false),
            database: AtomicBool::new(false),
            session: AtomicI32::new(0),
            locked_out: AtomicBool::new(false),
            busy: AtomicU64::new(0),
        });
        lock(&self.lanes).push(Arc::clone(&lane));
        lane
    }

    /// The lanes that waited in vain for a lock, by the numbers of their sessions.
    #[must_use]
    pub fn locked_out(&self) -> Vec<(i32, String)> {
        let lanes = lock(&self.lanes);
        let waiting = lanes.iter().filter(|lane| lane.locked_out.load(Relaxed));
        waiting.map(|lane| (lane.session.load(Relaxed), lane.queue.clone())).collect()
    }

    /// Whether the link to the broker stands.
    pub fn linked(&self, linked: bool) {
        self.linked.store(linked, Relaxed);
    }

    /// Whether the database answers.
    pub fn database(&self, there: bool) {
        self.database.store(there, Relaxed);
    }
}

impl LaneHealth {
    /// Whether the broker gives this lane messages.
    pub fn consuming(&self, consuming: bool) {
        self.consuming.store(consuming, Relaxed);
    }

    /// Whether the lane has its connection to the database. Waiting for it is getting on.
    pub fn database(&self, there: bool) {
        self.database.store(there, Relaxed);
        self.got_on();
    }

    /// The number of its session on the database's server.
    pub fn session(&self, pid: i32) {
        self.session.store(pid, Relaxed);
    }

    /// Whether it waited in vain for a lock.
    pub fn locked_out(&self, waited: bool) {
        self.locked_out.store(waited, Relaxed);
    }

    /// A batch was taken in hand.
    pub fn busy(&self) {
        self.busy.store(now_ms(), Relaxed);
    }

    /// The batch in hand got on, if only to its next attempt.
    pub fn got_on(&self) {
        if self.busy.load(Relaxed) != 0 {
            self.busy();
        }
    }

    /// Nothing is in hand any more.
    pub fn idle(&self) {
        self.busy.store(0, Relaxed);
    }

    fn busy_for(&self, now_ms: u64) -> Option<Duration> {
        let since = self.busy.load(Relaxed);
        (since != 0).then(|| Duration::from_millis(now_ms.saturating_sub(since)))
    }
}

/// Milliseconds since [`BEGUN`], never 0.
fn now_ms() -> u64 {
    u64::try_from(BEGUN.elapsed().as_millis()).unwrap_or(u64::MAX).max(1)
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_worker_is_ready_when_link_database_and_consumers_are_there() {
        let health = Health::default();
        let worker = health.worker("intake");
        let lane = worker.lane("intake.web");
        assert_eq!(
            health.missing(),
            [
                "`intake` has no connection to RabbitMQ.",
                "`intake` has no connection to PostgreSQL.",
                "Queue `intake.web` is not consumed.",
            ]
        );
        worker.linked(true);
        worker.database(true);
        lane.database(true);
        lane.consuming(true);
        assert!(health.missing().is_empty());
        lane.database(false);
        assert_eq!(health.missing(), ["`intake` has no connection to PostgreSQL."]);
        health.stopping();
        assert_eq!(health.missing()[0], "The process is stopping.");
    }

    #[test]
    fn a_lane_has_hung_only_with_a_batch_in_hand_and_without_a_word() {
        let health = Health::default();
        let lane = health.worker("intake").lane("intake.web");
        let later = now_ms() + u64::try_from(STUCK_AFTER.as_millis()).unwrap() + 60_000;
        lane.got_on();
        assert!(health.stuck_at(later).is_empty(), "nothing is in hand");
        lane.busy();
        assert!(health.stuck().is_empty());
        let stuck = health.stuck_at(later);
        assert!(stuck[0].starts_with("A batch of queue `intake.web` gets no further"), "{stuck:?}");
        lane.idle();
        assert!(health.stuck_at(later).is_empty());
    }
}
