//! Intake: raw inputs of every channel become leads.

use domain::enquiry::{Channel, Reading};

pub mod card;
mod charset;
mod countries;
mod draft;
pub mod fields;
pub mod form;
mod html;
pub mod junk;
pub mod mail;
pub mod normal;
pub mod table;
mod worker;

pub use worker::{Intake, SLICE_BYTES, SLICE_ROWS, Then, When};

/// What a reader must know about us.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ReadOptions {
    /// ISO 3166-1 alpha-2 country of phone numbers without `+`; empty: none.
    pub default_region: String,
    /// Our own mail domains: who writes from there is no customer.
    pub own_domains: Vec<String>,
}

impl ReadOptions {
    /// What is wrong with these settings, as finished sentences.
    #[must_use]
    pub fn problems(&self) -> Vec<String> {
        let region = self.default_region.as_str();
        let two_letters = region.len() == 2 && region.bytes().all(|b| b.is_ascii_uppercase());
        if region.is_empty() || two_letters {
            return Vec::new();
        }
        vec![format!("`default_region` must be two capital letters, as `DE`, not `{region}`.")]
    }
}

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
    }
}

/// The key by which the sender itself names this input; `None` where it gives none.
///
/// A mail is known by Message-ID and body, a hook by its vendor's own id.
#[must_use]
pub fn external_id(channel: Channel, content_type: Option<&str>, body: &[u8]) -> Option<String> {
    match channel {
        Channel::Email => mail::identity(body),
        Channel::Web => form::external_id(content_type, body),
        Channel::Import | Channel::Card => None,
    }
}
