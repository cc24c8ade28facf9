//! leadmill
