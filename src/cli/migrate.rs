//! `leadmill migrate`: tables, partitions and queues of this version.

use std::process::ExitCode;

use anyhow::anyhow;

use super::time::shifted;
use super::{Context, former};
use crate::settings::Settings;
use crate::store::Migrated;
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
    let Migrated { applied, shift_s, .. } = tables(settings).await?;
    let workers = workers::all(settings)?;
    let consumers = consumers(settings).await?;
    let queues = workers::consumer_queues(&consumers, &workers::sayers(&workers));
    let topology = workers::topology(&workers).outward(queues);
    former::make_room(settings).await?;
    topology.declare(&settings.broker).await?;
    let mut notes = former::leave(settings, &topology).await?;
    notes.extend(shifted(shift_s));
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

async fn tables(settings: &Settings) -> anyhow::Result<Migrated> {
    let fault = |fault: store::Fault| anyhow!("{fault}");
    store::create_database_if_missing(&settings.database).await.map_err(fault)?;
    store::migrate(&settings.database).await.map_err(fault)
}

impl Migrate {
    pub(super) async fn run(&self, context: &Context) -> anyhow::Result<ExitCode> {
        let settings = context.settings().await?;
        let ready = if self.no_queues {
            let Migrated { applied, shift_s, .. } = tables(&settings).await?;
            let notes = shifted(shift_s).into_iter().collect();
            Ready { applied, queues: 0, notes }
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
                said_with(format!("{tables}; queues were left alone."), ready.notes)
            } else {
                said_with(format!("{tables}; {} queues are ready.", ready.queues), ready.notes)
            }
        })?;
        Ok(ExitCode::SUCCESS)
    }
}

fn said_with(first: String, notes: Vec<String>) -> String {
    [vec![first], notes].concat().join("\n")
}
