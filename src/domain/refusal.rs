//! What can go wrong with a message, as types: malformed (our own trouble) or refused (an answer).

use serde::Serialize;
use uuid::Uuid;

use crate::message::{Subject, SubjectKind};
use crate::text::shown;

/// The bytes are no message of ours that we understand. A command from outside is refused with it where
/// its subject can be read; else the message is parked with this reason.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{reason}")]
pub struct Malformed {
    /// A finished sentence; what it repeats of the message is an excerpt.
    pub reason: String,
    /// The field that does not fit, as `lines[0].quantity`; empty where it is none alone.
    pub field: String,
}

/// The rule by which data that does not fit its schema is refused.
pub const INVALID_DATA: &str = "invalid_data";
/// Longest name and state found in an answer, in characters: what they repeat may be the sender's.
const NAMED_CHARS_MAX: usize = 200;
/// Longest sentence of an answer, in characters: the problems of a catalog are the longest.
const MESSAGE_CHARS_MAX: usize = 20_000;

impl Malformed {
    #[must_use]
    pub fn new(reason: impl Into<String>) -> Self {
        Self { reason: reason.into(), field: String::new() }
    }

    /// The answer to a command about this subject.
    #[must_use]
    pub fn refusal(&self, subject: Subject) -> Refusal {
        let found = if self.field.is_empty() { "data" } else { &self.field };
        Refusal::no(subject.kind, subject.id, INVALID_DATA, found, &self.reason)
    }
}

/// A business rule says no. An answer, not an error: it is recorded, and an outside command gets it
/// as `<subject>.refused`.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// Final at once.
    #[error("{0}")]
    No(Reason),
    /// Something that may still come is missing: the message waits in a delay queue and is asked
    /// again, a bounded number of times; then it is `No`.
    #[error("{0}")]
    NotYet(Reason),
    /// It depends on a word that only a newer program knows. One of ours waits as with `NotYet`, because that
    /// program may be about to take over; then, and from outside at once, it is parked: a no would be final.
    #[error("{0}")]
    Newer(Reason),
}

/// Which rule refused what.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Reason {
    /// What the message was about.
    pub subject: SubjectKind,
    /// Its id or number, as the sender named it.
    pub named: String,
    /// The rule's name, stable for programs: `quote.closed`, `order.shipped_beyond_ordered`.
    pub rule: &'static str,
    /// The state found, as far as there is one.
    pub found: String,
    /// A finished sentence for people, with the next step.
    pub message: String,
}

impl Reason {
    /// Cut and cleaned: what it repeats of a message may be of any length, and no text at all.
    #[must_use]
    pub fn new(
        subject: SubjectKind,
        named: impl ToString,
        rule: &'static str,
        found: impl ToString,
        message: impl Into<String>,
    ) -> Self {
        Self {
            subject,
            named: shown(&named.to_string(), NAMED_CHARS_MAX, false),
            rule,
            found: shown(&found.to_string(), NAMED_CHARS_MAX, false),
            message: shown(&message.into(), MESSAGE_CHARS_MAX, true),
        }
    }
}

impl std::fmt::Display for Reason {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} ({})", self.message, self.rule)
    }
}

impl Refusal {
    /// The rule `rule` says no, for ever.
    #[must_use]
    pub fn no(
        subject: SubjectKind,
        named: impl ToString,
        rule: &'static str,
        found: impl ToString,
        message: impl Into<String>,
    ) -> Self {
        Self::No(Reason::new(subject, named, rule, found, message))
    }

    /// Nobody has heard of the subject; it may still be on its way.
    #[must_use]
    pub fn unknown(subject: SubjectKind, named: impl ToString) -> Self {
        let named = named.to_string();
        let message = format!(
            "No {subject} `{named}` is known; check the id, or send the command after the event that \
             names it."
        );
        Self::NotYet(Reason::new(subject, named, "unknown", "nothing", message))
    }

    /// The rule and its circumstances.
    #[must_use]
    pub const fn reason(&self) -> &Reason {
        match self {
            Self::No(reason) | Self::NotYet(reason) | Self::Newer(reason) => reason,
        }
    }
}

/// Whoever changes what they saw does not change what somebody else made of it meanwhile.
///
/// # Errors
/// [`Refusal`] where the record has another sequence than they saw.
pub fn expect(
    Subject { kind, id }: Subject,
    sequence: i64,
    expected: Option<i64>,
) -> Result<(), Refusal> {
    let Some(expected) = expected.filter(|expected| *expected != sequence) else { return Ok(()) };
    let message = format!(
        "The {kind} `{id}` has changed: its sequence is {sequence}, and {expected} was expected. Look at it with \
         `leadmill show {kind} {id}`, and send what still holds."
    );
    Err(Refusal::no(kind, id, "expected_sequence", format!("sequence {sequence}"), message))
}

/// The reference of a record that already holds what a command asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Already {
    pub subject: SubjectKind,
    pub id: Uuid,
    /// The document number or the sender's own reference, where there is one.
    pub reference: Option<String>,
}
