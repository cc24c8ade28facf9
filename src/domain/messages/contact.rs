//! Messages about contacts.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::customer::{AccountRole, Contact};
use crate::enquiry::{Address, CHANNELS_MAX, Person};
use crate::ids::{AccountId, ContactId, LeadId};
use crate::kept_apart::{APART_MAX, NAMED_MAX};
use crate::patch::{Change, Patch};
use crate::text::Short;

mod merging;

pub use merging::{
    ContactAbsorbed, ContactMerge, ContactMerged, ContactRestored, ContactUnmerge, ContactUnmerged,
};

crate::messages! { Contact:
    events {
        ContactCreated = "contact.created.v1" by contact;
        ContactUpdated = "contact.updated.v1" by contact;
        ContactDeactivated = "contact.deactivated.v1" by contact;
        ContactReactivated = "contact.reactivated.v1" by contact;
        ContactKeptApart = "contact.kept_apart.v1" by contact;
        ContactMerged = "contact.merged.v1" by contact;
        ContactAbsorbed = "contact.absorbed.v1" by contact;
        ContactUnmerged = "contact.unmerged.v1" by contact;
        ContactRestored = "contact.restored.v1" by contact;
    }
    commands {
        ContactUpdate = "contact.update.v1" by contact needs EditCustomer;
        ContactDeactivate = "contact.deactivate.v1" by contact needs EditCustomer;
        ContactReactivate = "contact.reactivate.v1" by contact needs EditCustomer;
        ContactKeepApart = "contact.keep_apart.v1" by contact needs MergeRecords;
        ContactMerge = "contact.merge.v1" by contact needs MergeRecords;
        ContactUnmerge = "contact.unmerge.v1" by contact needs MergeRecords;
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
    /// Canonical, the first is the one to answer to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(extend("x-personal" = true))]
    pub emails: Option<Change<Vec<String>>>,
    /// E.164, the main one first.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(extend("x-personal" = true))]
    pub phones: Option<Change<Vec<String>>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub address: Option<Change<Address>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub delivery_address: Option<Change<Address>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub account: Option<Change<AccountId>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub role: Option<Change<AccountRole>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub territory: Option<Change<String>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub customer_group: Option<Change<String>>,
    /// May they be written to in bulk?
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub consent: Option<Change<bool>>,
    /// Who corrected it: the person who was named, else the sender as the broker knows it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(extend("x-personal" = true))]
    pub by: Option<String>,
    /// The lead whose enquiry filled the gaps; absent where somebody corrected it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lead: Option<LeadId>,
    /// The keys by which they are recognised from now on too, as `email a@b.example`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(extend("x-personal" = true))]
    pub keys: Vec<String>,
    /// The keys by which they are recognised no more.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(extend("x-personal" = true))]
    pub released: Vec<String>,
}

impl ContactUpdated {
    /// What leads from one to the other, nobody's word yet.
    #[must_use]
    pub fn between(was: &Contact, now: &Contact) -> Self {
        let (before, after) = (&was.person, &now.person);
        Self {
            contact: was.id,
            given_name: Change::between(before.given_name.as_ref(), after.given_name.as_ref()),
            family_name: Change::between(before.family_name.as_ref(), after.family_name.as_ref()),
            job_title: Change::between(before.job_title.as_ref(), after.job_title.as_ref()),
            emails: Change::between(Some(&before.emails), Some(&after.emails)),
            phones: Change::between(Some(&before.phones), Some(&after.phones)),
            address: Change::between(was.address.as_ref(), now.address.as_ref()),
            delivery_address: Change::between(
                was.delivery_address.as_ref(),
                now.delivery_address.as_ref(),
            ),
            territory: Change::between(was.territory.as_ref(), now.territory.as_ref()),
            customer_group: Change::between(
                was.customer_group.as_ref(),
                now.customer_group.as_ref(),
            ),
            account: Change::between(was.account.as_ref(), now.account.as_ref()),
            role: Change::between(was.role.as_ref(), now.role.as_ref()),
            consent: Change::between(Some(&was.consent), Some(&now.consent)),
            by: None,
            lead: None,
            keys: Vec::new(),
            released: Vec::new(),
        }
    }

    /// The contact after it.
    #[must_use]
    pub fn after(&self, was: &Contact) -> Contact {
        let known = &was.person;
        let person = Person {
            given_name: Change::after(self.given_name.as_ref(), known.given_name.as_ref()),
            family_name: Change::after(self.family_name.as_ref(), known.family_name.as_ref()),
            job_title: Change::after(self.job_title.as_ref(), known.job_title.as_ref()),
            emails: Change::after(self.emails.as_ref(), Some(&known.emails)).unwrap_or_default(),
            phones: Change::after(self.phones.as_ref(), Some(&known.phones)).unwrap_or_default(),
        };
        Contact {
            person,
            address: Change::after(self.address.as_ref(), was.address.as_ref()),
            delivery_address: Change::after(
                self.delivery_address.as_ref(),
                was.delivery_address.as_ref(),
            ),
            territory: Change::after(self.territory.as_ref(), was.territory.as_ref()),
            customer_group: Change::after(
                self.customer_group.as_ref(),
                was.customer_group.as_ref(),
            ),
            account: Change::after(self.account.as_ref(), was.account.as_ref()),
            role: Change::after(self.role.as_ref(), was.role.as_ref()),
            consent: Change::after(self.consent.as_ref(), Some(&was.consent)).unwrap_or_default(),
            ..was.clone()
        }
    }
}

/// A person takes no new deal any more.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ContactDeactivated {
    pub contact: ContactId,
    #[schemars(extend("x-personal" = true))]
    pub comment: String,
}

/// A person takes new deals again.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ContactReactivated {
    pub contact: ContactId,
}

/// Correct what is known of a person (F34), as a JSON merge patch (RFC 7396): what is absent stays as it is, null
/// clears, a list stands in place of the one before.
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
    /// How they are reached, and by which they are recognised; the first is the one to answer to.
    #[serde(default, skip_serializing_if = "Patch::is_keep")]
    #[schemars(extend("x-personal" = true))]
    #[schemars(length(max = CHANNELS_MAX))]
    pub emails: Patch<Vec<Short>>,
    /// With the code of the country, else of the country of the settings; the main one first.
    #[serde(default, skip_serializing_if = "Patch::is_keep")]
    #[schemars(extend("x-personal" = true))]
    #[schemars(length(max = CHANNELS_MAX))]
    pub phones: Patch<Vec<Short>>,
    /// Stands in place of the one before, all of it.
    #[serde(default, skip_serializing_if = "Patch::is_keep")]
    pub address: Patch<Address>,
    /// Where goods go, where that is another one.
    #[serde(default, skip_serializing_if = "Patch::is_keep")]
    pub delivery_address: Patch<Address>,
    /// The organisation they belong to.
    #[serde(default, skip_serializing_if = "Patch::is_keep")]
    pub account: Patch<AccountId>,
    /// What they are there.
    #[serde(default, skip_serializing_if = "Patch::is_keep")]
    pub role: Patch<AccountRole>,
    /// The territory by which price lists are chosen for them, where they buy without an organisation.
    #[serde(default, skip_serializing_if = "Patch::is_keep")]
    pub territory: Patch<Short>,
    /// The group of customers by which price lists are chosen for them, where they buy without an organisation.
    #[serde(default, skip_serializing_if = "Patch::is_keep")]
    pub customer_group: Patch<Short>,
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

/// Somebody said that the contact is not the same as others, or took that back: neither is taken for the other.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ContactKeptApart {
    pub contact: ContactId,
    /// All leads, contacts and accounts that it is kept apart from by now.
    #[schemars(length(max = APART_MAX))]
    pub from: Vec<Uuid>,
}

/// Remember that a contact is not the same as others, in both directions; or forget it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ContactKeepApart {
    pub contact: ContactId,
    /// Ids of leads, contacts and accounts that are others.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(length(max = NAMED_MAX))]
    pub from: Vec<Uuid>,
    /// Ids of those of which that is no longer said.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(length(max = NAMED_MAX))]
    pub no_longer: Vec<Uuid>,
}
