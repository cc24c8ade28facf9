//! `leadmill show`: one record with its parts, links, history, and what can be asked for next.

mod key;

use std::process::ExitCode;

use anyhow::anyhow;
use chrono::{DateTime, Utc};
use domain::events::InputHeld;
use domain::message::{Message, SubjectKind};
use serde_json::{Map, Value};

use super::Context;
use super::meant::subject_of;
use super::output::{flat, narrow, plain, quoted};
use super::rebuild::passing;
use super::time::moment;
use super::told;
use crate::contract;
use crate::settings::Settings;
use crate::store::detail::{self, Detail, LINKED_MAX, Step};
use crate::store::history::ENTRIES_MAX;
use crate::store::label::Labelled;
use crate::store::rebuild::{Extent, Rebuild};
use crate::store::{self, Fault, declared, subject};

/// Stands for what a person has to fill in.
const OPEN: &str = "…";

/// Options of `leadmill show`.
#[derive(Clone, Debug, clap::Args)]
#[command(after_help = "\
Examples:
  leadmill show lead L-100042
  leadmill show quote Q-100042                   its last revision
  leadmill show input 0190b5c0-…                 of a held one: what was read, and how to release it
  leadmill show invoice INV-2026-000042 --json
  leadmill show order O-100042 --at 2026-11-01   as it was then
  leadmill show key 'email ana@acme.example'     who was known by it, and since when

Ids and numbers are shown by `leadmill list` and `leadmill trace`.")]
pub struct Show {
    /// input, lead, account, contact, opportunity, quote, order or invoice; or key
    #[arg(value_name = "SUBJECT")]
    subject: String,
    /// Its id, or its number where it has one
    #[arg(value_name = "ID|NUMBER")]
    key: String,
    /// As it was then: a day, or a moment as 2026-11-01T09:00:00Z; told again from the log
    #[arg(long, value_name = "TIME", value_parser = moment)]
    at: Option<DateTime<Utc>>,
}

impl Show {
    pub(super) async fn run(&self, context: &Context) -> anyhow::Result<ExitCode> {
        let settings = context.settings().await?;
        if self.subject == key::KEY {
            key::show(context, &settings, self.key.trim()).await?;
            return Ok(ExitCode::SUCCESS);
        }
        let kind = subject_of(&self.subject)?;
        let mut conn = context.reading(&settings).await?;
        let id = detail::find(&mut conn, kind, self.key.trim()).await.map_err(sentence)?;
        let found = match id {
            Some(id) => detail::read(&mut conn, kind, id).await.map_err(sentence)?,
            None => None,
        };
        let _ = store::close(conn).await;
        let mut detail = found.ok_or_else(|| unknown(kind, self.key.trim()))?;
        if let Some(at) = self.at {
            detail = self.at(&settings, &detail.named, at).await?;
        }
        context.output.print(&detail, for_people)?;
        Ok(ExitCode::SUCCESS)
    }
}

impl Show {
    /// The record as the log tells it up to that time, by the same view on tables that are made for it and gone after.
    async fn at(
        &self,
        settings: &Settings,
        named: &Labelled,
        at: DateTime<Utc>,
    ) -> anyhow::Result<Detail> {
        let of = Extent { until: Some(at), about: Some(named.id) };
        let rebuild = Rebuild::begin(&settings.database, &passing(), &of).await;
        let mut rebuild = rebuild.map_err(sentence)?;
        rebuild.tell().await.map_err(sentence)?;
        let then = detail::read(rebuild.told(), named.subject, named.id).await.map_err(sentence)?;
        rebuild.drop().await.map_err(sentence)?;
        let mut then = then.ok_or_else(|| {
            anyhow!(
                "The {} was not there yet at {}.",
                named.subject,
                at.format("%Y-%m-%d %H:%M:%S UTC")
            )
        })?;
        then.history.retain(|entry| entry.at <= at);
        then.history_cut = false;
        // What can be asked for depends on how it stands today.
        then.next.clear();
        Ok(then)
    }
}

fn unknown(kind: SubjectKind, key: &str) -> anyhow::Error {
    let by = if subject::numbered(kind) { "id or number" } else { "id" };
    anyhow!(
        "No {kind} has the {by} `{key}`. `leadmill list {}` shows which there are; whatever else you know of it, try \
         `leadmill trace {}`.",
        subject::plural(kind),
        quoted(key)
    )
}

fn for_people(detail: &Detail) -> String {
    let mut parts = vec![head(&detail.named), fields(detail)];
    let doubts = detail.doubts.iter().map(|doubt| format!("  {doubt}"));
    section(&mut parts, "In doubt:", doubts.collect());
    if detail.named.subject == SubjectKind::Input && detail.named.state == "held" {
        section(&mut parts, "Read in:", evidence(detail));
    }
    for (table, rows) in &detail.parts {
        let rows = rows.as_array().into_iter().flatten().enumerate();
        let rows = rows.map(|(n, row)| vec![(n + 1).to_string(), part(row)]);
        let rows: Vec<_> = rows.collect();
        if !rows.is_empty() {
            parts.push(narrow(&["", &table.replace('_', " ")], rows, &[]));
        }
    }
    let linked = detail.linked.iter().map(|it| format!("  {}", told::line(it)));
    section(&mut parts, "Belongs to it:", linked.collect());
    if detail.linked_cut {
        parts.push(format!(
            "There are more; these are the newest {LINKED_MAX} of each subject. `leadmill list SUBJECT --customer {}` \
             pages through all.",
            detail.named.id
        ));
    }
    if !detail.history.is_empty() {
        parts.push(told::history(&detail.history, false));
    }
    if detail.history_cut {
        parts.push(format!("Its history is longer; these are the first {ENTRIES_MAX} entries."));
    }
    let mut next: Vec<_> = detail.next.iter().map(command).collect();
    if next.iter().any(|line| line.contains(OPEN)) {
        next.push("`leadmill command TYPE` shows what a command takes.".to_owned());
    }
    section(&mut parts, "Next:", next);
    parts.join("\n\n")
}

fn section(parts: &mut Vec<String>, title: &str, lines: Vec<String>) {
    if !lines.is_empty() {
        parts.push(format!("{title}\n{}", lines.join("\n")));
    }
}

fn head(named: &Labelled) -> String {
    let label = named.label.as_deref().unwrap_or_default();
    format!("The {} {label} is {}.", named.subject, named.state)
}

/// Every value of the record, in the order of its columns; what another record is, by its name.
fn fields(detail: &Detail) -> String {
    let columns = declared::of(detail.named.subject).map_or(&[][..], |table| table.columns);
    let names = columns.iter().map(|column| column.name);
    let names: Vec<_> = names.chain(["created_at", "modified_at"]).collect();
    let beside = detail.record.keys().map(String::as_str).filter(|name| !names.contains(name));
    let mut rows = Vec::new();
    for name in names.iter().copied().chain(beside) {
        if let Some(link) = detail.links.iter().find(|link| link.column == name) {
            let now = link.now.as_ref().map(|now| format!(", by now {}", told::line(now)));
            let now = now.unwrap_or_default();
            rows.push(vec![name.to_owned(), format!("{}{now}", told::line(&link.to))]);
        } else if let Some(value) = detail.record.get(name) {
            rows.extend(flat(name, value).into_iter().map(|(name, value)| vec![name, value]));
        }
    }
    narrow(&["Field", "Value"], rows, &[])
}

/// A part in a line, without its ids.
fn part(row: &Value) -> String {
    let fields = row.as_object().into_iter().flatten();
    let mut told = Vec::new();
    for (name, value) in fields.filter(|(_, value)| !value.is_null()) {
        match value {
            Value::Array(rows) => {
                let name = name.replace('_', " ");
                told.extend(rows.iter().map(|row| format!("{name}: {}", part(row))));
            }
            value if plain(value).parse::<uuid::Uuid>().is_ok() => {}
            value => told.push(format!("{} {}", name.replace('_', " "), plain(value))),
        }
    }
    told.join(", ")
}

/// Where the values of a held input stand, as it was told when it was held.
fn evidence(detail: &Detail) -> Vec<String> {
    let held = detail.history.iter().rfind(|entry| entry.ty == InputHeld::TYPE.name);
    let held = held.and_then(|it| serde_json::from_value::<InputHeld>(it.data.clone()).ok());
    let evidence = held.map(|held| held.evidence).unwrap_or_default();
    evidence.iter().map(|evidence| format!("  {}", told::place(evidence))).collect()
}

/// The command line that asks for a step.
fn command(step: &Step) -> String {
    let name = step.command.rsplit_once(".v").map_or(step.command, |(name, _)| name);
    let schema = contract::schema(step.command).unwrap_or_default();
    let required = schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str);
    let mut data = json_of(&step.data);
    for field in required.filter(|field| !step.data.contains_key(*field)) {
        data.push_str(&format!(", \"{field}\": {OPEN}"));
    }
    format!("  leadmill command {name} '{{{data}}}'")
}

fn json_of(data: &Map<String, Value>) -> String {
    let fields = data.iter().map(|(name, value)| format!("\"{name}\": {value}"));
    fields.collect::<Vec<_>>().join(", ")
}

fn sentence(fault: Fault) -> anyhow::Error {
    anyhow!("{fault}")
}
