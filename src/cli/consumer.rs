//! `leadmill consumer`: durable queues for programs outside that want to hear events.

use std::process::ExitCode;

use anyhow::{anyhow, bail};
use clap::Subcommand;
use domain::message::{MessageKind, TYPE_PREFIX};
use domain::pattern::takes;
use serde_json::json;

use super::Context;
use super::output::table;
use super::time::counted;
use crate::messaging::{Queue, REPLAY, Topology};
use crate::settings::Settings;
use crate::store::{self, consumer};
use crate::workers::{self, OUT_BILLING, Sayer};

/// Most names that are offered for one that is not known.
const NEAR_MAX: usize = 3;
/// Two names are so far alike that one may be meant for the other.
const ALIKE_MIN: f64 = 0.75;

/// Verbs of consumers.
#[derive(Clone, Debug, Subcommand)]
pub enum Consumer {
    /// Make a durable queue for a program, with bindings to everybody who says what it hears
    Add(Add),
    /// List them, with what each hears and how many messages wait
    List,
    /// Delete the queue of one that nobody reads any more
    Remove(Remove),
}

/// Options of `leadmill consumer add`.
#[derive(Clone, Debug, clap::Args)]
#[command(after_long_help = "\
Examples:
  leadmill consumer add shop --hears 'quote.#' --hears order.created.v1
  leadmill consumer add warehouse --hears order.created.v1 --hears order.canceled.v1

The queue is called out.NAME. It is there from now on and keeps what is said until somebody reads it;
`leadmill migrate` binds it anew with each version. `leadmill grants rabbitmq` then knows a user
consumer_NAME that may read it and nothing else. Added again, it hears the new patterns too.")]
pub struct Add {
    /// What it is called: small letters, digits and `_`
    #[arg(value_parser = name)]
    name: String,
    /// A type as order.created.v1, or a pattern of types: `*` is one word, `#` any number
    #[arg(long, required = true, value_name = "PATTERN")]
    hears: Vec<String>,
}

/// Options of `leadmill consumer remove`.
#[derive(Clone, Debug, clap::Args)]
pub struct Remove {
    name: String,
    /// Also where messages wait in its queue: they are gone then
    #[arg(long)]
    with_messages: bool,
}

impl Consumer {
    pub(super) async fn run(&self, context: &Context) -> anyhow::Result<ExitCode> {
        let settings = context.settings().await?;
        let sayers = workers::sayers(&workers::all(&settings)?);
        match self {
            Self::Add(add) => add.run(context, &settings, &sayers).await,
            Self::List => list(context, &settings, &sayers).await,
            Self::Remove(remove) => remove.run(context, &settings, &sayers).await,
        }
    }
}

impl Add {
    async fn run(
        &self,
        context: &Context,
        settings: &Settings,
        sayers: &[Sayer],
    ) -> anyhow::Result<ExitCode> {
        let bare = |it: &String| it.strip_prefix(TYPE_PREFIX).unwrap_or(it).to_owned();
        let hears: Vec<_> = self.hears.iter().map(bare).collect();
        let unknown: Vec<_> = hears.iter().filter_map(|it| unknown(it, sayers)).collect();
        if !unknown.is_empty() {
            bail!("{}", unknown.join("\n"));
        }
        let queue = workers::queue_of_consumer(&self.name);
        if queue == OUT_BILLING {
            bail!("The queue `{queue}` exists in every installation; take another name.");
        }
        let mut conn = context.database(settings).await?;
        // The row first: a queue of which nothing is known would be bound to nothing new, for ever.
        let hears = consumer::add(&mut conn, &self.name, &hears).await.map_err(sentence)?;
        let _ = store::close(conn).await;
        let queue = workers::outward(&queue, &hears, sayers);
        let bindings = heard(&queue);
        let topology = Topology { exchanges: Vec::new(), queues: vec![queue.clone()] };
        topology.declare(&settings.broker).await?;
        let data = json!({
            "name": self.name, "queue": queue.name, "hears": hears,
            "bindings": bindings.iter().map(|(exchange, key)| json!({ "exchange": exchange, "routing_key": key })).collect::<Vec<_>>(),
        });
        let rows = bindings.iter().map(|(exchange, key)| [key.clone(), exchange.clone()]);
        let shown = table(["Type", "Exchange"], rows);
        context.output.print(&data, |_| {
            format!(
                "{shown}\nThe queue `{}` hears this from now on, and keeps it until it is read. Where \
                 users have rights of their own, run `leadmill grants rabbitmq` for its user \
                 `consumer_{}`.",
                queue.name, self.name
            )
        })?;
        Ok(ExitCode::SUCCESS)
    }
}

impl Remove {
    async fn run(
        &self,
        context: &Context,
        settings: &Settings,
        sayers: &[Sayer],
    ) -> anyhow::Result<ExitCode> {
        let mut conn = context.database(settings).await?;
        let all = consumer::list(&mut conn).await.map_err(sentence)?;
        let Some(found) = all.into_iter().find(|it| it.name == self.name) else {
            bail!("There is no consumer `{}`; `leadmill consumer list` names all.", self.name);
        };
        let queue = workers::queue_of_consumer(&found.name);
        let queue = workers::outward(&queue, &found.hears, sayers);
        let topology = Topology { exchanges: Vec::new(), queues: vec![queue] };
        // Nothing more is to come between the look and the end.
        topology.unbind(&settings.broker).await?;
        let depths = topology.depths(&settings.broker).await?;
        let (ready, readers) = depths.into_iter().find_map(|it| it.waiting).unwrap_or((0, 0));
        if readers > 0 || (ready > 0 && !self.with_messages) {
            topology.declare(&settings.broker).await?;
            let waiting = counted(usize::try_from(ready)?, "message waits", "messages wait");
            bail!(
                "{waiting} in `out.{}`, which has {readers} readers; end these first, and say \
                 --with-messages if what waits may be lost. Nothing was removed.",
                self.name
            );
        }
        topology.delete(&settings.broker).await?;
        consumer::remove(&mut conn, &self.name).await.map_err(sentence)?;
        let _ = store::close(conn).await;
        context.output.print(&json!({ "removed": self.name, "messages": ready }), |_| {
            format!("The queue `out.{}` is gone; its user may be deleted too.", self.name)
        })?;
        Ok(ExitCode::SUCCESS)
    }
}

async fn list(
    context: &Context,
    settings: &Settings,
    sayers: &[Sayer],
) -> anyhow::Result<ExitCode> {
    let mut conn = context.database(settings).await?;
    let all = consumer::list(&mut conn).await.map_err(sentence)?;
    let _ = store::close(conn).await;
    let queues = workers::consumer_queues(&all, sayers);
    let depths = Topology { exchanges: Vec::new(), queues }.depths(&settings.broker).await?;
    let shown: Vec<_> = all
        .iter()
        .zip(depths)
        .map(|(consumer, depth)| {
            json!({
                "name": consumer.name, "queue": depth.name, "hears": consumer.hears,
                "ready": depth.waiting.map(|(ready, _)| ready),
                "readers": depth.waiting.map(|(_, readers)| readers),
            })
        })
        .collect();
    context.output.print(&shown, |shown| {
        if shown.is_empty() {
            return "Nobody; `leadmill consumer add` makes one.".to_owned();
        }
        let number = |value: &serde_json::Value| {
            value.as_u64().map_or_else(|| "missing".to_owned(), |n| n.to_string())
        };
        let rows = shown.iter().zip(&all).map(|(one, consumer)| {
            let (ready, readers) = (number(&one["ready"]), number(&one["readers"]));
            [consumer.name.clone(), consumer.hears.join(", "), ready, readers]
        });
        table(["Consumer", "Hears", "Ready", "Readers"], rows).to_string()
    })?;
    Ok(ExitCode::SUCCESS)
}

/// What a queue hears, exchange and type, beside what is put back into it.
fn heard(queue: &Queue) -> Vec<(String, String)> {
    let bindings = queue.bindings.iter().filter(|binding| binding.exchange != REPLAY);
    bindings.map(|it| (it.exchange.clone(), it.routing_key.clone())).collect()
}

/// Why a pattern hears nothing, with the names that it comes near to.
fn unknown(pattern: &str, sayers: &[Sayer]) -> Option<String> {
    let says = sayers.iter().flat_map(|sayer| &sayer.says);
    let events = says.filter(|ty| ty.kind == MessageKind::Event).map(|ty| ty.name);
    let mut names: Vec<_> = events.collect();
    names.sort_unstable();
    names.dedup();
    if names.iter().any(|name| takes(pattern, name)) {
        return None;
    }
    let alike = |name: &&str| strsim::jaro_winkler(name, pattern);
    names.retain(|name| alike(name) >= ALIKE_MIN);
    names.sort_by(|a, b| alike(b).total_cmp(&alike(a)));
    let near: Vec<_> = names.iter().take(NEAR_MAX).map(|name| format!("`{name}`")).collect();
    let near = if near.is_empty() {
        String::new()
    } else {
        format!(" Near to it are {}.", near.join(", "))
    };
    Some(format!(
        "Nobody says anything that `{pattern}` takes.{near} `leadmill contract --list` names all types."
    ))
}

fn sentence(fault: store::Fault) -> anyhow::Error {
    anyhow!("{fault}")
}

/// The name of a consumer, as it stands in the names of a queue and of a user.
fn name(text: &str) -> Result<String, String> {
    let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_';
    let begins = text.bytes().next().is_some_and(|byte| byte.is_ascii_lowercase());
    if begins && text.bytes().all(plain) && text.len() <= 40 {
        return Ok(text.to_owned());
    }
    Err("use at most 40 small letters, digits and `_`, a letter first".into())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::settings::Sources;

    #[test]
    fn a_pattern_that_takes_nothing_is_refused_with_what_it_comes_near_to() {
        let settings = Sources::default().with_servers("postgres://h/d", "amqp://h").settings();
        let all = workers::all(&settings.expect("the built-in settings")).expect("workers");
        let sayers = workers::sayers(&all);
        for known in ["quote.#", "order.created.v1", "*.refused.v1", "#"] {
            assert_eq!(unknown(known, &sayers), None, "{known}");
        }
        let why = unknown("order.create.v1", &sayers).expect("unknown");
        assert!(why.contains("`order.created.v1`"), "{why}");
        // What leadmill says to itself alone is nobody's to hear.
        assert!(unknown("input.row.v1", &sayers).is_some());
        let all = workers::outward("out.all", &["#"], &sayers);
        assert!(all.bindings.iter().all(|binding| binding.routing_key != "input.row.v1"));
    }
}
