//! privacy: what is known of a person goes where they want it. A decision cannot rewrite the log; so the store carries
//! out a step of erasing ([`Sweep`](domain::erasure::Sweep)) before each decision, which counts what went.

mod worker;

pub use worker::{Privacy, Then, When};
