//! The grammar of a worker: given a [`World`], when a message arrives, then an [`Outcome`].

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use uuid::Uuid;

pub use crate::arrived::{Arrived, DATA_TEXT_BYTES_MAX};
use crate::asker::Asker;
use crate::ids::{Derived, Id, derived};
pub use crate::locks::{Hold, Locks, Root};
use crate::message::{OneOf, Subject};
pub use crate::needs::Needs;
pub use crate::outcome::{Later, Outcome, SAYS_MAX, Saying};
use crate::pseudonym::PseudonymKey;
pub use crate::raw::RawInputs;
pub use crate::record::Record;
pub use crate::reference::Facts;
pub use crate::refusal::{Already, Malformed, Reason, Refusal};
pub use crate::world::World;

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

    /// Does it ask for its reference data? Where it needs none, as it is set up, asking would only cost.
    fn asks_facts(&self) -> bool {
        true
    }

    /// With what it knows addresses again whose persons are gone, where it asks for such.
    fn pseudonyms(&self) -> Option<&PseudonymKey> {
        None
    }

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
    /// Who asks, and what they may; leadmill itself where nobody outside asks.
    pub asker: &'a Asker,
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
        asker: &'a Asker,
        worker: &'static str,
        numbers: &'a mut BTreeMap<NumberKind, Vec<i64>>,
    ) -> Self {
        Self { now, facts, source, asker, cause, worker, ordinal: 0, numbers }
    }

    /// A new id, the same whenever this decision is taken again.
    pub fn id<I: Id>(&mut self) -> I {
        self.ordinal += 1;
        derived(self.cause, self.worker, Derived::Record.ordinal(self.ordinal)).into()
    }

    /// The name of who asks, for what remembers it.
    #[must_use]
    pub fn by(&self) -> Option<String> {
        self.asker.name.as_deref().map(str::to_owned)
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
