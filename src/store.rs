//! The store: the only place that knows SQL.

pub mod account;
pub mod catalog;
pub mod contact;
pub mod input;
pub mod invoice;
pub mod lead;
pub mod number;
pub mod opportunity;
pub mod order;
pub mod party;
pub mod quote;
pub mod save;
pub mod series;
pub mod world;

mod column;
mod line;
mod payment;
mod shipment;
mod totals;
