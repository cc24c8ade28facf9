//! A tape: rows that a worker once wrote, as the server's own bytes, to be written again by the same
//! statements without anybody looking into them. The bare loop of `leadmill bench` plays it.
//!
//! The only statements that are put together at run time: their texts follow from the catalog of
//! the database, so that a new column is on the tape by itself.

use std::ops::Range;

use chrono::{DateTime, Utc};
use leadmill::store::{Connection, Fault, Result, declared};
use sqlx::encode::IsNull;
use sqlx::error::BoxDynError;
use sqlx::postgres::types::Oid;
use sqlx::postgres::{PgArgumentBuffer, PgTypeInfo};
use sqlx::{AssertSqlSafe, Encode, Postgres, Row as _, Type, ValueRef};
use uuid::Uuid;

mod named;
mod writings;

use named::Named;

pub use writings::{Writing, of as writings_of};

/// Which rows: those that follow from the messages that a worker took from one queue.
#[derive(Clone, Debug)]
pub struct Source {
    pub worker: &'static str,
    pub queue: String,
    /// The types of messages that this queue carries, beside raw inputs.
    pub types: Vec<String>,
    /// Rows of records that began before this time are left out.
    pub since: DateTime<Utc>,
}

/// The messages of a [`Source`]: `$1` worker, `$2` queue, `$3` types, `$4` the smallest id.
const MINE: &str = "WITH mine AS MATERIALIZED (
    SELECT r.id FROM received AS r
    WHERE r.worker = $1 AND (r.source = $2 OR r.kind = ANY($3)) AND r.id >= $4
    UNION ALL
    SELECT i.id FROM inbox AS i JOIN event AS e ON e.id = i.id
    WHERE i.worker = $1 AND e.type = ANY($3) AND i.id >= $4)";

/// One statement and the rows that it writes.
#[derive(Debug)]
pub struct Tape {
    statement: String,
    columns: Vec<Column>,
    rows: usize,
}

/// One column of all rows, ready to be cut into arrays of the binary protocol: each value with its
/// length before it, one after the other.
#[derive(Debug)]
struct Column {
    array: Oid,
    element: Oid,
    values: Vec<u8>,
    /// Where each row's value ends.
    ends: Vec<usize>,
}

/// A slice of a column, on its way to the server.
#[derive(Clone, Copy, Debug)]
struct Slice<'a> {
    column: &'a Column,
    from: usize,
    until: usize,
}

/// Tables of records that hold something which no writing writes: a loop would do less than the workers did.
pub async fn forgotten(conn: &mut Connection) -> Result<Vec<&'static str>> {
    let mut forgotten = Vec::new();
    for table in declared::all().map(|table| table.name).filter(|table| !writings::write(table)) {
        let any = format!("SELECT EXISTS (SELECT FROM {table})");
        if sqlx::query_scalar(AssertSqlSafe(any)).fetch_one(&mut *conn).await? {
            forgotten.push(table);
        }
    }
    Ok(forgotten)
}

/// How many messages the worker took from that queue.
pub async fn messages(conn: &mut Connection, source: &Source) -> Result<usize> {
    let count = format!("{MINE} SELECT count(*) FROM mine");
    let count = sqlx::query_scalar::<_, i64>(AssertSqlSafe(count));
    let count = count
        .bind(source.worker)
        .bind(&source.queue)
        .bind(&source.types)
        .bind(smallest(source.since))
        .fetch_one(conn)
        .await?;
    usize::try_from(count).map_err(|_| Fault::ours("A count is negative."))
}

/// The ids of everything that was said because of these messages, in the order of saying.
pub async fn said(conn: &mut Connection, source: &Source) -> Result<Vec<Uuid>> {
    let said = format!(
        "{MINE} SELECT id FROM event WHERE worker = $1 AND cause IN (SELECT id FROM mine)
         ORDER BY batch, position"
    );
    let said = sqlx::query_scalar(AssertSqlSafe(said));
    let said = said.bind(source.worker).bind(&source.queue).bind(&source.types);
    Ok(said.bind(smallest(source.since)).fetch_all(conn).await?)
}

impl Tape {
    /// Records the rows of a source as one statement wrote them.
    pub async fn record(conn: &mut Connection, source: &Source, writing: &Writing) -> Result<Self> {
        let columns = columns(conn, writing).await?;
        let names: Vec<_> = columns.iter().map(|column| format!("t.{}", column.name)).collect();
        // Every parameter is named, so that all statements take the same four.
        let select = format!(
            "{MINE} SELECT {} FROM {} AS t WHERE {} >= $4 AND $1 <> '' AND ({}) ORDER BY {}",
            names.join(", "),
            writing.table,
            writing.order[0],
            writing.only,
            writing.order.join(", ")
        );
        let rows = sqlx::query(AssertSqlSafe(select))
            .bind(source.worker)
            .bind(&source.queue)
            .bind(&source.types)
            .bind(smallest(source.since))
            .fetch_all(conn)
            .await?;
        let statement = writing.statement(&columns);
        let mut columns: Vec<_> = columns.into_iter().map(Column::of).collect();
        for row in &rows {
            for (place, column) in columns.iter_mut().enumerate() {
                let value = row.try_get_raw(place)?;
                if value.is_null() {
                    column.values.extend((-1_i32).to_be_bytes());
                } else {
                    let bytes = value.as_bytes().map_err(sqlx::Error::Decode)?;
                    column.values.extend(length(bytes.len())?.to_be_bytes());
                    column.values.extend(bytes);
                }
                column.ends.push(column.values.len());
            }
        }
        Ok(Self { statement, columns, rows: rows.len() })
    }

    /// How many rows are on it.
    #[must_use]
    pub const fn rows(&self) -> usize {
        self.rows
    }

    /// Writes some of its rows.
    pub async fn play(&self, conn: &mut Connection, rows: Range<usize>) -> Result<()> {
        if rows.is_empty() {
            return Ok(());
        }
        let mut query = sqlx::query(AssertSqlSafe(self.statement.as_str()));
        for column in &self.columns {
            query = query.bind(Slice { column, from: rows.start, until: rows.end });
        }
        query.execute(conn).await?;
        Ok(())
    }
}

impl Column {
    fn of(named: Named) -> Self {
        Self { array: named.array, element: named.element, values: Vec::new(), ends: Vec::new() }
    }

    fn start(&self, row: usize) -> usize {
        row.checked_sub(1).map_or(0, |before| self.ends[before])
    }
}

impl Type<Postgres> for Slice<'_> {
    /// Only for columns of which nothing is known; each slice [produces](Encode::produces) its own.
    fn type_info() -> PgTypeInfo {
        PgTypeInfo::with_name("anyarray")
    }
}

impl Encode<'_, Postgres> for Slice<'_> {
    /// A one-dimensional array, as PostgreSQL's `array_recv` reads it.
    fn encode_by_ref(&self, buffer: &mut PgArgumentBuffer) -> Result<IsNull, BoxDynError> {
        let Self { column, from, until } = *self;
        let (dimensions, may_have_nulls, lower_bound) = (1_i32, 1_i32, 1_i32);
        buffer.extend(dimensions.to_be_bytes());
        buffer.extend(may_have_nulls.to_be_bytes());
        buffer.extend(column.element.0.to_be_bytes());
        buffer.extend(length(until - from)?.to_be_bytes());
        buffer.extend(lower_bound.to_be_bytes());
        buffer.extend_from_slice(&column.values[column.start(from)..column.start(until)]);
        Ok(IsNull::No)
    }

    fn produces(&self) -> Option<PgTypeInfo> {
        Some(PgTypeInfo::with_oid(self.column.array))
    }
}

/// The columns that the statement writes: for new rows those that the database does not fill in by
/// itself, for kept ones the key and what is set.
async fn columns(conn: &mut Connection, writing: &Writing) -> Result<Vec<Named>> {
    let rows = sqlx::query!(
        r#"SELECT a.attname::text AS "name!", a.atttypid::regtype::text AS "ty!",
                  ty.typarray AS "array!", a.atttypid AS "element!"
           FROM pg_attribute AS a JOIN pg_type AS ty ON ty.oid = a.atttypid
           LEFT JOIN pg_attrdef AS d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
           WHERE a.attrelid = $1::text::regclass AND a.attnum > 0 AND NOT a.attisdropped
             AND pg_get_expr(d.adbin, d.adrelid) IS DISTINCT FROM 'now()'
             AND pg_get_expr(d.adbin, d.adrelid) IS DISTINCT FROM 'pg_current_xact_id()'
             AND coalesce(pg_get_expr(d.adbin, d.adrelid), '') NOT LIKE 'nextval(%'
           ORDER BY a.attnum"#,
        writing.table
    );
    let named = rows.fetch_all(conn).await?.into_iter().map(|row| Named {
        name: row.name,
        ty: row.ty,
        array: row.array,
        element: row.element,
    });
    Ok(named.filter(|column| writing.has(&column.name)).collect())
}

fn smallest(since: DateTime<Utc>) -> Uuid {
    let millis = u64::try_from(since.timestamp_millis()).unwrap_or(0);
    Uuid::from_u128(u128::from(millis) << 80)
}

fn length(bytes: usize) -> Result<i32, sqlx::Error> {
    i32::try_from(bytes).map_err(|error| sqlx::Error::Encode(error.into()))
}
