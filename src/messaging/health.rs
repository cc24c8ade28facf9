//! How a link is: alive, or failed and why. Everything that uses the link shares it.

use std::sync::{Arc, OnceLock};
use std::time::Duration;

use tokio::time::timeout;
use tokio_util::sync::CancellationToken;

/// How long any one request to the broker may take: open a channel, consume, acknowledge.
pub(super) const CALL_TIMEOUT: Duration = Duration::from_secs(10);

/// Why a link could not be opened, or a consumer not be started.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LinkError {
    /// The settings themselves are wrong; the sentence says how.
    #[error("{0}")]
    Settings(String),
    /// Nobody answers there, or not in time.
    #[error(
        "The broker at {address} cannot be reached: {why}. Start RabbitMQ there, \
         or correct `broker.url`."
    )]
    Unreachable {
        /// Host and port.
        address: String,
        /// What the system said.
        why: String,
    },
    /// The encrypted connection could not be agreed on.
    #[error(
        "The encrypted connection to the broker at {address} failed: {why}. Check the broker's \
         certificate, `broker.ca_file` and `broker.certificate_file`."
    )]
    Tls {
        /// Host and port.
        address: String,
        /// What the TLS library said.
        why: String,
    },
    /// User or password is wrong.
    #[error(
        "The broker at {address} refused user `{user}`; correct user and password in `broker.url` \
         or `broker.password_file`."
    )]
    Credentials {
        /// Host and port.
        address: String,
        /// The user of the settings.
        user: String,
    },
    /// The virtual host does not exist or the user may not use it.
    #[error(
        "The broker at {address} does not open virtual host `{vhost}` ({why}); create it and give \
         the user permission, or correct the path in `broker.url`."
    )]
    Vhost {
        /// Host and port.
        address: String,
        /// The virtual host of the settings.
        vhost: String,
        /// The broker's own words.
        why: String,
    },
    /// A queue to consume from does not exist.
    #[error("Queue `{0}` does not exist on the broker; declare the topology with `leadmill up`.")]
    QueueMissing(String),
    /// The link died or the broker refused something else; the sentence says what.
    #[error("{0}")]
    Broken(String),
}

/// Shared by everything that uses the link; the first failure wins.
#[derive(Clone, Default)]
pub(super) struct Health {
    pub(super) token: CancellationToken,
    why: Arc<OnceLock<String>>,
}

impl Health {
    /// Declares the whole link dead. Nothing happens if it was closed or failed before.
    pub(super) fn fail(&self, why: impl Into<String>) {
        if !self.token.is_cancelled() {
            // Already set: somebody else saw the failure first, and said why.
            let _ = self.why.set(why.into());
            self.token.cancel();
        }
    }

    /// Why the link failed; `None` while it lives and after it was closed by us.
    pub(super) fn failure(&self) -> Option<String> {
        self.why.get().cloned()
    }

    /// Why the link is of no more use.
    pub(super) fn reason(&self) -> String {
        self.failure().unwrap_or_else(|| "The link to the broker was closed.".to_owned())
    }

    pub(super) fn broken(&self) -> LinkError {
        LinkError::Broken(self.reason())
    }

    /// One request to the broker, bounded. A request without an answer ends the link, because a
    /// late answer would act on a channel that nobody owns any more.
    pub(super) async fn call<T>(
        &self,
        what: &str,
        request: impl Future<Output = lapin::Result<T>>,
    ) -> Result<lapin::Result<T>, LinkError> {
        tokio::select! {
            biased;
            () = self.token.cancelled() => Err(self.broken()),
            answer = timeout(CALL_TIMEOUT, request) => answer.map_err(|_| {
                let seconds = CALL_TIMEOUT.as_secs();
                self.fail(format!("The broker did not answer within {seconds} s when asked to {what}."));
                self.broken()
            }),
        }
    }
}
