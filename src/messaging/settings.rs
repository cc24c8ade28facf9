//! The `[broker]` section of the settings.

use std::path::PathBuf;
use std::time::Duration;

use lapin::uri::{AMQPScheme, AMQPUri};
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;

use crate::credentials::{Files, Tls};

/// Names on the broker are at most 255 bytes; the prefix must leave room for ours.
const PREFIX_BYTES_MAX: usize = 100;

/// Where the broker is and how patient to be with it.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BrokerSettings {
    /// `amqp://user:password@host:port/vhost`, or `amqps://…` for TLS. Without a path the virtual
    /// host is `/`; with one it is percent-encoded (`/%2f` is `/`). Query parameters are ignored.
    /// The nodes of a cluster are separated by commas: whoever loses one goes on with another.
    pub url: SecretString,
    /// Put before the name of every exchange and queue, so that tests and installations run side
    /// by side on one broker. Letters, digits, `.`, `_` and `-`; may be empty.
    #[serde(default)]
    pub prefix: String,
    /// Seconds until an attempt to connect is given up.
    pub connect_timeout_s: u64,
    /// Seconds without a confirm after which the link counts as dead. Time in which the broker
    /// blocks publishers is not counted.
    pub confirm_timeout_s: u64,
    /// Seconds between heartbeats. A silent broker is noticed after twice that time.
    pub heartbeat_s: u16,
    /// Seconds for which messages may wait in a queue while a consumer that wants them gets none;
    /// then the link is opened anew.
    pub stuck_after_s: u64,
    /// Seconds after which a link finishes its work and is opened anew although nothing is wrong,
    /// a fifth more or less at random.
    pub link_lifetime_s: u64,
    /// Whether `amqp://`, where everybody on the way can read and change, is refused.
    #[serde(default)]
    pub tls: Tls,
    /// The password of the user in `url`, instead of one in there.
    #[serde(default)]
    pub password_file: Option<PathBuf>,
    /// PEM file with the certificate authority that signed the broker's certificate, for
    /// `amqps://` with a private authority; beside the system's authorities.
    #[serde(default)]
    pub ca_file: Option<PathBuf>,
    /// PEM file with our own certificate, for a broker that asks for one.
    #[serde(default)]
    pub certificate_file: Option<PathBuf>,
    /// PEM file with its private key.
    #[serde(default)]
    pub key_file: Option<PathBuf>,
}

impl BrokerSettings {
    /// Everything that is wrong with this section, as finished sentences; empty if all is well.
    pub fn problems(&self) -> Vec<String> {
        let mut problems = Vec::new();
        let turns = self.turns();
        problems.extend(turns.iter().filter_map(Self::wrong_address));
        if self.password_file.is_some() && turns.iter().any(Self::names_password) {
            problems.push(
                "`broker.url` has a password, and `broker.password_file` names another; remove one."
                    .to_owned(),
            );
        }
        problems.extend(self.files().problems());
        if self.prefix.len() > PREFIX_BYTES_MAX {
            problems.push(format!(
                "`broker.prefix` has {} bytes; at most {PREFIX_BYTES_MAX} fit.",
                self.prefix.len()
            ));
        }
        if !self.prefix.bytes().all(|b| b.is_ascii_alphanumeric() || b"._-".contains(&b)) {
            problems.push(format!(
                "`broker.prefix` is `{}`; use only letters, digits, `.`, `_` and `-`.",
                self.prefix
            ));
        }
        for (name, value) in [
            ("connect_timeout_s", self.connect_timeout_s),
            ("confirm_timeout_s", self.confirm_timeout_s),
            ("heartbeat_s", u64::from(self.heartbeat_s)),
            ("stuck_after_s", self.stuck_after_s),
            ("link_lifetime_s", self.link_lifetime_s),
        ] {
            if value == 0 {
                problems.push(format!("`broker.{name}` is 0; give at least one second."));
            }
        }
        problems
    }

    /// Host and port as people write them, of each node; never the user or the password.
    pub fn address(&self) -> String {
        let shown = |one: &Self| {
            let uri = one.uri().ok()?;
            Some(format!("{}:{}", uri.authority.host, uri.authority.port))
        };
        let all: Option<Vec<_>> = self.turns().iter().map(shown).collect();
        all.map_or_else(|| "the broker".to_owned(), |all| all.join(", "))
    }

    /// The same settings once for each address, in their order.
    pub(super) fn turns(&self) -> Vec<Self> {
        let addresses = addresses(self.url.expose_secret());
        addresses.map(|url| Self { url: url.into(), ..self.clone() }).collect()
    }

    /// The full name on the broker of an exchange or queue.
    pub(super) fn full(&self, name: &str) -> String {
        format!("{}{name}", self.prefix)
    }

    pub(super) fn connect_timeout(&self) -> Duration {
        Duration::from_secs(self.connect_timeout_s)
    }

    pub(super) fn confirm_timeout(&self) -> Duration {
        Duration::from_secs(self.confirm_timeout_s)
    }

    pub(super) fn stuck_after(&self) -> Duration {
        Duration::from_secs(self.stuck_after_s)
    }

    /// Between four and six fifths of the time set, so that many processes do not return at once.
    pub(super) fn link_lifetime(&self) -> Duration {
        Duration::from_millis(self.link_lifetime_s.saturating_mul(fastrand::u64(800..=1_200)))
    }

    /// What is wrong with the one address.
    fn wrong_address(&self) -> Option<String> {
        match self.uri() {
            Err(why) => Some(why),
            Ok(_) if self.tls == Tls::Required && !self.encrypted() => Some(
                "`broker.url` begins with amqp://, which is not encrypted, and `broker.tls` \
                 requires TLS; write amqps://, or set `broker.tls` to \"optional\"."
                    .to_owned(),
            ),
            Ok(_) => None,
        }
    }

    /// The one address, parsed, with our heartbeat and nothing else negotiated by query: a `frame_max`
    /// below 8192 is refused from RabbitMQ 4.1 on, and a default heartbeat of 60 s is blind for
    /// two minutes. The error never quotes the address, which holds the password.
    pub(super) fn uri(&self) -> Result<AMQPUri, String> {
        let text = self.url.expose_secret();
        let unreadable = "`broker.url` cannot be read as an address; write it as \
             amqp://user:password@host:port/vhost, or amqps:// for TLS.";
        let mut uri = text.parse::<AMQPUri>().map_err(|_| unreadable.to_owned())?;
        // lapin takes a numeric IPv6 host for `localhost`; better to refuse than to go elsewhere.
        if text.contains("@[") || text.contains("://[") {
            return Err("`broker.url` names an IPv6 address in brackets, which is not supported; \
                 give a host name that resolves to it."
                .to_owned());
        }
        // `amqp://host/` would mean a virtual host with an empty name, which nobody has.
        if uri.vhost.is_empty() {
            "/".clone_into(&mut uri.vhost);
        }
        uri.query = lapin::uri::AMQPQueryString {
            heartbeat: Some(self.heartbeat_s),
            ..lapin::uri::AMQPQueryString::default()
        };
        Ok(uri)
    }

    /// What proves who we are, and who the broker is.
    pub(super) fn files(&self) -> Files<'_> {
        Files {
            section: "broker",
            password: self.password_file.as_deref(),
            ca: self.ca_file.as_deref(),
            certificate: self.certificate_file.as_deref(),
            key: self.key_file.as_deref(),
        }
    }

    /// [`Self::uri`] with the password of `password_file`.
    pub(super) fn uri_with_password(&self) -> Result<AMQPUri, String> {
        let mut uri = self.uri()?;
        if let Some(password) = self.files().password()? {
            password.expose_secret().clone_into(&mut uri.authority.userinfo.password);
        }
        Ok(uri)
    }

    fn names_password(&self) -> bool {
        let url = url::Url::parse(self.url.expose_secret());
        url.is_ok_and(|url| url.password().is_some())
    }

    pub(super) fn encrypted(&self) -> bool {
        self.uri().is_ok_and(|uri| uri.scheme == AMQPScheme::AMQPS)
    }
}

/// The addresses in `broker.url`. A comma separates them only where another one begins behind it,
/// since a password may hold one.
pub fn addresses(urls: &str) -> impl Iterator<Item = &str> {
    let mut rest = Some(urls.trim());
    std::iter::from_fn(move || {
        let text = rest?;
        let next = text.match_indices(',').find(|(at, _)| {
            let behind = text[at + 1..].trim_start();
            behind.starts_with("amqp://") || behind.starts_with("amqps://")
        });
        let (one, others) =
            next.map_or((text, None), |(at, _)| (&text[..at], Some(text[at + 1..].trim_start())));
        rest = others;
        Some(one.trim_end())
    })
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    fn settings(url: &str) -> BrokerSettings {
        BrokerSettings {
            url: url.into(),
            prefix: String::new(),
            connect_timeout_s: 5,
            confirm_timeout_s: 30,
            heartbeat_s: 8,
            stuck_after_s: 60,
            link_lifetime_s: 1_800,
            tls: Tls::Optional,
            password_file: None,
            ca_file: None,
            certificate_file: None,
            key_file: None,
        }
    }

    #[test]
    fn what_is_not_encrypted_is_refused_where_tls_is_required() {
        let required = |url| BrokerSettings { tls: Tls::Required, ..settings(url) };
        assert_eq!(required("amqps://a:b@host").problems(), Vec::<String>::new());
        let problems = required("amqp://a:hunter2@host").problems();
        assert!(problems[0].contains("write amqps://"), "{problems:?}");
        assert!(!problems[0].contains("hunter2"), "{problems:?}");
    }

    #[test]
    fn an_unreadable_address_is_named_without_its_password() {
        let problems = settings("http://guest:hunter2@broker").problems();
        assert_eq!(problems.len(), 1, "{problems:?}");
        assert!(problems[0].contains("broker.url"), "{problems:?}");
        assert!(!problems[0].contains("hunter2"), "{problems:?}");
    }

    #[test]
    fn all_problems_are_reported_at_once() {
        let mut bad = settings("not an address");
        bad.prefix = "a b".to_owned();
        bad.heartbeat_s = 0;
        assert_eq!(bad.problems().len(), 3, "{:?}", bad.problems());
    }

    #[test]
    fn an_address_without_a_virtual_host_means_the_default_one_with_our_heartbeat() {
        for url in ["amqp://a:b@host", "amqp://a:b@host/", "amqp://a:b@host/%2f?frame_max=4096"] {
            let uri = settings(url).uri().expect(url);
            assert_eq!(uri.vhost, "/", "{url}");
            assert_eq!(uri.query.heartbeat, Some(8), "{url}");
            assert_eq!(uri.query.frame_max, None, "{url}");
        }
    }

    #[test]
    fn links_of_one_age_do_not_all_end_at_once() {
        let settings = settings("amqp://a:b@host");
        let lives: BTreeSet<_> = (0..50).map(|_| settings.link_lifetime()).collect();
        assert!(lives.len() > 10, "{lives:?}");
        assert!(lives.iter().all(|life| (1_440..=2_160).contains(&life.as_secs())), "{lives:?}");
    }

    #[test]
    fn the_nodes_of_a_cluster_are_separated_by_commas() {
        let both = settings("amqp://a:p,w@one:1/%2f, amqps://a:p,w@two:2");
        assert_eq!(both.problems(), Vec::<String>::new());
        assert_eq!(both.address(), "one:1, two:2");
        let turns = both.turns();
        let passwords = turns.iter().map(|one| one.uri().expect("one").authority.userinfo.password);
        assert_eq!(passwords.collect::<Vec<_>>(), ["p,w", "p,w"]);
        assert_eq!(settings("amqp://a:b@one,amqp://two:x").problems().len(), 1);
    }

    #[test]
    fn debug_output_hides_the_password() {
        assert!(!format!("{:?}", settings("amqp://a:hunter2@host")).contains("hunter2"));
    }
}
