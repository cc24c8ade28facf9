//! The lines of invoices: issued, and never changed.

use domain::invoice::{Invoice, InvoiceLine};
use uuid::Uuid;

use crate::store::subjects::line::{line_of, line_part};

line_part! { [invoice_line of invoice: InvoiceLine as line => InvoiceLineRow, decided in Invoice.lines] line.line, {
    order_line: uuid? = line.order_line.map(Uuid::from);
}}

impl InvoiceLineRow {
    fn part(self, invoice: &Invoice) -> Result<InvoiceLine, sqlx::Error> {
        let order_line = self.order_line.map(Into::into);
        Ok(InvoiceLine { line: line_of!(self, invoice.currency)?, order_line })
    }
}
