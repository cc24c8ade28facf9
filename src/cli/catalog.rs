//! `leadmill catalog`: what is sold, at which prices.

mod table;

use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context as _, bail};
use clap::Subcommand;
use domain::commands::CatalogReplace;
use domain::message::Message;

use super::Context;
use super::ask::{Ask, SentCommand};
use super::command;
use super::send::STDIN;
use crate::messaging::BODY_BYTES_MAX;
use crate::workers;

/// Verbs of the catalog.
#[derive(Clone, Debug, Subcommand)]
pub enum Catalog {
    /// Replace the catalog as a whole by a file, JSON or CSV
    Import(Import),
}

/// Options of `leadmill catalog import`.
#[derive(Clone, Debug, clap::Args)]
#[command(after_long_help = "\
Examples:
  leadmill catalog import config/demo-catalog.json
  leadmill catalog import products.csv
  docker compose run --rm -T leadmill catalog import - < products.csv

JSON is the data of the command catalog.replace: see `leadmill command catalog.replace`.

CSV has one row per product and price list, under a header with these names in any order:
  sku              key of the product (required)
  name             what it is called (required)
  unit             UN/ECE Recommendation 20 code [C62, a piece]
  tax_class        a tax class of the settings [standard]
  quantity_control no_control, whole or whole_and_fractional [no_control]
  list_price, standard_cost, current_cost      decimals as 1234.50
  active           yes or no [yes]
  price            the price in this price list, as an amount
  currency         of the price list, as EUR
  price_list       code of the price list [standard-<currency>, as standard-eur]
A product in several price lists has several rows, alike in all but the last three.

Whatever is not in the file can no longer be offered; documents that exist keep their own copies.")]
pub struct Import {
    /// The file; `-` is standard input
    file: PathBuf,
    #[command(flatten)]
    ask: Ask,
}

impl Catalog {
    pub(super) async fn run(&self, context: &Context) -> anyhow::Result<ExitCode> {
        match self {
            Self::Import(import) => import.run(context).await,
        }
    }
}

impl Import {
    async fn run(&self, context: &Context) -> anyhow::Result<ExitCode> {
        let data = read(&self.file)?;
        let settings = context.settings().await?;
        command::check(CatalogReplace::TYPE, &data, &workers::all(&settings)?)?;
        let ty = CatalogReplace::TYPE.name;
        let answer = self.ask.ask(context, &settings, ty, &data).await?;
        context.output.print(&answer, for_people)?;
        Ok(answer.exit_code())
    }
}

/// The data of the command, out of either form.
pub(super) fn read(file: &Path) -> anyhow::Result<String> {
    let stdin = file.as_os_str() == STDIN;
    let name = if stdin { "standard input".to_owned() } else { file.display().to_string() };
    let mut bytes = Vec::new();
    let opened: io::Result<Box<dyn Read>> = if stdin {
        Ok(Box::new(io::stdin()))
    } else {
        File::open(file).map(|it| Box::new(it) as _)
    };
    opened
        // No more than shows that it is too large.
        .and_then(|it| it.take(BODY_BYTES_MAX as u64 + 1).read_to_end(&mut bytes))
        .with_context(|| format!("`{name}` cannot be read"))?;
    if bytes.len() > BODY_BYTES_MAX {
        bail!(
            "`{name}` has more than {BODY_BYTES_MAX} bytes, the most that fits into one message."
        );
    }
    let text = String::from_utf8(bytes);
    let text = text.with_context(|| format!("`{name}` is not UTF-8; save it as UTF-8"))?;
    let text = text.trim_start_matches('\u{feff}');
    if text.trim_start().starts_with('{') {
        return Ok(text.to_owned());
    }
    let catalog = table::read(text).map_err(|problems| {
        let count = problems.len();
        anyhow::anyhow!("`{name}` has {count} problem(s):\n  - {}", problems.join("\n  - "))
    })?;
    Ok(serde_json::to_string(&catalog)?)
}

fn for_people(answer: &SentCommand) -> String {
    let outcome = answer.outcome.iter();
    let replaced = outcome.flat_map(|o| &o.events).find(|e| e.ty == "catalog.replaced.v1");
    match replaced {
        Some(event) => {
            let count = |list: &str| event.data[list].as_array().map_or(0, Vec::len);
            let (products, lists) = (count("products"), count("price_lists"));
            format!("The catalog was replaced: {products} products, {lists} price lists.")
        }
        None => answer.for_people(),
    }
}
