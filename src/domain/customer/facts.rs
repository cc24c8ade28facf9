//! What is known of a customer: what a merge changes of its master.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::enquiry::{Address, CHANNELS_MAX, Person};
use crate::ids::AccountId;
use crate::newer::NewerWord;

/// What is known of an organisation: what a merge changes of its master.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct AccountFacts {
    pub name: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tax_id: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub website: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub phone: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub address: Option<Address>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub billing_address: Option<Address>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub delivery_address: Option<Address>,
    /// The territory that it lies in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub territory: Option<String>,
    /// The group of customers that it belongs to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub customer_group: Option<String>,
}

impl AccountFacts {
    /// What is not known is as another one has it.
    pub fn fill(&mut self, other: &Self) {
        gap(&mut self.tax_id, &other.tax_id);
        gap(&mut self.website, &other.website);
        gap(&mut self.phone, &other.phone);
        gap(&mut self.address, &other.address);
        gap(&mut self.billing_address, &other.billing_address);
        gap(&mut self.delivery_address, &other.delivery_address);
        gap(&mut self.territory, &other.territory);
        gap(&mut self.customer_group, &other.customer_group);
    }
}

/// What is known of a person: what a merge changes of its master.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ContactFacts {
    pub person: Person,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub address: Option<Address>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub delivery_address: Option<Address>,
    /// The organisation they belong to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub account: Option<AccountId>,
    /// What they are there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub role: Option<AccountRole>,
    /// The territory that they live in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub territory: Option<String>,
    /// The group of customers that they belong to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub customer_group: Option<String>,
    /// May they be written to in bulk?
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub consent: bool,
}

impl ContactFacts {
    /// What is not known is as another one has it; both ways to reach them hold. They agreed to bulk mail only where
    /// both did: nobody gets it because two records became one.
    pub fn fill(&mut self, other: &Self) {
        let (mine, theirs) = (&mut self.person, &other.person);
        if mine.full_name().is_none() {
            mine.given_name.clone_from(&theirs.given_name);
            mine.family_name.clone_from(&theirs.family_name);
        }
        gap(&mut mine.job_title, &theirs.job_title);
        channels(&mut mine.emails, &theirs.emails);
        channels(&mut mine.phones, &theirs.phones);
        gap(&mut self.address, &other.address);
        gap(&mut self.delivery_address, &other.delivery_address);
        gap(&mut self.territory, &other.territory);
        gap(&mut self.customer_group, &other.customer_group);
        if self.account.is_none() {
            (self.account, self.role) = (other.account, other.role);
        }
        self.consent &= other.consent;
    }
}

/// What a person is at their organisation (D365: accountrolecode).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum AccountRole {
    DecisionMaker,
    Employee,
    Influencer,
    #[serde(untagged)]
    Newer(NewerWord),
}

fn gap<T: Clone>(known: &mut Option<T>, other: &Option<T>) {
    if known.is_none() {
        known.clone_from(other);
    }
}

/// Further ways to reach somebody come behind the known ones, as many as there may be.
pub(crate) fn channels(known: &mut Vec<String>, others: &[String]) {
    for other in others {
        if !known.contains(other) && known.len() < CHANNELS_MAX {
            known.push(other.clone());
        }
    }
}
