//! `leadmill up`: servers, database, tables, queues.

use std::process::ExitCode;

use super::Context;
use super::context::exports_with_secret;
use super::migrate::{Ready, prepare};
use super::output::{quoted, say};

/// Options of `leadmill up`.
#[derive(Clone, Debug, clap::Args)]
pub struct Up {
    /// Print the settings that name the servers, as `export …` for a shell
    #[arg(long)]
    env: bool,
    /// Only find or start the servers; touch no table and no queue
    #[arg(long)]
    servers: bool,
    /// Say nothing on the way
    #[arg(long, short)]
    quiet: bool,
}

impl Up {
    pub(super) async fn run(&self, context: &Context) -> anyhow::Result<ExitCode> {
        let mut say = |line: String| {
            if !self.quiet {
                say(&line);
            }
        };
        let (servers, settings) = context.provide(&mut say).await?;
        servers.notes.iter().for_each(|note| say(note.clone()));
        let ready = if self.servers { Ready::default() } else { prepare(&settings).await? };
        ready.notes.iter().for_each(|note| say(note.clone()));
        if self.env {
            let set = |(name, value): (&str, String)| format!("{name}={}", quoted(&value));
            let set: Vec<_> = exports_with_secret(&settings).into_iter().map(set).collect();
            println!("export {}", set.join(" "));
            return Ok(ExitCode::SUCCESS);
        }
        let data = serde_json::json!({
            "database": settings.database.address(),
            "broker": settings.broker.address(),
            "migrations_applied": ready.applied,
            "queues": ready.queues,
        });
        context.output.print(&data, |_| {
            if self.servers {
                return format!(
                    "PostgreSQL is at {}, RabbitMQ at {}.",
                    settings.database.address(),
                    settings.broker.address()
                );
            }
            format!(
                "Ready: PostgreSQL at {}, RabbitMQ at {}, {} queues.\nNext: `leadmill run`, then \
                 `leadmill send web FILE` in another terminal; or `leadmill demo`.",
                settings.database.address(),
                settings.broker.address(),
                ready.queues
            )
        })?;
        Ok(ExitCode::SUCCESS)
    }
}
