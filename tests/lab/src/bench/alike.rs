//! What it costs to look for whoever is alike a new lead: the statements that write keys and follow them, on tables
//! that are empty and on tables that have grown.

#![allow(clippy::float_arithmetic, reason = "figures of a measurement, no money")]

use std::collections::BTreeSet;
use std::fmt;

use domain::decide::World;
use domain::enquiry::{Enquiry, Person};
use domain::ids::{InputId, LeadId, minted};
use domain::lead::Lead;
use domain::likeness::{Likeness, LikenessKey};
use leadmill::cli::output::table;
use leadmill::settings::Settings;
use leadmill::store::{self, Connection, lead, likeness};
use serde::Serialize;

use super::ground::{Ground, Grounds, said};
use super::report::{BUILD, Machine};
use crate::bench::cpu;
use crate::queries::alike::{self as queries, Explained};

/// New leads of one batch: as many as intake takes of raw inputs.
const BATCH: usize = 256;
/// Batches that come first and are not counted: a page is written to the log whole when it changes for the first time
/// after a checkpoint, which a server at work has behind it with nearly all of them.
const WARM_UP: usize = 84;
const BATCHES: usize = 20;
/// One of so many new leads shares its keys with leads that are there …
const ALIKE_OF: usize = 20;
/// … with so many of them.
const EACH: usize = 5;
/// People who are there already and ask again under another spelling.
const POOL: usize = (WARM_UP + BATCHES) * BATCH / ALIKE_OF;

/// What was measured on tables of one size, by a new lead.
#[derive(Clone, Copy, Debug, Serialize)]
struct Cost {
    leads_before: u32,
    write_us: f64,
    write_blocks: f64,
    look_up_us: f64,
    look_up_blocks: f64,
    /// Parties that were found beside the new leads themselves.
    found: f64,
}

impl Cost {
    fn whole(&self) -> (f64, f64) {
        (self.write_us + self.look_up_us, self.write_blocks + self.look_up_blocks)
    }
}

/// Both, beside each other.
#[derive(Clone, Debug, Serialize)]
pub struct AlikeReport {
    empty: Cost,
    full: Cost,
    time_ratio: f64,
    blocks_ratio: f64,
    build: &'static str,
    machine: Machine,
}

/// Measures in a database of its own.
///
/// # Errors
/// What keeps it from being measured, as finished sentences.
pub async fn measure(settings: &Settings, leads: u32) -> anyhow::Result<AlikeReport> {
    let machine = Machine::with_load(cpu::load_average());
    let mut grounds = Grounds::default();
    let measured = async {
        let ground = grounds.prepare(settings, []).await?;
        both(&ground, leads).await
    };
    let measured = tokio::select! {
        measured = measured => measured,
        _ = tokio::signal::ctrl_c() => Err(anyhow::anyhow!("Stopped; nothing was measured.")),
    };
    grounds.clear_all().await;
    let (empty, full) = measured?;
    let ((empty_us, empty_blocks), (full_us, full_blocks)) = (empty.whole(), full.whole());
    let (time_ratio, blocks_ratio) = (full_us / empty_us, full_blocks / empty_blocks);
    Ok(AlikeReport { empty, full, time_ratio, blocks_ratio, build: BUILD, machine })
}

async fn both(ground: &Ground, leads: u32) -> anyhow::Result<(Cost, Cost)> {
    let database = &ground.settings.database;
    let mut conn = store::connect(database, "leadmill bench").await.map_err(said)?;
    let empty = batches(&mut conn, 0, 0).await?;
    eprintln!("Filling the tables with {leads} leads and their keys …");
    let pool: Vec<_> = (0..POOL).flat_map(|n| keys(&known(n))).collect();
    queries::fill(&mut conn, leads, &pool, EACH).await.map_err(said)?;
    let full = batches(&mut conn, leads, 1).await?;
    let _ = store::close(conn).await;
    Ok((empty, full))
}

fn keys(enquiry: &Enquiry) -> Vec<i64> {
    Likeness::of_enquiry(enquiry).keys().into_iter().map(|key| key.0).collect()
}

async fn batches(conn: &mut Connection, leads_before: u32, turn: usize) -> anyhow::Result<Cost> {
    let (mut write, mut look_up) = (Explained::default(), Explained::default());
    for n in 0..WARM_UP + BATCHES {
        let leads: Vec<_> = (0..BATCH).map(|at| new(turn, n * BATCH + at)).collect();
        let mut world = World::default();
        leads.iter().for_each(|lead| world.place(lead.clone().into()));
        let changes: Vec<_> = world.leads.changed().collect();
        lead::save(conn, &changes).await.map_err(|error| said(error.into()))?;
        let owned: Vec<_> = leads
            .iter()
            .flat_map(|lead| keys(&lead.enquiry).into_iter().map(|key| (key, lead.id.0)))
            .collect();
        let asked: BTreeSet<_> = owned.iter().map(|(key, _)| *key).collect();
        if n < WARM_UP {
            // The statements of the store are prepared in this session from now on.
            likeness::save(conn, &world).await.map_err(|error| said(error.into()))?;
            let asked: Vec<_> = asked.into_iter().map(LikenessKey).collect();
            likeness::load(conn, &asked).await.map_err(|error| said(error.into()))?;
        } else {
            write += queries::write(conn, &owned).await.map_err(said)?;
            look_up += queries::look_up(conn, &asked).await.map_err(said)?;
        }
    }
    let each = |sum: f64| sum / (BATCHES * BATCH) as f64;
    Ok(Cost {
        leads_before,
        write_us: each(write.ms * 1e3),
        write_blocks: each(write.blocks),
        look_up_us: each(look_up.ms * 1e3),
        look_up_blocks: each(look_up.blocks),
        found: each(look_up.rows) - 1.0,
    })
}

/// Somebody who is there already.
fn known(n: usize) -> Enquiry {
    person(&word(n), &word(n + 7_000), &format!("known{n}.example"), n)
}

/// A new lead, of which one in [`ALIKE_OF`] shares its keys with some who are there.
fn new(turn: usize, n: usize) -> Lead {
    let unique = 100_000 + turn * 50_000 + n;
    let enquiry = if turn > 0 && n.is_multiple_of(ALIKE_OF) {
        known(n / ALIKE_OF)
    } else {
        person(&word(unique), &word(unique + 1), &format!("new{unique}.example"), unique)
    };
    let mut random = [0; 10];
    random[2..].copy_from_slice(&(unique as u64).to_be_bytes());
    let id = minted(chrono::Utc::now(), random);
    Lead::new(LeadId(id), format!("B-{turn}-{n}"), InputId(id), enquiry)
}

/// A word of its own sound: consonants by the digits of a number.
fn word(n: usize) -> String {
    let syllables = ["ba", "da", "ga", "la", "ma", "na", "ra", "sa", "ta", "cha"];
    n.to_string().bytes().map(|digit| syllables[usize::from(digit - b'0')]).collect()
}

fn person(family: &str, company: &str, domain: &str, n: usize) -> Enquiry {
    Enquiry {
        person: Person {
            given_name: Some("Regina".into()),
            family_name: Some(family.to_owned()),
            emails: vec![format!("r.{family}@{domain}")],
            ..Person::default()
        },
        company: Some(company.to_owned()),
        address: Some(domain::enquiry::Address {
            postal_code: Some(n.to_string()),
            ..Default::default()
        }),
        message: Some(
            "Please send us an offer for two grinders and their delivery in May. ".repeat(4),
        ),
        ..Enquiry::default()
    }
}

impl fmt::Display for AlikeReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let line = |cost: &Cost| {
            let ((us, blocks), figure) = (cost.whole(), |figure: f64| format!("{figure:.1}"));
            [
                cost.leads_before.to_string(),
                figure(cost.write_us),
                figure(cost.write_blocks),
                figure(cost.look_up_us),
                figure(cost.look_up_blocks),
                figure(us),
                figure(blocks),
                figure(cost.found),
            ]
        };
        let heads = [
            "Leads before",
            "Write µs",
            "blocks",
            "Look up µs",
            "blocks",
            "Both µs",
            "blocks",
            "Found",
        ];
        writeln!(f, "For a new lead, in batches of {BATCH}:\n")?;
        writeln!(f, "{}\n", table(heads, [line(&self.empty), line(&self.full)]))?;
        let (time, blocks) = (self.time_ratio, self.blocks_ratio);
        write!(f, "Full to empty: time {time:.2}, blocks {blocks:.2} ({} build).", self.build)
    }
}
