//! The domain.

pub mod enquiry;
