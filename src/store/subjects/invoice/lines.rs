//! The lines of invoices: issued, and never changed.

use domain::ids::Id;
use domain::invoice::{Invoice, InvoiceLine};

use crate::store::subjects::line::{line_of, line_part};

line_part! { [invoice_line of invoice: InvoiceLine as line => InvoiceLineRow, decided in Invoice.lines] line.line, {
    order_line: uuid = line.order_line.uuid();
}}

impl InvoiceLineRow {
    fn part(self, invoice: &Invoice) -> Result<InvoiceLine, sqlx::Error> {
        let order_line = self.order_line.into();
        Ok(InvoiceLine { line: line_of!(self, invoice.currency)?, order_line })
    }
}
