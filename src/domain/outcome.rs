//! What follows from a message: records that changed, and what is said about them.

use chrono::{DateTime, Utc};

use crate::message::Said;
use crate::record::Record;
use crate::refusal::Already;

/// What follows from a message: changed copies of records, and what is said about them.
#[derive(Clone, Debug)]
pub struct Outcome<T> {
    pub records: Vec<Record>,
    pub says: Vec<Saying<T>>,
    /// Commands that leadmill will say to itself at a later time.
    pub later: Vec<Later<T>>,
    /// Set where the command's effect already held.
    pub already: Option<Already>,
}

/// A message said, and whether it begins a pipeline of its own.
#[derive(Clone, Debug)]
pub struct Saying<T> {
    pub message: T,
    pub begins: bool,
}

/// A command for later, claimed by the clock exactly once.
#[derive(Clone, Debug)]
pub struct Later<T> {
    pub due: DateTime<Utc>,
    pub message: T,
}

/// The most messages that one decision may say; larger work continues itself.
pub const SAYS_MAX: usize = 502;

impl<T> Outcome<T> {
    /// Nothing follows; recorded as such.
    #[must_use]
    pub const fn nothing() -> Self {
        Self { records: Vec::new(), says: Vec::new(), later: Vec::new(), already: None }
    }

    /// The command's effect already holds: answered with the existing record, nothing changes.
    #[must_use]
    pub fn already(already: Already) -> Self {
        let mut outcome = Self::nothing();
        outcome.already = Some(already);
        outcome
    }

    /// A changed or new record, together with what is said about it.
    #[must_use]
    pub fn changed(self, record: impl Into<Record>, message: impl Into<T>) -> Self {
        self.put(record).say(message)
    }

    /// A changed or new record whose event is said apart (its part changed, or it has none).
    #[must_use]
    pub fn put(mut self, record: impl Into<Record>) -> Self {
        self.records.push(record.into());
        self
    }

    /// Says a message in the pipeline of its cause.
    #[must_use]
    pub fn say(mut self, message: impl Into<T>) -> Self {
        self.says.push(Saying { message: message.into(), begins: false });
        self
    }

    /// Says a message that begins a pipeline of its own.
    #[must_use]
    pub fn begin(mut self, message: impl Into<T>) -> Self {
        self.says.push(Saying { message: message.into(), begins: true });
        self
    }

    /// Says a command to ourselves when the time has come.
    #[must_use]
    pub fn later(mut self, due: DateTime<Utc>, message: impl Into<T>) -> Self {
        self.later.push(Later { due, message: message.into() });
        self
    }

    /// The outcome in the form that is stored.
    #[must_use]
    pub fn erased(self) -> Outcome<Said>
    where
        for<'t> Said: From<&'t T>,
    {
        let says = self.says.iter();
        let later = self.later.iter();
        Outcome {
            records: self.records,
            later: later.map(|l| Later { due: l.due, message: Said::from(&l.message) }).collect(),
            says: says
                .map(|s| Saying { message: Said::from(&s.message), begins: s.begins })
                .collect(),
            already: self.already,
        }
    }
}
