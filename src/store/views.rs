//! Views: how things stand and what came of what, for people and for the audit. They read and never write.

pub mod audit;
pub mod billable;
pub mod blocker;
pub mod competitor;
pub mod customer;
pub mod detail;
pub mod found;
pub mod history;
pub mod imports;
pub mod keys;
pub mod label;
pub mod latency;
pub mod list;
pub mod outcome;
pub mod past_catalog;
pub mod readings;
pub mod status;
pub mod subject;
pub mod summary;
mod survivor;
pub mod trace;
