//! `leadmill status`: how things stand, in one look.

use std::process::ExitCode;

use chrono::{DateTime, Utc};
use serde::Serialize;

use super::Context;
use super::output::table;
use super::time::ago;
use crate::messaging::{DEAD_LETTERS, Delay, QueueDepth, REFUSING};
use crate::store::status::{self, Count, Oldest};
use crate::{store, workers};

mod queue;
mod warnings;

use queue::Queue;

/// Everything that is shown.
#[derive(Serialize)]
struct Shown {
    queues: Vec<Queue>,
    /// Messages that wait to be asked again, in all delay queues together.
    delayed: u32,
    /// Messages that the broker gave up delivering and that nobody has parked yet.
    dead: u32,
    #[serde(flatten)]
    status: status::Status,
    /// Finished sentences; empty where nothing needs anybody.
    warnings: Vec<String>,
    #[serde(skip)]
    now: DateTime<Utc>,
}

pub(super) async fn run(context: &Context) -> anyhow::Result<ExitCode> {
    let settings = context.settings().await?;
    let all = workers::all(&settings)?;
    let mut conn = context.database(&settings).await?;
    let consumers = store::consumer::list(&mut conn).await;
    let consumers = consumers.map_err(|fault| anyhow::anyhow!("{fault}"))?;
    let outward = workers::consumer_queues(&consumers, &workers::sayers(&all));
    let topology = workers::topology(&all).outward(outward);
    let depths = topology.depths(&settings.broker).await?;
    let status = status::read(&mut conn).await.map_err(|fault| anyhow::anyhow!("{fault}"))?;
    let _ = store::close(conn).await;
    let shown = Shown::of(depths, status, Utc::now());
    context.output.print(&shown, Shown::text)?;
    Ok(ExitCode::SUCCESS)
}

impl Shown {
    fn of(depths: Vec<QueueDepth>, status: status::Status, now: DateTime<Utc>) -> Self {
        let (mut queues, mut delayed, mut dead, mut missing) = (Vec::new(), 0, 0, Vec::new());
        for QueueDepth { name, waiting } in depths {
            let ready = waiting.map(|(ready, _)| ready);
            if ready.is_none() {
                missing.push(format!("`{name}`"));
            }
            if Delay::is_queue(&name) {
                delayed += ready.unwrap_or(0);
            } else if name == DEAD_LETTERS {
                dead += ready.unwrap_or(0);
            } else if name != REFUSING {
                queues.push(Queue { name, ready, consumers: waiting.map(|(_, n)| n) });
            }
        }
        let warnings = warnings::all(&queues, &missing, dead, &status, now);
        Self { queues, delayed, dead, status, warnings, now }
    }

    fn text(&self) -> String {
        let shown = |n: Option<u32>| n.map_or("missing".into(), |n| n.to_string());
        let queues = self
            .queues
            .iter()
            .map(|queue| [queue.name.clone(), shown(queue.ready), shown(queue.consumers)]);
        let mut parts = vec![
            format!(
                "{}\n{} waiting in delays, {} dead.",
                table(["Queue", "Ready", "Consumers"], queues),
                self.delayed,
                self.dead
            ),
            self.records(),
            self.inputs(),
        ];
        parts.extend(self.imports());
        parts.push(self.troubles());
        parts.extend(self.warnings.iter().map(|warning| format!("Warning: {warning}")));
        parts.join("\n\n")
    }

    fn records(&self) -> String {
        let rows =
            self.status.records.iter().map(|row| {
                [row.subject.clone(), row.state.clone(), number(row.count, row.estimated)]
            });
        format!("{}", table(["Records", "State", "Number"], rows))
    }

    fn inputs(&self) -> String {
        let rows = self.status.inputs.iter().map(|row| {
            [row.channel.clone(), row.verdict.clone(), number(row.count, row.estimated)]
        });
        let repeats = self.status.repeats.iter();
        let repeats =
            repeats.map(|row| [row.name.clone(), "repeated".into(), row.count.to_string()]);
        format!("{}", table(["Inputs", "Verdict", "Number"], rows.chain(repeats)))
    }

    fn imports(&self) -> Option<String> {
        let imports = &self.status.imports;
        if imports.is_empty() {
            return None;
        }
        let rows = imports.iter().map(|import| {
            let name = import.file.as_ref().or(import.external_id.as_ref());
            let since = import.received_at.map(|at| ago(at, self.now)).unwrap_or_default();
            let name = name.cloned().unwrap_or_default();
            [import.id.to_string(), name, import.parts.to_string(), since]
        });
        Some(format!("{}", table(["Running import", "File", "Parts so far", "Since"], rows)))
    }

    fn troubles(&self) -> String {
        let status = &self.status;
        let since = |oldest: &Oldest| {
            let at = oldest.oldest_at.map(|at| format!(", the oldest for {}", ago(at, self.now)));
            format!("{}{}", oldest.count, at.unwrap_or_default())
        };
        let waiting = &status.waiting;
        let waiting = since(&Oldest { count: waiting.count, oldest_at: waiting.oldest_at });
        let unmarked = status.unmarked.iter().map(|row| {
            format!("{} {} (oldest {})", row.worker, row.count, ago(row.oldest_at, self.now))
        });
        let rows = [
            ["Held inputs, for a person to look at".into(), since(&status.held)],
            ["Transfers of which nobody knows what they pay".into(), since(&status.transfers)],
            ["Proposals to accept or dismiss".into(), since(&status.proposals)],
            ["Messages waiting to be asked again".into(), waiting],
            ["Timers that are overdue".into(), since(&status.overdue)],
            ["Timers that nobody may say".into(), since(&status.unsaid)],
            ["Parked messages".into(), list(&status.parked)],
            ["Refused in the last 24 hours".into(), list(&status.refusals)],
            ["Batches not known to be published".into(), none_or(unmarked.collect())],
            ["Days that partitions reach ahead".into(), status.partition_days_ahead.to_string()],
        ];
        format!("{}", table(["", ""], rows))
    }
}

fn number(count: i64, estimated: bool) -> String {
    if estimated { format!("about {count}") } else { count.to_string() }
}

fn list(counts: &[Count]) -> String {
    none_or(counts.iter().map(|row| format!("{} {}", row.name, row.count)).collect())
}

fn none_or(words: Vec<String>) -> String {
    if words.is_empty() { "none".into() } else { words.join(", ") }
}
