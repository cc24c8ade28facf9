//! What workers lock, in which order, and what each of them declares of it.

use crate::links::Links;
use crate::message::SubjectKind;
use crate::needs::Needs;
use crate::world::Record;

/// What a worker does with the records of a root that it locks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Hold {
    /// Locks and reads them.
    Reads,
    /// Makes new ones, and touches no other.
    Makes,
    /// Makes and changes them.
    Writes,
}

/// What a worker locks: its role may do that and no more, and its stories fail where it does.
pub type Locks = &'static [(Root, Hold)];

macro_rules! roots {
    ($($word:ident: $Of:ident by $Id:ident in $table:ident;)*) => {
        /// What is locked at a time: the records of a subject with all their parts, or what guards what is
        /// no subject. Catalog and series come last: all others meet at them.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Root {
            /// The keys by which persons and organisations are recognised.
            Party,
            $($Of,)*
            /// The runs of numbers without gaps.
            Series,
            Catalog,
        }

        impl Root {
            /// The one order of locks.
            pub const ORDER: &[Self] = &[Self::Party, $(Self::$Of,)* Self::Series, Self::Catalog];

            /// The subject whose records are locked by themselves.
            #[must_use]
            pub const fn subject(self) -> Option<SubjectKind> {
                match self {
                    $(Self::$Of => Some(SubjectKind::$Of),)*
                    Self::Catalog => Some(SubjectKind::Catalog),
                    Self::Party | Self::Series => None,
                }
            }
        }

        impl Needs {
            /// What these needs lock or refer to.
            #[must_use]
            pub fn roots(&self) -> Vec<Root> {
                let named = [
                    (Root::Party, !self.parties.is_empty()),
                    $((Root::$Of, !self.$table.is_empty()),)*
                    (Root::Input, !self.raw.is_empty()),
                    (Root::Lead, !self.referred_leads.is_empty()),
                    (Root::Series, !self.series.is_empty()),
                    (Root::Catalog, self.catalog),
                ];
                let named = named.into_iter().filter_map(|(root, is)| is.then_some(root));
                named.chain(Links::roots(&self.links)).collect()
            }
        }

        impl Record {
            /// The root that it belongs to.
            #[must_use]
            pub const fn root(&self) -> Root {
                match self {
                    $(Self::$Of(_) => Root::$Of,)*
                    Self::Party(_) => Root::Party,
                    Self::Series(_) => Root::Series,
                    Self::Catalog(_) => Root::Catalog,
                }
            }
        }
    };
}
crate::subjects!(roots);
