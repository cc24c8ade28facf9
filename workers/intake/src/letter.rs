//! A mail taken apart, whichever way it came.

use chrono::{DateTime, Utc};
use domain::word_list::Words;

/// A mailbox as a header names it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Mailbox {
    /// The display name, unless it is an address itself.
    pub name: Option<String>,
    /// Canonical address.
    pub email: String,
}

/// A mail: raw, or taken apart by a gateway.
#[derive(Clone, Debug, Default)]
pub struct Letter {
    pub from: Option<Mailbox>,
    pub reply_to: Vec<Mailbox>,
    pub to: Vec<Mailbox>,
    pub subject: Option<String>,
    /// The readable text, quotations included.
    pub text: String,
    /// The gateway's own cut of the new text, where it made one.
    pub fresh: Option<String>,
    pub sent_at: Option<DateTime<Utc>>,
    /// Headers by lower-case name, values as in the mail.
    pub headers: Vec<(String, String)>,
    /// Content types of all parts, lower case.
    pub content_types: Vec<String>,
    /// Names of attached files.
    pub files: Vec<String>,
    /// The text of a part that holds ADF.
    pub adf: Option<String>,
    /// What a gateway says about the mail beyond its text, by name.
    pub notes: Vec<(String, String)>,
    /// Whether there are bytes of a text of which nothing can be read.
    pub unreadable: bool,
    /// A mail attached to this one.
    pub inner: Option<Box<Letter>>,
}

impl Letter {
    /// The first value of a header, by lower-case name.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.trim())
    }

    /// Whether there is any of these headers, whatever it says.
    #[must_use]
    pub(crate) fn has_header(&self, names: &Words) -> bool {
        self.headers.iter().any(|(name, _)| names.has(name))
    }
}
