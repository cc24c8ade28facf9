//! A proposal: what a later enquiry says otherwise of somebody who is known. It is never taken over in silence: a person
//! accepts or dismisses it.

use chrono::{DateTime, Utc};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::correction::Correction;
use crate::ids::{AccountId, ContactId, Id, LeadId, ProposalId};
use crate::lifecycle::{Lifecycle, applies};
use crate::message::{Subject, SubjectKind};

/// The record that a proposal is about: just one of these.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct About {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub account: Option<AccountId>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub contact: Option<ContactId>,
    /// Somebody who is no customer yet.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lead: Option<LeadId>,
}

impl About {
    #[must_use]
    pub fn account(id: AccountId) -> Self {
        Self { account: Some(id), ..Self::default() }
    }

    #[must_use]
    pub fn contact(id: ContactId) -> Self {
        Self { contact: Some(id), ..Self::default() }
    }

    #[must_use]
    pub fn lead(id: LeadId) -> Self {
        Self { lead: Some(id), ..Self::default() }
    }

    /// The record, where one is named.
    #[must_use]
    pub fn subject(&self) -> Option<Subject> {
        let account = self.account.map(|id| Subject { kind: SubjectKind::Account, id: id.uuid() });
        let contact = self.contact.map(|id| Subject { kind: SubjectKind::Contact, id: id.uuid() });
        let lead = self.lead.map(|id| Subject { kind: SubjectKind::Lead, id: id.uuid() });
        account.or(contact).or(lead)
    }
}

/// What an enquiry says otherwise of a lead, an account or a contact, in the fields of an enquiry. One is open for a
/// record at a time; what a further enquiry says is added to it.
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(any(test, feature = "samples"), derive(serde::Deserialize, schemars::JsonSchema))]
pub struct Proposal {
    pub id: ProposalId,
    /// Counts the events about it.
    pub sequence: i64,
    /// The record that it is about.
    pub about: About,
    /// The lead whose enquiry said so last.
    pub lead: LeadId,
    /// What stands in the record.
    pub from: Correction,
    /// What is to stand there.
    pub to: Correction,
    pub state: ProposalState,
}

#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(any(test, feature = "samples"), derive(serde::Deserialize, schemars::JsonSchema))]
pub enum ProposalState {
    Open,
    /// It stands in the record.
    Accepted {
        at: DateTime<Utc>,
    },
    /// The record is right as it is.
    Dismissed {
        at: DateTime<Utc>,
    },
}

#[derive(Clone, Debug)]
pub enum ProposalAction {
    /// A further enquiry says more, or something else.
    Extend,
    Accept {
        at: DateTime<Utc>,
    },
    Dismiss {
        at: DateTime<Utc>,
    },
}

impl Lifecycle for Proposal {
    const KIND: SubjectKind = SubjectKind::Proposal;
    type State = ProposalState;
    type Action = ProposalAction;

    fn next(state: &ProposalState, action: &ProposalAction) -> Option<ProposalState> {
        use {ProposalAction as A, ProposalState as S};
        match (state, action) {
            (S::Open, A::Extend) => Some(S::Open),
            (S::Open, A::Accept { at }) => Some(S::Accepted { at: *at }),
            (S::Open, A::Dismiss { at }) => Some(S::Dismissed { at: *at }),
            _ => None,
        }
    }

    fn state_name(state: &ProposalState) -> &'static str {
        match state {
            ProposalState::Open => "open",
            ProposalState::Accepted { .. } => "accepted",
            ProposalState::Dismissed { .. } => "dismissed",
        }
    }

    fn verb(action: &ProposalAction) -> &'static str {
        match action {
            ProposalAction::Extend => "be extended",
            ProposalAction::Accept { .. } => "be accepted",
            ProposalAction::Dismiss { .. } => "be dismissed",
        }
    }

    fn examples() -> (Vec<ProposalState>, Vec<ProposalAction>) {
        let at = DateTime::UNIX_EPOCH;
        (
            vec![
                ProposalState::Open,
                ProposalState::Accepted { at },
                ProposalState::Dismissed { at },
            ],
            vec![
                ProposalAction::Extend,
                ProposalAction::Accept { at },
                ProposalAction::Dismiss { at },
            ],
        )
    }
}

applies!(Proposal, ProposalAction, |it| it.id);
