//! What people call records, for links and timelines: ids alone say nothing to anybody.

use std::collections::BTreeMap;

use domain::message::SubjectKind;
use serde::Serialize;
use sqlx::postgres::PgRow;
use sqlx::{AssertSqlSafe, Row};
use uuid::Uuid;

use super::subject;
use crate::store::{Connection, Result};

/// Ids of records, by their subject.
pub type Ids = BTreeMap<SubjectKind, Vec<Uuid>>;

/// A record by its name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Labelled {
    pub subject: SubjectKind,
    pub id: Uuid,
    /// Its number, else whom it is about; `None` where nothing is known of that.
    pub label: Option<String>,
    /// How it stands now.
    pub state: String,
}

/// Names these records, those of one subject after the other; who does not exist is left out.
pub async fn of(conn: &mut Connection, ids: &Ids) -> Result<Vec<Labelled>> {
    let mut all = Vec::new();
    for (kind, ids) in ids.iter().filter(|(_, ids)| !ids.is_empty()) {
        let query = select(*kind, "t.id = ANY($1)");
        let rows = sqlx::query(AssertSqlSafe(query)).bind(ids).fetch_all(&mut *conn).await?;
        for row in &rows {
            all.push(labelled(*kind, row)?);
        }
    }
    Ok(all)
}

/// The statement that names the records of a subject for which a condition on the table `t` holds.
pub(super) fn select(kind: SubjectKind, condition: &str) -> String {
    let (state, label) = (subject::state(kind), subject::label(kind));
    let table = subject::table(kind).name;
    format!("SELECT t.id, {label} AS label, t.{state} AS state FROM {table} AS t WHERE {condition}")
}

/// A row of such a statement.
pub(super) fn labelled(subject: SubjectKind, row: &PgRow) -> Result<Labelled> {
    let (id, label, state) = (row.try_get("id")?, row.try_get("label")?, row.try_get("state")?);
    Ok(Labelled { subject, id, label, state })
}
