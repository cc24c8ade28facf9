//! From a row of the log to the message on the wire, and out with it, patiently.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, Utc};
use domain::message::TYPE_PREFIX;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use crate::envelope::{CONTENT_TYPE, SOURCE_PREFIX, Seal, seal};
use crate::messaging::{Outgoing, PublishError, Publisher, said_by};
use crate::store::event::{NewEvent, StoredEvent};

/// First wait after a full queue refused a batch; doubles up to [`REFUSED_WAIT_MAX`].
const REFUSED_WAIT_MIN: Duration = Duration::from_millis(100);
const REFUSED_WAIT_MAX: Duration = Duration::from_secs(10);

/// The billing system's queue hears everything about invoices, answers too.
const BILLING: &str = "invoice.";

/// A row of the log, as it is sent.
#[derive(Clone, Copy, Debug)]
pub struct Sent<'a> {
    pub id: Uuid,
    pub worker: &'a str,
    /// Without `leadmill.`.
    pub ty: &'a str,
    pub subject: Uuid,
    pub at: DateTime<Utc>,
    pub sequence: Option<i64>,
    pub correlation: Uuid,
    pub cause: Uuid,
    pub traceparent: Option<&'a str>,
    pub actor: Option<&'a str>,
    pub data: &'a str,
}

/// A row that was read back from the log.
pub fn stored(event: &StoredEvent) -> Sent<'_> {
    Sent {
        id: event.id,
        worker: &event.worker,
        ty: &event.ty,
        subject: event.subject.id,
        at: event.at,
        sequence: event.sequence,
        correlation: event.correlation,
        cause: event.cause,
        traceparent: event.traceparent.as_deref(),
        actor: event.actor.as_deref(),
        data: &event.data,
    }
}

/// The message of a row: structured CloudEvents, its attributes mirrored in the basic properties.
///
/// # Errors
/// Where an attribute cannot be written as JSON, which none of ours is.
pub fn outgoing(
    sent: Sent<'_>,
    heard: &BTreeSet<&'static str>,
) -> Result<Outgoing, serde_json::Error> {
    let body = seal(&Seal {
        id: sent.id,
        worker: sent.worker,
        ty: sent.ty,
        subject: sent.subject,
        at: sent.at,
        sequence: sent.sequence,
        correlation: sent.correlation,
        cause: sent.cause,
        traceparent: sent.traceparent,
        actor: sent.actor,
        data: sent.data,
    })?;
    let trace = sent.traceparent.map(|trace| ("traceparent".to_owned(), trace.to_owned()));
    Ok(Outgoing {
        exchange: said_by(sent.worker),
        routing_key: sent.ty.to_owned(),
        body: body.into(),
        content_type: CONTENT_TYPE.to_owned(),
        message_id: sent.id.to_string(),
        kind: format!("{TYPE_PREFIX}{}", sent.ty),
        correlation_id: Some(sent.correlation.to_string()),
        app_id: format!("{SOURCE_PREFIX}{}", sent.worker),
        timestamp: u64::try_from(sent.at.timestamp()).unwrap_or(0),
        headers: trace.into_iter().collect(),
        mandatory: heard.contains(sent.ty) || sent.ty.starts_with(BILLING),
    })
}

/// What a committed transaction says, not yet sealed. Sealing needs neither the database nor its
/// locks, so it is done beside the next transaction.
pub struct Unsent {
    pub worker: &'static str,
    /// The time of the transaction.
    pub at: DateTime<Utc>,
    /// Said by earlier batches, and not known to be published.
    pub again: Vec<StoredEvent>,
    pub new: Vec<NewEvent>,
    /// Messages that come back later.
    pub delayed: Vec<Outgoing>,
}

impl Unsent {
    /// In the order of publishing: first what earlier batches said.
    fn seal(self, heard: &BTreeSet<&'static str>) -> Result<Vec<Outgoing>, PublishError> {
        let again = self.again.iter().map(stored);
        let new = self.new.iter().map(|event| Sent {
            id: event.id,
            worker: self.worker,
            ty: event.ty.name,
            subject: event.subject.id,
            at: self.at,
            sequence: event.sequence,
            correlation: event.correlation,
            cause: event.cause,
            traceparent: event.traceparent.as_deref(),
            actor: event.actor.as_deref(),
            data: &event.data,
        });
        let sealed = again.chain(new).map(|sent| {
            let invalid = |error: serde_json::Error| PublishError::Invalid {
                message_id: sent.id.to_string(),
                why: error.to_string(),
            };
            outgoing(sent, heard).map_err(invalid)
        });
        sealed.chain(self.delayed.into_iter().map(Ok)).collect()
    }
}

/// Seals in the order given, on a thread that may block.
///
/// # Errors
/// [`PublishError::Invalid`] where an attribute cannot be written as JSON, which none of ours is.
pub async fn seal_all(
    unsent: Vec<Unsent>,
    heard: Arc<BTreeSet<&'static str>>,
) -> Result<Arc<[Outgoing]>, PublishError> {
    let seal = move || {
        let sealed: Result<Vec<_>, _> =
            unsent.into_iter().map(|unsent| unsent.seal(&heard)).collect();
        Ok(sealed?.into_iter().flatten().collect())
    };
    let sealed = tokio::task::spawn_blocking(seal).await;
    sealed.unwrap_or_else(|error| Err(PublishError::Lost(format!("The task ended: {error}."))))
}

/// Publishes until every single message is confirmed; a full queue is back-pressure, not a fault.
///
/// # Errors
/// [`PublishError`] where this link can never do it, or where it is to stop.
pub async fn publish(
    publisher: Publisher,
    batch: Arc<[Outgoing]>,
    stop: CancellationToken,
) -> Result<(), PublishError> {
    let mut wait = REFUSED_WAIT_MIN;
    loop {
        match publisher.publish(Arc::clone(&batch)).await {
            Err(PublishError::Refused) if !stop.is_cancelled() => {
                tracing::warn!("A queue is full or unavailable; the batch is published again.");
                tokio::select! {
                    () = stop.cancelled() => {}
                    () = tokio::time::sleep(wait) => {}
                }
                wait = (wait * 2).min(REFUSED_WAIT_MAX);
            }
            done => return done,
        }
    }
}
