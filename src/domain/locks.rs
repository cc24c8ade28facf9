//! What workers lock, in which order, and what each of them declares of it.

use crate::message::SubjectKind;

/// What a worker does with the records of a root that it locks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Hold {
    /// Reads which they are, without a lock: a link leads over them.
    Looks,
    /// Locks and reads them.
    Reads,
    /// Locks and reads them, makes new ones, and changes none.
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
    };
}
crate::subjects!(roots);
