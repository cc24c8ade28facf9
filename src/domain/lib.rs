//! The domain: subjects with their life cycles, the messages about them, and the grammar of a
//! worker. Nothing here waits, and the manifest proves it: no tokio, no sqlx, no lapin.

pub mod answers;
pub mod apportion;
pub mod arrived;
pub mod asked;
pub mod catalog;
pub mod certainty;
pub mod correction;
pub mod customer;
pub mod day;
pub mod decide;
pub mod declared;
pub mod document;
pub mod enquiry;
pub mod found;
pub mod history;
pub mod host;
pub mod ids;
pub mod input;
pub mod invoice;
pub mod keys;
pub mod lead;
pub mod lifecycle;
pub mod links;
pub mod locks;
pub mod mention;
pub mod message;
mod messages;
pub mod money;
pub mod needs;
pub mod newer;
mod one_of;
pub mod opportunity;
pub mod order;
pub mod outcome;
pub mod party;
pub mod pricing;
pub mod quote;
pub mod raw;
pub mod record;
pub mod reference;
pub mod refusal;
pub mod replay;
#[cfg(any(test, feature = "samples"))]
pub mod samples;
pub mod schema;
pub mod shape;
pub mod shelf;
pub mod story;
pub mod subjects;
pub mod table;
pub mod text;
pub mod totals;
pub mod word_list;
pub mod world;

pub use messages::{commands, events};
