//! `leadmill consent`: what somebody agreed to, word after word, with the evidence.

use std::process::ExitCode;

use anyhow::{anyhow, bail};
use chrono::{DateTime, Utc};
use clap::Subcommand;
use domain::events::{ConsentChanged, ConsentLifted, ConsentSuppressed};
use domain::message::{Message, SubjectKind};
use domain::party::{PartyKey, PartyKeyKind};
use domain::pseudonym::{PseudonymKey, is_gone};
use serde_json::Value;
use uuid::Uuid;

use super::Context;
use super::output::{minute, plain, table};
use crate::store::detail::{self, Detail};
use crate::store::history::Entry;
use crate::store::{self, Connection, Fault, customer};

#[derive(Clone, Debug, Subcommand)]
pub enum Consent {
    /// Show what somebody agreed to and took back: every word with its wording, time, source and input
    Show {
        /// An e-mail address, a telephone with the code of its country, or any id or number of theirs
        #[arg(value_name = "PERSON")]
        person: String,
    },
}

impl Consent {
    pub(super) async fn run(&self, context: &Context) -> anyhow::Result<ExitCode> {
        let Self::Show { person } = self;
        let settings = context.settings().await?;
        let mut conn = context.reading(&settings).await?;
        let region = &settings.intake.default_region;
        let mut details = Vec::new();
        let pseudonyms = settings.privacy.key().map_err(anyhow::Error::msg)?;
        let known = known(&mut conn, person.trim(), region, pseudonyms.as_ref());
        for id in known.await.map_err(sentence)? {
            let found = detail::read(&mut conn, SubjectKind::Consent, id).await;
            details.extend(found.map_err(sentence)?);
        }
        let _ = store::close(conn).await;
        if details.is_empty() {
            bail!(
                "Nothing was said of consent by `{}`. `leadmill list consents` shows of whom something is known.",
                person.trim()
            );
        }
        context
            .output
            .print(&details, |details| details.iter().map(told).collect::<Vec<_>>().join("\n\n"))?;
        Ok(ExitCode::SUCCESS)
    }
}

/// The consents of whoever a text means: of that address or telephone, also where its person was erased, else of all by
/// which the customer is reached.
async fn known(
    conn: &mut Connection,
    person: &str,
    region: &str,
    pseudonyms: Option<&PseudonymKey>,
) -> Result<Vec<Uuid>, Fault> {
    let email = forms::email(person).map(|value| PartyKey { kind: PartyKeyKind::Email, value });
    let phone =
        forms::phone(person, region).map(|value| PartyKey { kind: PartyKeyKind::Phone, value });
    let keys = email.into_iter().chain(phone);
    let mut channels: Vec<_> = keys.map(|key| key.to_string()).collect();
    if let Some(key) = pseudonyms {
        let gone: Vec<_> = channels.iter().map(|channel| key.pseudonym(channel)).collect();
        channels.extend(gone);
    }
    let found = customer::consents(conn, &channels).await?;
    if !found.is_empty() {
        return Ok(found);
    }
    let Some(customer) = customer::of(conn, person).await? else { return Ok(Vec::new()) };
    let mut records = customer::records(conn, &customer).await?;
    Ok(records.remove(&SubjectKind::Consent).unwrap_or_default())
}

fn told(detail: &Detail) -> String {
    let record = &detail.record;
    let mut head = plain(&record["channel"]);
    if is_gone(&head) {
        head.push_str(" (the person was erased, and what they took back is known again)");
    }
    if record["state"] == "suppressed" {
        let reason = plain(&record["suppression_reason"]);
        head.push_str(&format!(": nothing is sent there ({reason})"));
    }
    let rows = detail.history.iter().filter_map(row);
    let heads = ["When", "What", "Word", "By these words", "From", "Input or person"];
    format!("{head}\n{}", table(heads, rows))
}

/// A word with its evidence; `None` of an answer that changed nothing.
fn row(entry: &Entry) -> Option<[String; 6]> {
    let data = &entry.data;
    let text = |value: &Value| if value.is_null() { String::new() } else { plain(value) };
    let at = |at: DateTime<Utc>| minute(at);
    let by = |input: &Value| {
        if input.is_null() { text(&data["by"]) } else { text(input) }
    };
    let source = entry.source.clone().unwrap_or_default();
    if entry.ty == ConsentChanged::TYPE.name {
        let to = &data["to"];
        let said = &to["said"];
        let version = text(&said["version"]);
        let wording = text(&said["wording"]);
        let wording = [wording, version].into_iter().filter(|it| !it.is_empty());
        let said_at = serde_json::from_value(to["at"].clone()).unwrap_or(entry.at);
        return Some([
            at(said_at),
            text(&said["purpose"]),
            text(&said["word"]),
            wording.collect::<Vec<_>>().join(" · "),
            text(&to["source"]),
            by(&to["input"]),
        ]);
    }
    let (what, why) = if entry.ty == ConsentSuppressed::TYPE.name {
        ("suppressed", text(&data["suppression_reason"]))
    } else if entry.ty == ConsentLifted::TYPE.name {
        ("lifted", text(&data["comment"]))
    } else {
        return None;
    };
    Some([at(entry.at), "everything".into(), what.into(), why, source, by(&data["input"])])
}

fn sentence(fault: Fault) -> anyhow::Error {
    anyhow!("{fault}")
}
