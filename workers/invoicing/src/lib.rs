//! invoicing: a fulfilled order becomes an invoice with a gapless number; then it is paid or canceled.

mod answer;
mod bill;
mod cancellation;
mod document;
mod invoicing;
mod issue;
mod payment;
mod seller;
#[cfg(test)]
mod tests;
mod when;
mod worker;

pub use invoicing::Invoicing;
pub use seller::SellerSettings;
pub use when::{Then, When};
