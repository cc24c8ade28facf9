//! End to end: leads of four channels that become issued invoices, every worker a process of its own,
//! as in production; stand-ins for customer and warehouse answer at once.

#![allow(clippy::float_arithmetic, reason = "figures of a measurement, no money")]

use std::path::PathBuf;
use std::sync::Arc;

use anyhow::Context as _;
use chrono::{DateTime, Utc};
use domain::host::Hosted;
use leadmill::cli::Context;
use leadmill::cli::context::exports;
use leadmill::cli::outside;
use leadmill::cli::post::Post;
use leadmill::cli::processes::Processes;
use leadmill::cli::sibling::{self, LEADMILL};
use leadmill::settings::Settings;
use leadmill::store::{self, Connection, summary};
use leadmill::workers;

use super::bare_worker;
use super::cpu::{self, CpuTime, Used};
use super::flow_report::{FlowReport, Grown, Pairs, Process, Run, Runs};
use super::ground::{Ground, Grounds, said};
use super::latency::{self, Latency};
use super::load::Load;
use super::sample::{self, Words};
use super::surroundings::{Outside, send_paced, until_consumed};
use crate::queries::{batch, history, written};

/// Most leads of the run that comes first and is not counted, for cold caches.
const WARM_UP_MAX: usize = 500;
/// Most forms of which each is sent when the one before it is done.
const FORMS_MAX: usize = 200;
/// The paced run has this part of the leads, and so takes as long as half of the one at full speed.
const PACED_PART: usize = 4;

/// What is asked for.
#[derive(Clone, Copy, Debug)]
pub struct Wanted {
    /// In each run.
    pub leads: usize,
    /// How often the pipeline and what it is compared with take turns.
    pub rounds: u32,
    /// Measure on tables with so many leads' worth of records, too.
    pub history: Option<u32>,
    /// Length of mails, forms and cards, in bytes.
    pub body_bytes: usize,
}

/// Measures in databases and under prefixes of its own.
///
/// # Errors
/// What keeps it from being measured, as finished sentences.
pub async fn measure(
    context: &Context,
    settings: &Settings,
    wanted: Wanted,
) -> anyhow::Result<FlowReport> {
    let load_average = cpu::load_average();
    let folder = context.global.folder.join("bench");
    let made = std::fs::create_dir_all(&folder);
    made.with_context(|| format!("The folder `{}` cannot be made", folder.display()))?;
    let (grounds, words) = (Grounds::default(), Words::of(wanted.body_bytes));
    let mut flow = Flow { context, settings, folder, grounds, words, people: 0 };
    let measured = tokio::select! {
        measured = flow.runs(wanted) => measured,
        _ = tokio::signal::ctrl_c() => Err(anyhow::anyhow!("Stopped; nothing was measured.")),
    };
    flow.grounds.clear_all().await;
    Ok(FlowReport::of(settings, load_average, measured?))
}

/// Who works, and how fast inputs come.
#[derive(Clone, Debug)]
enum Way {
    /// The workers; all inputs lie in the queues before they start.
    Full,
    /// The workers; so many leads come a second.
    Steady(f64),
    /// The bare loop, which does again what the workers did in that database since then.
    Bare { recorded: String, since: DateTime<Utc> },
}

/// What the pipeline did, for the bare loop.
struct Tape {
    ground: Arc<Ground>,
    since: DateTime<Utc>,
}

struct Flow<'a> {
    context: &'a Context,
    settings: &'a Settings,
    folder: PathBuf,
    grounds: Grounds,
    words: Words,
    /// People made so far.
    people: usize,
}

impl Flow<'_> {
    async fn runs(&mut self, wanted: Wanted) -> anyhow::Result<Runs> {
        let Wanted { leads, rounds, history, .. } = wanted;
        eprintln!("Warming up …");
        let ground = self.ground().await?;
        self.run(&ground, leads.min(WARM_UP_MAX), Way::Full).await?;
        let (mut pairs, mut tape) = (Vec::new(), None);
        for round in 1..=rounds {
            eprintln!("Round {round} of {rounds}: {leads} leads, and the same by the bare loop …");
            pairs.push(self.beside_bare(leads, &mut tape).await?);
        }
        let beside_bare = Pairs::of(pairs)?;
        let pace = beside_bare.pipeline.leads_per_second / 2.0;
        let few = (leads / PACED_PART).max(10);
        eprintln!("{few} leads at half of the speed, {pace:.0} a second …");
        let paced = self.run(&ground, few, Way::Steady(pace)).await?;
        let latency = self.latency(leads.min(FORMS_MAX)).await?;
        let grown = match history {
            Some(history) => Some(self.grown(&ground, wanted, history).await?),
            None => None,
        };
        Ok(Runs { beside_bare, paced, latency, grown })
    }

    /// Empty tables and queues of their own, with a catalog.
    async fn ground(&mut self) -> anyhow::Result<Arc<Ground>> {
        let sayers = workers::sayers(&workers::all(self.settings)?);
        let queues = outside::topology(&sayers).queues.into_iter().chain([latency::listener()]);
        let ground = self.grounds.prepare(self.settings, queues).await?;
        Load::new(&ground).await?.finish().await;
        Ok(ground)
    }

    /// The pipeline and the bare loop, each on empty tables. They take turns in going first: what comes
    /// about once in a pair, as the next file of the broker's log, meets both equally often.
    async fn beside_bare(
        &mut self,
        leads: usize,
        last: &mut Option<Tape>,
    ) -> anyhow::Result<(Run, Run)> {
        let (pipeline, bare, served) = match last.take() {
            None => {
                let (pipeline, tape) = self.pipeline(leads).await?;
                let (bare, ground) = self.bare(leads, &tape).await?;
                *last = Some(tape);
                (pipeline, bare, vec![ground])
            }
            Some(tape) => {
                let (bare, ground) = self.bare(leads, &tape).await?;
                let (pipeline, next) = self.pipeline(leads).await?;
                (pipeline, bare, vec![ground, tape.ground, next.ground])
            }
        };
        for ground in &served {
            self.grounds.clear(ground).await;
        }
        Ok((pipeline, bare))
    }

    async fn pipeline(&mut self, leads: usize) -> anyhow::Result<(Run, Tape)> {
        let ground = self.ground().await?;
        let since = self.now(&ground).await?;
        let run = self.run(&ground, leads, Way::Full).await?;
        eprintln!("The pipeline: {}", run.sentence());
        Ok((run, Tape { ground, since }))
    }

    async fn bare(&mut self, leads: usize, tape: &Tape) -> anyhow::Result<(Run, Arc<Ground>)> {
        let ground = self.ground().await?;
        let [(_, recorded), _] = exports(&tape.ground.settings);
        let run = self.run(&ground, leads, Way::Bare { recorded, since: tape.since }).await?;
        eprintln!("The bare loop: {}", run.sentence());
        Ok((run, ground))
    }

    /// One form at a time, on empty tables.
    async fn latency(&mut self, forms: usize) -> anyhow::Result<Latency> {
        eprintln!("One web form after the other …");
        let ground = self.ground().await?;
        let workers = workers::all(self.settings)?;
        let processes = self.start(&ground.settings, &Way::Full, &workers)?;
        let post = Post::open(self.context, &ground.settings).await?;
        let latency = latency::measure(&post, self.people, forms).await?;
        post.close().await;
        processes.stop().await?;
        self.grounds.clear(&ground).await;
        Ok(latency)
    }

    /// The run at full speed after years of work, and beside it on empty tables.
    async fn grown(
        &mut self,
        ground: &Ground,
        wanted: Wanted,
        history: u32,
    ) -> anyhow::Result<Grown> {
        let Wanted { leads, rounds, .. } = wanted;
        let mut conn =
            store::connect(&ground.settings.database, "leadmill bench").await.map_err(said)?;
        let before = written::leads(&mut conn).await.map_err(said)?;
        let copies = u32::try_from(i64::from(history).div_euclid(before.max(1)))?.max(1);
        eprintln!("Filling in {copies} times what {before} leads left …");
        history::multiply(&mut conn, copies).await.map_err(said)?;
        let disk_bytes = written::work(&mut conn).await.map_err(said)?.disk_bytes;
        let held = written::leads(&mut conn).await.map_err(said)?;
        store::close(conn).await.map_err(said)?;
        eprintln!("The database has {held} leads and {} MiB.", disk_bytes >> 20);
        let mut pairs = Vec::new();
        for round in 1..=rounds {
            eprintln!(
                "Round {round} of {rounds}: {leads} leads on these tables, and on empty ones …"
            );
            // In turns, as with the bare loop.
            let empty = if round % 2 == 0 { Some(self.empty(leads).await?) } else { None };
            let grown = self.run(ground, leads, Way::Full).await?;
            eprintln!("On these tables: {}", grown.sentence());
            let empty = match empty {
                Some(empty) => empty,
                None => self.empty(leads).await?,
            };
            pairs.push((grown, empty));
        }
        Ok(Grown { leads: held, disk_bytes, pairs: Pairs::of(pairs)? })
    }

    async fn empty(&mut self, leads: usize) -> anyhow::Result<Run> {
        let ground = self.ground().await?;
        let run = self.run(&ground, leads, Way::Full).await?;
        eprintln!("On empty ones: {}", run.sentence());
        self.grounds.clear(&ground).await;
        Ok(run)
    }

    /// The time of the database, by which ids are made.
    async fn now(&self, ground: &Ground) -> anyhow::Result<DateTime<Utc>> {
        let database = &ground.settings.database;
        let mut conn = store::connect(database, "leadmill bench").await.map_err(said)?;
        let now = store::begin(&mut conn).await.map_err(said)?;
        store::rollback(&mut conn).await.map_err(said)?;
        store::close(conn).await.map_err(said)?;
        Ok(now)
    }

    async fn run(&mut self, ground: &Ground, leads: usize, way: Way) -> anyhow::Result<Run> {
        let settings = &ground.settings;
        let mut conn = store::connect(&settings.database, "leadmill bench").await.map_err(said)?;
        let (from, since) = (self.people, Utc::now());
        self.people += leads;
        let before = written::work(&mut conn).await.map_err(said)?;
        let post = Post::open(self.context, settings).await?;
        if !matches!(way, Way::Steady(_)) {
            post.send(sample::inputs(from, leads, &self.words)).await?;
        }
        let mut outside = Outside::start(self.context, settings).await?;
        let workers = workers::all(settings)?;
        let (first, others): (Vec<_>, Vec<_>) =
            workers.into_iter().partition(|worker| !worker.raw_queues().is_empty());
        let processes = self.start(settings, &way, &others)?;
        written::checkpoint(&mut conn).await;
        // The first of the row begins when all others stand ready.
        until_consumed(settings, &others).await?;
        let clock = CpuTime::start(u32::try_from(before.session)?);
        let mut processes = processes.and(self.start(settings, &way, &first)?);
        if let Way::Steady(pace) = way {
            until_consumed(settings, &first).await?;
            let inputs = sample::inputs(from, leads, &self.words);
            send_paced(&post, inputs, leads as f64 / pace).await?;
        }
        outside.until_invoiced(leads, &mut processes).await?;
        let used = processes.pids().map(|(name, pid)| (name, Used::by(pid))).collect::<Vec<_>>();
        processes.stop().await?;
        outside.end().await?;
        post.close().await;
        let cpu = clock.used();
        // A session sees the statistics of others as they were when it first looked.
        store::close(conn).await.map_err(said)?;
        let mut conn = store::connect(&settings.database, "leadmill bench").await.map_err(said)?;
        let after = written::work(&mut conn).await.map_err(said)?;
        let mut run = read(&mut conn, since, leads).await?;
        store::close(conn).await.map_err(said)?;
        run.wrote(&before, &after);
        run.cpu = cpu;
        run.processes = used.into_iter().map(|(name, used)| Process { name, used }).collect();
        Ok(run)
    }

    fn start(
        &self,
        settings: &Settings,
        way: &Way,
        workers: &[Box<dyn Hosted>],
    ) -> anyhow::Result<Processes> {
        // The bare loop is this program, the workers are those of leadmill as it is.
        let (program, verb) = match way {
            Way::Bare { .. } => (sibling::this()?, "--bare"),
            Way::Full | Way::Steady(_) => (sibling::beside(LEADMILL)?, "run"),
        };
        let arguments = |name: &str| [verb, name].map(str::to_owned).into();
        let names = workers.iter().map(|worker| worker.name());
        let environment = self.environment(settings, way);
        Processes::start(&program, names, &self.folder, &environment, arguments)
    }

    /// The settings of the measurement as the workers get them.
    fn environment(&self, settings: &Settings, way: &Way) -> Vec<(String, String)> {
        let [database, broker] = exports(settings);
        let prefix = ("LEADMILL_BROKER__PREFIX", settings.broker.prefix.clone());
        let quiet = ("LEADMILL_LOG__FILTER", format!("warn,{}", store::QUIET_FILTER));
        let mut all = vec![database, broker, prefix, quiet];
        if let Some(file) = &self.context.global.config {
            all.push(("LEADMILL_CONFIG", file.display().to_string()));
        }
        if let Way::Bare { recorded, since } = way {
            all.push((bare_worker::TAPE, recorded.clone()));
            all.push((bare_worker::SINCE, since.to_rfc3339()));
        }
        all.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
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
