//! The lines of orders: only what became of them changes.

use domain::order::{Order, OrderLine};

use crate::store::column::plain;
use crate::store::subjects::line::{line_of, line_part};

line_part! { [order_line of sales_order: OrderLine as line => OrderLineRow, decided in Order.lines] line.line, {
    changing quantity_shipped: numeric = line.quantity_shipped;
    changing quantity_canceled: numeric = line.quantity_canceled;
}}

impl OrderLineRow {
    fn part(self, order: &Order) -> Result<OrderLine, sqlx::Error> {
        Ok(OrderLine {
            quantity_shipped: plain(self.quantity_shipped),
            quantity_canceled: plain(self.quantity_canceled),
            line: line_of!(self, order.currency)?,
        })
    }
}
