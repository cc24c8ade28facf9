//! `leadmill import`: what became of lists, the rows of them that became no lead, and how they are undone.

mod lists;
mod undo;

use std::collections::BTreeMap;
use std::io::Write as _;
use std::process::ExitCode;

use anyhow::{Context as _, anyhow};
use chrono::Utc;
use clap::Subcommand;
use domain::commands::ImportContinue;
use domain::ids::InputId;
use intake::table::Table;
use intake::terms::Terms;
use serde_json::json;

use lists::{of, sentence};

use super::Context;
use super::output::table;
use super::time::{ago, counted};
use crate::store::imports::{self, Imported, Reason};
use crate::store::{self, Connection, chunk};

/// Most lists that are shown; the newest come first.
const LIST_MAX: i64 = 100;

#[derive(Clone, Debug, Subcommand)]
pub enum Import {
    /// The newest lists, with what became of their rows
    List,
    /// What became of one, and why rows of it became no lead
    Show {
        /// The name or an id that the list shows
        #[arg(value_name = "IMPORT")]
        import: String,
    },
    /// Write only the rows that became no lead, in the form of the list, each with its number and the reason
    ///
    /// Mend them and send the file again: only these rows are read again.
    ///
    ///   leadmill import failed IMPORT > rest.csv
    ///   leadmill send import rest.csv
    #[command(verbatim_doc_comment)]
    Failed {
        /// The name or an id that the list shows
        #[arg(value_name = "IMPORT")]
        import: String,
    },
    /// Undo what its rows did, where only leadmill itself worked on them and nothing was offered; the rest is listed
    ///
    /// Leads that were made of rows are disqualified as import_undone, their keys are released, and what rows added to
    /// other leads is taken out again. Broken off, it goes on where it is run again. The same file is a new import with
    /// `leadmill send import FILE --again`.
    Undo {
        /// The name or an id that the list shows
        #[arg(value_name = "IMPORT")]
        import: String,
    },
}

impl Import {
    pub(super) async fn run(&self, context: &Context) -> anyhow::Result<ExitCode> {
        let settings = context.settings().await?;
        let mut conn = context.database(&settings).await?;
        match self {
            Self::List => {
                let lists = imports::list(&mut conn, None, LIST_MAX).await.map_err(sentence)?;
                context.output.print(&lists, |lists| all(lists))?;
            }
            Self::Show { import } => {
                let lists = of(&mut conn, import).await?;
                let ids: Vec<_> = lists.iter().map(|list| list.id).collect();
                let reasons = imports::reasons(&mut conn, &ids).await.map_err(sentence)?;
                let data = json!({ "lists": lists, "reasons": reasons });
                context.output.print(&data, |_| one(import, &lists, &reasons))?;
            }
            Self::Undo { import } => {
                let report = undo::undo(context, &settings, &mut conn, import).await?;
                context.output.print(&report, undo::for_people)?;
            }
            Self::Failed { import } => {
                let lists = of(&mut conn, import).await?;
                let text = failed(&mut conn, &lists, &settings.intake).await?;
                std::io::stdout()
                    .write_all(text.as_bytes())
                    .context("standard output is closed")?;
            }
        }
        let _ = store::close(conn).await;
        Ok(ExitCode::SUCCESS)
    }
}

fn all(lists: &[Imported]) -> String {
    if lists.is_empty() {
        return "No list was imported yet. Next: `leadmill send import FILE`.".to_owned();
    }
    let now = Utc::now();
    let rows = lists.iter().map(|list| {
        let Imported { rows, created, joined, held, rejected, .. } = list;
        let left = rows - created - joined - held - rejected;
        [
            list.import.clone(),
            list.file.clone().unwrap_or_default(),
            ago(list.received_at, now),
            if list.done { rows.to_string() } else { format!("{rows} so far") },
            created.to_string(),
            joined.to_string(),
            held.to_string(),
            rejected.to_string(),
            left.to_string(),
        ]
    });
    let names =
        ["Import", "File", "Since", "Rows", "Created", "Joined", "Held", "Rejected", "Waiting"];
    format!("{}\n\nNext: `leadmill import show IMPORT`.", table(names, rows))
}

fn one(import: &str, lists: &[Imported], reasons: &[Reason]) -> String {
    let sum = |of: fn(&Imported) -> i64| lists.iter().map(of).sum::<i64>();
    let rows = sum(|list| list.rows);
    let (created, joined) = (sum(|list| list.created), sum(|list| list.joined));
    let (held, rejected) = (sum(|list| list.held), sum(|list| list.rejected));
    let more = if lists.iter().all(|list| list.done) { "" } else { " so far" };
    let mut text = format!(
        "{rows} rows{more}: {created} created, {joined} joined, {held} held, {rejected} rejected, {} waiting.",
        rows - created - joined - held - rejected
    );
    if reasons.is_empty() {
        return text;
    }
    let lines = reasons.iter().map(|reason| {
        [
            reason.rows.to_string(),
            reason.verdict.clone(),
            reason.first.to_string(),
            reason.reason.clone(),
        ]
    });
    text.push_str(&format!("\n\n{}", table(["Rows", "Verdict", "First row", "Reason"], lines)));
    let failed = counted(usize::try_from(held + rejected).unwrap_or(usize::MAX), "row", "rows");
    text.push_str(&format!(
        "\n\nNext: `leadmill import failed {import} > rest.csv` writes the {failed} that became no lead; mend them, \
         then `leadmill send import rest.csv`."
    ));
    text
}

/// The rows that became no lead, of all parts of a list under one header.
async fn failed(
    conn: &mut Connection,
    lists: &[Imported],
    options: &intake::ReadOptions,
) -> anyhow::Result<String> {
    let mut out = String::new();
    for list in lists {
        let rows = imports::failed(conn, list.id).await.map_err(sentence)?;
        let rows =
            rows.into_iter().filter_map(|row| Some((u64::try_from(row.row).ok()?, row.reason)));
        let wanted: BTreeMap<u64, String> = rows.collect();
        let begun = imports::begun(conn, list.id).await.map_err(sentence)?;
        let begun = begun
            .with_context(|| format!("How the list {} was read is not known any more.", list.id))?;
        let begun: ImportContinue = serde_json::from_value(begun)?;
        let id = InputId(list.id);
        let bytes = chunk::load(conn, &[id]).await.map_err(sentence)?;
        let bytes =
            bytes.get(&id).with_context(|| format!("The bytes of the list {id} were erased."))?;
        let terms = Terms::new(begun.sheet, &begun.declared).map_err(|why| anyhow!(why))?;
        let table = Table::open(bytes, options, &terms).map_err(|why| anyhow!(why))?;
        let text = table.rest(begun.first_row, &wanted);
        // The parts of one file have one header.
        let rows =
            if out.is_empty() { 0 } else { text.find('\n').map_or(text.len(), |end| end + 1) };
        out.push_str(&text[rows..]);
    }
    Ok(out)
}
