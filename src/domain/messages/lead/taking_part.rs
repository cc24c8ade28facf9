//! Who takes part in the decision on a lead.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::ids::{ContactId, LeadId};
use crate::stakeholder::StakeholderRole;
use crate::text::Short;

/// Somebody has a part in the decision, or another one than before.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct LeadStakeholderAdded {
    pub lead: LeadId,
    pub contact: ContactId,
    pub role: StakeholderRole,
}

/// Somebody has no part in the decision any more.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct LeadStakeholderRemoved {
    pub lead: LeadId,
    pub contact: ContactId,
}

/// A rival wants the same sale.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct LeadCompetitorAdded {
    pub lead: LeadId,
    pub competitor: String,
}

/// A rival wants it no more.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct LeadCompetitorRemoved {
    pub lead: LeadId,
    pub competitor: String,
}

/// Say which part a contact has in the decision on an open lead (F35); said again, it is another part. Its opportunities begin
/// with it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct LeadAddStakeholder {
    pub lead: LeadId,
    pub contact: ContactId,
    #[serde(default)]
    pub role: StakeholderRole,
}

/// Say that a contact has no part in the decision any more.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct LeadRemoveStakeholder {
    pub lead: LeadId,
    pub contact: ContactId,
}

/// Say that a rival wants the same sale (F36). Names are the same in any case.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct LeadAddCompetitor {
    pub lead: LeadId,
    pub competitor: Short,
}

/// Say that a rival wants it no more.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct LeadRemoveCompetitor {
    pub lead: LeadId,
    pub competitor: Short,
}
