//! A queue as data: what it hears, and the arguments that it is declared with.

use lapin::types::{AMQPValue, FieldTable};

use super::names::{DEAD, REPLAY, keyed};
use crate::messaging::settings::BrokerSettings;

/// How often a message is given out again before it is dead-lettered. Must exceed the halvings
/// that isolate a message which kills the process: 9 of a batch of 512, 12 of the largest allowed.
pub const DELIVERY_LIMIT: u32 = 20;
/// Messages a queue holds before the broker refuses more. A quorum queue keeps at least 32 bytes
/// of memory per message.
pub const QUEUE_LENGTH_MAX: u32 = 5_000_000;

/// A durable queue, quorum unless it takes nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Queue {
    /// Without prefix.
    pub name: String,
    /// What it hears, beside what is sent to it by name through the default exchange.
    pub bindings: Vec<Binding>,
    /// Exchange for what exceeds the delivery limit or the time to live; the routing key stays.
    pub dead_letter: Option<String>,
    /// Milliseconds that a message stays before it is dead-lettered.
    pub ttl_ms: Option<u32>,
    /// See [`DELIVERY_LIMIT`].
    pub delivery_limit: u32,
    /// See [`QUEUE_LENGTH_MAX`].
    pub length_max: u32,
}

/// The value of a queue's argument.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Argument<'a> {
    /// As it stands.
    Text(&'a str),
    /// Name of an exchange, here without prefix.
    Exchange(&'a str),
    /// A limit or a time.
    Number(u32),
}

/// What a queue hears.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Binding {
    /// Name of the exchange without prefix.
    pub exchange: String,
    /// Key or pattern.
    pub routing_key: String,
    /// Whatever its key, what carries this header.
    pub header: Option<&'static str>,
}

impl Queue {
    /// A queue that somebody works on: dead letters go to [`DEAD`], and it can be reached by its
    /// name through [`REPLAY`].
    #[must_use]
    pub fn worked(name: &str) -> Self {
        let mut queue = Self::bare(name).hears(REPLAY, name);
        queue.dead_letter = Some(DEAD.to_owned());
        queue
    }

    /// Adds a binding.
    #[must_use]
    pub fn hears(mut self, exchange: &str, routing_key: &str) -> Self {
        let (exchange, routing_key) = (exchange.to_owned(), routing_key.to_owned());
        self.bindings.push(Binding { exchange, routing_key, header: None });
        self
    }

    pub(super) fn bare(name: &str) -> Self {
        Self {
            name: name.to_owned(),
            bindings: Vec::new(),
            dead_letter: None,
            ttl_ms: None,
            delivery_limit: DELIVERY_LIMIT,
            length_max: QUEUE_LENGTH_MAX,
        }
    }

    /// A queue that takes nothing. A classic one, which keeps to its length exactly.
    pub(super) fn refusing(name: &str) -> Self {
        Self { length_max: 0, ..Self::bare(name) }
    }

    /// The arguments that it is declared with.
    #[must_use]
    pub fn arguments(&self) -> Vec<(&'static str, Argument<'_>)> {
        if self.length_max == 0 {
            return vec![
                ("x-queue-type", Argument::Text("classic")),
                ("x-max-length", Argument::Number(0)),
                ("x-overflow", Argument::Text("reject-publish")),
            ];
        }
        let mut arguments = vec![
            ("x-queue-type", Argument::Text("quorum")),
            ("x-delivery-limit", Argument::Number(self.delivery_limit)),
            ("x-max-length", Argument::Number(self.length_max)),
            ("x-overflow", Argument::Text("reject-publish")),
        ];
        if let Some(exchange) = &self.dead_letter {
            arguments.push(("x-dead-letter-exchange", Argument::Exchange(exchange)));
            arguments.push(("x-dead-letter-strategy", Argument::Text("at-least-once")));
        }
        arguments.extend(self.ttl_ms.map(|ttl| ("x-message-ttl", Argument::Number(ttl))));
        arguments
    }

    pub(super) fn table(&self, settings: &BrokerSettings) -> FieldTable {
        let mut table = FieldTable::default();
        for (name, argument) in self.arguments() {
            let value = match argument {
                Argument::Text(text) => AMQPValue::LongString(text.into()),
                Argument::Exchange(name) => AMQPValue::LongString(settings.full(name).into()),
                Argument::Number(number) => AMQPValue::LongLongInt(i64::from(number)),
            };
            table.insert(name.into(), value);
        }
        table
    }
}

impl Binding {
    /// Exchange, key and arguments for the broker.
    pub(super) fn request(&self, settings: &BrokerSettings) -> (String, &str, FieldTable) {
        let mut arguments = FieldTable::default();
        let exchange = match self.header {
            Some(header) => {
                let any = AMQPValue::LongString("any-with-x".into());
                arguments.insert("x-match".into(), any);
                arguments.insert(header.into(), AMQPValue::Void);
                settings.full(&self.exchange)
            }
            None => settings.full(&keyed(&self.exchange)),
        };
        (exchange, &self.routing_key, arguments)
    }
}
