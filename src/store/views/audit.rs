//! The invariants, recounted from the tables: what must hold whatever happened on the way.
//!
//! All is read in one `REPEATABLE READ READ ONLY` transaction, so that the answer is about one
//! moment. Every decision commits records, events and claims together; what the tables alone say
//! therefore holds at any moment, also under load. What hangs on messages that are still on their
//! way has a third answer, *in flight*: counted, and judged only when the caller knows that
//! everything has come to rest ([`Look::settled`]).

use crate::store::{Connection, Result, rollback};

mod delivery;
mod history;
mod input;
mod invariant;
mod reference;
mod sales;
mod settling;
mod timer;
mod totals;

pub use invariant::{Invariant, Look, NAMED_MAX, Named, Standing};
pub use settling::{Unclaimed, Unsettled, unclaimed, unsettled};

/// Asks all invariants of the tables.
///
/// # Errors
/// [`Fault`](crate::store::Fault) of the server; then close the connection, its transaction is open.
pub async fn audit(conn: &mut Connection, look: &Look) -> Result<Vec<Invariant>> {
    sqlx::raw_sql("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY").execute(&mut *conn).await?;
    let mut found = Vec::new();
    found.push(input::verdict(conn, look).await?);
    found.push(input::explained(conn).await?);
    found.push(input::parts(conn, look).await?);
    found.push(history::contiguous(conn).await?);
    found.push(history::record(conn).await?);
    found.push(history::cause(conn).await?);
    found.push(reference::known(conn).await?);
    found.push(sales::order_of_quote(conn).await?);
    found.push(sales::quantities(conn).await?);
    found.push(sales::shipments(conn).await?);
    found.push(sales::billed(conn).await?);
    found.push(sales::exact(conn).await?);
    found.push(sales::numbers(conn).await?);
    found.push(totals::stored(conn).await?);
    found.push(delivery::claims(conn).await?);
    found.push(delivery::commands(conn, look).await?);
    found.push(delivery::heard(conn, look).await?);
    found.push(delivery::delayed(conn, look).await?);
    found.push(timer::said(conn, look).await?);
    found.push(timer::shift(conn).await?);
    found.push(delivery::published(conn, look).await?);
    found.push(delivery::refused(conn).await?);
    found.push(delivery::parked(conn).await?);
    rollback(conn).await?;
    Ok(found)
}
