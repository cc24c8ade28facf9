//! `leadmill audit`: recounts what must hold, and names what does not.

use std::process::ExitCode;
use std::time::{Duration, Instant};

use anyhow::anyhow;
use domain::host::Hosted;
use serde::Serialize;

use super::Context;
use super::output::table;
use crate::messaging::{DEAD_LETTERS, Topology};
use crate::settings::Settings;
use crate::store::audit::{Invariant, Look, Named, Standing, audit, unclaimed, unsettled};
use crate::store::{self, Connection};
use crate::workers::{self, OUT_BILLING};

/// Between two looks at the queues.
const LOOK_EVERY: Duration = Duration::from_millis(500);
/// The queues must have been empty for that long before a message that nobody claimed is called
/// lost: a message in the hands of a consumer is in no queue's count.
const QUIET: Duration = Duration::from_secs(5);
/// A question to millions of rows may take that long.
const STATEMENT_TIMEOUT_MS: u64 = 3_600_000;

/// Options of `leadmill audit`.
#[derive(Clone, Debug, clap::Args)]
#[command(after_help = "\
All questions are answered from the tables of one moment. What hangs on messages that are still on \
their way is counted as in flight and not judged; with --settled the audit first waits until \
everything has come to rest, and then judges that too.

The exit code is 0 where nothing is broken, and 1 where something is.")]
pub struct Audit {
    /// Wait until queues, delays and marks are empty, then judge what would be in flight
    #[arg(long)]
    settled: bool,
    /// The longest that --settled waits
    #[arg(long, value_name = "SECONDS", default_value_t = 120, requires = "settled")]
    wait: u64,
}

/// All questions with their answers.
#[derive(Serialize)]
pub struct AuditReport {
    /// Nothing is broken.
    pub ok: bool,
    /// Everything had come to rest, so that nothing was left unjudged.
    settled: bool,
    /// What is younger, in seconds, was given the time to come right by itself.
    young_s: u32,
    pub invariants: Vec<Invariant>,
}

impl Audit {
    pub(super) async fn run(&self, context: &Context) -> anyhow::Result<ExitCode> {
        let report = self.report(context, context.settings().await?).await?;
        context.output.print(&report, AuditReport::text)?;
        Ok(if report.ok { ExitCode::SUCCESS } else { ExitCode::FAILURE })
    }

    /// The audit of everything, waiting for rest first, for at most so long.
    pub const fn settled(wait: Duration) -> Self {
        Self { settled: true, wait: wait.as_secs() }
    }

    /// # Errors
    /// Where database or broker cannot be asked.
    pub async fn report(
        &self,
        context: &Context,
        settings: Settings,
    ) -> anyhow::Result<AuditReport> {
        let settings = patient(settings);
        let all = workers::all(&settings)?;
        let topology = workers::topology(&all);
        let mut look = look(&all, &settings);
        let mut conn = context.database(&settings).await?;
        let mut restless = None;
        if self.settled {
            let waited = self.settle(&mut conn, &settings, &topology, &look).await?;
            look.settled = waited.answer == Standing::Ok;
            restless = Some(waited);
        }
        let tables = audit(&mut conn, &look).await.map_err(|fault| anyhow!("{fault}"))?;
        let _ = store::close(conn).await;
        let dead = dead_letters(&settings, &topology, &look).await?;
        let invariants: Vec<_> = tables.into_iter().chain([dead]).chain(restless).collect();
        let ok = invariants.iter().all(|invariant| invariant.answer != Standing::Broken);
        Ok(AuditReport { ok, settled: look.settled, young_s: look.young_s, invariants })
    }

    /// Waits for rest: nothing in any queue of ours, every batch marked, every message claimed. What
    /// is still not marked or claimed after a quiet while will never be; the audit then says so.
    async fn settle(
        &self,
        conn: &mut Connection,
        settings: &Settings,
        topology: &Topology,
        look: &Look,
    ) -> anyhow::Result<Invariant> {
        // Dead letters rest, until somebody parks them; they have a question of their own.
        let mut living = topology.clone();
        living.queues.retain(|queue| queue.name != DEAD_LETTERS);
        let begun = Instant::now();
        let limit = Duration::from_secs(self.wait);
        let mut quiet_since: Option<Instant> = None;
        let sentence = |fault: store::Fault| anyhow!("{fault}");
        let young = |what| format!("of the last {} s are not yet {what}.", look.young_s);
        let named = loop {
            let mut restless = full_queues(settings, &living).await?;
            let moving = unsettled(conn, look).await.map_err(sentence)?;
            restless.extend(moving_on("batches", moving.young, &young("published")));
            restless.extend(moving_on("messages", moving.delayed, "wait to be asked again."));
            let mut stuck = moving.old + moving.waiting;
            if restless.is_empty() {
                let lying = unclaimed(conn, look).await.map_err(sentence)?;
                restless.extend(moving_on("messages", lying.young, &young("claimed")));
                stuck += lying.old;
            }
            if restless.is_empty() {
                let since = *quiet_since.get_or_insert_with(Instant::now);
                if stuck == 0 || since.elapsed() >= QUIET {
                    break restless;
                }
            } else {
                quiet_since = None;
            }
            if begun.elapsed() >= limit && quiet_since.is_none() {
                break restless;
            }
            tokio::time::sleep(LOOK_EVERY).await;
        };
        let broken = i64::try_from(named.len()).unwrap_or(i64::MAX);
        let asked = ("settled", "Did everything come to rest in the time that --wait allows?");
        Ok(Invariant::of(asked, 1, (broken, 0), named))
    }
}

impl AuditReport {
    pub(super) fn text(&self) -> String {
        let text = verdicts(&self.invariants);
        let broken = self.invariants.iter().filter(|one| one.answer == Standing::Broken).count();
        let in_flight: i64 = self.invariants.iter().map(|one| one.in_flight).sum();
        let last = match (broken, in_flight) {
            (0, 0) => "Everything holds.".to_owned(),
            (0, n) => format!(
                "What could be judged holds; {n} are in flight. Judge them too with \
                 `leadmill audit --settled`."
            ),
            (n, _) => format!(
                "{n} of {} questions found something broken. Look at one of the ids with \
                 `leadmill trace ID`.",
                self.invariants.len()
            ),
        };
        let young = self.young_s;
        format!(
            "{text}\n{last} What is younger than {young} s (sweep_after_s + sweep_every_s + 20 s) may \
             still come right by itself."
        )
    }
}

/// The table of the answers, and below it what was named.
pub fn verdicts(invariants: &[Invariant]) -> String {
    let rows = invariants.iter().map(|one| {
        let answer = match one.answer {
            Standing::Ok => "ok",
            Standing::Broken => "BROKEN",
            Standing::InFlight => "in flight",
            Standing::Noted => "noted",
        };
        let counts = [one.checked, one.broken, one.in_flight].map(|n| n.to_string());
        let [checked, broken, in_flight] = counts;
        [one.name.into(), answer.into(), checked, broken, in_flight, one.question.into()]
    });
    let heads = ["Invariant", "Answer", "Checked", "Broken", "In flight", "Question"];
    let mut text = format!("{}\n", table(heads, rows));
    for one in invariants.iter().filter(|one| !one.named.is_empty()) {
        text += &format!("\n{}\n", one.name);
        for named in &one.named {
            let mark = if named.in_flight { " (in flight)" } else { "" };
            // A backtrace is for `leadmill parked show`, and for --json.
            let detail = named.detail.lines().next().unwrap_or_default();
            text += &format!("  {}{mark}  {detail}\n", named.id);
        }
        let all = one.broken + one.in_flight;
        let shown = i64::try_from(one.named.len()).unwrap_or(i64::MAX);
        if all > shown {
            text += &format!("  and {} more.\n", all - shown);
        }
    }
    text
}

/// Which worker hears which type, which queues hold raw inputs, and what is young.
pub fn look(all: &[Box<dyn Hosted>], settings: &Settings) -> Look {
    let raw = all.iter().flat_map(|worker| worker.raw_queues()).map(|name| (*name).to_owned());
    let young_s = settings.runtime.young_s();
    Look { heard: heard(all), raw_queues: raw.collect(), young_s, settled: false }
}

/// Which worker hears which type, pair by pair.
pub(super) fn heard(all: &[Box<dyn Hosted>]) -> Vec<(String, String)> {
    let pairs = all.iter().flat_map(|worker| {
        let name = worker.name();
        worker.hears().iter().map(move |ty| (name.to_owned(), ty.name.to_owned()))
    });
    pairs.collect()
}

/// The settings of a connection that reads whole tables.
fn patient(mut settings: Settings) -> Settings {
    settings.database.statement_timeout_ms = STATEMENT_TIMEOUT_MS;
    settings.database.idle_in_transaction_timeout_ms = STATEMENT_TIMEOUT_MS;
    settings
}

/// The queues of ours that hold messages; what others will take is not ours.
async fn full_queues(settings: &Settings, topology: &Topology) -> anyhow::Result<Vec<Named>> {
    let depths = topology.depths(&settings.broker).await?;
    let full = depths.into_iter().filter_map(|queue| {
        let (ready, consumers) = queue.waiting.filter(|(ready, _)| *ready > 0)?;
        let detail = format!("{ready} messages wait in it, for {consumers} consumers.");
        (queue.name != OUT_BILLING).then_some(Named { id: queue.name, detail, in_flight: false })
    });
    Ok(full.collect())
}

/// Something that is young and will come right by itself.
fn moving_on(what: &str, n: i64, why: &str) -> Option<Named> {
    let detail = format!("{n} {why}");
    (n > 0).then_some(Named { id: what.into(), detail, in_flight: false })
}

async fn dead_letters(
    settings: &Settings,
    topology: &Topology,
    look: &Look,
) -> anyhow::Result<Invariant> {
    let asked = ("queue.dead", "Is the queue of dead letters empty?");
    let dead = topology.queues.iter().filter(|queue| queue.name == DEAD_LETTERS).cloned();
    let dead: Vec<_> = dead.collect();
    let topology = Topology { exchanges: Vec::new(), queues: dead };
    // What is not there cannot be looked at, and is not empty.
    let depths = topology.depths(&settings.broker).await?;
    let missing = depths.into_iter().filter(|queue| queue.waiting.is_none());
    let missing = missing.map(|queue| Named {
        id: queue.name,
        detail: "It does not exist; run `leadmill migrate`.".to_owned(),
        in_flight: false,
    });
    let missing: Vec<_> = missing.collect();
    if !missing.is_empty() {
        return Ok(Invariant::of(asked, 1, (1, 0), missing));
    }
    let full = full_queues(settings, &topology).await?;
    let n = i64::try_from(full.len()).unwrap_or(i64::MAX);
    let counts = if look.settled { (n, 0) } else { (0, n) };
    let full = full.into_iter().map(|queue| Named { in_flight: !look.settled, ..queue });
    Ok(Invariant::of(asked, 1, counts, full.collect()))
}
