//! leadmill

pub mod store;
