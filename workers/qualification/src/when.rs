//! What qualification hears and what it says.

use domain::commands::{
    AccountDeactivate, AccountReactivate, AccountUpdate, BulkContinue, BulkQualify,
    ContactDeactivate, ContactReactivate, ContactUpdate, DuplicateClose, LeadDisqualify,
    LeadQualify, LeadReactivate, LeadUpdate, ProposalAccept, ProposalDismiss,
};
use domain::customer::Customer;
use domain::events::{
    AccountCreated, AccountDeactivated, AccountReactivated, AccountUpdated, BulkAdvanced, BulkDone,
    BulkStarted, ConsentChanged, ConsentLifted, ConsentSuppressed, ContactCreated,
    ContactDeactivated, ContactReactivated, ContactUpdated, DuplicateClosed, LeadCaptured,
    LeadDisqualified, LeadDuplicateFound, LeadEnquiryAdded, LeadQualified, LeadReactivated,
    LeadScored, LeadUpdated, OpportunityCreated, ProposalAccepted, ProposalDismissed,
    ProposalExtended, ProposalMade,
};
use domain::ids::LeadId;

domain::one_of! {
    /// What qualification hears.
    pub When: LeadCaptured, LeadEnquiryAdded, LeadUpdated, ConsentChanged, ConsentSuppressed, ConsentLifted, LeadUpdate, LeadQualify, LeadDisqualify, LeadReactivate, AccountUpdate,
        AccountDeactivate, AccountReactivate, ContactUpdate, ContactDeactivate, ContactReactivate, ProposalAccept,
        ProposalDismiss, DuplicateClose, BulkQualify, BulkContinue
}

domain::one_of! {
    /// What qualification says.
    pub Then: LeadUpdated, LeadScored, LeadQualified, LeadDisqualified, LeadReactivated, AccountCreated,
        ContactCreated, OpportunityCreated, AccountUpdated, AccountDeactivated, AccountReactivated,
        ContactUpdated, ContactDeactivated, ContactReactivated, ProposalMade, ProposalExtended,
        ProposalAccepted, ProposalDismissed, LeadDuplicateFound, DuplicateClosed, BulkStarted, BulkAdvanced, BulkDone, BulkContinue, LeadQualify
}

impl When {
    /// The lead that it is about; the others are about a customer or many leads.
    pub(crate) const fn lead(&self) -> Option<LeadId> {
        match self {
            Self::LeadCaptured(event) => Some(event.lead),
            Self::LeadEnquiryAdded(event) => Some(event.lead),
            Self::LeadUpdated(event) => Some(event.lead),
            Self::LeadUpdate(command) => Some(command.lead),
            Self::LeadQualify(command) => Some(command.lead),
            Self::LeadDisqualify(command) => Some(command.lead),
            Self::LeadReactivate(command) => Some(command.lead),
            _ => None,
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
