//! One record with its parts, its links by name, its history, and what a person can do next.
//!
//! Tables are named without a schema, so that the same view reads a copy of them that `search_path` names.

use domain::enquiry::Enquiry;
use domain::message::SubjectKind;
use serde::Serialize;
use serde_json::{Map, Value};
use sqlx::types::Json;
use sqlx::{AssertSqlSafe, Row};
use uuid::Uuid;

use super::history::{self, Entry};
use super::label::Labelled;
use super::subject::{self, CURRENCY_OF_QUOTE};
use crate::store::{Connection, Result};

mod links;
mod parts;
mod steps;

pub use links::{LINKED_MAX, Link};
pub use steps::Step;

/// A record as it stands.
#[derive(Clone, Debug, Serialize)]
pub struct Detail {
    #[serde(flatten)]
    pub named: Labelled,
    /// Every column of its table.
    pub record: Map<String, Value>,
    /// What a person must look at before anything is offered, of a record with a reading.
    pub doubts: Vec<String>,
    /// What belongs to it, by table, in its order; with what lies in each.
    pub parts: Map<String, Value>,
    /// The records that its columns name.
    pub links: Vec<Link>,
    /// The records that name it, the newest first of each subject, at most [`LINKED_MAX`].
    pub linked: Vec<Labelled>,
    /// There are more of these.
    pub linked_cut: bool,
    /// What happened to it.
    pub history: Vec<Entry>,
    /// It is longer; these are the first entries.
    pub history_cut: bool,
    /// What its life cycle lets a person ask for.
    pub next: Vec<Step>,
}

/// The record with this id or number; of a quote the last revision.
pub async fn find(conn: &mut Connection, kind: SubjectKind, key: &str) -> Result<Option<Uuid>> {
    let table = subject::table(kind).name;
    if let Ok(id) = key.parse::<Uuid>() {
        let query = format!("SELECT id FROM {table} WHERE id = $1");
        return Ok(sqlx::query_scalar(AssertSqlSafe(query)).bind(id).fetch_optional(conn).await?);
    }
    if !subject::numbered(kind) {
        return Ok(None);
    }
    let query = format!("SELECT id FROM {table} WHERE number = $1 ORDER BY id DESC LIMIT 1");
    Ok(sqlx::query_scalar(AssertSqlSafe(query)).bind(key).fetch_optional(conn).await?)
}

/// Reads a record; `None` where there is none with this id.
pub async fn read(conn: &mut Connection, kind: SubjectKind, id: Uuid) -> Result<Option<Detail>> {
    let Some((named, mut record)) = record(conn, kind, id).await? else { return Ok(None) };
    let currency = record.get("currency").and_then(Value::as_str).unwrap_or_default().to_owned();
    subject::with_decimals(subject::table(kind), &mut record, &currency);
    let doubts = doubts(&record);
    let parts = parts::read(conn, kind, id, &currency).await?;
    let links = links::out(conn, kind, &record).await?;
    let (linked, linked_cut) = links::back(conn, kind, id).await?;
    let (history, history_cut) = history::of_record(conn, id).await?;
    let next = steps::of(&named);
    Ok(Some(Detail {
        named,
        record,
        doubts,
        parts,
        links,
        linked,
        linked_cut,
        history,
        history_cut,
        next,
    }))
}

fn doubts(record: &Map<String, Value>) -> Vec<String> {
    let enquiry = record.get("enquiry").filter(|enquiry| enquiry.is_object()).cloned();
    let enquiry = enquiry.and_then(|enquiry| serde_json::from_value::<Enquiry>(enquiry).ok());
    let Some(Enquiry { doubts, certainty, .. }) = enquiry else { return Vec::new() };
    doubts.into_iter().chain(certainty.doubts()).collect()
}

async fn record(
    conn: &mut Connection,
    kind: SubjectKind,
    id: Uuid,
) -> Result<Option<(Labelled, Map<String, Value>)>> {
    let table = subject::table(kind);
    let mut columns = subject::columns(table, true);
    if kind == SubjectKind::Quote {
        let (name, value) = CURRENCY_OF_QUOTE;
        columns.push_str(&format!(", {value} AS {name}"));
    }
    let (label, state) = (subject::label(kind), subject::state(kind));
    let query = format!(
        "SELECT (SELECT to_json(r) FROM (SELECT {columns}) AS r), {label}, t.{state}
         FROM {} AS t WHERE t.id = $1",
        table.name
    );
    let row = sqlx::query(AssertSqlSafe(query)).bind(id).fetch_optional(conn).await?;
    let Some(row) = row else { return Ok(None) };
    let Json(record): Json<Map<String, Value>> = row.try_get(0)?;
    let named = Labelled { subject: kind, id, label: row.try_get(1)?, state: row.try_get(2)? };
    Ok(Some((named, record)))
}
