//! What no client of ours sends: the selftest sends what a stranger might.

use std::time::Duration;

use lapin::options::{BasicPublishOptions, ConfirmSelectOptions};
use lapin::types::{AMQPValue, FieldTable};
use lapin::{BasicProperties, ConnectionStatus};

use super::Outgoing;
use super::health::LinkError;
use super::settings::BrokerSettings;
use super::wire::{Wire, bounded, words};

/// How long the broker may take to confirm, not counting the time in which it blocks publishers.
const CONFIRM_TIMEOUT: Duration = Duration::from_secs(20);
/// Digits of the names: so few that many names fit into a frame.
const DIGITS: u32 = 36;

/// Publishes to a queue by its name, with so many headers of one byte each: the broker takes them in one
/// frame, and as texts, which is how this program sends headers, they are nearly twice as large.
/// Returns when the broker has confirmed it.
///
/// # Errors
/// [`LinkError`]; whether the message arrived is then unknown.
pub async fn publish_with_tiny_headers(
    settings: &BrokerSettings,
    message: &Outgoing,
    count: u32,
) -> Result<(), LinkError> {
    let nodes = settings.turns();
    let node = &nodes[fastrand::usize(..nodes.len().max(1))];
    let wire = Wire::open(node, &settings.full("hostile")).await?;
    let published = publish(&wire, wire.status(), settings, message, count).await;
    wire.close().await;
    published
}

async fn publish(
    wire: &Wire,
    status: ConnectionStatus,
    settings: &BrokerSettings,
    message: &Outgoing,
    count: u32,
) -> Result<(), LinkError> {
    let mut headers = FieldTable::default();
    for number in 0..count {
        headers.insert(name(number).into(), AMQPValue::ShortShortInt(1));
    }
    let properties = BasicProperties::default()
        .with_content_type(message.content_type.as_str().into())
        .with_message_id(message.message_id.as_str().into())
        .with_headers(headers);
    let publishing = async {
        let channel = wire.channel().await?;
        channel.confirm_select(ConfirmSelectOptions::default()).await?;
        let queue = settings.full(&message.routing_key).into();
        let options = BasicPublishOptions { mandatory: true, ..BasicPublishOptions::default() };
        channel.basic_publish("".into(), queue, options, &message.body, properties).await?.await
    };
    match bounded(CONFIRM_TIMEOUT, || status.blocked(), publishing).await {
        Some(Ok(confirmation)) if confirmation.is_ack() => Ok(()),
        Some(Ok(_)) => Err(LinkError::Broken("The broker refused the message.".to_owned())),
        Some(Err(error)) => Err(LinkError::Broken(words(&error))),
        None => Err(LinkError::Broken("The broker did not confirm the message.".to_owned())),
    }
}

fn name(number: u32) -> String {
    let digit = |place: u32| char::from_digit(number / DIGITS.pow(place) % DIGITS, DIGITS);
    [2, 1, 0].into_iter().filter_map(digit).collect()
}
