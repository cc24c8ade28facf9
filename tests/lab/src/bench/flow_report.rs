//! What an end-to-end measurement came to, for people and for programs.

#![allow(clippy::float_arithmetic, reason = "figures of a measurement, no money")]

use std::fmt;

use anyhow::Context as _;
use leadmill::cli::output::table;
use leadmill::settings::Settings;
use leadmill::store::summary::WorkerTimes;
use leadmill::workers;
use serde::Serialize;

use super::cpu::{Cpu, Used};
use super::latency::Latency;
use super::report::Machine;
use crate::queries::batch::Published;
use crate::queries::written::Work;

const MIB: f64 = 1024.0 * 1024.0;

/// Everything that came out, and under which circumstances.
#[derive(Clone, Debug, Serialize)]
pub struct FlowReport {
    /// How fast the pipeline was, compared with the bare loop: 1 would be as fast.
    ratio: f64,
    /// How fast the pipeline was on grown tables, compared with empty ones.
    growth: Option<f64>,
    #[serde(flatten)]
    runs: Runs,
    batch_size_max: usize,
    prefetch_batches: usize,
    build: &'static str,
    version: &'static str,
    machine: Machine,
}

/// What was measured.
#[derive(Clone, Debug, Serialize)]
pub struct Runs {
    /// At full speed: all inputs lay in the queues when the workers started. The other is the bare loop
    /// in the place of the workers, with the same rows and messages.
    pub beside_bare: Pairs,
    /// Inputs came evenly, at half of that speed.
    pub paced: Run,
    pub latency: Latency,
    /// Present where it was asked for.
    pub grown: Option<Grown>,
}

/// The run at full speed on tables that have grown; the other is the one on empty tables.
#[derive(Clone, Debug, Serialize)]
pub struct Grown {
    /// What the tables held before.
    pub leads: i64,
    /// The database before.
    pub disk_bytes: i64,
    #[serde(flatten)]
    pub pairs: Pairs,
}

/// The pipeline and what it is compared with, taking turns: the speed of a machine is not the same from
/// one minute to the next.
#[derive(Clone, Debug, Serialize)]
pub struct Pairs {
    /// How many times as fast the pipeline was, by the time that all rounds took together: what slows
    /// the machine down for half a minute hits either of a pair.
    pub ratio: f64,
    /// Of each pair, how many times as fast the pipeline was; ascending.
    pub ratios: Vec<f64>,
    /// Those of the pair in the middle.
    pub pipeline: Run,
    pub other: Run,
}

impl Pairs {
    /// # Errors
    /// Where there is none.
    pub fn of(mut pairs: Vec<(Run, Run)>) -> anyhow::Result<Self> {
        let ratio =
            |(pipeline, other): &(Run, Run)| pipeline.leads_per_second / other.leads_per_second;
        pairs.sort_by(|one, other| ratio(one).total_cmp(&ratio(other)));
        let ratios = pairs.iter().map(ratio).collect::<Vec<_>>();
        let seconds =
            |run: fn(&(Run, Run)) -> &Run| pairs.iter().map(|of| run(of).seconds).sum::<f64>();
        let ratio = seconds(|of| &of.1) / seconds(|of| &of.0);
        let middle = pairs.len().saturating_sub(1) / 2;
        let middle = pairs.into_iter().nth(middle);
        let (pipeline, other) = middle.context("Nothing was measured")?;
        Ok(Self { ratio, ratios, pipeline, other })
    }

    fn all(&self) -> String {
        let all = self.ratios.iter().map(|ratio| format!("{ratio:.2}"));
        all.collect::<Vec<_>>().join(", ")
    }
}

/// One measured run.
#[derive(Clone, Debug, Serialize)]
pub struct Run {
    pub leads: usize,
    /// From the taking of the first message until the last is confirmed by the broker.
    pub seconds: f64,
    pub leads_per_second: f64,
    /// Messages that workers took.
    pub messages: i64,
    pub messages_per_second: f64,
    /// Messages that workers published.
    pub events: i64,
    pub batches: usize,
    /// Rows inserted and updated.
    pub rows: i64,
    pub rows_per_second: f64,
    /// The part of the updates that stayed on their page and touched no index.
    pub hot_updates: f64,
    /// Of the whole server, also what it wrote for others.
    pub wal_bytes_per_lead: f64,
    pub disk_bytes_per_lead: f64,
    pub stages: Vec<WorkerTimes>,
    pub processes: Vec<Process>,
    /// CPU seconds of the servers, and of this process with its stand-ins.
    pub cpu: Cpu,
}

/// What the process of a worker used.
#[derive(Clone, Debug, Serialize)]
pub struct Process {
    pub name: &'static str,
    #[serde(flatten)]
    pub used: Used,
}

impl Run {
    /// `None` where no batch was published.
    pub fn of(leads: usize, batches: &[Published], mut stages: Vec<WorkerTimes>) -> Option<Self> {
        let first = batches.iter().map(|batch| batch.taken_at).min()?;
        let last = batches.iter().map(|batch| batch.published_at).max()?;
        let seconds = (last - first).as_seconds_f64().max(f64::EPSILON);
        let messages: i64 = batches.iter().map(|batch| i64::from(batch.messages)).sum();
        let events = batches.iter().map(|batch| i64::from(batch.events)).sum();
        stages.sort_by_key(|stage| workers::NAMES.iter().position(|name| *name == stage.worker));
        Some(Self {
            leads,
            seconds,
            leads_per_second: leads as f64 / seconds,
            messages,
            messages_per_second: messages as f64 / seconds,
            events,
            batches: batches.len(),
            rows: 0,
            rows_per_second: 0.0,
            hot_updates: 0.0,
            wal_bytes_per_lead: 0.0,
            disk_bytes_per_lead: 0.0,
            stages,
            processes: Vec::new(),
            cpu: Cpu::default(),
        })
    }

    /// Adds what the database wrote meanwhile.
    pub fn wrote(&mut self, before: &Work, after: &Work) {
        let updated = after.rows_updated - before.rows_updated;
        let hot = after.rows_updated_hot - before.rows_updated_hot;
        self.rows = after.rows_inserted - before.rows_inserted + updated;
        self.rows_per_second = self.rows as f64 / self.seconds;
        self.hot_updates = hot as f64 / updated.max(1) as f64;
        let leads = self.leads.max(1) as f64;
        self.wal_bytes_per_lead = (after.wal_bytes - before.wal_bytes) as f64 / leads;
        self.disk_bytes_per_lead = (after.disk_bytes - before.disk_bytes) as f64 / leads;
    }

    /// What came out, for the person who waits.
    pub fn sentence(&self) -> String {
        format!(
            "{} leads became invoices in {:.2} s: {:.0} leads and {:.0} messages a second.",
            self.leads, self.seconds, self.leads_per_second, self.messages_per_second
        )
    }

    fn stages(&self) -> String {
        let ms = |time: Option<f64>| time.map_or_else(|| "–".to_owned(), |ms| format!("{ms:.0}"));
        let three = |p50, p95, p99| format!("{} / {} / {}", ms(p50), ms(p95), ms(p99));
        let rows = self.stages.iter().map(|stage| {
            let used = self.processes.iter().find(|process| process.name == stage.worker);
            let used = used.map(|process| process.used).unwrap_or_default();
            [
                stage.worker.clone(),
                stage.messages.to_string(),
                format!("{:.0}", stage.messages as f64 / stage.batches.max(1) as f64),
                three(stage.waiting_p50_ms, stage.waiting_p95_ms, stage.waiting_p99_ms),
                three(stage.working_p50_ms, stage.working_p95_ms, stage.working_p99_ms),
                seconds(used.cpu_seconds),
                used.peak_bytes.map_or("–".into(), |bytes| format!("{:.0}", bytes as f64 / MIB)),
            ]
        });
        let heads = [
            "worker",
            "messages",
            "per batch",
            "waiting ms p50 / p95 / p99",
            "working ms p50 / p95 / p99",
            "CPU s",
            "peak MiB",
        ];
        table(heads, rows).to_string()
    }
}

impl FlowReport {
    pub fn of(settings: &Settings, load_average: Option<f64>, runs: Runs) -> Self {
        Self {
            ratio: runs.beside_bare.ratio,
            growth: runs.grown.as_ref().map(|grown| grown.pairs.ratio),
            runs,
            batch_size_max: settings.runtime.batch_size_max,
            prefetch_batches: settings.runtime.prefetch_batches,
            build: super::report::BUILD,
            version: env!("CARGO_PKG_VERSION"),
            machine: Machine::with_load(load_average),
        }
    }
}

fn seconds(time: Option<f64>) -> String {
    time.map_or_else(|| "–".to_owned(), |seconds| format!("{seconds:.1}"))
}

impl fmt::Display for FlowReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Runs { beside_bare, paced, latency, grown } = &self.runs;
        let Pairs { pipeline: full, other: roofline, .. } = beside_bare;
        let row = |what: &str, figure: &dyn Fn(&Run) -> String| {
            [what.to_owned(), figure(full), figure(roofline), figure(paced)]
        };
        let rows = [
            row("leads", &|run| run.leads.to_string()),
            row("leads a second", &|run| format!("{:.0}", run.leads_per_second)),
            row("messages a second", &|run| format!("{:.0}", run.messages_per_second)),
            row("rows a second", &|run| format!("{:.0}", run.rows_per_second)),
            row("rows per lead", &|run| format!("{:.1}", run.rows as f64 / run.leads as f64)),
            row("updates that stay on their page", &|run| {
                format!("{:.0} %", run.hot_updates * 1e2)
            }),
            row("write-ahead log per lead", &|run| format!("{:.0} B", run.wal_bytes_per_lead)),
            row("disk per lead", &|run| format!("{:.0} B", run.disk_bytes_per_lead)),
            row("CPU s of the workers", &|run| {
                seconds(run.processes.iter().map(|process| process.used.cpu_seconds).sum())
            }),
            row("CPU s of PostgreSQL", &|run| seconds(run.cpu.postgres)),
            row("CPU s of RabbitMQ", &|run| seconds(run.cpu.rabbitmq)),
            row("CPU s of the stand-ins", &|run| seconds(run.cpu.own)),
        ];
        writeln!(f, "{}", table(["", "full speed", "bare loop", "half speed"], rows))?;
        writeln!(f, "\nAt full speed:\n{}", full.stages())?;
        writeln!(f, "\nAt half speed:\n{}", paced.stages())?;
        writeln!(f, "\nThe bare loop:\n{}", roofline.stages())?;
        writeln!(
            f,
            "\nOne web form to its lead.qualified: p50 {:.1}, p95 {:.1}, p99 {:.1} ms.",
            latency.p50_ms, latency.p95_ms, latency.p99_ms
        )?;
        if let (Some(grown), Some(growth)) = (grown, self.growth) {
            writeln!(
                f,
                "On tables with {} leads ({:.0} MiB) it is {growth:.2} times as fast as on empty ones \
                 (each round: {}).",
                grown.leads,
                grown.disk_bytes as f64 / MIB,
                grown.pairs.all()
            )?;
        }
        writeln!(
            f,
            "The pipeline is {:.2} times as fast as the bare loop (each round: {}).",
            self.ratio,
            beside_bare.all()
        )?;
        write!(f, "{} build, {} cores.", self.build, self.machine.cores)?;
        if let Some(load) = self.machine.load_average {
            write!(
                f,
                " The load before was {load:.1}; CPU and log of the servers include others'."
            )?;
        }
        Ok(())
    }
}
