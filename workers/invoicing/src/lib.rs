//! invoicing: a fulfilled order becomes an invoice with a gapless number; then it is paid or canceled. Money that
//! names no invoice is held as a transfer.

mod answer;
mod booking;
mod cancellation;
mod document;
mod invoicing;
mod issue;
mod payment;
mod seller;
#[cfg(test)]
mod tests;
mod transfer;
mod when;
mod worker;

pub use invoicing::Invoicing;
pub use seller::SellerSettings;
pub use when::{Then, When};
