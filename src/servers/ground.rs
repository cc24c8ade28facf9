//! What all of this folder stands on: versions, time limits, and what is asked and told.

use std::path::PathBuf;
use std::time::Duration;

/// The database that is made on a local or private server.
pub const DATABASE_NAME: &str = "leadmill";
/// The oldest PostgreSQL that the migrations run on.
pub const POSTGRES_MAJOR_MIN: u32 = 15;
/// The oldest RabbitMQ that has quorum queues with at-least-once dead-lettering.
pub const RABBITMQ_MIN: (u32, u32) = (3, 10);

/// How long one look at a server may take.
pub(super) const LOOK_TIMEOUT: Duration = Duration::from_secs(5);
/// Pause between two looks at something that is awaited.
pub const LOOK_PAUSE: Duration = Duration::from_millis(150);
/// How long a server may take to start. PostgreSQL with `initdb` takes about a second on a quiet machine;
/// RabbitMQ takes 5 s there and 20 s on a busy one.
pub const START_TIMEOUT: Duration = Duration::from_secs(120);
/// Both packages are about 100 MB to fetch and take a minute to unpack.
pub(super) const INSTALL_TIMEOUT: Duration = Duration::from_secs(15 * 60);

/// Receives sentences for the person who waits.
pub type Say<'a> = &'a mut (dyn FnMut(String) + Send + 'a);

/// Which servers must be private.
#[derive(Debug, Clone, Copy)]
pub struct Wanted {
    pub postgres: bool,
    pub rabbitmq: bool,
}

/// One private server.
#[derive(Debug, Clone)]
pub struct PrivateServer {
    /// Its process.
    pub pid: u32,
    /// Its URL, with its login.
    pub url: String,
    /// Its own log.
    pub log: PathBuf,
}
