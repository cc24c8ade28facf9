//! Leads.

use domain::enquiry::Enquiry;
use domain::ids::Id;
use domain::lead::{Assessment, Lead, LeadState};
use domain::lifecycle::Lifecycle;
use domain::message::SubjectKind;
use leadmill_table::table;
use sqlx::types::Json;
use uuid::Uuid;

use crate::store::column::{corrupt, given, meant, word};
use crate::store::declared::Tables;

table! { lead: Lead as lead => LeadRow, shared {
    let (open, qualified, disqualified) = match lead.state() {
        LeadState::Open(reason) => (Some(word(reason)), None, None),
        LeadState::Qualified { at } => (None, Some(*at), None),
        LeadState::Disqualified { at, reason } => (None, None, Some((*at, word(reason)))),
    };
    let (disqualified_at, disqualify_reason) = disqualified.unzip();
    key     id: uuid = lead.id.uuid();
    version sequence: bigint = lead.sequence;
    frozen  number: text = lead.number.as_str();
    frozen  input: uuid refers input = lead.input.uuid();
    frozen  previous: uuid? refers lead = lead.previous.map(Uuid::from);
    apart   enquiry: jsonb<Enquiry> = Json(&lead.enquiry);
    account: uuid? refers account = lead.account.map(Uuid::from);
    contact: uuid? refers contact = lead.contact.map(Uuid::from);
    opportunity: uuid? refers opportunity = lead.opportunity.map(Uuid::from);
    assessment: jsonb<Assessment>? = lead.assessment.as_ref().map(Json);
    state: text = Lead::state_name(lead.state());
    open_reason: text? = open;
    qualified_at: timestamptz? = qualified;
    disqualified_at: timestamptz? = disqualified_at;
    disqualify_reason: text? = disqualify_reason;
}}

/// Its table.
pub const TABLES: &[Tables] = &[Tables { kind: SubjectKind::Lead, tables: &[TABLE] }];

impl LeadRow {
    fn record(self) -> Result<Lead, sqlx::Error> {
        let state = match self.state.as_str() {
            "open" => {
                let reason = given("lead.open_reason", self.open_reason)?;
                LeadState::Open(meant("lead.open_reason", &reason)?)
            }
            "qualified" => {
                LeadState::Qualified { at: given("lead.qualified_at", self.qualified_at)? }
            }
            "disqualified" => {
                let reason = given("lead.disqualify_reason", self.disqualify_reason)?;
                LeadState::Disqualified {
                    at: given("lead.disqualified_at", self.disqualified_at)?,
                    reason: meant("lead.disqualify_reason", &reason)?,
                }
            }
            other => return Err(corrupt("lead.state", &other)),
        };
        let id = self.id.into();
        let mut lead = Lead::new(id, self.number, self.input.into(), self.enquiry.0);
        lead.sequence = self.sequence;
        lead.previous = self.previous.map(Into::into);
        lead.account = self.account.map(Into::into);
        lead.contact = self.contact.map(Into::into);
        lead.opportunity = self.opportunity.map(Into::into);
        lead.assessment = self.assessment.map(|Json(assessment)| assessment);
        Ok(lead.in_state(state))
    }
}
