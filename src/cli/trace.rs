//! `leadmill trace ITEM`: the whole pipeline of anything, as a timeline; with `--customer` all that ever happened
//! with the customer behind it.

use std::process::ExitCode;

use anyhow::anyhow;
use domain::host::Hosted;

use super::Context;
use super::audit::heard;
use super::meant::nothing_known;
use crate::store::trace::{PIPELINES_MAX, read, search};
use crate::store::{self, Connection};
use crate::workers;

mod customer;
mod timeline;

pub(super) use timeline::TraceReport;

use timeline::Timeline;

/// Options of `leadmill trace`.
#[derive(Clone, Debug, clap::Args)]
#[command(after_help = "\
Examples:
  leadmill trace INV-2026-000042          from the invoice back to the lead's first mail
  leadmill trace 0190b5c0-…               any id that leadmill uses: input, message, lead, account,
                                          contact, opportunity, quote, order, invoice, shipment
  leadmill trace '<a1b2@mail.example>'    the Message-ID of a mail, or any sender's own key
  leadmill trace jane@example.com         all pipelines of whoever has this e-mail address or
                                          telephone (+4989…)
  leadmill trace 'Acme Ltd'               those of an organisation
  leadmill trace --customer Q-100042      every enquiry and document of the customer behind it, also
                                          disqualified and canceled ones, as one list
  leadmill trace --customer jane@example.com --after ID

With --customer an e-mail address, a telephone and the id of a contact mean that person; everything else means the \
organisation that it belongs to, where there is one. With --json it prints each entry in a line, and where there is more \
a last line {\"next\": ID}.

Waited is the time from the cause to the moment a worker took it; worked the time from there until \
the broker had confirmed everything that followed. They are kept for eight days.")]
pub struct Trace {
    /// An id, a document number (L-…, Q-…, O-…, INV-…), a shipment's reference, a sender's own key, a
    /// person's e-mail address or telephone, or the name of an organisation
    #[arg(value_name = "ITEM")]
    what: String,
    /// All that ever happened with the customer behind it, the oldest first
    #[arg(long)]
    customer: bool,
    #[command(flatten)]
    page: customer::Asked,
}

impl Trace {
    pub(super) async fn run(&self, context: &Context) -> anyhow::Result<ExitCode> {
        let settings = context.settings().await?;
        let all = workers::all(&settings)?;
        let mut conn = context.reading(&settings).await?;
        if self.customer {
            let told = customer::tell(&mut conn, self.what.trim(), &self.page).await?;
            let _ = store::close(conn).await;
            context.output.lines(&told.entries, told.next(), || told.text())?;
            return Ok(ExitCode::SUCCESS);
        }
        let report = tell(&mut conn, &all, self.what.trim()).await?;
        let _ = store::close(conn).await;
        context.output.print(&report, TraceReport::text)?;
        Ok(ExitCode::SUCCESS)
    }
}

/// The pipelines of whatever is meant.
///
/// # Errors
/// That nothing is known of it.
pub(super) async fn tell(
    conn: &mut Connection,
    all: &[Box<dyn Hosted>],
    what: &str,
) -> anyhow::Result<TraceReport> {
    let sentence = |fault: store::Fault| anyhow!("{fault}");
    let (found, mut correlations) = search(conn, what).await.map_err(sentence)?;
    if correlations.is_empty() {
        return Err(nothing_known(what));
    }
    let max = usize::try_from(PIPELINES_MAX).unwrap_or(usize::MAX);
    let more = correlations.len() > max;
    if more {
        // In the order of time: the first is the one too many.
        correlations.remove(0);
    }
    let names = workers::NAMES.map(str::to_owned);
    let trace = read(conn, correlations, &names).await.map_err(sentence)?;
    let heard = heard(all);
    let of = |correlation| Timeline::of(&trace, correlation, &heard);
    let pipelines = trace.correlations.iter().copied().map(of).collect();
    Ok(TraceReport { found, pipelines, more_pipelines: more, cut: trace.cut })
}
