//! One hop of the real pipeline, in batches against message by message.
//!
//! What is measured is the program as it runs: the runtime with its lane, upkeep, claims, locks,
//! decisions, log, publishing with confirms, acknowledgements. The two ways differ in one setting,
//! `runtime.batch_size_max`, and take turns on equal loads.

use leadmill::settings::Settings;

use super::cpu;
use super::ground::{Ground, Grounds};
use super::load::{self, Load};
use super::measure::{Round, measure as measure_round, work_off};
use super::report::BenchReport;

/// Messages of the run that comes before the measured ones and is not counted: the first run pays
/// for cold caches of both servers, whichever way it goes.
const WARM_UP: usize = 256;
/// Message by message takes so much longer that fewer are enough: this part of the load.
const ONE_BY_ONE_PART: usize = 8;

/// What is measured of one hop.
pub struct Hop<'a> {
    /// The worker.
    pub name: &'a str,
    /// Messages per round in batches.
    pub messages: usize,
    pub rounds: u32,
}

/// Measures in a database and under a prefix of its own.
///
/// # Errors
/// What keeps it from being measured, as finished sentences.
pub async fn measure(settings: &Settings, hop: &Hop<'_>) -> anyhow::Result<BenchReport> {
    let load_average = cpu::load_average();
    let mut grounds = Grounds::default();
    let measured = async {
        let ground = grounds.prepare(settings, load::customer(hop.name)).await?;
        rounds(&ground, hop).await
    };
    let measured = tokio::select! {
        measured = measured => measured,
        _ = tokio::signal::ctrl_c() => Err(anyhow::anyhow!("Stopped; nothing was measured.")),
    };
    grounds.clear_all().await;
    Ok(BenchReport::of(hop.name, settings, load_average, measured?))
}

async fn rounds(ground: &Ground, hop: &Hop<'_>) -> anyhow::Result<Vec<Round>> {
    let batched = &ground.settings;
    let mut one_by_one: Settings = batched.clone();
    one_by_one.runtime.batch_size_max = 1;
    let (many, few) = (hop.messages, hop.messages.div_ceil(ONE_BY_ONE_PART));
    let mut load = Load::new(ground).await?;
    load.prepare(hop.name, WARM_UP).await?;
    work_off(batched, hop.name, WARM_UP).await?;
    let mut rounds = Vec::new();
    for n in 1..=hop.rounds {
        for (settings, messages) in [(batched, many), (&one_by_one, few)] {
            eprintln!("Round {n} of {}: preparing {messages} messages …", hop.rounds);
            load.prepare(hop.name, messages).await?;
            let round = measure_round(settings, hop.name, messages).await?;
            eprintln!("{}", round.sentence());
            rounds.push(round);
        }
    }
    load.finish().await;
    Ok(rounds)
}
