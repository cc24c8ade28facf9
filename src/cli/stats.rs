//! `leadmill stats`: figures over many pipelines.

use std::process::ExitCode;
use std::time::Duration;

use anyhow::anyhow;
use chrono::{DateTime, TimeDelta, Utc};
use clap::Subcommand;
use serde_json::json;

use super::Context;
use super::output::table;
use super::time::{moment, span};
use crate::store;
use crate::store::latency::{self, By, Stretch, Whose};

/// How far back is looked where nobody says.
const DAYS: i64 = 30;

#[derive(Clone, Debug, Subcommand)]
pub enum Stats {
    /// How long leads take from step to step, of machines and of people
    ///
    /// Half of the pipelines took no longer than p50, nineteen of twenty no longer than p95.
    Latency {
        /// Tell pipelines apart
        #[arg(long, value_enum)]
        by: Option<By>,
        /// Of leads that were made since then: a day, or a moment as 2026-11-01T09:00:00Z; else of the last 30 days
        #[arg(long, value_name = "TIME", value_parser = moment)]
        since: Option<DateTime<Utc>>,
    },
}

impl Stats {
    pub(super) async fn run(&self, context: &Context) -> anyhow::Result<ExitCode> {
        let Self::Latency { by, since } = self;
        let settings = context.settings().await?;
        let mut conn = context.database(&settings).await?;
        let since = since.unwrap_or_else(|| Utc::now() - TimeDelta::days(DAYS));
        let found = latency::delays(&mut conn, since, *by).await;
        let found = found.map_err(|fault| anyhow!("{fault}"))?;
        let data = json!({ "since": since, "by": by, "stretches": found });
        context.output.print(&data, |_| told(since, *by, &found))?;
        let _ = store::close(conn).await;
        Ok(ExitCode::SUCCESS)
    }
}

fn told(since: DateTime<Utc>, by: Option<By>, found: &[Stretch]) -> String {
    if found.is_empty() {
        return format!(
            "No lead was made since {}. `--since` looks further back.",
            since.format("%Y-%m-%d %H:%M UTC")
        );
    }
    let whose = |whose: Whose| match whose {
        Whose::Machine => "machine",
        Whose::Person => "people",
    };
    let none = if by.is_some() { "(none)" } else { "all" };
    let rows = found.iter().map(|it| {
        [
            format!("{} → {}", it.from, it.to),
            whose(it.whose).to_owned(),
            it.group.clone().unwrap_or_else(|| none.to_owned()),
            it.pipelines.to_string(),
            lasted(it.p50_s),
            lasted(it.p95_s),
        ]
    });
    table(["Stretch", "Whose time", "Leads of", "Pipelines", "p50", "p95"], rows).to_string()
}

/// Seconds as people read them.
fn lasted(seconds: f64) -> String {
    let lasted = Duration::try_from_secs_f64(seconds.max(0.0)).unwrap_or_default();
    span(TimeDelta::from_std(lasted).unwrap_or_default())
}
