//! Channels that are closed before their connection is.
//!
//! The client library closes a channel that is dropped, but takes a failure of that for one of the
//! connection: where the connection is being closed too, it gives the socket up at once, and the broker
//! notes "client unexpectedly closed TCP connection". So the closing of channels is done here: a
//! connection waits for those that are being closed, and keeps those that are dropped afterwards.

use std::ops::Deref;
use std::sync::{Arc, Mutex, PoisonError};

use lapin::Channel;
use tokio::runtime::Handle;
use tokio_util::task::TaskTracker;

/// The channels of one connection.
pub(super) struct Channels {
    runtime: Handle,
    closing: TaskTracker,
    /// What was dropped since the connection began to close; `None` while it lives.
    kept: Mutex<Option<Vec<Kept>>>,
}

type Kept = (Channel, Option<lapin::Consumer>);

/// A channel; closed when it is dropped.
pub(super) struct Held {
    channel: Channel,
    /// What is consumed on it: asks to be cancelled when its last clone is dropped.
    pub(super) stream: Option<lapin::Consumer>,
    channels: Arc<Channels>,
}

impl Channels {
    /// On the tokio that calls.
    pub(super) fn new() -> Arc<Self> {
        let (runtime, closing) = (Handle::current(), TaskTracker::new());
        Arc::new(Self { runtime, closing, kept: Mutex::default() })
    }

    pub(super) fn hold(self: &Arc<Self>, channel: Channel) -> Held {
        Held { channel, stream: None, channels: Arc::clone(self) }
    }

    /// Waits until what was dropped is closed; from here on the connection closes what is left.
    pub(super) async fn settle(&self) {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert_default();
        self.closing.close();
        self.closing.wait().await;
    }

    /// The connection is closed: nothing needs to be kept any more.
    pub(super) fn forget(&self) {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        let gone = kept.replace(Vec::new());
        drop(kept);
        drop(gone);
    }
}

impl Deref for Held {
    type Target = Channel;

    fn deref(&self) -> &Channel {
        &self.channel
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        let (channel, stream) = (self.channel.clone(), self.stream.take());
        let mut kept = self.channels.kept.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(kept) = &mut *kept {
            kept.push((channel, stream));
            return;
        }
        let close = async move {
            // A channel that is gone already, by an error or with its connection, needs no closing.
            let _ = channel.close(200, "OK".into()).await;
            // Only now: the request to cancel would meet the closing.
            drop(stream);
        };
        self.channels.closing.spawn_on(close, &self.channels.runtime);
    }
}
