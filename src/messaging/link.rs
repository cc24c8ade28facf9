//! One generation: a publish and a consume connection that live and fail together.

use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use futures_util::{Stream, StreamExt};
use lapin::{ConnectionStatus, Event};
use tokio_util::sync::CancellationToken;
use tracing::{info, warn};

use super::consumer::Consumer;
use super::health::{Health, LinkError};
use super::publisher::Publisher;
use super::settings::BrokerSettings;
use super::watchdog::{Pulses, Watchdog, retire};
use super::wire::{Wire, words};

/// How often the connections are looked at, beside the events they send.
const LOOK_INTERVAL: Duration = Duration::from_secs(1);

/// Two connections to the broker, one to publish and one to consume. Cheap to clone; when the last
/// clone is dropped without [`Link::close`], the sockets are shut down hard.
#[derive(Clone)]
pub struct Link(Arc<Inner>);

struct Inner {
    settings: BrokerSettings,
    name: String,
    health: Health,
    publish: Wire,
    consume: Wire,
    publisher: Publisher,
    pulses: Pulses,
    retiring: CancellationToken,
}

impl Link {
    /// Opens both connections to one node of the broker and the publisher's channel; each node is
    /// given the settings' time limits, in turn, beginning with a random one so that clients spread.
    /// `name` is shown in the broker's list of connections.
    ///
    /// # Errors
    /// [`LinkError`], as a sentence for people; where there are several nodes, that of the first.
    pub async fn open(settings: &BrokerSettings, name: &str) -> Result<Self, LinkError> {
        let nodes = settings.turns();
        let begin = fastrand::usize(..nodes.len().max(1));
        let mut first = (usize::MAX, LinkError::Settings("`broker.url` is empty.".to_owned()));
        for place in (0..nodes.len()).map(|step| (begin + step) % nodes.len()) {
            match Self::open_at(&nodes[place], name).await {
                Ok(link) => return Ok(link),
                Err(error) if place < first.0 => first = (place, error),
                Err(_) => {}
            }
        }
        Err(first.1)
    }

    /// Host and port of the node that this link leads to.
    pub fn address(&self) -> String {
        self.0.settings.address()
    }

    async fn open_at(settings: &BrokerSettings, name: &str) -> Result<Self, LinkError> {
        let full = settings.full(name);
        let (publish_name, consume_name) = (format!("{full} publish"), format!("{full} consume"));
        let (publish, consume) = tokio::try_join!(
            Wire::open(settings, &publish_name),
            Wire::open(settings, &consume_name),
        )?;
        let health = Health::default();
        // The one and only listener of each connection: several would share the events.
        let events = [&publish, &consume].map(|wire| {
            let events: Pin<Box<dyn Stream<Item = Event> + Send>> =
                Box::pin(wire.connection.events_listener());
            (events, wire.status())
        });
        tokio::spawn(watch(name.to_owned(), events, health.clone()));
        let publisher = Publisher::open(settings, &publish, health.clone()).await?;
        let (pulses, retiring) = (Pulses::default(), CancellationToken::new());
        let channel = health.call("open a channel", consume.channel()).await?;
        let watchdog = Watchdog {
            pulses: pulses.clone(),
            health: health.clone(),
            channel: channel.map_err(|error| LinkError::Broken(words(&error)))?,
            publishing: publish.status(),
            stuck_after: settings.stuck_after(),
        };
        tokio::spawn(watchdog.run());
        tokio::spawn(retire(settings.link_lifetime(), health.clone(), retiring.clone()));
        let inner = Inner {
            settings: settings.clone(),
            name: name.to_owned(),
            health,
            publish,
            consume,
            publisher,
            pulses,
            retiring,
        };
        Ok(Self(Arc::new(inner)))
    }

    /// A handle to the link's one publishing task.
    pub fn publisher(&self) -> Publisher {
        self.0.publisher.clone()
    }

    /// Starts to consume `queue` on a channel of its own, with at most `prefetch` messages
    /// unacknowledged at a time: prefetch is the only bound of what lies in memory.
    ///
    /// # Errors
    /// [`LinkError::QueueMissing`], or [`LinkError::Broken`]; only the latter ends the link.
    pub async fn consume(&self, queue: &str, prefetch: u16) -> Result<Consumer, LinkError> {
        let Inner { settings, name, health, consume, pulses, .. } = &*self.0;
        Consumer::open(settings, name, consume, health.clone(), pulses, queue, prefetch).await
    }

    /// Cancelled at the first failure of either connection, and by [`Link::close`].
    pub fn failed(&self) -> CancellationToken {
        self.0.health.token.clone()
    }

    /// Cancelled when the link is old enough to be exchanged: who works with it for long should
    /// finish what was taken, and ask for the next one. Nothing is wrong with it.
    pub fn retiring(&self) -> CancellationToken {
        self.0.retiring.clone()
    }

    /// Why the link failed; `None` while it lives and after it was closed by us.
    pub fn failure(&self) -> Option<String> {
        self.0.health.failure()
    }

    /// Whether the broker blocks publishing, for lack of memory or disk. Publishing waits meanwhile;
    /// acknowledgements go on, because only connections that publish are blocked.
    pub fn blocked(&self) -> bool {
        self.0.publish.connection.status().blocked()
    }

    /// Closes both connections politely, then shuts their sockets down. Whatever is unacknowledged
    /// goes back to its queue. Bounded: about 2 s, at the very worst 7 s.
    ///
    /// `false` means that a connection counts as open even so. Its messages may stay unacknowledged
    /// until the process ends; [`super::reconnecting`] ends it then.
    #[must_use = "a connection that does not close holds messages until the process ends"]
    pub async fn close(&self) -> bool {
        self.0.health.token.cancel();
        let (publish, consume) = tokio::join!(self.0.publish.close(), self.0.consume.close());
        publish && consume
    }
}

impl Drop for Inner {
    fn drop(&mut self) {
        self.health.token.cancel();
    }
}

type Watched = (Pin<Box<dyn Stream<Item = Event> + Send>>, ConnectionStatus);

async fn watch(name: String, wires: [Watched; 2], health: Health) {
    let [(mut publish, publish_status), (mut consume, consume_status)] = wires;
    let mut look = tokio::time::interval(LOOK_INTERVAL);
    loop {
        let event = tokio::select! {
            () = health.token.cancelled() => return,
            event = publish.next() => event,
            event = consume.next() => event,
            _ = look.tick() => {
                if !publish_status.connected() || !consume_status.connected() {
                    health.fail("A connection to the broker was lost.");
                }
                continue;
            }
        };
        match event {
            // A refused request costs one channel only; whoever owns it hears of it there.
            Some(Event::Error(error)) if error.is_amqp_soft_error() => {}
            Some(Event::Error(error)) => {
                let why = words(&error);
                health.fail(format!("A connection to the broker was lost: {why}."));
            }
            None => health.fail("A connection to the broker ended."),
            Some(Event::ConnectionBlocked(reason)) => {
                warn!(
                    link = name,
                    "The broker blocks publishing ({reason}); waiting until it ends."
                );
            }
            Some(Event::ConnectionUnblocked) => {
                info!(link = name, "The broker accepts messages again.");
            }
            Some(_) => {}
        }
    }
}
