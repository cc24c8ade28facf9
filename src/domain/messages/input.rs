//! Messages about raw inputs.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::certainty::{EVIDENCE_MAX, Evidence};
use crate::correction::Correction;
use crate::declared::Declared;
use crate::enquiry::{Channel, Enquiry, NoLead, Part, PartReading};
use crate::ids::InputId;
use crate::input::{CHANGES_MAX, HoldReason, PartOf};
use crate::text::Short;

crate::messages! { Input:
    events {
        InputHeld = "input.held.v1" by input;
        InputRejected = "input.rejected.v1" by input;
        InputReread = "input.reread.v1" by input;
        InputSplit = "input.split.v1" by input;
    }
    commands {
        InputRelease = "input.release.v1" by input needs ReleaseInput;
        InputReject = "input.reject.v1" by input needs RejectInput;
        InputReadAgain = "input.read_again.v1" by input needs RereadInput;
        InputRow = "input.row.v1" by input;
        ImportContinue = "import.continue.v1" by import;
    }
}

/// A raw input was set aside: a person must look, then say `input.release` or `input.reject`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct InputHeld {
    pub input: InputId,
    pub channel: Channel,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub part_of: Option<PartOf>,
    pub hold_reason: HoldReason,
    /// A finished sentence for the person who looks.
    #[schemars(extend("x-personal" = true))]
    pub reason: String,
    /// What was read, as far as it was: released as it is, or with corrections.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub enquiry: Option<Box<Enquiry>>,
    /// Where its values stand in the input, and how sure each is.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(length(max = EVIDENCE_MAX))]
    pub evidence: Vec<Evidence>,
    /// The two parties that its keys point at, where that is why.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub parties: Vec<Uuid>,
}

/// A raw input is surely no lead.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct InputRejected {
    pub input: InputId,
    pub channel: Channel,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub part_of: Option<PartOf>,
    /// What it is instead; absent where a person rejected it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kind: Option<NoLead>,
    #[schemars(extend("x-personal" = true))]
    pub reason: String,
}

/// Later readers make something else of an input than what was made of it before. Its verdict stays, and so does
/// what came of it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct InputReread {
    pub input: InputId,
    pub channel: Channel,
    pub reading: PartReading,
    /// What differs from the reading before, as `enquiry.person.emails`.
    #[schemars(length(max = CHANGES_MAX))]
    pub changed: Vec<Short>,
}

/// A raw input is a collection, of which parts were taken out; each has a verdict of its own.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct InputSplit {
    pub input: InputId,
    pub channel: Channel,
    /// How many were taken out by now.
    pub parts: u64,
    /// These are all.
    pub done: bool,
}

/// Make a lead of a held input after all.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct InputRelease {
    pub input: InputId,
    /// What a person corrects in what was read, or reads where nothing was; where absent, what was read is
    /// right.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub enquiry: Option<Correction>,
    /// Whose it is, where its keys point at two parties: the id of one of them. The keys of the other stay theirs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub party: Option<Uuid>,
    /// It is nobody's of them; whoever has its keys keeps them.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub third: bool,
}

/// A held input is no lead.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct InputReject {
    pub input: InputId,
    pub reason: Short,
}

/// Keep what later readers make of an input, beside what was made of it; `leadmill reread` says so of all whose
/// reading changed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct InputReadAgain {
    pub input: InputId,
    pub reading: PartReading,
    /// What differs from the reading before, as `enquiry.person.emails`.
    #[schemars(length(max = CHANGES_MAX))]
    pub changed: Vec<Short>,
}

/// One part of a collection, on its own way from here on. leadmill says it to itself.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct InputRow {
    /// The collection.
    pub input: InputId,
    pub channel: Channel,
    pub part: Part,
}

/// Take the next parts out of a collection. leadmill says it to itself.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ImportContinue {
    pub import: InputId,
    /// The place of the first part that was not taken yet; the first of all is 1.
    pub from_row: u64,
    pub channel: Channel,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub content_type: Option<String>,
    /// The number of the collection's first part: above 1 where it is a part of a longer file.
    pub first_row: u64,
    /// The list is a sheet: its parts have the numbers of their rows there.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub sheet: bool,
    /// What its sender declares about it.
    #[serde(default, skip_serializing_if = "Declared::is_empty")]
    pub declared: Declared,
}
