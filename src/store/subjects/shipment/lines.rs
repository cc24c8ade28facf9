//! What was shipped of which line of the order.

use std::collections::BTreeMap;

use domain::ids::Id;
use domain::order::ShippedLine;
use leadmill_table::part;
use sqlx::PgConnection;
use uuid::Uuid;

use crate::store::column::plain;
use crate::store::save::{List, SaveError};

part! { shipment_line of shipment: ShippedLine as line => ShippedLineRow, appended {
    order_line: uuid = line.line.uuid();
    quantity: numeric = line.quantity;
}}

/// The lines of shipments, by shipment.
pub(super) async fn load(
    conn: &mut PgConnection,
    shipments: &[Uuid],
) -> Result<BTreeMap<Uuid, Vec<ShippedLine>>, sqlx::Error> {
    let mut lines: BTreeMap<Uuid, Vec<ShippedLine>> = BTreeMap::new();
    for row in read(conn, shipments).await? {
        let line = ShippedLine { line: row.order_line.into(), quantity: plain(row.quantity) };
        lines.entry(row.shipment).or_default().push(line);
    }
    Ok(lines)
}

/// Inserts the lines of new shipments.
pub(super) async fn save(
    conn: &mut PgConnection,
    lists: &[List<'_, ShippedLine>],
) -> Result<(), SaveError> {
    write(conn, lists).await
}
