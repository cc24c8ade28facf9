//! Erasing: what is known of a person goes from the log, from records, keys and bytes. The one place that rewrites events.
//!
//! Whose records they are is found by keys and by links; what is personal in an event its schema tells (`domain/blank.rs`); and
//! records are told again from their blanked events, so that the log goes on telling just what the tables hold.

use domain::erasure::{Step, Sweep, Swept};
use domain::ids::ConsentId;

use uuid::Uuid;

use super::{Connection, Fault, Result, consent, likeness};

mod bytes;
mod found;
mod log;
mod others;
mod outward;
mod party;
mod raw;
mod receipt;
mod records;
mod rest;
mod retention;
mod scope;

use found::{Hold, find, wanted};
use receipt::count;
use scope::Scope;

/// Carries out one step, or a part of it.
///
/// # Errors
/// [`Fault::Ours`] where the log has what this program cannot read; else those of the database.
pub async fn sweep(conn: &mut Connection, sweep: &Sweep) -> Result<Swept> {
    // The tables beside the log are looked through as a whole, which takes as long as it takes.
    sqlx::raw_sql("SET LOCAL statement_timeout = 0").execute(&mut *conn).await?;
    match sweep.step {
        Step::Log => others::read(conn, sweep).await,
        Step::Records => of_records(conn, sweep).await,
        Step::Search => rest::search(conn, sweep).await,
        Step::Inputs => rest::inputs(conn, sweep).await,
        Step::Rest => rest::rest(conn, sweep).await,
        Step::RejectedInputs => retention::rejected(conn, sweep).await,
        Step::RawInputs => retention::raw(conn, sweep).await,
        Step::Parked => retention::parked(conn, sweep).await,
        Step::ClosedLeads => retention::closed(conn, sweep).await,
        Step::Newer(word) => Err(Fault::ours(format!(
            "The erasure {} waits for the step `{word}`, which this program does not know; run the newer leadmill.",
            sweep.erasure
        ))),
    }
}

/// Records, events and keys in one transaction: before it an enquiry of that person joins them and is erased with
/// them, after it nobody is known, and it makes a lead of its own.
async fn of_records(conn: &mut Connection, sweep: &Sweep) -> Result<Swept> {
    let mut scope = locked(&mut *conn, sweep).await?;
    keep(&mut *conn, sweep, &mut scope).await?;
    let mut found = Vec::new();
    let others = others::known(&mut *conn, sweep.erasure, &scope).await?;
    let blanked = log::blank(&mut *conn, &scope).await?;
    count(&mut found, "event", blanked.events);
    for (table, rows) in bytes::rows(&mut *conn, &blanked.rows).await? {
        count(&mut found, table, rows);
    }
    let told = log::tell(&mut *conn, &scope, others).await?;
    records::write(&mut *conn, &scope, &told, &mut found).await?;
    count(&mut found, "party_key", party::release(&mut *conn, &scope, &told).await?);
    let theirs: Vec<_> = scope.leads.union(&scope.joined).chain(&scope.contacts).copied().collect();
    let alike = likeness::again(&mut *conn, &told, &theirs).await.map_err(Fault::from)?;
    count(&mut found, "likeness_key", alike);
    rest::remember(&mut *conn, sweep.erasure, &scope, &blanked).await?;
    others::forget(&mut *conn, sweep.erasure).await?;
    count(&mut found, "kept: invoice", scope.invoices.len() as u64);
    count(&mut found, "kept: sales_order", scope.kept_orders);
    count(&mut found, "kept: consent", scope.pseudonyms.len() as u64);
    for (queue, messages) in outward::count(&mut *conn, &blanked, &scope).await? {
        count(&mut found, &format!("kept: queue {queue}"), messages);
    }
    Ok(Swept { found, erased: scope.erased(), ..Swept::default() })
}

/// What is theirs, locked. Of leads that the clock names only those which are closed then, too.
async fn locked(conn: &mut Connection, sweep: &Sweep) -> Result<Scope> {
    let mut named = None;
    for _ in 0..found::ROUNDS_MAX {
        let records = named_by(&mut *conn, sweep).await?;
        // Locked in the order of all workers, and looked at again under the locks.
        let scope = find(&mut *conn, wanted(sweep), &records, Hold::Locked).await?;
        if sweep.before.is_none() || named.as_ref() == Some(&records) {
            return Ok(scope);
        }
        named = Some(records);
    }
    Err(Fault::ours("The leads that are to go keep changing while they are looked at; try again."))
}

/// The records that a request names, as far as they may go.
async fn named_by(conn: &mut Connection, sweep: &Sweep) -> Result<Vec<Uuid>> {
    match sweep.before {
        Some(before) => retention::still_closed(conn, &sweep.records, before).await,
        None => Ok(sweep.records.clone()),
    }
}

/// Consents that outlive the person keep a pseudonym of their channel. One that another record has already, as where the
/// secret was missing for a while, says the same.
async fn keep(conn: &mut Connection, sweep: &Sweep, scope: &mut Scope) -> Result<()> {
    let Some(key) = &sweep.pseudonyms else { return Ok(()) };
    let ids: Vec<_> = scope.consents.iter().map(|id| ConsentId(*id)).collect();
    let known = consent::load(&mut *conn, &ids).await?;
    let kept = known.iter().filter(|consent| consent.outlives());
    scope.pseudonyms = kept.map(|it| (it.id.0, key.pseudonym(&it.channel))).collect();
    let made: Vec<_> = scope.pseudonyms.values().cloned().collect();
    let taken = sqlx::query_scalar!("SELECT channel FROM consent WHERE channel = ANY($1)", &made);
    let taken = taken.fetch_all(conn).await?;
    scope.pseudonyms.retain(|_, pseudonym| !taken.contains(pseudonym));
    Ok(())
}
