//! `leadmill check-config`: every problem of the settings at once, or what is in force.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;

use super::Context;
use super::explain::Explain;
use crate::{roles, sources, workers};

/// Checks settings, qualification rules and field map and prints what is in force; or checks the map of a source.
///
/// Examples:
///   leadmill check-config
///   leadmill check-config --source config/sources/fair.toml
///   leadmill check-config --source config/sources/fair.toml --sample hook.json    what it makes of a hook
#[derive(Clone, Debug, Args)]
#[command(verbatim_doc_comment)]
pub(super) struct CheckConfig {
    /// A map of a source, alone: needs no settings
    #[arg(long, value_name = "FILE")]
    source: Option<PathBuf>,
    /// A body that the map is tried on, and what is made of it
    #[arg(long, value_name = "BODY", requires = "source")]
    sample: Option<PathBuf>,
    /// What the sample says that it is, as application/json
    #[arg(long, value_name = "TYPE", requires = "sample")]
    content_type: Option<String>,
}

impl CheckConfig {
    pub(super) async fn run(self, context: &Context) -> anyhow::Result<ExitCode> {
        let Some(source) = self.source else { return all(context).await };
        let map = sources::read(&source)?;
        if let Some(sample) = self.sample {
            return Explain::of_hook(sample, self.content_type, source).run(context);
        }
        let data = serde_json::json!({ "source": map.name, "fields": map.fields.len() });
        context.output.print(&data, |_| format!("The map of {} can be used.", map.name))?;
        Ok(ExitCode::SUCCESS)
    }
}

async fn all(context: &Context) -> anyhow::Result<ExitCode> {
    let settings = context.settings().await?;
    let workers = workers::all(&settings)?;
    let doubts = settings.rights.doubts(&roles::asking(roles::PREFIX));
    let names: Vec<_> = workers.iter().map(|worker| worker.name()).collect();
    let data = serde_json::json!({
        "workers": names,
        "database": settings.database.address(),
        "broker": settings.broker.address(),
        "settings": format!("{settings:?}"),
        "doubts": doubts,
    });
    context.output.print(&data, |_| {
        let doubts = doubts.iter().map(|doubt| format!("\n[rights] {doubt}"));
        format!(
            "{settings:#?}\nThe settings, the qualification rules and the field map can be used.{}",
            doubts.collect::<String>()
        )
    })?;
    Ok(ExitCode::SUCCESS)
}
