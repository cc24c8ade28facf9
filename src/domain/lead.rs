//! A lead: unproven interest, kept apart from customer data until it is qualified (D365: lead).

use chrono::{DateTime, Utc};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::enquiry::{DOUBTS_MAX, Enquiry};
use crate::ids::{AccountId, ContactId, InputId, LeadId, OpportunityId};
use crate::lifecycle::{Lifecycle, applies};
use crate::message::SubjectKind;
use crate::newer::NewerWord;
use crate::refusal::Refusal;

/// Most products that a lead can be interested in, over all its inputs.
pub const INTEREST_MAX: usize = 50;

/// A lead.
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(any(test, feature = "samples"), derive(serde::Deserialize, schemars::JsonSchema))]
pub struct Lead {
    pub id: LeadId,
    /// Counts the events about it; the `sequence` of the last one.
    pub sequence: i64,
    /// As `L-100042`.
    pub number: String,
    /// What is known of the person and what they want, over all their inputs.
    pub enquiry: Enquiry,
    /// The input that it was made of.
    pub input: InputId,
    /// The last lead before it of the same person, or of the conversation that it goes on with; closed when this
    /// one came.
    pub previous: Option<LeadId>,
    /// The existing customer, where the sender was recognised (D365: parentaccountid).
    pub account: Option<AccountId>,
    /// The existing contact, where the sender was recognised (D365: parentcontactid).
    pub contact: Option<ContactId>,
    /// The opportunity that qualification made of it.
    pub opportunity: Option<OpportunityId>,
    /// The last answer of the qualification rules.
    pub assessment: Option<Assessment>,
    state: LeadState,
}

/// What the qualification rules said, kept so that anybody can ask why years later.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Assessment {
    /// The version of the rules that were asked.
    pub rules: String,
    /// 0 to 100.
    pub score: u8,
    /// The clauses that matched, in the order of the file.
    pub matched: Vec<String>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(any(test, feature = "samples"), derive(serde::Deserialize, schemars::JsonSchema))]
pub enum LeadState {
    Open(OpenReason),
    Qualified { at: DateTime<Utc> },
    Disqualified { at: DateTime<Utc>, reason: DisqualifyReason },
}

/// D365: statuscode of an open lead.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum OpenReason {
    New,
    Contacted,
}

/// D365: statuscode of a disqualified lead.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum DisqualifyReason {
    Lost,
    CannotContact,
    NoLongerInterested,
    Canceled,
    #[serde(untagged)]
    Newer(NewerWord),
}

#[derive(Clone, Debug)]
pub enum LeadAction {
    /// Another input of the same person.
    AddEnquiry,
    /// The rules gave a score and no decision.
    Score,
    Qualify {
        at: DateTime<Utc>,
    },
    Disqualify {
        at: DateTime<Utc>,
        reason: DisqualifyReason,
    },
    Reactivate,
}

impl Lifecycle for Lead {
    const KIND: SubjectKind = SubjectKind::Lead;
    type State = LeadState;
    type Action = LeadAction;

    fn next(state: &LeadState, action: &LeadAction) -> Option<LeadState> {
        use {LeadAction as A, LeadState as S};
        match (state, action) {
            (S::Open(reason), A::AddEnquiry | A::Score) => Some(S::Open(*reason)),
            (S::Open(_), A::Qualify { at }) => Some(S::Qualified { at: *at }),
            (S::Open(_), A::Disqualify { at, reason }) => {
                Some(S::Disqualified { at: *at, reason: *reason })
            }
            (S::Qualified { .. } | S::Disqualified { .. }, A::Reactivate) => {
                Some(S::Open(OpenReason::New))
            }
            _ => None,
        }
    }

    fn state_name(state: &LeadState) -> &'static str {
        match state {
            LeadState::Open(_) => "open",
            LeadState::Qualified { .. } => "qualified",
            LeadState::Disqualified { .. } => "disqualified",
        }
    }

    fn verb(action: &LeadAction) -> &'static str {
        match action {
            LeadAction::AddEnquiry => "take another enquiry",
            LeadAction::Score => "score",
            LeadAction::Qualify { .. } => "qualify",
            LeadAction::Disqualify { .. } => "disqualify",
            LeadAction::Reactivate => "reactivate",
        }
    }

    fn examples() -> (Vec<LeadState>, Vec<LeadAction>) {
        let at = DateTime::UNIX_EPOCH;
        let reason = DisqualifyReason::Lost;
        (
            vec![
                LeadState::Open(OpenReason::New),
                LeadState::Qualified { at },
                LeadState::Disqualified { at, reason },
            ],
            vec![
                LeadAction::AddEnquiry,
                LeadAction::Score,
                LeadAction::Qualify { at },
                LeadAction::Disqualify { at, reason },
                LeadAction::Reactivate,
            ],
        )
    }
}

applies!(Lead, LeadAction, |it| it.id);

impl Lead {
    /// A new, open lead.
    #[must_use]
    pub const fn new(id: LeadId, number: String, input: InputId, enquiry: Enquiry) -> Self {
        Self {
            id,
            sequence: 0,
            number,
            enquiry,
            input,
            previous: None,
            account: None,
            contact: None,
            opportunity: None,
            assessment: None,
            state: LeadState::Open(OpenReason::New),
        }
    }

    /// The same lead in another state; for the store, which reads what was decided before.
    #[must_use]
    pub fn in_state(mut self, state: LeadState) -> Self {
        self.state = state;
        self
    }

    #[must_use]
    pub const fn state(&self) -> &LeadState {
        &self.state
    }

    #[must_use]
    pub const fn is_open(&self) -> bool {
        matches!(self.state, LeadState::Open(_))
    }

    /// Another input of the same person: fills what was not known, never overwrites, and adds what
    /// they are interested in.
    ///
    /// # Errors
    /// [`Refusal`] where the lead is closed.
    pub fn add_enquiry(&self, other: &Enquiry) -> Result<Self, Refusal> {
        let mut lead = self.apply(&LeadAction::AddEnquiry)?;
        let mine = &mut lead.enquiry;
        // Who was not known is known by the one who says more.
        mine.certainty.who = mine.certainty.who.min(other.certainty.who);
        fill(&mut mine.person.given_name, other.person.given_name.as_ref());
        fill(&mut mine.person.family_name, other.person.family_name.as_ref());
        fill(&mut mine.person.job_title, other.person.job_title.as_ref());
        fill(&mut mine.company, other.company.as_ref());
        fill(&mut mine.tax_id, other.tax_id.as_ref());
        fill(&mut mine.website, other.website.as_ref());
        fill(&mut mine.address, other.address.as_ref());
        fill(&mut mine.topic, other.topic.as_ref());
        fill(&mut mine.message, other.message.as_ref());
        fill(&mut mine.purchase_timeframe, other.purchase_timeframe.as_ref());
        fill(&mut mine.close_date, other.close_date.as_ref());
        fill(&mut mine.employees, other.employees.as_ref());
        fill(&mut mine.industry, other.industry.as_ref());
        fill(&mut mine.campaign, other.campaign.as_ref());
        fill(&mut mine.owner, other.owner.as_ref());
        if mine.budget.is_none() {
            (mine.budget, mine.currency) = (other.budget, other.currency.clone());
        }
        mine.consent |= other.consent;
        add(&mut mine.person.emails, &other.person.emails, INTEREST_MAX);
        add(&mut mine.person.phones, &other.person.phones, INTEREST_MAX);
        add(&mut mine.interest, &other.interest, INTEREST_MAX);
        add(&mut mine.doubts, &other.doubts, DOUBTS_MAX);
        Ok(lead)
    }
}

fn fill<T: Clone>(mine: &mut Option<T>, other: Option<&T>) {
    if mine.is_none() {
        *mine = other.cloned();
    }
}

fn add<T: Clone + PartialEq>(mine: &mut Vec<T>, other: &[T], max: usize) {
    for value in other {
        if mine.len() < max && !mine.contains(value) {
            mine.push(value.clone());
        }
    }
}
