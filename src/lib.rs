//! leadmill
pub mod messaging;
