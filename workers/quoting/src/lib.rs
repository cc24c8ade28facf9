//! The worker `quoting`: prices what an opportunity wants, offers it as a quote, keeps the quote's
//! life cycle and the catalog that the prices come from.

mod bundle;
mod by_hand;
mod catalog;
mod draft;
mod edit;
mod edited;
mod header;
mod limits;
mod line;
mod lines;
mod products;
mod properties;
mod quoting;
mod revision;
mod settings;
mod stakeholder;
mod step;
mod terms;
mod when;
mod wish;
mod worker;

pub use quoting::Quoting;
pub use settings::{Amount, QuotingSettings};
pub use when::{Then, When};

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests;
