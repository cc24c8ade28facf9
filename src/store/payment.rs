//! Payments: append-only parts of the invoice, read and saved under its lock.

use std::collections::BTreeMap;

use domain::ids::Id;
use domain::invoice::{Invoice, Payment};
use leadmill_table::part;
use sqlx::PgConnection;
use uuid::Uuid;

use crate::store::column::amount;
use crate::store::save::{Change, List, SaveError};

part! { payment of invoice: Payment as payment => PaymentRow, appended {
    id: uuid = payment.id.uuid();
    payer: text = payment.payer.as_str();
    reference: text = payment.reference.as_str();
    amount: numeric = payment.amount;
    value_date: date = payment.value_date;
}}

/// Reads the payments of locked invoices into them.
///
/// # Errors
/// Those of the database.
pub(crate) async fn load(
    conn: &mut PgConnection,
    found: &mut BTreeMap<Uuid, Invoice>,
) -> Result<(), sqlx::Error> {
    let invoices: Vec<_> = found.keys().copied().collect();
    for row in read(conn, &invoices).await? {
        let Some(invoice) = found.get_mut(&row.invoice) else { continue };
        invoice.payments.push(Payment {
            id: row.id.into(),
            payer: row.payer,
            reference: row.reference,
            amount: amount(row.amount, invoice.currency),
            value_date: row.value_date,
        });
    }
    Ok(())
}

/// Inserts the payments that were appended.
///
/// # Errors
/// [`SaveError::Frozen`] where a known payment was changed, else those of the database.
pub(crate) async fn save(
    conn: &mut PgConnection,
    changes: &[Change<'_, Invoice>],
) -> Result<(), SaveError> {
    write(conn, &List::of(changes, |invoice| invoice.id.uuid(), |it| &it.payments)).await
}
