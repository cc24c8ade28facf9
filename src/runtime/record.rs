//! What a batch leaves behind: the rows of the log, and the messages that are published of them.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use domain::decide::{Already, Later, Reason, Refusal};
use domain::host::Hosted;
use domain::ids::{Derived, derived};
use domain::message::Said;
use domain::world::Sequenced;
use uuid::Uuid;

use super::answer;
use super::arrival::{Message, Trouble};
use super::batch::{Committed, Effect, Stop};
use super::cause::{Cause, Pipeline, wait};
use super::process_time;
use super::publish::Unsent;
use crate::envelope::ATTRIBUTES_BYTES;
use crate::messaging::{BODY_BYTES_MAX, Delay, Outgoing, said_by};
use crate::store::Connection;
use crate::store::delayed::NewDelayed;
use crate::store::event::NewEvent;
use crate::store::nothing::Nothing;
use crate::store::parked::{NewParked, ParkedClass};
use crate::store::refusal::NewRefusal;
use crate::store::schedule::NewTimer;
use crate::store::{self, batch::NewBatch};
use crate::telemetry::{Counts, SaidSpan, Spans, Tracer};

/// Longest reason of a parked message; a backtrace is the longest that is of use.
const REASON_CHARS_MAX: usize = 20_000;
/// Longest data of a message that is said: its envelope stands around it.
const SAID_BYTES_MAX: usize = BODY_BYTES_MAX - ATTRIBUTES_BYTES;

/// The rows of one batch, gathered.
pub struct LogRows<'a> {
    worker: &'a dyn Hosted,
    batch: Uuid,
    now: DateTime<Utc>,
    events: Vec<NewEvent>,
    refusals: Vec<Final>,
    parked: Vec<NewParked>,
    nothing: Vec<Nothing>,
    /// By what they are about and their name: the last word of a batch counts.
    timers: BTreeMap<(Uuid, &'static str), Option<Timer>>,
    /// Claims given back, because the message waits: ours and from outside.
    back: (Vec<Uuid>, Vec<Uuid>),
    delayed: Vec<Outgoing>,
    waiting: Vec<NewDelayed>,
    /// Why the message that was looked at last is parked instead.
    trouble: Option<Trouble>,
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
    name: &'static str,
    said: Said,
    correlation: Uuid,
    cause: Uuid,
}

impl<'a> LogRows<'a> {
    pub fn new(worker: &'a dyn Hosted, batch: Uuid, now: DateTime<Utc>, tracer: Tracer) -> Self {
        Self {
            worker,
            batch,
            now,
            events: Vec::new(),
            refusals: Vec::new(),
            parked: Vec::new(),
            nothing: Vec::new(),
            timers: BTreeMap::new(),
            back: (Vec::new(), Vec::new()),
            delayed: Vec::new(),
            waiting: Vec::new(),
            trouble: None,
            tracer,
            spans: Spans::default(),
        }
    }

    /// What follows from one message.
    ///
    /// # Errors
    /// Why it is parked instead, where the broker would not take what follows or a newer program is needed.
    pub fn effect(
        &mut self,
        message: &Message,
        id: Uuid,
        pipeline: &Pipeline,
        effect: Effect,
    ) -> Result<(), Trouble> {
        let correlation = pipeline.correlation;
        let traceparent = pipeline.traceparent.as_deref();
        let span = || derived(id, self.worker.name(), Derived::Span.ordinal(message.attempt));
        let outside = message.is_from_outside();
        let step = self.tracer.step(traceparent, outside, correlation, span);
        let cause = Cause { message, id, correlation, traceparent, step };
        self.spans.decided.extend(step.map(|step| cause.span(step, &effect)));
        match effect {
            Effect::Said { says, later } => {
                if says.is_empty() {
                    self.nothing(id, "Nothing is said; the record it is about shows the rest.");
                }
                for (nth, said) in (0..).zip(says) {
                    self.say(&cause, nth, said);
                }
                for (nth, timer) in (0..).zip(later) {
                    self.timer(id, correlation, nth, timer);
                }
            }
            Effect::Already(already) => self.already(&cause, &already),
            Effect::Nothing => self.nothing(id, "Nothing follows."),
            Effect::Refused(refusal) => self.refuse(&cause, refusal),
        }
        self.trouble.take().map_or(Ok(()), Err)
    }

    /// A command whose id was used before, with other content. What was decided then stands; this
    /// one has an id, a refusal and an answer of its own.
    pub fn conflict(&mut self, message: &Message, id: Uuid, pipeline: &Pipeline) {
        let traceparent = pipeline.traceparent.as_deref();
        let correlation = pipeline.correlation;
        let cause = Cause { message, id, correlation, traceparent, step: None };
        self.refused(&cause, answer::conflicting(message, id));
    }

    /// The same for a raw input: nobody waits for an answer, so that it lies parked.
    pub fn park_conflict(&mut self, message: &Message, id: Uuid) {
        let reason = answer::conflicting(message, id).message;
        let trouble = Trouble { class: ParkedClass::InputFault, reason };
        // The id belongs to the first arrival, which has its effect; this one lies beside it.
        self.park(message, None, &trouble);
    }

    /// Our own trouble: the message is kept as it came.
    pub fn park(&mut self, message: &Message, id: Option<Uuid>, trouble: &Trouble) {
        let original = &message.original;
        let queue = &message.arrived.queue;
        self.parked.push(NewParked {
            id: original.fingerprint(self.worker.name(), queue, &message.headers),
            queue: queue.clone(),
            message: id,
            sender: message.sender.clone(),
            class: trouble.class,
            reason: answer::short(&trouble.reason, REASON_CHARS_MAX),
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

    /// Writes everything, one statement per table, and gives what is to be published.
    pub async fn write(
        self,
        conn: &mut Connection,
        taken_at: DateTime<Utc>,
        messages: usize,
    ) -> Result<Committed, Stop> {
        let (name, batch) = (self.worker.name(), self.batch);
        if !self.back.0.is_empty() {
            store::inbox::give_back(conn, name, &self.back.0).await?;
        }
        if !self.back.1.is_empty() {
            store::received::give_back(conn, name, &self.back.1).await?;
        }
        store::delayed::insert(conn, name, &self.waiting).await?;
        let refusals = self.refusals.iter().map(Final::row);
        store::event::append(conn, name, (batch, self.now), &self.events).await?;
        store::refusal::insert(conn, name, batch, &refusals.collect::<Vec<_>>()).await?;
        store::nothing::insert(conn, name, batch, &self.nothing).await?;
        if !self.parked.is_empty() {
            store::parked::insert(conn, name, &self.parked).await?;
        }
        if !self.timers.is_empty() {
            let planned: Vec<_> = self.timers.values().flatten().map(Timer::row).collect();
            let canceled = self.timers.iter().filter(|(_, timer)| timer.is_none());
            let canceled: Vec<_> = canceled.map(|(of, _)| *of).collect();
            store::schedule::cancel(conn, name, &canceled).await?;
            store::schedule::plan(conn, name, &planned).await?;
        }
        let mut batches = Vec::new();
        if messages > 0 || !self.events.is_empty() {
            let events = self.events.len();
            let row =
                NewBatch { id: batch, taken_at, decided_at: process_time::now(), messages, events };
            store::batch::insert(conn, name, &row).await?;
            if events > 0 {
                batches.push(batch);
            }
        }
        let (new, delayed) = (self.events, self.delayed);
        let unsent = Unsent { worker: name, at: self.now, again: Vec::new(), new, delayed };
        Ok(Committed { unsent: vec![unsent], batches })
    }

    fn say(&mut self, cause: &Cause<'_>, nth: u32, said: Sequenced) {
        let id = derived(cause.id, self.worker.name(), Derived::Message.ordinal(nth));
        let Sequenced { said: Said { ty, subject, data }, sequence, begins } = said;
        let correlation = if begins { id } else { cause.correlation };
        if data.len() > SAID_BYTES_MAX {
            let reason = format!(
                "It leads to a `{}` of {} bytes; the broker takes {BODY_BYTES_MAX}.",
                ty.name,
                data.len()
            );
            self.trouble = Some(Trouble { class: ParkedClass::TooLarge, reason });
        }
        let traceparent = match cause.step {
            None => cause.traceparent.map(str::to_owned),
            Some(step) => {
                let (place, parent, link) = step.says(id, begins);
                let (exchange, subject) = (said_by(self.worker.name()), subject.id);
                let ty = ty.name;
                let span = SaidSpan { place, parent, link, id, ty, exchange, subject, correlation };
                self.spans.said.push(span);
                Some(place.traceparent())
            }
        };
        let (actor, cause) = (cause.message.actor.clone(), cause.id);
        self.events.push(NewEvent {
            id,
            ty,
            subject,
            sequence,
            correlation,
            cause,
            traceparent,
            actor,
            data,
        });
    }

    /// An answer to a command from outside; about its subject, but no part of its history.
    fn answer(&mut self, cause: &Cause<'_>, said: Said) {
        let said = Sequenced { said, sequence: None, begins: false };
        self.say(cause, 0, said);
    }

    fn timer(&mut self, cause: Uuid, correlation: Uuid, nth: u32, timer: Later<Said>) {
        let (about, name, timer) = match timer {
            Later::Plan { name, due, message: said } => {
                let id = derived(cause, self.worker.name(), Derived::Timer.ordinal(nth));
                let about = said.subject;
                (about, name, Some(Timer { id, due, name, said, correlation, cause }))
            }
            Later::Cancel { name, about } => (about, name, None),
        };
        self.timers.insert((about.id, name), timer);
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
        if let Some(said) = answer::already(cause.message, already) {
            self.answer(cause, said);
        }
    }

    fn refuse(&mut self, cause: &Cause<'_>, refusal: Refusal) {
        let Cause { message, id, .. } = *cause;
        let outside = message.is_from_outside();
        if let Some(wait) = wait(message, &refusal) {
            let back = if outside { &mut self.back.1 } else { &mut self.back.0 };
            back.push(id);
            self.delay(message, id, wait);
            return;
        }
        match refusal {
            Refusal::No(reason) | Refusal::NotYet(reason) => self.refused(cause, reason),
            Refusal::Newer(Reason { message: reason, .. }) => {
                self.trouble = Some(Trouble { class: ParkedClass::Schema, reason });
            }
        }
    }

    fn delay(&mut self, message: &Message, id: Uuid, wait: Delay) {
        let again = message.again(wait.exchange(self.worker.name()), id);
        if let Err(why) = again.check() {
            let reason = format!("It has to wait and cannot be sent again: {why}.");
            self.trouble = Some(Trouble { class: ParkedClass::TooLarge, reason });
        }
        let queue = message.arrived.queue.clone();
        self.waiting.push(NewDelayed { message: id, queue, lasts: wait.lasts() });
        self.delayed.push(again);
    }

    /// For good: recorded, and answered where somebody outside waits.
    fn refused(&mut self, cause: &Cause<'_>, reason: Reason) {
        let Cause { message, id, correlation, .. } = *cause;
        if let Some(said) = answer::refused(message, &reason) {
            self.answer(cause, said);
        }
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
            name: self.name,
            said: &self.said,
            correlation: self.correlation,
            cause: self.cause,
        }
    }
}
