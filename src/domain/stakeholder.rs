//! Who takes part in the decision on a lead or a deal: persons on the customer's side, and rivals.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::ids::ContactId;
use crate::newer::NewerWord;

/// Most stakeholders of one lead or opportunity.
pub const STAKEHOLDERS_MAX: usize = 50;
/// Most competitors of one lead or opportunity.
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

/// Who takes part in the decision on one lead or opportunity.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct TakingPart {
    /// The persons who have a part in the decision, each once, in the order in which they were added.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub stakeholders: Vec<Stakeholder>,
    /// The names of the rivals, each once, in the order in which they were added.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub competitors: Vec<String>,
}

impl TakingPart {
    /// Nobody is known to take part.
    pub const NOBODY: Self = Self { stakeholders: Vec::new(), competitors: Vec::new() };

    /// Is nobody known to take part?
    #[must_use]
    pub const fn is_nobody(&self) -> bool {
        self.stakeholders.is_empty() && self.competitors.is_empty()
    }

    /// The name that a competitor has there.
    #[must_use]
    pub fn competitor(&self, name: &str) -> Option<&str> {
        let known = self.competitors.iter().find(|known| same_competitor(known, name));
        known.map(String::as_str)
    }

    /// With that part in the decision, in the place of another one of the same person.
    pub fn add_stakeholder(&mut self, stakeholder: Stakeholder) {
        let mut known = self.stakeholders.iter_mut();
        match known.find(|known| known.contact == stakeholder.contact) {
            Some(known) => *known = stakeholder,
            None => self.stakeholders.push(stakeholder),
        }
    }

    /// Without that person among those who have a part in the decision.
    pub fn remove_stakeholder(&mut self, contact: ContactId) {
        self.stakeholders.retain(|known| known.contact != contact);
    }

    /// With that rival, once.
    pub fn add_competitor(&mut self, name: &str) {
        if self.competitor(name).is_none() {
            self.competitors.push(name.to_owned());
        }
    }

    /// Without that rival.
    pub fn remove_competitor(&mut self, name: &str) {
        self.competitors.retain(|known| !same_competitor(known, name));
    }

    /// With those of another lead behind its own, as far as there is room; whoever is in both keeps the part that is here.
    pub fn take_in(&mut self, other: &Self) {
        for stakeholder in &other.stakeholders {
            let known = self.stakeholders.iter().any(|known| known.contact == stakeholder.contact);
            if !known && self.stakeholders.len() < STAKEHOLDERS_MAX {
                self.stakeholders.push(*stakeholder);
            }
        }
        for name in &other.competitors {
            if self.competitors.len() < COMPETITORS_MAX {
                self.add_competitor(name);
            }
        }
    }
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
