//! The roofline: what the same servers give a bare loop in the place of a worker. It takes from the
//! same queues, writes the same rows by the same statements and publishes the same bytes with
//! confirms, over the same processes, lanes and connections; but everything was prepared before, and
//! nothing is opened, looked up, locked or decided.

use std::collections::BTreeSet;
use std::ops::Range;
use std::sync::Arc;

use anyhow::{Context as _, anyhow, bail, ensure};
use chrono::{DateTime, Utc};
use domain::host::Hosted;
use domain::ids::minted;
use futures_util::future::try_join_all;
use leadmill::messaging::{Consumer, Link, Outgoing, PublishError, Receipt};
use leadmill::runtime::{outgoing, stored};
use leadmill::settings::Settings;
use leadmill::store::batch::NewBatch;
use leadmill::store::{self, Connection, DatabaseSettings, batch, event};
use leadmill::workers;
use tokio::sync::mpsc;
use tokio::task::JoinHandle;
use uuid::Uuid;

use super::ground::said;
use crate::queries::tape::{self, Source, Tape};

/// Most messages of one transaction.
const BATCH_MAX: usize = 500;
const PREFETCH: u16 = 1_500;
/// What to do where somebody wrote what no tape has.
const UNKNOWN: &str = "add it in tape/writings.rs, or the bare loop does less than the workers.";
/// Batches that may wait for their confirms while the next is written.
const IN_FLIGHT_MAX: usize = 4;

/// What one lane moves.
pub struct Part {
    worker: &'static str,
    queue: String,
    /// Messages that it takes.
    messages: usize,
    tapes: Vec<Tape>,
    letters: Vec<Outgoing>,
    /// Where the letters end that followed from one message.
    ends: Vec<usize>,
}

/// Records what a worker did since then, lane by lane, in the database `recorded`.
///
/// # Errors
/// What keeps it from being read, as a sentence.
pub async fn record(
    recorded: &DatabaseSettings,
    settings: &Settings,
    worker: &dyn Hosted,
    since: DateTime<Utc>,
) -> anyhow::Result<Vec<Part>> {
    let heard = workers::heard(&workers::all(settings)?);
    let mut conn = store::connect(recorded, "leadmill bench tape").await.map_err(said)?;
    let forgotten = tape::forgotten(&mut conn).await.map_err(said)?;
    ensure!(forgotten.is_empty(), "No worker writes {}; {UNKNOWN}", forgotten.join(", "));
    let mut parts = Vec::new();
    for queue in workers::queue_names(worker) {
        let types = worker.hears().iter().filter(|ty| worker.queue_of(ty) == queue);
        let types = types.map(|ty| ty.name.to_owned()).collect();
        let source = Source { worker: worker.name(), queue: queue.to_owned(), types, since };
        parts.push(part(&mut conn, source, &heard).await?);
    }
    store::close(conn).await.map_err(said)?;
    Ok(parts)
}

async fn part(
    conn: &mut Connection,
    source: Source,
    heard: &BTreeSet<&'static str>,
) -> anyhow::Result<Part> {
    let messages = tape::messages(conn, &source).await.map_err(said)?;
    let mut tapes = Vec::new();
    let writings = match tape::writings_of(source.worker) {
        Some(writings) => writings,
        None if messages == 0 => &[],
        None => bail!("Nobody knows what `{}` writes; {UNKNOWN}", source.worker),
    };
    for writing in writings.iter().filter(|_| messages > 0) {
        let tape = Tape::record(conn, &source, writing).await.map_err(said)?;
        if tape.rows() > 0 {
            tapes.push(tape);
        }
    }
    let ids = tape::said(conn, &source).await.map_err(said)?;
    let events = event::of_ids(conn, &ids).await.map_err(said)?;
    let letters = events.iter().map(|event| outgoing(stored(event), heard));
    let letters = letters.collect::<Result<_, _>>()?;
    let last =
        |place: &usize| events.get(place + 1).is_none_or(|next| next.cause != events[*place].cause);
    let ends = (0..events.len()).filter(last).map(|place| place + 1).collect();
    let Source { worker, queue, .. } = source;
    Ok(Part { worker, queue, messages, tapes, letters, ends })
}

impl Part {
    /// The part of `all` rows that belongs to these messages: rows are spread evenly.
    fn share(&self, messages: &Range<usize>, all: usize) -> Range<usize> {
        let until = |taken: usize| all * taken / self.messages.max(1);
        until(messages.start)..until(messages.end)
    }

    /// The letters that belong to these messages, all of each message together. Messages of which
    /// nothing follows count as the last: a lane that feeds itself never waits for its own letters.
    fn letters(&self, messages: &Range<usize>) -> &[Outgoing] {
        let end = |taken: usize| {
            let group = taken.min(self.ends.len());
            group.checked_sub(1).map_or(0, |before| self.ends[before])
        };
        &self.letters[end(messages.start)..end(messages.end)]
    }

    /// Moves everything, once.
    ///
    /// # Errors
    /// What keeps it from being moved, as a sentence.
    pub async fn play(self, settings: &Settings, link: &Link) -> anyhow::Result<()> {
        let name = format!("leadmill bench {}", self.queue);
        let mut conn = store::connect_by_key(&settings.database, &name).await.map_err(said)?;
        let mut consumer = link.consume(&self.queue, PREFETCH).await?;
        let (sent, in_flight) = mpsc::channel(IN_FLIGHT_MAX);
        let (mark, mut marks) = mpsc::unbounded_channel();
        let settling = tokio::spawn(settle(in_flight, mark));
        let (mut taken, mut underway, mut published) = (0, 0, Vec::new());
        while taken < self.messages {
            let delivered = loop {
                // As in the pipeline: while a batch is on its way, the next one gathers.
                let least = if underway > 0 { BATCH_MAX } else { 1 };
                tokio::select! {
                    biased;
                    mark = marks.recv() => {
                        published.push(mark.ok_or_else(|| lost(link))?);
                        underway -= 1;
                    }
                    delivered = consumer.batch(least..=BATCH_MAX) => break delivered,
                }
            };
            let delivered = delivered.context("The broker went away.")?;
            let receipt = Receipt::of(&delivered);
            let messages = taken..(taken + delivered.len()).min(self.messages);
            taken = messages.end;
            let marked = std::mem::take(&mut published);
            let batch = self.write(&mut conn, &messages, &marked).await.map_err(said)?;
            let letters: Arc<[Outgoing]> = self.letters(&messages).into();
            let publisher = link.publisher();
            let publishing = tokio::spawn(async move { publisher.publish(letters).await });
            let leaving = InFlight { batch, publishing, receipt };
            sent.send(leaving).await.map_err(|_| lost(link))?;
            underway += 1;
        }
        drop(sent);
        settling.await??;
        while let Some(mark) = marks.recv().await {
            published.push(mark);
        }
        batch::mark_published(&mut conn, &published).await.map_err(said)?;
        store::close(conn).await.map_err(said)
    }

    /// One transaction; answers the id of its batch.
    async fn write(
        &self,
        conn: &mut Connection,
        messages: &Range<usize>,
        published: &[(Uuid, DateTime<Utc>)],
    ) -> store::Result<Uuid> {
        let taken_at = Utc::now();
        let now = store::begin(conn).await?;
        for tape in &self.tapes {
            tape.play(conn, self.share(messages, tape.rows())).await?;
        }
        let id = minted(now, std::array::from_fn(|_| fastrand::u8(..)));
        let events = self.letters(messages).len();
        let (decided_at, messages) = (Utc::now(), messages.len());
        let row = NewBatch { id, taken_at, decided_at, messages, events };
        batch::insert(conn, self.worker, &row).await?;
        batch::mark_published(conn, published).await?;
        store::commit(conn).await?;
        Ok(id)
    }
}

/// A batch whose messages are on their way out.
struct InFlight {
    batch: Uuid,
    publishing: JoinHandle<Result<(), PublishError>>,
    receipt: Receipt,
}

/// Acknowledges batch after batch once all its messages are confirmed.
async fn settle(
    mut in_flight: mpsc::Receiver<InFlight>,
    marks: mpsc::UnboundedSender<(Uuid, DateTime<Utc>)>,
) -> anyhow::Result<()> {
    while let Some(InFlight { batch, publishing, receipt }) = in_flight.recv().await {
        publishing.await??;
        receipt.acknowledge().await?;
        // Nobody listens any more where the lane has failed, which says why itself.
        let _ = marks.send((batch, Utc::now()));
    }
    Ok(())
}

fn lost(link: &Link) -> anyhow::Error {
    anyhow!(link.failure().unwrap_or_else(|| "The messages were not confirmed.".to_owned()))
}

/// Consumes the queues to which nothing came, so that every worker stands ready, also one that has nothing
/// to do; until the answer is dropped.
///
/// # Errors
/// Those of the broker.
pub async fn stand_ready(
    parts: &[Part],
    settings: &Settings,
) -> anyhow::Result<(Link, Vec<Consumer>)> {
    let link = Link::open(&settings.broker, "leadmill bench idle").await?;
    let mut idle = Vec::new();
    for part in parts.iter().filter(|part| part.messages == 0) {
        idle.push(link.consume(&part.queue, PREFETCH).await?);
    }
    Ok((link, idle))
}

/// All lanes of a worker at once, over one link.
///
/// # Errors
/// Of the first lane that failed.
pub async fn play(parts: Vec<Part>, settings: &Settings) -> anyhow::Result<()> {
    let link = Link::open(&settings.broker, "leadmill bench bare").await?;
    // Each as a task of its own, as the lanes of a worker are.
    let playing = parts.into_iter().filter(|part| part.messages > 0).map(|part| {
        let (settings, link) = (settings.clone(), link.clone());
        tokio::spawn(async move { part.play(&settings, &link).await })
    });
    try_join_all(playing.map(|lane| async { lane.await? })).await?;
    // Everything is confirmed and acknowledged.
    let _ = link.close().await;
    Ok(())
}
