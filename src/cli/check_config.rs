//! `leadmill check-config`: every problem of the settings at once, or what is in force.

use std::process::ExitCode;

use super::Context;
use crate::workers;

pub(super) async fn run(context: &Context) -> anyhow::Result<ExitCode> {
    let settings = context.settings().await?;
    let workers = workers::all(&settings)?;
    let names: Vec<_> = workers.iter().map(|worker| worker.name()).collect();
    let data = serde_json::json!({
        "workers": names,
        "database": settings.database.address(),
        "broker": settings.broker.address(),
        "settings": format!("{settings:?}"),
    });
    context.output.print(&data, |_| {
        format!("{settings:#?}\nThe settings and the qualification rules can be used.")
    })?;
    Ok(ExitCode::SUCCESS)
}
