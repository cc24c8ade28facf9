//! What qualification hears and what it says.

use domain::commands::{
    AccountDeactivate, AccountKeepApart, AccountMerge, AccountReactivate, AccountUnmerge,
    AccountUpdate, BulkContinue, BulkQualify, ContactDeactivate, ContactKeepApart, ContactMerge,
    ContactReactivate, ContactUnmerge, ContactUpdate, DuplicateClose, LeadAddCompetitor,
    LeadAddStakeholder, LeadDisqualify, LeadKeepApart, LeadMerge, LeadQualify, LeadReactivate,
    LeadRemoveCompetitor, LeadRemoveStakeholder, LeadUndo, LeadUnmerge, LeadUpdate,
    OpportunityCreate, ProposalAccept, ProposalDismiss,
};
use domain::customer::Customer;
use domain::events::{
    AccountAbsorbed, AccountCreated, AccountDeactivated, AccountKeptApart, AccountMerged,
    AccountReactivated, AccountRestored, AccountUnmerged, AccountUpdated, BulkAdvanced, BulkDone,
    BulkStarted, ConsentChanged, ConsentLifted, ConsentSuppressed, ContactAbsorbed, ContactCreated,
    ContactDeactivated, ContactKeptApart, ContactMerged, ContactReactivated, ContactRestored,
    ContactUnmerged, ContactUpdated, DuplicateClosed, LeadAbsorbed, LeadCaptured,
    LeadCompetitorAdded, LeadCompetitorRemoved, LeadDisqualified, LeadDuplicateFound,
    LeadEnquiryAdded, LeadEnquiryWithdrawn, LeadKeptApart, LeadMerged, LeadQualified,
    LeadReactivated, LeadRestored, LeadScored, LeadStakeholderAdded, LeadStakeholderRemoved,
    LeadUnmerged, LeadUpdated, OpportunityCreated, OpportunityLost, ProposalAccepted,
    ProposalDismissed, ProposalExtended, ProposalMade, QuoteClosed,
};
use domain::ids::LeadId;

domain::one_of! {
    /// What qualification hears.
    pub When: LeadCaptured, LeadEnquiryAdded, LeadUpdated, ConsentChanged, ConsentSuppressed, ConsentLifted, LeadUpdate, LeadAddStakeholder, LeadRemoveStakeholder, LeadAddCompetitor, LeadRemoveCompetitor, LeadQualify, LeadDisqualify, LeadReactivate, AccountUpdate,
        AccountDeactivate, AccountReactivate, ContactUpdate, ContactDeactivate, ContactReactivate, ProposalAccept,
        ProposalDismiss, DuplicateClose, BulkQualify, BulkContinue, LeadMerge, LeadUnmerge, LeadMerged, LeadUnmerged, LeadRestored, LeadKeepApart, ContactKeepApart, AccountKeepApart, LeadUndo,
        ContactMerge, ContactUnmerge, AccountMerge, AccountUnmerge, OpportunityCreate
}

domain::one_of! {
    /// What qualification says.
    pub Then: LeadUpdated, LeadStakeholderAdded, LeadStakeholderRemoved, LeadCompetitorAdded, LeadCompetitorRemoved, LeadScored, LeadQualified, LeadDisqualified, LeadReactivated, AccountCreated,
        ContactCreated, OpportunityCreated, AccountUpdated, AccountDeactivated, AccountReactivated,
        ContactUpdated, ContactDeactivated, ContactReactivated, ProposalMade, ProposalExtended,
        ProposalAccepted, ProposalDismissed, LeadDuplicateFound, DuplicateClosed, BulkStarted, BulkAdvanced, BulkDone, BulkContinue, LeadQualify, LeadMerged, LeadAbsorbed, LeadUnmerged, LeadRestored, LeadKeptApart, ContactKeptApart, AccountKeptApart, LeadEnquiryWithdrawn, OpportunityLost,
        ContactMerged, ContactAbsorbed, ContactUnmerged, ContactRestored, AccountMerged, AccountAbsorbed, AccountUnmerged, AccountRestored, QuoteClosed
}

impl When {
    /// The lead that it is about; the others are about a customer or many leads.
    pub(crate) const fn lead(&self) -> Option<LeadId> {
        match self {
            Self::LeadCaptured(event) => Some(event.lead),
            Self::LeadEnquiryAdded(event) => Some(event.lead),
            Self::LeadUpdated(event) => Some(event.lead),
            Self::LeadUpdate(command) => Some(command.lead),
            Self::LeadAddStakeholder(command) => Some(command.lead),
            Self::LeadRemoveStakeholder(command) => Some(command.lead),
            Self::LeadAddCompetitor(command) => Some(command.lead),
            Self::LeadRemoveCompetitor(command) => Some(command.lead),
            Self::LeadQualify(command) => Some(command.lead),
            Self::LeadDisqualify(command) => Some(command.lead),
            Self::LeadReactivate(command) => Some(command.lead),
            Self::LeadMerged(event) => Some(event.lead),
            Self::LeadUnmerged(event) => Some(event.lead),
            Self::LeadRestored(event) => Some(event.lead),
            _ => None,
        }
    }

    /// Something changed that the rules are asked about.
    pub(crate) const fn asks_rules(&self) -> bool {
        matches!(
            self,
            Self::LeadCaptured(_)
                | Self::LeadEnquiryAdded(_)
                | Self::LeadUpdated(_)
                | Self::LeadMerged(_)
                | Self::LeadUnmerged(_)
                | Self::LeadRestored(_)
        )
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
