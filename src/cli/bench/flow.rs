//! End to end: leads of four channels that become issued invoices, every worker a process of its own,
//! as in production; stand-ins for customer and warehouse answer at once.

#![allow(clippy::float_arithmetic, reason = "figures of a measurement, no money")]

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use anyhow::{Context as _, bail, ensure};
use chrono::{DateTime, Utc};
use tokio::task::JoinSet;
use tokio::time::{Instant, MissedTickBehavior, interval, sleep};
use tokio_util::sync::CancellationToken;
use tracing::warn;

use super::cpu::{self, Cpu, Used};
use super::flow_report::{Process, Report, Run};
use super::ground::{Ground, said};
use super::load::Load;
use super::sample;
use crate::cli::Context;
use crate::cli::context::exports;
use crate::cli::demo::outside::{self, Counts, Manner, Party};
use crate::cli::demo::processes::Processes;
use crate::cli::post::Post;
use crate::settings::Settings;
use crate::store::{self, Connection, batch, summary, work};
use crate::workers;

/// A pipeline that gets no further for so long is given up.
const PATIENCE: Duration = Duration::from_secs(60);
const LOOK_EVERY: Duration = Duration::from_millis(50);
/// Leads of the run that comes first and is not counted, for cold caches.
const WARM_UP: usize = 500;
/// Inputs are sent so often where they are paced.
const PACE_EVERY: Duration = Duration::from_millis(20);
/// The paced run has this part of the leads, and so takes as long as half of the one at full speed.
const PACED_PART: usize = 4;

/// Measures in a database and under a prefix of its own.
///
/// # Errors
/// What keeps it from being measured, as finished sentences.
pub async fn measure(
    context: &Context,
    settings: &Settings,
    leads: usize,
) -> anyhow::Result<Report> {
    let load_average = cpu::load_average();
    let folder = context.global.folder.join("bench");
    let made = std::fs::create_dir_all(&folder);
    made.with_context(|| format!("The folder `{}` cannot be made", folder.display()))?;
    let ground = Ground::prepare(settings, outside::topology().queues).await?;
    let mut flow = Flow { context, ground: &ground, folder, people: 0 };
    let measured = tokio::select! {
        measured = flow.runs(leads) => measured,
        _ = tokio::signal::ctrl_c() => Err(anyhow::anyhow!("Stopped; nothing was measured.")),
    };
    if let Err(error) = ground.clear().await {
        warn!("{error}");
    }
    let (full, paced) = measured?;
    Ok(Report::of(settings, load_average, full, paced))
}

/// How fast inputs come.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Pace {
    /// All of them lie in the queues before the workers start.
    Full,
    /// So many leads a second.
    Steady(f64),
}

struct Flow<'a> {
    context: &'a Context,
    ground: &'a Ground,
    folder: PathBuf,
    /// People made so far.
    people: usize,
}

/// The stand-ins of a run.
struct Outside {
    running: JoinSet<anyhow::Result<()>>,
    /// What billing has heard.
    invoices: Arc<Counts>,
    stop: CancellationToken,
}

impl Flow<'_> {
    async fn runs(&mut self, leads: usize) -> anyhow::Result<(Run, Run)> {
        Load::new(self.ground).await?.finish().await;
        eprintln!("Warming up …");
        self.run(WARM_UP, Pace::Full).await?;
        eprintln!("{leads} leads at full speed …");
        let full = self.run(leads, Pace::Full).await?;
        eprintln!("{}", full.sentence());
        let pace = full.leads_per_second / 2.0;
        let few = (leads / PACED_PART).max(10);
        eprintln!("{few} leads at half of that, {pace:.0} a second …");
        let paced = self.run(few, Pace::Steady(pace)).await?;
        Ok((full, paced))
    }

    async fn run(&mut self, leads: usize, pace: Pace) -> anyhow::Result<Run> {
        let settings = &self.ground.settings;
        let mut conn = store::connect(&settings.database, "leadmill bench").await.map_err(said)?;
        let (from, since) = (self.people, Utc::now());
        self.people += leads;
        let written = work::work(&mut conn).await.map_err(said)?;
        let post = Post::open(self.context, settings).await?;
        if pace == Pace::Full {
            post.send(sample::inputs(from, leads)).await?;
        }
        let cpu = Cpu::used();
        let mut outside = self.outside().await?;
        let environment = self.environment();
        let arguments = |name: &str| vec!["run".to_owned(), name.to_owned()];
        let mut processes = Processes::start(&self.folder, &environment, arguments)?;
        if let Pace::Steady(pace) = pace {
            self.until_consumed().await?;
            send_paced(&post, from, leads, pace).await?;
        }
        until_invoiced(leads, &mut outside, &mut processes).await?;
        let used = processes.pids().map(|(name, pid)| (name, Used::by(pid))).collect::<Vec<_>>();
        processes.stop().await?;
        outside.end().await?;
        post.close().await;
        let cpu = Cpu::used().since(&cpu);
        // A session of its own: only the next one sees what this one's server process has cached.
        store::close(conn).await.map_err(said)?;
        let mut conn = store::connect(&settings.database, "leadmill bench").await.map_err(said)?;
        let written_now = work::work(&mut conn).await.map_err(said)?;
        let mut run = read(&mut conn, since, leads).await?;
        store::close(conn).await.map_err(said)?;
        run.wrote(&written, &written_now);
        run.cpu = cpu;
        run.processes = used.into_iter().map(|(name, used)| Process { name, used }).collect();
        Ok(run)
    }

    async fn outside(&self) -> anyhow::Result<Outside> {
        let stop = CancellationToken::new();
        let mut running = JoinSet::new();
        let mut invoices = Arc::default();
        for party in Party::ALL {
            let counts = Arc::<Counts>::default();
            if party == Party::Billing {
                invoices = Arc::clone(&counts);
            }
            let post = Post::open(self.context, &self.ground.settings).await?;
            let who = (party, Manner::Straight);
            running.spawn(outside::stand_in(who, post, counts, stop.clone()));
        }
        Ok(Outside { running, invoices, stop })
    }

    /// The settings of the measurement as the workers get them.
    fn environment(&self) -> Vec<(String, String)> {
        let settings = &self.ground.settings;
        let [database, broker] = exports(settings);
        let prefix = ("LEADMILL_BROKER__PREFIX", settings.broker.prefix.clone());
        let quiet = ("LEADMILL_LOG__FILTER", format!("warn,{}", store::QUIET_FILTER));
        let own = [database, broker, prefix, quiet];
        let mut all: Vec<_> = own.map(|(name, value)| (name.to_owned(), value)).into();
        if let Some(file) = &self.context.global.config {
            all.push(("LEADMILL_CONFIG".to_owned(), file.display().to_string()));
        }
        all
    }

    /// Waits until every queue has its worker.
    async fn until_consumed(&self) -> anyhow::Result<()> {
        let begun = Instant::now();
        let workers = workers::all(&self.ground.settings)?;
        let queues: Vec<_> = workers.iter().flat_map(|worker| workers::queues(&**worker)).collect();
        loop {
            let depths = self.ground.topology.depths(&self.ground.settings.broker).await?;
            let waits = |name: &str| {
                let found = depths.iter().find(|depth| depth.name == name);
                found.and_then(|depth| depth.waiting).is_some_and(|(_, consumers)| consumers > 0)
            };
            if queues.iter().all(|queue| waits(&queue.name)) {
                return Ok(());
            }
            ensure!(begun.elapsed() < PATIENCE, "The workers did not start in time.");
            sleep(LOOK_EVERY).await;
        }
    }
}

impl Outside {
    async fn end(mut self) -> anyhow::Result<()> {
        self.stop.cancel();
        while let Some(ended) = self.running.join_next().await {
            ended??;
        }
        Ok(())
    }
}

/// Sends inputs evenly, so many leads a second.
async fn send_paced(post: &Post, from: usize, leads: usize, pace: f64) -> anyhow::Result<()> {
    let inputs = sample::inputs(from, leads);
    let all = inputs.len();
    let mut inputs = inputs.into_iter();
    let seconds = leads as f64 / pace;
    let begun = Instant::now();
    let mut ticks = interval(PACE_EVERY);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Skip);
    while inputs.len() > 0 {
        ticks.tick().await;
        let due = (begun.elapsed().as_secs_f64() / seconds * all as f64).ceil() as usize;
        let sent = all - inputs.len();
        post.send(inputs.by_ref().take(due.saturating_sub(sent)).collect()).await?;
    }
    Ok(())
}

/// Waits until billing has heard of as many invoices as there were leads.
async fn until_invoiced(
    leads: usize,
    outside: &mut Outside,
    processes: &mut Processes,
) -> anyhow::Result<()> {
    let leads = u64::try_from(leads)?;
    let mut last = (0, Instant::now());
    loop {
        processes.check()?;
        if let Some(ended) = outside.running.try_join_next() {
            ended??;
            bail!("A stand-in ended before its time.");
        }
        let now = outside.invoices.heard.load(Ordering::SeqCst);
        if now >= leads {
            return Ok(());
        }
        if now != last.0 {
            last = (now, Instant::now());
        }
        ensure!(
            last.1.elapsed() < PATIENCE,
            "{now} of {leads} leads became an invoice, then no more for {} s. Look at the logs of the \
             workers, and at what the settings and rules make of the leads.",
            PATIENCE.as_secs()
        );
        sleep(LOOK_EVERY).await;
    }
}

/// What the rows of the batches tell.
async fn read(conn: &mut Connection, since: DateTime<Utc>, leads: usize) -> anyhow::Result<Run> {
    let mut batches = Vec::new();
    for worker in workers::NAMES {
        batches.extend(batch::published(conn, worker, since).await.map_err(said)?);
    }
    let stages = summary::stages(conn, since).await.map_err(said)?;
    Run::of(leads, &batches, stages).context("No batch was published.")
}
