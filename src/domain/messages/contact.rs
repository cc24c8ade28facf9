//! Messages about contacts.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::enquiry::{Address, Person};
use crate::ids::{AccountId, ContactId, LeadId};

crate::messages! { Contact:
    events {
        ContactCreated = "contact.created.v1" by contact;
    }
}

/// A new person among the customers.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ContactCreated {
    pub contact: ContactId,
    pub person: Person,
    /// The organisation they belong to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub account: Option<AccountId>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub address: Option<Address>,
    /// They agreed to be written to in bulk.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub consent: bool,
    /// The lead whose qualification made them a contact; absent where it was made without one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub originating_lead: Option<LeadId>,
}
