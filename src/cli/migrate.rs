//! `leadmill migrate`: tables, partitions and queues of this version.

use std::process::ExitCode;

use anyhow::anyhow;

use super::Context;
use crate::settings::Settings;
use crate::{store, workers};

/// What was made ready.
pub(super) struct Ready {
    pub(super) applied: Vec<String>,
    pub(super) queues: usize,
}

/// Makes database, tables, partitions and queues ready, for all workers, running or not.
pub(super) async fn prepare(settings: &Settings) -> anyhow::Result<Ready> {
    let fault = |fault: store::Fault| anyhow!("{fault}");
    store::create_database_if_missing(&settings.database).await.map_err(fault)?;
    let migrated = store::migrate(&settings.database).await.map_err(fault)?;
    let topology = workers::topology(&workers::all(settings)?);
    topology.declare(&settings.broker).await?;
    Ok(Ready { applied: migrated.applied, queues: topology.queues.len() })
}

pub(super) async fn run(context: &Context) -> anyhow::Result<ExitCode> {
    let settings = context.settings().await?;
    let ready = prepare(&settings).await?;
    let data = serde_json::json!({ "migrations_applied": ready.applied, "queues": ready.queues });
    context.output.print(&data, |_| match ready.applied.len() {
        0 => format!("The tables were up to date; {} queues are ready.", ready.queues),
        n => format!("{n} migrations were applied; {} queues are ready.", ready.queues),
    })?;
    Ok(ExitCode::SUCCESS)
}
