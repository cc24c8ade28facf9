//! Shipments: append-only parts of the order, read and saved under its lock.

use std::collections::BTreeMap;

use domain::ids::Id;
use domain::order::{Order, Shipment, ShippedLine};
use rust_decimal::Decimal;
use sqlx::PgConnection;
use sqlx::types::chrono::{DateTime, Utc};
use uuid::Uuid;

use crate::store::column::plain;
use crate::store::save::{Change, SaveError, appended, placed};

/// Reads the shipments of locked orders into them.
///
/// # Errors
/// Those of the database.
pub(crate) async fn load(
    conn: &mut PgConnection,
    found: &mut BTreeMap<Uuid, Order>,
) -> Result<(), sqlx::Error> {
    let orders: Vec<_> = found.keys().copied().collect();
    let rows = sqlx::query!(
        "SELECT id, sales_order, reference, shipped_at
         FROM shipment WHERE sales_order = ANY($1) ORDER BY sales_order, position",
        &orders
    )
    .fetch_all(&mut *conn)
    .await?;
    if rows.is_empty() {
        return Ok(());
    }
    let ids: Vec<_> = rows.iter().map(|row| row.id).collect();
    let mut lines = load_lines(conn, &ids).await?;
    for row in rows {
        let Some(order) = found.get_mut(&row.sales_order) else { continue };
        order.shipments.push(Shipment {
            id: row.id.into(),
            reference: row.reference,
            at: row.shipped_at,
            lines: lines.remove(&row.id).unwrap_or_default(),
        });
    }
    Ok(())
}

/// Inserts the shipments that were appended.
///
/// # Errors
/// [`SaveError::Frozen`] where a known shipment was changed, else those of the database.
pub(crate) async fn save(
    conn: &mut PgConnection,
    changes: &[Change<'_, Order>],
) -> Result<(), SaveError> {
    let mut new = Vec::new();
    for (was, now) in changes {
        let about = ("sales_order", now.id.uuid(), "a known shipment");
        let stored = was.map_or(&[][..], |was| &was.shipments);
        for (position, shipment) in appended(about, stored, &now.shipments)? {
            new.push((now.id.uuid(), position, shipment));
        }
    }
    if new.is_empty() {
        return Ok(());
    }
    insert(conn, &new).await?;
    insert_lines(conn, &new).await
}

async fn insert(conn: &mut PgConnection, new: &[(Uuid, i32, &Shipment)]) -> Result<(), SaveError> {
    let ids: Vec<_> = new.iter().map(|(.., shipment)| shipment.id.uuid()).collect();
    let orders: Vec<_> = new.iter().map(|(order, ..)| *order).collect();
    let positions: Vec<_> = new.iter().map(|(_, position, _)| *position).collect();
    let references: Vec<_> = new.iter().map(|(.., shipment)| shipment.reference.as_str()).collect();
    let ats: Vec<DateTime<Utc>> = new.iter().map(|(.., shipment)| shipment.at).collect();
    sqlx::query!(
        "INSERT INTO shipment (id, sales_order, position, reference, shipped_at)
         SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::int[], $4::text[], $5::timestamptz[])",
        &ids,
        &orders,
        &positions,
        &references as &[&str],
        &ats,
    )
    .execute(conn)
    .await?;
    Ok(())
}

async fn insert_lines(
    conn: &mut PgConnection,
    new: &[(Uuid, i32, &Shipment)],
) -> Result<(), SaveError> {
    let (mut shipments, mut positions): (Vec<Uuid>, Vec<i32>) = (Vec::new(), Vec::new());
    let (mut lines, mut quantities): (Vec<Uuid>, Vec<Decimal>) = (Vec::new(), Vec::new());
    for (.., shipment) in new {
        for (position, line) in placed(&shipment.lines) {
            shipments.push(shipment.id.uuid());
            positions.push(position);
            lines.push(line.line.uuid());
            quantities.push(line.quantity);
        }
    }
    sqlx::query!(
        "INSERT INTO shipment_line (shipment, position, order_line, quantity)
         SELECT * FROM unnest($1::uuid[], $2::int[], $3::uuid[], $4::numeric[])",
        &shipments,
        &positions,
        &lines,
        &quantities,
    )
    .execute(conn)
    .await?;
    Ok(())
}

async fn load_lines(
    conn: &mut PgConnection,
    shipments: &[Uuid],
) -> Result<BTreeMap<Uuid, Vec<ShippedLine>>, sqlx::Error> {
    let rows = sqlx::query!(
        "SELECT shipment, order_line, quantity
         FROM shipment_line WHERE shipment = ANY($1) ORDER BY shipment, position",
        shipments
    )
    .fetch_all(conn)
    .await?;
    let mut lines: BTreeMap<Uuid, Vec<ShippedLine>> = BTreeMap::new();
    for row in rows {
        let line = ShippedLine { line: row.order_line.into(), quantity: plain(row.quantity) };
        lines.entry(row.shipment).or_default().push(line);
    }
    Ok(lines)
}
