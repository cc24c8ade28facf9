//! privacy: what is known of a person goes where they want it, and what is kept for so long only goes by the clock. A
//! decision cannot rewrite the log; so the store carries out a step of erasing ([`Sweep`](domain::erasure::Sweep)) before
//! each decision, which counts what went.

mod retention;
#[cfg(test)]
mod tests;
mod worker;

pub use retention::RetentionSettings;
pub use worker::{Privacy, Then, When};
