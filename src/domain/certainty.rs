//! How sure a reader is of what it read.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// How sure a value was read.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Certainty {
    /// In a field of known meaning, readable in one way only.
    #[default]
    Certain,
    /// By its place or its words, as in a signature.
    Likely,
    /// Otherwise.
    Guessed,
}

/// How sure the fields are on which a later step acts by itself; what is not told is certain. What is asked for
/// is certain, or there is a doubt about it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Sureness {
    /// Who asks: the person's name, else the company.
    #[serde(default, skip_serializing_if = "is_certain")]
    pub who: Certainty,
    /// The address or number to answer to.
    #[serde(default, skip_serializing_if = "is_certain")]
    pub channel: Certainty,
}

impl Sureness {
    /// Is everything certain?
    #[must_use]
    pub fn is_certain(&self) -> bool {
        *self == Self::default()
    }

    /// What a person must look at before anything is offered: finished sentences.
    pub fn doubts(&self) -> impl Iterator<Item = String> {
        let who = match self.who {
            Certainty::Certain => None,
            Certainty::Likely => {
                Some("Who asks was read from the place of the name only; look at the input.")
            }
            Certainty::Guessed => {
                Some("The enquiry does not say who asks; find out whom to offer to.")
            }
        };
        let channel =
            "The address to answer to was not read from a field of its own; look at the input.";
        let channel = (self.channel != Certainty::Certain).then_some(channel);
        who.into_iter().chain(channel).map(str::to_owned)
    }
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks by reference")]
fn is_certain(certainty: &Certainty) -> bool {
    *certainty == Certainty::Certain
}

/// Where a value of an enquiry stands in its input, and how sure it was read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Evidence {
    /// The value, as `person.emails[0]`.
    pub field: String,
    /// Header, field, property or line, as "header from", "field phone", "line 12"; absent where the value does
    /// not stand in the input as it was read, as in an encoded text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub place: Option<String>,
    pub certainty: Certainty,
    /// Its first byte in the original, and the first behind it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bytes: Option<[u64; 2]>,
}

/// Most values that a reading tells the place of.
pub const EVIDENCE_MAX: usize = 100;
