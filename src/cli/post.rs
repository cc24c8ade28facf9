//! Hands messages to the broker as any client outside would, and knows that they are safe there.

use std::time::Duration;

use chrono::{SecondsFormat, Utc};
use serde::Serialize;
use serde_json::value::RawValue;

use super::Context;
use crate::envelope::CONTENT_TYPE;
use crate::messaging::{COMMANDS, Link, Outgoing, PublishError, Publisher, from};
use crate::senders;
use crate::settings::Settings;

/// How often a batch is offered again to a queue that is full.
const FULL_TRIES_MAX: u32 = 30;
/// How long between two of these.
const FULL_PAUSE: Duration = Duration::from_secs(1);
/// The AMQP property `app_id` of what the command line sends.
const APP_ID: &str = "leadmill-cli";

/// An open link to publish on.
pub struct Post {
    link: Link,
    publisher: Publisher,
}

impl Post {
    /// Opens a link.
    ///
    /// # Errors
    /// Why the broker cannot be reached.
    pub async fn open(context: &Context, settings: &Settings) -> anyhow::Result<Self> {
        Ok(Self::on(context.broker(settings).await?))
    }

    /// Publishes on a link that is open.
    #[must_use]
    pub fn on(link: Link) -> Self {
        Self { publisher: link.publisher(), link }
    }

    /// Returns once the broker has confirmed every message. A full queue is waited for.
    ///
    /// # Errors
    /// [`PublishError`] as a sentence; what of the batch arrived is then unknown.
    pub async fn send(&self, batch: Vec<Outgoing>) -> Result<(), PublishError> {
        let batch: std::sync::Arc<[Outgoing]> = batch.into();
        for _ in 1..FULL_TRIES_MAX {
            match self.publisher.publish(batch.clone()).await {
                Err(PublishError::Refused) => tokio::time::sleep(FULL_PAUSE).await,
                outcome => return outcome,
            }
        }
        self.publisher.publish(batch).await
    }

    /// The link, to consume on.
    #[must_use]
    pub const fn link(&self) -> &Link {
        &self.link
    }

    /// Closes the connection.
    pub async fn close(self) {
        // Everything was confirmed, so that nothing is lost where the broker does not answer.
        let _ = self.link.close().await;
    }
}

/// A raw input, for the queue of that name: through the exchange of the kind of sender that may send it,
/// so that its user of `leadmill grants` may do so too.
#[must_use]
pub fn raw(queue: &str, content_type: &str, message_id: String, body: Vec<u8>) -> Outgoing {
    Outgoing {
        exchange: senders::Sender::of_queue(queue).map_or_else(String::new, |it| from(it.kind)),
        routing_key: queue.to_owned(),
        body: body.into(),
        content_type: content_type.to_owned(),
        message_id,
        kind: String::new(),
        correlation_id: None,
        app_id: APP_ID.to_owned(),
        timestamp: now(),
        headers: Vec::new(),
        mandatory: true,
    }
}

/// Who sends a command, under which id.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sender {
    /// CloudEvents `source`; one that leadmill's own workers do not use.
    pub source: String,
    /// CloudEvents `id`, unique per source.
    pub id: String,
    /// The person for whom it speaks.
    pub actor: Option<String>,
}

/// A command as structured CloudEvents JSON; `ty` is without prefix, `data` is JSON.
///
/// # Errors
/// Where `data` is no JSON.
pub fn command(sender: &Sender, ty: &str, data: &str) -> Result<Outgoing, serde_json::Error> {
    #[derive(Serialize)]
    struct Event<'a> {
        specversion: &'static str,
        id: &'a str,
        source: &'a str,
        #[serde(rename = "type")]
        ty: &'a str,
        time: String,
        datacontenttype: &'static str,
        #[serde(skip_serializing_if = "Option::is_none")]
        actor: Option<&'a str>,
        data: &'a RawValue,
    }
    let wire_name = format!("{}{ty}", domain::message::TYPE_PREFIX);
    let body = serde_json::to_vec(&Event {
        specversion: "1.0",
        id: &sender.id,
        source: &sender.source,
        ty: &wire_name,
        time: Utc::now().to_rfc3339_opts(SecondsFormat::Millis, true),
        datacontenttype: "application/json",
        actor: sender.actor.as_deref(),
        data: serde_json::from_str(data)?,
    })?;
    Ok(Outgoing {
        exchange: COMMANDS.to_owned(),
        routing_key: ty.to_owned(),
        body: body.into(),
        content_type: CONTENT_TYPE.to_owned(),
        message_id: sender.id.clone(),
        kind: wire_name,
        correlation_id: None,
        app_id: APP_ID.to_owned(),
        timestamp: now(),
        headers: Vec::new(),
        mandatory: true,
    })
}

fn now() -> u64 {
    u64::try_from(Utc::now().timestamp()).unwrap_or(0)
}
