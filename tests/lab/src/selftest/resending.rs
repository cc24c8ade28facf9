//! Whoever stands outside and does not give up: opens the next link where one was lost, and sends
//! again what was not confirmed.

use std::time::Duration;

use leadmill::cli::outside::{self, Manner, Party, StandIn};
use leadmill::cli::post::Post;
use leadmill::messaging::{
    BrokerSettings, COMMANDS, Link, Outgoing, PublishError, Queue, Receipt, said_by,
};
use leadmill::workers::Sayer;
use tokio_util::sync::CancellationToken;

use super::ledger::Shared;

/// Pause after the broker could not be reached.
pub const PAUSE: Duration = Duration::from_millis(300);
/// The queue of the one who hears everything.
pub const OVERHEARD: &str = "selftest.everything";
const BATCH_MAX: usize = 200;
const PREFETCH: u16 = 1_000;

/// One that sends.
pub struct Patient {
    broker: BrokerSettings,
    name: &'static str,
    stop: CancellationToken,
    link: Option<Link>,
}

impl Patient {
    pub const fn new(broker: BrokerSettings, name: &'static str, stop: CancellationToken) -> Self {
        Self { broker, name, stop, link: None }
    }

    /// Sends until the broker has confirmed everything; `false` where it was stopped before.
    pub async fn send(&mut self, batch: Vec<Outgoing>) -> Result<bool, PublishError> {
        let batch: std::sync::Arc<[Outgoing]> = batch.into();
        loop {
            if self.link.is_none() {
                self.link = open(&self.broker, self.name, &self.stop).await;
            }
            let Some(link) = &self.link else { return Ok(false) };
            let publisher = link.publisher();
            let published = tokio::select! {
                () = self.stop.cancelled() => return Ok(false),
                published = publisher.publish(batch.clone()) => published,
            };
            match published {
                Ok(()) => return Ok(true),
                // What no queue hears is not sent again by waiting; nobody else judges it.
                Err(error @ PublishError::Invalid { .. }) => return Err(error),
                Err(PublishError::Refused) => tokio::time::sleep(PAUSE).await,
                Err(PublishError::Lost(_) | PublishError::Returned { .. }) => {
                    let _ = link.close().await;
                    self.link = None;
                    tokio::time::sleep(PAUSE).await;
                }
            }
        }
    }
}

/// A link, as soon as there is one; `None` once stopped.
pub async fn open(broker: &BrokerSettings, name: &str, stop: &CancellationToken) -> Option<Link> {
    while !stop.is_cancelled() {
        if let Ok(link) = Link::open(broker, name).await {
            return Some(link);
        }
        tokio::time::sleep(PAUSE).await;
    }
    None
}

/// The queue of the one who hears everything.
pub fn everything(sayers: &[Sayer]) -> Queue {
    let queue = Queue::worked(OVERHEARD).hears(COMMANDS, "#");
    sayers.iter().fold(queue, |queue, sayer| queue.hears(&said_by(sayer.name), "#"))
}

/// Hears everything until stopped.
///
/// # Errors
/// A message of leadmill's cannot be read.
pub async fn overhear(
    broker: BrokerSettings,
    ledger: Shared,
    stop: CancellationToken,
) -> anyhow::Result<()> {
    while let Some(link) = open(&broker, "selftest everything", &stop).await {
        let heard = async {
            let mut consumer = link.consume(OVERHEARD, PREFETCH).await.ok()?;
            while let Some(batch) = consumer.next_batch(BATCH_MAX).await {
                for message in &batch {
                    // What those outside say themselves may be broken on purpose.
                    if let Ok(event) = outside::open(message) {
                        ledger.lock().overhear(&event, message);
                    }
                }
                Receipt::of(&batch).acknowledge().await.ok()?;
            }
            None::<()>
        };
        tokio::select! { () = stop.cancelled() => {} _ = heard => {} }
        let _ = link.close().await;
        tokio::time::sleep(PAUSE).await;
    }
    Ok(())
}

/// Plays one of those who stand outside, until stopped.
///
/// # Errors
/// An event cannot be read or answered.
pub async fn stand_in(
    party: Party,
    broker: BrokerSettings,
    ledger: Shared,
    stop: CancellationToken,
) -> anyhow::Result<()> {
    let watch = move |seen: outside::Seen<'_>| ledger.lock().watch(party, &seen);
    let mut stand_in = StandIn::new((party, Manner::Lifelike), std::sync::Arc::default(), watch);
    while let Some(link) = open(&broker, party.queue(), &stop).await {
        let post = Post::on(link);
        let answered = stand_in.answer(&post, &stop).await;
        let lost = post.link().failed().is_cancelled();
        post.close().await;
        match answered {
            // The link may fail between two requests, and only the second says so.
            Err(error) if !lost && !error.is::<leadmill::messaging::LinkError>() => {
                return Err(error);
            }
            _ => tokio::time::sleep(PAUSE).await,
        }
    }
    Ok(())
}
