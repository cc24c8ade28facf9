//! Shipments: append-only parts of the order, read and saved under its lock.

use std::collections::BTreeMap;

use domain::ids::Id;
use domain::order::{Order, Shipment};
use leadmill_table::part;
use sqlx::PgConnection;
use uuid::Uuid;

use crate::store::save::{Change, List, SaveError};

pub mod lines;

part! { shipment of sales_order: Shipment as shipment => ShipmentRow, appended {
    id: uuid = shipment.id.uuid();
    reference: text = shipment.reference.as_str();
    shipped_at: timestamptz = shipment.at;
}}

/// Reads the shipments of locked orders into them.
pub(crate) async fn load(
    conn: &mut PgConnection,
    found: &mut BTreeMap<Uuid, Order>,
) -> Result<(), sqlx::Error> {
    let orders: Vec<_> = found.keys().copied().collect();
    let rows = read(&mut *conn, &orders).await?;
    if rows.is_empty() {
        return Ok(());
    }
    let ids: Vec<_> = rows.iter().map(|row| row.id).collect();
    let mut lines = lines::load(conn, &ids).await?;
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
    let lists = List::of(changes, |order| order.id.uuid(), |it| &it.shipments);
    write(&mut *conn, &lists).await?;
    let mut lines = Vec::new();
    for list in lists {
        lines.extend(list.appended(TABLE.name)?.map(|(.., shipment)| {
            let owner = shipment.id.uuid();
            List { owner, stored: None, now: &shipment.lines[..] }
        }));
    }
    lines::save(conn, &lines).await
}
