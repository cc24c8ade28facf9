//! A message to publish, and whether the broker can take it: what it refuses ends the connection
//! for everybody, so it is found before.

use bytes::Bytes;
use lapin::BasicProperties;
use lapin::types::{AMQPValue, FieldTable, ShortString};

/// Largest body in bytes. RabbitMQ 4 refuses more; so do we, on every version.
pub const BODY_BYTES_MAX: usize = 16 * 1024 * 1024;
/// Most bytes of all properties as they are sent. They travel in one frame of 128 KiB, and the
/// broker needs room in it for what it adds when a message is dead-lettered.
pub const PROPERTIES_BYTES_MAX: usize = 120 * 1024;
/// Names and short properties of AMQP 0-9-1 are at most this long, in bytes.
const SHORT_BYTES_MAX: usize = 255;
/// Class, weight, size, flags, delivery mode, timestamp and the length of the table of headers.
const FIXED_BYTES: usize = 2 + 2 + 8 + 2 + 1 + 8 + 4;
/// The broker's own headers, by their beginnings. They must never be sent again: RabbitMQ 3.10
/// silently drops a message whose history names the queue it is dead-lettered to, and what counts
/// deliveries would be believed.
const BROKER_HEADERS: [&str; 5] =
    ["x-death", "x-first-death-", "x-last-death-", "x-delivery-count", "x-acquired-count"];
/// Headers by which a sender has a message routed to further queues. Who sends it again means one queue,
/// and the broker closes the channel of whoever sends them as text.
const ROUTING_HEADERS: [&str; 2] = ["CC", "BCC"];

/// One message to publish. It is always persistent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outgoing {
    /// Name of the exchange without prefix; empty for the default exchange, where the routing key
    /// is the name of a queue, also without prefix.
    pub exchange: String,
    /// What the bindings look at.
    pub routing_key: String,
    /// At most [`BODY_BYTES_MAX`] bytes.
    pub body: Bytes,
    /// Media type of the body.
    pub content_type: String,
    /// Identifies the message, also when the broker returns it; must not be empty.
    pub message_id: String,
    /// The AMQP property `type`.
    pub kind: String,
    /// Id of the pipeline, if the message belongs to one.
    pub correlation_id: Option<String>,
    /// Who publishes, in its own word. The `user_id`, which the broker checks, is never sent again.
    pub app_id: String,
    /// Seconds since 1970.
    pub timestamp: u64,
    /// Headers; those of the broker's own are left out when publishing.
    pub headers: Vec<(String, String)>,
    /// Whether some queue must hear it; if none does, the batch fails with
    /// [`PublishError::Returned`](super::PublishError::Returned).
    pub mandatory: bool,
}

impl Outgoing {
    /// Whether it can be sent at all.
    ///
    /// # Errors
    /// What is wrong with it, as the end of a sentence.
    pub fn check(&self) -> Result<(), String> {
        if self.body.len() > BODY_BYTES_MAX {
            let size = self.body.len();
            return Err(format!(
                "its body has {size} bytes, the limit is {BODY_BYTES_MAX}; send it in parts"
            ));
        }
        if self.message_id.is_empty() {
            return Err("it has no id".to_owned());
        }
        let names = [("exchange", &self.exchange), ("routing key", &self.routing_key)];
        let texts = names.into_iter().chain(self.texts());
        let headers = self.headers.iter().map(|(name, _)| ("header name", name));
        if let Some((what, text)) =
            texts.chain(headers).find(|(_, text)| text.len() > SHORT_BYTES_MAX)
        {
            let size = text.len();
            return Err(format!("its {what} has {size} bytes, the limit is {SHORT_BYTES_MAX}"));
        }
        let texts = self.texts().map(|(_, text)| text.as_str());
        let size = properties_bytes(texts, self.headers.iter().map(|(n, v)| (&**n, &**v)));
        if size > PROPERTIES_BYTES_MAX {
            return Err(format!(
                "its {} headers and its properties have {size} bytes as they are sent, the limit \
                 is {PROPERTIES_BYTES_MAX}",
                self.headers.len()
            ));
        }
        Ok(())
    }

    pub(super) fn properties(&self) -> BasicProperties {
        const PERSISTENT: u8 = 2;
        let mut headers = FieldTable::default();
        for (name, value) in self.headers.iter().filter(|(name, _)| !is_brokers(name)) {
            headers.insert(short(name), AMQPValue::LongString(value.as_str().into()));
        }
        let properties = BasicProperties::default()
            .with_delivery_mode(PERSISTENT)
            .with_content_type(short(&self.content_type))
            .with_message_id(short(&self.message_id))
            .with_type(short(&self.kind))
            .with_app_id(short(&self.app_id))
            .with_timestamp(self.timestamp)
            .with_headers(headers);
        match &self.correlation_id {
            Some(id) => properties.with_correlation_id(short(id)),
            None => properties,
        }
    }

    /// The properties that are short texts.
    fn texts(&self) -> impl Iterator<Item = (&'static str, &String)> {
        let texts = [
            ("content type", &self.content_type),
            ("id", &self.message_id),
            ("type", &self.kind),
            ("app id", &self.app_id),
        ];
        texts.into_iter().chain(self.correlation_id.iter().map(|id| ("correlation id", id)))
    }
}

/// Bytes of a message's properties as we send them: every header as a text, none of the broker's.
pub fn properties_bytes<'a>(
    texts: impl IntoIterator<Item = &'a str>,
    headers: impl IntoIterator<Item = (&'a str, &'a str)>,
) -> usize {
    // A short text has its length in one byte; a header its name, one byte for the type, and four
    // for the length of its value.
    let texts: usize = texts.into_iter().map(|text| 1 + text.len()).sum();
    let headers = headers.into_iter().filter(|(name, _)| !is_brokers(name));
    let headers: usize = headers.map(|(name, value)| 1 + name.len() + 1 + 4 + value.len()).sum();
    FIXED_BYTES + texts + headers
}

fn is_brokers(header: &str) -> bool {
    ROUTING_HEADERS.contains(&header)
        || BROKER_HEADERS.iter().any(|broker| header.starts_with(broker))
}

/// Checked by [`Outgoing::check`] and by the limit on the prefix; what is too long is cut rather
/// than a panic in the task that publishes for everybody.
pub(super) fn short(text: &str) -> ShortString {
    ShortString::try_new(text)
        .unwrap_or_else(|_| text[..text.floor_char_boundary(SHORT_BYTES_MAX)].into())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn outgoing(headers: Vec<(String, String)>) -> Outgoing {
        Outgoing {
            exchange: String::new(),
            routing_key: "ordering".into(),
            body: Bytes::from_static(b"{}"),
            content_type: "application/json".into(),
            message_id: "m-1".into(),
            kind: "leadmill.order.ship.v1".into(),
            correlation_id: Some("c-1".into()),
            app_id: "urn:warehouse".into(),
            timestamp: 7,
            headers,
            mandatory: true,
        }
    }

    #[test]
    fn the_bytes_of_the_properties_are_counted_as_they_are_sent() {
        let headers =
            [("n", "-1"), ("traceparent", "00-ab"), ("x-death", "[]"), ("x-attempt", "3")];
        let message = outgoing(headers.map(|(n, v)| (n.to_owned(), v.to_owned())).into());
        let texts = message.texts().map(|(_, text)| text.as_str());
        let headers = message.headers.iter().map(|(n, v)| (&**n, &**v));
        let texts_sent = (1 + 16) + (1 + 3) + (1 + 22) + (1 + 13) + (1 + 3);
        let headers_sent = (1 + 1 + 5 + 2) + (1 + 11 + 5 + 5) + (1 + 9 + 5 + 1);
        assert_eq!(properties_bytes(texts, headers), 27 + texts_sent + headers_sent);
    }

    #[test]
    fn small_numbers_that_become_large_texts_are_found_before_they_are_sent() {
        // As they came, each has six bytes.
        let headers = (0..14_000).map(|n| (format!("{n:x}"), "-128".to_owned())).collect();
        let why = outgoing(headers).check().unwrap_err();
        assert!(why.starts_with("its 14000 headers"), "{why}");
        let few = (0..1_000).map(|n| (format!("{n:x}"), "-128".to_owned())).collect();
        assert_eq!(outgoing(few).check(), Ok(()));
    }

    #[test]
    fn what_the_broker_writes_is_never_sent_again() {
        let names = ["x-death", "x-first-death-queue", "x-delivery-count", "x-acquired-count", "a"];
        let headers = names.map(|name| (name.to_owned(), "1".to_owned())).into();
        let sent = outgoing(headers).properties();
        let sent = sent.headers().as_ref().unwrap().inner().keys();
        assert_eq!(sent.map(ToString::to_string).collect::<Vec<_>>(), ["a"]);
    }
}
