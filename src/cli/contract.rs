//! `leadmill contract`: what others must know to talk with leadmill. Needs no server.

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Context as _;

use super::Context;
use super::output::table;
use crate::contract::{Contract as Whole, Entry, Role, schema, shapes, text};

/// Options of `leadmill contract`.
#[derive(Clone, Debug, clap::Args)]
#[group(multiple = false)]
pub(super) struct Contract {
    /// Print the JSON Schema of one type's data, or of the `envelope`
    #[arg(long, value_name = "TYPE")]
    schema: Option<String>,
    /// List every message type, the right that it needs, who says it and who hears it, and the exchange
    #[arg(long)]
    list: bool,
    /// Print the shape of every type, without the words: what is promised of it
    #[arg(long)]
    shapes: bool,
    /// Write asyncapi.json, lifecycles.md and schemas/ into a folder
    #[arg(long, value_name = "FOLDER")]
    write: Option<PathBuf>,
}

impl Contract {
    pub(super) fn run(&self, context: &Context) -> anyhow::Result<ExitCode> {
        if let Some(name) = &self.schema {
            let schema = schema(name).with_context(|| {
                format!("There is no message type `{name}`; `leadmill contract --list` lists all.")
            })?;
            context.output.print(&schema, |schema| text(schema.clone()))?;
            return Ok(ExitCode::SUCCESS);
        }
        if self.shapes {
            context.output.print(&shapes(), |shapes| text(shapes.clone()))?;
            return Ok(ExitCode::SUCCESS);
        }
        let contract = Whole::built_in()?;
        if self.list {
            context.output.print(&contract.entries(), |entries| list(entries))?;
        } else if let Some(folder) = &self.write {
            let written = contract.write(folder)?;
            context.output.print(&written, |written| {
                format!(
                    "{} files of the contract are in `{}`: {} changed, {} removed.",
                    written.files,
                    folder.display(),
                    written.changed,
                    written.removed
                )
            })?;
        } else {
            context.output.print(&contract.asyncapi(), |document| text(document.clone()))?;
        }
        Ok(ExitCode::SUCCESS)
    }
}

fn list(entries: &[Entry]) -> String {
    let row = |entry: &Entry| {
        let said = match (entry.kind, entry.said_by.is_empty()) {
            (_, false) => entry.said_by.join(", "),
            (Role::Command, true) => "outside".to_owned(),
            (Role::Event | Role::Answer, true) => "nobody yet".to_owned(),
        };
        let (name, kind) = (entry.name.to_owned(), entry.kind.name().to_owned());
        let needs = entry.needs.unwrap_or_default().to_owned();
        [name, kind, needs, said, entry.heard_by.join(", "), entry.exchanges.join(", ")]
    };
    let head = ["type", "kind", "right", "said by", "heard by", "exchange"];
    format!(
        "{}\nThe routing key is the type; `broker.prefix` stands before each exchange. Who has which right \
         stands in the section `[rights]` of the settings.",
        table(head, entries.iter().map(row))
    )
}
