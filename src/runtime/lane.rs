//! A lane: one queue, one consumer, one database connection, one batch after the other.
//!
//! While the messages of one batch are confirmed, the next transaction runs; acknowledgements stay
//! in the order of the batches. A fault is retried in place, the messages held; nothing is requeued.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use domain::host::Hosted;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;
use tracing::{error, info, warn};
use uuid::Uuid;

use super::arrival::Message;
use super::attempts::{Attempts, FAULT_WAIT_MAX, FAULT_WAIT_MIN};
use super::clock;
use super::fault_point::FaultPoint;
use super::planted::Bug;
use super::publish::{publish, seal_all};
use super::transaction::{Committed, Desk};
use crate::messaging::{Consumer, Delivered, Link, PublishError, Receipt};
use crate::store::{self, DatabaseSettings};

/// Marks wait this long for a transaction to ride in.
const MARKS_IDLE: Duration = Duration::from_secs(1);

/// From so many deliveries on, messages are taken one at a time: as many halvings make the largest
/// batch a single message.
const CAREFUL_FROM: u64 = 8;

/// What a lane is made of.
#[derive(Clone)]
pub struct Lane {
    pub worker: Arc<dyn Hosted>,
    pub queue: String,
    pub database: DatabaseSettings,
    pub batch_size_max: usize,
    pub prefetch_batches: usize,
    pub heard: Arc<BTreeSet<&'static str>>,
    /// Stop taking messages, finish what was taken, end.
    pub stop: CancellationToken,
}

/// Why a lane ended although nobody asked for it.
#[derive(Debug, thiserror::Error)]
pub enum LaneError {
    /// The link failed; the next one goes on.
    #[error("{0}")]
    Link(String),
    /// Our own fault; a person must act.
    #[error("Queue `{queue}` is not worked on: {reason}")]
    Halted { queue: String, reason: String },
}

/// A batch whose messages are on their way out.
struct InFlight {
    published: JoinHandle<Result<(), PublishError>>,
    batches: Vec<Uuid>,
    receipt: Receipt,
}

impl Lane {
    /// Works on the queue until the link fails or the lane is to stop; then everything that was
    /// taken is finished, confirmed and acknowledged.
    pub async fn work(&self, link: &Link) -> Result<(), LaneError> {
        let Some(mut desk) = self.desk(link).await else { return Ok(()) };
        let size = self.batch_size_max.min(self.worker.batch_max(&self.queue));
        let prefetch = u16::try_from(size * self.prefetch_batches).unwrap_or(u16::MAX);
        // Whatever is in hand when a link or a process ends counts as tried, not only what was worked
        // on. So a link begins with one message, and takes many once it is seen that they are fresh.
        let mut consumer = self.consumer(link, 1).await?;
        let mut careful = true;
        let mut in_flight: Option<InFlight> = None;
        let mut stopping = false;
        loop {
            let batch = tokio::select! {
                biased;
                () = self.stop.cancelled(), if !stopping => {
                    stopping = true;
                    stop_consuming(&mut consumer).await?;
                    continue;
                }
                confirmed = confirmed(&mut in_flight), if in_flight.is_some() => {
                    settle(&mut desk, &mut in_flight, confirmed).await?;
                    continue;
                }
                batch = consumer.next_batch(size) => batch,
                () = tokio::time::sleep(MARKS_IDLE), if !desk.marks.is_empty() => {
                    // A failure here shows again, and is handled, in the next transaction.
                    let _ = desk.flush_marks().await;
                    continue;
                }
            };
            let Some(batch) = batch else { break };
            FaultPoint::Taken.reach();
            let tried = batch.iter().map(|message| message.delivery_count).max().unwrap_or(0);
            for part in isolated(batch) {
                let mut receipt = Receipt::of(&part);
                if Bug::AckBeforeCommit.planted() {
                    let early = std::mem::replace(&mut receipt, Receipt::of([]));
                    early
                        .acknowledge()
                        .await
                        .map_err(|error| LaneError::Link(error.to_string()))?;
                }
                let committed = self.decide(&mut desk, link, part).await?;
                if in_flight.is_some() {
                    let before = confirmed(&mut in_flight).await;
                    settle(&mut desk, &mut in_flight, before).await?;
                }
                let sealing = seal_all(committed.letters, Arc::clone(&self.heard));
                let (publisher, failed) = (link.publisher(), link.failed());
                let mut published =
                    tokio::spawn(async move { publish(publisher, sealing.await?, failed).await });
                if Bug::PublishWithoutConfirm.planted() {
                    published = tokio::spawn(async { Ok(()) });
                }
                in_flight = Some(InFlight { published, batches: committed.batches, receipt });
            }
            if careful && tried < CAREFUL_FROM && !stopping {
                // As long as the one message is not acknowledged, no other one can come.
                let stopped = consumer.stop().await;
                stopped.map_err(|error| LaneError::Link(error.to_string()))?;
                let one = confirmed(&mut in_flight).await;
                settle(&mut desk, &mut in_flight, one).await?;
                consumer = self.consumer(link, prefetch).await?;
                careful = false;
            }
        }
        if in_flight.is_some() {
            let last = confirmed(&mut in_flight).await;
            settle(&mut desk, &mut in_flight, last).await?;
        }
        let _ = desk.flush_marks().await;
        match link.failure() {
            Some(reason) if !stopping => Err(LaneError::Link(reason)),
            _ => Ok(()),
        }
    }

    async fn consumer(&self, link: &Link, prefetch: u16) -> Result<Consumer, LaneError> {
        let consumer = link.consume(&self.queue, prefetch).await;
        consumer.map_err(|error| LaneError::Link(error.to_string()))
    }

    /// A connection of the lane's own; tried until it is there, or the lane has to end.
    pub(super) async fn desk(&self, link: &Link) -> Option<Desk> {
        let mut wait = FAULT_WAIT_MIN;
        let name = format!("leadmill {}", self.queue);
        let failed = link.failed();
        loop {
            match store::connect(&self.database, &name).await {
                Ok(conn) => {
                    return Some(Desk {
                        worker: Arc::clone(&self.worker),
                        conn,
                        marks: Vec::new(),
                        facts: None,
                    });
                }
                Err(error) => warn!(queue = self.queue, "{error} Trying again."),
            }
            tokio::select! {
                () = self.stop.cancelled() => return None,
                () = failed.cancelled() => return None,
                () = tokio::time::sleep(wait) => wait = (wait * 2).min(FAULT_WAIT_MAX),
            }
        }
    }

    /// Reads what was delivered, and decides it.
    async fn decide(
        &self,
        desk: &mut Desk,
        link: &Link,
        delivered: Vec<Delivered>,
    ) -> Result<Committed, LaneError> {
        let worker = Arc::clone(&self.worker);
        let read = move || delivered.into_iter().map(|d| Message::of(&*worker, d)).collect();
        let read: Result<Vec<Message>, _> = tokio::task::spawn_blocking(read).await;
        let read = read.map_err(|error| self.halted(&format!("Reading failed: {error}.")))?;
        Attempts::new(self, link, read).commit(desk).await
    }

    pub(super) fn halted(&self, reason: &str) -> LaneError {
        LaneError::Halted { queue: self.queue.clone(), reason: reason.to_owned() }
    }
}

/// Messages that were in hand when a process died come in ever smaller batches, so that one which
/// kills the process ends up alone, is counted to the limit, and is dead-lettered without company.
fn isolated(batch: Vec<Delivered>) -> Vec<Vec<Delivered>> {
    let deaths = batch.iter().map(|message| message.delivery_count).max().unwrap_or(0);
    let size = batch.len().checked_shr(u32::try_from(deaths).unwrap_or(u32::MAX)).unwrap_or(0);
    let mut parts = Vec::new();
    let mut batch = batch.into_iter().peekable();
    while batch.peek().is_some() {
        parts.push(batch.by_ref().take(size.max(1)).collect());
    }
    parts
}

async fn confirmed(in_flight: &mut Option<InFlight>) -> Result<(), PublishError> {
    let Some(batch) = in_flight else { return Ok(()) };
    let joined = (&mut batch.published).await;
    joined.unwrap_or_else(|error| Err(PublishError::Lost(format!("The task ended: {error}."))))
}

/// Acknowledges the causes of a batch whose messages are all confirmed.
async fn settle(
    desk: &mut Desk,
    in_flight: &mut Option<InFlight>,
    confirmed: Result<(), PublishError>,
) -> Result<(), LaneError> {
    let Some(InFlight { batches, receipt, .. }) = in_flight.take() else { return Ok(()) };
    if let Err(error) = confirmed {
        let queue = desk.worker.name().to_owned();
        return Err(match error {
            PublishError::Returned { .. } | PublishError::Invalid { .. } => {
                LaneError::Halted { queue, reason: error.to_string() }
            }
            PublishError::Lost(_) | PublishError::Refused => LaneError::Link(error.to_string()),
        });
    }
    FaultPoint::Confirmed.reach();
    let acknowledged = receipt.acknowledge().await;
    acknowledged.map_err(|error| LaneError::Link(error.to_string()))?;
    FaultPoint::Acknowledged.reach();
    let now = clock::now();
    desk.marks.extend(batches.into_iter().map(|batch| (batch, now)));
    Ok(())
}

async fn stop_consuming(consumer: &mut Consumer) -> Result<(), LaneError> {
    info!("Stopping: what was taken is finished first.");
    consumer.stop().await.map_err(|error| LaneError::Link(error.to_string()))
}

/// Says why a lane stopped working, once.
pub fn report(error: &LaneError) {
    match error {
        LaneError::Link(reason) => warn!("{reason}"),
        LaneError::Halted { .. } => error!("{error}"),
    }
}
