//! Messages about leads that become one, that are kept apart, and whose import is undone.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::enquiry::Enquiry;
use crate::ids::{AccountId, ContactId, InputId, LeadId, OpportunityId};
use crate::kept_apart::{APART_MAX, NAMED_MAX};
use crate::merge::{KEYS_MAX, LATER_MAX, LOSERS_MAX, LaterEvent};
use crate::merging::Keep;
use crate::stakeholder::Stakeholder;
use crate::undo::ReleasedKey;

/// Other leads became this one, which has their enquiries, keys and deal from now on; each of them has its
/// `lead.absorbed`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct LeadMerged {
    pub lead: LeadId,
    #[schemars(length(max = LOSERS_MAX))]
    pub losers: Vec<LeadId>,
    /// What is known of the person from now on, and what they want.
    pub enquiry: Enquiry,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub account: Option<AccountId>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub contact: Option<ContactId>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub opportunity: Option<OpportunityId>,
    /// The persons who have a part in the decision from now on.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub stakeholders: Vec<Stakeholder>,
    /// The rivals who want the same sale, from now on.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub competitors: Vec<String>,
    /// The keys that pointed at one of the others and point at this lead from now on.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(extend("x-personal" = true), length(max = KEYS_MAX))]
    pub keys: Vec<String>,
}

/// The lead became another one: it is only read from now on, and whatever comes is that one's.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct LeadAbsorbed {
    pub lead: LeadId,
    pub number: String,
    /// Which lead it is from now on.
    pub master: LeadId,
}

/// The last merge into this lead was taken back; each lead that it was made of has its `lead.restored`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct LeadUnmerged {
    pub lead: LeadId,
    #[schemars(length(max = LOSERS_MAX))]
    pub losers: Vec<LeadId>,
    /// What is known of the person from now on, and what they want: as before the merge, and what came after it.
    pub enquiry: Enquiry,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub account: Option<AccountId>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub contact: Option<ContactId>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub opportunity: Option<OpportunityId>,
    /// The persons who have a part in the decision from now on.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub stakeholders: Vec<Stakeholder>,
    /// The rivals who want the same sale, from now on.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub competitors: Vec<String>,
    /// The fields that were changed since, as `person.emails`: this lead keeps what they hold.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub stayed: Vec<String>,
    /// The keys that somebody else claimed since, whose they stay.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(extend("x-personal" = true), length(max = KEYS_MAX))]
    pub stayed_keys: Vec<String>,
    /// What was said about this lead since, which stays with it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(length(max = LATER_MAX))]
    pub later: Vec<LaterEvent>,
}

/// A lead that had become another one is what it was before.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct LeadRestored {
    pub lead: LeadId,
    pub number: String,
    /// Which lead it was meanwhile.
    pub master: LeadId,
    /// Its state, as before: open, qualified or disqualified.
    pub state: String,
    /// The keys that point at it again.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(extend("x-personal" = true), length(max = KEYS_MAX))]
    pub keys: Vec<String>,
}

/// Somebody said that the lead is not the same as others, or took that back: neither is taken for the other.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct LeadKeptApart {
    pub lead: LeadId,
    /// All leads, contacts and accounts that it is kept apart from by now.
    #[schemars(length(max = APART_MAX))]
    pub from: Vec<Uuid>,
}

/// What an input had added to a lead was taken out again.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct LeadEnquiryWithdrawn {
    pub lead: LeadId,
    pub input: InputId,
    /// What is known without it.
    pub enquiry: Enquiry,
    /// Keys that came with it alone.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub released: Vec<ReleasedKey>,
}

/// Make other leads this one, up to five at once: their enquiries, keys and their deal are its own from then on, and they
/// are only read. `lead.unmerge` takes it back.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct LeadMerge {
    /// The one that stays.
    pub lead: LeadId,
    #[schemars(length(min = 1, max = LOSERS_MAX))]
    pub losers: Vec<LeadId>,
    /// From which of them a field is taken; else this lead keeps its own, and its gaps are filled.
    #[serde(default)]
    pub keep: Keep,
}

/// Take the last merge into a lead back.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct LeadUnmerge {
    /// The lead that others became, or one of those.
    pub lead: LeadId,
}

/// Remember that a lead is not the same as others, in both directions; or forget it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct LeadKeepApart {
    pub lead: LeadId,
    /// Ids of leads, contacts and accounts that are others.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(length(max = NAMED_MAX))]
    pub from: Vec<Uuid>,
    /// Ids of those of which that is no longer said.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(length(max = NAMED_MAX))]
    pub no_longer: Vec<Uuid>,
}

/// Undo what an input did, as the row of a list that should not have been imported: the lead that was made of it is
/// disqualified as `import_undone`, the lead that it was added to loses what it added. Refused where anybody worked on it
/// since.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct LeadUndo {
    pub lead: LeadId,
    pub input: InputId,
}
