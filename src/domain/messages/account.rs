//! Messages about accounts.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::billing::Billing;
use crate::customer::Account;
use crate::enquiry::Address;
use crate::ids::{AccountId, LeadId};
use crate::kept_apart::{APART_MAX, NAMED_MAX};
use crate::patch::{Change, Patch};
use crate::text::{Code, Short};

mod merging;

pub use merging::{
    AccountAbsorbed, AccountMerge, AccountMerged, AccountRestored, AccountUnmerge, AccountUnmerged,
};

crate::messages! { Account:
    events {
        AccountCreated = "account.created.v1" by account;
        AccountUpdated = "account.updated.v1" by account;
        AccountDeactivated = "account.deactivated.v1" by account;
        AccountReactivated = "account.reactivated.v1" by account;
        AccountKeptApart = "account.kept_apart.v1" by account;
        AccountMerged = "account.merged.v1" by account;
        AccountAbsorbed = "account.absorbed.v1" by account;
        AccountUnmerged = "account.unmerged.v1" by account;
        AccountRestored = "account.restored.v1" by account;
    }
    commands {
        AccountUpdate = "account.update.v1" by account needs EditCustomer;
        AccountDeactivate = "account.deactivate.v1" by account needs EditCustomer;
        AccountReactivate = "account.reactivate.v1" by account needs EditCustomer;
        AccountKeepApart = "account.keep_apart.v1" by account needs MergeRecords;
        AccountMerge = "account.merge.v1" by account needs MergeRecords;
        AccountUnmerge = "account.unmerge.v1" by account needs MergeRecords;
    }
}

/// A new organisation among the customers.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct AccountCreated {
    pub account: AccountId,
    pub name: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tax_id: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub website: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub phone: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub address: Option<Address>,
    /// The lead whose qualification made it; absent where it was made without one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub originating_lead: Option<LeadId>,
    /// Whom somebody said that it is not, when it was made (F61).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub kept_apart: Vec<Uuid>,
}

/// What is known of an organisation was corrected; what is absent stayed as it was.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct AccountUpdated {
    pub account: AccountId,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<Change<String>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tax_id: Option<Change<String>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub website: Option<Change<String>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub phone: Option<Change<String>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub address: Option<Change<Address>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub billing_address: Option<Change<Address>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub delivery_address: Option<Change<Address>>,
    /// When invoices are made for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub billing: Option<Change<Billing>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub territory: Option<Change<String>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub customer_group: Option<Change<String>>,
    /// Who corrected it: the person who was named, else the sender as the broker knows it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(extend("x-personal" = true))]
    pub by: Option<String>,
    /// The lead whose enquiry filled the gaps; absent where somebody corrected it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lead: Option<LeadId>,
    /// The keys by which it is recognised from now on too.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub keys: Vec<String>,
    /// The keys by which it is recognised no more.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub released: Vec<String>,
}

impl AccountUpdated {
    /// What leads from one to the other, nobody's word yet.
    #[must_use]
    pub fn between(was: &Account, now: &Account) -> Self {
        Self {
            account: was.id,
            name: Change::between(Some(&was.name), Some(&now.name)),
            tax_id: Change::between(was.tax_id.as_ref(), now.tax_id.as_ref()),
            website: Change::between(was.website.as_ref(), now.website.as_ref()),
            phone: Change::between(was.phone.as_ref(), now.phone.as_ref()),
            address: Change::between(was.address.as_ref(), now.address.as_ref()),
            billing_address: Change::between(
                was.billing_address.as_ref(),
                now.billing_address.as_ref(),
            ),
            delivery_address: Change::between(
                was.delivery_address.as_ref(),
                now.delivery_address.as_ref(),
            ),
            billing: Change::between(was.billing.as_ref(), now.billing.as_ref()),
            territory: Change::between(was.territory.as_ref(), now.territory.as_ref()),
            customer_group: Change::between(
                was.customer_group.as_ref(),
                now.customer_group.as_ref(),
            ),
            by: None,
            lead: None,
            keys: Vec::new(),
            released: Vec::new(),
        }
    }

    /// The account after it.
    #[must_use]
    pub fn after(&self, was: &Account) -> Account {
        Account {
            name: Change::after(self.name.as_ref(), Some(&was.name)).unwrap_or_default(),
            tax_id: Change::after(self.tax_id.as_ref(), was.tax_id.as_ref()),
            website: Change::after(self.website.as_ref(), was.website.as_ref()),
            phone: Change::after(self.phone.as_ref(), was.phone.as_ref()),
            address: Change::after(self.address.as_ref(), was.address.as_ref()),
            billing_address: Change::after(
                self.billing_address.as_ref(),
                was.billing_address.as_ref(),
            ),
            delivery_address: Change::after(
                self.delivery_address.as_ref(),
                was.delivery_address.as_ref(),
            ),
            billing: Change::after(self.billing.as_ref(), was.billing.as_ref()),
            territory: Change::after(self.territory.as_ref(), was.territory.as_ref()),
            customer_group: Change::after(
                self.customer_group.as_ref(),
                was.customer_group.as_ref(),
            ),
            ..was.clone()
        }
    }
}

/// An organisation takes no new deal any more.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct AccountDeactivated {
    pub account: AccountId,
    pub comment: String,
}

/// An organisation takes new deals again.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct AccountReactivated {
    pub account: AccountId,
}

/// Correct what is known of an organisation (F34), as a JSON merge patch (RFC 7396): what is absent stays as it is, null
/// clears. Documents keep what they were made with; a draft gets it when it is drafted again.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct AccountUpdate {
    pub account: AccountId,
    /// What the sender saw: where it has changed meanwhile, nothing is done.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 0, max = 1_000_000_000_000_i64))]
    pub expected_sequence: Option<i64>,
    /// It has one always.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<Short>,
    #[serde(default, skip_serializing_if = "Patch::is_keep")]
    pub tax_id: Patch<Code>,
    #[serde(default, skip_serializing_if = "Patch::is_keep")]
    pub website: Patch<Short>,
    /// As it is to be printed.
    #[serde(default, skip_serializing_if = "Patch::is_keep")]
    pub phone: Patch<Code>,
    /// Stands in place of the one before, all of it.
    #[serde(default, skip_serializing_if = "Patch::is_keep")]
    pub address: Patch<Address>,
    /// Where invoices go, where that is another one.
    #[serde(default, skip_serializing_if = "Patch::is_keep")]
    pub billing_address: Patch<Address>,
    /// Where goods go, where that is another one.
    #[serde(default, skip_serializing_if = "Patch::is_keep")]
    pub delivery_address: Patch<Address>,
    /// When invoices are made for it; null: as the settings say. What is offered or ordered keeps its own.
    #[serde(default, skip_serializing_if = "Patch::is_keep")]
    pub billing: Patch<Billing>,
    /// The territory by which price lists are chosen for it.
    #[serde(default, skip_serializing_if = "Patch::is_keep")]
    pub territory: Patch<Short>,
    /// The group of customers by which price lists are chosen for it.
    #[serde(default, skip_serializing_if = "Patch::is_keep")]
    pub customer_group: Patch<Short>,
}

/// Open no new deal for an organisation; what is open goes on.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct AccountDeactivate {
    pub account: AccountId,
    pub reason: Short,
}

/// Open deals for an organisation again.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct AccountReactivate {
    pub account: AccountId,
}

/// Somebody said that the account is not the same as others, or took that back: neither is taken for the other.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct AccountKeptApart {
    pub account: AccountId,
    /// All leads, contacts and accounts that it is kept apart from by now.
    #[schemars(length(max = APART_MAX))]
    pub from: Vec<Uuid>,
}

/// Remember that an account is not the same as others, in both directions; or forget it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct AccountKeepApart {
    pub account: AccountId,
    /// Ids of leads, contacts and accounts that are others.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(length(max = NAMED_MAX))]
    pub from: Vec<Uuid>,
    /// Ids of those of which that is no longer said.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(length(max = NAMED_MAX))]
    pub no_longer: Vec<Uuid>,
}
