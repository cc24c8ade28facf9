//! Payments: append-only parts of the invoice, read and saved under its lock.

use std::collections::BTreeMap;

use domain::ids::Id;
use domain::invoice::{Invoice, Payment};
use sqlx::PgConnection;
use uuid::Uuid;

use crate::store::column::amount;
use crate::store::save::{Change, SaveError, appended};

/// Reads the payments of locked invoices into them.
///
/// # Errors
/// Those of the database.
pub(crate) async fn load(
    conn: &mut PgConnection,
    found: &mut BTreeMap<Uuid, Invoice>,
) -> Result<(), sqlx::Error> {
    let invoices: Vec<_> = found.keys().copied().collect();
    let rows = sqlx::query!(
        "SELECT invoice, id, payer, reference, amount, value_date
         FROM payment WHERE invoice = ANY($1) ORDER BY invoice, position",
        &invoices
    )
    .fetch_all(conn)
    .await?;
    for row in rows {
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
    let mut new = Vec::new();
    for (was, now) in changes {
        let about = ("invoice", now.id.uuid(), "a known payment");
        let stored = was.map_or(&[][..], |was| &was.payments);
        for (position, payment) in appended(about, stored, &now.payments)? {
            new.push((now.id.uuid(), position, payment));
        }
    }
    if new.is_empty() {
        return Ok(());
    }
    let invoices: Vec<_> = new.iter().map(|(invoice, ..)| *invoice).collect();
    let positions: Vec<_> = new.iter().map(|(_, position, _)| *position).collect();
    let payments = || new.iter().map(|(.., payment): &(Uuid, i32, &Payment)| *payment);
    let ids: Vec<_> = payments().map(|payment| payment.id.uuid()).collect();
    let payers: Vec<_> = payments().map(|payment| payment.payer.as_str()).collect();
    let references: Vec<_> = payments().map(|payment| payment.reference.as_str()).collect();
    let amounts: Vec<_> = payments().map(|payment| payment.amount).collect();
    let value_dates: Vec<_> = payments().map(|payment| payment.value_date).collect();
    sqlx::query!(
        "INSERT INTO payment (invoice, position, id, payer, reference, amount, value_date)
         SELECT * FROM unnest($1::uuid[], $2::int[], $3::uuid[], $4::text[], $5::text[],
                              $6::numeric[], $7::date[])",
        &invoices,
        &positions,
        &ids,
        &payers as &[&str],
        &references as &[&str],
        &amounts,
        &value_dates,
    )
    .execute(conn)
    .await?;
    Ok(())
}
