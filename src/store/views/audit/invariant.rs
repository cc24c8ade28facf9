//! An invariant: what is asked of the tables, and what was found.

use serde::Serialize;
use sqlx::AssertSqlSafe;

use crate::store::{Connection, Result};

/// Most records that are named for one invariant; the counts are whole.
pub const NAMED_MAX: usize = 20;

/// What the tables alone do not say.
#[derive(Clone, Debug, Default)]
pub struct Look {
    /// Which worker hears which type, pair by pair.
    pub heard: Vec<(String, String)>,
    /// The queues of raw inputs: the `kind` of what is received there.
    pub raw_queues: Vec<String>,
    /// What is younger than this is given the time to arrive, in seconds.
    pub young_s: u32,
    /// Everything has come to rest: what is still in flight now is lost.
    pub settled: bool,
}

/// What became of one invariant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Standing {
    Ok,
    Broken,
    /// Not judged: messages on their way may still make it right.
    InFlight,
    /// Nothing wrong, but a person may want to look.
    Noted,
}

/// One invariant and what was found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Invariant {
    /// Stable, for programs: `invoice.numbers`.
    pub name: &'static str,
    /// What is asked, in one sentence.
    pub question: &'static str,
    pub answer: Standing,
    /// How many records were looked at.
    pub checked: i64,
    pub broken: i64,
    pub in_flight: i64,
    /// The first [`NAMED_MAX`], broken ones before those in flight.
    pub named: Vec<Named>,
}

/// A record that breaks an invariant, or that waits.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Named {
    pub id: String,
    pub detail: String,
    pub in_flight: bool,
}

impl Invariant {
    /// Judges what was found.
    #[must_use]
    pub fn of(
        (name, question): (&'static str, &'static str),
        checked: i64,
        (broken, in_flight): (i64, i64),
        named: Vec<Named>,
    ) -> Self {
        let answer = match (broken, in_flight) {
            (0, 0) => Standing::Ok,
            (0, _) => Standing::InFlight,
            _ => Standing::Broken,
        };
        Self { name, question, answer, checked, broken, in_flight, named }
    }

    pub(super) fn found(asked: (&'static str, &'static str), checked: i64, rows: Vec<Row>) -> Self {
        let counts = rows.first().map_or((0, 0), |row| (row.broken, row.waiting));
        let named = |row: Row| Named { id: row.id, detail: row.detail, in_flight: row.in_flight };
        Self::of(asked, checked, counts, rows.into_iter().map(named).collect())
    }

    /// Something that breaks nothing: listed, so that somebody looks.
    pub(super) fn noted(asked: (&'static str, &'static str), checked: i64, rows: Vec<Row>) -> Self {
        let found = Self::found(asked, checked, rows);
        match found.answer {
            Standing::Ok => found,
            _ => Self { answer: Standing::Noted, broken: 0, in_flight: 0, ..found },
        }
    }
}

/// One named record, and on each row how many there are of both sorts.
#[derive(sqlx::FromRow)]
pub(super) struct Row {
    pub(super) id: String,
    pub(super) detail: String,
    pub(super) in_flight: bool,
    pub(super) broken: i64,
    pub(super) waiting: i64,
}

/// The same as `offenders!` and `counted!` for a text that follows from the declared tables.
pub(super) async fn among(
    conn: &mut Connection,
    count: String,
    query: String,
) -> Result<(i64, Vec<Row>)> {
    let checked = sqlx::query_scalar(AssertSqlSafe(count)).fetch_one(&mut *conn).await?;
    let text = format!(
        "WITH bad (id, detail, in_flight) AS ({query})
         SELECT id::text, detail, in_flight, count(*) FILTER (WHERE NOT in_flight) OVER () AS broken,
                count(*) FILTER (WHERE in_flight) OVER () AS waiting
         FROM bad ORDER BY in_flight, 1, 2 LIMIT 20"
    );
    let rows = sqlx::query_as(AssertSqlSafe(text)).fetch_all(conn).await?;
    Ok((checked, rows))
}

/// The first records that a query finds and the number of all. The query gives id, detail and
/// whether it is in flight.
macro_rules! offenders {
    ($conn:expr, $query:tt $(, $argument:expr)* $(,)?) => {
        sqlx::query_as!(
            $crate::store::audit::invariant::Row,
            "WITH bad (id, detail, in_flight) AS (" + $query + ")
             SELECT id::text AS \"id!\", detail AS \"detail!\", in_flight AS \"in_flight!\",
                    count(*) FILTER (WHERE NOT in_flight) OVER () AS \"broken!\",
                    count(*) FILTER (WHERE in_flight) OVER () AS \"waiting!\"
             FROM bad ORDER BY in_flight, 1, 2 LIMIT 20"
            $(, $argument)*
        )
        .fetch_all(&mut *$conn)
    };
}

/// How many records there are to look at.
macro_rules! counted {
    ($conn:expr, $query:tt $(, $argument:expr)* $(,)?) => {
        sqlx::query_scalar!("SELECT count(*) AS \"n!\" FROM " + $query $(, $argument)*)
            .fetch_one(&mut *$conn)
    };
}
pub(super) use {counted, offenders};
