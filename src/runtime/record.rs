//! What a batch leaves behind: the rows of the log, and the messages that are published of them.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use domain::answers::{self, AlreadyDone, Refused};
use domain::decide::{Already, Later, Reason, Refusal};
use domain::host::Hosted;
use domain::ids::derived;
use domain::message::{Said, Subject, SubjectKind};
use domain::world::Sequenced;
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::arrival::{ATTEMPT_HEADER, Message, Origin, Trouble};
use super::cause::{Cause, Pipeline, wait};
use super::clock;
use super::decision::Verdict;
use super::publish::Letters;
use super::transaction::{Committed, Stop};
use crate::messaging::{Outgoing, said_by};
use crate::store::Connection;
use crate::store::event::{NewEvent, StoredEvent};
use crate::store::nothing::Nothing;
use crate::store::parked::{NewParked, ParkedClass};
use crate::store::refusal::NewRefusal;
use crate::store::schedule::NewTimer;
use crate::store::{self, batch::NewBatch};
use crate::telemetry::{Counts, Said as Span, Spans, Tracer};

/// Ordinals of messages lie apart from those of records, so that their ids never meet.
const SAYS_FROM: u32 = 1 << 16;
/// Ordinals of the spans of decisions, one for each attempt, lie apart from those of messages.
const SPANS_FROM: u32 = 3 << 16;
/// Longest reason of a parked message; a backtrace is the longest that is of use.
const REASON_CHARS_MAX: usize = 20_000;

/// The rows of one batch, gathered.
pub struct Records<'a> {
    worker: &'a dyn Hosted,
    batch: Uuid,
    now: DateTime<Utc>,
    events: Vec<NewEvent>,
    refusals: Vec<Final>,
    parked: Vec<NewParked>,
    nothing: Vec<Nothing>,
    timers: Vec<Timer>,
    /// Claims given back, because the message waits: ours and from outside.
    back: (Vec<Uuid>, Vec<Uuid>),
    delayed: Vec<Outgoing>,
    tracer: Tracer,
    spans: Spans,
}

/// A refusal that is final.
struct Final {
    id: Uuid,
    ty: String,
    source: String,
    outside: bool,
    reason: Reason,
    attempt: u32,
    correlation: Uuid,
}

/// A command for later.
struct Timer {
    id: Uuid,
    due: DateTime<Utc>,
    key: String,
    said: Said,
    correlation: Uuid,
    cause: Uuid,
}

impl<'a> Records<'a> {
    pub fn new(worker: &'a dyn Hosted, batch: Uuid, now: DateTime<Utc>, tracer: Tracer) -> Self {
        Self {
            worker,
            batch,
            now,
            events: Vec::new(),
            refusals: Vec::new(),
            parked: Vec::new(),
            nothing: Vec::new(),
            timers: Vec::new(),
            back: (Vec::new(), Vec::new()),
            delayed: Vec::new(),
            tracer,
            spans: Spans::default(),
        }
    }

    /// What follows from one message.
    pub fn verdict(&mut self, message: &Message, id: Uuid, pipeline: &Pipeline, verdict: Verdict) {
        let correlation = pipeline.correlation;
        let traceparent = pipeline.traceparent.as_deref();
        let span = || derived(id, self.worker.name(), SPANS_FROM + message.attempt);
        let outside = message.is_from_outside();
        let step = self.tracer.step(traceparent, outside, correlation, span);
        let cause = Cause { message, id, correlation, traceparent, step };
        self.spans.decided.extend(step.map(|step| cause.span(step, &verdict)));
        match verdict {
            Verdict::Said { says, later } => {
                if says.is_empty() {
                    self.nothing(id, "Nothing is said; the record it is about shows the rest.");
                }
                for (ordinal, said) in (SAYS_FROM..).zip(says) {
                    self.say(&cause, ordinal, said);
                }
                for (ordinal, timer) in (2 * SAYS_FROM..).zip(later) {
                    self.timer(id, correlation, ordinal, timer);
                }
            }
            Verdict::Already(already) => self.already(&cause, &already),
            Verdict::Nothing => self.nothing(id, "Nothing follows."),
            Verdict::Refused(refusal) => self.refuse(&cause, refusal),
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
            let trouble = Trouble { class: ParkedClass::InputFault, reason: reason.message };
            // The id belongs to the first arrival, which has its verdict; this one lies beside it.
            self.park(message, None, &trouble);
        } else {
            // An answer of its own each time: the first arrival has used the derived ids.
            let digest = Sha256::digest(&message.original.body);
            let ordinal =
                u32::from_be_bytes([0x40 | digest[0] & 0x3f, digest[1], digest[2], digest[3]]);
            let traceparent = message.traceparent.as_deref();
            let cause = Cause { message, id, correlation: id, traceparent, step: None };
            self.answer_refusal(&cause, ordinal, &reason);
            self.record_refusal(&cause, reason);
        }
    }

    /// Our own trouble: the message is kept as it came.
    pub fn park(&mut self, message: &Message, id: Option<Uuid>, trouble: &Trouble) {
        let original = &message.original;
        let row =
            id.unwrap_or_else(|| original.fingerprint(&message.arrived.queue, &message.headers));
        self.parked.push(NewParked {
            id: row,
            queue: message.arrived.queue.clone(),
            message: id,
            class: trouble.class,
            reason: short(&trouble.reason),
            history: serde_json::json!([{
                "at": self.now,
                "delivery_count": original.delivery_count,
                "attempt": message.attempt,
            }]),
            headers: Some(message.headers.clone()),
            properties: original.properties(),
            body: original.body.to_vec(),
        });
    }

    /// What became of the messages, of which so many were fresh and so many known.
    pub fn counts(&self, fresh: usize, repeated: usize) -> Counts {
        Counts {
            decided: fresh.saturating_sub(self.delayed.len()),
            repeated,
            refused: self.refusals.len(),
            parked: self.parked.len(),
            delayed: self.delayed.len(),
            said: self.events.len(),
        }
    }

    /// The spans of everything that is traced.
    pub fn spans(&mut self) -> Spans {
        std::mem::take(&mut self.spans)
    }

    /// Writes everything, one statement per table, and gives what is to be published: first the
    /// events of earlier batches whose cause came again, then the new ones.
    pub async fn write(
        self,
        conn: &mut Connection,
        taken_at: DateTime<Utc>,
        messages: usize,
        again: Vec<StoredEvent>,
    ) -> Result<Committed, Stop> {
        let (name, batch) = (self.worker.name(), self.batch);
        if !self.back.0.is_empty() {
            store::inbox::give_back(conn, name, &self.back.0).await?;
        }
        if !self.back.1.is_empty() {
            store::received::give_back(conn, &self.back.1).await?;
        }
        let refusals = self.refusals.iter().map(Final::row);
        let timers = self.timers.iter().map(Timer::row);
        store::event::append(conn, name, batch, &self.events).await?;
        store::refusal::insert(conn, name, batch, &refusals.collect::<Vec<_>>()).await?;
        store::nothing::insert(conn, name, batch, &self.nothing).await?;
        if !self.parked.is_empty() {
            store::parked::insert(conn, name, &self.parked).await?;
        }
        if !self.timers.is_empty() {
            store::schedule::insert(conn, name, &timers.collect::<Vec<_>>()).await?;
        }
        let mut batches: BTreeSet<Uuid> = again.iter().map(|event| event.batch).collect();
        if messages > 0 || !self.events.is_empty() {
            let events = self.events.len();
            let row = NewBatch { id: batch, taken_at, decided_at: clock::now(), messages, events };
            store::batch::insert(conn, name, &row).await?;
            if events > 0 {
                batches.insert(batch);
            }
        }
        let letters =
            Letters { worker: name, at: self.now, again, new: self.events, delayed: self.delayed };
        Ok(Committed { letters: vec![letters], batches: batches.into_iter().collect() })
    }

    fn say(&mut self, cause: &Cause<'_>, ordinal: u32, said: Sequenced) {
        let id = derived(cause.id, self.worker.name(), ordinal);
        let Sequenced { said: Said { ty, subject, data }, sequence, begins } = said;
        let correlation = if begins { id } else { cause.correlation };
        let traceparent = match cause.step {
            None => cause.traceparent.map(str::to_owned),
            Some(step) => {
                let (place, parent, link) = step.says(id, begins);
                let (exchange, subject) = (said_by(self.worker.name()), subject.id);
                let ty = ty.name;
                let span = Span { place, parent, link, id, ty, exchange, subject, correlation };
                self.spans.said.push(span);
                Some(place.traceparent())
            }
        };
        let cause = cause.id;
        self.events.push(NewEvent {
            id,
            ty,
            subject,
            sequence,
            correlation,
            cause,
            traceparent,
            data,
        });
    }

    /// An answer to a command from outside; about its subject, but no part of its history.
    fn answer(&mut self, cause: &Cause<'_>, ordinal: u32, said: Said) {
        let said = Sequenced { said, sequence: None, begins: false };
        self.say(cause, ordinal, said);
    }

    fn timer(&mut self, cause: Uuid, correlation: Uuid, ordinal: u32, timer: Later<Said>) {
        let Later { due, message } = timer;
        let id = derived(cause, self.worker.name(), ordinal);
        let key = message.subject.id.to_string();
        self.timers.push(Timer { id, due, key, said: message, correlation, cause });
    }

    fn nothing(&mut self, id: Uuid, why: &str) {
        self.nothing.push(Nothing { id, why: why.to_owned() });
    }

    /// Our own messages need no answer; a sender outside waits for one.
    fn already(&mut self, cause: &Cause<'_>, already: &Already) {
        self.nothing(
            cause.id,
            &format!("The {} {} holds it already.", already.subject, already.id),
        );
        let message = cause.message;
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
        let said = Said { ty: answers::already(subject.kind), subject, data: json(&data) };
        self.answer(cause, SAYS_FROM, said);
    }

    fn refuse(&mut self, cause: &Cause<'_>, refusal: Refusal) {
        let Cause { message, id, .. } = *cause;
        let outside = message.is_from_outside();
        if let (Refusal::NotYet(_), Some(wait)) = (&refusal, wait(message)) {
            let back = if outside { &mut self.back.1 } else { &mut self.back.0 };
            back.push(id);
            self.delayed.push(delayed(message, id, wait.exchange(self.worker.name())));
            return;
        }
        let (Refusal::No(reason) | Refusal::NotYet(reason)) = refusal;
        self.answer_refusal(cause, SAYS_FROM, &reason);
        self.record_refusal(cause, reason);
    }

    fn answer_refusal(&mut self, cause: &Cause<'_>, ordinal: u32, reason: &Reason) {
        let message = cause.message;
        let Some((ty, subject)) = asked(message) else { return };
        let data = Refused {
            command: message.external_id(),
            command_source: message.source(),
            command_type: ty,
            rule: reason.rule.to_owned(),
            found: reason.found.clone(),
            message: reason.message.clone(),
        };
        let said = Said { ty: answers::refused(subject.kind), subject, data: json(&data) };
        self.answer(cause, ordinal, said);
    }

    fn record_refusal(&mut self, cause: &Cause<'_>, reason: Reason) {
        let Cause { message, id, correlation, .. } = *cause;
        let ty = message.arrived.ty.clone();
        self.refusals.push(Final {
            id,
            ty: ty.unwrap_or_else(|| message.arrived.queue.clone()),
            source: message.source(),
            outside: message.is_from_outside(),
            reason,
            attempt: message.attempt + 1,
            correlation,
        });
    }
}

impl Final {
    fn row(&self) -> NewRefusal<'_> {
        NewRefusal {
            id: self.id,
            ty: &self.ty,
            source: &self.source,
            outside: self.outside,
            reason: &self.reason,
            attempt: self.attempt,
            last: true,
            correlation: self.correlation,
            cause: None,
        }
    }
}

impl Timer {
    fn row(&self) -> NewTimer<'_> {
        NewTimer {
            id: self.id,
            due_at: self.due,
            key: &self.key,
            said: &self.said,
            correlation: self.correlation,
            cause: self.cause,
        }
    }
}

/// A reason as a row keeps it: it may quote what came.
fn short(reason: &str) -> String {
    let end = reason.char_indices().nth(REASON_CHARS_MAX).map_or(reason.len(), |(end, _)| end);
    let kept = reason[..end].replace('\0', "\u{fffd}");
    if end < reason.len() { format!("{kept} … and so on.") } else { kept }
}

/// The type and the subject of a command from outside, whose sender waits for an answer.
fn asked(message: &Message) -> Option<(String, Subject)> {
    let outside = matches!(message.origin, Origin::Outside { raw: false, .. });
    let ty = message.arrived.ty.as_ref().filter(|_| outside)?;
    Some((format!("{}{ty}", domain::message::TYPE_PREFIX), message.subject?))
}

/// The same message, to come back to the same queue after a while.
fn delayed(message: &Message, id: Uuid, exchange: String) -> Outgoing {
    let original = &message.original;
    let headers = message.arrived.headers.iter().filter(|(name, _)| *name != ATTEMPT_HEADER);
    let headers = headers.map(|(name, value)| (name.clone(), value.clone()));
    let sent = original.message_id.as_ref().filter(|id| !id.is_empty());
    let attempt = (ATTEMPT_HEADER.to_owned(), (message.attempt + 1).to_string());
    Outgoing {
        exchange,
        routing_key: message.arrived.queue.clone(),
        body: original.body.clone(),
        content_type: original.content_type.clone().unwrap_or_default(),
        // Where the transport gives none, the envelope in the body has its own.
        message_id: sent.cloned().unwrap_or_else(|| id.to_string()),
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
