//! Proposals: what later enquiries say otherwise of somebody who is known.

use domain::correction::Correction;
use domain::ids::Id;
use domain::keys::ProposalsAbout;
use domain::lifecycle::Lifecycle;
use domain::message::SubjectKind;
use domain::proposal::{About, Proposal, ProposalState};
use leadmill_table::table;
use sqlx::types::Json;
use sqlx::types::chrono::{DateTime, Utc};
use uuid::Uuid;

use crate::store::column::{corrupt, given};
use crate::store::declared::Tables;
use crate::store::look_up::look_up;

table! { proposal: Proposal as proposal => ProposalRow {
    let (accepted_at, dismissed_at) = match &proposal.state {
        ProposalState::Open => (None, None),
        ProposalState::Accepted { at } => (Some(*at), None),
        ProposalState::Dismissed { at } => (None, Some(*at)),
    };
    key     id: uuid = proposal.id.uuid();
    version sequence: bigint = proposal.sequence;
    frozen  account: uuid? refers account = proposal.about.account.map(Uuid::from);
    frozen  contact: uuid? refers contact = proposal.about.contact.map(Uuid::from);
    frozen  own_lead: uuid? refers lead = proposal.about.lead.map(Uuid::from);
    lead: uuid refers lead = Uuid::from(proposal.lead);
    stands: jsonb<Correction> = Json(&proposal.from);
    proposed: jsonb<Correction> = Json(&proposal.to);
    state: text = Proposal::state_name(&proposal.state);
    accepted_at: timestamptz? = accepted_at;
    dismissed_at: timestamptz? = dismissed_at;
}}

/// Its table.
pub const TABLES: &[Tables] = &[Tables { kind: SubjectKind::Proposal, tables: &[TABLE] }];

// Whom it is about never changes.
look_up!(ProposalsAbout by |it| it.0,
    r#"SELECT k.about AS "key!", p.id AS "found!" FROM unnest($1::uuid[]) AS k(about)
       CROSS JOIN LATERAL (
           SELECT id FROM proposal AS p WHERE coalesce(p.account, p.contact, p.own_lead) = k.about ORDER BY p.id DESC LIMIT $2) AS p"# limit);

impl ProposalRow {
    fn record(self) -> Result<Proposal, sqlx::Error> {
        let about = About {
            account: self.account.map(Into::into),
            contact: self.contact.map(Into::into),
            lead: self.own_lead.map(Into::into),
        };
        Ok(Proposal {
            id: self.id.into(),
            sequence: self.sequence,
            about,
            lead: self.lead.into(),
            from: self.stands.0,
            to: self.proposed.0,
            state: state_of(&self.state, (self.accepted_at, self.dismissed_at))?,
        })
    }
}

fn state_of(
    state: &str,
    (accepted_at, dismissed_at): (Option<DateTime<Utc>>, Option<DateTime<Utc>>),
) -> Result<ProposalState, sqlx::Error> {
    Ok(match state {
        "open" => ProposalState::Open,
        "accepted" => ProposalState::Accepted { at: given("proposal.accepted_at", accepted_at)? },
        "dismissed" => {
            ProposalState::Dismissed { at: given("proposal.dismissed_at", dismissed_at)? }
        }
        other => return Err(corrupt("proposal.state", &other)),
    })
}
