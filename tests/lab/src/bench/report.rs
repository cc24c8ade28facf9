//! What a measurement came to, for people and for programs.

#![allow(clippy::float_arithmetic, reason = "figures of a measurement, no money")]

use std::fmt;

use leadmill::cli::output::table;
use leadmill::settings::Settings;
use serde::Serialize;

use super::measure::Round;

/// Everything that came out, and under which circumstances.
#[derive(Clone, Debug, Serialize)]
pub struct BenchReport {
    hop: String,
    /// How many times as many messages a second go through in batches, by the medians.
    ratio: f64,
    batched: Median,
    one_by_one: Median,
    rounds: Vec<Round>,
    batch_size_max: usize,
    prefetch_batches: usize,
    build: &'static str,
    version: &'static str,
    machine: Machine,
}

/// The medians of all rounds of one way.
#[derive(Clone, Copy, Debug, Serialize)]
struct Median {
    messages_per_second: f64,
    events_per_second: f64,
    batch_size_mean: f64,
    decided_ms_p50: f64,
    decided_ms_p95: f64,
    published_ms_p50: f64,
    published_ms_p95: f64,
    /// CPU milliseconds per message.
    own_cpu_ms: Option<f64>,
    postgres_cpu_ms: Option<f64>,
    rabbitmq_cpu_ms: Option<f64>,
}

/// Where it was measured.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct Machine {
    pub cores: usize,
    /// Before the measurement: what else was going on.
    pub load_average: Option<f64>,
}

/// `release`, or `debug`, which is several times slower where the program itself works.
pub const BUILD: &str = if cfg!(debug_assertions) { "debug" } else { "release" };

impl Machine {
    pub fn with_load(load_average: Option<f64>) -> Self {
        let cores = std::thread::available_parallelism().map_or(0, usize::from);
        Self { cores, load_average }
    }
}

impl BenchReport {
    pub fn of(
        hop: &str,
        settings: &Settings,
        load_average: Option<f64>,
        rounds: Vec<Round>,
    ) -> Self {
        let median = |one: bool| {
            let rounds = rounds.iter().filter(|round| (round.batch_size_max == 1) == one);
            Median::of(&rounds.collect::<Vec<_>>())
        };
        let (batched, one_by_one) = (median(false), median(true));
        Self {
            hop: hop.to_owned(),
            ratio: batched.messages_per_second / one_by_one.messages_per_second,
            batched,
            one_by_one,
            rounds,
            batch_size_max: settings.runtime.batch_size_max,
            prefetch_batches: settings.runtime.prefetch_batches,
            build: BUILD,
            version: env!("CARGO_PKG_VERSION"),
            machine: Machine::with_load(load_average),
        }
    }
}

impl Median {
    fn of(rounds: &[&Round]) -> Self {
        let of = |figure: fn(&Round) -> f64| {
            median(rounds.iter().map(|round| figure(round)).collect()).unwrap_or_default()
        };
        let per_message = |figure: fn(&Round) -> Option<f64>| {
            let figures = rounds.iter().map(|r| Some(figure(r)? * 1e3 / r.messages as f64));
            median(figures.collect::<Option<_>>()?)
        };
        Self {
            messages_per_second: of(|round| round.messages_per_second),
            events_per_second: of(|round| round.events_per_second),
            batch_size_mean: of(|round| round.batch_size_mean),
            decided_ms_p50: of(|round| round.decided_ms.p50),
            decided_ms_p95: of(|round| round.decided_ms.p95),
            published_ms_p50: of(|round| round.published_ms.p50),
            published_ms_p95: of(|round| round.published_ms.p95),
            own_cpu_ms: per_message(|round| round.cpu.own),
            postgres_cpu_ms: per_message(|round| round.cpu.postgres),
            rabbitmq_cpu_ms: per_message(|round| round.cpu.rabbitmq),
        }
    }
}

/// Of an even number the mean of the middle two.
fn median(mut figures: Vec<f64>) -> Option<f64> {
    figures.sort_by(f64::total_cmp);
    let upper = figures.get(figures.len() / 2)?;
    let lower = figures.get((figures.len() - 1) / 2)?;
    Some((lower + upper) / 2.0)
}

impl fmt::Display for BenchReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (many, one) = (&self.batched, &self.one_by_one);
        let row = |what: &str, figure: &dyn Fn(&Median) -> String| {
            [what.to_owned(), figure(many), figure(one)]
        };
        let cpu = |time: Option<f64>| time.map_or("unknown".into(), |ms| format!("{ms:.3} ms"));
        let pair = |p50: f64, p95: f64| format!("{p50:.1} / {p95:.1} ms");
        let rows = [
            row("messages a second", &|m| format!("{:.0}", m.messages_per_second)),
            row("events a second", &|m| format!("{:.0}", m.events_per_second)),
            row("messages per batch", &|m| format!("{:.0}", m.batch_size_mean)),
            row("taken to decided, p50 / p95", &|m| pair(m.decided_ms_p50, m.decided_ms_p95)),
            row("taken to acknowledged", &|m| pair(m.published_ms_p50, m.published_ms_p95)),
            row("CPU per message, leadmill", &|m| cpu(m.own_cpu_ms)),
            row("CPU per message, PostgreSQL", &|m| cpu(m.postgres_cpu_ms)),
            row("CPU per message, RabbitMQ", &|m| cpu(m.rabbitmq_cpu_ms)),
        ];
        writeln!(f, "{}", table(["", "in batches", "message by message"], rows))?;
        writeln!(
            f,
            "\nThe hop `{}` does {:.1} times as much in batches of at most {}.",
            self.hop, self.ratio, self.batch_size_max
        )?;
        write!(
            f,
            "Medians of {} rounds, {} build, {} cores.",
            self.rounds.len(),
            self.build,
            self.machine.cores
        )?;
        if let Some(load) = self.machine.load_average {
            write!(f, " The load before was {load:.1}; CPU of the servers includes others' work.")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::median;

    #[test]
    fn the_median_of_an_even_number_is_the_mean_of_the_middle_two() {
        assert_eq!(median(vec![4.0, 1.0, 2.0]), Some(2.0));
        assert_eq!(median(vec![4.0, 1.0, 2.0, 3.0]), Some(2.5));
        assert_eq!(median(Vec::new()), None);
    }
}
