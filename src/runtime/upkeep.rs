//! What goes on beside the lanes: sweeping up unpublished batches, timers, partitions, dead letters.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use tokio_util::sync::CancellationToken;
use tracing::{error, info, warn};

use super::dead::dead_letter;
use super::told::Told;
use crate::messaging::{DEAD_LETTERS, Delivered, Link, Receipt};
use crate::settings::Settings;
use crate::store::parked::NewParked;
use crate::store::partition::DAYS_AHEAD_MIN;
use crate::store::{self, Connection, Fault};
use crate::telemetry::WorkerMeter;
use crate::workers::CLOCK;

/// How often timers are looked at.
const CLOCK_EVERY: Duration = Duration::from_secs(1);
/// How often it is asked who holds a lock, while a lane waits in vain. A lane waits for a lock at least
/// that long, then pauses: it must be asked meanwhile.
const LOCKS_EVERY: Duration = Duration::from_secs(1);
/// How often the partitions are looked after.
const PARTITIONS_EVERY: Duration = Duration::from_secs(60 * 60);
/// How often it is asked whether a run over what is kept for so long only is due.
const RETENTION_EVERY: Duration = Duration::from_secs(60 * 60);
/// Dead letters that are parked in one transaction.
const DEAD_BATCH: usize = 64;
/// Pause after a fault of the upkeep itself; the lanes do not wait for it.
const FAULT_PAUSE: Duration = Duration::from_secs(5);

/// The types that the clock may say, by the worker that planned them.
pub type Plans = BTreeMap<&'static str, Vec<&'static str>>;

/// The upkeep of one process, on connections of its own.
#[derive(Clone)]
pub struct Upkeep {
    pub settings: Arc<Settings>,
    /// The worker whose batches this process sweeps up; none in a process of the clock alone.
    pub worker: Option<&'static str>,
    pub heard: Arc<BTreeSet<&'static str>>,
    pub plans: Arc<Plans>,
    pub meter: WorkerMeter,
    pub stop: CancellationToken,
}

impl Upkeep {
    /// Runs until the link fails or the process is to stop. A role that may not keep timers and
    /// partitions (see `leadmill grants`) leaves these and the dead letters to the clock's process.
    pub async fn run(&self, link: &Link) {
        let Some(keeps) = self.keeps(link).await else { return };
        if keeps {
            tokio::join!(self.clocked(link, true), self.dead_letters(link));
        } else {
            self.clocked(link, false).await;
        }
    }

    /// Whether our role may keep timers and partitions; asked until the database answers.
    async fn keeps(&self, link: &Link) -> Option<bool> {
        let failed = link.failed();
        loop {
            let asked = async {
                let mut conn = store::connect(&self.settings.database, "leadmill upkeep").await?;
                store::schema::fits(&mut conn).await?;
                store::role::keeps(&mut conn).await
            };
            match asked.await {
                Ok(keeps) => {
                    if !keeps {
                        info!(
                            "Timers, partitions and dead letters are left to `leadmill run clock`."
                        );
                    }
                    return Some(keeps);
                }
                Err(fault) => warn!("The upkeep could not begin and is tried again: {fault}"),
            }
            tokio::select! {
                () = self.stop.cancelled() => return None,
                () = failed.cancelled() => return None,
                () = tokio::time::sleep(FAULT_PAUSE) => {}
            }
        }
    }

    async fn clocked(&self, link: &Link, keeps: bool) {
        let sweep_every = Duration::from_secs(self.settings.runtime.sweep_every_s);
        let mut clock = tokio::time::interval(CLOCK_EVERY);
        let mut sweep = tokio::time::interval(sweep_every);
        let mut partitions = tokio::time::interval(PARTITIONS_EVERY);
        let mut retention = tokio::time::interval(RETENTION_EVERY);
        let mut locks = tokio::time::interval(LOCKS_EVERY);
        let mut conn: Option<Connection> = None;
        let (mut left, told) = (Vec::new(), Told::default());
        let failed = link.failed();
        loop {
            let todo = tokio::select! {
                () = self.stop.cancelled() => return,
                () = failed.cancelled() => return,
                _ = clock.tick(), if keeps => Todo::Timers,
                _ = sweep.tick() => Todo::Sweep,
                _ = partitions.tick(), if keeps => Todo::Partitions,
                _ = retention.tick(), if keeps => Todo::Retention,
                _ = locks.tick() => Todo::Locks,
            };
            if matches!(todo, Todo::Locks) && self.meter.health.locked_out().is_empty() {
                told.over();
                continue;
            }
            let done = async {
                if conn.is_none() {
                    conn = Some(store::connect(&self.settings.database, "leadmill upkeep").await?);
                }
                let Some(conn) = &mut conn else { return Ok(()) };
                match todo {
                    Todo::Timers => self.timers(conn, link, &mut left).await,
                    Todo::Retention => self.retention(conn, link, &mut left).await,
                    Todo::Sweep => self.sweep(conn, link, keeps, &mut left).await,
                    Todo::Partitions => {
                        store::schedule::purge(conn).await?;
                        maintain(conn).await
                    }
                    Todo::Locks => self.locks(conn, &told).await,
                }
            };
            let done = done.await;
            self.meter.health.database(done.is_ok());
            if let Err(fault) = done {
                warn!("The upkeep could not be done and is tried again: {fault}");
                conn = None;
                tokio::select! {
                    () = self.stop.cancelled() => return,
                    () = tokio::time::sleep(FAULT_PAUSE) => {}
                }
            }
        }
    }

    /// Says who holds the locks that lanes wait for in vain, once for each.
    async fn locks(&self, conn: &mut Connection, told: &Told) -> Result<(), Fault> {
        let (sessions, queues): (Vec<_>, Vec<_>) =
            self.meter.health.locked_out().into_iter().unzip();
        let blockers = store::blocker::of_sessions(conn, &sessions).await?;
        let named: Vec<_> = blockers.iter().map(store::blocker::Blocker::named).collect();
        if !named.is_empty() && told.is_new(&named.join(", ")) {
            let advice: Vec<_> = blockers.iter().map(store::blocker::Blocker::advice).collect();
            warn!(
                "`{}` waits for a lock that is held by {}. {}",
                queues.join("`, `"),
                named.join(" and by "),
                advice.join(" ")
            );
        }
        Ok(())
    }

    /// Moves dead letters into `parked`, where people look.
    async fn dead_letters(&self, link: &Link) {
        let prefetch = u16::try_from(DEAD_BATCH).unwrap_or(u16::MAX);
        let Ok(mut consumer) = link.consume(DEAD_LETTERS, prefetch).await else { return };
        let mut conn: Option<Connection> = None;
        let failed = link.failed();
        loop {
            let batch = tokio::select! {
                () = self.stop.cancelled() => return,
                batch = consumer.next_batch(DEAD_BATCH) => batch,
            };
            let Some(batch) = batch else { return };
            loop {
                match self.park(&mut conn, &batch).await {
                    Ok(()) => break,
                    Err(fault) => {
                        warn!("Dead letters are held and tried again: {fault}");
                        conn = None;
                        tokio::select! {
                            () = self.stop.cancelled() => return,
                            () = failed.cancelled() => return,
                            () = tokio::time::sleep(FAULT_PAUSE) => {}
                        }
                    }
                }
            }
            if Receipt::of(&batch).acknowledge().await.is_err() {
                return;
            }
        }
    }

    async fn park(&self, conn: &mut Option<Connection>, batch: &[Delivered]) -> Result<(), Fault> {
        if conn.is_none() {
            *conn = Some(store::connect(&self.settings.database, "leadmill dead letters").await?);
        }
        let Some(conn) = conn else { return Ok(()) };
        let rows: Vec<_> = batch.iter().map(dead_letter).collect();
        match store::parked::insert(conn, CLOCK, &rows).await {
            // The tables do not take what one of them carries: the others are not to wait for it.
            Err(Fault::Message(_)) => {}
            done => return done.map(drop),
        }
        for row in rows {
            let row = [row];
            if let Err(Fault::Message(trouble)) = store::parked::insert(conn, CLOCK, &row).await {
                let [row] = row;
                error!("The dead letter {} is parked without its headers: {trouble}", row.id);
                let history = serde_json::json!([]);
                let bare = NewParked { headers: None, history, ..row };
                store::parked::insert(conn, CLOCK, &[bare]).await?;
            }
        }
        Ok(())
    }
}

#[derive(Clone, Copy)]
enum Todo {
    Timers,
    Sweep,
    Partitions,
    Retention,
    Locks,
}

async fn maintain(conn: &mut Connection) -> Result<(), Fault> {
    store::partition::maintain(conn).await?;
    let days = store::partition::days_ahead(conn).await?;
    if days < DAYS_AHEAD_MIN {
        error!(
            "The partitions reach only {days} days ahead; run `leadmill migrate` as the owner of \
             the tables."
        );
    }
    Ok(())
}

/// Chance for an id that is minted.
pub fn random() -> [u8; 10] {
    let bytes = fastrand::u128(..).to_be_bytes();
    std::array::from_fn(|n| bytes[n])
}
