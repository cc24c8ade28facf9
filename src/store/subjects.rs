//! The subjects: a file for each with its declared table, the statements that its links need, and how a row
//! becomes a record again. Party keys, the keys of likeness, series and the catalog are written
//! by hand.

pub mod account;
pub mod bulk;
pub mod catalog;
pub mod consent;
pub mod contact;
pub mod duplicate;
pub mod erasure;
pub mod exchange_rates;
pub mod input;
pub mod invoice;
pub mod lead;
pub mod likeness;
pub mod line;
pub mod opportunity;
pub mod order;
pub mod party;
pub mod payment;
pub mod proposal;
pub mod quote;
pub mod series;
pub mod shipment;
pub mod totals;
pub mod transfer;
