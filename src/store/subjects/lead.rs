//! Leads.

use domain::bulk::Selected;
use domain::enquiry::Enquiry;
use domain::ids::{Id, LeadId};
use domain::keys::{LeadBefore, LeadsSelected};
use domain::lead::{Assessment, Lead, LeadState};
use domain::lifecycle::Lifecycle;
use domain::links::LOOK_MAX;
use domain::message::SubjectKind;
use leadmill_table::table;
use sqlx::PgConnection;
use sqlx::types::Json;
use uuid::Uuid;

use crate::store::column::{corrupt, given, meant, word};
use crate::store::declared::Tables;
use crate::store::look_up::{LookUp, limit};

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

/// Within a window of ids, whose rows the key of the table gives; what is meant of them is looked at row by row. So is
/// the input of each: asked with EXISTS, all inputs of a large file would be read for each slice.
impl LookUp for LeadsSelected {
    async fn look_up(
        conn: &mut PgConnection,
        keys: &[Self],
    ) -> Result<Vec<(Self, LeadId)>, sqlx::Error> {
        let mut found = Vec::new();
        for key in keys {
            let Selected { selector, window } = &key.0;
            let leads = sqlx::query_scalar!(
                "SELECT l.id FROM lead AS l
                 WHERE l.id >= $1 AND l.id < $2 AND l.state = 'open'
                   AND ($3::uuid IS NULL
                        OR (SELECT collection FROM input WHERE id = l.input) = $3)
                   AND ($4::text IS NULL OR l.enquiry ->> 'campaign' = $4)
                   AND ($5::text IS NULL OR l.enquiry ->> 'source' = $5)
                   AND ($6::integer IS NULL OR (l.assessment ->> 'score')::integer >= $6)
                 ORDER BY l.id DESC LIMIT $7",
                window.from.map_or_else(Uuid::nil, Uuid::from),
                window.before.uuid(),
                selector.import.map(Uuid::from),
                selector.campaign,
                selector.source.map(word),
                selector.score_at_least.map(i32::from),
                limit::<Self>()
            );
            let leads = leads.fetch_all(&mut *conn).await?;
            found.extend(leads.into_iter().map(|lead| (key.clone(), lead.into())));
        }
        Ok(found)
    }
}

impl LookUp for LeadBefore {
    async fn look_up(
        conn: &mut PgConnection,
        keys: &[Self],
    ) -> Result<Vec<(Self, LeadId)>, sqlx::Error> {
        let ids: Vec<_> = keys.iter().map(|key| key.0.uuid()).collect();
        let rows = sqlx::query!(
            r#"SELECT k.id AS "key!", l.id AS "found!" FROM unnest($1::uuid[]) AS k (id)
               CROSS JOIN LATERAL (
                   SELECT id FROM lead WHERE id < k.id ORDER BY id DESC OFFSET $2::bigint - 1 LIMIT 1) AS l"#,
            &ids,
            i64::try_from(LOOK_MAX).unwrap_or(i64::MAX)
        );
        let rows = rows.fetch_all(conn).await?;
        Ok(rows.into_iter().map(|row| (Self(row.key.into()), row.found.into())).collect())
    }
}

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
