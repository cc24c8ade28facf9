//! What a message is: a type with a name, a kind, a subject and a schema. Declared once, in the file of its subject.

use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::{Serialize, de::DeserializeOwned};
use uuid::Uuid;

use crate::ids::Id;
use crate::rights::Right;

/// Put before every type on the wire: `leadmill.lead.qualified.v1`.
pub const TYPE_PREFIX: &str = "leadmill.";

/// An event says what happened; a command asks for something.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum MessageKind {
    Event,
    Command,
}

/// Hands the list of everything that messages are about, in the order of a pipeline, to a macro: the kind,
/// and the word for it in types and tables, which names the file of its messages too.
#[macro_export]
macro_rules! kinds {
    ($with:ident) => {
        $with! {
            Input input, Lead lead, Duplicate duplicate, Account account, Contact contact, Consent consent, Proposal proposal, Opportunity opportunity,
            Quote quote, Order order, Invoice invoice, Transfer transfer, Bulk bulk, Catalog catalog, Erasure erasure,
        }
    };
}

macro_rules! subject_kind {
    ($($kind:ident $word:ident,)*) => {
        /// The records that messages are about.
        #[derive(
            Clone,
            Copy,
            Debug,
            PartialEq,
            Eq,
            PartialOrd,
            Ord,
            Hash,
            serde::Serialize,
            serde::Deserialize,
            JsonSchema,
        )]
        #[serde(rename_all = "snake_case")]
        #[schemars(transform = crate::newer::open)]
        pub enum SubjectKind {
            $($kind),*
        }

        impl SubjectKind {
            /// Every kind, in the order of a pipeline.
            pub const ALL: [Self; [$(stringify!($word)),*].len()] = [$(Self::$kind),*];

            /// The word in message types and tables.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self {
                    $(Self::$kind => stringify!($word)),*
                }
            }

            /// The kind of that name.
            #[must_use]
            pub fn named(name: &str) -> Option<Self> {
                Self::ALL.into_iter().find(|kind| kind.name() == name)
            }
        }
    };
}
crate::kinds!(subject_kind);

impl std::fmt::Display for SubjectKind {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name())
    }
}

/// One record, by kind and id.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Subject {
    pub kind: SubjectKind,
    pub id: Uuid,
}

/// The declaration of one message type: everything that follows from its line.
#[derive(Debug)]
pub struct MessageType {
    /// Without prefix, with the major version: `lead.qualified.v1`. Also the routing key.
    pub name: &'static str,
    pub kind: MessageKind,
    pub about: SubjectKind,
    /// The field of its data that holds the id of what it is about; an answer has none.
    pub field: Option<&'static str>,
    /// The right that a sender outside needs to ask for it.
    pub needs: Option<Right>,
    /// The JSON Schema of the data, computed from the struct.
    pub schema: fn(&mut SchemaGenerator) -> Schema,
    /// Its data, read into the struct and written again; for tests.
    #[cfg(any(test, feature = "samples"))]
    pub again: fn(serde_json::Value) -> serde_json::Result<serde_json::Value>,
}

impl MessageType {
    /// The CloudEvents `type`.
    #[must_use]
    pub fn wire_name(&self) -> String {
        format!("{TYPE_PREFIX}{}", self.name)
    }
}

/// Reads data into its struct and writes it again.
#[cfg(any(test, feature = "samples"))]
pub(crate) fn again<T: Serialize + DeserializeOwned>(
    data: serde_json::Value,
) -> serde_json::Result<serde_json::Value> {
    serde_json::to_value(serde_json::from_value::<T>(data)?)
}

/// A field that names what a message is about.
pub trait Names {
    /// The id of that; nil where it is about nothing that is there.
    fn named(&self) -> Uuid;
}

impl<I: Id> Names for I {
    fn named(&self) -> Uuid {
        self.uuid()
    }
}

impl<I: Id> Names for Option<I> {
    fn named(&self) -> Uuid {
        self.map_or_else(Uuid::nil, Id::uuid)
    }
}

/// Data of one declared type.
pub trait Message:
    Serialize + DeserializeOwned + JsonSchema + Clone + std::fmt::Debug + Send + Sync + 'static
{
    const TYPE: &'static MessageType;

    /// The record that it is about.
    fn subject(&self) -> Subject;
}

/// A set of message types that a worker hears or says; see [`one_of!`](macro@crate::one_of).
pub trait OneOf: Sized {
    /// The types, in the order of declaration.
    const TYPES: &'static [&'static MessageType];
}

/// A message ready to be stored and sent: what [`Outcome`](crate::decide::Outcome) carries.
#[derive(Clone, Debug, PartialEq)]
pub struct Said {
    pub ty: &'static MessageType,
    pub subject: Subject,
    /// The data as JSON text.
    pub data: String,
}

impl PartialEq for MessageType {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name
    }
}

impl Said {
    /// The message as it will be stored and sent.
    #[must_use]
    pub fn of<M: Message>(message: &M) -> Self {
        let data = serde_json::to_string(message);
        Self {
            ty: M::TYPE,
            subject: message.subject(),
            data: data.expect("a message struct has string keys only, so that it is always JSON"),
        }
    }
}
