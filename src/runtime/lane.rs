//! A lane: one queue, one consumer, one database connection, one batch after the other.
//!
//! While the messages of one batch are confirmed, the next transactions run; messages and
//! acknowledgements leave in the order of the batches. A fault is retried in place, the messages held; nothing is requeued.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, Utc};
use domain::host::Hosted;
use tokio::sync::mpsc;
use tokio::task::{JoinError, JoinHandle};
use tokio_util::sync::CancellationToken;
use tracing::{error, info, warn};
use uuid::Uuid;

use super::arrival::{Message, age};
use super::attempts::{Attempts, FAULT_WAIT_MAX, FAULT_WAIT_MIN};
use super::clock;
use super::fault_point::FaultPoint;
use super::planted::Bug;
use super::publish::{publish, seal_all};
use super::reach::Reach;
use super::transaction::{Committed, Desk};
use crate::messaging::{Consumer, Delivered, Link, PublishError, Receipt};
use crate::store::{self, DatabaseSettings};
use crate::telemetry::{Clock, Meter, Tracer};

/// Marks wait this long for a transaction to ride in.
const MARKS_IDLE: Duration = Duration::from_secs(1);

/// Committed batches that may wait for the one before them to be confirmed.
const LEAVING_MAX: usize = 1;

/// What a lane is made of.
#[derive(Clone)]
pub struct Lane {
    pub worker: Arc<dyn Hosted>,
    pub queue: String,
    pub database: DatabaseSettings,
    pub batch_size_max: usize,
    pub prefetch_batches: usize,
    pub heard: Arc<BTreeSet<&'static str>>,
    pub meter: Meter,
    pub tracer: Tracer,
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

/// A committed batch on its way out.
struct Leaving {
    committed: Committed,
    receipt: Receipt,
    clock: Clock,
}

/// Where committed batches leave the lane, one after the other: published, confirmed, acknowledged.
/// The next transactions run meanwhile; how many is bounded here, and by the prefetch.
struct Way {
    out: mpsc::Sender<Leaving>,
    /// Of each batch that is acknowledged, what is to be marked in the next transaction.
    marks: mpsc::UnboundedReceiver<Marks>,
    /// Batches that are not known to be acknowledged.
    underway: usize,
    task: JoinHandle<Result<(), LaneError>>,
}

type Marks = Vec<(Uuid, DateTime<Utc>)>;

impl Way {
    /// Waits until everything on the way is acknowledged, and takes over what is to be marked.
    async fn finish(mut self, desk: &mut Desk) -> Result<(), LaneError> {
        drop(self.out);
        joined(self.task.await)?;
        while let Some(marks) = self.marks.recv().await {
            desk.confirmed(marks);
        }
        Ok(())
    }

    /// One batch is acknowledged.
    fn arrived(&mut self, marks: Marks, desk: &mut Desk) {
        self.underway -= 1;
        desk.confirmed(marks);
    }
}

impl Lane {
    /// Works on the queue until the link fails or retires, or the lane is to stop; then everything
    /// that was taken is finished, confirmed and acknowledged.
    pub async fn work(&self, link: &Link) -> Result<(), LaneError> {
        let Some(mut desk) = self.desk(link).await else { return Ok(()) };
        let batch_max = self.batch_size_max.min(self.worker.batch_max(&self.queue));
        let mut reach = Reach::new(batch_max, self.prefetch_batches);
        let mut consumer = self.consumer(link, &reach).await?;
        // Whether the consumer is about to be exchanged for one with another reach.
        let mut changing = false;
        let _consuming = self.meter.consuming();
        let mut way = self.way(link);
        let retiring = link.retiring();
        let mut stopping = false;
        loop {
            // A small batch costs nearly what a large one does: as long as another one is on its way,
            // messages gather, so that batches grow with the load and nobody waits without it.
            let full = reach.batch();
            let least = if way.underway > 0 { full } else { 1 };
            let batch = tokio::select! {
                biased;
                () = self.ending(&retiring), if !stopping => {
                    if self.stop.is_cancelled() {
                        info!("Stopping: what was taken is finished first.");
                    }
                    stopping = true;
                    stop_consuming(&mut consumer).await?;
                    continue;
                }
                ended = &mut way.task => return joined(ended),
                Some(marks) = way.marks.recv() => {
                    way.arrived(marks, &mut desk);
                    continue;
                }
                batch = consumer.batch(least..=full) => batch,
                () = tokio::time::sleep(MARKS_IDLE), if !desk.marks.is_empty() => {
                    // A failure here shows again, and is handled, in the next transaction.
                    let _ = desk.flush_marks().await;
                    continue;
                }
            };
            let Some(batch) = batch else {
                if stopping || !changing {
                    break;
                }
                // As long as a message is not acknowledged, its channel must stay.
                way.finish(&mut desk).await?;
                way = self.way(link);
                consumer = self.consumer(link, &reach).await?;
                changing = false;
                continue;
            };
            FaultPoint::Taken.reach();
            let change = !changing && !stopping && reach.learn(&batch);
            for part in isolated(batch) {
                self.pass(&mut desk, link, &mut way, part).await?;
            }
            if change {
                changing = true;
                stop_consuming(&mut consumer).await?;
            }
        }
        way.finish(&mut desk).await?;
        let _ = desk.flush_marks().await;
        match link.failure() {
            Some(reason) if !stopping => Err(LaneError::Link(reason)),
            _ => Ok(()),
        }
    }

    async fn consumer(&self, link: &Link, reach: &Reach) -> Result<Consumer, LaneError> {
        let consumer = link.consume(&self.queue, reach.prefetch()).await;
        consumer.map_err(|error| LaneError::Link(error.to_string()))
    }

    /// Nothing more is to be taken: the process ends, or the link is exchanged for a new one.
    async fn ending(&self, retiring: &CancellationToken) {
        tokio::select! {
            () = self.stop.cancelled() => {}
            () = retiring.cancelled() => {}
        }
    }

    /// Decides a batch, and sends it on its way.
    async fn pass(
        &self,
        desk: &mut Desk,
        link: &Link,
        way: &mut Way,
        batch: Vec<Delivered>,
    ) -> Result<(), LaneError> {
        while let Ok(marks) = way.marks.try_recv() {
            way.arrived(marks, desk);
        }
        let mut receipt = Receipt::of(&batch);
        if Bug::AckBeforeCommit.planted() {
            let early = std::mem::replace(&mut receipt, Receipt::of([])).acknowledge();
            early.await.map_err(|error| LaneError::Link(error.to_string()))?;
        }
        let clock = self.meter.taken(batch.len(), age(&batch));
        let committed = self.decide(desk, link, batch).await?;
        let leaving = Leaving { committed, receipt, clock: clock.committed() };
        if way.out.send(leaving).await.is_err() {
            joined((&mut way.task).await)?;
            return Err(LaneError::Link("A batch found no way out.".to_owned()));
        }
        way.underway += 1;
        Ok(())
    }

    /// Starts to let batches out.
    fn way(&self, link: &Link) -> Way {
        let (out, leaving) = mpsc::channel(LEAVING_MAX);
        let (marked, marks) = mpsc::unbounded_channel();
        let (queue, heard, link) = (self.queue.clone(), Arc::clone(&self.heard), link.clone());
        let task = tokio::spawn(leave(leaving, marked, queue, heard, link));
        Way { out, marks, underway: 0, task }
    }

    /// A connection of the lane's own; tried until it is there, or the lane has to end.
    pub(super) async fn desk(&self, link: &Link) -> Option<Desk> {
        let mut wait = FAULT_WAIT_MIN;
        let name = format!("leadmill {}", self.queue);
        let failed = link.failed();
        loop {
            match store::connect_by_key(&self.database, &name).await {
                Ok(conn) => {
                    self.meter.database(true);
                    return Some(Desk {
                        worker: Arc::clone(&self.worker),
                        conn,
                        marks: Vec::new(),
                        underway: BTreeSet::new(),
                        doubt: false,
                        facts: None,
                        meter: self.meter.clone(),
                        tracer: self.tracer.clone(),
                    });
                }
                Err(error) => {
                    self.meter.database(false);
                    warn!(queue = self.queue, "{error} Trying again.");
                }
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
    if deaths == 0 {
        return vec![batch];
    }
    let size = batch.len().checked_shr(u32::try_from(deaths).unwrap_or(u32::MAX)).unwrap_or(0);
    let mut parts = Vec::new();
    let mut batch = batch.into_iter().peekable();
    while batch.peek().is_some() {
        parts.push(batch.by_ref().take(size.max(1)).collect());
    }
    parts
}

/// Publishes batch after batch, and acknowledges the causes of each once all is confirmed.
async fn leave(
    mut leaving: mpsc::Receiver<Leaving>,
    marked: mpsc::UnboundedSender<Marks>,
    queue: String,
    heard: Arc<BTreeSet<&'static str>>,
    link: Link,
) -> Result<(), LaneError> {
    while let Some(Leaving { committed, receipt, clock }) = leaving.recv().await {
        let sealing = seal_all(committed.letters, Arc::clone(&heard));
        let (publisher, failed) = (link.publisher(), link.failed());
        let mut published =
            tokio::spawn(async move { publish(publisher, sealing.await?, failed).await });
        if Bug::PublishWithoutConfirm.planted() {
            published = tokio::spawn(async { Ok(()) });
        }
        let published = published.await;
        let published =
            published.map_err(|error| LaneError::Link(format!("The task ended: {error}.")))?;
        published.map_err(|error| match error {
            PublishError::Returned { .. } | PublishError::Invalid { .. } => {
                LaneError::Halted { queue: queue.clone(), reason: error.to_string() }
            }
            PublishError::Lost(_) | PublishError::Refused => LaneError::Link(error.to_string()),
        })?;
        FaultPoint::Confirmed.reach();
        let acknowledged = receipt.acknowledge().await;
        acknowledged.map_err(|error| LaneError::Link(error.to_string()))?;
        FaultPoint::Acknowledged.reach();
        clock.confirmed();
        let now = clock::now();
        // Where the lane has ended, the sweeper marks them.
        let _ = marked.send(committed.batches.into_iter().map(|batch| (batch, now)).collect());
    }
    Ok(())
}

fn joined(ended: Result<Result<(), LaneError>, JoinError>) -> Result<(), LaneError> {
    ended.unwrap_or_else(|error| Err(LaneError::Link(format!("The task ended: {error}."))))
}

async fn stop_consuming(consumer: &mut Consumer) -> Result<(), LaneError> {
    consumer.stop().await.map_err(|error| LaneError::Link(error.to_string()))
}

/// Says why a lane stopped working, once.
pub fn report(error: &LaneError) {
    match error {
        LaneError::Link(reason) => warn!("{reason}"),
        LaneError::Halted { .. } => error!("{error}"),
    }
}
