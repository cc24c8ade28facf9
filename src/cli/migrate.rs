//! `leadmill migrate`: tables, partitions and queues of this version.

use std::process::ExitCode;

use anyhow::anyhow;

use super::{Context, former};
use crate::settings::Settings;
use crate::store::consumer::Consumer;
use crate::{store, workers};

/// What was made ready.
#[derive(Default)]
pub struct Ready {
    /// Names of the migrations that ran now.
    pub applied: Vec<String>,
    /// How many queues there are.
    pub queues: usize,
    /// What somebody should know of an earlier version, as finished sentences.
    pub notes: Vec<String>,
}

/// Options of `leadmill migrate`.
#[derive(Clone, Debug, clap::Args)]
pub struct Migrate {
    /// Only tables and partitions: leave exchanges and queues alone
    #[arg(long)]
    no_queues: bool,
}

/// Makes database, tables, partitions and queues ready, for all workers, running or not.
pub async fn prepare(settings: &Settings) -> anyhow::Result<Ready> {
    let applied = tables(settings).await?;
    let workers = workers::all(settings)?;
    let consumers = consumers(settings).await?;
    let queues = workers::consumer_queues(&consumers, &workers::sayers(&workers));
    let topology = workers::topology(&workers).outward(queues);
    former::make_room(settings).await?;
    topology.declare(&settings.broker).await?;
    let notes = former::leave(settings, &topology).await?;
    Ok(Ready { applied, queues: topology.queues.len(), notes })
}

/// Who hears events in queues of their own.
async fn consumers(settings: &Settings) -> anyhow::Result<Vec<Consumer>> {
    let fault = |fault: store::Fault| anyhow!("{fault}");
    let mut conn = store::connect(&settings.database, "leadmill migrate").await.map_err(fault)?;
    let consumers = store::consumer::list(&mut conn).await.map_err(fault)?;
    let _ = store::close(conn).await;
    Ok(consumers)
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
            Ready { applied: tables(&settings).await?, ..Ready::default() }
        } else {
            prepare(&settings).await?
        };
        let data = serde_json::json!({
            "migrations_applied": ready.applied, "queues": ready.queues, "notes": ready.notes,
        });
        context.output.print(&data, |_| {
            let tables = match ready.applied.len() {
                0 => "The tables were up to date".to_owned(),
                n => format!("{n} migrations were applied"),
            };
            if self.no_queues {
                format!("{tables}; queues were left alone.")
            } else {
                let ready_ones = format!("{tables}; {} queues are ready.", ready.queues);
                [vec![ready_ones], ready.notes].concat().join("\n")
            }
        })?;
        Ok(ExitCode::SUCCESS)
    }
}
