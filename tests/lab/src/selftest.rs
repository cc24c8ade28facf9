//! `leadmill selftest`: the whole pipeline on servers of its own while everything is broken that can
//! break, judged by an independent ledger of what was sent and what was received.

mod fleet;
mod ground;
mod inputs;
mod judge;
mod ledger;
mod messages;
mod plan;
mod report;
mod resending;
mod stage;

use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use anyhow::{anyhow, bail};
use clap::ValueEnum;
use leadmill::cli::Context;
use leadmill::cli::ask::Ask;
use leadmill::cli::catalog;
use leadmill::cli::demo::{CATALOG, interrupted};
use leadmill::cli::migrate::prepare;
use leadmill::cli::output::say;
use leadmill::cli::outside::{self, Party};
use leadmill::messaging::Topology;
use leadmill::store::audit::Standing;
use leadmill::workers;
use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use fleet::Fleet;
use ground::Ground;
use inputs::Inputs;
use ledger::Shared;
use messages::Messages;
use plan::{Hand, Kind, Plan};
use report::{Figures, SelftestReport};
use resending::Patient;
use stage::{Scene, ended};

/// Who imports the catalog.
const SOURCE: &str = "urn:selftest";
/// The load comes in waves this often.
const WAVE: Duration = Duration::from_millis(500);

/// Options of `leadmill selftest`.
#[derive(Clone, Debug, clap::Args)]
#[command(after_long_help = "\
It starts a PostgreSQL and a RabbitMQ cluster of its own, on this machine's loopback and in \
a folder of its own (.leadmill/selftest), the workers as processes, a load of mails, forms, cards and \
lists, and stand-ins for customer, warehouse and bank. Then it breaks one after the other, drawn by \
the seed; heals everything; waits until all has come to rest; and judges by what was sent and what \
the stand-ins received, and by `leadmill audit`. Everything that it started is ended. Nothing that \
runs on this machine already is touched.

The exit code is 0 where nothing was lost and nothing happened twice, else 1.")]
pub struct Selftest {
    /// Draws faults and load; the same seed draws the same
    #[arg(long, value_name = "N", default_value_t = 1)]
    seed: u64,
    /// How long faults come, as 3 or 0.5; starting and settling are extra
    #[arg(long, value_name = "MINUTES", default_value = "3", value_parser = minutes)]
    minutes: Duration,
    /// Nodes of the RabbitMQ cluster
    #[arg(long, value_name = "N", default_value_t = 3, value_parser = clap::value_parser!(u8).range(1..=5))]
    nodes: u8,
    /// Only these kinds of faults, separated by commas; all where none is named
    #[arg(long, value_name = "KIND", value_delimiter = ',')]
    faults: Vec<Kind>,
    /// Inputs per second
    #[arg(long, value_name = "N", default_value_t = 10, value_parser = clap::value_parser!(u32).range(1..=1000))]
    rate: u32,
    /// An older leadmill that each second start of a worker is of, beside this one
    #[arg(long, value_name = "PROGRAM")]
    before: Option<PathBuf>,
    /// The longest that it waits for rest after the last fault
    #[arg(long, value_name = "SECONDS", default_value_t = 240)]
    settle: u64,
}

impl Selftest {
    /// Breaks and judges, and prints what was found.
    ///
    /// # Errors
    /// What keeps it from being judged, as finished sentences.
    pub async fn run(&self, context: &Context) -> anyhow::Result<ExitCode> {
        let folder = context.global.folder.join("selftest");
        let interrupted = interrupted()?;
        let tested = tokio::select! {
            tested = self.test(context, folder) => tested,
            () = interrupted => {
                Err(anyhow!("The selftest was interrupted; everything that it started is ended."))
            }
        };
        let report = tested?;
        context.output.print(&report, SelftestReport::text)?;
        Ok(if report.ok { ExitCode::SUCCESS } else { ExitCode::FAILURE })
    }

    async fn test(&self, context: &Context, folder: PathBuf) -> anyhow::Result<SelftestReport> {
        let mut say = |line: String| say(&line);
        let nodes = usize::from(self.nodes);
        let ground = Ground::start(&folder, nodes, &mut say).await?;
        let settings = ground.settings(context.global.config.clone())?;
        prepare(&settings).await?;
        let sayers = workers::sayers(&workers::all(&settings)?);
        let mut others = outside::topology(&sayers);
        others.queues.push(resending::everything(&sayers));
        others.declare(&settings.broker).await?;
        let mut environment = ground.environment()?;
        if let Some(file) = &context.global.config {
            environment.push(("LEADMILL_CONFIG".to_owned(), file.display().to_string()));
        }
        let fleet = Fleet::start(folder.join("logs"), environment, self.before.as_deref())?;
        let ask = Ask::by(SOURCE);
        catalog::lay(&ask, context, &settings, CATALOG).await?;
        let begun = Instant::now();
        let stage = Scene {
            context,
            settings,
            folder: folder.join("logs"),
            ledger: Shared::default(),
            stop: CancellationToken::new(),
            begun,
            until: begun + self.minutes,
            injected: Mutex::default(),
        };
        let report = self.play(&stage, ground, fleet, &others).await;
        stage.stop.cancel();
        report
    }

    async fn play(
        &self,
        stage: &Scene<'_>,
        mut ground: Ground,
        mut fleet: Fleet,
        others: &Topology,
    ) -> anyhow::Result<SelftestReport> {
        let mut outside = JoinSet::new();
        let broker = &stage.settings.broker;
        let own = || (broker.clone(), stage.ledger.clone(), stage.stop.clone());
        for party in Party::ALL {
            let (broker, ledger, stop) = own();
            outside.spawn(resending::stand_in(party, broker, ledger, stop));
        }
        let (own_broker, ledger, stop) = own();
        outside.spawn(resending::overhear(own_broker, ledger, stop));
        let mut messages = Messages::new(broker, &stage.ledger, &stage.stop);
        let faults = async {
            tokio::try_join!(
                self.load(stage),
                stage.carry_out(self.plan(Hand::Servers), async |planned| {
                    ground.inject(planned).await
                }),
                stage.carry_out(self.plan(Hand::Messages), async |planned| {
                    messages.inject(planned).await
                }),
                self.workers(stage, &mut fleet),
                stage.tell(),
            )
        };
        tokio::select! {
            done = faults => { done?; }
            Some(ended) = outside.join_next() => {
                ended??;
                bail!("One of those who stand outside ended before its time.");
            }
        }
        say("No more faults; waiting until everything has come to rest.");
        let healed = Instant::now();
        let settled = tokio::select! {
            settled = stage.settle(others, Duration::from_secs(self.settle)) => settled,
            tended = fleet.tend(healed + Duration::from_secs(self.settle * 2)) => {
                Err(tended.err().unwrap_or_else(|| anyhow!("The selftest did not settle.")))
            }
        }?;
        let settled_s = healed.elapsed().as_secs();
        let mut verdicts = stage.judge(settled).await?;
        fleet.stop().await?;
        verdicts.push(ended(&fleet.ends.unforeseen));
        stage.stop.cancel();
        while let Some(ended) = outside.join_next().await {
            ended??;
        }
        ground.stop().await?;
        let injected = stage.injected.lock().unwrap_or_else(PoisonError::into_inner);
        let mut faults = injected.clone();
        faults.sort_by_key(|fault| fault.at_s);
        Ok(SelftestReport {
            ok: verdicts.iter().all(|verdict| verdict.answer != Standing::Broken),
            seed: self.seed,
            nodes: self.nodes.into(),
            seconds: self.minutes.as_secs(),
            settled_s,
            faults,
            figures: Figures::of(&stage.ledger.lock()),
            ends: fleet.ends,
            verdicts,
            logs: stage.folder.clone(),
        })
    }

    fn plan(&self, hand: Hand) -> Plan {
        let mut kinds = self.faults.clone();
        if kinds.is_empty() {
            kinds = Kind::value_variants().to_vec();
        }
        // The only node is all nodes.
        kinds.retain(|kind| self.nodes > 1 || *kind != Kind::NodeKill);
        let heavy_max = u32::try_from(self.minutes.as_secs() / 60).unwrap_or(u32::MAX).max(1);
        Plan::of(self.seed, hand, &kinds, heavy_max)
    }

    /// Breaks workers, and starts again who ended by itself.
    async fn workers(&self, stage: &Scene<'_>, fleet: &mut Fleet) -> anyhow::Result<()> {
        for planned in self.plan(Hand::Workers) {
            let next = Instant::now() + planned.rest;
            fleet.tend(next.min(stage.until)).await?;
            if next >= stage.until {
                return Ok(());
            }
            let at = Instant::now();
            let what = fleet.inject(planned).await?;
            stage.note(at, planned, what);
        }
        fleet.tend(stage.until).await
    }

    /// Sends inputs in waves, each one again until the broker has it; one wave in so many twice.
    async fn load(&self, stage: &Scene<'_>) -> anyhow::Result<()> {
        const TWICE_EVERY: usize = 10;
        let mut inputs = Inputs::new(self.seed);
        let broker = stage.settings.broker.clone();
        let mut patient = Patient::new(broker, "selftest load", stage.stop.clone());
        let mut waves = tokio::time::interval(WAVE);
        let per_wave = usize::try_from(self.rate)?.div_ceil(2);
        for wave in 0_usize.. {
            waves.tick().await;
            if Instant::now() >= stage.until {
                break;
            }
            let wave_inputs: Vec<_> = inputs.by_ref().take(per_wave).collect();
            let batch = stage.ledger.lock().will_send(wave_inputs);
            if !patient.send(batch.clone()).await? {
                break;
            }
            stage.ledger.lock().confirmed(&batch);
            if wave.is_multiple_of(TWICE_EVERY) {
                patient.send(batch).await?;
            }
        }
        Ok(())
    }
}

fn minutes(text: &str) -> Result<Duration, String> {
    const SECONDS_MAX: u64 = 24 * 60 * 60;
    let minutes: Option<Decimal> = text.parse().ok();
    let seconds = minutes.and_then(|minutes| minutes.checked_mul(60.into())?.trunc().to_u64());
    seconds
        .filter(|seconds| (1..=SECONDS_MAX).contains(seconds))
        .map(Duration::from_secs)
        .ok_or_else(|| "give minutes as 3 or 0.5, up to a day".to_owned())
}
