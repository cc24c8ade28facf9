//! Messages about contacts.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::customer::Contact;
use crate::enquiry::{Address, Person};
use crate::ids::{AccountId, ContactId, LeadId};
use crate::patch::{Change, Patch};
use crate::text::Short;

crate::messages! { Contact:
    events {
        ContactCreated = "contact.created.v1" by contact;
        ContactUpdated = "contact.updated.v1" by contact;
        ContactDeactivated = "contact.deactivated.v1" by contact;
        ContactReactivated = "contact.reactivated.v1" by contact;
    }
    commands {
        ContactUpdate = "contact.update.v1" by contact needs EditCustomer;
        ContactDeactivate = "contact.deactivate.v1" by contact needs EditCustomer;
        ContactReactivate = "contact.reactivate.v1" by contact needs EditCustomer;
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

/// What is known of a person was corrected; what is absent stayed as it was.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ContactUpdated {
    pub contact: ContactId,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(extend("x-personal" = true))]
    pub given_name: Option<Change<String>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(extend("x-personal" = true))]
    pub family_name: Option<Change<String>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(extend("x-personal" = true))]
    pub job_title: Option<Change<String>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub address: Option<Change<Address>>,
}

impl ContactUpdated {
    /// The contact after it.
    #[must_use]
    pub fn after(&self, was: &Contact) -> Contact {
        let known = &was.person;
        let person = Person {
            given_name: Change::after(self.given_name.as_ref(), known.given_name.as_ref()),
            family_name: Change::after(self.family_name.as_ref(), known.family_name.as_ref()),
            job_title: Change::after(self.job_title.as_ref(), known.job_title.as_ref()),
            ..known.clone()
        };
        let address = Change::after(self.address.as_ref(), was.address.as_ref());
        Contact { person, address, ..was.clone() }
    }
}

/// A person takes no new deal any more.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ContactDeactivated {
    pub contact: ContactId,
    pub comment: String,
}

/// A person takes new deals again.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ContactReactivated {
    pub contact: ContactId,
}

/// Correct what is known of a person (F34), as a JSON merge patch (RFC 7396): what is absent stays as it is, null
/// clears. How they are reached, and so recognised, is not changed by it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ContactUpdate {
    pub contact: ContactId,
    /// What the sender saw: where it has changed meanwhile, nothing is done.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 0, max = 1_000_000_000_000_i64))]
    pub expected_sequence: Option<i64>,
    #[serde(default, skip_serializing_if = "Patch::is_keep")]
    #[schemars(extend("x-personal" = true))]
    pub given_name: Patch<Short>,
    #[serde(default, skip_serializing_if = "Patch::is_keep")]
    #[schemars(extend("x-personal" = true))]
    pub family_name: Patch<Short>,
    #[serde(default, skip_serializing_if = "Patch::is_keep")]
    #[schemars(extend("x-personal" = true))]
    pub job_title: Patch<Short>,
    /// Stands in place of the one before, all of it.
    #[serde(default, skip_serializing_if = "Patch::is_keep")]
    pub address: Patch<Address>,
}

/// Open no new deal for a person; what is open goes on.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ContactDeactivate {
    pub contact: ContactId,
    pub reason: Short,
}

/// Open deals for a person again.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ContactReactivate {
    pub contact: ContactId,
}
