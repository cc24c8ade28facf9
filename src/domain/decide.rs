//! The grammar of a worker: given a [`World`], when a message arrives, then an [`Outcome`].

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use uuid::Uuid;

pub use crate::arrived::{Arrived, DATA_TEXT_BYTES_MAX};
use crate::ids::{Derived, Id, derived};
pub use crate::locks::{Hold, Locks, Root};
use crate::message::{OneOf, Said, Subject};
pub use crate::needs::Needs;
pub use crate::raw::RawInputs;
pub use crate::reference::Facts;
pub use crate::refusal::{Already, Malformed, Reason, Refusal};
pub use crate::world::{Record, World};

/// One step of the pipeline. Pure: it holds no handle, asks no clock and throws no dice.
pub trait Worker: Send + Sync + 'static {
    /// The name of the worker, of its queue, its settings section and its database role.
    const NAME: &'static str;
    /// What its `needs` may name, and what its decisions do with it.
    const LOCKS: Locks;
    /// Document numbers that a decision may take, at most one of each per message.
    const NUMBERS: &'static [NumberKind] = &[];
    /// The messages it hears.
    type When: Heard;
    /// The messages it may say; saying any other does not compile.
    type Then: OneOf;
    /// The reference data it decides with.
    type Facts: Facts;

    /// How raw inputs are read, where it takes such.
    fn raw(&self) -> Option<&dyn RawInputs<When = Self::When>> {
        None
    }

    /// Names what must be known, by id or by a link. Asked again as the World fills, until it
    /// names nothing new; what is not loaded yet looks like what does not exist.
    fn needs(&self, when: &Self::When, world: &World, needs: &mut Needs);

    /// Says what follows.
    ///
    /// # Errors
    /// [`Refusal`] where a business rule says no; then nothing changes.
    fn decide(
        &self,
        world: &World,
        when: &Self::When,
        ctx: &mut Ctx<'_, Self::Facts>,
    ) -> Result<Outcome<Self::Then>, Refusal>;
}

/// A set of messages that can be read from what arrived.
pub trait Heard: OneOf + Send + Sync + 'static {
    /// # Errors
    /// [`Malformed`] where the type is unknown or the data does not fit its schema.
    fn read(arrived: &Arrived) -> Result<Self, Malformed>;

    /// The record that it is about; `None` for a raw input, which becomes one.
    fn subject(&self) -> Option<Subject>;
}

/// Document numbers that come from a sequence; gaps are allowed. Invoice numbers are no such thing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum NumberKind {
    Lead,
    Quote,
    Order,
}

impl NumberKind {
    /// The letter before the number, as in `Q-100042`.
    #[must_use]
    pub const fn letter(self) -> char {
        match self {
            Self::Lead => 'L',
            Self::Quote => 'Q',
            Self::Order => 'O',
        }
    }
}

/// What a decision is given beside World and message.
pub struct Ctx<'a, F> {
    /// The database's time at the start of the transaction.
    pub now: DateTime<Utc>,
    pub facts: &'a F,
    /// Who sent the message: the CloudEvents `source`, or the queue of a raw input.
    pub source: &'a str,
    /// The message that is decided on.
    pub cause: Uuid,
    worker: &'static str,
    ordinal: u32,
    numbers: &'a mut BTreeMap<NumberKind, Vec<i64>>,
}

impl<'a, F> Ctx<'a, F> {
    #[must_use]
    pub fn new(
        now: DateTime<Utc>,
        facts: &'a F,
        (cause, source): (Uuid, &'a str),
        worker: &'static str,
        numbers: &'a mut BTreeMap<NumberKind, Vec<i64>>,
    ) -> Self {
        Self { now, facts, source, cause, worker, ordinal: 0, numbers }
    }

    /// A new id, the same whenever this decision is taken again.
    pub fn id<I: Id>(&mut self) -> I {
        self.ordinal += 1;
        derived(self.cause, self.worker, Derived::Record.ordinal(self.ordinal)).into()
    }

    /// The next number of that kind, as `Q-100042`.
    ///
    /// # Panics
    /// Where the worker's [`Worker::NUMBERS`] does not announce the kind: a bug of the worker.
    pub fn number(&mut self, kind: NumberKind) -> String {
        let number = self.numbers.get_mut(&kind).and_then(Vec::pop);
        let number = number.expect("the worker announces each kind of number that it takes, once");
        format!("{}-{number}", kind.letter())
    }
}

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
