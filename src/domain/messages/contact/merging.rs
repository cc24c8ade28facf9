//! Messages about contacts that become one.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::customer::ContactFacts;
use crate::customer_merge::ContactKeep;
use crate::ids::ContactId;
use crate::merge::{LATER_MAX, LINKS_MAX, LOSERS_MAX, LaterEvent};

/// Other contacts became this one: whatever names one of them means this one from now on; each of them has its
/// `contact.absorbed`. What was issued to them stays as it is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ContactMerged {
    pub contact: ContactId,
    #[schemars(length(max = LOSERS_MAX))]
    pub losers: Vec<ContactId>,
    /// What is known of them from now on.
    pub known: ContactFacts,
    /// How many merges follow one another up to this one.
    #[schemars(range(min = 1, max = LINKS_MAX))]
    pub links: u8,
}

/// The contact became another one: it is only read from now on, and whatever comes is that one's.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ContactAbsorbed {
    pub contact: ContactId,
    /// Which contact it is from now on.
    pub master: ContactId,
}

/// The last merge into this contact was taken back; each contact that it was made of has its `contact.restored`, and
/// what names that one means it again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ContactUnmerged {
    pub contact: ContactId,
    #[schemars(length(max = LOSERS_MAX))]
    pub losers: Vec<ContactId>,
    /// What is known of them from now on: as before the merge, and what came after it.
    pub known: ContactFacts,
    /// The fields that were changed since, as `person.emails`: this contact keeps what they hold.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub stayed: Vec<String>,
    /// What was said about this contact since, which stays with it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(length(max = LATER_MAX))]
    pub later: Vec<LaterEvent>,
}

/// A contact that had become another one is what it was before.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ContactRestored {
    pub contact: ContactId,
    /// Which contact it was meanwhile.
    pub master: ContactId,
    /// Its state, as before: active or inactive.
    pub state: String,
    /// May they be written to in bulk? As before, unless they said otherwise since.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub consent: bool,
}

/// Make other contacts this one, up to five at once: whatever names them means this one from then on, and they are
/// only read. Documents keep whom they were issued to. `contact.unmerge` takes it back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ContactMerge {
    /// The one that stays.
    pub contact: ContactId,
    #[schemars(length(min = 1, max = LOSERS_MAX))]
    pub losers: Vec<ContactId>,
    /// From which of them a field is taken; else this contact keeps its own, and its gaps are filled.
    #[serde(default)]
    pub keep: ContactKeep,
}

/// Take the last merge into a contact back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ContactUnmerge {
    /// The contact that others became, or one of those.
    pub contact: ContactId,
}
