//! Messages about leads.

use rust_decimal::Decimal;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::correction::Correction;
use crate::customer::Customer;
use crate::day::Day;
use crate::duplicate::{Compared, DuplicateAction};
use crate::enquiry::{Channel, Enquiry, Interest, PRODUCTS_MAX};
use crate::ids::{AccountId, ContactId, DuplicateId, InputId, LeadId, OpportunityId};
use crate::input::PartOf;
use crate::lead::{Assessment, DisqualifyReason, NewerFacts};
use crate::opportunity::OPPORTUNITIES_MAX;
use crate::text::{Comment, Short};
use crate::undo::ReleasedKey;

mod merging;
mod taking_part;

pub use merging::{
    LeadAbsorbed, LeadEnquiryWithdrawn, LeadKeepApart, LeadKeptApart, LeadMerge, LeadMerged,
    LeadRestored, LeadUndo, LeadUnmerge, LeadUnmerged,
};
pub use taking_part::{
    LeadAddCompetitor, LeadAddStakeholder, LeadCompetitorAdded, LeadCompetitorRemoved,
    LeadRemoveCompetitor, LeadRemoveStakeholder, LeadStakeholderAdded, LeadStakeholderRemoved,
};

crate::messages! { Lead:
    events {
        LeadCaptured = "lead.captured.v1" by lead;
        LeadEnquiryAdded = "lead.enquiry_added.v1" by lead;
        LeadUpdated = "lead.updated.v1" by lead;
        LeadStakeholderAdded = "lead.stakeholder_added.v1" by lead;
        LeadStakeholderRemoved = "lead.stakeholder_removed.v1" by lead;
        LeadCompetitorAdded = "lead.competitor_added.v1" by lead;
        LeadCompetitorRemoved = "lead.competitor_removed.v1" by lead;
        LeadScored = "lead.scored.v1" by lead;
        LeadQualified = "lead.qualified.v1" by lead;
        LeadDisqualified = "lead.disqualified.v1" by lead;
        LeadReactivated = "lead.reactivated.v1" by lead;
        LeadDuplicateFound = "lead.duplicate_found.v1" by lead;
        LeadMerged = "lead.merged.v1" by lead;
        LeadAbsorbed = "lead.absorbed.v1" by lead;
        LeadUnmerged = "lead.unmerged.v1" by lead;
        LeadRestored = "lead.restored.v1" by lead;
        LeadKeptApart = "lead.kept_apart.v1" by lead;
        LeadEnquiryWithdrawn = "lead.enquiry_withdrawn.v1" by lead;
    }
    commands {
        LeadUpdate = "lead.update.v1" by lead needs EditLead;
        LeadAddStakeholder = "lead.add_stakeholder.v1" by lead needs EditLead;
        LeadRemoveStakeholder = "lead.remove_stakeholder.v1" by lead needs EditLead;
        LeadAddCompetitor = "lead.add_competitor.v1" by lead needs EditLead;
        LeadRemoveCompetitor = "lead.remove_competitor.v1" by lead needs EditLead;
        LeadQualify = "lead.qualify.v1" by lead needs QualifyLead;
        LeadDisqualify = "lead.disqualify.v1" by lead needs QualifyLead;
        LeadReactivate = "lead.reactivate.v1" by lead needs QualifyLead;
        LeadMerge = "lead.merge.v1" by lead needs MergeRecords;
        LeadUnmerge = "lead.unmerge.v1" by lead needs MergeRecords;
        LeadKeepApart = "lead.keep_apart.v1" by lead needs MergeRecords;
        LeadUndo = "lead.undo.v1" by lead needs UndoImport;
    }
}

/// A lead was made of a raw input.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct LeadCaptured {
    pub lead: LeadId,
    pub number: String,
    pub input: InputId,
    pub channel: Channel,
    /// Where the input is a part of a collection, as a row of a file.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub part_of: Option<PartOf>,
    pub enquiry: Enquiry,
    /// The last lead before it of the same person, or of the conversation that it goes on with.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub previous: Option<LeadId>,
    /// The existing customer that was recognised.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub account: Option<AccountId>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub contact: Option<ContactId>,
    /// The keys by which its person is recognised from now on, as `email a@b.example`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(extend("x-personal" = true))]
    pub keys: Vec<String>,
}

/// Another input of the same person was added to their open lead.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct LeadEnquiryAdded {
    pub lead: LeadId,
    pub input: InputId,
    pub channel: Channel,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub part_of: Option<PartOf>,
    /// What the new input said; the lead keeps who it is and fills its gaps from it.
    pub enquiry: Enquiry,
    /// What it says otherwise of what they want: the newest word counts. Absent in events of the past, when it did not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub newer: Option<NewerFacts>,
    /// The keys by which the person was recognised, as `email a@b.example`.
    #[schemars(extend("x-personal" = true))]
    pub matched: Vec<String>,
    /// Somebody else wrote it, as a colleague who answers: the lead keeps its person.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub another_person: bool,
    /// The keys that point at the lead from now on beside those before.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(extend("x-personal" = true))]
    pub keys: Vec<String>,
}

/// What is known of an open lead was corrected.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct LeadUpdated {
    pub lead: LeadId,
    /// The fields that changed, as they were.
    pub from: Correction,
    /// The same fields, as they are from now on.
    pub to: Correction,
    /// Who corrected it: the person who was named, else the sender as the broker knows it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(extend("x-personal" = true))]
    pub by: Option<String>,
    /// The keys that point at the lead from now on beside those before, as `email a@b.example`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(extend("x-personal" = true))]
    pub keys: Vec<String>,
    /// The keys that point at it no more.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(extend("x-personal" = true))]
    pub released: Vec<String>,
}

/// The rules gave a score but no decision: the lead stays open until somebody decides.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct LeadScored {
    pub lead: LeadId,
    pub assessment: Assessment,
}

/// The lead is worth working: it is closed, and an opportunity stands for it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct LeadQualified {
    pub lead: LeadId,
    /// The primary one.
    pub opportunity: OpportunityId,
    /// The others, where several were opened.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub others: Vec<OpportunityId>,
    pub customer: Customer,
    /// What the rules said; absent where a person decided.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub assessment: Option<Assessment>,
    /// The keys by which the customer is recognised from now on, as `email a@b.example`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(extend("x-personal" = true))]
    pub keys: Vec<String>,
    /// The version of the field map by which its fields went to the new records.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub field_map: Option<String>,
}

/// The lead is not worth working; it can be reactivated.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct LeadDisqualified {
    pub lead: LeadId,
    pub disqualify_reason: DisqualifyReason,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(extend("x-personal" = true))]
    pub comment: Option<String>,
    /// What the rules said; absent where a person decided.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub assessment: Option<Assessment>,
    /// Keys that the lead had claimed and that nobody claimed since, where it should not have been made.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub released: Vec<ReleasedKey>,
}

/// A closed lead is open again, with everything it knew.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct LeadReactivated {
    pub lead: LeadId,
}

/// Correct what is known of an open lead (F34), as a JSON merge patch (RFC 7396): what is absent stays as it is, null
/// clears, a list stands in place of the one before. The rules are asked again then.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct LeadUpdate {
    pub lead: LeadId,
    /// What the sender saw: where it has changed meanwhile, nothing is done.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 0, max = 1_000_000_000_000_i64))]
    pub expected_sequence: Option<i64>,
    pub enquiry: Correction,
}

/// Another party is alike, by a declared rule. Nothing is merged: a person looks, and says `duplicate.close`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct LeadDuplicateFound {
    pub lead: LeadId,
    pub duplicate: DuplicateId,
    /// The other party: a lead, a contact or an account.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub other_lead: Option<LeadId>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub contact: Option<ContactId>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub account: Option<AccountId>,
    /// The version of the rules.
    pub rules: String,
    /// The rule by which they are alike.
    pub rule: String,
    /// What follows by that rule.
    pub action: DuplicateAction,
    /// How alike they are, from 0 to 100.
    pub score: u8,
    /// How alike they are in each fact that the rule compares.
    pub evidence: Vec<Compared>,
    /// There were more parties under its keys than were compared.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub more: bool,
}

/// Qualify an open lead by hand.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct LeadQualify {
    pub lead: LeadId,
    /// Whose lead it is, where the sender knows better than the keys of the enquiry, or has to choose
    /// between two parties (F56, F61).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub contact: Option<ContactId>,
    /// The organisation whose lead it is; where absent, the one of `contact`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub account: Option<AccountId>,
    /// Make an account of the organisation where none is known.
    #[serde(default = "yes", skip_serializing_if = "is_yes")]
    pub create_account: bool,
    /// Make a contact of the person where none is known.
    #[serde(default = "yes", skip_serializing_if = "is_yes")]
    pub create_contact: bool,
    /// What it becomes, where that is not one opportunity with all that the lead says. The first is the primary one,
    /// and the lead fills what it leaves out; of the others only the name is filled.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(length(max = OPPORTUNITIES_MAX))]
    pub opportunities: Vec<OpportunityWish>,
}

impl LeadQualify {
    /// Qualify that lead as the lead itself says.
    #[must_use]
    pub const fn plainly(lead: LeadId) -> Self {
        Self {
            lead,
            contact: None,
            account: None,
            create_account: true,
            create_contact: true,
            opportunities: Vec::new(),
        }
    }
}

/// An opportunity as somebody wants it of a lead.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct OpportunityWish {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<Short>,
    /// Products, each with how many.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(length(max = PRODUCTS_MAX))]
    pub interest: Vec<Interest>,
    /// What they may spend on it, in the currency of the lead.
    #[serde(default, skip_serializing_if = "Option::is_none", with = "crate::money::AsTextOption")]
    pub budget: Option<Decimal>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub close_date: Option<Day>,
}

const fn yes() -> bool {
    true
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks so")]
const fn is_yes(it: &bool) -> bool {
    *it
}

/// Disqualify an open lead by hand.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct LeadDisqualify {
    pub lead: LeadId,
    pub reason: DisqualifyReason,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub comment: Option<Comment>,
}

/// Open a closed lead again.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct LeadReactivate {
    pub lead: LeadId,
}
