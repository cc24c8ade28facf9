//! Counts of what the lanes do, in Prometheus' words: one call per batch, a few additions each.

use std::sync::Arc;
use std::time::{Duration, Instant};

use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::{Family, MetricConstructor};
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::metrics::info::Info;
use prometheus_client::registry::{Registry, Unit};

use super::health::{LaneHealth, WorkerHealth};

/// Upper bounds of the sizes of batches, in messages.
const SIZES: [f64; 13] = [1., 2., 4., 8., 16., 32., 64., 128., 256., 512., 1_024., 2_048., 4_096.];
/// Upper bounds of what a stage of a batch takes, in seconds.
const STAGES: [f64; 14] =
    [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1., 2.5, 5., 10., 60.];
/// Upper bounds of how old a message is when it is taken, in seconds.
const AGES: [f64; 12] = [0.01, 0.05, 0.1, 0.5, 1., 5., 15., 60., 300., 900., 3_600., 86_400.];

/// What became of the messages of one transaction.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Judged for the first time, whatever came of it.
    pub decided: usize,
    /// Known already: what was said then is published again where that is not known.
    pub repeated: usize,
    /// Refused by a rule, for good.
    pub refused: usize,
    /// Kept for somebody to look at.
    pub parked: usize,
    /// Sent to a delay queue, because what they need may still come.
    pub delayed: usize,
    /// Events and commands that followed.
    pub said: usize,
}

/// Why a transaction was rolled back, to be tried again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names of `store::Fault`, and of what a decision can do")]
pub enum Setback {
    Conflict,
    Connection,
    Message,
    Ours,
    Panic,
    TooMuch,
}

impl Setback {
    const fn name(self) -> &'static str {
        match self {
            Self::Conflict => "conflict",
            Self::Connection => "connection",
            Self::Message => "message",
            Self::Ours => "ours",
            Self::Panic => "panic",
            Self::TooMuch => "too_much",
        }
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct OfLane {
    worker: &'static str,
    queue: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct OfWorker {
    worker: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct OfStage {
    worker: &'static str,
    queue: String,
    stage: &'static str,
}

/// From taken to committed.
const COMMIT: &str = "commit";
/// From committed to confirmed and acknowledged.
const CONFIRM: &str = "confirm";

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct OfSetback {
    worker: &'static str,
    queue: String,
    cause: &'static str,
}

/// Histograms of one kind are all made alike.
#[derive(Clone, Copy)]
struct Buckets(&'static [f64]);

impl MetricConstructor<Histogram> for Buckets {
    fn new_metric(&self) -> Histogram {
        Histogram::new(self.0.iter().copied())
    }
}

type Counted<L> = Family<L, Counter>;
type Measured<L> = Family<L, Histogram, Buckets>;

/// Everything that one process counts.
pub struct Metrics {
    registry: Registry,
    received: Counted<OfLane>,
    decided: Counted<OfLane>,
    repeated: Counted<OfLane>,
    refused: Counted<OfLane>,
    parked: Counted<OfLane>,
    delayed: Counted<OfLane>,
    said: Counted<OfLane>,
    rolled_back: Counted<OfSetback>,
    sizes: Measured<OfLane>,
    ages: Measured<OfLane>,
    stages: Measured<OfStage>,
    links: Counted<OfWorker>,
    unpublished: Family<OfWorker, Gauge>,
    overdue: Gauge,
    spans_lost: Counted<OfWorker>,
}

impl Default for Metrics {
    fn default() -> Self {
        let mut all = Self {
            registry: Registry::with_prefix("leadmill"),
            received: Family::default(),
            decided: Family::default(),
            repeated: Family::default(),
            refused: Family::default(),
            parked: Family::default(),
            delayed: Family::default(),
            said: Family::default(),
            rolled_back: Family::default(),
            sizes: Family::new_with_constructor(Buckets(&SIZES)),
            ages: Family::new_with_constructor(Buckets(&AGES)),
            stages: Family::new_with_constructor(Buckets(&STAGES)),
            links: Family::default(),
            unpublished: Family::default(),
            overdue: Gauge::default(),
            spans_lost: Family::default(),
        };
        let mut registry = std::mem::take(&mut all.registry);
        all.register_messages(&mut registry);
        all.register_batches(&mut registry);
        all.registry = registry;
        all
    }
}

impl Metrics {
    fn register_messages(&self, registry: &mut Registry) {
        let version = Info::new([("version", env!("CARGO_PKG_VERSION"))]);
        registry.register("build", "The program", version);
        for (name, help, counted) in [
            ("messages_received", "Messages taken from the queue", &self.received),
            ("messages_decided", "Messages judged for the first time", &self.decided),
            ("messages_repeated", "Messages that were known already", &self.repeated),
            ("messages_refused", "Messages that a rule refused for good", &self.refused),
            ("messages_parked", "Messages kept for somebody to look at", &self.parked),
            ("messages_delayed", "Messages sent to a delay queue, to be retried", &self.delayed),
            ("messages_said", "Events and commands that followed", &self.said),
        ] {
            registry.register(name, help, counted.clone());
        }
        let help = "Age of the oldest message of a batch when it is taken";
        registry.register_with_unit("message_age", help, Unit::Seconds, self.ages.clone());
    }

    fn register_batches(&self, registry: &mut Registry) {
        let help = "Messages that are taken at once";
        registry.register("batch_size_messages", help, self.sizes.clone());
        let help = "Time from taken to committed, and from committed to confirmed";
        registry.register_with_unit("batch_stage", help, Unit::Seconds, self.stages.clone());
        let help = "Transactions that were rolled back and are tried again";
        registry.register("transactions_rolled_back", help, self.rolled_back.clone());
        let help = "Batches in the database that are not known to be published";
        registry.register("batches_unpublished", help, self.unpublished.clone());
        let help = "Timers that are due for more than a minute and that no clock has said";
        registry.register("timers_overdue", help, self.overdue.clone());
        let help = "Connections to RabbitMQ since the start; more than one means losses";
        registry.register("link_generations", help, self.links.clone());
        let help = "Spans that were dropped because the collector did not take them";
        registry.register("spans_lost", help, self.spans_lost.clone());
    }

    /// The meter of one worker.
    #[must_use]
    pub fn worker(&self, worker: &'static str, health: Arc<WorkerHealth>) -> WorkerMeter {
        let label = OfWorker { worker };
        WorkerMeter {
            health,
            links: self.links.get_or_create_owned(&label),
            unpublished: self.unpublished.get_or_create_owned(&label),
            overdue: self.overdue.clone(),
            spans_lost: self.spans_lost.get_or_create_owned(&label),
        }
    }

    /// The meter of one lane.
    #[must_use]
    pub fn lane(&self, worker: &'static str, queue: &str, health: Arc<LaneHealth>) -> Meter {
        let lane = OfLane { worker, queue: queue.to_owned() };
        let stage = |stage| {
            let label = OfStage { worker, queue: queue.to_owned(), stage };
            self.stages.get_or_create_owned(&label)
        };
        Meter(Arc::new(LaneCounts {
            health,
            received: self.received.get_or_create_owned(&lane),
            decided: self.decided.get_or_create_owned(&lane),
            repeated: self.repeated.get_or_create_owned(&lane),
            refused: self.refused.get_or_create_owned(&lane),
            parked: self.parked.get_or_create_owned(&lane),
            delayed: self.delayed.get_or_create_owned(&lane),
            said: self.said.get_or_create_owned(&lane),
            sizes: self.sizes.get_or_create_owned(&lane),
            ages: self.ages.get_or_create_owned(&lane),
            commit: stage(COMMIT),
            confirm: stage(CONFIRM),
            rolled_back: self.rolled_back.clone(),
            lane,
        }))
    }

    /// All counts, as Prometheus reads them.
    #[must_use]
    pub fn text(&self) -> String {
        let mut text = String::new();
        // Writing into a string cannot fail.
        let _ = encode(&mut text, &self.registry);
        text
    }
}

/// Counts of one worker.
#[derive(Clone)]
pub struct WorkerMeter {
    pub health: Arc<WorkerHealth>,
    links: Counter,
    unpublished: Gauge,
    overdue: Gauge,
    spans_lost: Counter,
}

impl WorkerMeter {
    /// A link to the broker was opened; it is the worker's until the answer is dropped.
    #[must_use]
    pub fn linked(&self) -> impl Drop + Send + use<> {
        self.links.inc();
        self.health.linked(true);
        let health = Arc::clone(&self.health);
        OnDrop(move || health.linked(false))
    }

    /// So many batches of the worker are not known to be published.
    pub fn unpublished(&self, batches: i64) {
        self.unpublished.set(batches);
    }

    /// So many timers are overdue, whoever planned them.
    pub fn overdue(&self, timers: i64) {
        self.overdue.set(timers);
    }

    /// So many spans were not sent.
    pub fn spans_lost(&self, spans: usize) {
        self.spans_lost.inc_by(number(spans));
    }
}

/// Counts of one lane.
#[derive(Clone)]
pub struct Meter(Arc<LaneCounts>);

struct LaneCounts {
    health: Arc<LaneHealth>,
    lane: OfLane,
    received: Counter,
    decided: Counter,
    repeated: Counter,
    refused: Counter,
    parked: Counter,
    delayed: Counter,
    said: Counter,
    sizes: Histogram,
    ages: Histogram,
    commit: Histogram,
    confirm: Histogram,
    rolled_back: Counted<OfSetback>,
}

impl Meter {
    /// The broker gives messages, until the answer is dropped.
    #[must_use]
    pub fn consuming(&self) -> impl Drop + Send + use<> {
        self.0.health.consuming(true);
        let lane = Arc::clone(&self.0);
        OnDrop(move || {
            lane.health.consuming(false);
            lane.health.idle();
        })
    }

    /// The lane has its connection to the database, or waits for it.
    pub fn database(&self, there: bool) {
        self.0.health.database(there);
    }

    /// The number of the lane's session on the database's server.
    pub fn session(&self, pid: i32) {
        self.0.health.session(pid);
    }

    /// A transaction waited for a lock until its time was up.
    pub fn locked_out(&self) {
        self.0.health.locked_out(true);
    }

    /// A batch was taken; `age` is that of its oldest message, where it says.
    #[must_use = "the times of the batch are counted by its clock"]
    pub fn taken(&self, messages: usize, age: Option<Duration>) -> Stopwatch {
        self.0.received.inc_by(number(messages));
        self.0.sizes.observe(f64::from(u32::try_from(messages).unwrap_or(u32::MAX)));
        if let Some(age) = age {
            self.0.ages.observe(age.as_secs_f64());
        }
        self.0.health.busy();
        Stopwatch { lane: Arc::clone(&self.0), since: Instant::now() }
    }

    /// A transaction was committed.
    pub fn decided(&self, counts: Counts) {
        let lane = &*self.0;
        for (counter, counted) in [
            (&lane.decided, counts.decided),
            (&lane.repeated, counts.repeated),
            (&lane.refused, counts.refused),
            (&lane.parked, counts.parked),
            (&lane.delayed, counts.delayed),
            (&lane.said, counts.said),
        ] {
            counter.inc_by(number(counted));
        }
        lane.health.locked_out(false);
        lane.health.got_on();
    }

    /// A transaction was rolled back.
    pub fn rolled_back(&self, cause: Setback) {
        let OfLane { worker, queue } = self.0.lane.clone();
        let label = OfSetback { worker, queue, cause: cause.name() };
        self.0.rolled_back.get_or_create_owned(&label).inc();
        self.0.health.got_on();
        if cause == Setback::Connection {
            self.0.health.database(false);
        }
    }
}

/// The time that a batch takes, stage by stage.
pub struct Stopwatch {
    lane: Arc<LaneCounts>,
    since: Instant,
}

impl Stopwatch {
    /// The batch is committed; its next stage begins.
    #[must_use]
    pub fn committed(self) -> Self {
        self.lane.commit.observe(self.since.elapsed().as_secs_f64());
        self.lane.health.idle();
        Self { since: Instant::now(), ..self }
    }

    /// What it says is confirmed, and its messages are acknowledged.
    pub fn confirmed(self) {
        self.lane.confirm.observe(self.since.elapsed().as_secs_f64());
    }
}

/// Does something when it is dropped.
struct OnDrop<F: FnMut()>(F);

impl<F: FnMut()> Drop for OnDrop<F> {
    fn drop(&mut self) {
        (self.0)();
    }
}

fn number(count: usize) -> u64 {
    u64::try_from(count).unwrap_or(u64::MAX)
}
