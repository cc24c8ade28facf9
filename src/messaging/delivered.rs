//! What came from the broker, as plain data, and the receipt that acknowledges it.

use std::collections::BTreeMap;
use std::sync::Arc;

use bytes::Bytes;
use lapin::message::Delivery;
use lapin::options::BasicAckOptions;
use lapin::types::{AMQPValue, FieldTable, ShortString};
use lapin::{Acker, ConnectionStatus};
use serde_json::{Map, Value};

use super::health::{CALL_TIMEOUT, Health, LinkError};
use super::wire::bounded;

/// Where the broker counts how often it gave a message out without an acknowledgement.
const DELIVERY_COUNT: &str = "x-delivery-count";

/// A message from a queue. Not acknowledging it keeps it: it comes back when the link closes.
#[derive(Clone, Debug)]
pub struct Delivered {
    /// The queue it was consumed from, without prefix.
    pub queue: String,
    /// The exchange it was last published to, without prefix; empty for the default exchange.
    pub exchange: String,
    /// Its routing key; without prefix where that is the name of a queue.
    pub routing_key: String,
    /// Whether it may have been given out before.
    pub redelivered: bool,
    /// How often it was given out before without being acknowledged. Also counts every time that a
    /// link closed while the message lay in the buffer.
    pub delivery_count: u64,
    /// Media type of the body.
    pub content_type: Option<String>,
    /// Id given by the sender.
    pub message_id: Option<String>,
    /// The AMQP property `type`.
    pub kind: Option<String>,
    /// Who published it.
    pub app_id: Option<String>,
    /// Its user of the broker, which has checked it.
    pub user_id: Option<String>,
    /// Milliseconds that its sender gave it to live.
    pub expiration: Option<String>,
    /// Id of the pipeline.
    pub correlation_id: Option<String>,
    /// Seconds since 1970, as the sender set them.
    pub timestamp: Option<u64>,
    /// All headers as text: strings and numbers as they are, lists and tables as JSON. Names of
    /// exchanges and queues in the broker's history (`x-death` …) are without prefix.
    pub headers: BTreeMap<String, String>,
    /// The bytes.
    pub body: Bytes,
    acker: Acker,
    lane: Arc<ConsumingChannel>,
}

impl Delivered {
    pub(super) fn new(delivery: Delivery, lane: &Arc<ConsumingChannel>) -> Self {
        let prefix = &lane.prefix;
        let properties = &delivery.properties;
        let headers = properties.headers().as_ref().map(|table| render(table, prefix));
        let headers = headers.unwrap_or_default();
        // What was never given out before has a count of its sender's, if any; the broker begins at one.
        let count = headers.get(DELIVERY_COUNT).filter(|_| delivery.redelivered);
        let count = count.and_then(|count| count.parse().ok());
        Self {
            queue: lane.queue.clone(),
            exchange: bare(delivery.exchange.as_str(), prefix),
            routing_key: bare(delivery.routing_key.as_str(), prefix),
            redelivered: delivery.redelivered,
            delivery_count: count.unwrap_or(0),
            content_type: text(properties.content_type()),
            message_id: text(properties.message_id()),
            kind: text(properties.kind()),
            app_id: text(properties.app_id()),
            user_id: text(properties.user_id()),
            expiration: text(properties.expiration()),
            correlation_id: text(properties.correlation_id()),
            timestamp: *properties.timestamp(),
            headers,
            acker: delivery.acker,
            body: delivery.data.into(),
            lane: Arc::clone(lane),
        }
    }
}

/// Acknowledges a batch and everything delivered before it, with one frame per channel. Batches
/// must therefore be acknowledged in the order in which they were taken.
#[derive(Clone, Debug)]
#[must_use = "a batch that is not acknowledged comes back"]
pub struct Receipt(BTreeMap<u64, (Acker, Arc<ConsumingChannel>)>);

impl Receipt {
    /// The receipt of these messages; they may come from several consumers.
    pub fn of<'a>(batch: impl IntoIterator<Item = &'a Delivered>) -> Self {
        // Deliveries of one channel come in the order of their tags: the last is the highest.
        let mut last = BTreeMap::new();
        last.extend(batch.into_iter().map(|message| (message.lane.id, message)));
        let receipt = |message: &Delivered| (message.acker.clone(), Arc::clone(&message.lane));
        Self(last.into_iter().map(|(lane, message)| (lane, receipt(message))).collect())
    }

    /// Acknowledges. On an error the messages come back, on the next link.
    ///
    /// # Errors
    /// [`LinkError::Broken`] if the link failed meanwhile.
    pub async fn acknowledge(self) -> Result<(), LinkError> {
        for (acker, lane) in self.0.into_values() {
            let blocked = || lane.status.blocked();
            let ack = acker.ack(BasicAckOptions { multiple: true });
            let acked = tokio::select! {
                biased;
                () = lane.health.token.cancelled() => return Err(lane.health.broken()),
                acked = bounded(CALL_TIMEOUT, blocked, ack) => acked,
            };
            match acked {
                Some(Ok(true)) => {}
                Some(Ok(false)) => {
                    lane.health.fail("A batch could not be acknowledged: its channel is gone.");
                    return Err(lane.health.broken());
                }
                Some(Err(error)) => {
                    lane.health.fail(format!("A batch could not be acknowledged: {error}."));
                    return Err(lane.health.broken());
                }
                None => {
                    let seconds = CALL_TIMEOUT.as_secs();
                    lane.health
                        .fail(format!("An acknowledgement was not sent within {seconds} s."));
                    return Err(lane.health.broken());
                }
            }
        }
        Ok(())
    }
}

/// One consuming channel, shared by everything delivered on it.
pub(super) struct ConsumingChannel {
    pub(super) id: u64,
    pub(super) queue: String,
    pub(super) prefix: String,
    pub(super) health: Health,
    pub(super) status: ConnectionStatus,
}

impl std::fmt::Debug for ConsumingChannel {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "ConsumingChannel({} of {})", self.id, self.queue)
    }
}

fn text(property: &Option<ShortString>) -> Option<String> {
    property.as_ref().map(ToString::to_string)
}

fn bare(name: &str, prefix: &str) -> String {
    name.strip_prefix(prefix).unwrap_or(name).to_owned()
}

fn render(table: &FieldTable, prefix: &str) -> BTreeMap<String, String> {
    table
        .inner()
        .iter()
        .map(|(name, value)| {
            let name = name.to_string();
            let value = match json(value, prefix) {
                Value::String(text) if name.contains("-death-") => bare(&text, prefix),
                Value::String(text) => text,
                value => value.to_string(),
            };
            (name, value)
        })
        .collect()
}

/// Tables are the broker's history: their `queue` and `exchange` lose the prefix.
fn json(value: &AMQPValue, prefix: &str) -> Value {
    match value {
        AMQPValue::Boolean(v) => Value::from(*v),
        AMQPValue::ShortShortInt(v) => Value::from(*v),
        AMQPValue::ShortShortUInt(v) => Value::from(*v),
        AMQPValue::ShortInt(v) => Value::from(*v),
        AMQPValue::ShortUInt(v) => Value::from(*v),
        AMQPValue::LongInt(v) => Value::from(*v),
        AMQPValue::LongUInt(v) => Value::from(*v),
        AMQPValue::LongLongInt(v) => Value::from(*v),
        AMQPValue::Float(v) => Value::from(*v),
        AMQPValue::Double(v) => Value::from(*v),
        AMQPValue::DecimalValue(v) => Value::from(format!("{}e-{}", v.value, v.scale)),
        AMQPValue::ShortString(v) => Value::from(v.as_str()),
        AMQPValue::LongString(v) => Value::from(String::from_utf8_lossy(v.as_bytes())),
        AMQPValue::FieldArray(v) => v.as_slice().iter().map(|item| json(item, prefix)).collect(),
        AMQPValue::Timestamp(v) => Value::from(*v),
        AMQPValue::FieldTable(v) => {
            let entries = v.inner().iter().map(|(name, value)| {
                let value = match (name.as_str(), json(value, prefix)) {
                    ("queue" | "exchange", Value::String(text)) => bare(&text, prefix).into(),
                    (_, value) => value,
                };
                (name.to_string(), value)
            });
            Value::Object(entries.collect::<Map<_, _>>())
        }
        AMQPValue::ByteArray(v) => Value::from(String::from_utf8_lossy(v.as_slice())),
        AMQPValue::Void => Value::Null,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headers_become_text_and_history_becomes_json_without_the_prefix() {
        let mut death = FieldTable::default();
        death.insert("queue".into(), AMQPValue::LongString("t1.quoting".into()));
        death.insert("count".into(), AMQPValue::LongLongInt(3));
        let deaths = AMQPValue::FieldArray(vec![AMQPValue::FieldTable(death)].into());
        let mut table = FieldTable::default();
        table.insert("x-death".into(), deaths);
        table.insert("x-first-death-queue".into(), AMQPValue::LongString("t1.quoting".into()));
        table.insert("traceparent".into(), AMQPValue::LongString("00-ab-cd-01".into()));
        table.insert("x-attempt".into(), AMQPValue::LongInt(2));
        table.insert("flag".into(), AMQPValue::Boolean(true));
        let headers = render(&table, "t1.");
        assert_eq!(headers["x-death"], r#"[{"count":3,"queue":"quoting"}]"#);
        assert_eq!(headers["x-first-death-queue"], "quoting");
        assert_eq!(headers["traceparent"], "00-ab-cd-01");
        assert_eq!(headers["x-attempt"], "2");
        assert_eq!(headers["flag"], "true");
    }
}
