//! quoting
