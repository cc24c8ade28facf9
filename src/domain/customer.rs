//! Customers: the account (an organisation, B2B) and the contact (a person; alone, B2C).

use chrono::{DateTime, Utc};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::enquiry::{Address, Person};
use crate::ids::{AccountId, ContactId, LeadId};
use crate::lifecycle::{Lifecycle, applies};
use crate::merge::CustomerMerge;
use crate::message::SubjectKind;

mod buyer;
mod facts;

pub use buyer::Buyer;
pub(crate) use facts::channels;
pub use facts::{AccountFacts, AccountRole, ContactFacts};

/// An organisation (D365: account).
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(any(test, feature = "samples"), derive(serde::Deserialize, schemars::JsonSchema))]
pub struct Account {
    pub id: AccountId,
    /// Counts the events about it.
    pub sequence: i64,
    pub name: String,
    pub tax_id: Option<String>,
    pub website: Option<String>,
    pub phone: Option<String>,
    /// The main one.
    pub address: Option<Address>,
    /// Where invoices go, where that is another one.
    pub billing_address: Option<Address>,
    /// Where goods go, where that is another one.
    pub delivery_address: Option<Address>,
    /// The territory that it lies in, by which price lists are chosen (D365: territoryid).
    pub territory: Option<String>,
    /// The group of customers that it belongs to, by which price lists are chosen.
    pub customer_group: Option<String>,
    /// The lead whose qualification made it.
    pub originating_lead: Option<LeadId>,
    /// The merges of other accounts into this one that hold, the last one at the end.
    pub merges: Vec<CustomerMerge<AccountId, AccountFacts>>,
    /// The leads, contacts and accounts that somebody said are others than this one, in the order of their ids.
    pub kept_apart: Vec<Uuid>,
    pub state: CustomerState,
}

/// A person (D365: contact).
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(any(test, feature = "samples"), derive(serde::Deserialize, schemars::JsonSchema))]
pub struct Contact {
    pub id: ContactId,
    /// Counts the events about it.
    pub sequence: i64,
    pub person: Person,
    pub address: Option<Address>,
    /// Where goods go, where that is another one.
    pub delivery_address: Option<Address>,
    /// The organisation they belong to (D365: parentcustomerid).
    pub account: Option<AccountId>,
    /// What they are there.
    pub role: Option<AccountRole>,
    /// As [`Account::territory`]; counts where they buy without an organisation.
    pub territory: Option<String>,
    /// As [`Account::customer_group`]; counts where they buy without an organisation.
    pub customer_group: Option<String>,
    pub originating_lead: Option<LeadId>,
    /// They agreed to be written to in bulk.
    pub consent: bool,
    /// The merges of other contacts into this one that hold, the last one at the end.
    pub merges: Vec<CustomerMerge<ContactId, ContactFacts>>,
    /// As [`Account::kept_apart`].
    pub kept_apart: Vec<Uuid>,
    pub state: CustomerState,
}

impl AccountFacts {
    /// Those of an account as it is.
    #[must_use]
    pub fn of(account: &Account) -> Self {
        let account = account.clone();
        Self {
            name: account.name,
            tax_id: account.tax_id,
            website: account.website,
            phone: account.phone,
            address: account.address,
            billing_address: account.billing_address,
            delivery_address: account.delivery_address,
            territory: account.territory,
            customer_group: account.customer_group,
        }
    }

    /// The account with these.
    #[must_use]
    pub fn put(self, account: Account) -> Account {
        Account {
            name: self.name,
            tax_id: self.tax_id,
            website: self.website,
            phone: self.phone,
            address: self.address,
            billing_address: self.billing_address,
            delivery_address: self.delivery_address,
            territory: self.territory,
            customer_group: self.customer_group,
            ..account
        }
    }
}

impl ContactFacts {
    /// Those of a contact as they are.
    #[must_use]
    pub fn of(contact: &Contact) -> Self {
        let contact = contact.clone();
        Self {
            person: contact.person,
            address: contact.address,
            delivery_address: contact.delivery_address,
            account: contact.account,
            role: contact.role,
            territory: contact.territory,
            customer_group: contact.customer_group,
            consent: contact.consent,
        }
    }

    /// The contact with these.
    #[must_use]
    pub fn put(self, contact: Contact) -> Contact {
        Contact {
            person: self.person,
            address: self.address,
            delivery_address: self.delivery_address,
            account: self.account,
            role: self.role,
            territory: self.territory,
            customer_group: self.customer_group,
            consent: self.consent,
            ..contact
        }
    }
}

/// The life of a customer record; an inactive one takes no new opportunity.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(any(test, feature = "samples"), derive(serde::Deserialize, schemars::JsonSchema))]
pub enum CustomerState {
    Active,
    Inactive {
        at: DateTime<Utc>,
    },
    /// It is another one of its kind from now on, and only read; `was` is what it is again where that is taken back
    /// (D365: merged, masterid).
    Merged {
        at: DateTime<Utc>,
        master: Uuid,
        was: Box<Self>,
    },
}

#[derive(Clone, Debug)]
pub enum CustomerAction {
    /// A new opportunity is opened for it.
    Engage,
    /// What is known of it is corrected.
    Update,
    Deactivate {
        at: DateTime<Utc>,
    },
    Activate,
    /// Others become this one.
    TakeIn,
    /// They are customers of their own again.
    GiveBack,
    /// It becomes another one.
    Merge {
        at: DateTime<Utc>,
        master: Uuid,
    },
    Restore,
}

fn next(state: &CustomerState, action: &CustomerAction) -> Option<CustomerState> {
    use {CustomerAction as A, CustomerState as S};
    match (state, action) {
        (S::Active, A::Engage) | (S::Inactive { .. }, A::Activate) => Some(S::Active),
        (S::Active, A::TakeIn) | (S::Active | S::Inactive { .. }, A::Update | A::GiveBack) => {
            Some(state.clone())
        }
        (S::Active | S::Inactive { .. }, A::Merge { at, master }) => {
            Some(S::Merged { at: *at, master: *master, was: Box::new(state.clone()) })
        }
        (S::Merged { was, .. }, A::Restore) => Some((**was).clone()),
        (S::Active, A::Deactivate { at }) => Some(S::Inactive { at: *at }),
        _ => None,
    }
}

const fn state_name(state: &CustomerState) -> &'static str {
    match state {
        CustomerState::Active => "active",
        CustomerState::Inactive { .. } => "inactive",
        CustomerState::Merged { .. } => "merged",
    }
}

const fn verb(action: &CustomerAction) -> &'static str {
    match action {
        CustomerAction::Engage => "take an opportunity",
        CustomerAction::Update => "be updated",
        CustomerAction::Deactivate { .. } => "be deactivated",
        CustomerAction::Activate => "be activated",
        CustomerAction::TakeIn => "take in another one",
        CustomerAction::GiveBack => "give back what it took in",
        CustomerAction::Merge { .. } => "be merged",
        CustomerAction::Restore => "be restored",
    }
}

macro_rules! customer_lifecycle {
    ($record:ident) => {
        impl Lifecycle for $record {
            const KIND: SubjectKind = SubjectKind::$record;
            type State = CustomerState;
            type Action = CustomerAction;

            fn next(state: &CustomerState, action: &CustomerAction) -> Option<CustomerState> {
                next(state, action)
            }
            fn state_name(state: &CustomerState) -> &'static str {
                state_name(state)
            }
            fn verb(action: &CustomerAction) -> &'static str {
                verb(action)
            }
            fn examples() -> (Vec<CustomerState>, Vec<CustomerAction>) {
                let (at, master) = (DateTime::UNIX_EPOCH, Uuid::nil());
                let was = Box::new(CustomerState::Active);
                (
                    vec![
                        CustomerState::Active,
                        CustomerState::Inactive { at },
                        CustomerState::Merged { at, master, was },
                    ],
                    vec![
                        CustomerAction::Engage,
                        CustomerAction::Update,
                        CustomerAction::Deactivate { at },
                        CustomerAction::Activate,
                        CustomerAction::TakeIn,
                        CustomerAction::GiveBack,
                        CustomerAction::Merge { at, master },
                        CustomerAction::Restore,
                    ],
                )
            }
        }

        applies!($record, CustomerAction, |it| it.id);
    };
}
customer_lifecycle!(Account);
customer_lifecycle!(Contact);

macro_rules! masters {
    ($($Of:ident is $Id:ident;)*) => {$(
        impl $Of {
            /// Whom it became, where it was merged.
            #[must_use]
            pub fn master(&self) -> Option<$Id> {
                match self.state {
                    CustomerState::Merged { master, .. } => Some(master.into()),
                    CustomerState::Active | CustomerState::Inactive { .. } => None,
                }
            }
        }
    )*};
}
masters! {
    Account is AccountId;
    Contact is ContactId;
}

/// Who buys: an account (with the person to talk to, if known) or a contact alone (D365: customerid).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Customer {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub account: Option<AccountId>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub contact: Option<ContactId>,
}

/// Where the goods of a customer go, where that is not the buyer's own address.
#[must_use]
pub fn delivery_address<'c>(
    account: Option<&'c Account>,
    contact: Option<&'c Contact>,
) -> Option<&'c Address> {
    let of_account = account.and_then(|account| account.delivery_address.as_ref());
    of_account.or_else(|| contact.and_then(|contact| contact.delivery_address.as_ref()))
}
