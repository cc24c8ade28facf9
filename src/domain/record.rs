//! The records, as decisions change them.

use crate::bulk::Bulk;
use crate::catalog::Catalog;
use crate::consent::Consent;
use crate::customer::{Account, Contact};
use crate::duplicate::Duplicate;
use crate::erasure::Erasure;
use crate::input::Input;
use crate::invoice::{Invoice, Series};
use crate::lead::Lead;
use crate::locks::Root;
use crate::message::{MessageKind, Said, Subject, SubjectKind};
use crate::opportunity::Opportunity;
use crate::order::Order;
use crate::party::Party;
use crate::proposal::Proposal;
use crate::transfer::Transfer;

macro_rules! record {
    ($($word:ident: $Of:ident by $Id:ident in $table:ident;)*) => {
        /// A changed or new record.
        #[derive(Clone, Debug, PartialEq)]
        pub enum Record {
            $($Of($Of),)*
            Party(Party),
            Series(Series),
            Catalog(Catalog),
        }

        impl Record {
            /// The subject that this record is.
            #[must_use]
            pub fn subject(&self) -> Option<Subject> {
                let (kind, id) = match self {
                    $(Self::$Of(r) => (SubjectKind::$Of, r.id.0),)*
                    Self::Catalog(r) => (SubjectKind::Catalog, r.id.0),
                    Self::Party(_) | Self::Series(_) => return None,
                };
                Some(Subject { kind, id })
            }

            /// Is it the same record, as it is at another time?
            #[must_use]
            pub fn is_same(&self, other: &Self) -> bool {
                match (self, other) {
                    $((Self::$Of(a), Self::$Of(b)) => a.id == b.id,)*
                    (Self::Party(a), Self::Party(b)) => a.key == b.key,
                    (Self::Series(a), Self::Series(b)) => a.key == b.key,
                    (Self::Catalog(_), Self::Catalog(_)) => true,
                    _ => false,
                }
            }

            /// What is locked with it.
            #[must_use]
            pub const fn root(&self) -> Root {
                match self {
                    $(Self::$Of(_) => Root::$Of,)*
                    Self::Party(_) => Root::Party,
                    Self::Series(_) => Root::Series,
                    Self::Catalog(_) => Root::Catalog,
                }
            }

            /// The counter of its events.
            pub(crate) fn counter(&mut self) -> Option<&mut i64> {
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
crate::subjects!(record);

impl Record {
    /// The counter of the subject, where this record holds it.
    pub(crate) fn sequence_mut(&mut self, subject: Subject) -> Option<&mut i64> {
        if subject.kind == SubjectKind::Quote {
            let Self::Opportunity(opportunity) = self else { return None };
            let quote = opportunity.quotes.iter_mut().find(|quote| quote.id.0 == subject.id)?;
            return Some(&mut quote.sequence);
        }
        if self.subject() == Some(subject) { self.counter() } else { None }
    }
}

/// Counts the events about each record, and gives each its place in the history of its subject.
///
/// # Panics
/// Where an event is said without the record that it is about.
pub(crate) fn sequenced(records: &mut [Record], says: &[Said]) -> Vec<Option<i64>> {
    let mut count = |said: &Said| {
        let counter = records.iter_mut().find_map(|record| record.sequence_mut(said.subject));
        let counter = counter
            .unwrap_or_else(|| panic!("`{}` is said without the record it is about", said.ty.name));
        *counter += 1;
        *counter
    };
    let says = says.iter();
    says.map(|said| (said.ty.kind == MessageKind::Event).then(|| count(said))).collect()
}
