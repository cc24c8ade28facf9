//! What follows from a message: records that changed, and what is said about them.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use crate::message::{Said, Subject, SubjectKind};
use crate::record::Record;
use crate::refusal::Already;

/// What follows from a message: changed copies of records, and what is said about them.
#[derive(Clone, Debug)]
pub struct Outcome<T> {
    pub records: Vec<Record>,
    pub says: Vec<Saying<T>>,
    /// Commands that leadmill will say to itself at a later time, or will not any more.
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

/// What becomes of a timer: a command for later, claimed by the clock exactly once. A subject has one waiting timer of
/// a name.
#[derive(Clone, Debug)]
pub enum Later<T> {
    /// Said when it is due; where one waits already, it is moved and says this instead.
    Plan { name: &'static str, due: DateTime<Utc>, message: T },
    /// Not said any more; nothing where none waits.
    Cancel { name: &'static str, about: Subject },
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

    /// The same, of a record without a number.
    #[must_use]
    pub fn is_so(subject: SubjectKind, id: impl Into<Uuid>) -> Self {
        Self::already(Already { subject, id: id.into(), reference: None })
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

    /// This, and then that.
    #[must_use]
    pub fn and(mut self, that: Self) -> Self {
        self.records.extend(that.records);
        self.says.extend(that.says);
        self.later.extend(that.later);
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

    /// Says a command to ourselves when the time has come; the timer of that name about the same subject is moved.
    #[must_use]
    pub fn later(mut self, name: &'static str, due: DateTime<Utc>, message: impl Into<T>) -> Self {
        self.later.push(Later::Plan { name, due, message: message.into() });
        self
    }

    /// The timer of that name about a subject is over: what it was to say is not said.
    #[must_use]
    pub fn not_later(mut self, name: &'static str, about: Subject) -> Self {
        self.later.push(Later::Cancel { name, about });
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
            later: later
                .map(|later| match later {
                    Later::Plan { name, due, message } => {
                        Later::Plan { name, due: *due, message: Said::from(message) }
                    }
                    Later::Cancel { name, about } => Later::Cancel { name, about: *about },
                })
                .collect(),
            says: says
                .map(|s| Saying { message: Said::from(&s.message), begins: s.begins })
                .collect(),
            already: self.already,
        }
    }
}
