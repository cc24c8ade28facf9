//! Sends spans to a collector: OTLP in protobuf over HTTP, in batches, beside the lanes.

use std::fmt;
use std::pin::Pin;
use std::time::{Duration, SystemTime};

use http_body_util::{BodyExt, Full, Limited};
use hyper::body::Bytes;
use hyper::client::conn::http1::handshake;
use hyper::header::HOST;
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use opentelemetry::trace::{Link, SpanContext, SpanId, SpanKind, Status, TraceFlags, TraceState};
use opentelemetry::{InstrumentationScope, KeyValue};
use opentelemetry_http::{HttpClient, HttpError};
use opentelemetry_otlp::{SpanExporter, WithExportConfig, WithHttpConfig};
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::trace::{SpanData, SpanEvents, SpanExporter as _, SpanLinks};
use tokio::net::TcpStream;
use tokio::sync::mpsc;
use tokio::task::JoinHandle;
use tokio::time::{Instant, timeout, timeout_at};
use tracing::{info, warn};
use uuid::Uuid;

use super::meter::WorkerMeter;
use super::settings::TracingSettings;
use super::trace::{DecidedSpan, Place, SaidSpan, Spans, Tracer};

/// Spans of one request.
const SPANS_MAX: usize = 512;
/// How long spans are gathered for one request.
const GATHERED_FOR: Duration = Duration::from_millis(500);
/// Longest that one request may take.
const REQUEST_MAX: Duration = Duration::from_secs(10);
/// Longest that the last spans of a worker that stops are sent.
const FLUSH_MAX: Duration = Duration::from_secs(5);
/// Largest answer of a collector that is read.
const ANSWER_BYTES_MAX: usize = 1024 * 1024;
const PATH: &str = "/v1/traces";

/// The sending of one worker's spans.
pub struct Sending(Option<JoinHandle<()>>);

impl Tracer {
    /// Traces one worker where the settings say so, until the last tracer is dropped.
    #[must_use]
    pub fn start(
        settings: &TracingSettings,
        worker: &'static str,
        meter: WorkerMeter,
    ) -> (Self, Sending) {
        if settings.otlp_endpoint.expose().is_empty() {
            return (Self::default(), Sending(None));
        }
        let exporter = match exporter(settings.otlp_endpoint.expose(), worker) {
            Ok(exporter) => exporter,
            Err(why) => {
                warn!(worker, "Spans cannot be sent: {why}. The worker works without.");
                return (Self::default(), Sending(None));
            }
        };
        let (tracer, receive) = Self::new(settings.sample_ratio, meter.clone());
        let sending = tokio::spawn(send(exporter, receive, meter));
        (tracer, Sending(Some(sending)))
    }
}

impl Sending {
    /// Sends what is left, bounded; all tracers must be dropped before.
    pub async fn finish(self) {
        if let Some(sending) = self.0 {
            let _ = timeout(FLUSH_MAX, sending).await;
        }
    }
}

fn exporter(endpoint: &str, worker: &'static str) -> Result<SpanExporter, String> {
    let exporter = SpanExporter::builder()
        .with_http()
        .with_http_client(Client)
        .with_endpoint(format!("{}{PATH}", endpoint.trim_end_matches('/')))
        .with_timeout(REQUEST_MAX)
        .build();
    let mut exporter = exporter.map_err(|error| error.to_string())?;
    let resource = Resource::builder_empty().with_service_name(worker).with_attributes([
        KeyValue::new("service.namespace", "leadmill"),
        KeyValue::new("service.version", env!("CARGO_PKG_VERSION")),
        KeyValue::new("service.instance.id", Uuid::now_v7().to_string()),
    ]);
    exporter.set_resource(&resource.build());
    Ok(exporter)
}

/// Sends until all tracers are gone. A change between sent and lost is said once.
async fn send(exporter: SpanExporter, mut receive: mpsc::Receiver<Spans>, meter: WorkerMeter) {
    let scope =
        InstrumentationScope::builder("leadmill").with_version(env!("CARGO_PKG_VERSION")).build();
    let mut failing = false;
    let mut open = true;
    while open {
        let Some(first) = receive.recv().await else { return };
        let mut spans = spans(first, &scope);
        let until = Instant::now() + GATHERED_FOR;
        while open && spans.len() < SPANS_MAX {
            match timeout_at(until, receive.recv()).await {
                Ok(Some(more)) => spans.extend(self::spans(more, &scope)),
                Ok(None) => open = false,
                Err(_) => break,
            }
        }
        while !spans.is_empty() {
            let part: Vec<_> = spans.drain(..spans.len().min(SPANS_MAX)).collect();
            let count = part.len();
            let sent = exporter.export(part).await;
            if let Err(error) = &sent {
                meter.spans_lost(count);
                if !failing {
                    warn!("The collector takes no spans ({error}); they are lost until it does.");
                }
            } else if failing {
                info!("The collector takes spans again.");
            }
            failing = sent.is_err();
        }
    }
}

fn spans(spans: Spans, scope: &InstrumentationScope) -> Vec<SpanData> {
    let Spans { decided, said, times } = spans;
    let (since, until) = times.unwrap_or_else(|| (SystemTime::now(), SystemTime::now()));
    let decided = decided.into_iter().map(|span| decided_span(span, since, until, scope));
    // Within their decisions, at their end.
    let said = said.into_iter().map(|span| said_span(span, until, scope));
    decided.chain(said).collect()
}

fn decided_span(
    span: DecidedSpan,
    since: SystemTime,
    until: SystemTime,
    scope: &InstrumentationScope,
) -> SpanData {
    let DecidedSpan { step, queue, ty, id, correlation, bytes, outcome, rule } = span;
    let mut attributes = messaging("process", queue.clone(), id, correlation);
    attributes.push(KeyValue::new("leadmill.outcome", outcome));
    let bytes = i64::try_from(bytes).unwrap_or(i64::MAX);
    attributes.push(KeyValue::new("messaging.message.body.size", bytes));
    attributes.extend(ty.map(|ty| KeyValue::new("cloudevents.event_type", ty)));
    attributes.extend(rule.map(|rule| KeyValue::new("leadmill.rule", rule)));
    SpanData {
        span_context: context(step.place()),
        parent_span_id: step.parent().unwrap_or(SpanId::INVALID),
        parent_span_is_remote: step.parent().is_some(),
        span_kind: SpanKind::Consumer,
        name: format!("process {queue}").into(),
        start_time: since,
        end_time: until,
        attributes,
        dropped_attributes_count: 0,
        events: SpanEvents::default(),
        links: SpanLinks::default(),
        status: Status::Unset,
        instrumentation_scope: scope.clone(),
    }
}

fn said_span(span: SaidSpan, at: SystemTime, scope: &InstrumentationScope) -> SpanData {
    let SaidSpan { place, parent, link, id, ty, exchange, subject, correlation } = span;
    let destination = format!("{exchange}:{ty}");
    let name = format!("create {destination}");
    let mut attributes = messaging("create", destination, id, correlation);
    attributes.push(KeyValue::new("messaging.rabbitmq.destination.routing_key", ty));
    attributes.push(KeyValue::new("cloudevents.event_type", ty));
    attributes.push(KeyValue::new("cloudevents.event_subject", subject.to_string()));
    let mut links = SpanLinks::default();
    links.links.extend(link.map(|place| Link::with_context(context(place))));
    SpanData {
        span_context: context(place),
        parent_span_id: parent.unwrap_or(SpanId::INVALID),
        parent_span_is_remote: false,
        span_kind: SpanKind::Producer,
        name: name.into(),
        start_time: at,
        end_time: at,
        attributes,
        dropped_attributes_count: 0,
        events: SpanEvents::default(),
        links,
        status: Status::Unset,
        instrumentation_scope: scope.clone(),
    }
}

/// What all spans of messages say.
fn messaging(
    operation: &'static str,
    destination: String,
    id: Uuid,
    correlation: Uuid,
) -> Vec<KeyValue> {
    vec![
        KeyValue::new("messaging.system", "rabbitmq"),
        KeyValue::new("messaging.operation.name", operation),
        KeyValue::new("messaging.operation.type", operation),
        KeyValue::new("messaging.destination.name", destination),
        KeyValue::new("messaging.message.id", id.to_string()),
        KeyValue::new("messaging.message.conversation_id", correlation.to_string()),
    ]
}

fn context(place: Place) -> SpanContext {
    let Place { trace, span } = place;
    SpanContext::new(trace, span, TraceFlags::SAMPLED, false, TraceState::NONE)
}

/// HTTP without encryption, one connection per request: at most a few a second.
struct Client;

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Client")
    }
}

impl HttpClient for Client {
    fn send_bytes<'c, 'a>(
        &'c self,
        request: Request<Bytes>,
    ) -> Pin<Box<dyn Future<Output = Result<Response<Bytes>, HttpError>> + Send + 'a>>
    where
        'c: 'a,
        Self: 'a,
    {
        Box::pin(async { timeout(REQUEST_MAX, exchange(request)).await? })
    }
}

async fn exchange(request: Request<Bytes>) -> Result<Response<Bytes>, HttpError> {
    let (mut head, body) = request.into_parts();
    let authority = head.uri.authority().ok_or("the endpoint names no host")?.clone();
    let port = authority.port_u16().unwrap_or(80);
    let stream = TcpStream::connect((authority.host(), port)).await?;
    let (mut sender, connection) = handshake(TokioIo::new(stream)).await?;
    // Ends with the answer; what goes wrong there, the answer says.
    let connection = tokio::spawn(async { drop(connection.await) });
    head.headers.insert(HOST, authority.as_str().parse()?);
    head.uri = head.uri.path().parse()?;
    let answer = sender.send_request(Request::from_parts(head, Full::new(body))).await?;
    let (head, body) = answer.into_parts();
    let body = Limited::new(body, ANSWER_BYTES_MAX).collect().await?.to_bytes();
    connection.abort();
    Ok(Response::from_parts(head, body))
}
