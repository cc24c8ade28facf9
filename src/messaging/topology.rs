//! Exchanges, queues and bindings as data, and how they get onto the broker.
//!
//! Every queue that holds something is a durable quorum queue with an explicit delivery limit, a length limit that
//! refuses instead of dropping, and at-least-once dead-lettering: nothing that was accepted is
//! ever thrown away.
//!
//! **An exchange for everybody who says something.** Which queue a message reaches is decided by the
//! exchange it is published to, and by bindings that only the owner makes; never by a routing key that
//! a right allows. RabbitMQ 3.10 checks a right on the routing key only, while the headers `CC` and
//! `BCC` route too; and a binding between two exchanges would route them again. So queues are bound to
//! each sayer's exchange ([`said_by`]), a worker waits by exchanges of its own ([`Delay::exchange`]),
//! and each kind of sender outside has one ([`from`]). Raw input may also enter through the **default
//! exchange** with the name of its queue as routing key (`intake.email`), where one login does all.
//! A sender's exchange reads one header before the key: see [`HISTORY`].
//!
//! What a worker cannot decide yet goes to a delay queue and comes back: published to the exchange
//! [`Delay::exchange`] with the name of its queue as routing key, it waits in the delay queue, is
//! dead-lettered to [`way_back`] with that routing key kept, and so reaches the queue again. What names
//! no queue of that worker goes on to [`DEAD`] (the exchange's alternate): a delay queue hands over in
//! order, so a message that nobody takes would hold up all behind it.

use lapin::options::{ExchangeDeleteOptions, QueueDeclareOptions, QueueDeleteOptions};
use lapin::types::FieldTable;

use super::settings::BrokerSettings;
use declare::Calls;
use names::keyed;
use request::{Depth, exchange_declare, queue_declare, queue_unbind};

mod declare;
mod delay;
mod exchange;
mod names;
mod queue;
mod request;

pub use declare::{Problem, TopologyError};
pub use delay::Delay;
pub use exchange::{Exchange, ExchangeKind};
pub use names::{
    COMMANDS, DEAD, DEAD_LETTERS, HISTORY, REFUSING, REPLAY, from, is_from, is_way_back, said_by,
    way_back,
};
pub use queue::{Argument, Binding, DELIVERY_LIMIT, QUEUE_LENGTH_MAX, Queue};

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

/// How many messages wait in a queue.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct QueueDepth {
    /// Without prefix.
    pub name: String,
    /// Ready messages and consumers; `None` if the queue does not exist. Messages in the hands of
    /// a consumer are not counted: the protocol does not tell them.
    pub waiting: Option<(u32, u32)>,
}

impl Topology {
    /// What every installation has, whoever works there: the exchanges of commands, of replays and of
    /// dead letters, the queue of these, and the one that refuses.
    #[must_use]
    pub fn standard() -> Self {
        let exchange = |name: &str, kind| Exchange::new(name.to_owned(), kind);
        let mut dead = Queue::bare(DEAD_LETTERS).hears(DEAD, "");
        dead.delivery_limit = DEAD_DELIVERY_LIMIT;
        Self {
            exchanges: vec![
                exchange(COMMANDS, ExchangeKind::Topic),
                exchange(REPLAY, ExchangeKind::Direct),
                exchange(DEAD, ExchangeKind::Fanout),
            ],
            queues: vec![dead, Queue::refusing(REFUSING)],
        }
    }

    /// With the exchange of somebody who says something.
    #[must_use]
    pub fn sayer(mut self, name: &str) -> Self {
        self.exchanges.push(Exchange::new(said_by(name), ExchangeKind::Topic));
        self
    }

    /// With the exchange of a kind of sender, where the broker refuses what carries [`HISTORY`], and
    /// everything else goes on by its routing key.
    #[must_use]
    pub fn sender(mut self, kind: &str) -> Self {
        let (name, kind) = (from(kind), ExchangeKind::Headers);
        let keyed = keyed(&name);
        self.exchanges.push(Exchange { name: name.clone(), kind, alternate: Some(keyed.clone()) });
        self.exchanges.push(Exchange::new(keyed, ExchangeKind::Direct));
        let refusing = self.queues.iter_mut().filter(|queue| queue.name == REFUSING);
        for queue in refusing {
            let (exchange, routing_key) = (name.clone(), String::new());
            queue.bindings.push(Binding { exchange, routing_key, header: Some(HISTORY) });
        }
        self
    }

    /// With the queues of a worker, its delays, and the way back from them.
    #[must_use]
    pub fn worker(mut self, name: &str, queues: impl IntoIterator<Item = Queue>) -> Self {
        let back = way_back(name);
        let alternate = Some(DEAD.to_owned());
        let kind = ExchangeKind::Direct;
        self.exchanges.push(Exchange { name: back.clone(), kind, alternate });
        self.exchanges.extend(Delay::ALL.map(|delay| delay.entrance(name)));
        let queues = queues.into_iter().map(|queue| {
            let key = queue.name.clone();
            queue.hears(&back, &key)
        });
        self.queues.extend(queues);
        self.queues.extend(Delay::ALL.map(|delay| delay.waiting(name)));
        self
    }

    /// With queues that others consume.
    #[must_use]
    pub fn outward(mut self, queues: impl IntoIterator<Item = Queue>) -> Self {
        self.queues.extend(queues);
        self
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
    /// (see `leadmill grants`) it is whether all exists that the user may look at: from RabbitMQ 4.2.6
    /// on only what it has some right to. A lost binding is seen when something is published that
    /// somebody must hear.
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
        if depth == Depth::Looked {
            problems.retain(|problem| !matches!(problem, Problem::Forbidden { .. }));
        }
        calls.finish(problems).await
    }

    /// How many messages wait in each queue, in the order of the queues.
    ///
    /// # Errors
    /// If the broker cannot be asked, or does not let this user look at a queue: what cannot be seen is
    /// never called empty. A missing queue is no error.
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
        let (found, problems) = calls.each(&self.queues, ask).await?;
        calls.finish(problems.into_iter().filter_map(unseen).collect()).await?;
        let names = self.queues.iter().map(|queue| queue.name.clone());
        Ok(names.zip(found).map(|(name, waiting)| QueueDepth { name, waiting }).collect())
    }

    /// Takes back every binding that is described. One that is not there is no error.
    ///
    /// # Errors
    /// If the broker cannot be asked or refuses.
    pub async fn unbind(&self, settings: &BrokerSettings) -> Result<(), TopologyError> {
        let calls = Calls::open(settings, "topology").await?;
        let mut problems = calls.each(&self.queues, queue_unbind(settings)).await?.1;
        problems.retain(|problem| !matches!(problem, Problem::Missing { .. }));
        calls.finish(problems).await
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

/// What keeps a queue from being counted, where it exists.
fn unseen(problem: Problem) -> Option<Problem> {
    match problem {
        Problem::Missing { .. } => None,
        Problem::Forbidden { what, why } => Some(Problem::Unseen { what, why }),
        other => Some(other),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_queue_that_may_not_be_looked_at_is_no_empty_queue() {
        let what = "Queue `leadmill.letters.dead`".to_owned();
        assert_eq!(unseen(Problem::Missing { what: what.clone() }), None);
        let forbidden = Problem::Forbidden { what, why: "ACCESS_REFUSED".into() };
        let said = unseen(forbidden).map(|problem| problem.to_string()).unwrap_or_default();
        assert!(said.contains("may not be looked at") && said.contains("grants"), "{said}");
    }

    #[test]
    fn no_queue_is_called_like_an_exchange_so_that_a_right_to_one_is_none_to_the_other() {
        let topology = Topology::standard()
            .sayer("one")
            .worker("one", [Queue::worked("one"), Queue::worked("two")])
            .sender("web");
        for queue in &topology.queues {
            let exchange = topology.exchanges.iter().find(|it| it.name == queue.name);
            assert_eq!(exchange, None, "{}", queue.name);
        }
    }
}
