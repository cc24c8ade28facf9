//! `/metrics`, `/live` and `/ready`, over plain HTTP: nothing in them is personal or secret, and whoever
//! asks is a neighbour. Every connection is bounded in time, all together in number.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use http_body_util::Full;
use hyper::body::{Bytes, Incoming};
use hyper::header::{ALLOW, CONTENT_TYPE};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Method, Request, Response, StatusCode};
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;
use tracing::{info, warn};

use super::{Health, Metrics};

/// Most connections at a time; who comes later waits.
const CONNECTIONS_MAX: usize = 32;
/// Longest that a connection lives, asked or not.
const CONNECTION_MAX: Duration = Duration::from_secs(60);
/// Longest that the head of a request may take to arrive.
const HEAD_MAX: Duration = Duration::from_secs(5);
/// Pause after an accept that failed, for lack of file handles.
const ACCEPT_PAUSE: Duration = Duration::from_secs(1);
/// What Prometheus calls the text of `/metrics`.
const OPEN_METRICS: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";
const PLAIN: &str = "text/plain; charset=utf-8";

/// Answers for one process.
pub struct Endpoint {
    listener: TcpListener,
    metrics: Arc<Metrics>,
    health: Health,
}

type Reply = Response<Full<Bytes>>;

impl Endpoint {
    /// Listens.
    ///
    /// # Errors
    /// A finished sentence where nobody can listen there.
    pub async fn bind(
        address: SocketAddr,
        metrics: Arc<Metrics>,
        health: Health,
    ) -> Result<Self, String> {
        let listener = TcpListener::bind(address).await.map_err(|error| {
            format!(
                "Metrics cannot be given out at {address} ({error}); choose another address for \
                 `metrics.listen`, one for each process."
            )
        })?;
        Ok(Self { listener, metrics, health })
    }

    /// Answers until `stop`.
    pub async fn serve(self, stop: CancellationToken) {
        if let Ok(address) = self.listener.local_addr() {
            info!("Metrics and health are at http://{address}/metrics, /live and /ready.");
        }
        let Self { listener, metrics, health } = self;
        let places = Arc::new(Semaphore::new(CONNECTIONS_MAX));
        loop {
            let Ok(place) = Arc::clone(&places).acquire_owned().await else { return };
            let accepted = tokio::select! {
                () = stop.cancelled() => return,
                accepted = listener.accept() => accepted,
            };
            match accepted {
                Ok((stream, _)) => {
                    let (metrics, health) = (Arc::clone(&metrics), health.clone());
                    tokio::spawn(async move {
                        converse(stream, &metrics, &health).await;
                        drop(place);
                    });
                }
                Err(error) => {
                    warn!("Nobody can be told of metrics and health: {error}.");
                    tokio::time::sleep(ACCEPT_PAUSE).await;
                }
            }
        }
    }
}

async fn converse(stream: TcpStream, metrics: &Metrics, health: &Health) {
    let answer = service_fn(async |request: Request<Incoming>| {
        Ok::<_, Infallible>(answer(request.method(), request.uri().path(), metrics, health))
    });
    let mut http = http1::Builder::new();
    let conversation = http
        .timer(TokioTimer::new())
        .header_read_timeout(HEAD_MAX)
        .serve_connection(TokioIo::new(stream), answer);
    // Who asks badly, or goes away, has the loss.
    let _ = tokio::time::timeout(CONNECTION_MAX, conversation).await;
}

fn answer(method: &Method, path: &str, metrics: &Metrics, health: &Health) -> Reply {
    if method != Method::GET && method != Method::HEAD {
        let mut refused = plain(StatusCode::METHOD_NOT_ALLOWED, "Only GET is answered.\n".into());
        refused.headers_mut().insert(ALLOW, hyper::header::HeaderValue::from_static("GET, HEAD"));
        return refused;
    }
    match path {
        "/metrics" => {
            let mut counts = plain(StatusCode::OK, metrics.text());
            let text = hyper::header::HeaderValue::from_static(OPEN_METRICS);
            counts.headers_mut().insert(CONTENT_TYPE, text);
            counts
        }
        "/live" => verdict(&health.stuck(), "Every lane gets on."),
        "/ready" => verdict(&health.missing(), "Broker, consumers and database are there."),
        _ => {
            let known = "Ask for /metrics, /live or /ready.\n";
            plain(StatusCode::NOT_FOUND, known.into())
        }
    }
}

/// Good where there are no complaints.
fn verdict(complaints: &[String], good: &str) -> Reply {
    if complaints.is_empty() {
        plain(StatusCode::OK, format!("{good}\n"))
    } else {
        plain(StatusCode::SERVICE_UNAVAILABLE, complaints.join("\n") + "\n")
    }
}

fn plain(status: StatusCode, text: String) -> Reply {
    let mut answer = Response::new(Full::new(Bytes::from(text)));
    *answer.status_mut() = status;
    let plain = hyper::header::HeaderValue::from_static(PLAIN);
    answer.headers_mut().insert(CONTENT_TYPE, plain);
    answer
}
