//! `leadmill down`: ends the private servers.

use std::process::ExitCode;

use super::Context;
use super::output::say;
use crate::servers;

pub(super) async fn run(context: &Context) -> anyhow::Result<ExitCode> {
    let mut say = |line: String| say(&line);
    let stopped = servers::stop(&context.global.folder, &mut say).await?;
    let data = serde_json::json!({ "postgres": stopped.postgres, "rabbitmq": stopped.rabbitmq });
    context.output.print(&data, |_| match (stopped.postgres, stopped.rabbitmq) {
        (false, false) => "No private server was running.".into(),
        _ => {
            "The private servers are stopped; `leadmill up` starts them with the same data.".into()
        }
    })?;
    Ok(ExitCode::SUCCESS)
}
