//! A lane: one queue, one consumer, one database connection, one batch after the other.
//!
//! While the messages of one batch are confirmed, the next transactions run; messages and
//! acknowledgements leave in the order of the batches. A fault is retried in place, the messages held,
//! and so is a fault of our own until somebody has mended it; nothing is requeued.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, Utc};
use tokio::sync::mpsc;
use tokio::task::{JoinError, JoinHandle};
use tracing::info;
use uuid::Uuid;

use super::arrival::{Message, age};
use super::attempts::Attempts;
use super::batch::Committed;
use super::desk::Desk;
use super::fault_point::FaultPoint;
use super::hold::{HELD_PAUSE, Holder, LaneError};
use super::opening;
use super::planted::Bug;
use super::prefetch::{Prefetch, is_careful};
use super::process_time;
use super::publish::{publish, seal_all};
use crate::messaging::{Consumer, Delivered, Link, Outgoing, PublishError, Receipt};
use crate::rights::Rights;
use crate::telemetry::Stopwatch;
use crate::workers::Sayer;

/// Marks wait this long for a transaction to ride in.
const MARKS_IDLE: Duration = Duration::from_secs(1);

/// Committed batches that may wait for the one before them to be confirmed.
const LEAVING_MAX: usize = 1;

/// What a lane is made of.
#[derive(Clone)]
pub struct Lane {
    /// Its worker, its queue, and how it holds what it has taken.
    pub holder: Holder,
    pub batch_size_max: usize,
    pub prefetch_batches: usize,
    pub heard: Arc<BTreeSet<&'static str>>,
    pub sayers: Arc<[Sayer]>,
    pub rights: Arc<Rights>,
}

/// A committed batch on its way out.
struct Leaving {
    committed: Committed,
    receipt: Receipt,
    clock: Stopwatch,
}

/// Where committed batches leave the lane, one after the other: published, confirmed, acknowledged.
/// The next transactions run meanwhile; how many is bounded here, and by the prefetch.
pub struct InFlight {
    out: mpsc::Sender<Leaving>,
    /// Of each batch that is acknowledged, what is to be marked in the next transaction.
    marks: mpsc::UnboundedReceiver<PublishedMarks>,
    /// Batches that are not known to be acknowledged.
    underway: usize,
    task: JoinHandle<Result<(), LaneError>>,
}

type PublishedMarks = Vec<(Uuid, DateTime<Utc>)>;

impl InFlight {
    /// Waits until everything on the way is acknowledged, and takes over what is to be marked.
    async fn finish(mut self, desk: &mut Desk) -> Result<(), LaneError> {
        drop(self.out);
        joined(self.task.await)?;
        while let Some(marks) = self.marks.recv().await {
            desk.confirmed(marks);
        }
        Ok(())
    }

    /// Waits until nothing is underway.
    pub async fn empty(&mut self, desk: &mut Desk) -> Result<(), LaneError> {
        while self.underway > 0 {
            tokio::select! {
                biased;
                Some(marks) = self.marks.recv() => self.arrived(marks, desk),
                ended = &mut self.task => {
                    joined(ended)?;
                    return Err(LaneError("The way out has ended.".to_owned()));
                }
            }
        }
        Ok(())
    }

    /// One batch is acknowledged.
    fn arrived(&mut self, marks: PublishedMarks, desk: &mut Desk) {
        self.underway -= 1;
        desk.confirmed(marks);
    }
}

impl Lane {
    /// Works on the queue until the link fails or retires, or the lane is to stop; then everything
    /// that was taken is finished, confirmed and acknowledged.
    pub async fn work(&self, link: &Link) -> Result<(), LaneError> {
        let Some(mut desk) = self.holder.desk(link).await else { return Ok(()) };
        let batch_max = self.batch_size_max.min(self.holder.worker.batch_max(&self.holder.queue));
        let mut prefetch = Prefetch::new(batch_max, self.prefetch_batches);
        let mut consumer = self.consumer(link, &prefetch).await?;
        // Whether the consumer is about to be exchanged for one with another prefetch.
        let mut changing = false;
        let _consuming = self.holder.meter.consuming();
        let mut in_flight = self.way(link);
        let retiring = link.retiring();
        let mut stopping = false;
        loop {
            // A small batch costs nearly what a large one does: as long as another one is on its way,
            // messages gather, so that batches grow with the load and nobody waits without it.
            let full = prefetch.batch();
            let least = if in_flight.underway > 0 { full } else { 1 };
            let batch = tokio::select! {
                biased;
                () = self.holder.ending(&retiring), if !stopping => {
                    if self.holder.stop.is_cancelled() {
                        info!("Stopping: what was taken is finished first.");
                    }
                    stopping = true;
                    stop_consuming(&mut consumer).await?;
                    continue;
                }
                ended = &mut in_flight.task => return joined(ended),
                Some(marks) = in_flight.marks.recv() => {
                    in_flight.arrived(marks, &mut desk);
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
                in_flight.finish(&mut desk).await?;
                in_flight = self.way(link);
                consumer = self.consumer(link, &prefetch).await?;
                changing = false;
                continue;
            };
            FaultPoint::Taken.reach();
            let change = !changing && !stopping && prefetch.learn(&batch);
            let alone = |one: &Delivered| {
                self.holder.worker.opens(&self.holder.queue) && opening::is_workbook(&one.body)
            };
            for mut part in isolated(batch).into_iter().flat_map(|part| apart(part, alone)) {
                if is_careful(&part)
                    && let Some(one) = part.pop()
                {
                    self.try_alone(&mut desk, link, &mut in_flight, one).await?;
                } else {
                    self.pass(&mut desk, link, &mut in_flight, part).await?;
                }
            }
            if change {
                changing = true;
                stop_consuming(&mut consumer).await?;
            }
        }
        in_flight.finish(&mut desk).await?;
        let _ = desk.flush_marks().await;
        match link.failure() {
            Some(reason) if !stopping => Err(LaneError(reason)),
            _ => Ok(()),
        }
    }

    async fn consumer(&self, link: &Link, prefetch: &Prefetch) -> Result<Consumer, LaneError> {
        let consumer = link.consume(&self.holder.queue, prefetch.count()).await;
        consumer.map_err(|error| LaneError(error.to_string()))
    }

    /// Decides a batch, and sends it on its way.
    pub(super) async fn pass(
        &self,
        desk: &mut Desk,
        link: &Link,
        in_flight: &mut InFlight,
        batch: Vec<Delivered>,
    ) -> Result<(), LaneError> {
        while let Ok(marks) = in_flight.marks.try_recv() {
            in_flight.arrived(marks, desk);
        }
        let mut receipt = Receipt::of(&batch);
        if Bug::AckBeforeCommit.planted() {
            let early = std::mem::replace(&mut receipt, Receipt::of([])).acknowledge();
            early.await.map_err(|error| LaneError(error.to_string()))?;
        }
        let clock = self.holder.meter.taken(batch.len(), age(&batch));
        let committed = self.decide(desk, link, batch).await?;
        let leaving = Leaving { committed, receipt, clock: clock.committed() };
        if in_flight.out.send(leaving).await.is_err() {
            joined((&mut in_flight.task).await)?;
            return Err(LaneError("A batch found no way out.".to_owned()));
        }
        in_flight.underway += 1;
        Ok(())
    }

    /// Starts to let batches out.
    fn way(&self, link: &Link) -> InFlight {
        let (out, leaving) = mpsc::channel(LEAVING_MAX);
        let (marked, marks) = mpsc::unbounded_channel();
        let (lane, link) = (self.clone(), link.clone());
        let task = tokio::spawn(async move { lane.leave(leaving, marked, &link).await });
        InFlight { out, marks, underway: 0, task }
    }

    /// Reads what was delivered, and decides it.
    async fn decide(
        &self,
        desk: &mut Desk,
        link: &Link,
        delivered: Vec<Delivered>,
    ) -> Result<Committed, LaneError> {
        let worker = Arc::clone(&self.holder.worker);
        let (sayers, rights) = (Arc::clone(&self.sayers), Arc::clone(&self.rights));
        let read = move || {
            let read = |delivered| Message::of(&*worker, &sayers, &rights, delivered);
            delivered.into_iter().map(read).collect()
        };
        let read: Result<Vec<Message>, _> = tokio::task::spawn_blocking(read).await;
        let read = read.map_err(|error| LaneError(format!("Reading failed: {error}.")))?;
        Attempts::new(&self.holder, link, read).commit(desk).await
    }

    /// Publishes batch after batch, and acknowledges the causes of each once all is confirmed.
    async fn leave(
        &self,
        mut leaving: mpsc::Receiver<Leaving>,
        marked: mpsc::UnboundedSender<PublishedMarks>,
        link: &Link,
    ) -> Result<(), LaneError> {
        while let Some(Leaving { committed, receipt, clock }) = leaving.recv().await {
            let sealed = seal_all(committed.unsent, Arc::clone(&self.heard)).await;
            let sealed = sealed.map_err(|error| LaneError(error.to_string()))?;
            if Bug::PublishWithoutConfirm.planted() {
                let (publisher, failed) = (link.publisher(), link.failed());
                tokio::spawn(publish(publisher, sealed, failed));
            } else {
                self.send(link, sealed).await?;
            }
            FaultPoint::Confirmed.reach();
            let acknowledged = receipt.acknowledge().await;
            acknowledged.map_err(|error| LaneError(error.to_string()))?;
            FaultPoint::Acknowledged.reach();
            clock.confirmed();
            let now = process_time::now();
            // Where the lane has ended, the sweeper marks them.
            let _ = marked.send(committed.batches.into_iter().map(|batch| (batch, now)).collect());
        }
        Ok(())
    }

    /// Publishes until every message is confirmed. Where nobody hears one that must be heard, it is
    /// held and tried again: a binding was lost, and no message is to blame.
    pub(super) async fn send(&self, link: &Link, sealed: Arc<[Outgoing]>) -> Result<(), LaneError> {
        loop {
            let (publisher, failed) = (link.publisher(), link.failed());
            let published = tokio::spawn(publish(publisher, Arc::clone(&sealed), failed)).await;
            let ended = |error: JoinError| LaneError(format!("The task ended: {error}."));
            match published.map_err(ended)? {
                Ok(()) => return Ok(()),
                Err(error @ (PublishError::Returned { .. } | PublishError::Invalid { .. })) => {
                    self.holder.halted(&error.to_string());
                    self.holder.pause(link, HELD_PAUSE).await?;
                }
                Err(error @ (PublishError::Lost(_) | PublishError::Refused)) => {
                    return Err(LaneError(error.to_string()));
                }
            }
        }
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

/// A workbook is a batch by itself: what comes out of it lies in memory until it is stored.
fn apart(part: Vec<Delivered>, alone: impl Fn(&Delivered) -> bool) -> Vec<Vec<Delivered>> {
    let mut parts: Vec<Vec<Delivered>> = Vec::new();
    let mut joins = false;
    for one in part {
        let by_itself = alone(&one);
        match parts.last_mut() {
            Some(last) if joins && !by_itself => last.push(one),
            _ => parts.push(vec![one]),
        }
        joins = !by_itself;
    }
    parts
}

fn joined(ended: Result<Result<(), LaneError>, JoinError>) -> Result<(), LaneError> {
    ended.unwrap_or_else(|error| Err(LaneError(format!("The task ended: {error}."))))
}

async fn stop_consuming(consumer: &mut Consumer) -> Result<(), LaneError> {
    consumer.stop().await.map_err(|error| LaneError(error.to_string()))
}
