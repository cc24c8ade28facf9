//! What a batch leaves behind: the rows of the log, and the messages that are published of them.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use domain::answers::{self, AlreadyDone, Refused};
use domain::decide::{Already, Later, Reason, Refusal};
use domain::host::Hosted;
use domain::ids::derived;
use domain::message::{MessageKind, MessageType, Said, Subject, SubjectKind};
use domain::world::Sequenced;
use sha2::{Digest, Sha256};
use sqlx::PgConnection;
use uuid::Uuid;

use super::arrival::{ATTEMPT_HEADER, Message, Origin, Trouble};
use super::decision::Verdict;
use super::publish::outgoing;
use super::transaction::{Committed, Stop};
use crate::messaging::{Delay, Outgoing};
use crate::store::event::{NewEvent, StoredEvent};
use crate::store::nothing::NewNothing;
use crate::store::parked::{Class, NewParked};
use crate::store::refusal::NewRefusal;
use crate::store::schedule::NewTimer;
use crate::store::{self, batch::NewBatch};

/// Ordinals of messages lie apart from those of records, so that their ids never meet.
const SAYS_FROM: u32 = 1 << 16;
/// How long our own messages wait for what they need.
const OWN_WAITS: [Delay; 4] =
    [Delay::Seconds2, Delay::Seconds15, Delay::Minutes2, Delay::Minutes15];
/// How long commands from outside wait, whose sender waits too.
const OUTSIDE_WAITS: [Delay; 2] = [Delay::Seconds2, Delay::Seconds15];

/// The rows of one batch, gathered.
pub struct Records<'a> {
    worker: &'a dyn Hosted,
    batch: Uuid,
    now: DateTime<Utc>,
    heard: &'a BTreeSet<&'static str>,
    events: Vec<NewEvent>,
    refusals: Vec<NewRefusal>,
    parked: Vec<NewParked>,
    nothing: Vec<NewNothing>,
    timers: Vec<NewTimer>,
    /// Claims given back, because the message waits: ours and from outside.
    back: (Vec<Uuid>, Vec<Uuid>),
    delayed: Vec<Outgoing>,
}

impl<'a> Records<'a> {
    pub fn new(
        worker: &'a dyn Hosted,
        batch: Uuid,
        now: DateTime<Utc>,
        heard: &'a BTreeSet<&'static str>,
    ) -> Self {
        Self {
            worker,
            batch,
            now,
            heard,
            events: Vec::new(),
            refusals: Vec::new(),
            parked: Vec::new(),
            nothing: Vec::new(),
            timers: Vec::new(),
            back: (Vec::new(), Vec::new()),
            delayed: Vec::new(),
        }
    }

    /// What follows from one message.
    pub fn verdict(&mut self, message: &Message, id: Uuid, correlation: Uuid, verdict: Verdict) {
        match verdict {
            Verdict::Said { says, later } => {
                for (ordinal, said) in (SAYS_FROM..).zip(says) {
                    self.say(message, id, correlation, ordinal, said);
                }
                for (ordinal, timer) in (2 * SAYS_FROM..).zip(later) {
                    self.timer(id, correlation, ordinal, timer);
                }
            }
            Verdict::Already(already) => self.already(message, id, correlation, &already),
            Verdict::Nothing => self.nothing(id, "Nothing follows."),
            Verdict::Refused(refusal) => self.refuse(message, id, correlation, refusal),
        }
    }

    /// A command whose id was used before, with other content. What was decided then stands.
    pub fn conflict(&mut self, message: &Message, id: Uuid) {
        let reason = Reason {
            subject: message.subject.map_or(SubjectKind::Input, |subject| subject.kind),
            named: message.subject.map_or(id, |subject| subject.id).to_string(),
            rule: "conflicting_repeat",
            found: "known".into(),
            message: format!(
                "The id `{}` of `{}` was used before with other content; send new content under a \
                 new id.",
                message.external_id(),
                message.source()
            ),
        };
        if message.is_raw() {
            let trouble = Trouble { class: Class::InputFault, reason: reason.message };
            // The id belongs to the first arrival, which has its verdict; this one lies beside it.
            self.park(message, None, &trouble);
        } else {
            // An answer of its own each time: the first arrival has used the derived ids.
            let digest = Sha256::digest(&message.original.body);
            let ordinal = u32::from_be_bytes([0x40 | digest[0] & 0x3f, digest[1], digest[2], digest[3]]);
            self.answer_refusal(message, (id, ordinal), id, &reason);
            self.refusals.push(self.refusal_row(message, id, id, reason, true));
        }
    }

    /// Our own trouble: the message is kept as it came.
    pub fn park(&mut self, message: &Message, id: Option<Uuid>, trouble: &Trouble) {
        let digest = Sha256::new()
            .chain_update(message.arrived.queue.as_bytes())
            .chain_update(&message.original.body)
            .finalize();
        let mut random = [0; 10];
        random.copy_from_slice(&digest[..10]);
        let row = id.unwrap_or_else(|| uuid::Builder::from_unix_timestamp_millis(0, &random).into_uuid());
        let original = &message.original;
        self.parked.push(NewParked {
            id: row,
            worker: self.worker.name().to_owned(),
            queue: message.arrived.queue.clone(),
            message: id,
            class: trouble.class,
            reason: trouble.reason.replace('\0', "\u{fffd}"),
            history: serde_json::json!([{
                "at": self.now,
                "delivery_count": original.delivery_count,
                "attempt": message.attempt,
            }]),
            headers: serde_json::json!(message.arrived.headers),
            properties: serde_json::json!({
                "routing_key": original.routing_key,
                "content_type": original.content_type,
                "message_id": original.message_id,
                "type": original.kind,
                "app_id": original.app_id,
                "timestamp": original.timestamp,
            }),
            body: original.body.to_vec(),
        });
    }

    /// Writes everything, one statement per table, and gives what is to be published: first the
    /// events of earlier batches whose cause came again, then the new ones.
    pub async fn write(
        self,
        conn: &mut PgConnection,
        taken_at: DateTime<Utc>,
        messages: usize,
        again: Vec<StoredEvent>,
    ) -> Result<Committed, Stop> {
        let name = self.worker.name();
        store::inbox::give_back(conn, name, &self.back.0).await?;
        store::received::give_back(conn, &self.back.1).await?;
        store::event::append(conn, &self.events).await?;
        store::refusal::insert(conn, &self.refusals).await?;
        store::nothing::insert(conn, &self.nothing).await?;
        store::parked::insert(conn, &self.parked).await?;
        store::schedule::insert(conn, &self.timers).await?;
        let mut batches: BTreeSet<Uuid> = again.iter().map(|event| event.batch).collect();
        if messages > 0 || !self.events.is_empty() {
            let said_nothing = self.events.is_empty();
            let row = NewBatch {
                id: self.batch,
                worker: name.to_owned(),
                taken_at,
                decided_at: Utc::now(),
                published_at: said_nothing.then(Utc::now),
                messages,
                events: self.events.len(),
            };
            store::batch::insert(conn, &row).await?;
            if !said_nothing {
                batches.insert(self.batch);
            }
        }
        let again = again.iter().map(|event| outgoing(event.as_sent(), self.heard));
        let new = self.events.iter().map(|event| outgoing(event.as_sent(), self.heard));
        let outgoing: Vec<_> = again.chain(new).chain(self.delayed.into_iter().map(Ok)).collect::<Result<_, _>>()?;
        Ok(Committed { outgoing, batches: batches.into_iter().collect() })
    }

    fn say(&mut self, message: &Message, cause: Uuid, correlation: Uuid, ordinal: u32, said: Sequenced) {
        let id = derived(cause, self.worker.name(), ordinal);
        let Sequenced { said: Said { ty, subject, data }, sequence, begins } = said;
        let correlation = if begins { id } else { correlation };
        self.push(message, NewEvent {
            ty,
            subject,
            sequence,
            data,
            ..self.event(id, cause, correlation)
        });
    }

    fn event(&self, id: Uuid, cause: Uuid, correlation: Uuid) -> NewEvent {
        NewEvent {
            id,
            at: self.now,
            worker: self.worker.name(),
            ty: answers::refused(SubjectKind::Input),
            subject: Subject { kind: SubjectKind::Input, id },
            sequence: None,
            correlation,
            cause,
            batch: self.batch,
            traceparent: None,
            data: String::new(),
        }
    }

    fn push(&mut self, message: &Message, event: NewEvent) {
        self.events.push(NewEvent { traceparent: message.traceparent.clone(), ..event });
    }

    fn timer(&mut self, cause: Uuid, correlation: Uuid, ordinal: u32, timer: Later<Said>) {
        let Later { due, message } = timer;
        self.timers.push(NewTimer {
            id: derived(cause, self.worker.name(), ordinal),
            due_at: due,
            ty: message.ty,
            key: message.subject.id.to_string(),
            subject: message.subject,
            data: message.data,
            correlation,
            cause,
        });
    }

    fn nothing(&mut self, id: Uuid, why: &str) {
        let (worker, batch) = (self.worker.name().to_owned(), self.batch);
        self.nothing.push(NewNothing { worker, id, batch, why: why.to_owned() });
    }

    /// Our own messages need no answer; a sender outside waits for one.
    fn already(&mut self, message: &Message, id: Uuid, correlation: Uuid, already: &Already) {
        self.nothing(id, &format!("The {} {} holds it already.", already.subject, already.id));
        let Some((ty, subject)) = asked(message) else { return };
        let data = AlreadyDone {
            command: message.external_id(),
            command_source: message.source(),
            command_type: ty,
            already: true,
            record_kind: already.subject,
            record: already.id,
            reference: already.reference.clone(),
        };
        let answer = derived(id, self.worker.name(), SAYS_FROM);
        let event = NewEvent {
            ty: answers::already(subject.kind),
            subject,
            data: json(&data),
            ..self.event(answer, id, correlation)
        };
        self.push(message, event);
    }

    fn refuse(&mut self, message: &Message, id: Uuid, correlation: Uuid, refusal: Refusal) {
        let outside = matches!(message.origin, Origin::Outside { .. });
        let waits: &[Delay] = if outside { &OUTSIDE_WAITS } else { &OWN_WAITS };
        let attempt = usize::try_from(message.attempt).unwrap_or(usize::MAX);
        if let (Refusal::NotYet(_), Some(wait)) = (&refusal, waits.get(attempt)) {
            let back = if outside { &mut self.back.1 } else { &mut self.back.0 };
            back.push(id);
            self.delayed.push(delayed(message, *wait));
            return;
        }
        let (Refusal::No(reason) | Refusal::NotYet(reason)) = refusal;
        self.answer_refusal(message, (id, SAYS_FROM), correlation, &reason);
        self.refusals.push(self.refusal_row(message, id, correlation, reason, outside));
    }

    fn answer_refusal(
        &mut self,
        message: &Message,
        (cause, ordinal): (Uuid, u32),
        correlation: Uuid,
        reason: &Reason,
    ) {
        let Some((ty, subject)) = asked(message) else { return };
        let data = Refused {
            command: message.external_id(),
            command_source: message.source(),
            command_type: ty,
            rule: reason.rule.to_owned(),
            found: reason.found.clone(),
            message: reason.message.clone(),
        };
        let id = derived(cause, self.worker.name(), ordinal);
        let event = NewEvent {
            ty: answers::refused(subject.kind),
            subject,
            data: json(&data),
            ..self.event(id, cause, correlation)
        };
        self.push(message, event);
    }

    fn refusal_row(
        &self,
        message: &Message,
        id: Uuid,
        correlation: Uuid,
        reason: Reason,
        outside: bool,
    ) -> NewRefusal {
        NewRefusal {
            id,
            at: self.now,
            worker: self.worker.name().to_owned(),
            batch: self.batch,
            ty: message.arrived.ty.clone().unwrap_or_else(|| message.arrived.queue.clone()),
            source: message.source(),
            outside,
            reason,
            attempt: message.attempt + 1,
            correlation,
        }
    }
}

/// The type and the subject of a command from outside, whose sender waits for an answer.
fn asked(message: &Message) -> Option<(String, Subject)> {
    let outside = matches!(message.origin, Origin::Outside { raw: false, .. });
    let ty = message.arrived.ty.as_ref().filter(|_| outside)?;
    Some((format!("{}{ty}", domain::message::TYPE_PREFIX), message.subject?))
}

/// The same message, to come back to the same queue after a while.
fn delayed(message: &Message, wait: Delay) -> Outgoing {
    let original = &message.original;
    let headers = message.arrived.headers.iter().filter(|(name, _)| *name != ATTEMPT_HEADER);
    let headers = headers.map(|(name, value)| (name.clone(), value.clone()));
    let attempt = (ATTEMPT_HEADER.to_owned(), (message.attempt + 1).to_string());
    Outgoing {
        exchange: wait.exchange(),
        routing_key: message.arrived.queue.clone(),
        body: original.body.clone(),
        content_type: original.content_type.clone().unwrap_or_default(),
        message_id: original.message_id.clone().unwrap_or_else(|| message.external_id()),
        kind: original.kind.clone().unwrap_or_default(),
        correlation_id: None,
        app_id: original.app_id.clone().unwrap_or_default(),
        timestamp: original.timestamp.unwrap_or(0),
        headers: headers.chain([attempt]).collect(),
        mandatory: true,
    }
}

fn json<T: serde::Serialize>(data: &T) -> String {
    serde_json::to_string(data).expect("an answer has string keys only, so that it is always JSON")
}

/// Is a type an event or a command of the catalog?
pub fn exchange(ty: &MessageType) -> &'static str {
    match ty.kind {
        MessageKind::Event => crate::messaging::EVENTS,
        MessageKind::Command => crate::messaging::COMMANDS,
    }
}
