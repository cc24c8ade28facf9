//! `leadmill migrate`: tables, partitions and queues of this version.

use std::process::ExitCode;

use anyhow::anyhow;

use super::Context;
use crate::settings::Settings;
use crate::{store, workers};

/// What was made ready.
#[derive(Default)]
pub(super) struct Ready {
    pub(super) applied: Vec<String>,
    pub(super) queues: usize,
}

/// Options of `leadmill migrate`.
#[derive(Clone, Debug, clap::Args)]
pub struct Migrate {
    /// Only tables and partitions: leave exchanges and queues alone
    #[arg(long)]
    no_queues: bool,
}

/// Makes database, tables, partitions and queues ready, for all workers, running or not.
pub(super) async fn prepare(settings: &Settings) -> anyhow::Result<Ready> {
    let applied = tables(settings).await?;
    let topology = workers::topology(&workers::all(settings)?);
    topology.declare(&settings.broker).await?;
    Ok(Ready { applied, queues: topology.queues.len() })
}

async fn tables(settings: &Settings) -> anyhow::Result<Vec<String>> {
    let fault = |fault: store::Fault| anyhow!("{fault}");
    store::create_database_if_missing(&settings.database).await.map_err(fault)?;
    let migrated = store::migrate(&settings.database).await.map_err(fault)?;
    Ok(migrated.applied)
}

impl Migrate {
    pub(super) async fn run(&self, context: &Context) -> anyhow::Result<ExitCode> {
        let settings = context.settings().await?;
        let ready = if self.no_queues {
            Ready { applied: tables(&settings).await?, queues: 0 }
        } else {
            prepare(&settings).await?
        };
        let data =
            serde_json::json!({ "migrations_applied": ready.applied, "queues": ready.queues });
        context.output.print(&data, |_| {
            let tables = match ready.applied.len() {
                0 => "The tables were up to date".to_owned(),
                n => format!("{n} migrations were applied"),
            };
            if self.no_queues {
                format!("{tables}; queues were left alone.")
            } else {
                format!("{tables}; {} queues are ready.", ready.queues)
            }
        })?;
        Ok(ExitCode::SUCCESS)
    }
}
