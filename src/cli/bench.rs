//! `leadmill bench`: one hop of the real pipeline, in batches against message by message.
//!
//! What is measured is the program as it runs: the runtime with its lane, upkeep, claims, locks,
//! decisions, log, publishing with confirms, acknowledgements. The two ways differ in one setting,
//! `runtime.batch_size_max`. They take turns on equal loads in a database and under a prefix of
//! their own, which are gone afterwards.

mod cpu;
mod ground;
mod load;
mod measure;
mod report;

use std::process::ExitCode;

use anyhow::ensure;
use tracing::warn;

use super::Context;
use super::run::log;
use crate::settings::{LogSettings, Settings};
use crate::workers;
use ground::Ground;
use load::Load;
use measure::{Round, measure, work_off};
use report::Report;

/// Messages of the run that comes before the measured ones and is not counted: the first run pays
/// for cold caches of both servers, whichever way it goes.
const WARM_UP: usize = 256;
/// Message by message takes so much longer that fewer are enough: this part of the load.
const ONE_BY_ONE_PART: usize = 8;

/// Options of `leadmill bench`.
#[derive(Clone, Debug, clap::Args)]
pub struct Bench {
    /// The worker whose hop is measured: intake, qualification, quoting, ordering, invoicing
    #[arg(long, value_name = "WORKER", default_value = "qualification")]
    hop: String,
    /// Messages per round in batches; an eighth of them go message by message
    #[arg(long, value_name = "N", default_value_t = 4_000, value_parser = clap::value_parser!(u32).range(100..=1_000_000))]
    messages: u32,
    /// How often each way is measured; the medians are compared
    #[arg(long, value_name = "N", default_value_t = 2, value_parser = clap::value_parser!(u32).range(1..=20))]
    rounds: u32,
}

impl Bench {
    pub(super) async fn run(&self, context: &Context) -> anyhow::Result<ExitCode> {
        let settings = context.settings().await?;
        ensure!(
            workers::NAMES.contains(&self.hop.as_str()),
            "There is no hop `{}`; the hops are {}.",
            self.hop,
            workers::NAMES.join(", ")
        );
        let filter = format!("warn,{}", crate::store::QUIET_FILTER);
        log(&LogSettings { filter, json: false })?;
        let load_average = cpu::load_average();
        let ground = Ground::prepare(&settings, &self.hop).await?;
        let measured = tokio::select! {
            measured = self.measure(&ground) => measured,
            _ = tokio::signal::ctrl_c() => Err(anyhow::anyhow!("Stopped; nothing was measured.")),
        };
        if let Err(error) = ground.clear().await {
            warn!("{error}");
        }
        let report = Report::of(&self.hop, &settings, load_average, measured?);
        context.output.print(&report, Report::to_string)?;
        Ok(ExitCode::SUCCESS)
    }

    async fn measure(&self, ground: &Ground) -> anyhow::Result<Vec<Round>> {
        let batched = &ground.settings;
        let mut one_by_one: Settings = batched.clone();
        one_by_one.runtime.batch_size_max = 1;
        let many = usize::try_from(self.messages)?;
        let few = many.div_ceil(ONE_BY_ONE_PART);
        let mut load = Load::new(ground).await?;
        load.prepare(&self.hop, WARM_UP).await?;
        work_off(batched, &self.hop, WARM_UP).await?;
        let mut rounds = Vec::new();
        for n in 1..=self.rounds {
            for (settings, messages) in [(batched, many), (&one_by_one, few)] {
                eprintln!("Round {n} of {}: preparing {messages} messages …", self.rounds);
                load.prepare(&self.hop, messages).await?;
                let round = measure(settings, &self.hop, messages).await?;
                eprintln!("{}", round.sentence());
                rounds.push(round);
            }
        }
        load.finish().await;
        Ok(rounds)
    }
}
