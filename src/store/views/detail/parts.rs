//! What belongs to a record: lines, payments, shipments with their lines.

use domain::message::SubjectKind;
use serde_json::{Map, Value};
use sqlx::types::Json;
use sqlx::{AssertSqlSafe, Row};
use uuid::Uuid;

use crate::store::declared::{self, Declared};
use crate::store::views::subject;
use crate::store::{Connection, Result};

/// The rows of a table, each with the record or part that owns it.
type Rows = Vec<(Uuid, Map<String, Value>)>;

/// Reads the parts of a record by their tables, a statement for each. What belongs to a part lies in it, under the
/// name of its own table.
pub(super) async fn read(
    conn: &mut Connection,
    kind: SubjectKind,
    id: Uuid,
    currency: &str,
) -> Result<Map<String, Value>> {
    let Some((root, tables)) = declared::tables(kind).split_first() else { return Ok(Map::new()) };
    let mut read: Vec<(&Declared, &str, Rows)> = Vec::new();
    for table in tables {
        let Some(owner) = table.owner else { continue };
        let owners = match read.iter().find(|(it, ..)| it.name == owner) {
            Some((.., rows)) => {
                rows.iter().map(|(_, row)| subject::id_in(row, "id")).collect::<Result<_>>()?
            }
            None => vec![id],
        };
        read.push((table, owner, rows(conn, table, owner, &owners, currency).await?));
    }
    // The last first, so that each is whole before it is laid into another.
    let mut parts = Map::new();
    while let Some((table, owner, rows)) = read.pop() {
        if owner == root.name {
            let rows = rows.into_iter().map(|(_, row)| Value::Object(row));
            parts.insert(table.name.to_owned(), rows.collect());
            continue;
        }
        let Some((.., owners)) = read.iter_mut().find(|(it, ..)| it.name == owner) else {
            continue;
        };
        for (_, part) in owners.iter_mut() {
            let id = subject::id_in(part, "id")?;
            let own = rows.iter().filter(|(owner, _)| *owner == id);
            let own = own.map(|(_, row)| Value::Object(row.clone()));
            part.insert(table.name.to_owned(), own.collect());
        }
    }
    Ok(parts)
}

async fn rows(
    conn: &mut Connection,
    table: &Declared,
    owner: &str,
    owners: &[Uuid],
    currency: &str,
) -> Result<Rows> {
    let query = format!(
        "SELECT t.{owner}, (SELECT to_json(r) FROM (SELECT {}) AS r) FROM {} AS t
         WHERE t.{owner} = ANY($1) ORDER BY t.{owner}, t.position",
        subject::columns(table, true),
        table.name
    );
    let found = sqlx::query(AssertSqlSafe(query)).bind(owners).fetch_all(conn).await?;
    let mut rows = Rows::with_capacity(found.len());
    for row in found {
        let Json(mut part): Json<Map<String, Value>> = row.try_get(1)?;
        subject::with_decimals(table, &mut part, currency);
        rows.push((row.try_get(0)?, part));
    }
    Ok(rows)
}
