//! One table as it is declared.

use domain::message::SubjectKind;

/// The tables of one subject. Its store file says them, as `TABLES`, with those of the subjects that lie in
/// its records and are locked with them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tables {
    pub kind: SubjectKind,
    /// Its records first, then their parts.
    pub tables: &'static [Declared],
}

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
