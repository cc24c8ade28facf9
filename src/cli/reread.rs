//! `leadmill reread`: what today's readers make of the inputs that came, and where that differs.

mod difference;

use std::fmt::Write as _;
use std::process::ExitCode;

use anyhow::{Context as _, anyhow};
use bytes::Bytes;
use chrono::{DateTime, Utc};
use domain::commands::InputReadAgain;
use domain::decide::{Arrived, RawInputs};
use domain::enquiry::PartReading;
use domain::ids::{InputId, minted};
use domain::input::RAW_BYTES_MAX;
use domain::message::Message;
use domain::text::excerpt;
use indicatif::ProgressBar;
use intake::{Again, Intake, Parts, SHEET};
use serde::Serialize;
use serde_json::Value;
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::post::{self, Post, Sender};
use super::send::Channel;
use super::time::{counted, moment};
use super::{Context, progress};
use crate::messaging::Outgoing;
use crate::runtime::{hex, opening};
use crate::sources;
use crate::store::readings::{self, Before, Read};
use crate::store::{self, Connection, Fault, chunk};
use difference::{Changed, READING, changed, verdict};

/// Inputs that one statement looks up, and parts of a collection.
const PAGE: i64 = 500;
/// Pieces of raw bytes that one statement loads: 16 MiB.
const PIECES_MAX: i64 = 64;
/// Commands that are handed over at once.
const COMMANDS_MAX: usize = 200;
/// Most changes that are told; all are counted, and said.
const TOLD_MAX: usize = 1_000;
/// Most changes that people are shown.
const SHOWN_MAX: usize = 50;
/// Who says what changed.
const SOURCE: &str = "urn:leadmill-reread";

/// Options of `leadmill reread`.
#[derive(Clone, Debug, clap::Args)]
#[command(after_long_help = "\
Examples:
  leadmill reread --dry-run                       what would be read otherwise today
  leadmill reread --dry-run --since 2026-11-01 --channel email --json
  leadmill reread --since 2026-11-01              … and keep it: an event `input.reread` for each

Leads, verdicts and ids stay as they are, whatever is read: a person decides what follows. A reading that
was kept once is what the next is compared with. Settings and maps of sources are those of today.")]
pub struct Reread {
    /// Only inputs that came since then: a day, or a moment as 2026-11-01T09:00:00Z
    #[arg(long, value_name = "WHEN", value_parser = moment)]
    since: Option<DateTime<Utc>>,
    /// Only inputs of this channel
    #[arg(long)]
    channel: Option<Channel>,
    /// List what would change, and keep nothing of it
    #[arg(long)]
    dry_run: bool,
}

/// What was compared, and what differs.
#[derive(Debug, Default, Serialize)]
struct Report {
    /// Inputs and parts that were read.
    read: u64,
    changed: u64,
    /// Their bytes were erased, or what was read of them is not known any more.
    unknown: u64,
    /// Parts that today's readers find beside those that were found.
    new_parts: u64,
    /// The changes were sent to intake, to be kept.
    kept: bool,
    changes: Vec<Change>,
}

/// An input that is read otherwise today.
#[derive(Debug, Serialize)]
struct Change {
    input: Uuid,
    channel: String,
    /// Its number in its collection.
    #[serde(skip_serializing_if = "Option::is_none")]
    part: Option<u64>,
    before: &'static str,
    now: &'static str,
    values: Vec<Changed>,
}

impl Reread {
    pub(super) async fn run(&self, context: &Context) -> anyhow::Result<ExitCode> {
        let settings = context.settings().await?;
        let options = sources::load(&settings.intake)?;
        let post = if self.dry_run { None } else { Some(Post::open(context, &settings).await?) };
        let mut desk = Desk {
            conn: context.database(&settings).await?,
            intake: Intake::new(options),
            post,
            waiting: Vec::new(),
            report: Report { kept: !self.dry_run, ..Report::default() },
            bar: progress::count("Reading again", 0),
        };
        let done = self.read_all(&mut desk).await;
        desk.bar.finish_and_clear();
        let Desk { conn, post, report, .. } = desk;
        let _ = store::close(conn).await;
        if let Some(post) = post {
            post.close().await;
        }
        done?;
        context.output.print(&report, for_people)?;
        Ok(ExitCode::SUCCESS)
    }

    async fn read_all(&self, desk: &mut Desk) -> anyhow::Result<()> {
        let mut after = self.since.map_or(Uuid::nil(), |since| minted(since, [0; 10]));
        let channel = self.channel.map(|channel| channel.kind().to_string());
        loop {
            let page = readings::inputs(&mut desk.conn, after, channel.as_deref(), PAGE);
            let page = page.await.map_err(sentence)?;
            let Some(last) = page.last() else { break };
            after = last.id;
            let mut page = &page[..];
            while !page.is_empty() {
                let mut pieces = 0;
                let fits = |read: &&Read| {
                    pieces += read.pieces;
                    pieces <= PIECES_MAX
                };
                let some = page.iter().take_while(fits).count().max(1);
                let (now, later) = page.split_at(some);
                desk.read(now).await?;
                page = later;
            }
        }
        desk.send().await
    }
}

/// What the work is done with.
struct Desk {
    conn: Connection,
    intake: Intake,
    /// Where changes are said.
    post: Option<Post>,
    waiting: Vec<Outgoing>,
    report: Report,
    bar: ProgressBar,
}

impl Desk {
    async fn read(&mut self, inputs: &[Read]) -> anyhow::Result<()> {
        let ids: Vec<_> = inputs.iter().map(|read| InputId(read.id)).collect();
        let mut bytes = chunk::load(&mut self.conn, &ids).await.map_err(sentence)?;
        for read in inputs {
            let Some(body) = bytes.remove(&InputId(read.id)) else {
                self.report.unknown += 1;
                continue;
            };
            let now = match arrived(&self.intake, read, body) {
                Err(reason) => Again::One(Box::new(PartReading::unclear(reason))),
                Ok(arrived) => intake::again(&self.intake, &arrived)
                    .with_context(|| format!("{} came by no way in for inputs", read.id))?,
            };
            match (now, read.split) {
                (Again::One(now), false) => {
                    self.compare(read.id, read, None, &read.before, *now).await?
                }
                (Again::Many(parts), true) => self.read_parts(read, *parts).await?,
                (Again::Many(parts), false) => {
                    let reason = format!("It is a collection of {} parts.", parts.count());
                    let now = PartReading::unclear(reason);
                    self.compare(read.id, read, None, &read.before, now).await?;
                }
                (Again::One(now), true) => {
                    let collection = || PartReading::unclear("It was a collection.");
                    let Before { said, reading } = read.before.clone();
                    let reading = Some(reading.unwrap_or_else(collection));
                    let before = Before { said: said.or(Some(read.id)), reading };
                    self.compare(read.id, read, None, &before, *now).await?;
                }
            }
        }
        Ok(())
    }

    /// Goes through the parts as they were and as they are read, both in their order.
    async fn read_parts(&mut self, read: &Read, mut now: Parts) -> anyhow::Result<()> {
        let mut next = now.next();
        let mut from = 0;
        loop {
            let page = readings::parts(&mut self.conn, read.id, from, PAGE);
            let page = page.await.map_err(sentence)?;
            let Some(last) = page.last() else { break };
            from = i64::try_from(last.number)? + 1;
            for part in page {
                while next.as_ref().is_some_and(|next| next.number < part.number) {
                    self.report.new_parts += 1;
                    next = now.next();
                }
                let reading = match next.take_if(|next| next.number == part.number) {
                    Some(found) => {
                        next = now.next();
                        found.reading
                    }
                    None => PartReading::unclear("There is no such part."),
                };
                self.compare(part.id, read, Some(part.number), &part.before, reading).await?;
            }
        }
        self.report.new_parts += u64::from(next.is_some()) + u64::try_from(now.count())?;
        Ok(())
    }

    async fn compare(
        &mut self,
        input: Uuid,
        read: &Read,
        part: Option<u64>,
        before: &Before,
        now: PartReading,
    ) -> anyhow::Result<()> {
        self.bar.inc(1);
        let (Some(said), Some(reading)) = (before.said, &before.reading) else {
            self.report.unknown += 1;
            return Ok(());
        };
        self.report.read += 1;
        let values = changed(reading, &now)?;
        if values.is_empty() {
            return Ok(());
        }
        self.report.changed += 1;
        if self.report.changes.len() < TOLD_MAX {
            let (before, now) = (verdict(reading), verdict(&now));
            let (channel, values) = (read.channel.clone(), values.clone());
            self.report.changes.push(Change { input, channel, part, before, now, values });
        }
        if self.post.is_some() {
            self.waiting.push(command(input, said, now, &values)?);
            if self.waiting.len() >= COMMANDS_MAX {
                self.send().await?;
            }
        }
        Ok(())
    }

    async fn send(&mut self) -> anyhow::Result<()> {
        if let (Some(post), false) = (&self.post, self.waiting.is_empty()) {
            post.send(std::mem::take(&mut self.waiting)).await?;
        }
        Ok(())
    }
}

/// An input as it arrived, and as the runtime hands it to a reader: of a workbook the list in it.
///
/// # Errors
/// Why a workbook cannot be opened.
fn arrived(intake: &Intake, read: &Read, body: Bytes) -> Result<Arrived, String> {
    let queue = format!("intake.{}", read.channel);
    let text = |(name, value): (&String, &Value)| Some((name.clone(), value.as_str()?.to_owned()));
    let headers = read.headers.as_ref().and_then(Value::as_object);
    let headers = headers.into_iter().flatten().filter_map(text).collect();
    if body.len() > RAW_BYTES_MAX {
        return Err("It is too large to be read.".to_owned());
    }
    let content_type = if read.sheet { Some(SHEET.to_owned()) } else { read.content_type.clone() };
    let mut arrived = Arrived { queue, headers, body, content_type, ..Arrived::default() };
    if intake.opens(&arrived.queue) {
        opening::open_list(&mut arrived)?;
    }
    Ok(arrived)
}

/// Asks intake to keep a reading. What was read before is in its id, so that the same change is kept once.
fn command(
    input: Uuid,
    before: Uuid,
    reading: PartReading,
    values: &[Changed],
) -> anyhow::Result<Outgoing> {
    let changed = values.iter().map(|value| value.field.parse());
    let changed = changed.collect::<Result<Vec<_>, _>>()?;
    let data = InputReadAgain { input: InputId(input), reading, changed };
    let data = serde_json::to_string(&data)?;
    let id = hex(&Sha256::new().chain_update(before).chain_update(&data).finalize());
    let sender = Sender { source: SOURCE.to_owned(), id, actor: None };
    Ok(post::command(&sender, InputReadAgain::TYPE.name, &data)?)
}

fn for_people(report: &Report) -> String {
    let Report { read, changed, unknown, new_parts, kept, changes } = report;
    let mut text = String::new();
    // Writing into a string cannot fail.
    for Change { input, channel, part, before, now, values } in changes.iter().take(SHOWN_MAX) {
        let part = part.map(|number| format!(", part {number}")).unwrap_or_default();
        let becomes =
            if before == now { String::new() } else { format!(": was {before}, is {now}") };
        let _ = writeln!(text, "{input}  {channel}{part}{becomes}");
        for Changed { field, before, now } in values.iter().filter(|it| it.field != READING) {
            let [before, now] = [before, now].map(|value| match value {
                Value::Null => "nothing".to_owned(),
                Value::String(text) => excerpt(text),
                other => excerpt(&other.to_string()),
            });
            let _ = writeln!(text, "  {field}: {before} → {now}");
        }
    }
    if changes.len() > SHOWN_MAX {
        let _ = writeln!(
            text,
            "… and {} more; --json tells the first {TOLD_MAX}.",
            *changed - SHOWN_MAX as u64
        );
    }
    if !changes.is_empty() {
        text.push('\n');
    }
    let _ = write!(text, "{} read again, {changed} of them otherwise.", inputs(*read));
    if *unknown > 0 {
        let _ = write!(
            text,
            " Of {} the bytes were erased or the reading is not known any more.",
            inputs(*unknown)
        );
    }
    if *new_parts > 0 {
        let _ =
            write!(text, " Collections have {new_parts} parts that were not found in them before.");
    }
    if *changed > 0 {
        text.push_str(if *kept {
            "\nNext: intake says an event `input.reread` for each; `leadmill trace INPUT` shows it."
        } else {
            "\nNext: without --dry-run each is kept as an event `input.reread`; nothing else changes."
        });
    }
    text
}

fn inputs(n: u64) -> String {
    counted(usize::try_from(n).unwrap_or(usize::MAX), "input", "inputs")
}

fn sentence(fault: Fault) -> anyhow::Error {
    anyhow!("{fault}")
}
