//! What an event of the log is when it is told again: a change of the records that it is about.

use chrono::{DateTime, Utc};

use crate::catalog::Catalog;
use crate::decide::{Later, Needs};
use crate::message::{Said, SubjectKind};
use crate::party::{Party, PartyKey};
use crate::record::Record;
use crate::refusal::Refusal;
use crate::world::{SubjectId, World};

/// An event that makes of the records what the decision made of them that said it. What it does to events of the
/// past is a part of the log's format: a worker may come to decide otherwise, this may not.
pub trait Replay: Send + Sync {
    /// Names the records that must be known.
    fn needs(&self, needs: &mut Needs);

    /// Changes them.
    ///
    /// # Errors
    /// [`Gap`] where the log does not tell what must have been before.
    fn replay(&self, past: &mut Past<'_>) -> Result<(), Gap>;
}

/// Reads the data of one type of event.
pub type ReadEvent = fn(&str) -> serde_json::Result<Box<dyn Replay>>;

/// Reads the data of the events of that type.
///
/// # Errors
/// Where the data does not fit.
pub fn read<T: Replay + serde::de::DeserializeOwned + 'static>(
    data: &str,
) -> serde_json::Result<Box<dyn Replay>> {
    Ok(Box::new(serde_json::from_str::<T>(data)?))
}

/// What was before an event, and what it makes of it.
pub struct Past<'w> {
    pub world: &'w mut World,
    /// When it was said.
    pub at: DateTime<Utc>,
    /// Its place in the history of its subject.
    pub sequence: i64,
    /// What became of timers.
    pub later: Vec<Later<Said>>,
}

/// The log does not tell what must have been before an event.
#[derive(Debug, thiserror::Error)]
pub enum Gap {
    /// Nothing tells how that record came about.
    #[error("The log does not tell how the {kind} {id} came about.")]
    Unknown { kind: SubjectKind, id: String },
    /// The record was in a state in which that cannot happen to it.
    #[error("It cannot have happened: {0}")]
    Step(#[from] Refusal),
    /// A word that only a newer program knows.
    #[error("`{0}` is no key that this program knows. Run the newer leadmill that wrote it.")]
    Key(String),
    /// A change that does not fit what was before.
    #[error(
        "Its change makes of the record what this program cannot read. Run the newer leadmill that wrote it."
    )]
    Patch,
}

impl Past<'_> {
    /// A record that there must be.
    ///
    /// # Errors
    /// [`Gap::Unknown`] where there is none.
    pub fn known<I: SubjectId>(&self, id: I) -> Result<I::Of, Gap> {
        let unknown = || Gap::Unknown { kind: I::KIND, id: id.to_string() };
        self.find(id).ok_or_else(unknown)
    }

    /// A record that there may be.
    #[must_use]
    pub fn find<I: SubjectId>(&self, id: I) -> Option<I::Of> {
        I::table(self.world).get(&id).cloned()
    }

    /// The catalog as it was; before its first change an empty one.
    #[must_use]
    pub fn catalog(&self) -> Catalog {
        self.world.catalog().cloned().unwrap_or_else(Catalog::empty)
    }

    /// Whom a key points at.
    #[must_use]
    pub fn party(&self, key: PartyKey) -> Party {
        self.world.parties.get(&key).cloned().unwrap_or_else(|| Party::unknown(key))
    }

    /// The record as it is from now on.
    pub fn put(&mut self, record: impl Into<Record>) {
        self.world.place(record.into());
    }
}

/// The keys that an event names, as `email a@b.example`.
///
/// # Errors
/// [`Gap::Key`] where one is of a kind that this program does not know.
pub fn keys(written: &[String]) -> Result<Vec<PartyKey>, Gap> {
    written.iter().map(|key| key.parse().map_err(|_| Gap::Key(key.clone()))).collect()
}
