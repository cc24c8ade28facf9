//! The World: all records that one batch decides with, loaded and locked before the first decision.

use std::collections::{BTreeMap, BTreeSet};

use bytes::Bytes;
use chrono::{DateTime, Utc};

use crate::catalog::Catalog;
use crate::customer::{Account, Contact};
use crate::decide::Outcome;
use crate::ids::{AccountId, ContactId, InputId, InvoiceId, LeadId, OpportunityId, OrderId};
use crate::input::Input;
use crate::invoice::{Invoice, Series, SeriesKey};
use crate::lead::Lead;
use crate::links::{Link, Links};
use crate::locks::Root;
use crate::message::{MessageKind, Said, Subject, SubjectKind};
use crate::needs::Needs;
use crate::opportunity::Opportunity;
use crate::order::Order;
use crate::party::{Party, PartyKey};
use crate::refusal::Refusal;
use crate::subjects::SubjectId;

/// The records of one kind: as loaded and as they are now.
#[derive(Clone, Debug)]
pub struct Table<K, T> {
    rows: BTreeMap<K, Row<T>>,
}

/// One record: as the database has it, and as the last decision that changed it left it.
#[derive(Clone, Debug)]
struct Row<T> {
    stored: Option<T>,
    put: Option<T>,
}

impl<T> Row<T> {
    fn now(&self) -> Option<&T> {
        self.put.as_ref().or(self.stored.as_ref())
    }
}

impl<K, T> Default for Table<K, T> {
    fn default() -> Self {
        Self { rows: BTreeMap::new() }
    }
}

impl<K: Ord + Clone, T: Clone> Table<K, T> {
    /// Is it known whether the record exists?
    #[must_use]
    pub fn knows(&self, key: &K) -> bool {
        self.rows.contains_key(key)
    }

    /// What the database says about a record.
    pub fn load(&mut self, key: K, stored: Option<T>) {
        self.rows.insert(key, Row { stored, put: None });
    }

    /// The records that decisions of this batch changed or made, in the order of their keys.
    pub fn changed(&self) -> impl Iterator<Item = (Option<&T>, &T)> {
        self.rows.values().filter_map(|row| Some((row.stored.as_ref(), row.put.as_ref()?)))
    }

    /// The record as it is now, where it is known and exists.
    pub(crate) fn get(&self, key: &K) -> Option<&T> {
        self.rows.get(key).and_then(Row::now)
    }

    fn put(&mut self, key: K, value: T) {
        let row = self.rows.entry(key).or_insert(Row { stored: None, put: None });
        row.put = Some(value);
    }
}

macro_rules! world {
    ($($word:ident: $Of:ident by $Id:ident in $table:ident;)*) => {
        /// Everything a batch knows. A record that `needs` named and that does not exist is `None`; asking
        /// for one that was not named is a bug and panics, which parks the message with its backtrace.
        #[derive(Clone, Debug, Default)]
        pub struct World {
            $(pub $table: Table<$Id, $Of>,)*
            pub parties: Table<PartyKey, Party>,
            pub raw: BTreeMap<InputId, Bytes>,
            pub series: Table<SeriesKey, Series>,
            pub links: Links,
            pub catalog: Table<(), Catalog>,
            /// The database's time at the start of the transaction, the same as [`Ctx::now`]: some needs
            /// hang on the date, as the series of a year.
            ///
            /// [`Ctx::now`]: crate::decide::Ctx::now
            pub now: DateTime<Utc>,
            /// Set while `needs` is still asked: what is not loaded yet then looks like what does not exist.
            pub discovering: bool,
        }

        /// A changed or new record.
        #[derive(Clone, Debug)]
        #[expect(clippy::large_enum_variant, reason = "an outcome holds a handful of them, shortly")]
        pub enum Record {
            $($Of($Of),)*
            Party(Party),
            Series(Series),
            Catalog(Catalog),
        }

        $(
            impl SubjectId for $Id {
                type Of = $Of;
                const KIND: SubjectKind = SubjectKind::$Of;
                const ROOT: Root = Root::$Of;

                fn table(world: &World) -> &Table<Self, $Of> {
                    &world.$table
                }

                fn needed(needs: &mut Needs) -> &mut BTreeSet<Self> {
                    &mut needs.$table
                }
            }
        )*

        impl World {
            /// The counter of a record that is known.
            pub(crate) fn sequence_of(&self, subject: Subject) -> Option<i64> {
                match subject.kind {
                    $(SubjectKind::$Of => Some(self.$table.get(&subject.id.into())?.sequence),)*
                    SubjectKind::Quote | SubjectKind::Catalog => None,
                }
            }

            fn put(&mut self, record: Record) {
                Links::note(self, &record, self.discovering);
                match record {
                    $(Record::$Of(r) => self.$table.put(r.id, r),)*
                    Record::Party(r) => self.parties.put(r.key.clone(), r),
                    Record::Series(r) => self.series.put(r.key.clone(), r),
                    Record::Catalog(r) => self.catalog.put((), r),
                }
            }
        }

        impl Record {
            /// The subject that this record is.
            pub(crate) fn subject(&self) -> Option<Subject> {
                let (kind, id) = match self {
                    $(Self::$Of(r) => (SubjectKind::$Of, r.id.0),)*
                    Self::Catalog(r) => (SubjectKind::Catalog, r.id.0),
                    Self::Party(_) | Self::Series(_) => return None,
                };
                Some(Subject { kind, id })
            }

            /// The counter of its events.
            fn counter(&mut self) -> Option<&mut i64> {
                match self {
                    $(Self::$Of(r) => Some(&mut r.sequence),)*
                    Self::Catalog(r) => Some(&mut r.sequence),
                    Self::Party(_) | Self::Series(_) => None,
                }
            }
        }

        records!($($Of,)* Party, Series, Catalog);
    };
}

macro_rules! records {
    ($($kind:ident),*) => {$(
        impl From<$kind> for Record {
            fn from(record: $kind) -> Self {
                Self::$kind(record)
            }
        }
    )*};
}
crate::subjects!(world);

/// A message of an outcome with its place in the history of its subject; a command has none.
#[derive(Clone, Debug, PartialEq)]
pub struct Sequenced {
    pub said: Said,
    pub sequence: Option<i64>,
    /// It begins a pipeline of its own.
    pub begins: bool,
}

impl World {
    fn look<'w, K: Ord + Clone + std::fmt::Debug, T: Clone>(
        &self,
        table: &'w Table<K, T>,
        key: &K,
    ) -> Option<&'w T> {
        match table.rows.get(key) {
            Some(row) => row.now(),
            None if self.discovering => None,
            None => panic!("a decision asked for {key:?}, which its `needs` did not name"),
        }
    }

    /// The record of that id, if there is one.
    #[must_use]
    pub fn find<I: SubjectId>(&self, id: I) -> Option<&I::Of> {
        self.look(I::table(self), &id)
    }

    /// The record of that id.
    ///
    /// # Errors
    /// Where there is none: the refusal that says so, and asks to send the message again later.
    pub fn known<I: SubjectId>(&self, id: I) -> Result<&I::Of, Refusal> {
        self.find(id).ok_or_else(|| Refusal::unknown(I::KIND, id))
    }

    #[must_use]
    pub fn party(&self, key: &PartyKey) -> Option<&Party> {
        self.look(&self.parties, key)
    }

    #[must_use]
    pub fn series(&self, key: &SeriesKey) -> Option<&Series> {
        self.look(&self.series, key)
    }

    /// The catalog, where `needs` asked to change it.
    #[must_use]
    pub fn catalog(&self) -> Option<&Catalog> {
        self.look(&self.catalog, &())
    }

    /// The bytes of a stored raw input.
    #[must_use]
    pub fn raw(&self, id: InputId) -> Option<&[u8]> {
        self.raw.get(&id).map(AsRef::as_ref)
    }

    /// The record that a key finds, if there is one; the newest of several.
    #[must_use]
    pub fn by<L: Link>(&self, key: L) -> Option<&<L::Id as SubjectId>::Of> {
        self.find(self.id_by(key)?)
    }

    /// The id of the record that a key finds; it need not be loaded.
    #[must_use]
    pub fn id_by<L: Link>(&self, key: L) -> Option<L::Id> {
        self.looked_up(&key).0.first().copied()
    }

    /// All records that a key finds, the newest first.
    ///
    /// # Errors
    /// A refusal where there are more than [`Link::LIMIT`]: they are not all loaded.
    pub fn all<L: Link>(&self, key: L) -> Result<Vec<&<L::Id as SubjectId>::Of>, Refusal> {
        let (found, whole) = self.newest(key.clone());
        if whole {
            return Ok(found);
        }
        let (kind, limit) = (L::Id::KIND, L::LIMIT);
        let message = format!(
            "More than {limit} records of the kind `{kind}` are found by {key:?}, too many to decide on \
             at once. Close those that are done, then send the command again."
        );
        Err(Refusal::no(
            kind,
            format!("{key:?}"),
            "subject.too_many",
            format!("> {limit}"),
            message,
        ))
    }

    /// The newest [`Link::LIMIT`] records that a key finds, the newest first, and whether these are all.
    #[must_use]
    pub fn newest<L: Link>(&self, key: L) -> (Vec<&<L::Id as SubjectId>::Of>, bool) {
        let (ids, more) = self.looked_up(&key);
        (ids.into_iter().filter_map(|id| self.find(id)).collect(), !more)
    }

    fn looked_up<L: Link>(&self, key: &L) -> (Vec<L::Id>, bool) {
        match L::found(self).ids(key) {
            Some(found) => found,
            None if self.discovering => (Vec::new(), false),
            None => panic!("a decision asked for {key:?}, which its `needs` did not name"),
        }
    }

    /// Takes over what an outcome changed, gives each event its sequence, and checks the pair: an
    /// event about a record comes with that record, a changed record comes with its event.
    ///
    /// # Panics
    /// Where an outcome breaks that pair: a bug of the worker, which parks the message.
    pub fn apply(&mut self, outcome: Outcome<Said>) -> Vec<Sequenced> {
        let Outcome { mut records, says, .. } = outcome;
        let said: Vec<_> = says
            .into_iter()
            .map(|saying| {
                let said = saying.message;
                let event = said.ty.kind == MessageKind::Event;
                let sequence = event.then(|| {
                    let counter = records.iter_mut().find_map(|r| r.sequence_mut(said.subject));
                    let counter = counter.unwrap_or_else(|| {
                        panic!("`{}` is said without the record it is about", said.ty.name)
                    });
                    *counter += 1;
                    *counter
                });
                Sequenced { said, sequence, begins: saying.begins }
            })
            .collect();
        for mut record in records {
            assert!(
                self.spoken_of(&mut record),
                "a record changed in silence: {record:?} has no event of its own"
            );
            self.put(record);
        }
        said
    }

    /// Puts a record as it is, without an event; for stories.
    pub fn place(&mut self, record: Record) {
        self.put(record);
    }

    /// Did the record's counter (or that of one of its quotes) move? Parties, series and the
    /// verdicts that show in the lead's own event have none.
    fn spoken_of(&self, record: &mut Record) -> bool {
        let known = record.subject().and_then(|subject| self.sequence_of(subject)).unwrap_or(0);
        match record {
            Record::Party(_) | Record::Series(_) | Record::Input(_) => true,
            Record::Catalog(r) => r.sequence > self.catalog().map_or(0, |known| known.sequence),
            Record::Opportunity(r) => {
                sequences(r) > self.opportunities.get(&r.id).map_or(0, sequences)
            }
            other => other.counter().is_none_or(|now| *now > known),
        }
    }
}

/// All counters of an opportunity and its quotes together.
fn sequences(opportunity: &Opportunity) -> i64 {
    opportunity.sequence + opportunity.quotes.iter().map(|quote| quote.sequence).sum::<i64>()
}

impl Record {
    /// The counter of the subject, where this record holds it.
    fn sequence_mut(&mut self, subject: Subject) -> Option<&mut i64> {
        if subject.kind == SubjectKind::Quote {
            let Self::Opportunity(opportunity) = self else { return None };
            let quote = opportunity.quotes.iter_mut().find(|quote| quote.id.0 == subject.id)?;
            return Some(&mut quote.sequence);
        }
        if self.subject() == Some(subject) { self.counter() } else { None }
    }
}
