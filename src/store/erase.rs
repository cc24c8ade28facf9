//! Erasing: what is known of a person goes from the log, from records, keys and bytes. The one place that rewrites events.
//!
//! Whose records they are is found by keys and by links; what is personal in an event its schema tells (`domain/blank.rs`); and
//! records are told again from their blanked events, so that the log goes on telling just what the tables hold.

use domain::erasure::{Step, Sweep, Swept};

use super::{Connection, Fault, Result, likeness};

mod bytes;
mod found;
mod log;
mod party;
mod receipt;
mod records;
mod rest;
mod scope;

use found::{find, wanted};
use receipt::count;

/// Carries out one step, or a part of it.
///
/// # Errors
/// [`Fault::Ours`] where the log has what this program cannot read; else those of the database.
pub async fn sweep(conn: &mut Connection, sweep: &Sweep) -> Result<Swept> {
    // The log is read as a whole here and there, which takes as long as it takes.
    sqlx::raw_sql("SET LOCAL statement_timeout = 0").execute(&mut *conn).await?;
    match sweep.step {
        Step::Records => of_records(conn, sweep).await,
        Step::Search => rest::search(conn, sweep).await,
        Step::Inputs => rest::inputs(conn, sweep).await,
        Step::Rest => rest::rest(conn, sweep).await,
        Step::Newer(word) => Err(Fault::ours(format!(
            "The erasure {} waits for the step `{word}`, which this program does not know; run the newer leadmill.",
            sweep.erasure
        ))),
    }
}

/// Records, events and keys in one transaction: before it an enquiry of that person joins them and is erased with
/// them, after it nobody is known, and it makes a lead of its own.
async fn of_records(conn: &mut Connection, sweep: &Sweep) -> Result<Swept> {
    let scope = find(&mut *conn, wanted(sweep), &sweep.records).await?;
    let mut found = Vec::new();
    let blanked = log::blank(&mut *conn, &scope).await?;
    count(&mut found, "event", blanked.events);
    for (table, rows) in bytes::rows(&mut *conn, &blanked.rows).await? {
        count(&mut found, table, rows);
    }
    let told = log::tell(&mut *conn, &scope).await?;
    records::write(&mut *conn, &scope, &told, &mut found).await?;
    count(&mut found, "party_key", party::release(&mut *conn, &scope, &told).await?);
    let theirs: Vec<_> = scope.leads.union(&scope.joined).chain(&scope.contacts).copied().collect();
    let alike = likeness::again(&mut *conn, &told, &theirs).await.map_err(Fault::from)?;
    count(&mut found, "likeness_key", alike);
    rest::remember(&mut *conn, sweep.erasure, &scope, &blanked).await?;
    count(&mut found, "kept: invoice", scope.invoices);
    count(&mut found, "kept: sales_order", scope.kept_orders);
    Ok(Swept { found, erased: scope.erased(), after: None })
}
