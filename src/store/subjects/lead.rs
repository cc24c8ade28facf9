//! Leads.

use domain::bulk::Selected;
use domain::enquiry::Enquiry;
use domain::ids::{Id, LeadId};
use domain::keys::{LeadBefore, LeadsSelected};
use domain::lead::{Assessment, Lead, LeadState};
use domain::lifecycle::Lifecycle;
use domain::links::LOOK_MAX;
use domain::merge::Merge;
use domain::message::SubjectKind;
use domain::stakeholder::{Stakeholder, TakingPart};
use leadmill_table::table;
use sqlx::PgConnection;
use sqlx::types::Json;
use uuid::Uuid;

use crate::store::column::{corrupt, filled, given, meant, word};
use crate::store::declared::Tables;
use crate::store::look_up::{LookUp, limit};

table! { lead: Lead as lead => LeadRow, shared {
    // A merged lead keeps the columns of what it was.
    let (was, merged) = match lead.state() {
        LeadState::Merged { at, master, was } => (&**was, Some((*at, *master))),
        state => (state, None),
    };
    let (open, qualified, disqualified) = match was {
        LeadState::Open(reason) => (Some(word(reason)), None, None),
        LeadState::Qualified { at } => (None, Some(*at), None),
        LeadState::Disqualified { at, reason } => (None, None, Some((*at, word(reason)))),
        // No merged lead was one before; the table would refuse it.
        LeadState::Merged { .. } => (None, None, None),
    };
    let (merged_at, master) = merged.unzip();
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
    master: uuid? refers lead = master.map(Uuid::from);
    merged_at: timestamptz? = merged_at;
    apart   merges: jsonb<Vec<Merge>>? = filled(&lead.merges).map(Json);
    kept_apart: jsonb<Vec<Uuid>>? = filled(&lead.kept_apart).map(Json);
    apart   stakeholders: jsonb<Vec<Stakeholder>>? = filled(&lead.taking_part.stakeholders).map(Json);
    apart   competitors: jsonb<Vec<String>>? = filled(&lead.taking_part.competitors).map(Json);
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
            "merged" => LeadState::Merged {
                at: given("lead.merged_at", self.merged_at)?,
                master: given("lead.master", self.master)?.into(),
                was: Box::new(self.was()?),
            },
            "open" | "qualified" | "disqualified" => self.was()?,
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
        lead.merges = self.merges.map_or_else(Vec::new, |Json(merges)| merges);
        lead.kept_apart = self.kept_apart.map_or_else(Vec::new, |Json(apart)| apart);
        lead.taking_part = TakingPart {
            stakeholders: self.stakeholders.map(|json| json.0).unwrap_or_default(),
            competitors: self.competitors.map(|json| json.0).unwrap_or_default(),
        };
        Ok(lead.in_state(state))
    }

    /// The state, or of a merged lead that before.
    fn was(&self) -> Result<LeadState, sqlx::Error> {
        match (&self.open_reason, self.qualified_at, self.disqualified_at) {
            (Some(reason), None, None) => Ok(LeadState::Open(meant("lead.open_reason", reason)?)),
            (None, Some(at), None) => Ok(LeadState::Qualified { at }),
            (None, None, Some(at)) => {
                let reason = given("lead.disqualify_reason", self.disqualify_reason.as_ref())?;
                let reason = meant("lead.disqualify_reason", reason)?;
                Ok(LeadState::Disqualified { at, reason })
            }
            _ => Err(corrupt("lead.state", &self.state)),
        }
    }
}
