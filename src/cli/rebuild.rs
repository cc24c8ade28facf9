//! `leadmill rebuild`: the tables made anew from the log, kept in a schema or compared with those that are.

use std::process::ExitCode;
use std::time::{Duration, Instant};

use anyhow::{anyhow, ensure};
use chrono::{DateTime, Utc};
use serde_json::json;

use super::Context;
use super::time::moment;
use crate::store::DatabaseSettings;
use crate::store::rebuild::{Difference, Extent, Rebuild, Retold};

/// The schema of a rebuild that is only looked at: one for each process, so that none waits for another.
#[must_use]
pub fn passing() -> String {
    format!("leadmill_rebuild_{}", std::process::id())
}

/// Options of `leadmill rebuild`.
///
/// Tells the log again, from its first event on, into empty tables: all records with their parts, keys, runs of
/// numbers, prices and timers. Workers may go on: it sees log and tables as they were when it began.
#[derive(Clone, Debug, clap::Args)]
pub struct Options {
    /// Keep the tables in a new schema of that name
    #[arg(long, value_name = "SCHEMA")]
    into: Option<String>,
    /// Compare them with the tables as they are, row by row; any difference fails
    #[arg(long)]
    check: bool,
    /// Tell only what was decided up to then: a day, or a moment as 2026-11-01T09:00:00Z
    #[arg(long, value_name = "TIME", value_parser = moment, conflicts_with = "check", requires = "into")]
    until: Option<DateTime<Utc>>,
}

/// What of the tables the log alone does not make as it is, a sentence for each table.
///
/// # Errors
/// Where the log cannot be told again.
pub async fn untold(database: &DatabaseSettings) -> anyhow::Result<Vec<String>> {
    let fault = |fault| anyhow!("{fault}");
    let all = Extent::default();
    let mut rebuild = Rebuild::begin(database, &passing(), &all).await.map_err(fault)?;
    rebuild.tell().await.map_err(fault)?;
    let differences = rebuild.compare().await.map_err(fault)?;
    rebuild.drop().await.map_err(fault)?;
    Ok(differences.iter().map(sentence).collect())
}

/// What differs in one table, with the first rows of each side.
fn sentence(of: &Difference) -> String {
    let mut text = format!(
        "{}: {} rows are not as the log tells, {} are told and not there.",
        of.table, of.untold, of.unmade
    );
    of.are.iter().for_each(|row| text += &format!("\n  is    {row}"));
    of.told.iter().for_each(|row| text += &format!("\n  told  {row}"));
    text
}

impl Options {
    pub(super) async fn run(&self, context: &Context) -> anyhow::Result<ExitCode> {
        ensure!(
            self.check || self.into.is_some(),
            "Say what for: `--check` compares with the tables as they are, `--into SCHEMA` keeps what is made."
        );
        let settings = context.settings().await?;
        let fault = |fault| anyhow!("{fault}");
        let schema = self.into.clone().unwrap_or_else(passing);
        let begun = Instant::now();
        let of = Extent { until: self.until, about: None };
        let rebuild = Rebuild::begin(&settings.database, &schema, &of);
        let mut rebuild = rebuild.await.map_err(fault)?;
        let told = rebuild.tell().await.map_err(fault)?;
        let took = begun.elapsed();
        let differences = if self.check { rebuild.compare().await.map_err(fault)? } else { vec![] };
        if self.into.is_some() {
            rebuild.keep().await.map_err(fault)?;
        } else {
            rebuild.drop().await.map_err(fault)?;
        }
        let data = json!({
            "events": told.events, "until": told.at, "seconds": took.as_secs_f64(), "schema": self.into,
            "differences": self.check.then_some(&differences),
        });
        context.output.print(&data, |_| self.shown(told, took, &differences))?;
        Ok(if differences.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
    }

    fn shown(&self, told: Retold, took: Duration, differences: &[Difference]) -> String {
        let rate = u128::from(told.events) * 1000 / took.as_millis().max(1);
        let mut text =
            format!("{} events were told again in {took:.1?} ({rate} a second).", told.events);
        if let Some(schema) = &self.into {
            text += &format!(" The tables are in the schema `{schema}`.");
        }
        if self.check && differences.is_empty() {
            text += " They make the tables as they are, row by row.";
        }
        differences.iter().for_each(|it| text += &format!("\n{}", sentence(it)));
        text
    }
}
