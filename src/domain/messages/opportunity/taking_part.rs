//! Who takes part in the decision on a deal.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::ids::{ContactId, OpportunityId};
use crate::stakeholder::StakeholderRole;
use crate::text::Short;

/// Somebody has a part in the decision, or another one than before.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct OpportunityStakeholderAdded {
    pub opportunity: OpportunityId,
    pub contact: ContactId,
    pub role: StakeholderRole,
}

/// Somebody has no part in the decision any more.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct OpportunityStakeholderRemoved {
    pub opportunity: OpportunityId,
    pub contact: ContactId,
}

/// A rival wants the same sale.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct OpportunityCompetitorAdded {
    pub opportunity: OpportunityId,
    pub competitor: String,
}

/// A rival wants it no more.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct OpportunityCompetitorRemoved {
    pub opportunity: OpportunityId,
    pub competitor: String,
}

/// Say which part a contact has in the decision on an open opportunity (F35); said again, it is another part.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct OpportunityAddStakeholder {
    pub opportunity: OpportunityId,
    pub contact: ContactId,
    #[serde(default)]
    pub role: StakeholderRole,
}

/// Say that a contact has no part in the decision any more.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct OpportunityRemoveStakeholder {
    pub opportunity: OpportunityId,
    pub contact: ContactId,
}

/// Say that a rival wants the same sale (F36). Names are the same in any case.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct OpportunityAddCompetitor {
    pub opportunity: OpportunityId,
    pub competitor: Short,
}

/// Say that a rival wants it no more.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct OpportunityRemoveCompetitor {
    pub opportunity: OpportunityId,
    pub competitor: Short,
}
