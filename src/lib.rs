//! leadmill

pub mod cli;
pub mod contract;
pub mod envelope;
pub mod messaging;
pub mod rules;
pub mod runtime;
pub mod servers;
pub mod settings;
pub mod store;
pub mod workers;
