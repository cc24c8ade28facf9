//! Asks leadmill for something, and waits for its answer.

use std::process::ExitCode;
use std::time::{Duration, Instant};

use anyhow::{Context as _, anyhow, bail};
use domain::host::Hosted;
use serde::Serialize;
use uuid::Uuid;

use super::Context;
use super::post::{self, Post, Sender};
use crate::envelope::{SOURCE_PREFIX, person};
use crate::settings::Settings;
use crate::store::Connection;
use crate::store::outcome::{self, Arrival, Outcome};
use crate::workers;

/// How long is waited for an answer where nothing else is asked for, in seconds. Commands that
/// cannot be decided yet are asked again for 17 s.
pub const WAIT_S_DEFAULT: u64 = 30;
/// Longest wait, in seconds.
const WAIT_S_MAX: u64 = 3600;
/// The first look at the log comes after this, each further one after a longer time …
const LOOK_FIRST: Duration = Duration::from_millis(20);
/// … up to this.
const LOOK_PAUSE_MAX: Duration = Duration::from_millis(500);

/// Options of whoever asks.
#[derive(Clone, Debug, clap::Args)]
pub struct Ask {
    /// How long to wait for the answer, in seconds
    #[arg(long, value_name = "SECONDS", default_value_t = WAIT_S_DEFAULT,
          value_parser = clap::value_parser!(u64).range(1..=WAIT_S_MAX))]
    wait: u64,
    /// Only hand it to the broker; the database is not asked
    #[arg(long, conflicts_with = "wait")]
    no_wait: bool,
    /// Who asks, as CloudEvents `source` [default: urn:leadmill-cli:USER]
    #[arg(long, value_name = "URI")]
    source: Option<String>,
    /// The command's CloudEvents `id`: one that was used before is a repeat [default: a new UUID]
    #[arg(long, value_name = "ID")]
    id: Option<String>,
    /// The person in whose name it is asked, where `[rights]` lets the sender speak for people
    #[arg(long, value_name = "PERSON")]
    actor: Option<String>,
}

/// A command on its way, and what is known of it.
#[derive(Clone, Debug, Serialize)]
pub struct SentCommand {
    /// Without prefix.
    #[serde(rename = "type")]
    pub ty: String,
    pub source: String,
    pub id: String,
    /// The same command had been sent before, so that nothing new was decided.
    pub repeat: bool,
    /// Absent where nobody waited for it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub outcome: Option<Outcome>,
}

impl Ask {
    /// Asks in this name, and waits as long as usual.
    #[must_use]
    pub fn by(source: &str) -> Self {
        let source = Some(source.to_owned());
        Self { wait: WAIT_S_DEFAULT, no_wait: false, source, id: None, actor: None }
    }

    /// The same in the name of a person, where one is named.
    #[must_use]
    pub fn in_the_name_of(mut self, person: Option<&str>) -> Self {
        self.actor = person.map(str::to_owned);
        self
    }

    /// Publishes the command and, where wanted, waits for its outcome.
    ///
    /// # Errors
    /// Where it cannot be sent, or is not decided in time.
    pub async fn ask(
        &self,
        context: &Context,
        settings: &Settings,
        ty: &str,
        data: &str,
    ) -> anyhow::Result<SentCommand> {
        let sender = self.sender()?;
        let message = post::command(&sender, ty, data).context("The data is no JSON")?;
        let mut waiting = None;
        if !self.no_wait {
            let asked = Asked { worker: hearer(settings, ty)?, sender: &sender };
            let mut database = context.database(settings).await?;
            let before = asked.arrival(&mut database).await?;
            waiting = Some((asked, database, before));
        }
        let post = Post::open(context, settings).await?;
        post.send(vec![message]).await?;
        post.close().await;
        let mut answer = SentCommand {
            ty: ty.to_owned(),
            source: sender.source.clone(),
            id: sender.id.clone(),
            repeat: false,
            outcome: None,
        };
        if let Some((asked, mut database, before)) = waiting {
            answer.repeat = before.is_some();
            let limit = Duration::from_secs(self.wait);
            let id = asked.decided(&mut database, before, limit).await?;
            let found = outcome::of(&mut database, id).await;
            answer.outcome = Some(found.map_err(|fault| anyhow!("{fault}"))?);
        }
        Ok(answer)
    }

    fn sender(&self) -> anyhow::Result<Sender> {
        let user = || std::env::var("USER").unwrap_or_else(|_| "unknown".to_owned());
        let source = self.source.clone().unwrap_or_else(|| format!("urn:leadmill-cli:{}", user()));
        let id = self.id.clone().unwrap_or_else(|| Uuid::now_v7().to_string());
        if source.starts_with(SOURCE_PREFIX) {
            bail!(
                "`{SOURCE_PREFIX}…` is how leadmill's own workers sign; choose another --source."
            );
        }
        if source.is_empty() || id.is_empty() {
            bail!("--source and --id must not be empty; leave them out for the defaults.");
        }
        let actor = self.actor.as_deref().map(person).transpose().map_err(anyhow::Error::msg)?;
        Ok(Sender { source, id, actor })
    }
}

impl SentCommand {
    /// Failure where it was refused or parked.
    #[must_use]
    pub fn exit_code(&self) -> ExitCode {
        let bad = |outcome: &Outcome| !outcome.refusals.is_empty() || !outcome.parked.is_empty();
        if self.outcome.as_ref().is_some_and(bad) { ExitCode::FAILURE } else { ExitCode::SUCCESS }
    }

    /// The outcome for people: the events that followed, or why none did.
    #[must_use]
    pub fn for_people(&self) -> String {
        let Some(outcome) = &self.outcome else {
            return format!(
                "The broker has accepted `{}` under the id {}; nobody waited for its outcome.",
                self.ty, self.id
            );
        };
        let mut lines = Vec::new();
        if self.repeat {
            lines.push(
                "This command had been sent before; what was decided then stands:".to_owned(),
            );
        }
        for refused in &outcome.refusals {
            lines.push(format!("Refused by the rule `{}`: {}", refused.rule, refused.message));
        }
        lines.extend(
            outcome.parked.iter().map(|why| format!("Parked: {why} See `leadmill parked list`.")),
        );
        // A refusal was told above.
        let events = outcome.events.iter().filter(|event| !event.ty.ends_with(".refused.v1"));
        lines.extend(events.map(|event| match event.ty.strip_suffix(".already.v1") {
            Some(_) => {
                let text = |name: &str| event.data[name].as_str().unwrap_or_default().to_owned();
                let (kind, record) = (text("record_kind"), text("record"));
                format!("It was done already: the {kind} {record} holds it. Nothing changed.")
            }
            None => format!("{} {}", event.ty, event.subject),
        }));
        if lines.is_empty() || (self.repeat && lines.len() == 1) {
            lines.extend(outcome.nothing.iter().cloned());
        }
        if let Some(first) = outcome.events.first() {
            lines.push(format!("The whole pipeline: `leadmill trace {}`.", first.correlation));
        }
        lines.join("\n")
    }
}

/// A command that was sent, as the worker that hears it knows it.
struct Asked<'a> {
    worker: &'static str,
    sender: &'a Sender,
}

/// The worker that hears a type.
fn hearer(settings: &Settings, ty: &str) -> anyhow::Result<&'static str> {
    let all = workers::all(settings)?;
    let hears = |worker: &dyn Hosted| worker.hears().iter().any(|heard| heard.name == ty);
    let worker = all.iter().find(|worker| hears(&***worker));
    worker.map(|worker| worker.name()).ok_or_else(|| anyhow!("No worker hears `{ty}`."))
}

impl Asked<'_> {
    async fn arrival(&self, database: &mut Connection) -> anyhow::Result<Option<Arrival>> {
        let Self { worker, sender } = self;
        let found = outcome::arrival(database, worker, &sender.source, &sender.id).await;
        found.map_err(|fault| anyhow!("{fault}"))
    }

    /// Waits until the command is decided, or a copy of one that was known before is counted or
    /// refused; answers the id that what became of it is known by.
    async fn decided(
        &self,
        database: &mut Connection,
        before: Option<Arrival>,
        limit: Duration,
    ) -> anyhow::Result<Uuid> {
        let id = &self.sender.id;
        let (begun, mut pause) = (Instant::now(), LOOK_FIRST);
        let was = |count: fn(&Arrival) -> i64| before.as_ref().map_or(-1, count);
        let (repeats, conflicts) = (was(|was| was.repeats.into()), was(|was| was.conflicts));
        loop {
            match self.arrival(database).await? {
                Some(Arrival { conflicts: now, conflict: Some(id), .. })
                    if before.is_some() && now > conflicts =>
                {
                    return Ok(id);
                }
                Some(now) if now.decided && i64::from(now.repeats) > repeats => return Ok(now.id),
                _ if begun.elapsed() < limit => {}
                Some(_) => bail!(
                    "The command {id} has arrived but is not decided within {} s: what it needs is \
                     not there yet. It goes on waiting; look again with `leadmill trace {id}`.",
                    limit.as_secs()
                ),
                None => bail!(
                    "No worker has taken the command {id} within {} s. Is `leadmill run` running? The \
                     broker keeps the command; `leadmill parked list` shows what could not be read.",
                    limit.as_secs()
                ),
            }
            tokio::time::sleep(pause).await;
            pause = (pause * 2).min(LOOK_PAUSE_MAX);
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::store::outcome::{LoggedEvent, Refused};

    fn told(events: Vec<(&str, serde_json::Value)>, refusals: Vec<Refused>) -> String {
        let said = |(ty, data): (&str, serde_json::Value)| LoggedEvent {
            id: Uuid::from_u128(1),
            at: chrono::DateTime::UNIX_EPOCH,
            ty: ty.to_owned(),
            subject: Uuid::from_u128(2),
            sequence: None,
            correlation: Uuid::from_u128(3),
            data,
        };
        let events = events.into_iter().map(said).collect();
        let outcome = Outcome { events, refusals, ..Outcome::default() };
        let (ty, source, id) = ("quote.accept.v1".into(), "urn:x".into(), "1".into());
        SentCommand { ty, source, id, repeat: false, outcome: Some(outcome) }.for_people()
    }

    #[test]
    fn people_are_told_what_happened_what_was_done_already_and_what_was_refused() {
        let happened = told(vec![("order.created.v1", json!({}))], Vec::new());
        assert!(happened.starts_with("order.created.v1 00000000-"), "{happened}");
        let held = json!({ "record_kind": "order", "record": "o-1" });
        let already = told(vec![("quote.already.v1", held)], Vec::new());
        assert!(already.contains("the order o-1 holds it"), "{already}");
        let (rule, found) = ("quote.accept".into(), "closed".into());
        let refusal = Refused { rule, found, message: "It is closed.".into() };
        let refused = told(vec![("quote.refused.v1", json!({}))], vec![refusal]);
        assert!(refused.contains("`quote.accept`: It is closed."), "{refused}");
        assert!(!refused.contains("quote.refused"), "{refused}");
    }
}
