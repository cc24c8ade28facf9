//! How to reach PostgreSQL, and how long it may take.

use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;

/// The section `database`. All times are limits that the server keeps, in milliseconds.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DatabaseSettings {
    /// `postgres://user:password@host:5432/leadmill`; TLS by `?sslmode=verify-full`.
    pub url: SecretString,
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
            statement_timeout_ms: statement_timeout_ms(),
            lock_timeout_ms: lock_timeout_ms(),
            idle_in_transaction_timeout_ms: idle_in_transaction_timeout_ms(),
            connect_timeout_ms: connect_timeout_ms(),
        }
    }

    /// Host, port and database, without the login.
    #[must_use]
    pub fn address(&self) -> String {
        let options: Result<sqlx::postgres::PgConnectOptions, _> = self.url.expose_secret().parse();
        options.map_or_else(
            |_| "an unreadable address".to_owned(),
            |o| format!("{}:{}/{}", o.get_host(), o.get_port(), o.get_database().unwrap_or("")),
        )
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
        problems
    }
}

const TIMEOUT_MS_MAX: u64 = 3_600_000;

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
    fn no_limit_is_no_value() {
        let none = DatabaseSettings { statement_timeout_ms: 0, ..DatabaseSettings::new("") };
        assert_eq!(none.problems().len(), 2, "{:?}", none.problems());
    }
}
