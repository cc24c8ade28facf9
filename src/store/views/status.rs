//! How things stand: counts for people who look after an installation.
//!
//! Every question is answered from an index or from a bounded number of pages, so that looking costs
//! the same however large the tables have grown. States are not indexed (their columns change with
//! every step), so large tables are sampled and the numbers scaled up; the answer says so.

use std::time::Duration;

use chrono::{DateTime, Utc};
use domain::message::SubjectKind;
use serde::Serialize;
use sqlx::AssertSqlSafe;
use uuid::Uuid;

use super::blocker::{self, Blocker};
use crate::store::declared;
use crate::store::delayed::{self, Waiting};
use crate::store::{Connection, Result, partition, schedule};

/// Pages of a table that are read for its counts: 16 MiB. A smaller table is counted exactly.
const PAGES_MAX: i64 = 2_000;
/// Most running imports that are listed.
const IMPORTS_MAX: i64 = 50;
/// Most rules that refusals are listed by.
const RULES_MAX: i64 = 50;
/// A message that should be back from a delay for so long is missed: it came back, and its worker has
/// more to do than that, or it never will.
const LATE: Duration = Duration::from_secs(10 * 60);

/// The numbers of one moment.
#[derive(Clone, Debug, Serialize)]
pub struct Status {
    pub records: Vec<StateCount>,
    pub inputs: Vec<Inputs>,
    /// Copies of what was known, by channel or type of command.
    pub repeats: Vec<Count>,
    /// Open ones, by class.
    pub parked: Vec<Count>,
    /// Final ones of the last 24 hours, by rule.
    pub refusals: Vec<Count>,
    pub unmarked: Vec<Unmarked>,
    pub partition_days_ahead: i32,
    pub imports: Vec<Import>,
    /// Messages that wait in a delay queue to be asked again.
    pub waiting: Waiting,
    /// Inputs that wait for a person.
    pub held: Oldest,
    /// Money of which nobody knows what it pays.
    pub transfers: Oldest,
    /// What later enquiries say otherwise of somebody who is known.
    pub proposals: Oldest,
    /// Commands that were due a minute ago and that no clock has said.
    pub overdue: Oldest,
    /// Commands that no clock may say, for a person to look at.
    pub unsaid: Oldest,
    /// How far the time that decisions see is ahead of the server's, in seconds; zero but for tests.
    pub clock_shift_s: i64,
    /// Sessions that hold locks which workers wait for, or may have to.
    pub blockers: Vec<Blocker>,
}

/// How many records of one kind are in one state.
#[derive(Clone, Debug, Serialize)]
pub struct StateCount {
    pub subject: String,
    pub state: String,
    pub count: i64,
    /// Scaled up from a sample.
    pub estimated: bool,
}

/// How many inputs of one channel have one verdict.
#[derive(Clone, Debug, Serialize)]
pub struct Inputs {
    pub channel: String,
    pub verdict: String,
    pub count: i64,
    /// Scaled up from a sample.
    pub estimated: bool,
}

/// A number of something.
#[derive(Clone, Debug, Serialize)]
pub struct Count {
    pub name: String,
    pub count: i64,
}

/// A worker's batches that are not known to be published.
#[derive(Clone, Debug, Serialize)]
pub struct Unmarked {
    pub worker: String,
    pub count: i64,
    pub oldest_at: DateTime<Utc>,
}

/// A collection whose parts are being taken out.
#[derive(Clone, Debug, Serialize)]
pub struct Import {
    pub id: Uuid,
    /// The sender's own key, such as the digest of the file.
    pub external_id: Option<String>,
    /// Its name, where the sender told it.
    pub file: Option<String>,
    pub received_at: Option<DateTime<Utc>>,
    /// Parts given out so far: the checkpoint.
    pub parts: i64,
}

/// How many, and since when.
#[derive(Clone, Debug, Serialize)]
pub struct Oldest {
    pub count: i64,
    pub oldest_at: Option<DateTime<Utc>>,
}

/// Reads all numbers, each of its own moment.
pub async fn read(conn: &mut Connection) -> Result<Status> {
    let shares = Shares::read(conn).await?;
    Ok(Status {
        records: records(conn, &shares).await?,
        inputs: inputs(conn, &shares).await?,
        repeats: repeats(conn).await?,
        parked: parked(conn).await?,
        refusals: refusals(conn).await?,
        unmarked: unmarked(conn).await?,
        partition_days_ahead: partition::days_ahead(conn).await?,
        imports: imports(conn).await?,
        waiting: delayed::waiting(conn, LATE).await?,
        held: held(conn).await?,
        transfers: transfers(conn).await?,
        proposals: proposals(conn).await?,
        overdue: overdue(conn).await?,
        unsaid: unsaid(conn).await?,
        clock_shift_s: schedule::shift_s(conn).await?,
        blockers: blocker::all(conn).await?,
    })
}

/// Which part of each table is read, in millionths.
struct Shares {
    tables: Vec<(String, i32)>,
}

/// All of a table.
const WHOLE: i32 = 1_000_000;

impl Shares {
    async fn read(conn: &mut Connection) -> Result<Self> {
        let records = declared::subjects().filter_map(|own| own.tables.first());
        let names: Vec<_> = records.map(|table| table.name.to_owned()).collect();
        let pages = sqlx::query!(
            r#"SELECT name AS "name!", pg_relation_size(name::regclass) / 8192 AS "pages!"
               FROM unnest($1::text[]) AS name"#,
            &names
        );
        let share = |pages: i64| {
            let share = i64::from(WHOLE).saturating_mul(PAGES_MAX) / pages.max(1);
            i32::try_from(share).unwrap_or(WHOLE).clamp(1, WHOLE)
        };
        let pages = pages.fetch_all(conn).await?;
        Ok(Self { tables: pages.into_iter().map(|row| (row.name, share(row.pages))).collect() })
    }

    fn of(&self, table: &str) -> i32 {
        self.tables.iter().find(|(name, _)| name == table).map_or(WHOLE, |(_, share)| *share)
    }

    /// The count of the whole table, and whether it is estimated.
    fn scaled(&self, table: &str, counted: i64) -> (i64, bool) {
        let share = i64::from(self.of(table));
        (counted.saturating_mul(i64::from(WHOLE)) / share, share < i64::from(WHOLE))
    }
}

async fn records(conn: &mut Connection, shares: &Shares) -> Result<Vec<StateCount>> {
    let mut records = Vec::new();
    for kind in SubjectKind::ALL {
        let Some(table) = declared::of(kind).filter(|table| table.has("state")) else { continue };
        let counted = sqlx::query_as::<_, (String, i64)>(AssertSqlSafe(format!(
            "SELECT state, count(*) FROM {} TABLESAMPLE SYSTEM ($1::integer / 10000.0)
             GROUP BY state ORDER BY state",
            table.name
        )));
        for (state, count) in counted.bind(shares.of(table.name)).fetch_all(&mut *conn).await? {
            let (count, estimated) = shares.scaled(table.name, count);
            records.push(StateCount { subject: kind.name().to_owned(), state, count, estimated });
        }
    }
    Ok(records)
}

async fn inputs(conn: &mut Connection, shares: &Shares) -> Result<Vec<Inputs>> {
    let rows = sqlx::query!(
        r#"SELECT channel, verdict, count(*) AS "count!"
           FROM input TABLESAMPLE SYSTEM ($1::integer / 10000.0)
           GROUP BY channel, verdict ORDER BY channel, verdict"#,
        shares.of("input")
    );
    let rows = rows.fetch_all(conn).await?.into_iter().map(|row| {
        let (count, estimated) = shares.scaled("input", row.count);
        Inputs { channel: row.channel, verdict: row.verdict, count, estimated }
    });
    Ok(rows.collect())
}

async fn repeats(conn: &mut Connection) -> Result<Vec<Count>> {
    let rows = sqlx::query_as!(
        Count,
        r#"SELECT kind AS name, sum(repeats)::bigint AS "count!" FROM received
           WHERE repeats > 0 GROUP BY kind ORDER BY kind"#
    );
    Ok(rows.fetch_all(conn).await?)
}

async fn parked(conn: &mut Connection) -> Result<Vec<Count>> {
    let rows = sqlx::query_as!(
        Count,
        r#"SELECT class AS name, count(*) AS "count!" FROM parked
           WHERE state = 'parked' GROUP BY class ORDER BY class"#
    );
    Ok(rows.fetch_all(conn).await?)
}

async fn refusals(conn: &mut Connection) -> Result<Vec<Count>> {
    // By the id of the message, which is indexed and an hour or less older than the refusal.
    let rows = sqlx::query_as!(
        Count,
        r#"SELECT rule AS name, count(*) AS "count!" FROM refusal
           WHERE final AND id >= id_at(now() - interval '25 hours')
             AND at > now() - interval '24 hours'
           GROUP BY rule ORDER BY count(*) DESC, rule LIMIT $1"#,
        RULES_MAX
    );
    Ok(rows.fetch_all(conn).await?)
}

async fn unmarked(conn: &mut Connection) -> Result<Vec<Unmarked>> {
    let rows = sqlx::query_as!(
        Unmarked,
        r#"SELECT worker, count(*) AS "count!", min(decided_at) AS "oldest_at!" FROM batch
           WHERE published_at IS NULL GROUP BY worker ORDER BY worker"#
    );
    Ok(rows.fetch_all(conn).await?)
}

async fn imports(conn: &mut Connection) -> Result<Vec<Import>> {
    let rows = sqlx::query_as!(
        Import,
        r#"SELECT i.id, r.external_id AS "external_id?",
                  coalesce(r.headers ->> 'x-file', r.headers ->> 'x-import') AS "file?",
                  r.received_at AS "received_at?", coalesce(i.next_part, 1) - 1 AS "parts!"
           FROM input AS i LEFT JOIN received AS r ON r.id = i.id
           WHERE i.verdict = 'split' AND NOT i.done ORDER BY i.id LIMIT $1"#,
        IMPORTS_MAX
    );
    Ok(rows.fetch_all(conn).await?)
}

async fn held(conn: &mut Connection) -> Result<Oldest> {
    let row = sqlx::query_as!(
        Oldest,
        r#"SELECT count(*) AS "count!", min(created_at) AS oldest_at FROM input
           WHERE verdict = 'held'"#
    );
    Ok(row.fetch_one(conn).await?)
}

async fn transfers(conn: &mut Connection) -> Result<Oldest> {
    let row = sqlx::query_as!(
        Oldest,
        r#"SELECT count(*) AS "count!", min(created_at) AS oldest_at FROM transfer
           WHERE state = 'held'"#
    );
    Ok(row.fetch_one(conn).await?)
}

async fn proposals(conn: &mut Connection) -> Result<Oldest> {
    let row = sqlx::query_as!(
        Oldest,
        r#"SELECT count(*) AS "count!", min(created_at) AS oldest_at FROM proposal
           WHERE state = 'open'"#
    );
    Ok(row.fetch_one(conn).await?)
}

async fn overdue(conn: &mut Connection) -> Result<Oldest> {
    let row = sqlx::query_as!(
        Oldest,
        r#"SELECT count(*) AS "count!", min(due_at) AS oldest_at FROM schedule
           WHERE claimed_at IS NULL AND unsaid IS NULL
             AND due_at < decision_time() - interval '1 minute'"#
    );
    Ok(row.fetch_one(conn).await?)
}

async fn unsaid(conn: &mut Connection) -> Result<Oldest> {
    let row = sqlx::query_as!(
        Oldest,
        r#"SELECT count(*) AS "count!", min(due_at) AS oldest_at FROM schedule
           WHERE unsaid IS NOT NULL"#
    );
    Ok(row.fetch_one(conn).await?)
}
