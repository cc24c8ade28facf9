//! How to reach PostgreSQL, and how long it may take.

use std::path::PathBuf;
use std::str::FromStr;

use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use sqlx::postgres::{PgConnectOptions, PgSslMode};
use url::Url;

use super::Fault;
use crate::credentials::{Files, Tls};

/// The section `database`. All times are limits that the server keeps, in milliseconds.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DatabaseSettings {
    /// `postgres://user:password@host:5432/leadmill`; TLS by `?sslmode=verify-full`.
    pub url: SecretString,
    /// Whether a connection that is not encrypted, or whose server proves nothing, is refused.
    #[serde(default)]
    pub tls: Tls,
    /// The password of the user in `url`, instead of one in there.
    #[serde(default)]
    pub password_file: Option<PathBuf>,
    /// PEM file with the certificate authority that signed the server's certificate; beside the
    /// system's authorities.
    #[serde(default)]
    pub ca_file: Option<PathBuf>,
    /// PEM file with our own certificate, for a server that asks for one.
    #[serde(default)]
    pub certificate_file: Option<PathBuf>,
    /// PEM file with its private key.
    #[serde(default)]
    pub key_file: Option<PathBuf>,
    /// A single statement may take that long.
    #[serde(default = "statement_timeout_ms")]
    pub statement_timeout_ms: u64,
    /// Waiting for another transaction's lock may take that long; then the batch runs again.
    #[serde(default = "lock_timeout_ms")]
    pub lock_timeout_ms: u64,
    /// A transaction that does nothing for that long is ended by the server, with its connection,
    /// so that a stuck process cannot hold locks for ever. Longer than any decision of a batch.
    #[serde(default = "idle_in_transaction_timeout_ms")]
    pub idle_in_transaction_timeout_ms: u64,
    /// Opening a connection may take that long; the only one of these limits that is kept here.
    #[serde(default = "connect_timeout_ms")]
    pub connect_timeout_ms: u64,
}

impl DatabaseSettings {
    /// The settings for that address, everything else by default.
    #[must_use]
    pub fn new(url: impl Into<String>) -> Self {
        Self {
            url: url.into().into(),
            tls: Tls::Optional,
            password_file: None,
            ca_file: None,
            certificate_file: None,
            key_file: None,
            statement_timeout_ms: statement_timeout_ms(),
            lock_timeout_ms: lock_timeout_ms(),
            idle_in_transaction_timeout_ms: idle_in_transaction_timeout_ms(),
            connect_timeout_ms: connect_timeout_ms(),
        }
    }

    /// Host, port and database, without the login.
    #[must_use]
    pub fn address(&self) -> String {
        let options = self.url.expose_secret().parse::<PgConnectOptions>();
        options.map_or_else(
            |_| "an unreadable address".to_owned(),
            |o| format!("{}:{}/{}", o.get_host(), o.get_port(), o.get_database().unwrap_or("")),
        )
    }

    /// What the driver needs to connect, with the time limits and what the files hold.
    pub(super) fn options(&self) -> Result<PgConnectOptions, Fault> {
        let url = self.url.expose_secret();
        // The driver takes any scheme, and its error may quote the address, and with it the password.
        let ours = url.starts_with("postgres://") || url.starts_with("postgresql://");
        let options = ours.then(|| PgConnectOptions::from_str(url).ok()).flatten();
        let mut options = options.ok_or_else(|| {
            Fault::ours(
                "The setting database.url is no address of a PostgreSQL database; write it like \
                 postgres://user:password@host:5432/leadmill.",
            )
        })?;
        if self.tls == Tls::Required {
            options = options.ssl_mode(PgSslMode::VerifyFull);
        }
        let files = self.files();
        if let Some(password) = files.password().map_err(Fault::ours)? {
            options = options.password(password.expose_secret());
        }
        let tls = files.tls().map_err(Fault::ours)?;
        if let Some(ca) = tls.ca {
            options = options.ssl_root_cert_from_pem(ca.into_bytes());
        }
        if let Some((certificate, key)) = tls.identity {
            options = options.ssl_client_cert_from_pem(certificate).ssl_client_key_from_pem(key);
        }
        Ok(options.options([
            ("statement_timeout", self.statement_timeout_ms),
            ("lock_timeout", self.lock_timeout_ms),
            ("idle_in_transaction_session_timeout", self.idle_in_transaction_timeout_ms),
        ]))
    }

    fn files(&self) -> Files<'_> {
        Files {
            section: "database",
            password: self.password_file.as_deref(),
            ca: self.ca_file.as_deref(),
            certificate: self.certificate_file.as_deref(),
            key: self.key_file.as_deref(),
        }
    }

    fn address_problems(&self) -> Vec<String> {
        let mut problems = Vec::new();
        // What is no address is told when it is used.
        let Ok(url) = Url::parse(self.url.expose_secret()) else { return problems };
        let parameters: Vec<_> = url.query_pairs().collect();
        // The driver would write an unknown parameter into the log, with its value.
        let known = |key: &str| PARAMETERS.contains(&key) || key.starts_with("options[");
        problems.extend(parameters.iter().filter(|(key, _)| !known(key)).map(|(key, _)| {
            format!("`database.url` has the parameter `{key}`, which nobody knows; remove it.")
        }));
        let mode = parameters.iter().find(|(key, _)| key == "sslmode" || key == "ssl-mode");
        if let Some((_, mode)) = mode
            && self.tls == Tls::Required
            && !VERIFIED.contains(&&**mode)
        {
            problems.push(format!(
                "`database.url` has sslmode={mode}, with which a connection may be unencrypted or \
                 its server another one, and `database.tls` requires TLS; remove `sslmode`, or \
                 write sslmode=verify-full."
            ));
        }
        let in_url =
            url.password().is_some() || parameters.iter().any(|(key, _)| key == "password");
        if self.password_file.is_some() && in_url {
            problems.push(
                "`database.url` has a password, and `database.password_file` names another; remove \
                 one."
                .to_owned(),
            );
        }
        problems
    }

    /// What is wrong with the values, each as a finished sentence. None may be 0, which PostgreSQL
    /// takes as "no limit", and none may exceed an hour.
    #[must_use]
    pub fn problems(&self) -> Vec<String> {
        let limits = [
            ("statement_timeout_ms", self.statement_timeout_ms),
            ("lock_timeout_ms", self.lock_timeout_ms),
            ("idle_in_transaction_timeout_ms", self.idle_in_transaction_timeout_ms),
            ("connect_timeout_ms", self.connect_timeout_ms),
        ];
        let wrong = limits.into_iter().filter(|(_, ms)| !(1..=TIMEOUT_MS_MAX).contains(ms));
        let mut problems: Vec<_> = wrong
            .map(|(name, ms)| {
                format!("database.{name} is {ms}; it must lie between 1 and {TIMEOUT_MS_MAX}.")
            })
            .collect();
        if self.lock_timeout_ms >= self.statement_timeout_ms {
            problems.push(format!(
                "database.lock_timeout_ms ({}) must be below database.statement_timeout_ms ({}): \
                 a lock that is not given must be told from a statement that is slow.",
                self.lock_timeout_ms, self.statement_timeout_ms
            ));
        }
        problems.extend(self.address_problems());
        problems.extend(self.files().problems());
        problems
    }
}

const TIMEOUT_MS_MAX: u64 = 3_600_000;
/// With these the server proves who it is.
const VERIFIED: [&str; 2] = ["verify-full", "verify-ca"];
/// What the driver reads of an address after `?`.
const PARAMETERS: [&str; 18] = [
    "sslmode",
    "ssl-mode",
    "sslrootcert",
    "ssl-root-cert",
    "ssl-ca",
    "sslcert",
    "ssl-cert",
    "sslkey",
    "ssl-key",
    "statement-cache-capacity",
    "host",
    "hostaddr",
    "port",
    "dbname",
    "user",
    "password",
    "application_name",
    "options",
];

const fn statement_timeout_ms() -> u64 {
    30_000
}

const fn lock_timeout_ms() -> u64 {
    2_000
}

const fn idle_in_transaction_timeout_ms() -> u64 {
    60_000
}

const fn connect_timeout_ms() -> u64 {
    10_000
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unknown_setting_is_refused_and_the_password_does_not_print() {
        let read = |text| serde_json::from_str::<DatabaseSettings>(text);
        let known = read(r#"{"url": "postgres://u:secret@h/d", "lock_timeout_ms": 500}"#);
        let known = known.expect("known settings are read");
        assert_eq!(known.lock_timeout_ms, 500);
        assert!(known.problems().is_empty());
        assert!(!format!("{known:?}").contains("secret"));
        assert!(read(r#"{"url": "postgres://h/d", "lock_timeot_ms": 500}"#).is_err());
    }

    #[test]
    fn an_address_that_may_be_in_the_clear_is_refused_where_tls_is_required() {
        let required =
            |url: &str| DatabaseSettings { tls: Tls::Required, ..DatabaseSettings::new(url) };
        for fine in ["postgres://u:hunter2@h/d", "postgres://h/d?sslmode=verify-full"] {
            assert_eq!(required(fine).problems(), Vec::<String>::new(), "{fine}");
        }
        for mode in ["disable", "allow", "prefer", "require"] {
            let url = format!("postgres://u:hunter2@h/d?sslmode={mode}");
            let problems = required(&url).problems();
            assert!(problems[0].contains("write sslmode=verify-full"), "{problems:?}");
            assert!(!problems[0].contains("hunter2"), "{problems:?}");
        }
    }

    #[test]
    fn a_misspelt_parameter_is_refused_before_it_is_logged_with_its_value() {
        let problems = DatabaseSettings::new("postgres://h/d?pasword=hunter2").problems();
        assert_eq!(problems.len(), 1, "{problems:?}");
        assert!(problems[0].contains("`pasword`") && !problems[0].contains("hunter2"));
    }

    #[test]
    fn no_limit_is_no_value() {
        let none = DatabaseSettings { statement_timeout_ms: 0, ..DatabaseSettings::new("") };
        assert_eq!(none.problems().len(), 2, "{:?}", none.problems());
    }
}
