//! Intake: raw inputs of every channel become leads.

use domain::enquiry::{Channel, Reading};
use domain::raw::ExternalId;

pub mod adf;
mod asks;
pub mod card;
mod charset;
mod draft;
mod evidence;
mod explain;
pub mod fields;
pub mod form;
mod html;
pub mod junk;
mod letter;
pub mod mail;
pub mod normal;
mod options;
mod rows;
mod sender;
mod signal;
pub mod sources;
mod subject;
pub mod table;
pub mod terms;
mod worker;

pub use explain::{Explained, Lead, explain};
pub use options::ReadOptions;
pub use worker::{Again, Intake, Parts, SHEET, SLICE_BYTES, SLICE_ROWS, Then, When, again};

/// How a channel's bytes are read.
#[must_use]
pub fn read(
    channel: Channel,
    content_type: Option<&str>,
    body: &[u8],
    options: &ReadOptions,
) -> Reading {
    match channel {
        Channel::Email => mail::read(body, options),
        Channel::Web => form::read(content_type, body, options),
        Channel::Import => table::read(body, options),
        Channel::Card => card::read(body, options),
        Channel::Newer(word) => Reading::unclear(format!(
            "It came by the channel `{word}`, which only a newer leadmill reads; read it with that."
        )),
    }
}

/// The key by which the sender itself names this input; `None` where it gives none.
///
/// A mail is known by Message-ID and body, a hook by its vendor's own id.
#[must_use]
pub fn external_id(
    channel: Channel,
    content_type: Option<&str>,
    body: &[u8],
) -> Option<ExternalId> {
    match channel {
        Channel::Email => mail::identity(body).map(|key| ExternalId { key, tells_content: true }),
        Channel::Web => form::external_id(content_type, body),
        Channel::Import | Channel::Card | Channel::Newer(_) => None,
    }
}
