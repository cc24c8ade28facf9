//! Tables as `table!` and `part!` declare them: what rights, audits, tests and measurements go by.

use domain::message::SubjectKind;

use super::{
    account, bulk, consent, contact, duplicate, erasure, input, invoice, lead, opportunity, order,
    proposal, transfer,
};

mod table;

pub use table::{Changes, Column, Declared, Tables};

macro_rules! roots {
    ($($word:ident: $Of:ident by $Id:ident in $table:ident;)*) => {
        /// What is locked at a time: a subject, then those that lie in its records.
        const ROOTS: [&[Tables]; [$(stringify!($word)),*].len()] = [$($word::TABLES),*];
    };
}
domain::subjects!(roots);

/// The tables of each subject, in the order in which they are locked.
pub fn subjects() -> impl Iterator<Item = Tables> {
    ROOTS.into_iter().flatten().copied()
}

/// The subjects that lie in the records of this one and are locked with them: quotes in their opportunity.
pub fn guarded(kind: SubjectKind) -> impl Iterator<Item = Tables> {
    let root = ROOTS.into_iter().find(|root| root.first().is_some_and(|own| own.kind == kind));
    root.into_iter().flatten().skip(1).copied()
}

/// The table with the records of a subject; the catalog is stored by hand.
#[must_use]
pub fn of(kind: SubjectKind) -> Option<&'static Declared> {
    tables(kind).first()
}

/// The tables of a subject, its records first.
#[must_use]
pub fn tables(kind: SubjectKind) -> &'static [Declared] {
    subjects().find(|own| own.kind == kind).map_or(&[], |own| own.tables)
}

/// The subject whose records stand in that table.
#[must_use]
pub fn kind_of(table: &str) -> Option<SubjectKind> {
    subjects().find(|own| own.tables.first().is_some_and(|it| it.name == table)).map(|own| own.kind)
}

/// Every declared table.
pub fn all() -> impl Iterator<Item = &'static Declared> {
    subjects().flat_map(|own| own.tables)
}
