//! What goes on beside the lanes: sweeping up unpublished batches, timers, partitions, dead letters.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use domain::ids::minted;
use tokio_util::sync::CancellationToken;
use tracing::{error, info, warn};
use uuid::Uuid;

use super::arrival::{Original, kept_headers};
use super::clock;
use super::publish::{outgoing, publish, stored};
use crate::messaging::{DEAD_LETTERS, Delivered, Link, Outgoing, Receipt};
use crate::settings::Settings;
use crate::store::batch::NewBatch;
use crate::store::event::NewEvent;
use crate::store::parked::{NewParked, ParkedClass};
use crate::store::partition::DAYS_AHEAD_MIN;
use crate::store::{self, Connection, Fault};
use crate::telemetry::WorkerMeter;

/// Who says what is due: the clock, whichever process it runs in.
pub const CLOCK: &str = "clock";
/// How often timers are looked at.
const CLOCK_EVERY: Duration = Duration::from_secs(1);
/// Most timers claimed at once; the rest a second later.
const TIMERS_MAX: u32 = 500;
/// Most batches that one sweep publishes.
const SWEPT_MAX: u32 = 50;
/// How often the partitions are looked after.
const PARTITIONS_EVERY: Duration = Duration::from_secs(60 * 60);
/// Dead letters that are parked in one transaction.
const DEAD_BATCH: usize = 64;
/// Pause after a fault of the upkeep itself; the lanes do not wait for it.
const FAULT_PAUSE: Duration = Duration::from_secs(5);

/// The upkeep of one process, on connections of its own.
#[derive(Clone)]
pub struct Upkeep {
    pub settings: Arc<Settings>,
    /// The worker whose batches this process sweeps up; none in a process of the clock alone.
    pub worker: Option<&'static str>,
    pub heard: Arc<BTreeSet<&'static str>>,
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
        let mut conn: Option<Connection> = None;
        let failed = link.failed();
        loop {
            let todo = tokio::select! {
                () = self.stop.cancelled() => return,
                () = failed.cancelled() => return,
                _ = clock.tick(), if keeps => Todo::Timers,
                _ = sweep.tick() => Todo::Sweep,
                _ = partitions.tick(), if keeps => Todo::Partitions,
            };
            let done = async {
                if conn.is_none() {
                    conn = Some(store::connect(&self.settings.database, "leadmill upkeep").await?);
                }
                let Some(conn) = &mut conn else { return Ok(()) };
                match todo {
                    Todo::Timers => self.timers(conn, link).await,
                    Todo::Sweep => self.sweep(conn, link, keeps).await,
                    Todo::Partitions => maintain(conn).await,
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

    /// A due timer becomes a command, in one transaction with its claim: it happens once.
    async fn timers(&self, conn: &mut Connection, link: &Link) -> Result<(), Fault> {
        let now = store::begin(conn).await?;
        let batch = minted(now, random());
        let due = store::schedule::claim_due(conn, batch, TIMERS_MAX).await?;
        if due.is_empty() {
            return store::rollback(conn).await;
        }
        let commands = due.into_iter().filter_map(|timer| {
            let ty = domain::commands::COMMANDS.iter().find(|ty| ty.name == timer.ty);
            if ty.is_none() {
                error!("The timer {} wants the unknown `{}`.", timer.id, timer.ty);
            }
            Some(NewEvent {
                // The window of known messages begins when it is said, not when it was planned.
                id: minted(now, random()),
                ty: ty?,
                subject: timer.subject,
                sequence: None,
                correlation: timer.correlation,
                cause: timer.cause,
                traceparent: None,
                data: timer.data,
            })
        });
        let commands: Vec<_> = commands.collect();
        store::event::append(conn, CLOCK, batch, &commands).await?;
        let (events, messages) = (commands.len(), commands.len());
        let row = NewBatch { id: batch, taken_at: now, decided_at: now, messages, events };
        store::batch::insert(conn, CLOCK, &row).await?;
        store::commit(conn).await?;
        self.publish(conn, link, &[batch]).await
    }

    /// Publishes batches whose cause will never come back.
    async fn sweep(&self, conn: &mut Connection, link: &Link, keeps: bool) -> Result<(), Fault> {
        let older_than = Duration::from_secs(self.settings.runtime.sweep_after_s);
        if let Some(worker) = self.worker {
            self.meter.unpublished(store::batch::unmarked(conn, worker).await?);
        }
        for worker in self.worker.into_iter().chain(keeps.then_some(CLOCK)) {
            store::begin(conn).await?;
            let stale = store::batch::stale_unmarked(conn, worker, older_than, SWEPT_MAX).await?;
            if stale.is_empty() {
                store::rollback(conn).await?;
                continue;
            }
            info!("Publishing {} batches of `{worker}` that nobody had published.", stale.len());
            let published = self.publish(conn, link, &stale).await;
            // The locks are held until here, so that no other sweeper does the same.
            store::commit(conn).await?;
            published?;
        }
        Ok(())
    }

    /// Publishes what these batches said, then marks them.
    async fn publish(
        &self,
        conn: &mut Connection,
        link: &Link,
        batches: &[Uuid],
    ) -> Result<(), Fault> {
        let events = store::event::of_batches(conn, batches).await?;
        let messages = events.iter().map(|event| outgoing(stored(event), &self.heard));
        let messages: Result<Vec<Outgoing>, _> = messages.collect();
        let messages = messages.map_err(|error| Fault::ours(format!("{error}.")))?;
        let published = publish(link.publisher(), messages.into(), link.failed()).await;
        match published {
            Ok(()) => {
                let now = clock::now();
                let marks: Vec<_> = batches.iter().map(|batch| (*batch, now)).collect();
                store::batch::mark_published(conn, &marks).await
            }
            // Unmarked, it is swept up again.
            Err(error) => {
                warn!("{error}");
                Ok(())
            }
        }
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
        store::parked::insert(conn, CLOCK, &rows).await.map(drop)
    }
}

#[derive(Clone, Copy)]
enum Todo {
    Timers,
    Sweep,
    Partitions,
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

/// The row of a dead letter; the broker's history says which queue it died in, and why.
fn dead_letter(message: &Delivered) -> NewParked {
    let history = message.headers.get("x-death");
    let history = history.and_then(|text| serde_json::from_str::<serde_json::Value>(text).ok());
    let first = history.as_ref().and_then(|history| history.get(0));
    let field = |name: &str| {
        let value = first.and_then(|death| death.get(name)).and_then(serde_json::Value::as_str);
        value.unwrap_or("unknown").to_owned()
    };
    let (queue, reason) = (field("queue"), field("reason"));
    let id = message.message_id.as_deref().and_then(|id| id.parse::<Uuid>().ok());
    let reason = match first.and_then(|death| death.get("original-expiration")) {
        Some(lived) if reason == "expired" => {
            let lived = lived.as_str().map_or_else(|| lived.to_string(), str::to_owned);
            format!(
                "Its sender gave it {lived} ms to live (`expiration`) and nobody took it from the \
                 queue `{queue}` in that time. Ask its sender whether it is still wanted, then replay \
                 or discard it."
            )
        }
        _ => format!(
            "It died in queue `{queue}` ({reason}): the process that handled it ended each time. \
             Look at the log of that time, then replay or discard it."
        ),
    };
    let headers = kept_headers(&message.headers);
    let original = Original::of(message.clone());
    NewParked {
        id: original.fingerprint(CLOCK, &queue, &headers),
        queue,
        message: id,
        sender: message.user_id.clone(),
        class: ParkedClass::DeadLetter,
        reason,
        history: history.unwrap_or_else(|| serde_json::json!([])),
        properties: original.properties(),
        body: original.body.to_vec(),
        headers: Some(headers),
    }
}

/// Chance for an id that is minted.
pub fn random() -> [u8; 10] {
    let bytes = fastrand::u128(..).to_be_bytes();
    std::array::from_fn(|n| bytes[n])
}
