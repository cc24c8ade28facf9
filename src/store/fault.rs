//! What can go wrong with the database, by what is to be done about it.

use std::fmt;

use sqlx::error::ErrorKind;

use super::save::SaveError;

/// A 23505 is looked at again, because the second look usually finds the record that was in the way.
/// One and the same key seen that often, at last by a message alone, is no race but that message's.
pub const UNIQUE_TRIES_MAX: u32 = 3;

/// The batch has rolled back, or its connection is gone; this says what follows.
#[derive(Debug)]
pub enum Fault {
    /// Another transaction was in the way: run the batch again, at once.
    Again(Failure),
    /// The server is away or short of something: drop the connection, back off, run the batch again.
    Connection(Failure),
    /// Our own bug or an operator's omission: stop the lane and say so; no message is to blame.
    Ours(Failure),
    /// The database does not take what some message led to: find it by halving, and park it.
    Message(Failure),
}

/// What happened.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    #[error("{}", database(.0))]
    Database(#[from] sqlx::Error),
    /// A finished sentence, where not the database but the store found it.
    #[error("{0}")]
    Found(String),
}

impl Fault {
    /// The class of a driver's error.
    #[must_use]
    pub fn of(error: sqlx::Error) -> Self {
        use sqlx::Error as E;
        let class = match &error {
            E::Database(known) => by_code(known.code().as_deref(), known.constraint()),
            E::Io(_) | E::Tls(_) | E::Protocol(_) | E::WorkerCrashed => Self::Connection,
            _ => Self::Ours,
        };
        class(error.into())
    }

    /// Another transaction changed what this one had read: the version on the row is not the one
    /// that was loaded.
    #[must_use]
    pub fn stale(what: impl Into<String>) -> Self {
        Self::Again(Failure::Found(what.into()))
    }

    /// A bug, an omission, or a row that this version of the program cannot read.
    #[must_use]
    pub fn ours(what: impl Into<String>) -> Self {
        Self::Ours(Failure::Found(what.into()))
    }

    /// What happened.
    #[must_use]
    pub const fn trouble(&self) -> &Failure {
        match self {
            Self::Again(t) | Self::Connection(t) | Self::Ours(t) | Self::Message(t) => t,
        }
    }
}

impl Failure {
    /// Was it a key that is taken already?
    #[must_use]
    pub fn is_unique_violation(&self) -> bool {
        let error = self.database_error();
        error.is_some_and(|error| matches!(error.kind(), ErrorKind::UniqueViolation))
    }

    /// Which key was taken, to tell one from another: it may hold personal values, so it is never
    /// shown. The server names it only to a role that may read it.
    #[must_use]
    pub fn taken_key(&self) -> Option<String> {
        let error = self.database_error().filter(|_| self.is_unique_violation())?;
        let known = error.try_downcast_ref::<sqlx::postgres::PgDatabaseError>()?;
        Some(format!("{} {}", known.constraint()?, known.detail()?))
    }

    /// Did somebody hold a lock for longer than we wait?
    #[must_use]
    pub fn is_lock_timeout(&self) -> bool {
        self.code().as_deref() == Some("55P03")
    }

    /// The SQLSTATE, where the server gave one.
    #[must_use]
    pub fn code(&self) -> Option<String> {
        self.database_error()?.code().map(Into::into)
    }

    fn database_error(&self) -> Option<&dyn sqlx::error::DatabaseError> {
        match self {
            Self::Database(error) => error.as_database_error(),
            Self::Found(_) => None,
        }
    }
}

/// The classes of PostgreSQL's appendix A that can reach us; what is not named here is our bug.
fn by_code(code: Option<&str>, constraint: Option<&str>) -> fn(Failure) -> Fault {
    match (code.unwrap_or_default(), constraint) {
        // Serialization, deadlock, lock not given in time, a key that another transaction took.
        ("40001" | "40P01" | "55P03" | "23505", _) => Fault::Again,
        // "No partition of relation found for row" has no constraint name; a row CHECK has one.
        ("23514", None) => Fault::Ours,
        // A server that only reads (a standby, during a failover); our session ended by a limit.
        ("25006" | "25P03", _) => Fault::Connection,
        // A prepared statement that a migration or a pooler has overtaken: a new session heals it.
        ("0A000" | "26000", _) => Fault::Connection,
        (code, _) => match code.get(..2).unwrap_or_default() {
            // Connection; resources; operator intervention, statement_timeout; I/O of the server.
            "08" | "53" | "57" | "58" => Fault::Connection,
            // Values out of range, constraints, and values too large (54: too long for an index).
            "22" | "23" | "54" => Fault::Message,
            _ => Fault::Ours,
        },
    }
}

/// The error without the values of the row, which may be personal.
fn database(error: &sqlx::Error) -> String {
    let Some(known) = error.as_database_error() else { return error.to_string() };
    let mut text = known.message().to_owned();
    if let Some(constraint) = known.constraint() {
        text = format!("{text}, constraint {constraint}");
    } else if let Some(table) = known.table() {
        text = format!("{text}, table {table}");
    }
    format!("{text} (SQLSTATE {})", known.code().unwrap_or("unknown".into()))
}

impl From<SaveError> for Fault {
    fn from(error: SaveError) -> Self {
        match error {
            SaveError::Database(error) => Self::of(error),
            SaveError::Version { .. } => Self::stale(error.to_string()),
            // What one message led to must not stop the others: it is found and parked.
            SaveError::Frozen { .. } => Self::Message(Failure::Found(error.to_string())),
        }
    }
}

impl From<sqlx::Error> for Fault {
    fn from(error: sqlx::Error) -> Self {
        Self::of(error)
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Again(t) => write!(f, "Another transaction was in the way; it runs again: {t}"),
            Self::Connection(t) => {
                write!(f, "PostgreSQL is not available; it is tried again, ever less often: {t}")
            }
            Self::Ours(Failure::Found(what)) => f.write_str(what),
            Self::Ours(t) => write!(
                f,
                "The database does not fit this program; check that `leadmill migrate` has run and \
                 that its role may do this: {t}"
            ),
            Self::Message(t) => {
                write!(
                    f,
                    "The database does not take what a message led to; it will be parked: {t}"
                )
            }
        }
    }
}

impl std::error::Error for Fault {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self.trouble() {
            Failure::Database(error) => Some(error),
            Failure::Found(_) => None,
        }
    }
}
