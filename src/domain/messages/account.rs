//! Messages about accounts.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::enquiry::Address;
use crate::ids::{AccountId, LeadId};

crate::messages! { Account:
    events {
        AccountCreated = "account.created.v1" by account;
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
}
