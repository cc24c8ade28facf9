//! The lines of orders: only what became of them changes.

use std::collections::BTreeMap;

use domain::ids::Id;
use domain::order::{Order, OrderLine};
use sqlx::PgConnection;
use uuid::Uuid;

use crate::store::column::plain;
use crate::store::line::{line_of, line_part};
use crate::store::save::{Change, List, SaveError};

line_part! { [order_line of sales_order: OrderLine as line => OrderLineRow, decided] line.line, {
    changing quantity_shipped: numeric = line.quantity_shipped;
    changing quantity_canceled: numeric = line.quantity_canceled;
}}

/// Reads the lines of locked orders into them.
pub(super) async fn load(
    conn: &mut PgConnection,
    found: &mut BTreeMap<Uuid, Order>,
) -> Result<(), sqlx::Error> {
    let ids: Vec<_> = found.keys().copied().collect();
    for row in read(conn, &ids).await? {
        let Some(order) = found.get_mut(&row.sales_order) else { continue };
        order.lines.push(OrderLine {
            line: line_of!(row, order.currency)?,
            quantity_shipped: plain(row.quantity_shipped),
            quantity_canceled: plain(row.quantity_canceled),
        });
    }
    Ok(())
}

pub(super) async fn save(
    conn: &mut PgConnection,
    changes: &[Change<'_, Order>],
) -> Result<(), SaveError> {
    write(conn, &List::of(changes, |order| order.id.uuid(), |it| &it.lines)).await
}
