//! The runtime: takes messages in batches, lets workers decide, saves, publishes, acknowledges.
//! Written once, for all workers; see the map in `lib.rs` for the way of a message.

mod answer;
mod arrival;
mod asking;
mod attempts;
mod batch;
mod cause;
mod claims;
mod dead;
mod decision;
mod desk;
mod fault_point;
mod hold;
mod kept;
mod lane;
pub mod opening;
mod origin;
mod original;
mod panics;
mod planted;
mod prefetch;
mod process_time;
mod publish;
mod record;
mod reference;
mod sweep;
mod todo;
mod told;
mod transaction;
mod trial;
mod upkeep;

use std::ops::ControlFlow;
use std::sync::Arc;

use domain::host::Hosted;
use futures_util::future::join_all;
use tokio_util::sync::CancellationToken;
use tracing::{info, warn};

use crate::messaging::{Link, reconnecting};
use crate::rights::Rights;
use crate::settings::Settings;
use crate::store::role::Does;
use crate::store::{self, Fault};
use crate::telemetry::{Health, Metrics, Tracer, WorkerMeter};
use crate::workers::CLOCK;
use crate::{roles, workers};

pub use arrival::ATTEMPT_HEADER;
pub use asking::SENDER_HEADER;
pub use dead::dead_letter;
pub use fault_point::{FaultPoint, VARIABLE as FAIL_AT};
pub use kept::hex;
pub use process_time::VARIABLE as TIME_OFFSET;
pub use publish::{Sent, outgoing, stored};

use hold::{Holder, OpenTrials};
use lane::Lane;
use reference::Shared;
use told::Told;
use upkeep::{Plans, Upkeep};

/// The workers of one process, and what they share.
pub struct Runtime {
    settings: Arc<Settings>,
    workers: Vec<Arc<dyn Hosted>>,
    /// Whether the clock was named: then it has a link of its own, and no lanes.
    clock: bool,
    heard: Arc<std::collections::BTreeSet<&'static str>>,
    sayers: Arc<[workers::Sayer]>,
    rights: Arc<Rights>,
    /// What the role of the clock must be allowed, and what it may say of which worker.
    keeps: Does,
    plans: Arc<Plans>,
    references: Arc<Shared>,
    metrics: Arc<Metrics>,
    health: Health,
}

impl Runtime {
    /// The runtime of the workers named; of all where none is.
    ///
    /// # Errors
    /// A finished sentence where a name is unknown, of a worker or of a place to fail at, or the
    /// settings cannot be used.
    pub fn new(settings: Settings, names: &[String]) -> Result<Self, String> {
        fault_point::check()?;
        let all = workers::all(&settings).map_err(|error| error.to_string())?;
        let heard = Arc::new(workers::heard(&all));
        let sayers = workers::sayers(&all).into();
        for name in names {
            if !workers::NAMES.contains(&name.as_str()) && name != CLOCK {
                let known = workers::NAMES.join(", ");
                return Err(format!("There is no worker `{name}`; the workers are {known}."));
            }
        }
        let keeps = roles::of_clock(&all);
        let plans = all.iter().map(|worker| (worker.name(), roles::plans(&**worker))).collect();
        let wanted = |name: &str| names.is_empty() || names.iter().any(|wanted| wanted == name);
        let workers = all.into_iter().filter(|worker| wanted(worker.name()));
        let workers = workers.map(Arc::from).collect();
        let clock = names.iter().any(|name| name == CLOCK);
        let (metrics, health) = Default::default();
        let rights = Arc::new(settings.rights.rights());
        let (settings, plans) = (Arc::new(settings), Arc::new(plans));
        let references = Arc::default();
        Ok(Self {
            settings,
            workers,
            clock,
            heard,
            sayers,
            rights,
            keeps,
            plans,
            references,
            metrics,
            health,
        })
    }

    /// Checks that the tables fit this program and that its role may do what it has to, before
    /// anything is taken. A database that does not answer is waited for by each worker.
    ///
    /// # Errors
    /// [`Fault::Ours`] with a sentence that says what to run.
    pub async fn check(&self) -> Result<(), Fault> {
        let checked = async {
            let mut conn = store::connect(&self.settings.database, "leadmill check").await?;
            store::schema::fits(&mut conn).await?;
            let works = self.workers.iter().map(|worker| roles::of_worker(&**worker));
            for does in works.chain(self.clock.then(|| self.keeps.clone())) {
                store::role::permits(&mut conn, &does).await?;
            }
            store::close(conn).await
        };
        match checked.await {
            Err(fault @ Fault::Ours(_)) => Err(fault),
            Err(fault) => {
                warn!("{fault}");
                Ok(())
            }
            Ok(()) => Ok(()),
        }
    }

    /// What the workers count, and how they are, while they run.
    #[must_use]
    pub fn telemetry(&self) -> (Arc<Metrics>, Health) {
        (Arc::clone(&self.metrics), self.health.clone())
    }

    /// Works until `stop`, through losses of broker and database; then finishes what was taken.
    pub async fn run(&self, stop: CancellationToken) {
        let each = self.workers.iter().map(|worker| self.work(worker, stop.clone()));
        let clock = async {
            if self.clock {
                self.keep(stop.clone()).await;
            }
        };
        tokio::join!(join_all(each), clock);
    }

    /// The clock alone: timers, partitions and dead letters, where the roles of the workers may not
    /// keep them.
    async fn keep(&self, stop: CancellationToken) {
        let meter = self.metrics.worker(CLOCK, self.health.worker(CLOCK));
        let upkeep = self.upkeep(None, &meter, &stop);
        info!(worker = CLOCK, "Working.");
        let generation = |link: Link| {
            let upkeep = upkeep.clone();
            let linked = meter.linked();
            async move {
                let _linked = linked;
                upkeep.run(&link).await;
                ControlFlow::<()>::Continue(())
            }
        };
        reconnecting(&self.settings.broker, "leadmill clock", stop, generation).await;
        info!(worker = CLOCK, "Stopped.");
    }

    fn upkeep(
        &self,
        worker: Option<&'static str>,
        meter: &WorkerMeter,
        stop: &CancellationToken,
    ) -> Upkeep {
        Upkeep {
            settings: Arc::clone(&self.settings),
            worker,
            heard: Arc::clone(&self.heard),
            plans: Arc::clone(&self.plans),
            meter: meter.clone(),
            stop: stop.clone(),
        }
    }

    /// One worker: a link, a lane per queue, and the upkeep. Workers share nothing, so that one in
    /// trouble leaves the others alone.
    async fn work(&self, worker: &Arc<dyn Hosted>, stop: CancellationToken) {
        let broker = &self.settings.broker;
        let queues = workers::queue_names(&**worker);
        let meter = self.metrics.worker(worker.name(), self.health.worker(worker.name()));
        let (tracer, sending) = Tracer::start(&self.settings.tracing, worker.name(), meter.clone());
        let lane = |queue: &str| self.lane(worker, queue, (&meter, &tracer), &stop);
        let lanes: Vec<Lane> = queues.into_iter().map(lane).collect();
        drop(tracer);
        let upkeep = self.upkeep(Some(worker.name()), &meter, &stop);
        info!(worker = worker.name(), "Working.");
        let generation = |link: Link| {
            let (lanes, upkeep) = (lanes.clone(), upkeep.clone());
            let linked = meter.linked();
            async move {
                let _linked = linked;
                let kept = tokio::spawn({
                    let link = link.clone();
                    async move { upkeep.run(&link).await }
                });
                together(lanes.into_iter().map(|lane| keep_working(lane, link.clone()))).await;
                // The lanes have ended, so the upkeep ends too; what it is doing can be done again later.
                kept.abort();
                ControlFlow::<()>::Continue(())
            }
        };
        let name = format!("leadmill {}", worker.name());
        reconnecting(broker, &name, stop.clone(), generation).await;
        drop(lanes);
        sending.finish().await;
        info!(worker = worker.name(), "Stopped; everything that was taken is finished.");
    }

    fn lane(
        &self,
        worker: &Arc<dyn Hosted>,
        queue: &str,
        (meter, tracer): (&WorkerMeter, &Tracer),
        stop: &CancellationToken,
    ) -> Lane {
        let holder = Holder {
            worker: Arc::clone(worker),
            references: Arc::clone(&self.references),
            does: Arc::new(roles::of_worker(&**worker)),
            queue: queue.to_owned(),
            database: self.settings.database.clone(),
            meter: self.metrics.lane(worker.name(), queue, meter.health.lane(queue)),
            tracer: tracer.clone(),
            trials: OpenTrials::default(),
            told: Told::default(),
            stop: stop.clone(),
        };
        Lane {
            holder,
            batch_size_max: self.settings.runtime.batch_size_max,
            prefetch_batches: self.settings.runtime.prefetch_batches,
            heard: Arc::clone(&self.heard),
            sayers: Arc::clone(&self.sayers),
            rights: Arc::clone(&self.rights),
        }
    }
}

/// Each as a task of its own: what waits on the thread that `main` blocks needs another thread to be
/// woken, with every answer of a server.
async fn together(all: impl Iterator<Item = impl Future<Output = ()> + Send + 'static>) {
    for ended in join_all(all.map(tokio::spawn)).await {
        if let Err(error) = ended
            && let Ok(panic) = error.try_into_panic()
        {
            std::panic::resume_unwind(panic);
        }
    }
}

/// Works on one queue until the link ends. A lane that cannot go on ends the link, because what it
/// holds comes back only when the link is closed.
async fn keep_working(lane: Lane, link: Link) {
    let Err(error) = lane.work(&link).await else { return };
    warn!("{error}");
    link.failed().cancel();
}
