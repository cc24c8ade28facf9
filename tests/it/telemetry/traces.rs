//! Spans as a collector gets them, from real processes.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex};

use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::trace::v1::{Span, span::SpanKind};
use prost::Message as _;
use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use crate::installation::{Installation, LOOK_EVERY, PATIENCE, form, raw};

/// A small collector: takes OTLP over HTTP and keeps every span, with the service that sent it.
struct Collector {
    endpoint: String,
    spans: Arc<Mutex<Vec<(String, Span)>>>,
}

impl Collector {
    async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let endpoint = format!("http://{}", listener.local_addr().unwrap());
        let spans = Arc::default();
        let kept = Arc::clone(&spans);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(take(stream, Arc::clone(&kept)));
            }
        });
        Self { endpoint, spans }
    }

    /// Waits until the spans are as they must be, and gives them.
    async fn until(
        &self,
        what: &str,
        enough: impl Fn(&[(String, Span)]) -> bool,
    ) -> Vec<(String, Span)> {
        let waiting = tokio::time::Instant::now();
        loop {
            let spans = self.spans.lock().unwrap().clone();
            if enough(&spans) {
                return spans;
            }
            let names: Vec<_> = spans.iter().map(|(_, span)| &span.name).collect();
            assert!(waiting.elapsed() < PATIENCE, "waited in vain until {what}: {names:#?}");
            tokio::time::sleep(LOOK_EVERY).await;
        }
    }
}

/// One request, as the exporter sends it: with its length, one per connection.
async fn take(mut stream: TcpStream, kept: Arc<Mutex<Vec<(String, Span)>>>) {
    let mut bytes = Vec::new();
    let head = loop {
        if let Some(end) = bytes.windows(4).position(|four| four == b"\r\n\r\n") {
            break end + 4;
        }
        assert!(stream.read_buf(&mut bytes).await.unwrap() > 0, "the request has no head");
    };
    let text = String::from_utf8(bytes[..head].to_vec()).unwrap().to_ascii_lowercase();
    assert!(text.starts_with("post /v1/traces http/1.1\r\n"), "{text}");
    assert!(text.contains("content-type: application/x-protobuf\r\n"), "{text}");
    let length = text.lines().find_map(|line| line.strip_prefix("content-length: ")).unwrap();
    let length: usize = length.parse().unwrap();
    while bytes.len() < head + length {
        assert!(stream.read_buf(&mut bytes).await.unwrap() > 0, "the request ends too early");
    }
    let request = ExportTraceServiceRequest::decode(&bytes[head..]).unwrap();
    for sent in request.resource_spans {
        let service = sent.resource.unwrap().attributes.into_iter();
        let service =
            service.filter(|kv| kv.key == "service.name").map(|kv| format!("{:?}", kv.value));
        let service: String = service.collect();
        let spans = sent.scope_spans.into_iter().flat_map(|scope| scope.spans);
        kept.lock().unwrap().extend(spans.map(|span| (service.clone(), span)));
    }
    let _ = stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n").await;
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn said(spans: &[(String, Span)], ty: &str) -> bool {
    let exchange = "create leadmill.events.";
    spans.iter().any(|(_, span)| span.name.starts_with(exchange) && span.name.ends_with(ty))
}

/// Whom the message meets that becomes an invoice, after intake.
const PIPELINE: [&str; 4] = ["qualification", "quoting", "ordering", "invoicing"];

#[tokio::test]
async fn one_trace_leads_from_a_raw_input_to_its_invoice_through_every_worker() {
    let it = Installation::new().await;
    let collector = Collector::start().await;
    let variables = [
        ("LEADMILL_TRACING__OTLP_ENDPOINT", collector.endpoint.as_str()),
        ("LEADMILL_TRACING__SAMPLE_RATIO", "1"),
    ];
    let workers = it.start(&[], &variables);
    it.catalog().await;
    it.send("intake.web", "application/json", vec![form(1)]).await;
    it.until("it is offered", "SELECT count(*) = 1 FROM quote WHERE state = 'active'").await;
    // Customer and warehouse trace nothing: their commands go on in the trace of the pipeline.
    let quote = it.texts("SELECT id::text FROM quote").await.remove(0);
    it.command("quote.accept.v1", json!({ "quote": quote })).await;
    it.until("it is ordered", "SELECT count(*) = 1 FROM sales_order").await;
    let lines = "SELECT sales_order || ' ' || id || ' ' || quantity FROM order_line ORDER BY id";
    for line in it.texts(lines).await {
        let parts: Vec<_> = line.split(' ').collect();
        let shipped = json!([{ "line": parts[1], "quantity": parts[2] }]);
        let data = json!({ "order": parts[0], "reference": "all", "lines": shipped });
        it.command("order.ship.v1", data).await;
    }
    it.until("it is invoiced", "SELECT count(*) = 1 FROM invoice").await;
    let spans = collector.until("all are sent", |spans| said(spans, "invoice.issued.v1")).await;
    workers.stop().await;

    let pipeline =
        "SELECT replace(correlation::text, '-', '') FROM event WHERE type = 'invoice.issued.v1'";
    let trace = it.texts(pipeline).await.remove(0);
    let spans: Vec<_> =
        spans.into_iter().filter(|(_, span)| hex(&span.trace_id) == trace).collect();
    let by_id: BTreeMap<_, _> =
        spans.iter().map(|(_, span)| (span.span_id.clone(), span)).collect();
    assert_eq!(by_id.len(), spans.len(), "every span has an id of its own");
    let invoice = spans.iter().find(|(_, span)| span.name.ends_with("invoice.issued.v1")).unwrap();
    let mut way = vec![&invoice.1];
    while let Some(parent) = by_id.get(&way[way.len() - 1].parent_span_id) {
        way.push(parent);
    }
    let names: Vec<_> = way.iter().rev().map(|span| span.name.as_str()).collect();
    assert_eq!(names.first(), Some(&"process intake.web"), "{names:#?}");
    for worker in PIPELINE {
        assert!(names.contains(&format!("process {worker}").as_str()), "{worker}: {names:#?}");
    }
    for pair in way.windows(2) {
        let kinds = (pair[0].kind(), pair[1].kind());
        let allowed =
            [(SpanKind::Producer, SpanKind::Consumer), (SpanKind::Consumer, SpanKind::Producer)];
        assert!(allowed.contains(&kinds), "what is said is decided, and the other way: {kinds:?}");
    }
    let services: BTreeSet<_> = spans.iter().map(|(service, _)| service).collect();
    assert!(services.len() > PIPELINE.len(), "intake and each of them: {services:#?}");
    let roots = spans.iter().filter(|(_, span)| span.parent_span_id.is_empty()).count();
    assert_eq!(roots, 1, "everything hangs together");
}

#[tokio::test]
async fn what_a_sender_traces_stays_in_its_trace_and_what_it_does_not_stays_out() {
    let it = Installation::new().await;
    let collector = Collector::start().await;
    let variables = [
        ("LEADMILL_TRACING__OTLP_ENDPOINT", collector.endpoint.as_str()),
        ("LEADMILL_TRACING__SAMPLE_RATIO", "0"),
    ];
    let intake = it.start(&["intake"], &variables);
    let traced = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7";
    let mut forms = Vec::new();
    for (n, flags) in [(1, Some("00")), (2, Some("01")), (3, None)] {
        let mut form = raw("intake.web", "application/json", form(n));
        let header = |flags| ("traceparent".to_owned(), format!("{traced}-{flags}"));
        form.headers.extend(flags.map(header));
        forms.push(form);
    }
    it.publish(forms).await;
    it.until("all are leads", "SELECT count(*) = 3 FROM lead").await;
    collector.until("the traced one is sent", |spans| said(spans, "lead.captured.v1")).await;
    // What was gathered is sent before the process ends.
    intake.stop().await;
    let spans = collector.spans.lock().unwrap().clone();
    assert_eq!(spans.len(), 2, "a decision and what it said: {spans:#?}");
    let (_, decided) = spans.iter().find(|(_, span)| span.kind() == SpanKind::Consumer).unwrap();
    assert_eq!(hex(&decided.trace_id), "4bf92f3577b34da6a3ce929d0e0e4736");
    assert_eq!(hex(&decided.parent_span_id), "00f067aa0ba902b7");
    let kept = "SELECT coalesce(right(traceparent, 2), 'none') FROM event ORDER BY 1";
    assert_eq!(it.texts(kept).await, ["00", "01", "none"]);
}

#[tokio::test]
async fn a_collector_that_is_away_holds_nobody_up() {
    let it = Installation::new().await;
    let nobody = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let endpoint = format!("http://{nobody}");
    let variables = [
        ("LEADMILL_TRACING__OTLP_ENDPOINT", endpoint.as_str()),
        ("LEADMILL_TRACING__SAMPLE_RATIO", "1"),
    ];
    let mut intake = it.start(&["intake"], &variables);
    it.send("intake.web", "application/json", (0..30).map(form).collect()).await;
    it.until("all are leads", "SELECT count(*) = 30 FROM lead").await;
    intake.says("The collector takes no spans").await;
    intake.stop().await;
}
