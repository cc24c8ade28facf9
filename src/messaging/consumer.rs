//! Consuming: batches as they lie in the buffer.

use std::ops::RangeInclusive;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use futures_util::{FutureExt, StreamExt};
use lapin::options::{BasicCancelOptions, BasicConsumeOptions, BasicQosOptions};
use lapin::types::FieldTable;

use super::delivered::{ConsumingChannel, Delivered};
use super::health::{Health, LinkError};
use super::held::Held;
use super::settings::BrokerSettings;
use super::watchdog::{Pulse, Pulses};
use super::wire::{Wire, code, words};

const NOT_FOUND: u16 = 404;

/// Numbers the channels of this process, so that no receipt is ever used on the wrong one.
static LANES: AtomicU64 = AtomicU64::new(0);

/// A stream of messages of one queue, on a channel of its own.
pub struct Consumer {
    lane: Arc<ConsumingChannel>,
    channel: Held,
    stream: lapin::Consumer,
    pulse: Arc<Pulse>,
    /// Messages that are here and were not given yet.
    gathered: Vec<Delivered>,
    /// We asked for the end, so it is no failure.
    stopped: bool,
    /// The stream says so only once; asked again, it would wait for ever.
    ended: bool,
}

impl Consumer {
    pub(super) async fn open(
        settings: &BrokerSettings,
        link: &str,
        wire: &Wire,
        health: Health,
        pulses: &Pulses,
        queue: &str,
        prefetch: u16,
    ) -> Result<Self, LinkError> {
        let id = LANES.fetch_add(1, Ordering::Relaxed);
        let full = settings.full(queue);
        let tag = format!("{link} {} {id}", std::process::id());
        let open = async {
            let mut channel = wire.channel().await?;
            channel.basic_qos(prefetch, BasicQosOptions { global: false }).await?;
            let options = BasicConsumeOptions::default();
            let queue = full.as_str().into();
            let stream =
                channel.basic_consume(queue, tag.into(), options, FieldTable::default()).await?;
            channel.stream = Some(stream.clone());
            Ok((channel, stream))
        };
        match health.call(&format!("consume queue `{full}`"), open).await? {
            Ok((channel, stream)) => {
                let prefix = settings.prefix.clone();
                let status = wire.status();
                let lane = ConsumingChannel { id, queue: queue.to_owned(), prefix, health, status };
                let lane = Arc::new(lane);
                let pulse = pulses.of(&full);
                Ok(Self {
                    lane,
                    channel,
                    stream,
                    pulse,
                    gathered: Vec::new(),
                    stopped: false,
                    ended: false,
                })
            }
            Err(error) if code(&error) == NOT_FOUND => Err(LinkError::QueueMissing(full)),
            Err(error) => {
                let why = words(&error);
                health.fail(format!("The broker refused to let us consume queue `{full}`: {why}."));
                Err(health.broken())
            }
        }
    }

    /// Waits for one message, then takes what lies in the buffer, up to `max`, without waiting.
    /// Messages come in the order of their delivery. `None`: the stream has ended, because the
    /// link failed or after [`Consumer::stop`]. Dropping the future loses no message.
    pub async fn next_batch(&mut self, max: usize) -> Option<Vec<Delivered>> {
        self.batch(1..=max).await
    }

    /// [`Consumer::next_batch`], but waits until a least number of messages is here: for whoever has
    /// other work on its way. At the end of the stream, what is here is the batch.
    pub async fn batch(&mut self, sizes: RangeInclusive<usize>) -> Option<Vec<Delivered>> {
        let (least, max) = (*sizes.start(), *sizes.end());
        if self.gathered.len() < least {
            if least == 1 {
                self.pulse.wait();
            }
            let _ = self.gather(least).await;
            self.pulse.beat();
        }
        while self.gathered.len() < max {
            let Some(Some(())) = self.gather_one().now_or_never() else { break };
        }
        let rest = self.gathered.split_off(self.gathered.len().min(max));
        let batch = std::mem::replace(&mut self.gathered, rest);
        (!batch.is_empty()).then_some(batch)
    }

    /// Waits until so many messages are here; `None` where the stream ends before.
    async fn gather(&mut self, count: usize) -> Option<()> {
        while self.gathered.len() < count {
            self.gather_one().await?;
        }
        Some(())
    }

    async fn gather_one(&mut self) -> Option<()> {
        if self.ended {
            return None;
        }
        let next = tokio::select! {
            biased;
            // What lies in the buffer of a dead link can no longer be acknowledged.
            () = self.lane.health.token.cancelled() => {
                self.gathered.clear();
                return None;
            }
            next = self.stream.next() => next,
        };
        let message = self.accept(next)?;
        self.gathered.push(message);
        Some(())
    }

    /// Asks the broker for no more messages. Those already here are still given by
    /// [`Consumer::next_batch`], which then ends.
    ///
    /// # Errors
    /// [`LinkError::Broken`] if the link failed.
    pub async fn stop(&mut self) -> Result<(), LinkError> {
        self.stopped = true;
        let cancel = self.channel.basic_cancel(self.stream.tag(), BasicCancelOptions::default());
        let answer = self.lane.health.call("stop consuming", cancel).await?;
        answer.map_err(|error| {
            self.lane
                .health
                .fail(format!("The broker did not stop a consumer: {}.", words(&error)));
            self.lane.health.broken()
        })
    }

    fn accept(
        &mut self,
        next: Option<lapin::Result<lapin::message::Delivery>>,
    ) -> Option<Delivered> {
        self.ended = !matches!(next, Some(Ok(_)));
        let ConsumingChannel { queue, health, .. } = &*self.lane;
        match next {
            Some(Ok(delivery)) => Some(Delivered::new(delivery, &self.lane)),
            Some(Err(error)) => {
                let why = words(&error);
                health.fail(format!("The channel that consumes queue `{queue}` was lost: {why}."));
                None
            }
            None if self.stopped => None,
            None => {
                health.fail(format!(
                    "The broker ended the consumer of queue `{queue}`: the queue was deleted or \
                     moved, or messages were held too long."
                ));
                None
            }
        }
    }
}
