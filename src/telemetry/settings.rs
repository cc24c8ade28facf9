//! `[metrics]`: where counts and health are given out.

use std::net::SocketAddr;

use serde::Deserialize;

/// `[metrics]`: where `/metrics`, `/live` and `/ready` are answered.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MetricsSettings {
    /// Address and port, as `127.0.0.1:9464`; empty: nowhere.
    pub listen: String,
}

impl MetricsSettings {
    /// The address to listen on; `None` where nobody is to be answered.
    ///
    /// # Errors
    /// A finished sentence where it is no address.
    pub fn address(&self) -> Result<Option<SocketAddr>, String> {
        if self.listen.is_empty() {
            return Ok(None);
        }
        let wrong = |_| {
            format!(
                "`listen` must be an IP address and a port, as `127.0.0.1:9464`, or empty, not \
                 `{}`.",
                self.listen
            )
        };
        self.listen.parse().map(Some).map_err(wrong)
    }

    /// What is wrong with these settings, as finished sentences.
    #[must_use]
    pub fn problems(&self) -> Vec<String> {
        self.address().err().into_iter().collect()
    }
}
