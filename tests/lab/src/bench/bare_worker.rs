//! A worker of the roofline, as a process of its own.

use std::process::ExitCode;
use std::time::Duration;

use anyhow::Context as _;
use chrono::{DateTime, Utc};
use leadmill::settings::Settings;
use leadmill::workers;
use tokio::signal::unix::{SignalKind, signal};
use tokio::time::timeout;

use super::bare;

/// How long the end may take once everything was heard.
const END_LIMIT: Duration = Duration::from_secs(10);
/// Names the database with what is to be done again …
pub const TAPE: &str = "LEADMILL_BENCH_TAPE";
/// … and since when (RFC 3339).
pub const SINCE: &str = "LEADMILL_BENCH_SINCE";

/// Does again what the worker of this name did, then waits to be stopped.
///
/// # Errors
/// What keeps it from being done, as a sentence.
pub async fn run(settings: &Settings, name: &str) -> anyhow::Result<ExitCode> {
    let mut term = signal(SignalKind::terminate())?;
    let variable = |name: &str| {
        let missing = format!("`{name}` is missing; `leadmill bench` starts this by itself");
        std::env::var(name).context(missing)
    };
    let mut recorded = settings.database.clone();
    recorded.url = variable(TAPE)?.into();
    let since: DateTime<Utc> = variable(SINCE)?.parse()?;
    let workers = workers::all(settings)?;
    let worker = workers.iter().find(|worker| worker.name() == name);
    let worker = worker.with_context(|| format!("There is no worker `{name}`"))?;
    let parts = bare::record(&recorded, settings, &**worker, since).await?;
    let (idle, _standing) = bare::stand_ready(&parts, settings).await?;
    let playing = bare::play(parts, settings);
    tokio::pin!(playing);
    tokio::select! {
        played = &mut playing => {
            played?;
            term.recv().await;
        }
        _ = term.recv() => {
            // Billing has heard the last invoice; its confirm is on the way.
            let played = timeout(END_LIMIT, playing).await;
            played.context("The bare loop was stopped before its end")??;
        }
    }
    let _ = idle.close().await;
    Ok(ExitCode::SUCCESS)
}
