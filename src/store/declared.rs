//! Tables as `table!` and `part!` declare them: what rights, audits, tests and measurements go by.

use domain::message::SubjectKind;

use super::{account, contact, input, invoice, lead, opportunity, order, payment, quote, shipment};

/// The tables of each subject, its records first, in the order in which they are locked.
pub const SUBJECTS: [(SubjectKind, &[Declared]); 8] = [
    (SubjectKind::Input, &[input::TABLE]),
    (SubjectKind::Account, &[account::TABLE]),
    (SubjectKind::Contact, &[contact::TABLE]),
    (SubjectKind::Lead, &[lead::TABLE]),
    (SubjectKind::Opportunity, &[opportunity::TABLE, opportunity::lines::TABLE]),
    (SubjectKind::Quote, &[quote::TABLE, quote::lines::TABLE]),
    (
        SubjectKind::Order,
        &[order::TABLE, order::lines::TABLE, shipment::TABLE, shipment::lines::TABLE],
    ),
    (SubjectKind::Invoice, &[invoice::TABLE, invoice::lines::TABLE, payment::TABLE]),
];

/// A table of records, or of what belongs to them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Declared {
    /// As PostgreSQL knows it.
    pub name: &'static str,
    /// The column that names the record which owns the row, under whose lock it is written.
    pub owner: Option<&'static str>,
    /// Whether its rows count their changes, so that each change has its event.
    pub versioned: bool,
    /// Whether rows are deleted again.
    pub shrinks: bool,
    /// Those of the record, in the order of the declaration. In lists there are also the owner and `position`.
    pub columns: &'static [Column],
}

/// One column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Column {
    /// As PostgreSQL knows it.
    pub name: &'static str,
    /// Its type in PostgreSQL.
    pub ty: &'static str,
    pub changes: Changes,
    /// The table of the record that its value names.
    pub refers: Option<&'static str>,
}

/// What becomes of a column after its row was inserted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Changes {
    Never,
    /// By a statement of its own, where it differs.
    Apart,
    /// With every change of the row.
    Always,
}

/// The table with the records of a subject; the catalog is stored by hand.
#[must_use]
pub fn of(kind: SubjectKind) -> Option<&'static Declared> {
    tables(kind).first()
}

/// The tables of a subject, its records first.
#[must_use]
pub fn tables(kind: SubjectKind) -> &'static [Declared] {
    SUBJECTS.iter().find(|(of, _)| *of == kind).map_or(&[], |(_, tables)| tables)
}

/// The subject whose records stand in that table.
#[must_use]
pub fn kind_of(table: &str) -> Option<SubjectKind> {
    let found =
        SUBJECTS.iter().find(|(_, tables)| tables.first().is_some_and(|it| it.name == table));
    found.map(|(kind, _)| *kind)
}

/// Every declared table.
pub fn all() -> impl Iterator<Item = &'static Declared> {
    SUBJECTS.iter().flat_map(|(_, tables)| *tables)
}

impl Declared {
    /// Whether there is a column of that name.
    #[must_use]
    pub fn has(&self, column: &str) -> bool {
        self.columns.iter().any(|it| it.name == column)
    }

    /// What the statement sets that every change of a row needs.
    #[must_use]
    pub fn set(&self) -> Vec<&'static str> {
        let set = self.columns.iter().filter(|column| column.changes == Changes::Always);
        set.map(|column| column.name).collect()
    }

    /// What a role needs that makes and changes its rows.
    #[must_use]
    pub fn rights(&self) -> String {
        let changing = self.columns.iter().filter(|column| column.changes != Changes::Never);
        let mut changing: Vec<_> = changing.map(|column| column.name).collect();
        if self.versioned {
            changing.push("modified_at");
        }
        let delete = if self.shrinks { ", DELETE" } else { "" };
        if changing.is_empty() {
            return format!("SELECT, INSERT{delete}");
        }
        format!("SELECT, INSERT{delete}, UPDATE ({})", changing.join(", "))
    }
}
