//! `leadmill explain`: what intake makes of inputs, without any server and without making anything of them.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::Context as _;
use clap::Args;
use domain::certainty::Evidence;
use domain::decide::{Arrived, RawInputs};
use domain::enquiry::{Enquiry, Interest, NoLead};
use intake::{Explained, Intake, Lead};
use serde::Serialize;
use serde_json::Value;

use super::declare::Declare;
use super::demo::CATALOG;
use super::output::flat;
use super::send::Channel;
use super::{Context, catalog, told};
use crate::runtime::opening;
use crate::sources;

mod offer;

use offer::{Offer, Sale};

/// Shows what intake reads in files, which verdict they would get, and what would be offered.
///
/// The worker's own code reads them, in an empty database: nobody is known yet, and nothing is stored or
/// sent. Of a list each row is told.
///
/// Examples:
///   leadmill explain mail.eml                       how it is read, field by field
///   leadmill explain --channel web --content-type application/json hook.json
///   leadmill explain --json list.csv | jq .leads
///   leadmill explain --json list.xlsx | jq .map > map.json     a mapping to correct and declare
///   leadmill explain --locale es-ES --map map.json list.xlsx
///   leadmill explain mails/*.eml                    a line for each, and a summary
#[derive(Debug, Args)]
#[command(verbatim_doc_comment)]
pub(super) struct Explain {
    /// Files, or folders with files; `-` is standard input
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
    /// How they come [default: by the name of the file]
    #[arg(long)]
    channel: Option<Channel>,
    /// What is sold, as `leadmill catalog import` takes it [default: the demo's catalog]
    #[arg(long, value_name = "FILE")]
    catalog: Option<PathBuf>,
    /// What a web form or hook says that it is, as application/json
    #[arg(long, value_name = "TYPE")]
    content_type: Option<String>,
    /// A map of a source, in place of those of the settings
    #[arg(long, value_name = "FILE")]
    source_map: Option<PathBuf>,
    #[command(flatten)]
    declare: Declare,
}

/// One file with what intake makes of it.
#[derive(Debug, Serialize)]
struct Told {
    file: String,
    #[serde(flatten)]
    read: Read,
}

/// What is made of an input, and what would be offered.
#[derive(Debug, Serialize)]
struct Read {
    verdict: &'static str,
    reason: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    kind: Option<NoLead>,
    /// Of a list: what its columns are read as, in the form of `--map`.
    #[serde(skip_serializing_if = "Option::is_none")]
    map: Option<serde_json::Map<String, Value>>,
    leads: Vec<ReadLead>,
    /// What was read of a held input.
    #[serde(skip_serializing_if = "Option::is_none")]
    held: Option<Box<Enquiry>>,
    /// Where the values stand, and how sure each is.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    evidence: Vec<Evidence>,
    /// Of an input about one person.
    #[serde(skip_serializing_if = "Option::is_none")]
    offer: Option<Offer>,
}

/// One lead, the products that its words ask for, and what would be offered.
#[derive(Debug, Serialize)]
struct ReadLead {
    #[serde(flatten)]
    lead: Lead,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    products: Vec<Interest>,
    /// Of a part of a collection.
    #[serde(skip_serializing_if = "Option::is_none")]
    offer: Option<Offer>,
}

impl Explain {
    /// What a map of a source makes of a hook.
    pub(super) fn of_hook(body: PathBuf, content_type: Option<String>, map: PathBuf) -> Self {
        Self {
            files: vec![body],
            channel: Some(Channel::Web),
            catalog: None,
            content_type,
            source_map: Some(map),
            declare: Declare::default(),
        }
    }

    pub(super) fn run(self, context: &Context) -> anyhow::Result<ExitCode> {
        let settings = context.settings_alone()?;
        let mut options = sources::load(&settings.intake)?;
        if let Some(map) = &self.source_map {
            options.sources = vec![sources::read(map)?].into();
        }
        let intake = Intake::new(options);
        let catalog = match &self.catalog {
            Some(file) => catalog::read(file, &domain::catalog::Catalog::empty(), &settings)?,
            None => serde_json::from_str(CATALOG)?,
        };
        let sale = Sale::new(settings, &catalog)?;
        let files = files(&self.files)?;
        let mut told = Vec::with_capacity(files.len());
        for file in &files {
            told.push(self.explain(&intake, &sale, file)?);
        }
        match &told[..] {
            [one] => context.output.print(&one.read, whole)?,
            many => context.output.print(&many, |many| summary(many))?,
        }
        Ok(ExitCode::SUCCESS)
    }

    fn explain(&self, intake: &Intake, sale: &Sale, file: &Path) -> anyhow::Result<Told> {
        let body = if file == Path::new("-") {
            let mut bytes = Vec::new();
            std::io::stdin().read_to_end(&mut bytes)?;
            bytes
        } else {
            fs::read(file).with_context(|| format!("`{}` cannot be read", file.display()))?
        };
        let way = self.channel.unwrap_or_else(|| by_name(file));
        let mut arrived = Arrived {
            queue: way.queue().to_owned(),
            content_type: self.content_type.clone(),
            headers: self.declare.headers()?.into_iter().collect(),
            body: body.into(),
            ..Arrived::default()
        };
        // As the runtime does before a worker reads it.
        let opens = intake.opens(&arrived.queue);
        let opened = if opens { opening::open_list(&mut arrived).map(|_| ()) } else { Ok(()) };
        let explained = match opened {
            Err(reason) => Explained::held(reason),
            Ok(()) => intake::explain(intake, &arrived).map_err(anyhow::Error::new)?,
        };
        Ok(Told { file: file.display().to_string(), read: read(explained, sale, way)? })
    }
}

fn read(explained: Explained, sale: &Sale, way: Channel) -> anyhow::Result<Read> {
    let Explained { verdict, reason, kind, map, leads, held, evidence } = explained;
    let (told, offer) = (Vec::new(), None);
    let mut read = Read { verdict, reason, kind, map, leads: told, held, evidence, offer };
    for lead in leads {
        let (enquiry, part) = match &lead {
            Lead::Enquiry(enquiry) => (Some(enquiry), false),
            Lead::Part { verdict: "held", .. } => (None, true),
            Lead::Part { enquiry, .. } => (enquiry.as_ref(), true),
        };
        let offer = enquiry.map(|it| sale.offer(it, way.kind())).transpose()?;
        let products = enquiry.map(|it| sale.asked(it)).unwrap_or_default();
        let (offer, whole) = if part { (offer, None) } else { (None, offer) };
        read.offer = whole;
        read.leads.push(ReadLead { lead, products, offer });
    }
    Ok(read)
}

/// The channel that files of this name come by.
fn by_name(file: &Path) -> Channel {
    let ending = file.extension().map(|it| it.to_string_lossy().to_lowercase());
    match ending.as_deref() {
        Some("eml" | "mail" | "msg") => Channel::Email,
        Some("vcf" | "vcard" | "jcard" | "xcard") => Channel::Card,
        Some("csv" | "tsv" | "xlsx" | "xlsm" | "xlsb" | "xls" | "ods") => Channel::Import,
        _ => Channel::Web,
    }
}

/// The files that are named, and those in the folders that are, in the order of their names.
fn files(named: &[PathBuf]) -> anyhow::Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for path in named {
        if !path.is_dir() {
            files.push(path.clone());
            continue;
        }
        let inside = fs::read_dir(path);
        let inside = inside.with_context(|| format!("`{}` cannot be read", path.display()))?;
        let mut inside: Vec<_> = inside.filter_map(|entry| Some(entry.ok()?.path())).collect();
        inside.retain(|path| path.is_file());
        inside.sort();
        files.extend(inside);
    }
    Ok(files)
}

/// What people see of one input: the verdict, then what was read, a line for each value.
fn whole(read: &Read) -> String {
    let mut text = format!("{}: {}\n", read.verdict, read.reason);
    if let Some(map) = &read.map {
        let map = serde_json::to_string_pretty(map).unwrap_or_default();
        let _ = writeln!(text, "\nIts columns, as --map takes them:\n{map}");
    }
    for ReadLead { lead, products, offer } in &read.leads {
        let enquiry = match lead {
            Lead::Enquiry(enquiry) => Some(enquiry),
            Lead::Part { row, verdict, reason, enquiry } => {
                // Writing into a string cannot fail.
                let _ = writeln!(text, "\n{row}  {verdict}: {reason}");
                enquiry.as_ref()
            }
        };
        let value = enquiry.and_then(|it| serde_json::to_value(it).ok());
        lines(&mut text, "", &value.unwrap_or_default());
        for product in products {
            lines(&mut text, "asked for", &serde_json::to_value(product).unwrap_or_default());
        }
        for offer in offer.iter().chain(&read.offer) {
            lines(&mut text, "offer", &Value::String(offer.for_people()));
        }
    }
    for evidence in &read.evidence {
        lines(&mut text, "read in", &Value::String(told::place(evidence)));
    }
    if let Some(held) = &read.held {
        lines(&mut text, "", &serde_json::to_value(held).unwrap_or_default());
    }
    text
}

fn lines(text: &mut String, name: &str, value: &Value) {
    for (name, value) in flat(name, value) {
        let value = value.replace('\n', "\n                      ");
        let _ = writeln!(text, "  {name:<18}  {value}");
    }
}

/// A line for each of many inputs, and how many got which verdict.
fn summary(told: &[Told]) -> String {
    let mut text = String::new();
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for Told { file, read } in told {
        let _ = writeln!(text, "{file}  {}: {}", read.verdict, read.reason);
        *counts.entry(read.verdict).or_default() += 1;
    }
    let counts: Vec<_> = counts.into_iter().map(|(verdict, n)| format!("{n} {verdict}")).collect();
    let _ = writeln!(text, "\n{} inputs: {}.", told.len(), counts.join(", "));
    text
}
