//! What can be seen of a running process from outside: counts, health, traces.
//!
//! * **Counts** are kept in any case, once per batch and never per message, by a [`Meter`] for each
//!   lane; `[metrics] listen` gives them out as `/metrics`, in the text that Prometheus reads.
//! * **Health** is two questions. `/live`: does every lane get on, or wait for a reason that it can
//!   name? If not, restarting helps. `/ready`: are broker, consumers and database there? If not,
//!   restarting does not help, and the answer says what is missing.
//! * **Traces** ([`Tracer`]): `[tracing] otlp_endpoint` gives each sampled message that is decided, and
//!   each that is said, a span; they are made and sent beside the lanes, and dropped rather than
//!   waited for.

mod endpoint;
mod health;
mod meter;
mod otlp;
mod settings;
mod trace;

pub use endpoint::Endpoint;
pub use health::{Health, LaneHealth, WorkerHealth};
pub use meter::{Counts, Meter, Metrics, Setback, Stopwatch, WorkerMeter};
pub use otlp::Sending;
pub use settings::{MetricsSettings, TracingSettings};
pub use trace::{DecidedSpan, Place, SaidSpan, Spans, Step, Tracer};
