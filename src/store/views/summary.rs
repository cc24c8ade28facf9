//! What an installation has done as a whole: for the demo and its reckoning. Reads only; each
//! function is one statement, so that its figures belong together.

use chrono::{DateTime, Utc};
use rust_decimal::Decimal;
use serde::Serialize;
use uuid::Uuid;

use crate::store::{Connection, Result};

/// How far the work has come, at one moment.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Progress {
    /// Raw inputs that have arrived, repeats included.
    pub inputs: i64,
    /// Commands from outside that are decided.
    pub decided: i64,
    /// What waits to be asked again, or split, or decided, or published.
    pub open: i64,
    /// Verdicts, those on rows and parts included.
    pub verdicts: i64,
    pub leads: i64,
    pub quotes: i64,
    pub orders: i64,
    pub invoices: i64,
    pub payments: i64,
}

/// How often a type of event was said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TypeCount {
    pub ty: String,
    pub times: i64,
}

/// A number of things of one kind in one state.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Count {
    /// The kind of record, or the channel of inputs.
    pub of: String,
    /// The state, or the verdict.
    pub state: String,
    pub count: i64,
}

/// Invoices of one currency.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Invoiced {
    pub currency: String,
    pub invoices: i64,
    #[serde(with = "domain::money::AsText")]
    pub total: Decimal,
    #[serde(with = "domain::money::AsText")]
    pub paid: Decimal,
}

/// How long messages wait for a worker, and how long it works on them, in milliseconds.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct WorkerTimes {
    pub worker: String,
    pub messages: i64,
    pub batches: i64,
    /// From being said to being taken; absent where nothing of ours was heard.
    pub waiting_p50_ms: Option<f64>,
    pub waiting_p95_ms: Option<f64>,
    pub waiting_p99_ms: Option<f64>,
    /// From being taken to being safe in the broker.
    pub working_p50_ms: Option<f64>,
    pub working_p95_ms: Option<f64>,
    pub working_p99_ms: Option<f64>,
}

/// A lead on its whole way.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Journey {
    pub correlation: Uuid,
    pub lead: String,
    pub invoice: String,
}

/// A quote that nobody has activated.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Draft {
    pub quote: Uuid,
    pub number: String,
    #[serde(with = "domain::money::AsText")]
    pub total: Decimal,
    pub currency: String,
}

/// Figures that must agree.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Reckoning {
    /// Raw inputs that arrived, repeats left out.
    pub received: i64,
    /// Inputs with a verdict, rows and parts left out.
    pub judged: i64,
    /// Inputs without a verdict.
    pub unjudged: i64,
    /// Rows and parts that collections were split into, as their checkpoints say.
    pub parts_split: i64,
    /// Rows and parts with a verdict.
    pub parts_judged: i64,
    pub created: i64,
    pub leads: i64,
    pub orders_fulfilled: i64,
    pub invoices: i64,
    pub parked: i64,
    /// Messages of our own that were refused for good.
    pub own_refusals: i64,
}

/// How far the work has come. `heard` pairs each worker with a type that it hears.
pub async fn progress(conn: &mut Connection, heard: &[(&str, &str)]) -> Result<Progress> {
    let (workers, types): (Vec<_>, Vec<_>) = heard.iter().copied().unzip();
    let row = sqlx::query_as!(
        Progress,
        r#"SELECT
             (SELECT coalesce(sum(1 + repeats), 0) FROM received WHERE source LIKE 'intake.%')
                 AS "inputs!",
             (SELECT count(*) FROM received WHERE source NOT LIKE 'intake.%' AND batch IS NOT NULL)
                 AS "decided!",
             (SELECT count(*) FROM received WHERE batch IS NULL)
             + (SELECT count(*) FROM batch WHERE published_at IS NULL)
             + (SELECT count(*) FROM input WHERE verdict = 'received' OR NOT done)
             + (SELECT count(*) FROM event AS e
                JOIN unnest($1::text[], $2::text[]) AS h (worker, type) ON h.type = e.type
                WHERE NOT EXISTS (SELECT FROM inbox AS i WHERE i.worker = h.worker AND i.id = e.id))
                 AS "open!",
             (SELECT count(*) FROM input WHERE verdict <> 'received') AS "verdicts!",
             (SELECT count(*) FROM lead) AS "leads!",
             (SELECT count(*) FROM quote) AS "quotes!",
             (SELECT count(*) FROM sales_order) AS "orders!",
             (SELECT count(*) FROM invoice) AS "invoices!",
             (SELECT count(*) FROM payment) AS "payments!""#,
        &workers as &[&str],
        &types as &[&str]
    );
    Ok(row.fetch_one(conn).await?)
}

/// How often each of these types was said.
pub async fn said(conn: &mut Connection, types: &[&str]) -> Result<Vec<TypeCount>> {
    let rows = sqlx::query_as!(
        TypeCount,
        r#"SELECT type AS ty, count(*) AS "times!" FROM event WHERE type = ANY($1) GROUP BY type"#,
        types as &[&str]
    );
    Ok(rows.fetch_all(conn).await?)
}

/// Verdicts by channel; rows and parts count with the channel of their collection.
pub async fn verdicts(conn: &mut Connection) -> Result<Vec<Count>> {
    let rows = sqlx::query_as!(
        Count,
        r#"SELECT channel AS "of!", verdict AS "state!", count(*) AS "count!"
           FROM input GROUP BY channel, verdict
           UNION ALL
           SELECT substr(source, 8), 'repeated', sum(repeats) FROM received
           WHERE source LIKE 'intake.%' AND repeats > 0 GROUP BY source
           ORDER BY 1, 2"#
    );
    Ok(rows.fetch_all(conn).await?)
}

/// Records by state, in the order of the pipeline.
pub async fn records(conn: &mut Connection) -> Result<Vec<Count>> {
    let rows = sqlx::query_as!(
        Count,
        r#"SELECT kind AS "of!", state AS "state!", count(*) AS "count!" FROM (
             SELECT 1 AS place, 'lead' AS kind, state FROM lead
             UNION ALL SELECT 2, 'opportunity', state FROM opportunity
             UNION ALL SELECT 3, 'quote', state FROM quote
             UNION ALL SELECT 4, 'order', state FROM sales_order
             UNION ALL SELECT 5, 'invoice', state FROM invoice) AS every
           GROUP BY place, kind, state ORDER BY place, state"#
    );
    Ok(rows.fetch_all(conn).await?)
}

/// What was invoiced and paid, by currency; canceled invoices are left out.
pub async fn invoiced(conn: &mut Connection) -> Result<Vec<Invoiced>> {
    let rows = sqlx::query_as!(
        Invoiced,
        r#"SELECT i.currency, count(*) AS "invoices!",
                  round(sum(i.total_amount), 2) AS "total!",
                  round(coalesce(sum(p.amount), 0), 2) AS "paid!"
           FROM invoice AS i
           LEFT JOIN (SELECT invoice, sum(amount) AS amount FROM payment GROUP BY invoice) AS p
                  ON p.invoice = i.id
           WHERE i.state <> 'canceled' GROUP BY i.currency ORDER BY i.currency"#
    );
    Ok(rows.fetch_all(conn).await?)
}

/// Waiting and working time per worker, counted per message, of the batches taken since then.
pub async fn stages(conn: &mut Connection, since: DateTime<Utc>) -> Result<Vec<WorkerTimes>> {
    let rows = sqlx::query_as!(
        WorkerTimes,
        r#"WITH waited AS (
             SELECT i.worker,
                    percentile_cont(ARRAY[0.5, 0.95, 0.99]) WITHIN GROUP (ORDER BY
                        extract(epoch FROM b.taken_at - e.at)::float8 * 1000) AS ms
             FROM inbox AS i JOIN event AS e ON e.id = i.id JOIN batch AS b ON b.id = i.batch
             WHERE b.taken_at >= $1 GROUP BY i.worker),
           worked AS (
             SELECT b.worker, sum(b.messages)::bigint AS messages, count(*) AS batches,
                    percentile_cont(ARRAY[0.5, 0.95, 0.99]) WITHIN GROUP (ORDER BY
                        extract(epoch FROM coalesce(b.published_at, b.decided_at) - b.taken_at)::float8
                        * 1000) AS ms
             FROM batch AS b CROSS JOIN LATERAL generate_series(1, b.messages)
             WHERE b.taken_at >= $1 GROUP BY b.worker),
           counted AS (
             SELECT worker, sum(messages)::bigint AS messages, count(*) AS batches FROM batch
             WHERE taken_at >= $1 GROUP BY worker)
           SELECT c.worker, c.messages AS "messages!", c.batches AS "batches!",
                  waited.ms[1] AS waiting_p50_ms, waited.ms[2] AS waiting_p95_ms,
                  waited.ms[3] AS waiting_p99_ms, worked.ms[1] AS working_p50_ms,
                  worked.ms[2] AS working_p95_ms, worked.ms[3] AS working_p99_ms
           FROM counted AS c LEFT JOIN waited USING (worker) LEFT JOIN worked USING (worker)
           WHERE c.messages > 0 ORDER BY c.worker"#,
        since
    );
    Ok(rows.fetch_all(conn).await?)
}

/// A lead of that channel that has become an invoice: the first one.
pub async fn journey(conn: &mut Connection, channel: &str) -> Result<Option<Journey>> {
    let row = sqlx::query_as!(
        Journey,
        r#"SELECT e.correlation, l.number AS lead, i.number AS invoice
           FROM invoice AS i
           JOIN opportunity AS o ON o.id = i.opportunity
           JOIN lead AS l ON l.id = o.originating_lead
           JOIN input AS r ON r.id = l.input
           JOIN event AS e ON e.subject = i.id AND e.type = 'invoice.issued.v1'
           WHERE r.channel = $1 ORDER BY i.counter LIMIT 1"#,
        channel
    );
    Ok(row.fetch_optional(conn).await?)
}

/// A quote that waits for somebody to activate it; the oldest.
pub async fn draft(conn: &mut Connection) -> Result<Option<Draft>> {
    let row = sqlx::query_as!(
        Draft,
        r#"SELECT q.id AS quote, q.number, round(q.total_amount, 2) AS "total!", o.currency
           FROM quote AS q JOIN opportunity AS o ON o.id = q.opportunity
           WHERE q.state = 'draft' ORDER BY q.id LIMIT 1"#
    );
    Ok(row.fetch_optional(conn).await?)
}

/// Figures that must agree once everything is settled.
pub async fn reckoning(conn: &mut Connection) -> Result<Reckoning> {
    let row = sqlx::query_as!(
        Reckoning,
        r#"SELECT
             (SELECT count(*) FROM received WHERE source LIKE 'intake.%') AS "received!",
             (SELECT count(*) FROM input WHERE collection IS NULL AND verdict <> 'received')
                 AS "judged!",
             (SELECT count(*) FROM input WHERE verdict = 'received') AS "unjudged!",
             (SELECT coalesce(sum(next_part - 1), 0)::bigint FROM input WHERE verdict = 'split')
                 AS "parts_split!",
             (SELECT count(*) FROM input WHERE collection IS NOT NULL AND verdict <> 'received')
                 AS "parts_judged!",
             (SELECT count(*) FROM input WHERE verdict = 'created') AS "created!",
             (SELECT count(*) FROM lead) AS "leads!",
             (SELECT count(*) FROM sales_order WHERE state = 'fulfilled') AS "orders_fulfilled!",
             (SELECT count(*) FROM invoice) AS "invoices!",
             (SELECT count(*) FROM parked WHERE state = 'parked') AS "parked!",
             (SELECT count(*) FROM refusal WHERE final AND NOT outside) AS "own_refusals!""#
    );
    Ok(row.fetch_one(conn).await?)
}
