//! The SQL of the lab, checked as that of the store is: what measures and what judges asks for more than
//! any verb of the product.

pub mod alike;
pub mod batch;
pub mod evidence;
pub mod history;
pub mod tape;
pub mod written;
