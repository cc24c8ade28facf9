//! `leadmill mutate`: real inputs, changed at random, are read by intake. Every one must get a verdict, soon and
//! within little memory, and none may end the process.

mod change;
mod child;
mod samples;

use std::collections::BTreeMap;
use std::io::Write as _;
use std::path::PathBuf;
use std::process::ExitCode;
use std::thread::available_parallelism;
use std::time::Duration;

use anyhow::{Context as _, ensure};
use leadmill::cli::Context;
use serde::Serialize;
use tokio::task::JoinSet;

use child::Span;
use samples::Sample;

/// Most inputs without a verdict that people are told of.
const TOLD_MAX: usize = 20;

/// Options of `leadmill mutate`.
#[derive(Clone, Debug, clap::Args)]
#[command(after_long_help = "\
It takes the real inputs of tests/data, or of another folder with the folders email, web, import and card, \
changes bytes and structure of one after the other, drawn by the seed, and lets the code of the worker read \
each in a process with little memory. An input that ends the process, takes longer than it may or gets no \
verdict is told by its number; `--show` writes that input.

Examples:
  leadmill mutate --seed 7 --count 200000
  leadmill mutate --seed 7 --show 1834 > input

The exit code is 0 where every input got its verdict, else 1.")]
pub struct Mutate {
    /// Draws inputs and changes; the same seed draws the same
    #[arg(long, value_name = "N", default_value_t = 1)]
    seed: u64,
    /// How many inputs are read
    #[arg(long, value_name = "N", default_value_t = 10_000)]
    count: u64,
    /// The folder with the real inputs
    #[arg(long, value_name = "DIR", default_value = "tests/data")]
    samples: PathBuf,
    /// The longest that one input may take
    #[arg(long, value_name = "MS", default_value = "1000", value_parser = clap::value_parser!(u64).range(1..))]
    most_ms: u64,
    /// Writes the input of this number to standard output and reads none
    #[arg(long, value_name = "N")]
    show: Option<u64>,
    /// Reads these inputs in this process
    #[arg(long, hide = true, value_parser = Span::read)]
    inputs: Option<Span>,
}

/// What became of the inputs.
#[derive(Debug, Default, Serialize)]
struct Report {
    inputs: u64,
    verdicts: BTreeMap<String, u64>,
    slowest: Option<Slowest>,
    broken: Vec<Broken>,
}

/// The input that took longest.
#[derive(Debug, Serialize)]
struct Slowest {
    number: u64,
    sample: String,
    ms: u64,
}

/// An input without a verdict.
#[derive(Debug, Serialize)]
struct Broken {
    number: u64,
    sample: String,
    why: String,
}

impl Mutate {
    /// Reads the inputs and tells what became of them.
    ///
    /// # Errors
    /// Where there are no samples, or no process can be started.
    pub async fn run(self, context: &Context) -> anyhow::Result<ExitCode> {
        let samples = samples::all(&self.samples)?;
        if let Some(number) = self.show {
            let (_, body) = change::input(&samples, self.seed, number);
            std::io::stdout().write_all(&body).context("standard output cannot be written")?;
            return Ok(ExitCode::SUCCESS);
        }
        if let Some(span) = self.inputs {
            return child::read(&samples, self.seed, span);
        }
        let report = self.all(&samples).await?;
        context.output.print(&report, Report::for_people)?;
        Ok(if report.broken.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
    }

    /// Each process takes every n-th input, so that all have the same work.
    async fn all(&self, samples: &[Sample]) -> anyhow::Result<Report> {
        ensure!(self.count > 0, "`--count 0` reads nothing; give a number from 1 on");
        let processes = available_parallelism().map_or(1, |n| n.get() as u64).min(self.count);
        let mut running = JoinSet::new();
        for first in 0..processes {
            let span = Span { next: first, end: self.count, step: processes };
            let words = child::Words {
                seed: self.seed,
                samples: self.samples.clone(),
                most: Duration::from_millis(self.most_ms),
            };
            running.spawn(async move { words.read(span).await });
        }
        let mut report = Report { inputs: self.count, ..Report::default() };
        let name = |number| change::drawn(samples, self.seed, number).name.clone();
        while let Some(read) = running.join_next().await {
            for (number, end) in read.context("a reader of inputs panicked")?? {
                match end {
                    Ok((verdict, ms)) => {
                        *report.verdicts.entry(verdict).or_default() += 1;
                        if report.slowest.as_ref().is_none_or(|slowest| slowest.ms < ms) {
                            report.slowest = Some(Slowest { number, sample: name(number), ms });
                        }
                    }
                    Err(why) => report.broken.push(Broken { number, sample: name(number), why }),
                }
            }
        }
        report.broken.sort_by_key(|broken| broken.number);
        Ok(report)
    }
}

impl Report {
    fn for_people(&self) -> String {
        let verdicts: Vec<_> =
            self.verdicts.iter().map(|(verdict, n)| format!("{n} {verdict}")).collect();
        let mut text = format!("{} inputs: {}.", self.inputs, verdicts.join(", "));
        if let Some(Slowest { number, sample, ms }) = &self.slowest {
            text.push_str(&format!("\nThe slowest took {ms} ms: {number}, of {sample}."));
        }
        for Broken { number, sample, why } in self.broken.iter().take(TOLD_MAX) {
            text.push_str(&format!("\n{number}, of {sample}: {why}."));
        }
        if let Some(more) = self.broken.len().checked_sub(TOLD_MAX).filter(|more| *more > 0) {
            text.push_str(&format!("\n… and {more} more; `--json` tells all."));
        }
        if self.broken.is_empty() {
            text.push_str("\nEvery one got its verdict.");
        }
        text
    }
}
