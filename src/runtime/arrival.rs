//! From a delivery to a typed message, or to the trouble with it. Runs before the transaction.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use chrono::Utc;
use domain::asker::Asker;
use domain::decide::{Arrived, Malformed, Refusal};
use domain::host::{Hosted, When};
use domain::ids::millis;
use domain::input::RAW_BYTES_MAX;
use domain::message::{MessageKind, MessageType, Subject};
use domain::raw::Kept;
use serde_json::Value;
use sha2::{Digest, Sha256};
use uuid::Uuid;

use crate::envelope::{Transport, open};
use crate::messaging::{Delivered, Outgoing, PROPERTIES_BYTES_MAX, properties_bytes};
use crate::rights::Rights;
use crate::store::parked::ParkedClass;
use crate::store::received::EXTERNAL_ID_BYTES_MAX;
use crate::workers::Sayer;

use super::asking::{SENDER_HEADER, asker, sender};
use super::kept::{hex, kept_headers, key};
use super::opening;
use super::origin::{Came, Origin, Ways};
use super::original::Original;
use super::panics::catch;

/// Counts how often a message came back from a delay queue.
pub const ATTEMPT_HEADER: &str = "x-attempt";
/// Largest message of the contract; a larger one is parked.
pub const MESSAGE_BYTES_MAX: usize = 16 * 1024 * 1024;
/// Room in the properties for what is added when a message is sent again.
const AGAIN_BYTES: usize = 1024;
/// No message comes back from a delay queue so often: what counts more is not ours.
const ATTEMPTS_MAX: u32 = 1_000;

/// A delivered message on its way through a batch.
pub struct Message {
    pub arrived: Arrived,
    pub origin: Origin,
    /// What a worker decides on, or why there is none.
    pub when: Result<When, Trouble>,
    /// Set where a command from outside does not fit its schema, but its subject could be read, and where
    /// who asks may not: it is claimed and refused without its worker, so that its sender hears of it.
    pub refused: Option<Refusal>,
    pub subject: Option<Subject>,
    /// How often it came back from a delay queue.
    pub attempt: u32,
    /// The broker may have given it out before.
    pub redelivered: bool,
    /// Who the broker says sent it; none: anybody.
    pub sender: Option<String>,
    /// The person for whom a sender outside speaks.
    pub actor: Option<Arc<str>>,
    /// Who asks, and what they may.
    pub asker: Asker,
    pub correlation: Option<Uuid>,
    pub traceparent: Option<String>,
    /// The headers as a row keeps them.
    pub headers: Value,
    /// As it came, for parking and for the delay queues.
    pub original: Original,
    /// The text that is read in place of what came, and stored beside it: the list in a workbook that was opened, or
    /// one without its secrets.
    pub opened: Option<Bytes>,
    /// What came is not stored.
    pub unkept: bool,
}

/// Our own trouble with a message, which will be parked.
#[derive(Clone, Debug)]
pub struct Trouble {
    pub class: ParkedClass,
    pub reason: String,
}

impl Message {
    /// Opens and reads a delivery; `sayers` are all who say something. Never fails and never panics:
    /// trouble is part of the message.
    pub fn of(
        worker: &dyn Hosted,
        sayers: &[Sayer],
        rights: &Rights,
        delivered: Delivered,
    ) -> Self {
        let raw = worker.raw_queues().contains(&delivered.queue.as_str());
        let headers_in = lower(&delivered.headers);
        let came = Came::by(&delivered.exchange, worker.name());
        let attempt = headers_in.get(ATTEMPT_HEADER).filter(|_| came == Came::Back);
        let attempt = attempt.and_then(|n| n.parse().ok()).unwrap_or(0).min(ATTEMPTS_MAX);
        let (redelivered, sender) = (delivered.redelivered, sender(&delivered));
        let headers = kept_headers(&headers_in);
        let queue = delivered.queue.clone();
        let original = Original::of(delivered);
        let arrived = Arrived {
            queue,
            content_type: original.content_type.clone(),
            headers: headers_in,
            body: original.body.clone(),
            ..Arrived::default()
        };
        let mut message = Self {
            arrived,
            origin: Origin::Nobody,
            when: Err(Trouble { class: ParkedClass::Envelope, reason: String::new() }),
            refused: None,
            subject: None,
            attempt,
            redelivered,
            sender,
            actor: None,
            asker: Asker::OURSELVES,
            correlation: None,
            traceparent: None,
            headers,
            original,
            opened: None,
            unkept: false,
        };
        if raw {
            message.read_raw(worker);
            message.keep(worker);
        } else {
            message.read_enveloped(worker, &Ways { sayers, rights, came });
        }
        if let Ok(when) = &message.when {
            message.subject = worker.subject(when);
        }
        message
    }

    /// The `source` as decisions and refusals see it.
    pub fn source(&self) -> String {
        match &self.origin {
            Origin::Ours { worker, .. } => format!("{}{worker}", crate::envelope::SOURCE_PREFIX),
            Origin::Outside { source, .. } => source.clone(),
            Origin::Nobody => String::new(),
        }
    }

    /// The id by which the sender knows it.
    pub fn external_id(&self) -> String {
        match &self.origin {
            Origin::Ours { id, .. } => id.to_string(),
            Origin::Outside { external_id, .. } => external_id.clone(),
            Origin::Nobody => self.original.message_id.clone().unwrap_or_default(),
        }
    }

    pub const fn is_from_outside(&self) -> bool {
        matches!(self.origin, Origin::Outside { .. })
    }

    pub fn is_raw(&self) -> bool {
        matches!(self.origin, Origin::Outside { raw: true, .. })
    }

    /// The same message, to come back to the same queue; `id` is for what came without one.
    pub fn again(&self, exchange: String, id: Uuid) -> Outgoing {
        let original = &self.original;
        let ours = |name: &String| [ATTEMPT_HEADER, SENDER_HEADER].contains(&name.as_str());
        let headers = self.arrived.headers.iter().filter(|(name, _)| !ours(name));
        let headers = headers.map(|(name, value)| (name.clone(), value.clone()));
        let from = self.sender.clone().map(|from| (SENDER_HEADER.to_owned(), from));
        let sent = original.message_id.as_ref().filter(|id| !id.is_empty());
        let attempt = (ATTEMPT_HEADER.to_owned(), (self.attempt + 1).to_string());
        Outgoing {
            exchange,
            routing_key: self.arrived.queue.clone(),
            body: original.body.clone(),
            content_type: original.content_type.clone().unwrap_or_default(),
            // Where the transport gives none, the envelope in the body has its own.
            message_id: sent.cloned().unwrap_or_else(|| id.to_string()),
            kind: original.kind.clone().unwrap_or_default(),
            correlation_id: None,
            app_id: original.app_id.clone().unwrap_or_default(),
            timestamp: original.timestamp.unwrap_or(0),
            headers: headers.chain([attempt]).chain(from).collect(),
            mandatory: true,
        }
    }

    fn read_raw(&mut self, worker: &dyn Hosted) {
        let vendor = catch(|| worker.external_id(&self.arrived)).ok().flatten();
        // Of a mail what identifies it: the header and a gateway's wrapping differ from copy to copy.
        let identified = vendor.as_ref().filter(|id| id.tells_content);
        let content = identified.map_or(&self.original.body[..], |id| id.key.as_bytes());
        let digest: [u8; 32] = Sha256::digest(content).into();
        let sent = self.original.message_id.as_ref().filter(|id| !id.is_empty());
        let external_id = vendor.map(|id| id.key).or_else(|| sent.cloned());
        let external_id = external_id.unwrap_or_else(|| format!("sha256:{}", hex(&digest)));
        let source = self.arrived.queue.clone();
        let external_id = key(&external_id, EXTERNAL_ID_BYTES_MAX);
        self.origin = Origin::Outside { source, external_id, digest, raw: true };
        self.traceparent = self.arrived.headers.get("traceparent").and_then(|sent| trace(sent));
        let size = self.original.body.len();
        self.when = if size > RAW_BYTES_MAX {
            let reason = format!(
                "The input has {size} bytes; the most that is read is {RAW_BYTES_MAX}. Send it in \
                 parts, as `leadmill send import` does."
            );
            self.broken(worker, ParkedClass::TooLarge, &reason)
        } else if let Err(reason) = self.open_workbook(worker) {
            self.broken(worker, ParkedClass::Schema, &reason)
        } else {
            match catch(|| worker.read(&self.arrived)) {
                Ok(Ok(when)) => Ok(when),
                Ok(Err(malformed)) => self.broken(worker, ParkedClass::Schema, &malformed.reason),
                Err(panic) => self.broken(worker, ParkedClass::Panic, &panic),
            }
        };
    }

    /// Settles which of its bytes are stored. A worker that cannot say loses nothing.
    fn keep(&mut self, worker: &dyn Hosted) {
        let Ok(when) = &self.when else { return };
        match catch(|| worker.kept(&self.arrived, when)).unwrap_or(Kept::AsItCame) {
            Kept::AsItCame => return,
            Kept::Nothing => self.opened = None,
            Kept::Instead(text) => self.opened = Some(text),
        }
        self.unkept = true;
    }

    /// Readers see the list in a workbook. What came stays as it is.
    fn open_workbook(&mut self, worker: &dyn Hosted) -> Result<(), String> {
        if worker.opens(&self.arrived.queue) {
            self.opened = opening::open_list(&mut self.arrived)?;
        }
        Ok(())
    }

    fn broken(
        &self,
        worker: &dyn Hosted,
        class: ParkedClass,
        reason: &str,
    ) -> Result<When, Trouble> {
        let held = worker.broken(&self.arrived, reason);
        held.ok_or_else(|| Trouble { class, reason: reason.to_owned() })
    }

    fn read_enveloped(&mut self, worker: &dyn Hosted, ways: &Ways<'_>) {
        let trouble = |class, reason| Err(Trouble { class, reason });
        let size = self.original.body.len();
        if size > MESSAGE_BYTES_MAX {
            let reason =
                format!("The message has {size} bytes; the most allowed is {MESSAGE_BYTES_MAX}.");
            self.when = trouble(ParkedClass::TooLarge, reason);
            return;
        }
        // It may have to wait, or be put back by a person: then it is sent again.
        let original = &self.original;
        let texts =
            [&original.content_type, &original.message_id, &original.kind, &original.app_id];
        let texts = texts.into_iter().filter_map(Option::as_deref);
        let headers = self.arrived.headers.iter().map(|(n, v)| (n.as_str(), v.as_str()));
        let size = properties_bytes(texts, headers);
        if size > PROPERTIES_BYTES_MAX - AGAIN_BYTES {
            let reason = format!(
                "The message has {} headers, which with its properties would be {size} bytes when \
                 it is sent again; the most allowed is {}. Send what they say in its data.",
                self.arrived.headers.len(),
                PROPERTIES_BYTES_MAX - AGAIN_BYTES
            );
            self.when = trouble(ParkedClass::TooLarge, reason);
            return;
        }
        let transport = Transport {
            content_type: self.original.content_type.as_deref(),
            message_id: self.original.message_id.as_deref(),
            kind: self.original.kind.as_deref(),
            app_id: self.original.app_id.as_deref(),
            headers: &self.arrived.headers,
        };
        let opened = match open(transport, &self.original.body) {
            Ok(opened) => opened,
            Err(reason) => {
                self.when = trouble(ParkedClass::Envelope, reason);
                return;
            }
        };
        match ways.origin(&opened, self.sender.as_deref()) {
            Ok(origin) => self.origin = origin,
            Err(reason) => {
                self.when = trouble(ParkedClass::Envelope, reason);
                return;
            }
        }
        let heard = worker.hears().iter().copied().find(|ty| ty.name == opened.ty);
        self.arrived.outside = self.is_from_outside();
        self.actor = opened.actor.filter(|_| self.arrived.outside).map(Arc::from);
        self.correlation = opened.correlation;
        self.traceparent = opened.traceparent.as_deref().and_then(trace);
        self.arrived.ty = Some(opened.ty);
        self.arrived.body = opened.data;
        self.when = match catch(|| worker.read(&self.arrived)) {
            Ok(Ok(when)) => match self.permit(heard.zip(worker.subject(&when)), ways.rights) {
                Ok(()) => Ok(when),
                Err(why) => trouble(ParkedClass::Schema, why),
            },
            Ok(Err(malformed)) if let Some(ty) = heard => {
                self.refuse(ty, &malformed);
                trouble(ParkedClass::Schema, malformed.reason)
            }
            Ok(Err(malformed)) => trouble(ParkedClass::Type, malformed.reason),
            Err(panic) => trouble(ParkedClass::Panic, panic),
        };
    }

    /// Whether who asks from outside may: else it is refused, whatever its worker would say.
    fn permit(
        &mut self,
        asked: Option<(&MessageType, Subject)>,
        rights: &Rights,
    ) -> Result<(), String> {
        if !self.arrived.outside {
            return Ok(());
        }
        let Some(asked) = asked else {
            return Err("Nobody can say who may ask for it: it is about nothing.".to_owned());
        };
        match asker(rights, (self.sender.as_deref(), self.actor.as_ref()), asked) {
            Ok(asker) => self.asker = asker,
            Err(refusal) => {
                self.subject = Some(asked.1);
                let why = refusal.reason().message.clone();
                self.refused = Some(refusal);
                return Err(why);
            }
        }
        Ok(())
    }

    /// Data that does not fit is the sender's matter where it can be told what the command is about.
    fn refuse(&mut self, ty: &MessageType, malformed: &Malformed) {
        if !self.arrived.outside || ty.kind != MessageKind::Command {
            return;
        }
        self.subject = self.arrived.about(ty);
        self.refused = self.subject.map(|subject| malformed.refusal(subject));
    }
}

/// A `traceparent` as W3C Trace Context writes it; what is none is left out, since it goes on with
/// every message that follows.
fn trace(sent: &str) -> Option<String> {
    const LENGTHS: [usize; 4] = [2, 32, 16, 2];
    let parts: Vec<_> = sent.split('-').collect();
    let hex = |part: &&str| part.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'));
    let fits = parts.iter().map(|part| part.len()).eq(LENGTHS) && parts.iter().all(hex);
    fits.then(|| sent.to_owned())
}

/// How long ago the first message of a batch, its oldest, was said; `None` where it does not tell. Ours
/// say it to the millisecond by their ids, others to the second by their property.
pub fn age(batch: &[Delivered]) -> Option<Duration> {
    let first = batch.first()?;
    let id = first.message_id.as_deref().and_then(|id| id.parse::<Uuid>().ok());
    let ours = id.filter(|id| id.get_version_num() == 7).map(millis);
    let sent = first.timestamp.filter(|at| *at > 0).and_then(|at| at.checked_mul(1_000));
    let now = u64::try_from(Utc::now().timestamp_millis()).ok()?;
    Some(Duration::from_millis(now.saturating_sub(ours.or(sent)?)))
}

fn lower(headers: &BTreeMap<String, String>) -> BTreeMap<String, String> {
    headers.iter().map(|(name, value)| (name.to_ascii_lowercase(), value.clone())).collect()
}
