//! The one form of each value that people type: texts, e-mail addresses, telephones, countries, tax ids. What a reader
//! reads and what a person corrects pass the same forms, so that everybody is recognised by the same keys.
//!
//! Nothing is guessed: what can be read in two ways is `None`, and the caller keeps it as written or refuses it.

pub mod countries;
pub mod digits;
mod email;
mod fold;
mod organisation;
mod phone;
mod settle;
mod text;

pub use email::email;
pub use fold::{any_word, fold};
pub use organisation::{country, host, tax_id};
pub use phone::{Phones, is_scientific, phone, phones, warm_up};
pub use settle::{corrected, emails, numbers, settle_address};
pub use text::{is_blank, line, lower, paragraph, push_words};
