//! Publishing: one task per channel, every single confirm awaited and looked at.
//!
//! The task works in rounds: it takes what lies in the queue of requests, sends all of it, and
//! judges it when every message of the round is confirmed. Two facts about the client force this
//! form. Confirms go astray when several tasks publish on one channel, so there is one. And a
//! returned (unroutable) message can be attached to *another* message's confirm when the broker
//! acknowledges several at once, so nothing may be in flight whose outcome is still open when a
//! batch is declared safe; within a round the returned message is found by its id.

use std::collections::BTreeSet;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Waker};
use std::time::Duration;

use futures_util::FutureExt;
use futures_util::future::maybe_done;
use lapin::options::{BasicPublishOptions, ConfirmSelectOptions};
use lapin::{Confirmation, ConnectionStatus};
use tokio::sync::{mpsc, oneshot};

use super::health::{Health, LinkError};
use super::held::Held;
use super::outgoing::{Outgoing, short};
use super::settings::BrokerSettings;
use super::wire::{Wire, bounded, words};

/// Requests that may wait for the publishing task; more callers wait in [`Publisher::publish`].
const REQUESTS_MAX: usize = 64;
/// A round takes further requests until it holds this many messages …
const ROUND_MESSAGES_MAX: usize = 8_192;
/// … or this many bytes.
const ROUND_BYTES_MAX: usize = 64 * 1024 * 1024;

/// Why a batch is not known to be safe in the broker. Some of its messages may have arrived.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PublishError {
    /// No queue is bound for a message that must be heard: a binding was lost.
    #[error(
        "No queue hears message `{message_id}`, published to exchange `{exchange}` with routing \
         key `{routing_key}`; declare the topology with `leadmill up`."
    )]
    Returned {
        /// Exchange without prefix.
        exchange: String,
        /// As published.
        routing_key: String,
        /// Of the message that came back.
        message_id: String,
    },
    /// A queue is full or has lost its majority. Publish the same batch again, on the same link,
    /// after a while.
    #[error("The broker refused a message because a queue that hears it is full or unavailable.")]
    Refused,
    /// The message can never be published; nothing of the batch was sent.
    #[error("Message `{message_id}` cannot be published: {why}.")]
    Invalid {
        /// Of the message in question.
        message_id: String,
        /// What is wrong with it.
        why: String,
    },
    /// The link is dead; whether the batch arrived is unknown.
    #[error("The batch was not confirmed: {0}")]
    Lost(String),
}

/// Hands batches to the link's publishing task. Cheap to clone.
#[derive(Clone)]
pub struct Publisher {
    requests: mpsc::Sender<Request>,
    health: Health,
}

impl Publisher {
    pub(super) async fn open(
        settings: &BrokerSettings,
        wire: &Wire,
        health: Health,
    ) -> Result<Self, LinkError> {
        let open = async {
            let channel = wire.channel().await?;
            channel.confirm_select(ConfirmSelectOptions::default()).await?;
            Ok(channel)
        };
        let channel = health.call("open a channel to publish", open).await?.map_err(|error| {
            LinkError::Broken(format!("The broker refused a channel: {}.", words(&error)))
        })?;
        let (requests, inbox) = mpsc::channel(REQUESTS_MAX);
        let task = Task {
            channel,
            status: wire.status(),
            health: health.clone(),
            prefix: settings.prefix.clone(),
            confirm_timeout: settings.confirm_timeout(),
        };
        tokio::spawn(task.run(inbox));
        Ok(Self { requests, health })
    }

    /// Publishes `batch` in order and returns when every single message of it was confirmed by the
    /// broker and none came back. Batches of several callers keep their order too. An empty batch
    /// returns at once. Keep an `Arc` of the batch to publish it again.
    ///
    /// # Errors
    /// [`PublishError`]; the batch as a whole counts as not published.
    pub async fn publish(&self, batch: impl Into<Arc<[Outgoing]>>) -> Result<(), PublishError> {
        let batch = batch.into();
        if batch.is_empty() {
            return Ok(());
        }
        for message in batch.iter() {
            let invalid =
                |why| PublishError::Invalid { message_id: message.message_id.clone(), why };
            message.check().map_err(invalid)?;
        }
        let (answer, outcome) = oneshot::channel();
        if self.requests.send(Request { batch, answer }).await.is_ok()
            && let Ok(outcome) = outcome.await
        {
            return outcome;
        }
        Err(PublishError::Lost(self.health.reason()))
    }
}

struct Request {
    batch: Arc<[Outgoing]>,
    answer: oneshot::Sender<Result<(), PublishError>>,
}

/// Owns the channel; nobody else publishes on it.
struct Task {
    channel: Held,
    status: ConnectionStatus,
    health: Health,
    prefix: String,
    confirm_timeout: Duration,
}

impl Task {
    async fn run(self, mut inbox: mpsc::Receiver<Request>) {
        while let Some(round) = self.gather(&mut inbox).await {
            let sent = self.send(&round);
            let confirmed = bounded(self.confirm_timeout, || self.status.blocked(), sent);
            let outcome = tokio::select! {
                biased;
                () = self.health.token.cancelled() => return,
                outcome = confirmed => outcome,
            };
            let Some(outcome) = outcome else {
                let seconds = self.confirm_timeout.as_secs();
                self.health
                    .fail(format!("The broker did not confirm messages within {seconds} s."));
                return;
            };
            match outcome.into_iter().collect::<lapin::Result<Vec<_>>>() {
                Ok(confirmations) => answer(round, confirmations),
                Err(error) => {
                    let why = words(&error);
                    self.health.fail(format!("The channel to publish on was lost: {why}."));
                    return;
                }
            }
        }
    }

    /// The next round: waits for one request, then takes those that lie there. `None`: the end.
    async fn gather(&self, inbox: &mut mpsc::Receiver<Request>) -> Option<Vec<Request>> {
        let first = tokio::select! {
            biased;
            () = self.health.token.cancelled() => None,
            first = inbox.recv() => first,
        }?;
        let mut round = vec![first];
        let (mut messages, mut bytes) = (0, 0);
        loop {
            let batch = &round[round.len() - 1].batch;
            messages += batch.len();
            bytes += batch.iter().map(|message| message.body.len()).sum::<usize>();
            if messages >= ROUND_MESSAGES_MAX || bytes >= ROUND_BYTES_MAX {
                return Some(round);
            }
            match inbox.try_recv() {
                Ok(request) => round.push(request),
                Err(_) => return Some(round),
            }
        }
    }

    /// Sends all messages of the round in order and waits for all confirms. The first poll of each
    /// future puts its frames in the queue; awaiting one after the other would be a third slower.
    /// Confirms come mostly in the order of the messages, so the last is awaited first: who waits for
    /// all of them at once is woken for each.
    async fn send(&self, round: &[Request]) -> Vec<lapin::Result<Confirmation>> {
        let messages = round.iter().flat_map(|request| request.batch.iter());
        let mut sent: Vec<_> =
            messages.map(|message| maybe_done(Box::pin(self.send_one(message)))).collect();
        for one in &mut sent {
            let _ = one.poll_unpin(&mut Context::from_waker(Waker::noop()));
        }
        for one in sent.iter_mut().rev() {
            one.await;
        }
        sent.iter_mut().filter_map(|one| Pin::new(one).take_output()).collect()
    }

    async fn send_one(&self, message: &Outgoing) -> lapin::Result<Confirmation> {
        let (exchange, routing_key) = if message.exchange.is_empty() {
            (String::new(), format!("{}{}", self.prefix, message.routing_key))
        } else {
            (format!("{}{}", self.prefix, message.exchange), message.routing_key.clone())
        };
        let options = BasicPublishOptions { mandatory: message.mandatory, ..Default::default() };
        let (exchange, routing_key) = (short(&exchange), short(&routing_key));
        self.channel
            .basic_publish(exchange, routing_key, options, &message.body, message.properties())
            .await?
            .await
    }
}

fn answer(round: Vec<Request>, confirmations: Vec<Confirmation>) {
    let mut acked = Vec::with_capacity(confirmations.len());
    let mut returned = BTreeSet::new();
    for confirmation in confirmations {
        acked.push(confirmation.is_ack());
        if let Some(message) = confirmation.take_message() {
            let id = message.properties.message_id().as_ref().map(ToString::to_string);
            returned.insert(id.unwrap_or_default());
        }
    }
    let mut acked = acked.into_iter();
    // A return that belongs to nobody here cannot be; if it is, nobody's batch is safe.
    let known = |id: &String| round.iter().any(|r| r.batch.iter().any(|m| m.message_id == *id));
    let stray = returned.iter().find(|id| !known(id)).cloned();
    for Request { batch, answer } in round {
        let all_acked = acked.by_ref().take(batch.len()).filter(|ack| *ack).count() == batch.len();
        let back = batch.iter().find(|message| returned.contains(&message.message_id));
        let outcome = match (back, &stray) {
            (Some(message), _) => Err(PublishError::Returned {
                exchange: message.exchange.clone(),
                routing_key: message.routing_key.clone(),
                message_id: message.message_id.clone(),
            }),
            (None, Some(id)) => Err(PublishError::Returned {
                exchange: String::new(),
                routing_key: String::new(),
                message_id: id.clone(),
            }),
            (None, None) if all_acked => Ok(()),
            (None, None) => Err(PublishError::Refused),
        };
        // The caller may have gone away; redelivery publishes its batch again.
        let _ = answer.send(outcome);
    }
}
