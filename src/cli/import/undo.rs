//! `leadmill import undo`: what the rows of a list did is undone, row by row, where nobody worked on it since.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use anyhow::bail;
use domain::commands::{InputReject, LeadUndo};
use domain::ids::InputId;
use domain::message::Message;
use serde::Serialize;
use uuid::Uuid;

use super::lists::{of, sentence};
use crate::cli::output::table;
use crate::cli::post::{self, Post, Sender};
use crate::cli::time::counted;
use crate::cli::{Context, progress};
use crate::messaging::Outgoing;
use crate::settings::Settings;
use crate::store::Connection;
use crate::store::imports::{self, Row};

/// Rows that are asked for at once, and whose answers are waited for.
const PAGE: i64 = 200;
/// Who asks.
const SOURCE: &str = "urn:leadmill-import-undo";
/// Longest wait for the answers to one page; what is missing goes on waiting by itself.
const WAIT_MAX: Duration = Duration::from_secs(120);
/// How long between two looks for them.
const PAUSE: Duration = Duration::from_millis(100);
/// Most rows that stay and are told; all are counted.
const TOLD_MAX: usize = 10_000;
/// Most of them that people are shown.
const SHOWN_MAX: usize = 50;

/// What became of the rows.
#[derive(Debug, Default, Serialize)]
pub(super) struct Report {
    /// Rows that are undone by now, those that were held being rejected.
    undone: usize,
    /// Rows that stay.
    stay: usize,
    rows: Vec<Stays>,
}

/// A row that stays as it is.
#[derive(Debug, Serialize)]
struct Stays {
    row: i64,
    input: Uuid,
    #[serde(skip_serializing_if = "Option::is_none")]
    lead: Option<Uuid>,
    why: String,
}

/// Asks for each row from the last one on, and waits for the answers: whoever does it again after it was broken off goes on
/// with what is left.
pub(super) async fn undo(
    context: &Context,
    settings: &Settings,
    conn: &mut Connection,
    import: &str,
) -> anyhow::Result<Report> {
    let lists = of(conn, import).await?;
    if let Some(list) = lists.iter().find(|list| !list.done) {
        bail!(
            "The list {} is still being read; see how far it is with `leadmill import show {import}`, and undo it then.",
            list.id
        );
    }
    let post = Post::open(context, settings).await?;
    let bar = progress::count("Undoing", 0);
    let (run, mut report) = (Uuid::now_v7(), Report::default());
    let mut done = Ok(());
    'lists: for list in lists.iter().rev() {
        let mut before = i64::MAX;
        loop {
            let rows = imports::undoable(conn, list.id, before, PAGE).await.map_err(sentence)?;
            let Some(last) = rows.last() else { break };
            before = last.row;
            bar.inc(rows.len() as u64);
            done = page(conn, &post, run, &rows, &mut report).await;
            if done.is_err() {
                break 'lists;
            }
        }
    }
    bar.finish_and_clear();
    post.close().await;
    done.map(|()| report)
}

async fn page(
    conn: &mut Connection,
    post: &Post,
    run: Uuid,
    rows: &[Row],
    report: &mut Report,
) -> anyhow::Result<()> {
    let commands = rows.iter().map(|row| command(run, row)).collect::<Result<Vec<_>, _>>()?;
    post.send(commands).await?;
    let ids: Vec<_> = rows.iter().map(|row| name(run, row)).collect();
    let begun = Instant::now();
    let decided = loop {
        let decided = imports::decided(conn, SOURCE, &ids).await.map_err(sentence)?;
        if decided.len() == rows.len() {
            break decided;
        }
        if begun.elapsed() > WAIT_MAX {
            bail!(
                "Of {} rows {} are not decided yet after {} s. Is `leadmill run` running? They go on waiting; run this \
                 again to see what became of them.",
                rows.len(),
                rows.len() - decided.len(),
                WAIT_MAX.as_secs()
            );
        }
        tokio::time::sleep(PAUSE).await;
    };
    let refused: BTreeMap<_, _> = decided.into_iter().collect();
    for row in rows {
        match refused.get(&name(run, row)).and_then(Option::as_ref) {
            None => report.undone += 1,
            Some(why) => {
                report.stay += 1;
                if report.rows.len() < TOLD_MAX {
                    let (row, input, lead) = (row.row, row.id, row.lead);
                    report.rows.push(Stays { row, input, lead, why: why.clone() });
                }
            }
        }
    }
    Ok(())
}

/// The id of the command for a row: another one each time it is undone, since what stayed once may go later.
fn name(run: Uuid, row: &Row) -> String {
    format!("{run}/{}", row.id)
}

fn command(run: Uuid, row: &Row) -> anyhow::Result<Outgoing> {
    let sender = Sender { source: SOURCE.to_owned(), id: name(run, row), actor: None };
    let input = InputId(row.id);
    let (ty, data) = match row.lead {
        Some(lead) => {
            let undo = LeadUndo { lead: lead.into(), input };
            (LeadUndo::TYPE.name, serde_json::to_string(&undo)?)
        }
        None => {
            let reject = InputReject { input, reason: "The import was undone.".parse()? };
            (InputReject::TYPE.name, serde_json::to_string(&reject)?)
        }
    };
    Ok(post::command(&sender, ty, &data)?)
}

pub(super) fn for_people(report: &Report) -> String {
    let Report { undone, stay, rows } = report;
    let done = counted(*undone, "row is undone", "rows are undone");
    if *stay == 0 {
        return format!("{done}, and none stays.");
    }
    let shown = rows.iter().take(SHOWN_MAX);
    let shown = shown.map(|stays| {
        let lead = stays.lead.map(|lead| lead.to_string()).unwrap_or_default();
        [stays.row.to_string(), lead, stays.why.clone()]
    });
    let mut text = format!("{done}; {stay} stay:\n\n{}", table(["Row", "Lead", "Why"], shown));
    if *stay > SHOWN_MAX {
        text.push_str(&format!("\n\n… and {} more, which --json tells.", stay - SHOWN_MAX));
    }
    text
}
