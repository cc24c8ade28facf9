//! Which spans there are: one for each sampled message that is decided, and one for each that is said.
//!
//! Ids are computed, not drawn, so that a decision that is taken again after a rollback says the same:
//! a pipeline that nobody else traces has its correlation id as trace id, a message that is said has
//! the end of its own id as span id. Names and attributes follow OpenTelemetry's conventions for
//! messaging.

use std::sync::Arc;
use std::time::SystemTime;

use opentelemetry::trace::{SpanId, TraceId};
use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;
use tokio::sync::mpsc;
use uuid::Uuid;

use super::meter::WorkerMeter;

/// Batches whose spans wait to be sent; what comes on top is lost and counted.
pub(super) const WAITING_MAX: usize = 256;
/// Traces are sampled by their last 7 bytes, as W3C Trace Context says they are random.
const RANDOM_BITS: u32 = 56;

/// Makes spans of one worker; does nothing where tracing is off.
#[derive(Clone, Default)]
pub struct Tracer(Option<Arc<Inner>>);

struct Inner {
    /// Of the traces that begin here, those whose random part is at least this.
    sampled_from: u64,
    send: mpsc::Sender<Spans>,
    meter: WorkerMeter,
}

/// Where in which trace something happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    pub trace: TraceId,
    pub span: SpanId,
}

/// A decision that is traced.
#[derive(Clone, Copy, Debug)]
pub struct Step {
    place: Place,
    /// The message that is decided, where somebody traced its making.
    parent: Option<SpanId>,
}

/// The spans of one transaction.
#[derive(Debug, Default)]
pub struct Spans {
    pub decided: Vec<DecidedSpan>,
    pub said: Vec<SaidSpan>,
    /// From when to when, once it is committed.
    pub(super) times: Option<(SystemTime, SystemTime)>,
}

/// The span of a message that was decided.
#[derive(Debug)]
pub struct DecidedSpan {
    pub step: Step,
    pub queue: String,
    pub ty: Option<String>,
    pub id: Uuid,
    pub correlation: Uuid,
    pub bytes: usize,
    /// What came of it, in a word.
    pub outcome: &'static str,
    /// The rule that refused it.
    pub rule: Option<&'static str>,
}

/// The span of a message that was said.
#[derive(Clone, Debug)]
pub struct SaidSpan {
    pub place: Place,
    pub parent: Option<SpanId>,
    /// The decision that said it, where it begins a trace of its own.
    pub link: Option<Place>,
    pub id: Uuid,
    pub ty: &'static str,
    pub exchange: String,
    pub subject: Uuid,
    pub correlation: Uuid,
}

impl Tracer {
    pub(super) fn new(sampled: Decimal, meter: WorkerMeter) -> (Self, mpsc::Receiver<Spans>) {
        let (send, receive) = mpsc::channel(WAITING_MAX);
        let inner = Inner { sampled_from: sampled_from(sampled), send, meter };
        (Self(Some(Arc::new(inner))), receive)
    }

    /// The step that decides a message. `None`: it is not traced, and its `traceparent` goes on as
    /// it came. A message without one begins a trace if it is from outside, and is not traced if
    /// it is ours: its trace was not sampled.
    #[must_use]
    pub fn step(
        &self,
        traceparent: Option<&str>,
        outside: bool,
        correlation: Uuid,
        span: impl FnOnce() -> Uuid,
    ) -> Option<Step> {
        let inner = self.0.as_ref()?;
        let (trace, parent) = match traceparent {
            Some(traceparent) => {
                let (place, sampled) = parse(traceparent)?;
                if !sampled {
                    return None;
                }
                (place.trace, Some(place.span))
            }
            None if outside && random(correlation) >= inner.sampled_from => {
                (trace(correlation), None)
            }
            None => return None,
        };
        Some(Step { place: Place { trace, span: self::span(span()) }, parent })
    }

    /// Hands the spans of a transaction over; never waits.
    pub fn committed(&self, mut spans: Spans, since: SystemTime) {
        let Some(inner) = &self.0 else { return };
        let count = spans.decided.len() + spans.said.len();
        if count == 0 {
            return;
        }
        spans.times = Some((since, SystemTime::now()));
        if inner.send.try_send(spans).is_err() {
            inner.meter.spans_lost(count);
        }
    }
}

impl Step {
    /// The place of a message that is said, what it descends from, and its `traceparent`. A message
    /// that begins a pipeline begins a trace, so that no trace grows with the rows of a file.
    #[must_use]
    pub fn says(&self, id: Uuid, begins: bool) -> (Place, Option<SpanId>, Option<Place>) {
        let span = span(id);
        if begins {
            (Place { trace: trace(id), span }, None, Some(self.place))
        } else {
            (Place { trace: self.place.trace, span }, Some(self.place.span), None)
        }
    }

    pub(super) const fn place(&self) -> Place {
        self.place
    }

    pub(super) const fn parent(&self) -> Option<SpanId> {
        self.parent
    }
}

impl Place {
    /// As W3C Trace Context writes it, sampled.
    #[must_use]
    pub fn traceparent(self) -> String {
        format!("00-{}-{}-01", self.trace, self.span)
    }
}

fn trace(id: Uuid) -> TraceId {
    TraceId::from_bytes(*id.as_bytes())
}

/// The random end of an id; never zero, because of the two bits of its variant.
fn span(id: Uuid) -> SpanId {
    let [.., a, b, c, d, e, f, g, h] = *id.as_bytes();
    SpanId::from_bytes([a, b, c, d, e, f, g, h])
}

fn random(id: Uuid) -> u64 {
    let [.., a, b, c, d, e, f, g] = *id.as_bytes();
    u64::from_be_bytes([0, a, b, c, d, e, f, g])
}

/// A share of all traces as a bound of their random part: nothing is sampled from beyond all.
fn sampled_from(share: Decimal) -> u64 {
    let all = 1_u64 << RANDOM_BITS;
    let skipped = (Decimal::ONE - share.clamp(Decimal::ZERO, Decimal::ONE)) * Decimal::from(all);
    skipped.to_u64().unwrap_or(all)
}

/// A `traceparent` that was checked when it arrived, and whether it is sampled.
fn parse(traceparent: &str) -> Option<(Place, bool)> {
    let mut parts = traceparent.split('-').skip(1);
    let trace = TraceId::from_hex(parts.next()?).ok().filter(|id| *id != TraceId::INVALID)?;
    let span = SpanId::from_hex(parts.next()?).ok().filter(|id| *id != SpanId::INVALID)?;
    let flags = u8::from_str_radix(parts.next()?, 16).ok()?;
    Some((Place { trace, span }, flags & 1 == 1))
}

#[cfg(test)]
mod tests {
    use rust_decimal_macros::dec;

    use super::*;
    use crate::telemetry::{Health, Metrics};

    const CORRELATION: Uuid = Uuid::from_u128(0x0192_0000_0000_7000_8000_0000_0000_0001);
    const ID: Uuid = Uuid::from_u128(0x0192_0000_0000_7000_8000_0000_0000_0002);
    const SENT: &str = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

    fn tracer(share: Decimal) -> (Tracer, mpsc::Receiver<Spans>) {
        let meter = Metrics::default().worker("intake", Health::default().worker("intake"));
        Tracer::new(share, meter)
    }

    #[test]
    fn what_the_sender_traces_goes_on_in_its_trace() {
        let (tracer, _receive) = tracer(Decimal::ZERO);
        let step = tracer.step(Some(SENT), true, CORRELATION, || ID).unwrap();
        assert_eq!(step.parent.unwrap().to_string(), "00f067aa0ba902b7");
        let (place, parent, link) = step.says(CORRELATION, false);
        assert_eq!((parent, link), (Some(span(ID)), None));
        let said = "00-4bf92f3577b34da6a3ce929d0e0e4736-8000000000000001-01";
        assert_eq!(place.traceparent(), said);
        let unsampled = SENT.replace("-01", "-00");
        assert!(tracer.step(Some(&unsampled), true, CORRELATION, || ID).is_none());
        assert!(
            Tracer::default().step(Some(SENT), true, CORRELATION, || ID).is_none(),
            "it is off"
        );
    }

    #[test]
    fn a_pipeline_that_nobody_traces_is_traced_under_its_own_id_if_it_is_sampled() {
        let (all, _receive) = tracer(Decimal::ONE);
        let step = all.step(None, true, CORRELATION, || ID).unwrap();
        assert_eq!(step.place.trace.to_string(), CORRELATION.simple().to_string());
        assert!(all.step(None, false, CORRELATION, || ID).is_none(), "ours was not sampled before");
        let (none, _receive) = tracer(Decimal::ZERO);
        assert!(none.step(None, true, CORRELATION, || ID).is_none());
        let (row, parent, link) = step.says(ID, true);
        assert_eq!((row.trace, parent, link), (trace(ID), None, Some(step.place)));
    }

    #[test]
    fn a_share_is_the_share_of_what_is_sampled() {
        let ids = || (0..10_000_u64).map(|n| domain::ids::derived(CORRELATION, "test", n as u32));
        for (share, least, most) in [(dec!(0.1), 800, 1_200), (dec!(0.5), 4_700, 5_300)] {
            let sampled = ids().filter(|id| random(*id) >= sampled_from(share)).count();
            assert!((least..most).contains(&sampled), "{share} gave {sampled} of 10,000");
        }
        assert_eq!(sampled_from(Decimal::ONE), 0);
        assert_eq!(sampled_from(Decimal::ZERO), 1 << RANDOM_BITS);
    }

    #[test]
    fn spans_that_nobody_takes_are_lost_and_never_waited_for() {
        let metrics = Metrics::default();
        let meter = metrics.worker("intake", Health::default().worker("intake"));
        let (tracer, _receive) = Tracer::new(Decimal::ONE, meter);
        let step = tracer.step(None, true, CORRELATION, || ID).unwrap();
        let (place, parent, link) = step.says(ID, false);
        let (ty, exchange) = ("lead.captured.v1", "leadmill.events.intake".to_owned());
        let (subject, correlation) = (ID, CORRELATION);
        let said = SaidSpan { place, parent, link, id: ID, ty, exchange, subject, correlation };
        for _ in 0..=WAITING_MAX {
            let spans = Spans { said: vec![said.clone()], ..Spans::default() };
            tracer.committed(spans, SystemTime::now());
        }
        let text = metrics.text();
        assert!(text.contains("leadmill_spans_lost_total{worker=\"intake\"} 1\n"), "{text}");
    }
}
