//! Lists of records with filters, newest first, page by page.
//!
//! A page goes by the place of its last record and not by a count, so it neither repeats nor leaves out
//! anything while records are added. What is asked for is found by the ids, by the number or among the records of one
//! customer; states are in no index, because each step of a record would pay for it. They are looked for among
//! the next [`LOOK_MAX`] records, and the page says where to go on.

use chrono::{DateTime, Utc};
use domain::message::SubjectKind;
use serde_json::Value;
use sqlx::types::Json;
use sqlx::{Postgres, QueryBuilder, Row};
use uuid::Uuid;

use super::subject;
use crate::store::{Connection, Result};

/// Most records on one page.
pub const PAGE_MAX: i64 = 1_000;
/// Most records that are looked through for one page: some tens of megabytes.
pub const LOOK_MAX: i64 = 20_000;
/// Verdicts of inputs that have an index of their own.
const FEW: [&str; 2] = ["held", "split"];

/// The order of a list.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, strum::EnumString, strum::VariantNames)]
#[strum(serialize_all = "snake_case")]
pub enum Sort {
    /// By the time in the ids: what came last is first.
    #[default]
    Newest,
    Oldest,
    /// By the number, of subjects that have one.
    Number,
}

/// Which records are wanted.
#[derive(Clone, Debug)]
pub struct Wanted {
    pub kind: SubjectKind,
    /// In any of these states; empty: in whichever.
    pub states: Vec<String>,
    /// By the time in their ids: when the message came that they began with.
    pub since: Option<DateTime<Utc>>,
    pub until: Option<DateTime<Utc>>,
    pub number: Option<String>,
    /// None but these, as those of one customer.
    pub among: Option<Vec<Uuid>>,
    pub sort: Sort,
    /// The last record of the page before.
    pub after: Option<Uuid>,
    /// At most [`PAGE_MAX`].
    pub limit: i64,
}

impl Wanted {
    /// The newest records of a subject.
    #[must_use]
    pub const fn newest(kind: SubjectKind) -> Self {
        Self {
            kind,
            states: Vec::new(),
            since: None,
            until: None,
            number: None,
            among: None,
            sort: Sort::Newest,
            after: None,
            limit: PAGE_MAX,
        }
    }

    /// Only few records come into question, so that all are looked at.
    const fn few(&self) -> bool {
        self.number.is_some() || self.among.is_some()
    }

    /// The columns that order the list.
    fn keys(&self) -> &'static str {
        match (self.sort, self.kind) {
            (Sort::Number, SubjectKind::Quote) => "t.number, t.revision",
            (Sort::Number, _) if subject::numbered(self.kind) => "t.number",
            _ => "t.id",
        }
    }

    fn order(&self) -> String {
        let way = if self.sort == Sort::Newest { " DESC" } else { "" };
        format!(" ORDER BY {}{way}", self.keys())
    }
}

/// A page of a list.
#[derive(Clone, Debug)]
pub struct Page {
    /// The columns of each record that are no documents, and what [`subject`] tells beside.
    pub rows: Vec<Value>,
    /// Where the next page begins; `None` where this is the last.
    pub next: Option<Uuid>,
}

/// Reads one page.
pub async fn page(conn: &mut Connection, wanted: &Wanted) -> Result<Page> {
    let limit = wanted.limit.clamp(1, PAGE_MAX);
    let found = statement(wanted, limit + 1).build().fetch_all(&mut *conn).await?;
    let mut rows = Vec::with_capacity(found.len());
    for row in found {
        let Json(value): Json<Value> = row.try_get(0)?;
        rows.push(dressed(wanted.kind, value));
    }
    let whole = usize::try_from(limit).unwrap_or(usize::MAX);
    let next = if rows.len() > whole {
        rows.truncate(whole);
        rows.last().and_then(|row| row["id"].as_str()?.parse().ok())
    } else if wanted.few() || !looks(wanted) {
        None
    } else {
        last_looked_at(conn, wanted).await?
    };
    Ok(Page { rows, next })
}

/// Whether records are looked at that are not wanted.
fn looks(wanted: &Wanted) -> bool {
    let span = wanted.since.is_some() || wanted.until.is_some();
    !wanted.states.is_empty() || (wanted.sort == Sort::Number && span)
}

fn statement(wanted: &Wanted, limit: i64) -> QueryBuilder<Postgres> {
    let table = subject::table(wanted.kind);
    let mut columns = subject::columns(table, false);
    for (name, value) in subject::beside(wanted.kind) {
        columns.push_str(&format!(", {value} AS {name}"));
    }
    let mut query =
        QueryBuilder::new(format!("SELECT to_json(r) FROM (SELECT {columns} FROM (SELECT * "));
    near(&mut query, wanted);
    if !wanted.few() {
        query.push(wanted.order()).push(format!(" LIMIT {LOOK_MAX}"));
    }
    query.push(") AS t WHERE true");
    if wanted.few() || wanted.sort == Sort::Number {
        span(&mut query, wanted);
    }
    if wanted.few() {
        after(&mut query, wanted);
    }
    if !wanted.states.is_empty() {
        query.push(format!(" AND t.{} = ANY(", subject::state(wanted.kind)));
        query.push_bind(wanted.states.clone()).push(")");
    }
    query.push(wanted.order()).push(" LIMIT ").push_bind(limit).push(") AS r");
    query
}

/// Where the records are looked for: conditions that an index serves, in the order of the list.
fn near(query: &mut QueryBuilder<Postgres>, wanted: &Wanted) {
    query.push(format!("FROM {} AS t WHERE true", subject::table(wanted.kind).name));
    if let Some(number) = &wanted.number {
        query.push(" AND t.number = ").push_bind(number.clone());
    }
    if let Some(among) = &wanted.among {
        query.push(" AND t.id = ANY(").push_bind(among.clone()).push(")");
    }
    if wanted.few() {
        return;
    }
    after(query, wanted);
    if wanted.sort != Sort::Number {
        span(query, wanted);
    }
    // Said word by word, so that the planner sees that it is the condition of an index.
    let few = FEW.into_iter().find(|few| wanted.states == [*few]);
    if let Some(few) = few.filter(|_| wanted.kind == SubjectKind::Input) {
        query.push(format!(" AND t.verdict = '{few}'"));
    }
}

fn span(query: &mut QueryBuilder<Postgres>, wanted: &Wanted) {
    if let Some(since) = wanted.since {
        query.push(" AND t.id >= id_at(").push_bind(since).push(")");
    }
    if let Some(until) = wanted.until {
        query.push(" AND t.id < id_at(").push_bind(until).push(")");
    }
}

fn after(query: &mut QueryBuilder<Postgres>, wanted: &Wanted) {
    let Some(last) = wanted.after else { return };
    let way = if wanted.sort == Sort::Newest { "<" } else { ">" };
    let keys = wanted.keys();
    if keys == "t.id" {
        query.push(format!(" AND t.id {way} ")).push_bind(last);
    } else {
        let table = subject::table(wanted.kind).name;
        query.push(format!(" AND ({keys}) {way} (SELECT {keys} FROM {table} AS t WHERE t.id = "));
        query.push_bind(last).push(")");
    }
}

/// The last record that was looked at, where there may be more behind it.
async fn last_looked_at(conn: &mut Connection, wanted: &Wanted) -> Result<Option<Uuid>> {
    let mut query = QueryBuilder::new("SELECT t.id ");
    near(&mut query, wanted);
    query.push(wanted.order()).push(format!(" OFFSET {} LIMIT 1", LOOK_MAX - 1));
    Ok(query.build_query_scalar().fetch_optional(conn).await?)
}

fn dressed(kind: SubjectKind, mut row: Value) -> Value {
    if let Some(fields) = row.as_object_mut() {
        let currency =
            fields.get("currency").and_then(Value::as_str).unwrap_or_default().to_owned();
        subject::with_decimals(subject::table(kind), fields, &currency);
    }
    row
}
