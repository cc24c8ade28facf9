//! One connection to the broker whose socket can be shut down from outside.
//!
//! lapin runs each connection on a thread of its own, has no time limit on the handshake, and goes
//! on living after it was dropped if an answer is outstanding; a consumer granted late then holds
//! messages for ever. So we open the socket ourselves, keep a second handle to it, and shut it
//! down when a wait runs out, when closing hangs, and whenever a [`Wire`] is dropped.

use std::net::Shutdown;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use lapin::tcp::{AsyncTcpStream, OwnedIdentity, OwnedTLSConfig};
use lapin::uri::{AMQPScheme, AMQPUri};
use lapin::{Connection, ConnectionProperties, ConnectionStatus, ErrorKind};
use socket2::{SockRef, Socket};
use tokio::time::{sleep, timeout};

use super::health::LinkError;
use super::held::{Channels, Held};
use super::settings::BrokerSettings;
use super::transport::{Transport, connect, mended};
use crate::credentials::TlsFiles;

/// How long a polite close may take before the socket is shut down.
const CLOSE_TIMEOUT: Duration = Duration::from_secs(2);
/// How long a connection may count as open after its socket was shut down.
const KILL_TIMEOUT: Duration = Duration::from_secs(5);
/// How often a wait looks whether the broker blocks us, and a close whether it is done.
const TICK: Duration = Duration::from_millis(50);

/// One connection; dropping it shuts its socket down.
pub(super) struct Wire {
    pub(super) connection: Connection,
    channels: Arc<Channels>,
    kill: Kill,
}

impl Wire {
    /// Connects within the settings' time limit. `name` is what the broker's tools show.
    pub(super) async fn open(settings: &BrokerSettings, name: &str) -> Result<Self, LinkError> {
        // Also protects the names below: too long a prefix would not fit into the protocol.
        if let Some(problem) = settings.problems().into_iter().next() {
            return Err(LinkError::Settings(problem));
        }
        let uri = settings.uri_with_password().map_err(LinkError::Settings)?;
        let tls = tls(settings)?;
        let limit = settings.connect_timeout();
        let kill = Kill::default();
        let socket = Arc::clone(&kill.0);
        let user_timeout = Duration::from_secs(u64::from(settings.heartbeat_s) * 2);
        let properties = ConnectionProperties::default().with_connection_name(name.into());
        let opening = Connection::connector(
            uri,
            Transport::current(),
            async move |uri: AMQPUri, _| {
                let host = uri.authority.host.as_str();
                let addresses: Vec<_> =
                    tokio::net::lookup_host((host, uri.authority.port)).await?.collect();
                let stream =
                    timeout(limit, connect(addresses)).await.map_err(std::io::Error::from)??;
                if let AsyncTcpStream::Plain(plain) = &stream {
                    let plain = SockRef::from(plain.get_ref());
                    plain.set_tcp_nodelay(true)?;
                    // A peer that vanished without a word must not keep our unsent bytes for minutes.
                    #[cfg(target_os = "linux")]
                    plain.set_tcp_user_timeout(Some(user_timeout))?;
                    keep(&socket, plain.try_clone()?)?;
                }
                Ok(mended(match uri.scheme {
                    AMQPScheme::AMQP => stream,
                    AMQPScheme::AMQPS => stream.into_tls(host, tls.as_ref()).await?,
                }))
            },
            properties,
        );
        match timeout(limit, opening).await {
            Ok(Ok(connection)) => Ok(Self { connection, channels: Channels::new(), kill }),
            Ok(Err(error)) => Err(explain(&error, settings)),
            Err(_) => Err(LinkError::Unreachable {
                address: settings.address(),
                why: format!("it did not answer within {} s", limit.as_secs()),
            }),
        }
    }

    /// A channel that is closed when it is dropped.
    pub(super) async fn channel(&self) -> lapin::Result<Held> {
        Ok(self.channels.hold(self.connection.create_channel().await?))
    }

    pub(super) fn status(&self) -> ConnectionStatus {
        self.connection.status().clone()
    }

    /// Closes politely, then hard. `false`: the connection still counts as open, so its messages
    /// may be stuck; only the end of the process frees them.
    pub(super) async fn close(&self) -> bool {
        if self.connection.status().connected() {
            let polite = async {
                self.channels.settle().await;
                self.connection.close(200, "OK".into()).await
            };
            // Either outcome is followed by the hard shutdown, which is what we rely on.
            let _ = timeout(CLOSE_TIMEOUT, polite).await;
        }
        self.kill.now();
        self.channels.forget();
        timeout(KILL_TIMEOUT, async {
            while self.open_still() {
                sleep(TICK).await;
            }
        })
        .await
        .is_ok()
    }

    fn open_still(&self) -> bool {
        let status = self.connection.status();
        status.connected() || status.connecting() || status.closing()
    }
}

/// Waits for `work`, at most `limit`, not counting the time in which the broker blocks us.
pub(super) async fn bounded<T>(
    limit: Duration,
    blocked: impl Fn() -> bool,
    work: impl Future<Output = T>,
) -> Option<T> {
    let mut work = std::pin::pin!(work);
    let mut waited = Duration::ZERO;
    loop {
        if let Ok(done) = timeout(TICK, &mut work).await {
            return Some(done);
        }
        if !blocked() {
            waited += TICK;
        }
        if waited >= limit {
            return None;
        }
    }
}

/// What the broker said, without the client's wrapping.
pub(super) fn words(error: &lapin::Error) -> String {
    match error.kind() {
        ErrorKind::ProtocolError(amqp) => amqp.get_message().to_string(),
        ErrorKind::IOError(io) => io.to_string(),
        _ => error.to_string(),
    }
}

/// The reply code of AMQP 0-9-1 in an error, 0 if it is not the broker's.
pub(super) fn code(error: &lapin::Error) -> u16 {
    match error.kind() {
        ErrorKind::ProtocolError(amqp) => amqp.get_id(),
        _ => 0,
    }
}

/// Shuts the socket down when dropped, also while the connection is still being opened.
#[derive(Default)]
struct Kill(Arc<Mutex<Slot>>);

#[derive(Default)]
enum Slot {
    #[default]
    Empty,
    Open(Socket),
    Killed,
}

impl Kill {
    fn now(&self) {
        let mut slot = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Slot::Open(socket) = std::mem::replace(&mut *slot, Slot::Killed) {
            // An error means that the peer was first; the socket is down in either case.
            let _ = socket.shutdown(Shutdown::Both);
        }
    }
}

impl Drop for Kill {
    fn drop(&mut self) {
        self.now();
    }
}

fn keep(slot: &Mutex<Slot>, socket: Socket) -> std::io::Result<()> {
    let mut slot = slot.lock().unwrap_or_else(PoisonError::into_inner);
    match *slot {
        Slot::Killed => {
            socket.shutdown(Shutdown::Both)?;
            Err(std::io::ErrorKind::TimedOut.into())
        }
        Slot::Empty | Slot::Open(_) => {
            *slot = Slot::Open(socket);
            Ok(())
        }
    }
}

/// Small files, read as seldom as a connection is opened.
fn tls(settings: &BrokerSettings) -> Result<OwnedTLSConfig, LinkError> {
    if !settings.encrypted() {
        return Ok(OwnedTLSConfig::default());
    }
    let TlsFiles { ca, identity } = settings.files().tls().map_err(LinkError::Settings)?;
    let identity = identity.map(|(pem, key)| OwnedIdentity::PKCS8 { pem, key });
    Ok(OwnedTLSConfig { identity, cert_chain: ca })
}

fn explain(error: &lapin::Error, settings: &BrokerSettings) -> LinkError {
    const ACCESS_REFUSED: u16 = 403;
    const NOT_ALLOWED: u16 = 530;
    let address = settings.address();
    let (user, vhost) =
        settings.uri().map(|uri| (uri.authority.userinfo.username, uri.vhost)).unwrap_or_default();
    let why = words(error);
    match (code(error), error.kind()) {
        (ACCESS_REFUSED, _) => LinkError::Credentials { address, user },
        (NOT_ALLOWED, _) => LinkError::Vhost { address, vhost, why },
        (_, ErrorKind::IOError(io))
            if settings.encrypted() && io.kind() == std::io::ErrorKind::InvalidData =>
        {
            LinkError::Tls { address, why }
        }
        (_, ErrorKind::IOError(_)) => LinkError::Unreachable { address, why },
        (_, ErrorKind::ParsingError(_) | ErrorKind::InvalidProtocolVersion(_)) => {
            let why = "what answers there does not speak AMQP 0-9-1".to_owned();
            LinkError::Unreachable { address, why }
        }
        _ => LinkError::Broken(format!("The broker at {address} refused the connection: {why}.")),
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicBool, Ordering};

    use super::*;

    #[tokio::test]
    async fn a_wait_ends_at_its_limit() {
        let never = std::future::pending::<()>();
        assert_eq!(bounded(TICK * 2, || false, never).await, None);
    }

    #[tokio::test]
    async fn time_in_which_the_broker_blocks_us_is_not_counted() {
        let blocked = AtomicBool::new(true);
        let work = async {
            sleep(TICK * 6).await;
            blocked.store(false, Ordering::Relaxed);
            "done"
        };
        let done = bounded(TICK * 2, || blocked.load(Ordering::Relaxed), work).await;
        assert_eq!(done, Some("done"));
    }

    #[test]
    fn a_socket_that_arrives_after_the_kill_is_shut_down_at_once() {
        let kill = Kill::default();
        kill.now();
        let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a free port");
        let address = listener.local_addr().expect("its address");
        let socket = std::net::TcpStream::connect(address).expect("a connection");
        assert!(keep(&kill.0, Socket::from(socket)).is_err());
    }
}
