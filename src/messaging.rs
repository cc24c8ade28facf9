//! The broker: topology, publishing with confirms, consuming in batches, reconnecting.
//!
//! The only module that names lapin. It knows nothing of the database and nothing of leads and
//! invoices: plain data goes in and out. How it stays honest, in one place:
//!
//! * **One generation.** A [`Link`] is a publish and a consume connection that live and fail
//!   together; nothing is ever recovered inside it. [`reconnecting`] gives the next one. A stale
//!   acknowledgement therefore cannot reach a new channel.
//! * **Apart.** A broker that blocks publishers (memory, disk) stops every write on that
//!   connection, so acknowledgements travel on the other one.
//! * **Every confirm counts.** [`Publisher::publish`] returns when each single message was
//!   confirmed and none came back unroutable.
//! * **No requeue.** What is not acknowledged comes back when the link closes; waiting is done in
//!   the delay queues ([`Delay`]).
//! * **Silence is not trusted.** A consumer that gets nothing while messages wait ends the link, and
//!   every link is exchanged from time to time (`watchdog.rs`).
//! * **Every frame is looked at** before the library reads it (`frame.rs`): no message can end the
//!   connection, or the process, of whoever takes it.
//! * **Every wait is bounded**, and whatever hangs is shut down at the socket ([`Link::close`]).
//!
//! Names are written without the installation's prefix everywhere outside this module.

mod consumer;
mod delivered;
mod frame;
mod health;
mod held;
mod hostile;
mod link;
mod outgoing;
mod publisher;
mod settings;
mod supervisor;
mod topology;
mod transport;
mod user;
mod watchdog;
mod wire;

pub use consumer::Consumer;
pub use delivered::{Delivered, Receipt};
pub use health::LinkError;
pub use hostile::publish_with_tiny_headers;
pub use link::Link;
pub use outgoing::{BODY_BYTES_MAX, Outgoing, PROPERTIES_BYTES_MAX, properties_bytes};
pub use publisher::{PublishError, Publisher};
pub use settings::{BrokerSettings, addresses};
pub use supervisor::{EXIT_STUCK, reconnecting};
pub use topology::{
    Argument, Binding, COMMANDS, DEAD, DEAD_LETTERS, DELIVERY_LIMIT, Delay, Exchange, ExchangeKind,
    HISTORY, Problem, QUEUE_LENGTH_MAX, Queue, QueueDepth, REFUSING, REPLAY, Topology,
    TopologyError, from, is_from, is_way_back, said_by, way_back,
};
pub use user::{User, Users};

/// Directive for the log filter: the client library logs whole returned messages, bodies included,
/// and every refused request. Bodies hold personal data, and whatever fails is reported by us.
pub const LOG_FILTER: &str = "lapin=off";
