//! `leadmill quote diff`: what differs between two offers, line by line, and who changed it.

use std::process::ExitCode;

use anyhow::anyhow;
use domain::message::SubjectKind;
use domain::offer::Offer;
use domain::offer_difference::{Difference, differences};
use serde::Serialize;
use serde_json::Value;
use uuid::Uuid;

use super::Context;
use super::output::{minute, narrow};
use crate::store::history::{self, Entry};
use crate::store::list::{self, Sort, Wanted};
use crate::store::{self, Connection, Fault, detail};

/// Questions about quotes.
#[derive(Clone, Debug, clap::Subcommand)]
pub enum Quote {
    /// What the second offer says otherwise than the first: lines, amounts, terms, and who changed it
    #[command(after_help = "\
Examples:
  leadmill quote diff Q-100042/0 Q-100042/1      two revisions of a quote
  leadmill quote diff Q-100042/1 Q-100057        and the last revision of another one
  leadmill quote diff 0190b5c0-… 0190b5d1-… --json")]
    Diff {
        /// A quote: NUMBER/REVISION, NUMBER for its last revision, or an id
        #[arg(value_name = "QUOTE")]
        from: String,
        /// The other one
        #[arg(value_name = "QUOTE")]
        to: String,
    },
}

/// Two offers and what differs between them.
#[derive(Debug, Serialize)]
struct Comparison {
    from: Uuid,
    to: Uuid,
    differences: Vec<Difference>,
    /// Who changed the second one, the last at the end.
    changes: Vec<Entry>,
}

impl Quote {
    pub(super) async fn run(&self, context: &Context) -> anyhow::Result<ExitCode> {
        let Self::Diff { from, to } = self;
        let settings = context.settings().await?;
        let mut conn = context.reading(&settings).await?;
        let (from, to) = (offer(&mut conn, from).await?, offer(&mut conn, to).await?);
        let _ = store::close(conn).await;
        let mut changes = to.history;
        changes.retain(|entry| entry.data.get("offer").is_some());
        let differences = differences(&from.offer, &to.offer);
        let found = Comparison { from: from.id, to: to.id, differences, changes };
        context.output.print(&found, for_people)?;
        Ok(ExitCode::SUCCESS)
    }
}

/// A quote with what it offers, as the log told that last.
struct Found {
    id: Uuid,
    offer: Offer,
    history: Vec<Entry>,
}

async fn offer(conn: &mut Connection, meant: &str) -> anyhow::Result<Found> {
    let meant = meant.trim();
    let unknown = || {
        anyhow!(
            "No quote is `{meant}`. `leadmill list quotes` shows which there are; write NUMBER/REVISION or an id."
        )
    };
    let id = match meant.split_once('/') {
        Some((number, revision)) => revised(conn, number, revision).await?,
        None => detail::find(conn, SubjectKind::Quote, meant).await.map_err(sentence)?,
    };
    let id = id.ok_or_else(unknown)?;
    let (history, _) = history::of_record(conn, id).await.map_err(sentence)?;
    let told = history.iter().rev().find_map(|entry| entry.data.get("offer"));
    let offer =
        told.ok_or_else(|| anyhow!("The log does not tell what the quote `{meant}` offers."))?;
    let offer = serde_json::from_value(offer.clone());
    let offer = offer
        .map_err(|error| anyhow!("What the quote `{meant}` offers cannot be read: {error}."))?;
    Ok(Found { id, offer, history })
}

async fn revised(
    conn: &mut Connection,
    number: &str,
    revision: &str,
) -> anyhow::Result<Option<Uuid>> {
    let Ok(revision) = revision.parse::<i64>() else { return Ok(None) };
    let number = Some(number.to_owned());
    let wanted = Wanted { number, sort: Sort::Number, ..Wanted::newest(SubjectKind::Quote) };
    let page = list::page(conn, &wanted).await.map_err(sentence)?;
    let is_it = |row: &&Value| row["revision"].as_i64() == Some(revision);
    let row = page.rows.iter().find(is_it);
    Ok(row.and_then(|row| row["id"].as_str()?.parse().ok()))
}

fn for_people(found: &Comparison) -> String {
    if found.differences.is_empty() {
        return "They offer the same.".to_owned();
    }
    let text = |text: &Option<String>| text.clone().unwrap_or_default();
    let rows = found.differences.iter();
    let rows = rows.map(|it| vec![text(&it.line), it.field.clone(), text(&it.from), text(&it.to)]);
    let mut parts = vec![narrow(&["Line", "What", "Before", "After"], rows, &[])];
    let rows = found.changes.iter().map(|entry| {
        let by = entry.data["by"].as_str().or(entry.source.as_deref());
        vec![minute(entry.at), entry.ty.clone(), by.unwrap_or(&entry.worker).to_owned()]
    });
    parts.push(narrow(&["When (UTC)", "What", "By"], rows, &[]));
    parts.join("\n\n")
}

fn sentence(fault: Fault) -> anyhow::Error {
    anyhow!("{fault}")
}
