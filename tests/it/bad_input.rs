//! Whatever is sent: a named outcome, the bytes kept, and everybody else's messages go through.

use lapin::options::{BasicPublishOptions, ConfirmSelectOptions};
use lapin::types::{AMQPValue, FieldTable};
use lapin::{BasicProperties, Channel, Confirmation, Connection, ConnectionProperties};
use secrecy::ExposeSecret;
use sha2::{Digest, Sha256};

use crate::installation::Installation;

mod commands;
mod inputs;
mod settings;
mod wire;

/// A message that our own publisher would refuse to send.
pub(crate) struct Wild {
    exchange: &'static str,
    routing_key: String,
    properties: BasicProperties,
    body: Vec<u8>,
}

impl Wild {
    /// Straight into a queue, with no properties at all.
    pub(crate) fn to(queue: &str, body: impl Into<Vec<u8>>) -> Self {
        let properties = BasicProperties::default();
        Self { exchange: "", routing_key: queue.to_owned(), properties, body: body.into() }
    }

    /// By this exchange, and not straight into the queue.
    pub(crate) fn by(mut self, exchange: &'static str) -> Self {
        self.exchange = exchange;
        self
    }

    pub(crate) fn with(mut self, change: impl FnOnce(BasicProperties) -> BasicProperties) -> Self {
        self.properties = change(self.properties);
        self
    }
}

/// Publishes as a foreign client does, each confirmed.
pub(crate) async fn publish(it: &Installation, messages: Vec<Wild>) {
    let (connection, channel) = connect(it).await;
    for wild in messages {
        let confirmation = send(it, &channel, wild).await.unwrap();
        assert!(confirmation.is_ack() && confirmation.take_message().is_none(), "not routed");
    }
    connection.close(200, "done".into()).await.unwrap();
}

/// Publishes as a foreign client does; answers how many the broker took.
pub(crate) async fn taken(it: &Installation, messages: Vec<Wild>) -> usize {
    let (connection, channel) = connect(it).await;
    let mut taken = 0;
    for wild in messages {
        taken += usize::from(send(it, &channel, wild).await.unwrap().is_ack());
    }
    connection.close(200, "done".into()).await.unwrap();
    taken
}

/// Publishes more than RabbitMQ takes from version 4 on, 16 MiB; answers whether this one took it.
async fn publish_large(it: &Installation, wild: Wild) -> bool {
    let (connection, channel) = connect(it).await;
    let confirmation = send(it, &channel, wild).await;
    if let Err(error) = &confirmation {
        let said = error.to_string();
        assert!(said.contains("larger than configured max size 16777216"), "{said}");
    }
    connection.close(200, "done".into()).await.unwrap();
    confirmation.is_ok_and(|confirmation| confirmation.is_ack())
}

async fn connect(it: &Installation) -> (Connection, Channel) {
    let url = it.settings.broker.url.expose_secret();
    let connection = Connection::connect(url, ConnectionProperties::default()).await.unwrap();
    let channel = connection.create_channel().await.unwrap();
    channel.confirm_select(ConfirmSelectOptions::default()).await.unwrap();
    (connection, channel)
}

async fn send(it: &Installation, channel: &Channel, wild: Wild) -> lapin::Result<Confirmation> {
    let prefix = &it.settings.broker.prefix;
    let name = |name: &str| if name.is_empty() { String::new() } else { format!("{prefix}{name}") };
    let exchange = name(wild.exchange);
    // A routing key has the prefix only where it names a queue.
    let key = if exchange.is_empty() { name(&wild.routing_key) } else { wild.routing_key };
    let options = BasicPublishOptions { mandatory: true, ..BasicPublishOptions::default() };
    let (exchange, key) = (exchange.as_str().into(), key.as_str().into());
    channel.basic_publish(exchange, key, options, &wild.body, wild.properties).await?.await
}

/// 10,000 headers, which fit into one frame but not into one of text.
fn ten_thousand_headers() -> FieldTable {
    let mut table = FieldTable::default();
    for n in 0..10_000 {
        table.insert(format!("h{n:04}").into(), AMQPValue::Boolean(true));
    }
    table
}

fn digest(bytes: &[u8]) -> String {
    use std::fmt::Write;
    Sha256::digest(bytes).iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}
