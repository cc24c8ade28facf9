//! A customer as they stand on paper.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Account, Contact};
use crate::enquiry::{Address, Person};

/// The buyer as printed on quote, order and invoice (EN 16931 BG-7); copied, never looked up later.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Buyer {
    /// BT-44: the organisation's name, or the person's where there is none.
    #[schemars(extend("x-personal" = true))]
    pub name: String,
    /// BT-56: the person at the organisation.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(extend("x-personal" = true))]
    pub contact_name: Option<String>,
    /// BT-58.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(extend("x-personal" = true))]
    pub email: Option<String>,
    /// BT-57.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(extend("x-personal" = true))]
    pub phone: Option<String>,
    /// BT-48: VAT id with its country prefix.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub vat_id: Option<String>,
    /// BG-8.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub address: Option<Address>,
}

impl Buyer {
    /// The buyer that a customer is on paper; `None` where neither record has a name.
    #[must_use]
    pub fn of(account: Option<&Account>, contact: Option<&Contact>) -> Option<Self> {
        let person = contact.map(|contact| &contact.person);
        let contact_name = person.and_then(Person::full_name);
        let email = person.and_then(|person| person.emails.first().cloned());
        let phone = person.and_then(|person| person.phones.first().cloned());
        let name = account.map(|account| account.name.clone());
        let name = name.or_else(|| contact_name.clone()).or_else(|| email.clone());
        Some(Self {
            name: name.or_else(|| phone.clone())?,
            contact_name: contact_name.filter(|_| account.is_some()),
            email,
            phone,
            vat_id: account.and_then(|account| account.tax_id.clone()),
            address: account
                .and_then(|account| account.billing_address.as_ref().or(account.address.as_ref()))
                .or_else(|| contact.and_then(|contact| contact.address.as_ref()))
                .cloned(),
        })
    }
}
