//! A file made the catalog: its differences, and the messages that follow from them.

use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

use anyhow::{anyhow, bail};
use domain::catalog::Catalog;
use domain::catalog_file::{CatalogFile, Difference, commands, differences};
use domain::catalog_problems;
use domain::decide::{Arrived, Heard as _};
use domain::message::Said;
use domain::shelf::Shelf;
use domain::story::Story;
use quoting::Quoting;
use serde::Serialize;

use super::super::Context;
use super::super::ask::{Ask, SentCommand};
use super::file;
use super::stands::stands;
use crate::settings::Settings;

/// Most differences that people are shown; `--json` has all.
const SHOWN_MAX: usize = 200;
/// Most problems that are spelt out.
const PROBLEMS_SHOWN_MAX: usize = 100;

/// Options of `leadmill catalog import`.
#[derive(Clone, Debug, clap::Args)]
#[command(after_long_help = "\
Examples:
  leadmill catalog import config/demo-catalog.json
  leadmill catalog import products.csv
  docker compose run --rm -T leadmill catalog import - < products.csv

JSON has the lists unit_groups, products, revisions, discount_lists, price_lists and literature, each
as its command takes it: see `leadmill command product.define`, `price_list.define` and so on.

CSV has one row per product and price list, under a header with these names in any order:
  sku              key of the product (required)
  name             what it is called (required)
  state            draft, active or retired [active]
  kind             product, family or bundle [product]
  parent           SKU of its family
  unit             UN/ECE Recommendation 20 code [C62, a piece]
  unit_group       code of the group whose units it is sold in
  tax_class        a tax class of the settings [standard]
  quantity_control no_control, whole or whole_and_fractional [no_control]
  list_price, standard_cost, current_cost      decimals as 1234.50
  method           how it is priced: currency_amount, percent_of_list … [currency_amount]
  price            the amount or the percentage of that
  price_unit       the unit that the price is for [unit]
  currency         of the price list, as EUR
  price_list       code of the price list [standard-<currency>, as standard-eur]
A product in several price lists has several rows, alike in all but the last five. What has no
column (bands, parts, properties, validity …) stays as it is in the catalog.

A product that the file does not name is retired, a draft deleted; price lists and the rest that JSON
does not name are deleted. Documents that exist keep their own copies. The file is checked whole:
every problem is named, and nothing sent. What is sent in the end is shown first, change by change.")]
pub struct Import {
    /// The file; `-` is standard input
    file: PathBuf,
    #[command(flatten)]
    ask: Ask,
}

/// Options of `leadmill catalog diff`.
#[derive(Clone, Debug, clap::Args)]
pub struct Diff {
    /// The file, as `leadmill catalog import` takes it; `-` is standard input
    file: PathBuf,
}

/// What an import would change.
#[derive(Debug, Serialize)]
struct Planned {
    differences: Vec<Difference>,
    /// The types of the messages that it takes, in their order.
    commands: Vec<&'static str>,
    #[serde(skip)]
    said: Vec<Said>,
}

/// What an import changed.
#[derive(Debug, Serialize)]
struct Imported {
    #[serde(flatten)]
    planned: Planned,
    /// What became of the messages that were sent.
    sent: Vec<SentCommand>,
}

impl Diff {
    pub(super) async fn run(&self, context: &Context) -> anyhow::Result<ExitCode> {
        let settings = context.settings().await?;
        let now = stands(context, &settings).await?;
        let file = file::read(&self.file, &now, &settings)?;
        let planned = Planned::of(&now, &file, &settings)?;
        context.output.print(&planned, Planned::for_people)?;
        Ok(ExitCode::SUCCESS)
    }
}

impl Import {
    pub(super) async fn run(&self, context: &Context) -> anyhow::Result<ExitCode> {
        let settings = context.settings().await?;
        let now = stands(context, &settings).await?;
        let file = file::read(&self.file, &now, &settings)?;
        let planned = Planned::of(&now, &file, &settings)?;
        let mut sent: Vec<SentCommand> = Vec::new();
        for (place, said) in planned.said.iter().enumerate() {
            let ask = self.ask.of_several(place, planned.said.len())?;
            let answer = ask.ask(context, &settings, said.ty.name, &said.data).await?;
            let refused = answer.exit_code() != ExitCode::SUCCESS;
            sent.push(answer);
            if refused {
                break;
            }
        }
        let refused = sent.last().filter(|last| last.exit_code() != ExitCode::SUCCESS);
        let code = if refused.is_some() { ExitCode::FAILURE } else { ExitCode::SUCCESS };
        context.output.print(&Imported { planned, sent }, Imported::for_people)?;
        Ok(code)
    }
}

impl Imported {
    fn for_people(&self) -> String {
        let mut text = self.planned.for_people();
        let Some(last) = self.sent.last() else { return text };
        text.push('\n');
        if last.exit_code() == ExitCode::SUCCESS {
            let count = self.sent.len();
            let s = if count == 1 { "" } else { "s" };
            text += &format!("The catalog is as the file says, by {count} message{s}.");
            return text;
        }
        text += &last.for_people();
        if self.sent.len() > 1 {
            text += "\nWhat was sent before stands. Import the file again once it is corrected: only what \
                     still differs is sent.";
        }
        text
    }
}

impl Planned {
    /// How the file differs, and what makes it so; tried by the worker's own decisions.
    ///
    /// # Errors
    /// Every problem of the file.
    fn of(now: &Catalog, file: &CatalogFile, settings: &Settings) -> anyhow::Result<Self> {
        let wanted = file.wanted(now).map_err(|problems| sentence(&problems))?;
        let taxed = |class: &str| settings.quoting.bears(class);
        let problems = catalog_problems::whole(&wanted, &taxed);
        if !problems.is_empty() {
            return Err(sentence(&problems));
        }
        let said = commands(now, &wanted);
        tried(now, &said, settings)?;
        let types = said.iter().map(|said| said.ty.name).collect();
        Ok(Self { differences: differences(now, &wanted), commands: types, said })
    }

    fn for_people(&self) -> String {
        if self.differences.is_empty() {
            return "The catalog is as the file says; nothing differs.".to_owned();
        }
        let shown = self.differences.iter().take(SHOWN_MAX).map(ToString::to_string);
        let mut lines: Vec<_> = shown.collect();
        if let Some(more) = self.differences.len().checked_sub(SHOWN_MAX).filter(|more| *more > 0) {
            lines.push(format!("… and {more} more; `--json` has all."));
        }
        lines.join("\n")
    }
}

fn sentence(problems: &[String]) -> anyhow::Error {
    let count = problems.len();
    let mut shown: Vec<_> = problems.iter().take(PROBLEMS_SHOWN_MAX).cloned().collect();
    if count > PROBLEMS_SHOWN_MAX {
        shown.push(format!("And {} more.", count - PROBLEMS_SHOWN_MAX));
    }
    let s = if count == 1 { "" } else { "s" };
    anyhow!("The file has {count} problem{s}, so nothing is sent:\n  - {}", shown.join("\n  - "))
}

/// Lets the worker decide on each of them in a world of its own.
fn tried(now: &Catalog, said: &[Said], settings: &Settings) -> anyhow::Result<()> {
    let shelf = Shelf::new(&Arc::new(Catalog::empty()));
    let worker = Quoting::new(settings.quoting.clone(), settings.seller.zone)
        .in_base(settings.seller.base());
    let mut story = Story::of(worker, shelf).given(now.clone());
    for said in said {
        let body = said.data.clone().into_bytes().into();
        let ty = Some(said.ty.name.to_owned());
        let heard = quoting::When::read(&Arrived { ty, outside: true, body, ..Arrived::default() });
        let heard = heard.map_err(|malformed| anyhow!("{}", malformed.reason))?;
        if let Err(refusal) = story.when(heard) {
            bail!("The file cannot be taken, so nothing is sent. {}", refusal.reason().message);
        }
    }
    Ok(())
}

/// Makes the catalog what a file says, whatever stands there.
///
/// # Errors
/// What is wrong with the file, or why a message of it was not taken.
pub async fn lay(
    ask: &Ask,
    context: &Context,
    settings: &Settings,
    file: &str,
) -> anyhow::Result<usize> {
    let now = stands(context, settings).await?;
    let file: CatalogFile = serde_json::from_str(file)?;
    let planned = Planned::of(&now, &file, settings)?;
    for said in &planned.said {
        let answer = ask.ask(context, settings, said.ty.name, &said.data).await?;
        if answer.exit_code() != ExitCode::SUCCESS {
            bail!("The catalog was not taken. {}", answer.for_people());
        }
    }
    Ok(planned.said.len())
}
