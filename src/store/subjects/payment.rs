//! Payments: append-only parts of the invoice, read and saved under its lock.

use domain::ids::Id;
use domain::invoice::{Invoice, Payment};
use leadmill_table::part;

use crate::store::column::amount;

part! { payment of invoice: Payment as payment => PaymentRow, appended in Invoice.payments {
    id: uuid = payment.id.uuid();
    payer: text = payment.payer.as_str();
    reference: text = payment.reference.as_str();
    amount: numeric = payment.amount;
    value_date: date = payment.value_date;
}}

impl PaymentRow {
    fn part(self, invoice: &Invoice) -> Result<Payment, sqlx::Error> {
        Ok(Payment {
            id: self.id.into(),
            payer: self.payer,
            reference: self.reference,
            amount: amount(self.amount, invoice.currency),
            value_date: self.value_date,
        })
    }
}
