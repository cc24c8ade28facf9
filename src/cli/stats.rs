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
use crate::store::competitor::{self, Competed};
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
    /// How often deals were won against which competitor
    ///
    /// Of the deals that were decided; a deal counts for each competitor that it has.
    Competitors,
}

impl Stats {
    pub(super) async fn run(&self, context: &Context) -> anyhow::Result<ExitCode> {
        let Self::Latency { by, since } = self else { return competitors(context).await };
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

async fn competitors(context: &Context) -> anyhow::Result<ExitCode> {
    let settings = context.settings().await?;
    let mut conn = context.reading(&settings).await?;
    let found = competitor::competed(&mut conn).await.map_err(|fault| anyhow!("{fault}"))?;
    let rates: Vec<_> =
        found.iter().map(|it| json!({ "of": it, "win_rate": win_rate(it) })).collect();
    context.output.print(&json!({ "competitors": rates }), |_| against(&found))?;
    let _ = store::close(conn).await;
    Ok(ExitCode::SUCCESS)
}

/// Percent of the decided deals that were won; none where none is decided.
fn win_rate(of: &Competed) -> Option<i64> {
    let decided = of.won + of.lost;
    (decided > 0).then(|| (200 * of.won + decided) / (2 * decided))
}

fn against(found: &[Competed]) -> String {
    if found.is_empty() {
        return "No deal has a competitor. `opportunity.add_competitor` names one.".to_owned();
    }
    let rows = found.iter().map(|it| {
        let rate = win_rate(it).map_or_else(|| "-".to_owned(), |rate| format!("{rate} %"));
        let counts =
            [it.deals, it.open, it.won, it.lost, it.lost_to].map(|count| count.to_string());
        let [deals, open, won, lost, lost_to] = counts;
        [it.competitor.clone(), deals, open, won, lost, lost_to, rate]
    });
    table(["Competitor", "Deals", "Open", "Won", "Lost", "To them", "Won of decided"], rows)
        .to_string()
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
