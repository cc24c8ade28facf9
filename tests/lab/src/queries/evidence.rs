//! What the tables hold, to be compared with what somebody outside knows. Writes nothing.

use leadmill::store::{Connection, Result};
use rust_decimal::Decimal;
use uuid::Uuid;

/// A raw input that was received.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Input {
    pub id: Uuid,
    /// SHA-256 of its bytes.
    pub digest: Vec<u8>,
    /// Absent where it has none.
    pub verdict: Option<String>,
    /// Rows or cards of it that have a verdict.
    pub parts: i64,
}

/// A command that was received.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Command {
    pub source: String,
    pub external_id: String,
    pub decided: bool,
}

/// A command that came under the id of another one, with other content.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Conflict {
    pub source: String,
    pub external_id: String,
    /// Refusals of it that were said.
    pub answers: i64,
}

/// A message of ours as it was committed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Committed {
    pub id: Uuid,
    pub worker: String,
    pub ty: String,
    pub correlation: Uuid,
    /// The JSON text as it was said.
    pub data: String,
}

/// An order or invoice, with what it was made of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Document {
    pub id: Uuid,
    pub number: String,
    /// The quote of an order, the order of an invoice.
    pub made_of: Option<Uuid>,
    pub total: Decimal,
}

/// A payment that was booked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Payment {
    pub reference: String,
    pub amount: Decimal,
}

/// A message that lies parked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Parked {
    pub id: Uuid,
    /// SHA-256 of its bytes.
    pub digest: Vec<u8>,
    pub what: String,
}

/// Every raw input of these queues.
pub async fn inputs(conn: &mut Connection, raw_queues: &[String]) -> Result<Vec<Input>> {
    let rows = sqlx::query_as!(
        Input,
        r#"SELECT r.id, r.digest, i.verdict AS "verdict?",
                  (SELECT count(*) FROM input AS p
                   WHERE p.collection = r.id AND p.verdict <> 'received') AS "parts!"
           FROM received AS r LEFT JOIN input AS i ON i.id = r.id WHERE r.kind = ANY($1)"#,
        raw_queues
    );
    Ok(rows.fetch_all(conn).await?)
}

/// Every command from outside.
pub async fn commands(conn: &mut Connection, raw_queues: &[String]) -> Result<Vec<Command>> {
    let rows = sqlx::query_as!(
        Command,
        r#"SELECT source, external_id, batch IS NOT NULL AS "decided!"
           FROM received WHERE kind <> ALL($1)"#,
        raw_queues
    );
    Ok(rows.fetch_all(conn).await?)
}

/// Every command that came under the id of another one, with other content.
pub async fn conflicts(conn: &mut Connection) -> Result<Vec<Conflict>> {
    let rows = sqlx::query_as!(
        Conflict,
        r#"SELECT source, external_id,
                  (SELECT count(*) FROM event WHERE cause = conflict.id) AS "answers!"
           FROM conflict"#
    );
    Ok(rows.fetch_all(conn).await?)
}

/// The next messages of the log behind that id, in the order of ids.
pub async fn committed(conn: &mut Connection, after: Uuid, limit: i64) -> Result<Vec<Committed>> {
    let rows = sqlx::query_as!(
        Committed,
        r#"SELECT id, worker, type AS ty, correlation, data::text AS "data!"
           FROM event WHERE id > $1 ORDER BY id LIMIT $2"#,
        after,
        limit
    );
    Ok(rows.fetch_all(conn).await?)
}

/// Every order.
pub async fn orders(conn: &mut Connection) -> Result<Vec<Document>> {
    let rows = sqlx::query_as!(
        Document,
        "SELECT id, number, quote AS made_of, total_amount AS total FROM sales_order"
    );
    Ok(rows.fetch_all(conn).await?)
}

/// Every invoice.
pub async fn invoices(conn: &mut Connection) -> Result<Vec<Document>> {
    let rows = sqlx::query_as!(
        Document,
        "SELECT id, number, sales_order AS made_of, total_amount AS total FROM invoice"
    );
    Ok(rows.fetch_all(conn).await?)
}

/// Every payment.
pub async fn payments(conn: &mut Connection) -> Result<Vec<Payment>> {
    let rows = sqlx::query_as!(Payment, "SELECT reference, amount FROM payment");
    Ok(rows.fetch_all(conn).await?)
}

/// Everything that lies parked.
pub async fn parked(conn: &mut Connection) -> Result<Vec<Parked>> {
    let rows = sqlx::query_as!(
        Parked,
        r#"SELECT id, sha256(coalesce(body, '')) AS "digest!",
                  format('%s of queue %s: %s', class, queue, reason) AS "what!"
           FROM parked WHERE state = 'parked'"#
    );
    Ok(rows.fetch_all(conn).await?)
}

/// Takes the locks of the newest records of some kinds and of all number series, as somebody does who
/// looks at them `FOR UPDATE`; they are held until the transaction ends. Answers how many rows.
///
/// # Errors
/// [`Fault`](leadmill::store::Fault) of the server, also where somebody else waits for us in a circle.
pub async fn hold_locks(conn: &mut Connection, newest: i64) -> Result<i64> {
    let rows = sqlx::query_scalar!(
        r#"WITH opportunities AS (
               SELECT id FROM opportunity
               WHERE id IN (SELECT id FROM opportunity ORDER BY id DESC LIMIT $1)
               ORDER BY id FOR UPDATE
           ), orders AS (
               SELECT id FROM sales_order
               WHERE id IN (SELECT id FROM sales_order ORDER BY id DESC LIMIT $1)
               ORDER BY id FOR UPDATE
           ), numbers AS (
               SELECT year FROM series ORDER BY seller, kind, year FOR UPDATE
           )
           SELECT (SELECT count(*) FROM opportunities) + (SELECT count(*) FROM orders)
                  + (SELECT count(*) FROM numbers) AS "rows!""#,
        newest
    );
    Ok(rows.fetch_one(conn).await?)
}
