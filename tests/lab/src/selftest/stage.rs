//! What the hands of a selftest share, and what follows when they rest: settling and judging.

use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use anyhow::anyhow;
use leadmill::cli::audit::{self, Audit};
use leadmill::cli::output::say;
use leadmill::cli::rebuild;
use leadmill::cli::{Context, progress};
use leadmill::messaging::Topology;
use leadmill::settings::Settings;
use leadmill::store::audit::{Invariant, Named};
use leadmill::store::{self, summary};
use leadmill::workers;
use tokio_util::sync::CancellationToken;

use super::judge;
use super::ledger::Shared;
use super::plan::{Plan, Planned};
use super::report::{Figures, Injected};

/// The audit waits so long for the last marks.
const AUDIT_LIMIT: Duration = Duration::from_secs(30);
/// Between two looks whether everything has come to rest.
const LOOK_PAUSE: Duration = Duration::from_millis(500);
/// A look is followed by a pause of so many times its own length.
const LOOK_COST: u32 = 5;
/// Looks in a row that must find rest.
const LOOKS_SETTLED: u32 = 4;
/// Where no queue holds anything and nothing has happened for so long, nothing will: no worker waits
/// that long before it tries again.
const STILL: Duration = Duration::from_secs(45);
/// Where standard error is no terminal, a line this often.
const LINE_EVERY: Duration = Duration::from_secs(15);

/// Everything that the hands share.
pub struct Scene<'a> {
    pub context: &'a Context,
    pub settings: Settings,
    pub folder: PathBuf,
    pub ledger: Shared,
    pub stop: CancellationToken,
    pub begun: Instant,
    pub until: Instant,
    pub injected: Mutex<Vec<Injected>>,
}

impl Scene<'_> {
    /// Carries out one fault after the other until the time is over.
    pub async fn carry_out(
        &self,
        plan: Plan,
        mut inject: impl AsyncFnMut(Planned) -> anyhow::Result<String>,
    ) -> anyhow::Result<()> {
        for planned in plan {
            tokio::time::sleep(planned.rest).await;
            if Instant::now() >= self.until {
                break;
            }
            let at = Instant::now();
            let what = inject(planned).await?;
            self.note(at, planned, what);
        }
        Ok(())
    }

    /// Writes down that a fault was carried out.
    pub fn note(&self, at: Instant, planned: Planned, what: String) {
        let took_ms = u64::try_from(at.elapsed().as_millis()).unwrap_or(u64::MAX);
        let at_s = at.duration_since(self.begun).as_secs();
        let injected = Injected { at_s, kind: planned.kind, what, took_ms };
        self.injected.lock().unwrap_or_else(PoisonError::into_inner).push(injected);
    }

    /// Says how far it is.
    pub async fn tell(&self) -> anyhow::Result<()> {
        let whole = self.until.duration_since(self.begun).as_secs();
        let bar = progress::count("selftest", whole);
        let mut line = Instant::now();
        while Instant::now() < self.until {
            tokio::time::sleep(LOOK_PAUSE).await;
            let faults = self.injected.lock().unwrap_or_else(PoisonError::into_inner).len();
            let figures = Figures::of(&self.ledger.lock());
            let message = format!(
                "s · {faults} faults · {} inputs · {} messages · {} orders · {} invoices",
                figures.inputs, figures.messages, figures.orders, figures.invoices
            );
            let seconds = self.begun.elapsed().as_secs();
            if bar.is_hidden() && line.elapsed() >= LINE_EVERY {
                say(&format!("{seconds} of {whole} {message}"));
                line = Instant::now();
            }
            bar.set_position(seconds);
            bar.set_message(message);
        }
        bar.finish_and_clear();
        Ok(())
    }

    /// Waits until nothing is left to do; answers what is still open when the time is over.
    pub async fn settle(
        &self,
        others: &Topology,
        limit: Duration,
    ) -> anyhow::Result<Option<String>> {
        let all = workers::all(&self.settings)?;
        let look = audit::look(&all, &self.settings);
        let heard: Vec<_> =
            look.heard.iter().map(|(worker, ty)| (worker.as_str(), ty.as_str())).collect();
        let mut topology = workers::topology(&all);
        topology.queues.extend(others.queues.clone());
        let mut database = self.context.database(&self.settings).await?;
        let (begun, mut looks, mut before) = (Instant::now(), 0, summary::Progress::default());
        let mut moved = begun;
        loop {
            let looked = Instant::now();
            let now = summary::progress(&mut database, &heard).await.map_err(|f| anyhow!("{f}"))?;
            let depths = topology.depths(&self.settings.broker).await?;
            let full = depths.iter().filter(|it| it.waiting.is_some_and(|(ready, _)| ready > 0));
            let full: Vec<_> = full.map(|queue| queue.name.as_str()).collect();
            let open = if now.open > 0 {
                Some(format!("{} messages are on their way", now.open))
            } else if !full.is_empty() {
                Some(format!("messages wait in {}", full.join(", ")))
            } else if now != before {
                Some("something happens still".to_owned())
            } else {
                let ledger = self.ledger.snapshot();
                let taken = judge::all_taken(&mut database, &look.raw_queues, &ledger).await?;
                if !taken {
                    Some("not everything that was sent has arrived".to_owned())
                } else if judge::poison_missing(&mut database, &ledger).await? {
                    // A broker whose node died while it handed over a dead letter does so again after
                    // three minutes; until then it is in no queue that anybody could see.
                    moved = looked;
                    Some("not every poison lies parked".to_owned())
                } else {
                    None
                }
            };
            looks = if open.is_none() { looks + 1 } else { 0 };
            if looks >= LOOKS_SETTLED {
                return Ok(None);
            }
            if now != before || !full.is_empty() {
                moved = Instant::now();
            }
            if begun.elapsed() > limit || moved.elapsed() > STILL {
                return Ok(open);
            }
            before = now;
            // Whoever looks at large tables all the time keeps from working those whom it waits for.
            tokio::time::sleep(LOOK_PAUSE.max(looked.elapsed() * LOOK_COST)).await;
        }
    }

    /// The answers to all questions; `open` is what has not come to rest.
    pub async fn judge(&self, open: Option<String>) -> anyhow::Result<Vec<Invariant>> {
        let raw_queues = audit::look(&workers::all(&self.settings)?, &self.settings).raw_queues;
        let mut database = self.context.database(&self.settings).await?;
        let ledger = self.ledger.snapshot();
        let mut verdicts = judge::judge(&mut database, &raw_queues, &ledger).await?;
        let _ = store::close(database).await;
        // What has not come to rest by now is not waited for again.
        let limit = if open.is_none() { AUDIT_LIMIT } else { Duration::ZERO };
        let audit = Audit::settled(limit).report(self.context, self.settings.clone()).await?;
        verdicts.extend(audit.invariants);
        let told = ("log.whole", "Does the log alone make every row as it is?");
        verdicts.push(listed(told, rebuild::untold(&self.settings.database).await?));
        let rest = ("selftest.rest", "Did everything come to rest in the time of --settle?");
        verdicts.push(listed(rest, open.into_iter().collect()));
        let busy = ("selftest.busy", "Were there faults, and did invoices come out all the same?");
        let faults = self.injected.lock().unwrap_or_else(PoisonError::into_inner).len();
        let idle = faults == 0 || ledger.invoices.is_empty();
        let idle = idle.then(|| format!("{faults} faults, {} invoices", ledger.invoices.len()));
        verdicts.push(listed(busy, idle.into_iter().collect()));
        Ok(verdicts)
    }
}

/// Whether workers ended as they should.
pub fn ended(unforeseen: &[String]) -> Invariant {
    let asked = ("worker.ends", "Did no worker end in a way that is not foreseen?");
    listed(asked, unforeseen.to_vec())
}

/// A question that is answered by what is wrong.
fn listed(asked: (&'static str, &'static str), wrong: Vec<String>) -> Invariant {
    let broken = i64::try_from(wrong.len()).unwrap_or(i64::MAX);
    let named = |detail| Named { id: asked.0.to_owned(), detail, in_flight: false };
    Invariant::of(asked, 1, (broken, 0), wrong.into_iter().map(named).collect())
}
