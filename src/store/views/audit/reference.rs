//! References between subjects, which are no foreign keys (see the migration of parties): here is the check.

use super::invariant::{Invariant, among};
use crate::store::declared::{self, Declared};
use crate::store::{Connection, Result};

pub(super) async fn known(conn: &mut Connection) -> Result<Invariant> {
    let asked = ("reference.known", "Does every record that another one refers to exist?");
    // Records that lie within others (quotes) are reached by foreign keys.
    let subjects: Vec<_> =
        declared::subjects().filter_map(|own| Some((own.kind, own.tables.first()?))).collect();
    let roots = subjects.iter().filter(|(_, table)| table.owner.is_none());
    let roots: Vec<_> = roots.collect();
    let ids: Vec<_> =
        roots.iter().map(|(_, table)| format!("SELECT id FROM {}", table.name)).collect();
    let count = format!("SELECT count(*) FROM ({}) AS record", ids.join(" UNION ALL "));
    let mut refers: Vec<_> =
        roots.iter().flat_map(|(kind, table)| of_table(kind.name(), table)).collect();
    refers.extend(["lead", "account", "contact"].map(|named| {
        format!("SELECT 'party key', kind || ' ' || value, '{named}', {named} FROM party_key")
    }));
    let known = subjects.iter();
    let known: Vec<_> =
        known.map(|(kind, table)| format!("SELECT '{kind}', id FROM {}", table.name)).collect();
    let query = format!(
        "SELECT r.id, format('The %s refers to the %s %s, which does not exist.', r.kind, r.named,
                             r.target), false
         FROM ({}) AS r (kind, id, named, target)
         LEFT JOIN ({}) AS known (kind, id) ON known.id = r.target AND known.kind = r.named
         WHERE r.target IS NOT NULL AND known.id IS NULL",
        refers.join(" UNION ALL "),
        known.join(" UNION ALL ")
    );
    let (checked, rows) = among(conn, count, query).await?;
    Ok(Invariant::found(asked, checked, rows))
}

/// What a table refers to, one query for each column.
fn of_table(kind: &str, table: &Declared) -> Vec<String> {
    let columns = table.columns.iter().filter_map(|column| Some((column.name, column.refers?)));
    let query = |(column, target): (&str, &str)| {
        let named = declared::kind_of(target)?;
        Some(format!("SELECT '{kind}', id::text, '{named}', {column} FROM {}", table.name))
    };
    columns.filter_map(query).collect()
}
