//! `leadmill parked`: the messages that could not be handled, and what a person does about them.

use std::process::ExitCode;

use anyhow::{anyhow, bail};
use chrono::Utc;
use clap::Subcommand;
use serde_json::{Value, json};
use uuid::Uuid;

use super::Context;
use super::output::{shown, table};
use super::time::{ago, counted};
use crate::store::parked::{self, Closing, ParkedClass, ParkedFilter, ParkedLine, ParkedState};
use crate::store::{self, Connection};

mod replay;
mod wording;

use wording::{class, not_open, sentence, unknown};

/// Most messages that one list shows; the newest come first.
const LIST_MAX: u32 = 200;

#[derive(Clone, Debug, Subcommand)]
pub enum Parked {
    /// The newest parked messages
    List(List),
    /// Everything that is known of one
    Show(Show),
    /// Put messages back into the queue they came from
    Replay(replay::Replay),
    /// Close messages that shall not be handled; they stay visible with `list --all`
    Discard(Discard),
}

#[derive(Clone, Debug, clap::Args)]
pub struct List {
    /// envelope, type, schema, poison, panic, too_large, too_old, dead_letter or input_fault
    #[arg(long, value_parser = class)]
    class: Option<ParkedClass>,
    /// Only those of this worker
    #[arg(long)]
    worker: Option<String>,
    /// Also those that were replayed or discarded
    #[arg(long)]
    all: bool,
}

#[derive(Clone, Debug, clap::Args)]
pub struct Show {
    id: Uuid,
    /// Print the bytes as they arrived, and nothing else; on a terminal, what it would obey is
    /// shown as `\u{1b}`
    #[arg(long)]
    body: bool,
}

#[derive(Clone, Debug, clap::Args)]
pub struct Discard {
    #[arg(required = true, value_name = "ID")]
    ids: Vec<Uuid>,
    /// Why; kept with the message
    #[arg(long, value_name = "TEXT")]
    reason: String,
}

impl Parked {
    pub(super) async fn run(&self, context: &Context) -> anyhow::Result<ExitCode> {
        match self {
            Self::List(list) => list.run(context).await,
            Self::Show(show) => show.run(context).await,
            Self::Replay(replay) => replay.run(context).await,
            Self::Discard(discard) => discard.run(context).await,
        }
    }
}

impl List {
    async fn run(&self, context: &Context) -> anyhow::Result<ExitCode> {
        let mut conn = database(context).await?;
        let state = (!self.all).then_some(ParkedState::Parked);
        let filter = ParkedFilter { worker: self.worker.as_deref(), class: self.class, state };
        let lines = parked::list(&mut conn, filter, LIST_MAX).await.map_err(sentence)?;
        let _ = store::close(conn).await;
        let data: Vec<_> = lines.iter().map(line).collect();
        context.output.print(&data, |_| self.text(&lines))?;
        Ok(ExitCode::SUCCESS)
    }

    fn text(&self, lines: &[ParkedLine]) -> String {
        if lines.is_empty() {
            let more = if self.all { "" } else { "; `--all` also shows what was closed" };
            return format!("No such message lies parked{more}.");
        }
        let now = Utc::now();
        let rows = lines.iter().map(|line| {
            [
                line.id.to_string(),
                line.class.into_str().into(),
                line.queue.clone(),
                line.state.into_str().into(),
                ago(line.parked_at, now),
                line.reason.clone(),
            ]
        });
        let shown = table(["Id", "Class", "Queue", "State", "Since", "Reason"], rows);
        let full = u32::try_from(lines.len()).is_ok_and(|n| n == LIST_MAX);
        let more =
            if full { " These are the newest; narrow with --class or --worker." } else { "" };
        format!(
            "{shown}\n\n{}.{more} Next: `leadmill parked show ID`, then replay or discard it.",
            counted(lines.len(), "message", "messages")
        )
    }
}

impl Show {
    async fn run(&self, context: &Context) -> anyhow::Result<ExitCode> {
        let mut conn = database(context).await?;
        let found = parked::show(&mut conn, self.id).await.map_err(sentence)?;
        let _ = store::close(conn).await;
        let Some(found) = found else { bail!(unknown(self.id)) };
        if self.body {
            use std::io::{IsTerminal, Write};
            let erased = || anyhow!("The bytes of {} were erased on request.", self.id);
            let (body, mut out) = (found.body.as_deref().ok_or_else(erased)?, std::io::stdout());
            if out.is_terminal() {
                out.write_all(shown(&String::from_utf8_lossy(body)).as_bytes())?;
            } else {
                out.write_all(body)?;
            }
            return Ok(ExitCode::SUCCESS);
        }
        let mut data = line(&found.line);
        data["history"] = found.history.clone();
        data["headers"] = json!(found.headers);
        data["properties"] = found.properties.clone();
        data["closed_at"] = json!(found.closed_at);
        data["bytes"] = json!(found.body.as_ref().map(Vec::len));
        data["body"] = json!(found.body.as_deref().map(String::from_utf8_lossy));
        context.output.print(&data, |data| {
            let fields = data.as_object().into_iter().flatten();
            let rows = fields.filter(|(name, _)| *name != "body").map(|(name, value)| {
                let value = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
                [name.clone(), value]
            });
            let next = match found.line.state {
                ParkedState::Parked => format!(
                    "Next: `leadmill parked show --body {0} > FILE` keeps the bytes as they arrived; `leadmill parked \
                     replay {0}` puts it back into its queue, once its cause is mended; `leadmill \
                     parked discard {0} --reason …` closes it.",
                    self.id
                ),
                ParkedState::Replayed | ParkedState::Discarded => "It is closed.".into(),
            };
            format!("{}\n\n{next}", table(["", ""], rows))
        })?;
        Ok(ExitCode::SUCCESS)
    }
}

impl Discard {
    async fn run(&self, context: &Context) -> anyhow::Result<ExitCode> {
        if self.reason.trim().is_empty() {
            bail!("Say with --reason why they are discarded; it is kept with them.");
        }
        let mut conn = database(context).await?;
        let mut done = Vec::new();
        let mut problems = Vec::new();
        for id in &self.ids {
            let closed = parked::close(&mut conn, *id, Closing::Discarded, &self.reason).await;
            if closed.map_err(sentence)? {
                done.push(*id);
            } else {
                problems.push(not_open(&mut conn, *id).await?);
            }
        }
        let _ = store::close(conn).await;
        let data = json!({ "discarded": done, "problems": problems });
        context.output.print(&data, |_| {
            let n = counted(done.len(), "message was", "messages were");
            format!("{n} discarded.\n{}", problems.join("\n"))
        })?;
        Ok(if problems.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
    }
}

async fn database(context: &Context) -> anyhow::Result<Connection> {
    let settings = context.settings().await?;
    context.database(&settings).await
}

fn line(line: &ParkedLine) -> Value {
    json!({
        "id": line.id,
        "class": line.class.into_str(),
        "queue": line.queue,
        "worker": line.worker,
        "message": line.message,
        "sender": line.sender,
        "state": line.state.into_str(),
        "parked_at": line.parked_at,
        "replayed_as": line.replayed_as,
        "reason": line.reason,
    })
}
