//! Messages about proposals: what a later enquiry says otherwise of somebody who is known.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::correction::Correction;
use crate::ids::{LeadId, ProposalId};
use crate::proposal::About;
use crate::text::Short;

crate::messages! { Proposal:
    events {
        ProposalMade = "proposal.made.v1" by proposal;
        ProposalExtended = "proposal.extended.v1" by proposal;
        ProposalAccepted = "proposal.accepted.v1" by proposal;
        ProposalDismissed = "proposal.dismissed.v1" by proposal;
    }
    commands {
        ProposalAccept = "proposal.accept.v1" by proposal needs EditCustomer;
        ProposalDismiss = "proposal.dismiss.v1" by proposal needs EditCustomer;
    }
}

/// An enquiry of somebody who is known says otherwise than their record: a person decides with `proposal.accept` or
/// `proposal.dismiss`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ProposalMade {
    pub proposal: ProposalId,
    /// The lead, account or contact that it is about.
    pub about: About,
    /// The lead whose enquiry says so.
    pub lead: LeadId,
    /// What stands in the record, in the fields of an enquiry.
    pub from: Correction,
    /// What is to stand there.
    pub to: Correction,
}

/// A further enquiry says more, or something else again.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ProposalExtended {
    pub proposal: ProposalId,
    /// The lead whose enquiry says so.
    pub lead: LeadId,
    /// What stands in the record, in all fields of the proposal.
    pub from: Correction,
    /// What is to stand there.
    pub to: Correction,
}

/// What was proposed stands in the record; `lead.updated`, `account.updated` or `contact.updated` says how.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ProposalAccepted {
    pub proposal: ProposalId,
    /// Who accepted it: the person who was named, else the sender as the broker knows it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(extend("x-personal" = true))]
    pub by: Option<String>,
}

/// The record is right as it is; the same is not proposed again.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ProposalDismissed {
    pub proposal: ProposalId,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(extend("x-personal" = true))]
    pub comment: Option<String>,
    /// Who dismissed it: the person who was named, else the sender as the broker knows it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(extend("x-personal" = true))]
    pub by: Option<String>,
}

/// Take over what a later enquiry says.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ProposalAccept {
    pub proposal: ProposalId,
}

/// Leave the record as it is.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ProposalDismiss {
    pub proposal: ProposalId,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<Short>,
}
