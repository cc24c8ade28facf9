//! A catalog in a file: read from JSON or CSV, written as either.

use std::fs::File;
use std::io::{self, Read, Write as _};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context as _, anyhow, bail};
use chrono::NaiveDate;
use clap::ValueEnum;
use domain::catalog::Catalog;
use domain::catalog_file::CatalogFile;
use domain::commands::{
    DiscountListDefine, ExchangeRateSet, LiteratureDefine, PriceListDefine, ProductDefine,
    UnitGroupDefine,
};
use domain::message::{Message, MessageType};
use serde_json::{Value, json};

use super::super::send::STDIN;
use super::super::{Context, command};
use super::stands::on;
use super::table;
use crate::messaging::BODY_BYTES_MAX;
use crate::settings::Settings;
use crate::workers;

/// The lists of a file, each with the command that takes it.
const LISTS: [(&str, &str, &MessageType); 7] = [
    ("unit_groups", "unit_groups", UnitGroupDefine::TYPE),
    ("products", "products", ProductDefine::TYPE),
    ("revisions", "products", ProductDefine::TYPE),
    ("discount_lists", "discount_lists", DiscountListDefine::TYPE),
    ("price_lists", "price_lists", PriceListDefine::TYPE),
    ("literature", "literature", LiteratureDefine::TYPE),
    ("exchange_rates", "rates", ExchangeRateSet::TYPE),
];

/// Options of `leadmill catalog export`.
#[derive(Clone, Debug, clap::Args)]
pub struct Export {
    /// Where to; without it, standard output
    file: Option<PathBuf>,
    /// json has all; csv what fits into rows, for a spreadsheet [default: by the name of the file]
    #[arg(long, value_enum)]
    format: Option<Format>,
    /// As it was at the end of that day
    #[arg(long, value_name = "DATE")]
    at: Option<NaiveDate>,
}

/// The forms of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Format {
    Json,
    Csv,
}

impl Export {
    pub(super) async fn run(&self, context: &Context) -> anyhow::Result<ExitCode> {
        let settings = context.settings().await?;
        let (catalog, _) = on(context, &settings, self.at).await?;
        let named = self.file.as_deref().and_then(Path::extension);
        let by_name = if named.is_some_and(|it| it.eq_ignore_ascii_case("csv")) {
            Format::Csv
        } else {
            Format::Json
        };
        let text = match self.format.unwrap_or(by_name) {
            Format::Json => serde_json::to_string_pretty(&CatalogFile::from(&catalog))? + "\n",
            Format::Csv => table::written(&catalog)?,
        };
        let Some(file) = &self.file else {
            io::stdout().write_all(text.as_bytes())?;
            return Ok(ExitCode::SUCCESS);
        };
        let name = file.display();
        std::fs::write(file, text).with_context(|| format!("`{name}` cannot be written"))?;
        let written = json!({ "file": name.to_string(), "products": catalog.products.len(),
                              "price_lists": catalog.price_lists.len() });
        context.output.print(&written, |_| {
            let (products, lists) = (catalog.products.len(), catalog.price_lists.len());
            format!("`{name}` has {products} products and {lists} price lists.")
        })?;
        Ok(ExitCode::SUCCESS)
    }
}

/// The catalog in a file of either form. What a CSV has no columns for stays as it is.
///
/// # Errors
/// Every problem of its form.
pub fn read(file: &Path, now: &Catalog, settings: &Settings) -> anyhow::Result<CatalogFile> {
    let stdin = file.as_os_str() == STDIN;
    let name = if stdin { "standard input".to_owned() } else { file.display().to_string() };
    let text = text(file, &name)?;
    let listed = |problems: Vec<String>| {
        let count = problems.len();
        anyhow!("`{name}` has {count} problem(s):\n  - {}", problems.join("\n  - "))
    };
    if !text.trim_start().starts_with('{') {
        return table::read(&text, now).map_err(listed);
    }
    let value: Value =
        serde_json::from_str(&text).with_context(|| format!("`{name}` is no JSON"))?;
    let problems = unfit(&value, settings)?;
    if !problems.is_empty() {
        return Err(listed(problems));
    }
    serde_json::from_value(value).with_context(|| format!("`{name}` is no catalog"))
}

fn text(file: &Path, name: &str) -> anyhow::Result<String> {
    let mut bytes = Vec::new();
    let opened: io::Result<Box<dyn Read>> = if file.as_os_str() == STDIN {
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
    Ok(text.trim_start_matches('\u{feff}').to_owned())
}

/// What of a file does not fit the schemas of the commands that take its lists: the first of each list.
fn unfit(value: &Value, settings: &Settings) -> anyhow::Result<Vec<String>> {
    let workers = workers::all(settings)?;
    let mut problems = Vec::new();
    for (list, content) in value.as_object().into_iter().flatten() {
        let Some((_, field, ty)) = LISTS.iter().find(|(known, ..)| known == list) else {
            let known = LISTS.map(|(known, ..)| format!("`{known}`")).join(", ");
            problems.push(format!("`{list}` is no list of a catalog; there are {known}."));
            continue;
        };
        let data = json!({ *field: content }).to_string();
        if let Err(problem) = command::check(ty, &data, &workers) {
            problems.push(format!("{list}: {problem}"));
        }
    }
    Ok(problems)
}
