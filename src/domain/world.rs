//! The World: all records that one batch decides with, loaded and locked before the first decision.

use std::collections::BTreeMap;

use bytes::Bytes;
use chrono::{DateTime, Utc};
use uuid::Uuid;

use crate::bulk::Bulk;
use crate::catalog::Catalog;
use crate::consent::Consent;
use crate::customer::{Account, Contact};
use crate::duplicate::Duplicate;
use crate::erasure::{Erasure, Swept};
use crate::found::Found;
use crate::ids::{
    AccountId, BulkId, ConsentId, ContactId, DuplicateId, ErasureId, Id, InputId, InvoiceId,
    LeadId, OpportunityId, OrderId, ProposalId, TransferId,
};
use crate::input::Input;
use crate::invoice::{Invoice, Series, SeriesKey};
use crate::keys::{
    ConsentOf, InvoiceNumbered, InvoicesOfOrder, LeadBefore, LeadOfOrder, LeadsSelected,
    OpportunitiesBeside, OpportunityOfQuote, OrderOfQuote, ProposalsAbout, TransfersReferenced,
};
use crate::lead::Lead;
use crate::likeness::Likes;
use crate::locks::Root;
use crate::logged::Log;
use crate::message::{Said, Subject, SubjectKind};
use crate::needs::{Keys, Needs};
use crate::opportunity::Opportunity;
use crate::order::Order;
use crate::outcome::Outcome;
use crate::party::{Party, PartyKey};
use crate::proposal::Proposal;
use crate::pseudonym::PseudonymKey;
use crate::record::{Record, sequenced};
use crate::refusal::Refusal;
use crate::table::Table;
use crate::transfer::Transfer;

/// The id of a subject, by which its record is locked and found. Implemented by the list.
pub trait SubjectId: Id + std::fmt::Debug + 'static {
    /// The record.
    type Of: Clone + 'static;
    /// Its kind in messages and tables.
    const KIND: SubjectKind;
    /// What is locked with its record.
    const ROOT: Root;

    /// All records of this kind that a batch knows.
    fn table(world: &World) -> &Table<Self, Self::Of>;
}

/// A key by which records of one kind are found, loaded and locked: a natural key finds one, what hangs on
/// another record may be many.
/// A worker that makes a record which hangs on another one holds the lock of that other one, and a worker that
/// needs the set locks it too. So the set that was found is still the set when it is decided on.
pub trait Link: Clone + Ord + std::fmt::Debug + Send + Sync + 'static {
    /// What is found.
    type Id: SubjectId;
    /// The most records that one key finds. Where there are more, the newest are loaded, and
    /// [`World::all`] refuses to take them for all.
    const LIMIT: usize = 1;
    /// Whether what is found is also loaded and locked. Where not, only ids are known.
    const LOADS: bool = true;

    /// The links that such a record makes, as it now is: to itself, where what is found is loaded.
    fn made_by(record: &Record, world: &World) -> Vec<(Self, Self::Id)>;

    /// What it finds in a world with all records, where those cannot name the keys that find them: a range has too
    /// many. For stories.
    fn found_in(&self, _whole: &World) -> Option<Vec<Self::Id>> {
        None
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
            /// What was said of some records.
            pub logs: BTreeMap<Uuid, Log>,
            pub series: Table<SeriesKey, Series>,
            /// What the steps of erasing found that `needs` named.
            pub swept: BTreeMap<ErasureId, Swept>,
            pub links: Links,
            pub likes: Likes,
            pub catalog: Table<(), Catalog>,
            /// How addresses are known again whose persons are gone.
            pub pseudonyms: Option<PseudonymKey>,
            /// The database's time at the start of the transaction, as in [`Ctx`](crate::decide::Ctx): some needs hang
            /// on the date, as the series of a year.
            pub now: DateTime<Utc>,
            /// Set while `needs` is still asked: what is not loaded yet then looks like what does not exist.
            pub discovering: bool,
        }

        $(
            impl SubjectId for $Id {
                type Of = $Of;
                const KIND: SubjectKind = SubjectKind::$Of;
                const ROOT: Root = Root::$Of;

                fn table(world: &World) -> &Table<Self, $Of> {
                    &world.$table
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

            /// A world with these records alone, as they are known here.
            pub(crate) fn excerpt(&self, records: &[Record]) -> Self {
                let mut excerpt = Self { now: self.now, discovering: true, ..Self::default() };
                for record in records {
                    match record {
                        $(Record::$Of(r) => {
                            excerpt.$table.load(r.id, self.$table.get(&r.id).cloned());
                        })*
                        Record::Party(r) => {
                            excerpt.parties.load(r.key.clone(), self.parties.get(&r.key).cloned());
                        }
                        Record::Series(r) => {
                            excerpt.series.load(r.key.clone(), self.series.get(&r.key).cloned());
                        }
                        Record::Catalog(_) => {
                            excerpt.catalog.load((), self.catalog.get(&()).cloned());
                        }
                    }
                }
                excerpt
            }

            /// The records that were put, as they are now.
            pub(crate) fn changed(&self) -> Vec<Record> {
                let mut changed = Vec::new();
                $(changed.extend(self.$table.changed().map(|(_, now)| now.clone().into()));)*
                changed.extend(self.parties.changed().map(|(_, now)| now.clone().into()));
                changed.extend(self.series.changed().map(|(_, now)| now.clone().into()));
                changed.extend(self.catalog.changed().map(|(_, now)| now.clone().into()));
                changed
            }

            fn put(&mut self, record: Record) {
                self.note_links(&record);
                self.likes.note(&record, self.discovering);
                match record {
                    $(Record::$Of(r) => self.$table.put(r.id, r),)*
                    Record::Party(r) => self.parties.put(r.key.clone(), r),
                    Record::Series(r) => self.series.put(r.key.clone(), r),
                    Record::Catalog(r) => self.catalog.put((), r),
                }
            }
        }
    };
}
crate::subjects!(world);

macro_rules! found {
    ($($word:ident: $Link:ident($Key:ident) finds $Id:ident;)*) => {
        /// What the keys of a batch find.
        #[derive(Clone, Debug, Default)]
        pub struct Links {
            $(pub $word: Found<$Link, $Id>,)*
        }

        $(
            impl AsRef<Found<$Link, $Id>> for Links {
                fn as_ref(&self) -> &Found<$Link, $Id> {
                    &self.$word
                }
            }
        )*

        impl Links {
            /// Names what the keys that are asked for find.
            pub fn resolve(&self, needs: &mut Needs) {
                $(if <$Link as Link>::LOADS {
                    let found = |key| Some(self.$word.newest(key, <$Link as Link>::LIMIT)?.0);
                    let ids: Vec<_> = needs.links.$word.iter().filter_map(found).flatten().collect();
                    ids.into_iter().for_each(|id| needs.lock(id));
                })*
            }

            /// Is everything known that is asked for?
            #[must_use]
            pub fn know(&self, asked: &Keys) -> bool {
                true $(&& asked.$word.iter().all(|key| self.$word.knows(key)))*
            }

            /// Shows of a whole world what is asked for.
            pub(crate) fn show(&mut self, whole: &World, asked: &Keys) {
                $(for key in &asked.$word {
                    let ids = key.found_in(whole);
                    let noted = || whole.links.$word.newest(key, usize::MAX);
                    let ids = ids.or_else(|| Some(noted()?.0)).unwrap_or_default();
                    let found = ids.into_iter().map(|id| (key.clone(), id)).collect();
                    self.$word.fill([key.clone()], found, <$Link as Link>::LIMIT);
                })*
            }
        }

        impl World {
            /// Notes by which keys a record is found from now on.
            fn note_links(&mut self, record: &Record) {
                let (subject, whole) = (record.subject(), self.discovering);
                $(
                    let made = <$Link as Link>::made_by(record, self);
                    let own = subject.filter(|it| {
                        <$Link as Link>::LOADS && it.kind == <$Id as SubjectId>::KIND
                    });
                    self.links.$word.note(own.map(|it| it.id.into()), made, whole);
                )*
            }
        }
    };
}
crate::links!(found);

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
        match table.row(key) {
            Some(now) => now,
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

    /// The record that a key finds, if there is one; the newest of several.
    #[must_use]
    pub fn by<L: Link>(&self, key: L) -> Option<&<L::Id as SubjectId>::Of>
    where
        Links: AsRef<Found<L, L::Id>>,
    {
        self.find(self.id_by(key)?)
    }

    /// The id of the record that a key finds; it need not be loaded.
    #[must_use]
    pub fn id_by<L: Link>(&self, key: L) -> Option<L::Id>
    where
        Links: AsRef<Found<L, L::Id>>,
    {
        self.ids_by(&key).0.first().copied()
    }

    /// All records that a key finds, the newest first.
    ///
    /// # Errors
    /// A refusal where there are more than [`Link::LIMIT`]: they are not all loaded.
    pub fn all<L: Link>(&self, key: L) -> Result<Vec<&<L::Id as SubjectId>::Of>, Refusal>
    where
        Links: AsRef<Found<L, L::Id>>,
    {
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
    pub fn newest<L: Link>(&self, key: L) -> (Vec<&<L::Id as SubjectId>::Of>, bool)
    where
        Links: AsRef<Found<L, L::Id>>,
    {
        let (ids, more) = self.ids_by(&key);
        (ids.into_iter().filter_map(|id| self.find(id)).collect(), !more)
    }

    /// The ids of the newest [`Link::LIMIT`] records that a key finds, the newest first, and whether there are more; they
    /// need not be loaded.
    #[must_use]
    pub fn ids_by<L: Link>(&self, key: &L) -> (Vec<L::Id>, bool)
    where
        Links: AsRef<Found<L, L::Id>>,
    {
        match self.links.as_ref().newest(key, L::LIMIT) {
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
        let (begins, says): (Vec<_>, Vec<_>) =
            says.into_iter().map(|saying| (saying.begins, saying.message)).unzip();
        let sequences = sequenced(&mut records, &says);
        let said = says.into_iter().zip(sequences).zip(begins);
        let said = said.map(|((said, sequence), begins)| Sequenced { said, sequence, begins });
        let said: Vec<_> = said.collect();
        self.note_said(&said);
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
            // That it was found is told by an event about its lead.
            Record::Duplicate(r) if self.duplicates.get(&r.id).is_none() => true,
            Record::Catalog(r) => r.sequence > self.catalog().map_or(0, |known| known.sequence),
            Record::Opportunity(r) => {
                r.sequences() > self.opportunities.get(&r.id).map_or(0, Opportunity::sequences)
            }
            other => other.counter().is_none_or(|now| *now > known),
        }
    }
}
