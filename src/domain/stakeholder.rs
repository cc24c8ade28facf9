//! Who takes part in the decision on a deal: persons on the customer's side, and rivals.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::ids::ContactId;
use crate::newer::NewerWord;

/// Most stakeholders of one opportunity.
pub const STAKEHOLDERS_MAX: usize = 50;
/// Most competitors of one opportunity.
pub const COMPETITORS_MAX: usize = 20;

/// A person who has a part in the decision (D365: connection with a role of the category stakeholder).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Stakeholder {
    pub contact: ContactId,
    #[serde(default)]
    pub role: StakeholderRole,
}

/// Which part a person has in the decision (D365: connection role).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum StakeholderRole {
    #[default]
    Stakeholder,
    DecisionMaker,
    Champion,
    EndUser,
    EconomicBuyer,
    Influencer,
    TechnicalBuyer,
    #[serde(untagged)]
    Newer(NewerWord),
}

/// A competitor's name as it is compared: in any case, with any blanks between its words.
#[must_use]
pub fn same_competitor(one: &str, other: &str) -> bool {
    let words = |name: &str| name.split_whitespace().map(str::to_lowercase).collect::<Vec<_>>();
    words(one) == words(other)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_competitor_is_the_same_in_any_case_and_with_any_blanks() {
        assert!(same_competitor("Acme  Machines", " acme MACHINES"));
        assert!(!same_competitor("Acme", "Acme Machines"));
    }
}
