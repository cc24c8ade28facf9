//! What can go wrong with a message, as types: malformed (our own trouble) or refused (an answer).

use serde::Serialize;
use uuid::Uuid;

use crate::message::SubjectKind;

/// The bytes are no message of ours that we understand; the message is parked with this reason.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Malformed(pub String);

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
        Self::No(Reason {
            subject,
            named: named.to_string(),
            rule,
            found: found.to_string(),
            message: message.into(),
        })
    }

    /// Nobody has heard of the subject; it may still be on its way.
    #[must_use]
    pub fn unknown(subject: SubjectKind, named: impl ToString) -> Self {
        let named = named.to_string();
        Self::NotYet(Reason {
            subject,
            rule: "unknown",
            found: "nothing".into(),
            message: format!(
                "No {subject} `{named}` is known; check the id, or send the command after the \
                 event that names it."
            ),
            named,
        })
    }

    /// The rule and its circumstances.
    #[must_use]
    pub const fn reason(&self) -> &Reason {
        match self {
            Self::No(reason) | Self::NotYet(reason) => reason,
        }
    }
}

/// The reference of a record that already holds what a command asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Already {
    pub subject: SubjectKind,
    pub id: Uuid,
    /// The document number or the sender's own reference, where there is one.
    pub reference: Option<String>,
}
