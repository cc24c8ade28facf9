//! The lines of invoices: issued, and never changed.

use std::collections::BTreeMap;

use domain::ids::Id;
use domain::invoice::{Invoice, InvoiceLine};
use sqlx::PgConnection;
use uuid::Uuid;

use crate::store::line::{line_of, line_part};
use crate::store::save::{Change, List, SaveError};

line_part! { [invoice_line of invoice: InvoiceLine as line => InvoiceLineRow, decided] line.line, {
    order_line: uuid = line.order_line.uuid();
}}

/// Reads the lines of locked invoices into them.
pub(super) async fn load(
    conn: &mut PgConnection,
    found: &mut BTreeMap<Uuid, Invoice>,
) -> Result<(), sqlx::Error> {
    let ids: Vec<_> = found.keys().copied().collect();
    for row in read(conn, &ids).await? {
        let Some(invoice) = found.get_mut(&row.invoice) else { continue };
        let order_line = row.order_line.into();
        let line = line_of!(row, invoice.currency)?;
        invoice.lines.push(InvoiceLine { line, order_line });
    }
    Ok(())
}

pub(super) async fn save(
    conn: &mut PgConnection,
    changes: &[Change<'_, Invoice>],
) -> Result<(), SaveError> {
    write(conn, &List::of(changes, |invoice| invoice.id.uuid(), |it| &it.lines)).await
}
