//! Replaying: the original bytes go back into the queue that they came from.
//!
//! A message of ours goes under a new id, so that it is young enough for the inbox and no claim of
//! its first life is in its way; the header `x-original-id` keeps the old one. What came from outside
//! goes as it came: its sender's key is what it is known by.
//!
//! Nothing is lost and nothing happens twice, wherever this ends:
//! 1. The new id is reserved in the row and committed ([`store::replay::reserve`]).
//! 2. The row is locked, the message published, the confirm awaited, the row marked, the lock given
//!    back. Whoever dies in between leaves a parked row; replayed again, the message goes out under
//!    the same id (or its sender's key), and the claim of the inbox or of `received` recognises it.
//! 3. A worker that parks the very same bytes again meanwhile waits for that lock, and then opens
//!    the row again.

use std::collections::BTreeMap;
use std::process::ExitCode;

use anyhow::bail;
use chrono::Utc;
use domain::ids::minted;
use domain::message::TYPE_PREFIX;
use serde::Serialize;
use serde_json::json;
use serde_json::value::RawValue;
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::super::Context;
use super::super::time::counted;
use super::wording::{class, not_open, sentence, unknown};
use crate::envelope::SOURCE_PREFIX;
use crate::messaging::{Outgoing, Publisher, REPLAY};
use crate::runtime::{ATTEMPT_HEADER, SENDER_HEADER};
use crate::store::parked::{self, Closing, Parked, ParkedClass, ParkedFilter, ParkedState};
use crate::store::{self, Connection, replay};
use crate::workers::{self, CLOCK, OUT_BILLING};

/// Most messages that one call replays; call it again for the rest.
const REPLAYS_MAX: u32 = 1_000;
/// Keeps the id of the first life.
const ORIGINAL_HEADER: &str = "x-original-id";

/// Options of `leadmill parked replay`.
#[derive(Clone, Debug, clap::Args)]
pub struct Replay {
    #[arg(value_name = "ID", required_unless_present = "all_of_class")]
    ids: Vec<Uuid>,
    /// All open messages of this class
    #[arg(long, value_name = "CLASS", value_parser = class, conflicts_with = "ids")]
    all_of_class: Option<ParkedClass>,
}

/// A message that is in its queue again.
#[derive(Serialize)]
struct Replayed {
    id: Uuid,
    queue: String,
    replayed_as: Uuid,
}

/// What a replay works with.
struct Desk {
    conn: Connection,
    publisher: Publisher,
    /// Queue by queue, the worker that works on it; none works on an outward queue.
    queues: BTreeMap<String, String>,
}

impl Replay {
    pub(super) async fn run(&self, context: &Context) -> anyhow::Result<ExitCode> {
        let settings = context.settings().await?;
        let all = workers::all(&settings)?;
        let queues = all.iter().flat_map(|worker| {
            let name = worker.name().to_owned();
            let names = workers::queue_names(&**worker).into_iter();
            names.map(move |queue| (queue.to_owned(), name.clone()))
        });
        // What others consume goes back as it was said: they know it by its id.
        let mut conn = context.database(&settings).await?;
        let consumers = store::consumer::list(&mut conn).await.map_err(sentence)?;
        let outward = consumers.iter().map(|it| workers::queue_of_consumer(&it.name));
        let outward = outward.chain([OUT_BILLING.to_owned()]).map(|it| (it, String::new()));
        let queues = queues.chain(outward).collect();
        let ids = self.ids(&mut conn).await?;
        let link = context.broker(&settings).await?;
        let mut desk = Desk { conn, publisher: link.publisher(), queues };
        let (mut done, mut problems) = (Vec::new(), Vec::new());
        for id in ids {
            match desk.replay(id).await {
                Ok(replayed) => done.push(replayed),
                Err(error) => problems.push(format!("{error:#}")),
            }
        }
        let _ = store::close(desk.conn).await;
        let _ = link.close().await;
        let data = json!({ "replayed": done, "problems": problems });
        context.output.print(&data, |_| {
            let n = counted(
                done.len(),
                "message is back in its queue",
                "messages are back in their queues",
            );
            let ids = done.iter().map(|one| format!("  {} as {}", one.id, one.replayed_as));
            let mut lines = vec![format!("{n}.")];
            lines.extend(ids.chain(problems.iter().cloned()));
            lines.join("\n")
        })?;
        Ok(if problems.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
    }

    async fn ids(&self, conn: &mut Connection) -> anyhow::Result<Vec<Uuid>> {
        if self.all_of_class.is_none() {
            return Ok(self.ids.clone());
        }
        let state = Some(ParkedState::Parked);
        let filter = ParkedFilter { worker: None, class: self.all_of_class, state };
        let mut lines = parked::list(conn, filter, REPLAYS_MAX).await.map_err(sentence)?;
        // Oldest first, as they came.
        lines.reverse();
        Ok(lines.into_iter().map(|line| line.id).collect())
    }
}

impl Desk {
    async fn replay(&mut self, id: Uuid) -> anyhow::Result<Replayed> {
        let found = parked::show(&mut self.conn, id).await.map_err(sentence)?;
        let Some(found) = found else { bail!(unknown(id)) };
        let queue = found.line.queue.clone();
        self.check(&found).await?;
        let body = found.body.as_deref().unwrap_or_default();
        let envelope = Envelope::of_ours(body);
        if let Some(envelope) = &envelope {
            self.check_said(&found, envelope).await?;
        }
        let envelope = envelope.filter(|_| !self.outward(&queue));
        let replayed_as = match &envelope {
            Some(_) => {
                let random = fastrand::u128(..).to_be_bytes();
                let new = minted(Utc::now(), std::array::from_fn(|n| random[n]));
                let reserved = replay::reserve(&mut self.conn, id, new).await.map_err(sentence)?;
                let Some(reserved) = reserved else { bail!(not_open(&mut self.conn, id).await?) };
                reserved
            }
            // Its sender's key is its name; the row has no better one.
            None => found.line.message.unwrap_or(id),
        };
        let outgoing = outgoing(&found, envelope, replayed_as)?;
        if let Err(why) = outgoing.check() {
            bail!("{id} cannot be sent again: {why}. Discard it, or have its content sent anew.");
        }
        store::begin(&mut self.conn).await.map_err(sentence)?;
        let published = self.publish(id, outgoing, replayed_as).await;
        let ended = match &published {
            Ok(()) => store::commit(&mut self.conn).await,
            Err(_) => store::rollback(&mut self.conn).await,
        };
        published?;
        ended.map_err(sentence)?;
        Ok(Replayed { id, queue, replayed_as })
    }

    /// Whether others consume the queue: they know a message by the id that it has.
    fn outward(&self, queue: &str) -> bool {
        self.queues.get(queue).is_some_and(String::is_empty)
    }

    /// Inside one transaction: lock, publish, await the confirm, mark.
    async fn publish(&mut self, id: Uuid, outgoing: Outgoing, new_id: Uuid) -> anyhow::Result<()> {
        if !replay::lock(&mut self.conn, id).await.map_err(sentence)? {
            bail!("{id} was closed by somebody else just now.");
        }
        self.publisher.publish([outgoing]).await?;
        let how = Closing::Replayed { new_id };
        parked::close(&mut self.conn, id, how, "leadmill parked replay").await.map_err(sentence)?;
        Ok(())
    }

    /// What is put back is believed: so a message of ours must be one that a worker has said.
    async fn check_said(&mut self, found: &Parked, envelope: &Envelope) -> anyhow::Result<()> {
        let text = |field: &str| envelope.text(field).unwrap_or_default();
        let (source, ty) = (text("source"), text("type"));
        let (worker, ty) = (source.strip_prefix(SOURCE_PREFIX), ty.strip_prefix(TYPE_PREFIX));
        let id = original(found, envelope).and_then(|id| id.parse().ok());
        let data = envelope.0.get("data").map_or("null", |data| data.get());
        if let (Some(id), Some(worker), Some(ty)) = (id, worker, ty) {
            let said = replay::said(&mut self.conn, id, (worker, ty), data).await;
            if said.map_err(sentence)? {
                return Ok(());
            }
        }
        bail!(
            "{} poses as a message of `{source}`, which never said it like this; find out who sent it \
             (`leadmill parked show {0}`), and discard it.",
            found.line.id
        )
    }

    /// Whether a replay can do any good.
    async fn check(&mut self, found: &Parked) -> anyhow::Result<()> {
        let line = &found.line;
        if line.state != ParkedState::Parked {
            bail!("{} is {} already.", line.id, line.state.into_str());
        }
        if found.body.is_none() {
            bail!("The bytes of {} were erased on request; discard it.", line.id);
        }
        let Some(worker) = self.queues.get(&line.queue) else {
            bail!(
                "{} came from the queue `{}`, which no worker of this version works on; discard it, \
                 or send its content anew.",
                line.id,
                line.queue
            );
        };
        // What died was parked by the clock for everybody; the rest each worker parks for itself.
        if line.worker != CLOCK && line.worker != *worker {
            bail!(
                "{} was parked by {1}, and {1} does not work on the queue `{2}`: nothing that leadmill \
                 does leaves such a row. Discard it.",
                line.id,
                line.worker,
                line.queue
            );
        }
        let Some(message) = line.message else { return Ok(()) };
        let workers: Vec<_> = self.queues.get(&line.queue).cloned().into_iter().collect();
        let handled = replay::handled(&mut self.conn, message, &workers).await.map_err(sentence)?;
        if let Some(worker) = handled.claimed_by {
            bail!(
                "{} was handled by {worker} before it was given up, so that a replay would do it \
                 twice. Look at it with `leadmill trace {message}` and discard it.",
                line.id
            );
        }
        if let Some(verdict) = handled.verdict {
            bail!(
                "{} is a raw input that is kept and {verdict}; a replay would only be counted as a \
                 repeat. Send `input.release` or `input.reject` for {message}, and discard this one.",
                line.id
            );
        }
        Ok(())
    }
}

/// The id under which a message of ours was said first.
fn original(found: &Parked, envelope: &Envelope) -> Option<String> {
    let kept = found.headers.as_ref().and_then(|headers| headers.get(ORIGINAL_HEADER)?.as_str());
    kept.map(str::to_owned).or_else(|| envelope.text("id"))
}

/// A message of ours, its fields as they are written.
struct Envelope(BTreeMap<String, Box<RawValue>>);

impl Envelope {
    /// `None` where it does not come from one of our workers.
    fn of_ours(body: &[u8]) -> Option<Self> {
        let fields: BTreeMap<String, Box<RawValue>> = serde_json::from_slice(body).ok()?;
        let envelope = Self(fields);
        envelope.text("source")?.starts_with(SOURCE_PREFIX).then_some(envelope)
    }

    fn text(&self, field: &str) -> Option<String> {
        serde_json::from_str(self.0.get(field)?.get()).ok()
    }

    /// The same under another id; every other field keeps its bytes.
    fn renamed(mut self, id: Uuid) -> serde_json::Result<Vec<u8>> {
        self.0.insert("id".into(), serde_json::value::to_raw_value(&id)?);
        serde_json::to_vec(&self.0)
    }
}

fn outgoing(found: &Parked, envelope: Option<Envelope>, new_id: Uuid) -> anyhow::Result<Outgoing> {
    let body = found.body.as_deref().unwrap_or_default();
    let text = |name: &str| found.properties.get(name).and_then(|v| v.as_str()).map(str::to_owned);
    let stripped = |name: &str| [ATTEMPT_HEADER, ORIGINAL_HEADER, SENDER_HEADER].contains(&name);
    let headers = found.headers.as_ref().and_then(|headers| headers.as_object());
    let headers = headers.into_iter().flatten().filter(|(name, _)| !stripped(name));
    let headers = headers.map(|(name, value)| {
        (name.clone(), value.as_str().map_or_else(|| value.to_string(), str::to_owned))
    });
    let sender = found.line.sender.clone().map(|sender| (SENDER_HEADER.to_owned(), sender));
    let mut headers: Vec<_> = headers.chain(sender).collect();
    let correlation_id = envelope.as_ref().and_then(|envelope| envelope.text("correlationid"));
    // Without an id the input is known by its digest; this names it the same.
    let digest = || {
        let digest = Sha256::digest(body);
        format!("sha256:{}", digest.iter().map(|byte| format!("{byte:02x}")).collect::<String>())
    };
    let (message_id, body) = match envelope {
        Some(envelope) => {
            headers.extend(original(found, &envelope).map(|id| (ORIGINAL_HEADER.to_owned(), id)));
            (new_id.to_string(), envelope.renamed(new_id)?)
        }
        None => {
            let sent = text("message_id").filter(|id| !id.is_empty());
            (sent.unwrap_or_else(digest), body.to_vec())
        }
    };
    Ok(Outgoing {
        exchange: REPLAY.to_owned(),
        routing_key: found.line.queue.clone(),
        body: body.into(),
        content_type: text("content_type").unwrap_or_default(),
        message_id,
        kind: text("type").unwrap_or_default(),
        correlation_id,
        app_id: text("app_id").unwrap_or_default(),
        timestamp: found
            .properties
            .get("timestamp")
            .and_then(serde_json::Value::as_u64)
            .unwrap_or(0),
        headers,
        mandatory: true,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_of_ours_is_renamed_and_otherwise_keeps_its_bytes() {
        let body = br#"{"specversion":"1.0","id":"a","source":"urn:leadmill:intake","data":{"z": 1.50,"a":[]}}"#;
        let id = Uuid::from_u128(7);
        let renamed = Envelope::of_ours(body).map(|envelope| envelope.renamed(id));
        let renamed = String::from_utf8(renamed.unwrap().unwrap()).unwrap();
        assert!(renamed.contains(&format!(r#""id":"{id}""#)), "{renamed}");
        assert!(renamed.contains(r#""data":{"z": 1.50,"a":[]}"#), "{renamed}");
    }

    #[test]
    fn what_came_from_outside_is_none_of_ours() {
        for body in [&br#"{"id":"a","source":"urn:shop"}"#[..], b"name=Ada", b""] {
            assert!(Envelope::of_ours(body).is_none());
        }
    }
}
