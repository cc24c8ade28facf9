//! Answers to commands from outside that changed nothing: refused by a rule, or done already.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::message::{MessageKind, MessageType, SubjectKind};

/// A business rule refused a command; nothing changed.
///
/// It has no `sequence`. The `subject` is the id that the sender named, known or not.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Refused {
    /// The command as the sender identified it: its CloudEvents `id`.
    pub command: String,
    /// The `source` of the command.
    pub command_source: String,
    /// The command's type, as `leadmill.quote.accept.v1`.
    pub command_type: String,
    /// The rule's name, stable for programs.
    pub rule: String,
    /// The state found.
    #[schemars(extend("x-personal" = true))]
    pub found: String,
    /// A finished sentence for people.
    #[schemars(extend("x-personal" = true))]
    pub message: String,
}

/// A command's effect already held; nothing changed.
///
/// A type of its own, so that whoever counts `order.created` counts no order twice.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct AlreadyDone {
    /// The command as the sender identified it: its CloudEvents `id`.
    pub command: String,
    /// The `source` of the command.
    pub command_source: String,
    /// The command's type.
    pub command_type: String,
    /// Always true: for readers who look at the data alone.
    pub already: bool,
    /// The kind of the record that holds the effect.
    pub record_kind: SubjectKind,
    pub record: Uuid,
    /// Its document number or the sender's own reference.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reference: Option<String>,
}

macro_rules! answers {
    ($($kind:ident $word:ident,)*) => {
        /// The type of a refusal about such a subject.
        #[must_use]
        pub const fn refused(kind: SubjectKind) -> &'static MessageType {
            match kind {
                $(SubjectKind::$kind => answers!(@one $kind concat!(stringify!($word), ".refused.v1"), Refused),)*
            }
        }

        /// The type of an answer "done already" about such a subject.
        #[must_use]
        pub const fn already(kind: SubjectKind) -> &'static MessageType {
            match kind {
                $(SubjectKind::$kind => answers!(@one $kind concat!(stringify!($word), ".already.v1"), AlreadyDone),)*
            }
        }
    };
    (@one $kind:ident $name:expr, $data:ident) => {
        &MessageType {
            name: $name,
            kind: MessageKind::Event,
            about: SubjectKind::$kind,
            field: None,
            needs: None,
            schema: |generator| generator.subschema_for::<$data>(),
            #[cfg(any(test, feature = "samples"))]
            again: crate::message::again::<$data>,
        }
    };
}
crate::kinds!(answers);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_of_subject_has_both_answers() {
        for kind in SubjectKind::ALL {
            assert_eq!(refused(kind).name, format!("{kind}.refused.v1"));
            assert_eq!(already(kind).name, format!("{kind}.already.v1"));
        }
    }
}
