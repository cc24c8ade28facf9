//! leadmill

pub mod servers;
