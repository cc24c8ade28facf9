//! Exchanges, queues and bindings as data, and how they get onto the broker.
//!
//! Every queue is a durable quorum queue with an explicit delivery limit, a length limit that
//! refuses instead of dropping, and at-least-once dead-lettering: nothing that was accepted is
//! ever thrown away. Raw input enters through the **default exchange** with the name of its queue
//! as routing key (`intake.email`): that is one line in any client and needs no exchange of ours.
//!
//! What a worker cannot decide yet goes to a delay queue and comes back: published to the exchange
//! [`Delay::exchange`] with the name of its queue as routing key, it waits in the delay queue, is
//! dead-lettered to [`RETURN`] with that routing key kept, and so reaches the queue again.

use lapin::options::{
    ExchangeDeclareOptions, ExchangeDeleteOptions, QueueBindOptions, QueueDeclareOptions,
    QueueDeleteOptions,
};
use lapin::types::{AMQPValue, FieldTable};

use super::settings::BrokerSettings;
use declare::Calls;

mod declare;

pub use declare::{Problem, TopologyError};

/// Topic exchange of domain events.
pub const EVENTS: &str = "leadmill.events";
/// Topic exchange of commands.
pub const COMMANDS: &str = "leadmill.commands";
/// Direct exchange through which the delay queues give messages back to their queue.
pub const RETURN: &str = "leadmill.return";
/// Fanout exchange, and the one queue behind it, for messages that exceeded the delivery limit.
pub const DEAD: &str = "leadmill.dead";

/// How often a message is given out again before it is dead-lettered. Must exceed the halvings
/// that isolate a message which kills the process: 9 of a batch of 512, 12 of the largest allowed.
pub const DELIVERY_LIMIT: u32 = 20;
/// Messages a queue holds before the broker refuses more. A quorum queue keeps at least 32 bytes
/// of memory per message.
pub const QUEUE_LENGTH_MAX: u32 = 5_000_000;
/// The dead have no further queue to go to, and no limit at all means 20 on RabbitMQ 4, after
/// which they would be deleted: so a limit that no crash loop reaches.
const DEAD_DELIVERY_LIMIT: u32 = 1_000_000;

/// Everything that must exist on the broker. Names are without prefix.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Topology {
    /// Declared first.
    pub exchanges: Vec<Exchange>,
    /// Declared and bound after them.
    pub queues: Vec<Queue>,
}

/// A durable exchange.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Exchange {
    /// Without prefix.
    pub name: String,
    /// How it routes.
    pub kind: ExchangeKind,
}

/// How an exchange routes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ExchangeKind {
    /// By patterns of words, `*` for one and `#` for any number.
    Topic,
    /// By the exact routing key.
    Direct,
    /// To all that are bound.
    Fanout,
}

/// A durable quorum queue.
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
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Binding {
    /// Name of the exchange without prefix.
    pub exchange: String,
    /// Key or pattern.
    pub routing_key: String,
}

/// How many messages wait in a queue.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct QueueDepth {
    /// Without prefix.
    pub name: String,
    /// Ready messages and consumers; `None` if the queue does not exist. Messages in the hands of
    /// a consumer are not counted: the protocol does not tell them.
    pub waiting: Option<(u32, u32)>,
}

/// How long a message waits before it is looked at again. Every delay has three queues with 0.8,
/// 1 and 1.2 of the time: picked by chance, they spread what failed together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Delay {
    /// 2 seconds.
    Seconds2,
    /// 15 seconds.
    Seconds15,
    /// 2 minutes.
    Minutes2,
    /// 15 minutes.
    Minutes15,
}

impl Delay {
    /// All, shortest first.
    pub const ALL: [Self; 4] = [Self::Seconds2, Self::Seconds15, Self::Minutes2, Self::Minutes15];
    const VARIANTS: [(&'static str, u32); 3] = [("a", 800), ("b", 1_000), ("c", 1_200)];

    /// The exchange to publish to, one of three by chance, with the name of the queue to come back
    /// to as routing key.
    pub fn exchange(self) -> String {
        self.entrance(Self::VARIANTS[fastrand::usize(..Self::VARIANTS.len())].0)
    }

    /// All three exchanges.
    pub fn exchanges(self) -> [String; 3] {
        Self::VARIANTS.map(|(variant, _)| self.entrance(variant))
    }

    /// A topic exchange, because only there can a user be kept to some routing keys: to the queues
    /// that are its own.
    fn entrance(self, variant: &str) -> String {
        format!("leadmill.wait.{}.{variant}", self.text_and_seconds().0)
    }

    fn text_and_seconds(self) -> (&'static str, u32) {
        match self {
            Self::Seconds2 => ("2s", 2),
            Self::Seconds15 => ("15s", 15),
            Self::Minutes2 => ("2m", 120),
            Self::Minutes15 => ("15m", 900),
        }
    }

    fn queues(self) -> impl Iterator<Item = Queue> {
        Self::VARIANTS.into_iter().map(move |(variant, permille)| {
            let name = format!("leadmill.delay.{}.{variant}", self.text_and_seconds().0);
            let mut queue = Queue::bare(&name).hears(&self.entrance(variant), "#");
            queue.dead_letter = Some(RETURN.to_owned());
            queue.ttl_ms = Some(self.text_and_seconds().1 * permille);
            queue
        })
    }
}

impl Queue {
    /// A queue that somebody works on: dead letters go to [`DEAD`], and the delay queues give
    /// messages back to it.
    pub fn worked(name: &str) -> Self {
        let mut queue = Self::bare(name).hears(RETURN, name);
        queue.dead_letter = Some(DEAD.to_owned());
        queue
    }

    /// Adds a binding.
    #[must_use]
    pub fn hears(mut self, exchange: &str, routing_key: &str) -> Self {
        let (exchange, routing_key) = (exchange.to_owned(), routing_key.to_owned());
        self.bindings.push(Binding { exchange, routing_key });
        self
    }

    fn bare(name: &str) -> Self {
        Self {
            name: name.to_owned(),
            bindings: Vec::new(),
            dead_letter: None,
            ttl_ms: None,
            delivery_limit: DELIVERY_LIMIT,
            length_max: QUEUE_LENGTH_MAX,
        }
    }

    /// The arguments that it is declared with.
    pub fn arguments(&self) -> Vec<(&'static str, Argument<'_>)> {
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

    fn table(&self, settings: &BrokerSettings) -> FieldTable {
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

impl Topology {
    /// The exchanges, the dead-letter queue and the delay queues that every installation has, and
    /// these queues.
    pub fn standard(queues: impl IntoIterator<Item = Queue>) -> Self {
        let exchange = |name: &str, kind| Exchange { name: name.to_owned(), kind };
        let delays: Vec<_> = Delay::ALL.into_iter().flat_map(Delay::queues).collect();
        let mut dead = Queue::bare(DEAD).hears(DEAD, "");
        dead.delivery_limit = DEAD_DELIVERY_LIMIT;
        let mut exchanges = vec![
            exchange(EVENTS, ExchangeKind::Topic),
            exchange(COMMANDS, ExchangeKind::Topic),
            exchange(RETURN, ExchangeKind::Direct),
            exchange(DEAD, ExchangeKind::Fanout),
        ];
        let entrances = Delay::ALL.into_iter().flat_map(Delay::exchanges);
        exchanges.extend(entrances.map(|name| exchange(&name, ExchangeKind::Topic)));
        let queues = queues.into_iter().chain([dead]).chain(delays).collect();
        Self { exchanges, queues }
    }

    /// Creates what is missing; what exists as described is left alone. Nothing is ever removed:
    /// a binding that is no longer described stays until somebody removes it.
    ///
    /// # Errors
    /// All differences at once, as sentences; what could be declared then is declared.
    pub async fn declare(&self, settings: &BrokerSettings) -> Result<(), TopologyError> {
        let calls = Calls::open(settings, "topology").await?;
        let mut problems =
            calls.each(&self.exchanges, exchange_declare(settings, Depth::Made)).await?.1;
        problems.extend(calls.each(&self.queues, queue_declare(settings, Depth::Made)).await?.1);
        calls.finish(problems).await
    }

    /// Whether all of it exists as described. Creates no exchange and no queue. Bindings cannot be
    /// read with AMQP, so they are made again, which changes nothing where they exist.
    ///
    /// Arguments and bindings are told only to a user who might declare them. For one who may not
    /// (see `leadmill grants`) it is whether all exists; a lost binding is seen when something is
    /// published that somebody must hear.
    ///
    /// # Errors
    /// All differences at once, as sentences.
    pub async fn check(&self, settings: &BrokerSettings) -> Result<(), TopologyError> {
        let calls = Calls::open(settings, "topology check").await?;
        let first = self.exchanges.get(..1).unwrap_or_default();
        let tried = calls.each(first, exchange_declare(settings, Depth::Checked)).await?.1;
        let may = !tried.iter().any(|problem| matches!(problem, Problem::Forbidden { .. }));
        let depth = if may { Depth::Checked } else { Depth::Looked };
        let mut problems = calls.each(&self.exchanges, exchange_declare(settings, depth)).await?.1;
        problems.extend(calls.each(&self.queues, queue_declare(settings, depth)).await?.1);
        calls.finish(problems).await
    }

    /// How many messages wait in each queue, in the order of the queues.
    ///
    /// # Errors
    /// If the broker cannot be asked; a missing queue is no error.
    pub async fn depths(
        &self,
        settings: &BrokerSettings,
    ) -> Result<Vec<QueueDepth>, TopologyError> {
        let calls = Calls::open(settings, "depths").await?;
        let ask = async |channel: &lapin::Channel, queue: &Queue| {
            let options = QueueDeclareOptions::durable().passive();
            let name = settings.full(&queue.name).into();
            let found = channel.queue_declare(name, options, FieldTable::default()).await?;
            Ok((found.message_count(), found.consumer_count()))
        };
        let (found, mut problems) = calls.each(&self.queues, ask).await?;
        problems.retain(|problem| !matches!(problem, Problem::Missing { .. }));
        calls.finish(problems).await?;
        let names = self.queues.iter().map(|queue| queue.name.clone());
        Ok(names.zip(found).map(|(name, waiting)| QueueDepth { name, waiting }).collect())
    }

    /// Deletes all of it with all messages, for tests and `leadmill down`. What does not exist is
    /// no error.
    ///
    /// # Errors
    /// If the broker cannot be asked or refuses.
    pub async fn delete(&self, settings: &BrokerSettings) -> Result<(), TopologyError> {
        let calls = Calls::open(settings, "topology").await?;
        let queue = async |channel: &lapin::Channel, queue: &Queue| {
            let name = settings.full(&queue.name).into();
            channel.queue_delete(name, QueueDeleteOptions::default()).await
        };
        let mut problems = calls.each(&self.queues, queue).await?.1;
        let exchange = async |channel: &lapin::Channel, exchange: &Exchange| {
            let name = settings.full(&exchange.name).into();
            channel.exchange_delete(name, ExchangeDeleteOptions::default()).await
        };
        problems.extend(calls.each(&self.exchanges, exchange).await?.1);
        calls.finish(problems).await
    }
}

/// How far a declaration goes.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Depth {
    /// It must exist.
    Looked,
    /// It must exist, with these arguments and bindings.
    Checked,
    /// It exists afterwards.
    Made,
}

fn exchange_declare(
    settings: &BrokerSettings,
    depth: Depth,
) -> impl AsyncFn(&lapin::Channel, &Exchange) -> lapin::Result<()> {
    async move |channel, exchange| {
        let kind = match exchange.kind {
            ExchangeKind::Topic => lapin::ExchangeKind::Topic,
            ExchangeKind::Direct => lapin::ExchangeKind::Direct,
            ExchangeKind::Fanout => lapin::ExchangeKind::Fanout,
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
        channel.exchange_declare(name.into(), kind, options, FieldTable::default()).await
    }
}

fn queue_declare(
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
        for Binding { exchange, routing_key } in &queue.bindings {
            let exchange = settings.full(exchange).into();
            let (options, arguments) = (QueueBindOptions::default(), FieldTable::default());
            let key = routing_key.as_str().into();
            channel.queue_bind(name.as_str().into(), exchange, key, options, arguments).await?;
        }
        Ok(())
    }
}
