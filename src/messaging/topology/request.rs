//! One request for one exchange or queue: look whether it exists, compare it, or make it.

use lapin::options::{ExchangeDeclareOptions, QueueBindOptions, QueueDeclareOptions};
use lapin::types::{AMQPValue, FieldTable};

use super::exchange::{Exchange, ExchangeKind};
use super::queue::Queue;
use crate::messaging::settings::BrokerSettings;

/// How far a declaration goes.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Depth {
    /// It must exist.
    Looked,
    /// It must exist, with these arguments and bindings.
    Checked,
    /// It exists afterwards.
    Made,
}

pub(super) fn exchange_declare(
    settings: &BrokerSettings,
    depth: Depth,
) -> impl AsyncFn(&lapin::Channel, &Exchange) -> lapin::Result<()> {
    async move |channel, exchange| {
        let kind = match exchange.kind {
            ExchangeKind::Topic => lapin::ExchangeKind::Topic,
            ExchangeKind::Direct => lapin::ExchangeKind::Direct,
            ExchangeKind::Fanout => lapin::ExchangeKind::Fanout,
            ExchangeKind::Headers => lapin::ExchangeKind::Headers,
        };
        let name = settings.full(&exchange.name);
        let options = ExchangeDeclareOptions { durable: true, ..Default::default() };
        if depth != Depth::Made {
            let passive = ExchangeDeclareOptions { passive: true, ..options };
            let arguments = FieldTable::default();
            channel
                .exchange_declare(name.as_str().into(), kind.clone(), passive, arguments)
                .await?;
        }
        if depth == Depth::Looked {
            return Ok(());
        }
        let mut arguments = FieldTable::default();
        if let Some(alternate) = &exchange.alternate {
            let alternate = AMQPValue::LongString(settings.full(alternate).into());
            arguments.insert("alternate-exchange".into(), alternate);
        }
        channel.exchange_declare(name.into(), kind, options, arguments).await
    }
}

pub(super) fn queue_declare(
    settings: &BrokerSettings,
    depth: Depth,
) -> impl AsyncFn(&lapin::Channel, &Queue) -> lapin::Result<()> {
    async move |channel, queue| {
        let name = settings.full(&queue.name);
        let options = QueueDeclareOptions::durable();
        if depth != Depth::Made {
            let passive = QueueDeclareOptions { passive: true, ..options };
            channel.queue_declare(name.as_str().into(), passive, FieldTable::default()).await?;
        }
        if depth == Depth::Looked {
            return Ok(());
        }
        let arguments = queue.table(settings);
        channel.queue_declare(name.as_str().into(), options, arguments).await?;
        for binding in &queue.bindings {
            let (exchange, key, arguments) = binding.request(settings);
            let (name, options) = (name.as_str().into(), QueueBindOptions::default());
            channel.queue_bind(name, exchange.into(), key.into(), options, arguments).await?;
        }
        Ok(())
    }
}

pub(super) fn queue_unbind(
    settings: &BrokerSettings,
) -> impl AsyncFn(&lapin::Channel, &Queue) -> lapin::Result<()> {
    async move |channel, queue| {
        let name = settings.full(&queue.name);
        for binding in &queue.bindings {
            let (exchange, key, arguments) = binding.request(settings);
            let name = name.as_str().into();
            channel.queue_unbind(name, exchange.into(), key.into(), arguments).await?;
        }
        Ok(())
    }
}
