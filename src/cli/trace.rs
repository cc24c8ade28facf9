//! `leadmill trace ID`: the whole pipeline of anything, as a timeline.

use std::process::ExitCode;

use anyhow::anyhow;
use domain::host::Hosted;

use super::Context;
use super::audit::heard;
use crate::store::trace::{PIPELINES_MAX, read, search};
use crate::store::{self, Connection};
use crate::workers;

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
  leadmill trace jane@example.com         whoever has this e-mail address or telephone (+4989…)

Waited is the time from the cause to the moment a worker took it; worked the time from there until \
the broker had confirmed everything that followed. They are kept for eight days.")]
pub struct Trace {
    /// An id, a document number (L-…, Q-…, O-…, INV-…), a shipment's reference, a sender's own key, or
    /// a person's e-mail address or telephone
    #[arg(value_name = "ID")]
    what: String,
}

impl Trace {
    pub(super) async fn run(&self, context: &Context) -> anyhow::Result<ExitCode> {
        let settings = context.settings().await?;
        let all = workers::all(&settings)?;
        let mut conn = context.database(&settings).await?;
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
        return Err(anyhow!(
            "Nothing is known of `{what}`. Give an id, a document number such as O-100042, the \
             sender's own key, or a person's e-mail address or telephone; what still waits in a queue \
             is counted by `leadmill status`."
        ));
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
