//! Leads that become one, contacts and accounts too, and the way back.
//!
//! The master keeps what it was before and what the merge made of it; so a merge is taken back from the record
//! alone, field by field, also after later events. Whatever came after stays with the master.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::enquiry::Enquiry;
use crate::ids::{AccountId, ContactId, LeadId, OpportunityId};
use crate::stakeholder::TakingPart;

/// Most leads that one command merges into another one.
pub const LOSERS_MAX: usize = 5;
/// Most merges into one lead that hold at a time.
pub const MERGES_MAX: usize = 20;
/// Most keys that one merge moves.
pub const KEYS_MAX: usize = 500;

/// A merge that holds, as the master keeps it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Merge {
    pub losers: Vec<LeadId>,
    /// The sequence of the master's event.
    pub sequence: i64,
    /// The master until then.
    pub before: Facts,
    /// What the merge made of it.
    pub after: Facts,
    /// The keys that pointed at a loser.
    pub keys: Vec<MovedKey>,
    /// Those of the losers that were kept apart from the master until then.
    pub apart: Vec<LeadId>,
}

/// Most merges that follow one another: each reading of whoever names the first one goes all the way to the last.
pub const LINKS_MAX: u8 = 5;

/// A merge of contacts or accounts that holds, as the master keeps it. Keys and records that name a loser go on naming
/// it; whoever reads them follows to the master.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct CustomerMerge<I, F> {
    pub losers: Vec<I>,
    /// The sequence of the master's event.
    pub sequence: i64,
    /// The master until then.
    pub before: F,
    /// What the merge made of it.
    pub after: F,
    /// How many merges follow one another up to this one.
    pub links: u8,
}

/// Most events that an unmerge lists: the first after the merge.
pub const LATER_MAX: usize = 100;

/// An event about a master after a merge.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct LaterEvent {
    /// Its type, as `lead.enquiry_added.v1`.
    #[serde(rename = "type")]
    pub ty: String,
    pub sequence: i64,
}

/// What a merge changes of its master.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Facts {
    pub enquiry: Enquiry,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub account: Option<AccountId>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub contact: Option<ContactId>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub opportunity: Option<OpportunityId>,
    #[serde(default, skip_serializing_if = "TakingPart::is_nobody")]
    pub taking_part: TakingPart,
}

/// A key that points at the master now, and what it pointed at before.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct MovedKey {
    /// As `email a@b.example`.
    #[schemars(extend("x-personal" = true))]
    pub key: String,
    pub lead: LeadId,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub account: Option<AccountId>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub contact: Option<ContactId>,
}
