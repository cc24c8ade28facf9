//! ordering: an accepted quote becomes an order, the order is shipped or canceled, the deal closes.
//!
//! Accepting says, in this order, `order.created`, `quote.won`, a `quote.closed` for each sibling
//! that was still live, and `opportunity.won`: the order is the cause of the deal's end (F98), so
//! whoever reads one event after the other never meets a won deal whose order it has not heard of.

mod acceptance;
mod answer;
mod cancellation;
mod closing;
mod holding;
mod shipment;
#[cfg(test)]
mod tests;
mod update;
mod when;
mod worker;

pub use when::{Then, When};
pub use worker::Ordering;
