//! `[metrics]`: where counts and health are given out. `[tracing]`: where spans go.

use std::net::SocketAddr;

use rust_decimal::Decimal;
use serde::Deserialize;

use crate::credentials::Address;

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

/// `[tracing]`: which traces are sent, and where to.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TracingSettings {
    /// A collector's address for OTLP over HTTP, as `http://127.0.0.1:4318`; empty: nothing is traced.
    pub otlp_endpoint: Address,
    /// Of the pipelines that nobody else traces, the share that is traced, from 0 to 1.
    pub sample_ratio: Decimal,
}

impl TracingSettings {
    /// What is wrong with these settings, as finished sentences.
    #[must_use]
    pub fn problems(&self) -> Vec<String> {
        let mut problems = Vec::new();
        let endpoint = self.otlp_endpoint.expose();
        let host = || url::Url::parse(endpoint).ok().filter(|url| url.scheme() == "http");
        // It is asked without encryption, where a login would lie open; it would not be sent, either.
        let plain = |url: url::Url| {
            let login = !url.username().is_empty() || url.password().is_some();
            url.has_host() && !login && url.query().is_none() && url.fragment().is_none()
        };
        if !endpoint.is_empty() && !host().is_some_and(plain) {
            problems.push(
                "`otlp_endpoint` must be the address of a collector nearby, as \
                 `http://127.0.0.1:4318`, without a login, or empty; the collector encrypts what it \
                 sends on, and has its own login there."
                    .to_owned(),
            );
        }
        if self.sample_ratio < Decimal::ZERO || self.sample_ratio > Decimal::ONE {
            problems.push("`sample_ratio` must be between 0 and 1.".to_owned());
        }
        problems
    }
}
