//! What of each order can still be billed.

use domain::ids::OrderId;
use serde::Serialize;
use sqlx::types::Json;
use uuid::Uuid;

use super::list::LOOK_MAX;
use crate::store::{Connection, Result};

/// An order of which something can be billed.
#[derive(Clone, Debug, Serialize)]
pub struct Billable {
    pub order: Uuid,
    pub number: String,
    pub state: String,
    /// When its invoices are made.
    pub billing: String,
    pub buyer: String,
    /// Quantities as decimal strings, by order line.
    pub lines: Json<Vec<BillableLine>>,
}

/// A line of it.
#[derive(Clone, Debug, Serialize, serde::Deserialize)]
pub struct BillableLine {
    pub order_line: Uuid,
    pub name: String,
    pub unit: String,
    pub ordered: String,
    pub shipped: String,
    pub canceled: String,
    /// On invoices, less what credit notes took back.
    pub billed: String,
    pub billable: String,
}

/// Orders of which something that was shipped (or ordered, where it is billed before) is on no invoice, the newest
/// first, among the [`LOOK_MAX`] that come after one.
pub async fn billable(
    conn: &mut Connection,
    after: Option<OrderId>,
    limit: i64,
) -> Result<Vec<Billable>> {
    let found = sqlx::query_as!(
        Billable,
        r#"SELECT o.id AS "order", o.number, o.state, coalesce(o.billing, 'when_fulfilled') AS "billing!",
                  coalesce(o.buyer ->> 'name', '') AS "buyer!", l.lines AS "lines!: Json<Vec<BillableLine>>"
           FROM (SELECT * FROM sales_order WHERE ($1::uuid IS NULL OR id < $1) ORDER BY id DESC LIMIT $2) AS o
           CROSS JOIN LATERAL (
               SELECT jsonb_agg(jsonb_build_object(
                          'order_line', l.id, 'name', coalesce(l.sku, l.name), 'unit', l.unit,
                          'ordered', trim_scale(l.quantity)::text, 'shipped', trim_scale(l.quantity_shipped)::text,
                          'canceled', trim_scale(l.quantity_canceled)::text,
                          'billed', trim_scale(b.quantity)::text,
                          'billable', trim_scale(m.most - b.quantity)::text) ORDER BY l.position) AS lines
               FROM order_line AS l
               CROSS JOIN LATERAL (
                   SELECT CASE WHEN o.billing IN ('on_order', 'by_hand') THEN l.quantity - l.quantity_canceled
                               ELSE l.quantity_shipped END AS most) AS m
               CROSS JOIN LATERAL (
                   SELECT coalesce(sum(CASE i.document_type WHEN '381' THEN -p.quantity ELSE p.quantity END), 0)
                              AS quantity
                   FROM invoice AS i JOIN invoice_line AS p ON p.invoice = i.id
                   WHERE i.sales_order = o.id AND p.order_line = l.id
                     AND (i.state <> 'canceled' OR i.credit_note IS NOT NULL)) AS b
               WHERE l.sales_order = o.id AND l.kind <> 'text' AND m.most > b.quantity) AS l
           WHERE o.state <> 'canceled' AND l.lines IS NOT NULL
           ORDER BY o.id DESC LIMIT $3"#,
        after.map(|id| id.0),
        LOOK_MAX,
        limit
    );
    Ok(found.fetch_all(conn).await?)
}
