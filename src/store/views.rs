//! Views: how things stand and what came of what, for people and for the audit. They read and never write.

pub mod audit;
pub mod blocker;
pub mod imports;
pub mod latency;
pub mod outcome;
pub mod readings;
pub mod status;
pub mod summary;
pub mod trace;
