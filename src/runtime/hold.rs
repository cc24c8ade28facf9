//! Holding: while database, tables or rights are not there, or a fault of our own lasts, what was taken
//! stays in hand on the same link, and nothing is taken.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use domain::host::Hosted;
use tokio_util::sync::CancellationToken;
use tracing::{error, warn};
use uuid::Uuid;

use super::desk::Desk;
use super::reference::Shared;
use super::told::Told;
use crate::messaging::Link;
use crate::store::role::Does;
use crate::store::{self, Connection, DatabaseSettings, Fault};
use crate::telemetry::{Meter, Tracer};

/// Waits between attempts after a fault, doubling from the first to the second, with jitter.
pub const FAULT_WAIT_MIN: Duration = Duration::from_millis(100);
pub const FAULT_WAIT_MAX: Duration = Duration::from_secs(10);
/// Pause before what failed for our own fault is tried again, in case somebody mended it.
pub const HELD_PAUSE: Duration = Duration::from_secs(5);

/// Why a lane ended although nobody asked for it: the link failed, and the next one goes on.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct LaneError(pub String);

/// Counts of [trials](super::trial) that this process could not take back yet: the database was away.
#[derive(Clone, Debug, Default)]
pub struct OpenTrials(Arc<Mutex<BTreeSet<Uuid>>>);

impl OpenTrials {
    /// Takes back what is open: this process has survived it. What cannot be taken back stays open.
    async fn settle(&self, desk: &mut Desk) -> Result<(), Fault> {
        while let Some(open) = self.first() {
            store::trial::take_back(&mut desk.conn, desk.worker.name(), open).await?;
            self.with(|all| all.remove(&open));
        }
        Ok(())
    }

    /// This one is to be taken back later.
    pub fn add(&self, name: Uuid) {
        self.with(|all| all.insert(name));
    }

    fn first(&self) -> Option<Uuid> {
        self.with(|all| all.first().copied())
    }

    fn with<T>(&self, change: impl FnOnce(&mut BTreeSet<Uuid>) -> T) -> T {
        change(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// What it takes to hold messages of one queue: who works on it, where its database is, and when to
/// give up.
#[derive(Clone)]
pub struct Holder {
    pub worker: Arc<dyn Hosted>,
    pub references: Arc<Shared>,
    /// What its role of PostgreSQL must be allowed.
    pub does: Arc<Does>,
    pub queue: String,
    pub database: DatabaseSettings,
    pub meter: Meter,
    pub tracer: Tracer,
    pub trials: OpenTrials,
    pub told: Told,
    /// Stop taking messages, finish what was taken, end.
    pub stop: CancellationToken,
}

impl Holder {
    /// A connection of the lane's own; tried until it is there and tables and rights fit, or the lane
    /// has to end.
    pub async fn desk(&self, link: &Link) -> Option<Desk> {
        let mut wait = FAULT_WAIT_MIN;
        let (failed, retiring) = (link.failed(), link.retiring());
        loop {
            match self.opened().await {
                Ok(desk) => {
                    self.meter.database(true);
                    return Some(desk);
                }
                Err(fault) => {
                    self.meter.database(false);
                    self.tell(&fault);
                }
            }
            tokio::select! {
                () = self.ending(&retiring) => return None,
                () = failed.cancelled() => return None,
                () = tokio::time::sleep(wait) => wait = (wait * 2).min(FAULT_WAIT_MAX),
            }
        }
    }

    async fn opened(&self) -> Result<Desk, Fault> {
        let name = format!("leadmill {}", self.queue);
        let mut conn: Connection = store::connect_by_key(&self.database, &name).await?;
        store::schema::fits(&mut conn).await?;
        store::role::permits(&mut conn, &self.does).await?;
        self.meter.session(store::blocker::session(&mut conn).await?);
        let mut desk = Desk {
            worker: Arc::clone(&self.worker),
            conn,
            marks: Vec::new(),
            underway: BTreeSet::new(),
            doubt: false,
            references: Arc::clone(&self.references),
            meter: self.meter.clone(),
            tracer: self.tracer.clone(),
        };
        self.trials.settle(&mut desk).await?;
        Ok(desk)
    }

    /// Another connection in place of one that is broken or doubtful; what is to be marked stays.
    pub async fn renew(&self, desk: &mut Desk, link: &Link) -> Result<(), LaneError> {
        let Some(fresh) = self.desk(link).await else {
            let why = "What was taken is given back, because the process or its link ends.";
            return Err(LaneError(link.failure().unwrap_or_else(|| why.to_owned())));
        };
        desk.reconnect(fresh);
        Ok(())
    }

    /// Nobody but the database or we are to blame: what was taken stays in hand, on the same link,
    /// until it is tried again. Says what is wrong once, not every time.
    pub async fn hold(&self, desk: &mut Desk, link: &Link, fault: &Fault) -> Result<(), LaneError> {
        self.tell(fault);
        self.renew(desk, link).await?;
        self.pause(link, HELD_PAUSE).await
    }

    /// Nothing more is to be taken: the process ends, or the link is exchanged for a new one.
    pub async fn ending(&self, retiring: &CancellationToken) {
        tokio::select! {
            () = self.stop.cancelled() => {}
            () = retiring.cancelled() => {}
        }
    }

    /// Waits, unless the lane has to end: then what was taken is given back.
    pub async fn pause(&self, link: &Link, wait: Duration) -> Result<(), LaneError> {
        let (failed, retiring) = (link.failed(), link.retiring());
        tokio::select! {
            () = failed.cancelled() => Err(LaneError(link.failure().unwrap_or_default())),
            () = self.ending(&retiring) => {
                Err(LaneError("What was taken is given back, because the link ends.".to_owned()))
            }
            () = tokio::time::sleep(wait) => Ok(()),
        }
    }

    fn tell(&self, fault: &Fault) {
        if let Fault::Ours(trouble) = fault {
            self.halted(&trouble.to_string());
        } else if self.told.is_new(&fault.to_string()) {
            warn!(queue = self.queue, "{fault} Trying again.");
        }
    }

    /// Our own fault stops the lane; a person must act.
    pub fn halted(&self, reason: &str) {
        if self.told.is_new(reason) {
            error!("Queue `{}` is not worked on: {reason}", self.queue);
        }
    }
}
