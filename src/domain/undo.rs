//! What an input did, undone: the keys that came with it.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::ids::{AccountId, ContactId, LeadId};
use crate::party::{Party, PartyKey};

/// A key that is released, and whom it points at from now on: nobody, or who had it before.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ReleasedKey {
    /// As `email a@b.example`.
    #[schemars(extend("x-personal" = true))]
    pub key: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lead: Option<LeadId>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub account: Option<AccountId>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub contact: Option<ContactId>,
}

impl From<&Party> for ReleasedKey {
    fn from(party: &Party) -> Self {
        let Party { key, lead, contact, account } = party;
        Self { key: key.to_string(), lead: *lead, account: *account, contact: *contact }
    }
}

impl ReleasedKey {
    /// Whom that key points at.
    #[must_use]
    pub fn party(&self, key: PartyKey) -> Party {
        Party { key, lead: self.lead, contact: self.contact, account: self.account }
    }
}
