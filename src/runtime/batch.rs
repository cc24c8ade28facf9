//! What a batch is made of: what is decided, what follows from a message, and why a batch stops.

use std::collections::{BTreeSet, HashMap};

use domain::decide::{Already, Later, Refusal};
use domain::host::When;
use domain::message::Said;
use domain::world::Sequenced;
use uuid::Uuid;

use super::arrival::{Message, Trouble};
use super::publish::Unsent;
use crate::store::Fault;
use crate::store::event::StoredEvent;
use crate::telemetry::Setback;

/// A batch that says more than this is taken in halves.
pub const BATCH_SAYS_MAX: usize = 4_000;

/// Messages that were found to be the cause of rollbacks, by place.
pub type Poisoned = HashMap<usize, Poison>;

/// What is done with a message that cannot be handled.
pub struct Poison {
    pub trouble: Trouble,
    /// Decided instead of a raw input, so that it is held; see [`domain::decide::RawInputs::broken`].
    pub instead: Option<When>,
}

/// What is decided at this place.
pub fn when_of<'m>(
    messages: &'m [Message],
    poison: &'m Poisoned,
    place: usize,
) -> Option<&'m When> {
    let instead = poison.get(&place).and_then(|poison| poison.instead.as_ref());
    instead.or_else(|| messages[place].when.as_ref().ok())
}

/// What follows from one message.
pub enum Effect {
    Said {
        says: Vec<Sequenced>,
        later: Vec<Later<Said>>,
    },
    /// Nothing changes: the effect held already.
    Already(Already),
    /// Nothing follows.
    Nothing,
    Refused(Refusal),
}

/// Why a batch could not be decided as a whole.
pub enum Undecided {
    /// A decision panicked; which one, and what it said.
    Panicked(usize, String),
    /// It says more than [`BATCH_SAYS_MAX`] messages.
    TooMuch,
    /// The thread that decided it ended without an answer; what is known of that.
    Gone(String),
    /// One of them leads to what the broker would not take, or needs a newer program; which one, and why it is
    /// parked.
    Parked(usize, Trouble),
}

/// Why a transaction was rolled back.
pub enum Stop {
    /// The database says why; the connection may be dead.
    Fault(Fault),
    /// The batch could not be decided as a whole.
    Undecided(Undecided),
}

impl<E: Into<Fault>> From<E> for Stop {
    fn from(error: E) -> Self {
        Self::Fault(error.into())
    }
}

impl Stop {
    /// What is counted as the cause.
    pub const fn setback(&self) -> Setback {
        match self {
            Self::Fault(Fault::Again(_)) => Setback::Conflict,
            Self::Fault(Fault::Connection(_)) => Setback::Connection,
            Self::Fault(Fault::Ours(_)) => Setback::Ours,
            Self::Fault(Fault::Message(_)) => Setback::Message,
            Self::Undecided(Undecided::Panicked(..) | Undecided::Gone(_)) => Setback::Panic,
            Self::Undecided(Undecided::TooMuch) => Setback::TooMuch,
            Self::Undecided(Undecided::Parked(..)) => Setback::Message,
        }
    }
}

/// What a committed transaction leaves to be published.
pub struct Committed {
    pub unsent: Vec<Unsent>,
    /// To be marked once all is confirmed.
    pub batches: Vec<Uuid>,
}

impl Committed {
    /// What earlier batches said is published once more, before anything new.
    pub fn again(&mut self, events: Vec<StoredEvent>) {
        let batches: BTreeSet<_> = events.iter().map(|event| event.batch).collect();
        self.batches.extend(batches);
        if let Some(unsent) = self.unsent.first_mut() {
            unsent.again = events;
        }
    }
}
