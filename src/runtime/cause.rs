//! Why something is said: the message that was decided, and what follows from it goes on with.

use domain::decide::Refusal;
use uuid::Uuid;

use super::arrival::Message;
use super::batch::Effect;
use crate::messaging::Delay;
use crate::telemetry::{DecidedSpan, Step};

/// How long our own messages wait for what they need.
const OWN_WAITS: [Delay; 4] =
    [Delay::Seconds2, Delay::Seconds15, Delay::Minutes2, Delay::Minutes15];
/// How long commands from outside wait, whose sender waits too.
const OUTSIDE_WAITS: [Delay; 2] = [Delay::Seconds2, Delay::Seconds15];

/// What a message goes on with.
#[derive(Clone)]
pub struct Pipeline {
    pub correlation: Uuid,
    pub traceparent: Option<String>,
}

impl Pipeline {
    pub fn of(message: &Message, correlation: Uuid) -> Self {
        Self { correlation, traceparent: message.traceparent.clone() }
    }
}

/// The message that a decision is about, and what follows from it goes on with.
pub struct Cause<'m> {
    pub message: &'m Message,
    pub id: Uuid,
    pub correlation: Uuid,
    pub traceparent: Option<&'m str>,
    /// Where the decision is traced.
    pub step: Option<Step>,
}

impl Cause<'_> {
    /// The span of its decision.
    pub fn span(&self, step: Step, effect: &Effect) -> DecidedSpan {
        let message = self.message;
        let (outcome, rule) = match effect {
            Effect::Said { .. } => ("said", None),
            Effect::Already(_) => ("already", None),
            Effect::Nothing => ("nothing", None),
            Effect::Refused(refusal) if wait(message, refusal).is_some() => {
                ("delayed", Some(refusal.reason().rule))
            }
            Effect::Refused(Refusal::No(reason) | Refusal::NotYet(reason)) => {
                ("refused", Some(reason.rule))
            }
            Effect::Refused(Refusal::Newer(reason)) => ("parked", Some(reason.rule)),
        };
        DecidedSpan {
            step,
            queue: message.arrived.queue.clone(),
            ty: message.arrived.ty.clone(),
            id: self.id,
            correlation: self.correlation,
            bytes: message.original.body.len(),
            outcome,
            rule,
        }
    }
}

/// How long a message waits that may yet be decided otherwise; `None`: it may not, or has waited enough.
pub fn wait(message: &Message, refusal: &Refusal) -> Option<Delay> {
    let outside = message.is_from_outside();
    let waits: &[Delay] = match refusal {
        Refusal::No(_) => &[],
        // Its claim would stay and keep it from being replayed.
        Refusal::Newer(_) if outside => &[],
        Refusal::NotYet(_) if outside => &OUTSIDE_WAITS,
        Refusal::NotYet(_) | Refusal::Newer(_) => &OWN_WAITS,
    };
    let attempt = usize::try_from(message.attempt).unwrap_or(usize::MAX);
    waits.get(attempt).copied()
}
