//! What qualification hears and what it says.

use domain::commands::{LeadDisqualify, LeadQualify, LeadReactivate};
use domain::customer::Customer;
use domain::events::{
    AccountCreated, ContactCreated, LeadCaptured, LeadDisqualified, LeadEnquiryAdded,
    LeadQualified, LeadReactivated, LeadScored, OpportunityCreated,
};
use domain::ids::LeadId;

domain::one_of! {
    /// What qualification hears.
    pub When: LeadCaptured, LeadEnquiryAdded, LeadQualify, LeadDisqualify, LeadReactivate
}

domain::one_of! {
    /// What qualification says.
    pub Then: LeadScored, LeadQualified, LeadDisqualified, LeadReactivated, AccountCreated,
        ContactCreated, OpportunityCreated
}

impl When {
    pub(crate) const fn lead(&self) -> LeadId {
        match self {
            Self::LeadCaptured(event) => event.lead,
            Self::LeadEnquiryAdded(event) => event.lead,
            Self::LeadQualify(command) => command.lead,
            Self::LeadDisqualify(command) => command.lead,
            Self::LeadReactivate(command) => command.lead,
        }
    }

    /// The customer that the sender of the command chose.
    pub(crate) const fn chosen(&self) -> Customer {
        match self {
            Self::LeadQualify(command) => {
                Customer { account: command.account, contact: command.contact }
            }
            _ => NOBODY,
        }
    }
}

/// Nobody was chosen: the keys of the enquiry tell who it is.
pub(crate) const NOBODY: Customer = Customer { account: None, contact: None };
