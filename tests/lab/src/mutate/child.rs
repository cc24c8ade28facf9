//! The process that reads changed inputs, and whoever watches it.

use std::io::Write as _;
use std::path::PathBuf;
use std::process::{ExitCode, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context as _, anyhow};
use domain::decide::Arrived;
use intake::{Intake, ReadOptions};
use leadmill::cli::sibling;
use rustix::process::{Resource, Rlimit, setrlimit};
use tokio::io::{AsyncBufReadExt as _, BufReader};
use tokio::process::Command;
use tokio::time::timeout;

use super::change;
use super::samples::Sample;

/// What the process may take of memory, as addresses, beyond what it has when it starts to read.
const MEMORY: u64 = 128 * 1024 * 1024;
/// A process needs this long to start, on a machine that does much else.
const START: Duration = Duration::from_secs(30);

/// Every `step`-th number from `next` up to `end`.
#[derive(Clone, Copy, Debug)]
pub struct Span {
    pub next: u64,
    pub end: u64,
    pub step: u64,
}

impl Span {
    /// Reads `next:end:step`.
    ///
    /// # Errors
    /// Where it is none.
    pub fn read(text: &str) -> Result<Self, String> {
        let numbers: Vec<u64> = text.split(':').filter_map(|part| part.parse().ok()).collect();
        match numbers[..] {
            [next, end, step] if step > 0 => Ok(Self { next, end, step }),
            _ => Err("must be next:end:step".to_owned()),
        }
    }
}

/// Reads the inputs of a span: a line with number, verdict and milliseconds for each.
///
/// # Errors
/// Where no limit can be set, or a verdict has no reason.
pub fn read(samples: &[Sample], seed: u64, mut span: Span) -> anyhow::Result<ExitCode> {
    let intake = Intake::new(ReadOptions::default());
    limit_memory()?;
    let mut out = std::io::stdout().lock();
    writeln!(out, "ready")?;
    while span.next < span.end {
        let (sample, body) = change::input(samples, seed, span.next);
        let arrived =
            Arrived { queue: sample.queue.to_owned(), body: body.into(), ..Arrived::default() };
        let begun = Instant::now();
        let explained =
            intake::explain(&intake, &arrived).map_err(|refusal| anyhow!("{refusal:?}"))?;
        let ms = begun.elapsed().as_millis();
        if !explained.reason.ends_with('.') || explained.verdict == "none" {
            return Err(anyhow!(
                "The verdict {} has the reason `{}`.",
                explained.verdict,
                explained.reason
            ));
        }
        writeln!(out, "{} {} {ms}", span.next, explained.verdict)?;
        span.next += span.step;
    }
    Ok(ExitCode::SUCCESS)
}

fn limit_memory() -> anyhow::Result<()> {
    let status = std::fs::read_to_string("/proc/self/statm").context("/proc cannot be read")?;
    let pages: u64 =
        status.split(' ').next().and_then(|pages| pages.parse().ok()).unwrap_or_default();
    let most = pages * rustix::param::page_size() as u64 + MEMORY;
    setrlimit(Resource::As, Rlimit { current: Some(most), maximum: Some(most) })?;
    Ok(setrlimit(Resource::Core, Rlimit { current: Some(0), maximum: Some(0) })?)
}

/// What a process is started with.
pub struct Words {
    pub seed: u64,
    pub samples: PathBuf,
    /// The longest that one input may take.
    pub most: Duration,
}

/// The verdict with its milliseconds, or why there is none.
type End = Result<(String, u64), String>;

impl Words {
    /// Reads a span in processes; where one ends, another goes on behind the input that ended it.
    ///
    /// # Errors
    /// Where none can be started.
    pub async fn read(&self, mut span: Span) -> anyhow::Result<Vec<(u64, End)>> {
        let mut ends = Vec::new();
        while span.next < span.end {
            let broken = self.process(&mut span, &mut ends).await?;
            if let Some(why) = broken {
                ends.push((span.next, Err(why)));
                span.next += span.step;
            }
        }
        Ok(ends)
    }

    /// One process: how it ended before the end of the span.
    async fn process(
        &self,
        span: &mut Span,
        ends: &mut Vec<(u64, End)>,
    ) -> anyhow::Result<Option<String>> {
        let inputs = format!("{}:{}:{}", span.next, span.end, span.step);
        let mut child = Command::new(sibling::this()?)
            .args(["--seed", &self.seed.to_string(), "--inputs", &inputs, "--samples"])
            .arg(&self.samples)
            .env("RUST_BACKTRACE", "0")
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .context("a reader of inputs cannot be started")?;
        let out = child.stdout.take().context("a process without output")?;
        let mut lines = BufReader::new(out).lines();
        if timeout(START, lines.next_line()).await.is_err() {
            return Err(anyhow!("A reader of inputs did not start within {START:?}."));
        }
        // The watcher waits a little longer than the input may take, and judges by the input's own time.
        let patience = self.most + self.most.max(Duration::from_secs(1));
        while span.next < span.end {
            let Ok(line) = timeout(patience, lines.next_line()).await else {
                child.kill().await.context("a reader of inputs cannot be ended")?;
                return Ok(Some(format!("it takes longer than {} ms", self.most.as_millis())));
            };
            let Some(line) = line? else {
                let done = child.wait_with_output().await?;
                let said = String::from_utf8_lossy(&done.stderr);
                let said =
                    said.lines().rev().find(|line| !line.trim().is_empty()).unwrap_or_default();
                return Ok(Some(format!("it ends the process ({}) {said}", done.status)));
            };
            let mut words = line.split(' ').skip(1);
            let verdict = words.next().unwrap_or_default().to_owned();
            let ms: u64 = words.next().and_then(|ms| ms.parse().ok()).unwrap_or(u64::MAX);
            let late = Duration::from_millis(ms) > self.most;
            let end = if late { Err(format!("it takes {ms} ms")) } else { Ok((verdict, ms)) };
            ends.push((span.next, end));
            span.next += span.step;
        }
        child.wait().await?;
        Ok(None)
    }
}
