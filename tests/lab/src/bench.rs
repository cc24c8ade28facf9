//! `leadmill bench`: how fast the program as it runs is, end to end or one hop, beside what the same
//! servers give a bare loop that moves the same bytes.
//!
//! Everything happens in databases and under prefixes of its own, which are gone afterwards.

mod alike;
mod bare;
mod bare_worker;
mod cpu;
mod flow;
mod flow_report;
mod ground;
mod hop;
mod latency;
mod load;
mod measure;
mod report;
mod sample;
mod surroundings;

use std::process::ExitCode;

use anyhow::ensure;
use leadmill::cli::Context;
use leadmill::cli::run::log;
use leadmill::settings::LogSettings;
use leadmill::workers;

/// Options of `leadmill bench`.
#[derive(Clone, Debug, clap::Args)]
pub struct Bench {
    /// Measure one worker alone, in batches against message by message: intake, qualification,
    /// quoting, ordering, invoicing
    #[arg(long, value_name = "WORKER")]
    hop: Option<String>,
    /// End to end: leads of the four channels that become invoices
    #[arg(long, value_name = "N", default_value_t = 20_000, value_parser = clap::value_parser!(u32).range(20..=10_000_000))]
    leads: u32,
    /// End to end: measure again after the database was filled with the records of N leads inside
    /// the server (about 24 KB of disk each)
    #[arg(long, value_name = "N", num_args = 0..=1, default_missing_value = "50000", value_parser = clap::value_parser!(u32).range(1_000..=10_000_000))]
    history: Option<u32>,
    /// End to end: mails, web forms and cards of so many KiB, of which the first 20,000 characters are
    /// the enquiry; for memory, and no measure of speed
    #[arg(long, value_name = "KIB", default_value_t = 0, value_parser = clap::value_parser!(u32).range(0..=1024))]
    body_kib: u32,
    /// One hop: messages per round in batches; an eighth of them go message by message
    #[arg(long, value_name = "N", default_value_t = 4_000, value_parser = clap::value_parser!(u32).range(100..=1_000_000))]
    messages: u32,
    /// How often each way is measured; they take turns in going first
    #[arg(long, value_name = "N", default_value_t = 6, value_parser = clap::value_parser!(u32).range(1..=20))]
    rounds: u32,
    /// Only what it costs to look for whoever is alike a new lead, on empty tables and on those of N leads
    #[arg(long, value_name = "N", num_args = 0..=1, default_missing_value = "1000000", value_parser = clap::value_parser!(u32).range(10_000..=10_000_000))]
    alike: Option<u32>,
    /// In the place of this worker: the bare loop of the roofline, which `bench` starts itself
    #[arg(long, hide = true, value_name = "WORKER")]
    bare: Option<String>,
}

impl Bench {
    /// Measures, and prints what came out.
    ///
    /// # Errors
    /// What keeps it from being measured, as finished sentences.
    pub async fn run(&self, context: &Context) -> anyhow::Result<ExitCode> {
        let settings = context.settings().await?;
        let filter = format!("warn,{}", leadmill::store::QUIET_FILTER);
        log(&LogSettings { filter, json: false })?;
        if let Some(worker) = &self.bare {
            return bare_worker::run(&settings, worker).await;
        }
        if let Some(leads) = self.alike {
            let report = alike::measure(&settings, leads).await?;
            context.output.print(&report, alike::AlikeReport::to_string)?;
            return Ok(ExitCode::SUCCESS);
        }
        let Some(hop) = &self.hop else {
            let leads = usize::try_from(self.leads)?;
            let body_bytes = usize::try_from(self.body_kib)? << 10;
            let Self { rounds, history, .. } = *self;
            let wanted = flow::Wanted { leads, rounds, history, body_bytes };
            let report = flow::measure(context, &settings, wanted).await?;
            context.output.print(&report, flow_report::FlowReport::to_string)?;
            return Ok(ExitCode::SUCCESS);
        };
        ensure!(
            workers::NAMES.contains(&hop.as_str()),
            "There is no hop `{hop}`; the hops are {}.",
            workers::NAMES.join(", ")
        );
        let (messages, rounds) = (usize::try_from(self.messages)?, self.rounds);
        let report = hop::measure(&settings, &hop::Hop { name: hop, messages, rounds }).await?;
        context.output.print(&report, report::BenchReport::to_string)?;
        Ok(ExitCode::SUCCESS)
    }
}
