//! A small TCP proxy to put between leadmill and a server, to cut and stall the way.

use std::net::SocketAddr;
use std::sync::Arc;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Mutex, broadcast, watch};
use tokio_util::sync::CancellationToken;

const CHUNK_BYTES: usize = 16 * 1024;
const INJECTIONS_MAX: usize = 16;

/// Listens on a free port of 127.0.0.1 until dropped.
#[derive(Debug)]
pub struct Proxy {
    address: SocketAddr,
    state: watch::Sender<State>,
    inject: broadcast::Sender<Vec<u8>>,
    stop: CancellationToken,
}

#[derive(Clone, Copy, Debug, Default)]
struct State {
    /// Connections of an older generation end.
    generation: u64,
    stalled: bool,
    refusing: bool,
}

impl Proxy {
    /// Forwards every connection to `upstream` (`host:port`).
    ///
    /// # Errors
    /// Where no port of 127.0.0.1 is free.
    pub async fn start(upstream: &str) -> std::io::Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let address = listener.local_addr()?;
        let (state, _) = watch::channel(State::default());
        let (inject, _) = broadcast::channel(INJECTIONS_MAX);
        let stop = CancellationToken::new();
        tokio::spawn(accept(
            listener,
            upstream.to_owned(),
            state.clone(),
            inject.clone(),
            stop.clone(),
        ));
        Ok(Self { address, state, inject, stop })
    }

    /// Where it listens, on 127.0.0.1.
    #[must_use]
    pub const fn port(&self) -> u16 {
        self.address.port()
    }

    /// Ends all connections of this moment; new ones are welcome.
    pub fn cut(&self) {
        self.state.send_modify(|state| state.generation += 1);
    }

    /// Nothing is forwarded any more in either direction, and no connection ends: a black hole.
    pub fn stall(&self) {
        self.state.send_modify(|state| state.stalled = true);
    }

    /// Ends all connections and every new one at once, until [`Proxy::resume`].
    pub fn refuse(&self) {
        self.state.send_modify(|state| {
            state.refusing = true;
            state.generation += 1;
        });
    }

    /// Undoes [`Proxy::stall`] and [`Proxy::refuse`]; what was held back goes on.
    pub fn resume(&self) {
        self.state.send_modify(|state| {
            state.stalled = false;
            state.refusing = false;
        });
    }

    /// Sends bytes to every client as if the server had; only sensible between its frames.
    pub fn inject(&self, bytes: &[u8]) {
        // An error means that nobody is connected to hear it.
        let _ = self.inject.send(bytes.to_vec());
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.stop.cancel();
    }
}

async fn accept(
    listener: TcpListener,
    upstream: String,
    state: watch::Sender<State>,
    inject: broadcast::Sender<Vec<u8>>,
    stop: CancellationToken,
) {
    while let Some(Ok((client, _))) = stop.run_until_cancelled(listener.accept()).await {
        if state.borrow().refusing {
            continue;
        }
        let (state, inject, upstream) = (state.subscribe(), inject.subscribe(), upstream.clone());
        tokio::spawn(
            stop.clone().run_until_cancelled_owned(forward(client, upstream, state, inject)),
        );
    }
}

async fn forward(
    client: TcpStream,
    upstream: String,
    mut state: watch::Receiver<State>,
    inject: broadcast::Receiver<Vec<u8>>,
) {
    let born = state.borrow().generation;
    let Ok(server) = TcpStream::connect(upstream).await else { return };
    let (client_read, client_write) = client.into_split();
    let (server_read, server_write) = server.into_split();
    let client_write = Arc::new(Mutex::new(client_write));
    let to_server = Arc::new(Mutex::new(server_write));
    tokio::select! {
        () = copy(client_read, to_server, state.clone()) => {}
        () = copy(server_read, Arc::clone(&client_write), state.clone()) => {}
        () = write_injections(inject, client_write) => {}
        _ = state.wait_for(|state| state.generation != born) => {}
    }
}

async fn copy(
    mut from: OwnedReadHalf,
    to: Arc<Mutex<OwnedWriteHalf>>,
    mut state: watch::Receiver<State>,
) {
    let mut chunk = vec![0; CHUNK_BYTES];
    while let Ok(bytes @ 1..) = from.read(&mut chunk).await {
        if state.wait_for(|state| !state.stalled).await.is_err()
            || to.lock().await.write_all(&chunk[..bytes]).await.is_err()
        {
            return;
        }
    }
}

async fn write_injections(
    mut inject: broadcast::Receiver<Vec<u8>>,
    to: Arc<Mutex<OwnedWriteHalf>>,
) {
    while let Ok(bytes) = inject.recv().await {
        if to.lock().await.write_all(&bytes).await.is_err() {
            return;
        }
    }
    std::future::pending().await
}
