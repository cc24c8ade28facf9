//! Leads.

use domain::enquiry::Enquiry;
use domain::ids::{Id, LeadId};
use domain::lead::{Assessment, Lead, LeadState};
use domain::lifecycle::Lifecycle;
use sqlx::PgConnection;
use sqlx::types::Json;
use sqlx::types::chrono::{DateTime, Utc};
use uuid::Uuid;

use crate::store::column::{corrupt, given, meant, uuids, word};
use crate::store::save::{Change, SaveError, all_touched, parted};

/// Locks the leads, ascending.
///
/// # Errors
/// Those of the database.
pub async fn load(conn: &mut PgConnection, ids: &[LeadId]) -> Result<Vec<Lead>, sqlx::Error> {
    let rows = sqlx::query_as!(
        LeadRow,
        r#"SELECT id, sequence, number, enquiry AS "enquiry: Json<Enquiry>", input, account,
                  contact, opportunity, assessment AS "assessment: Json<Assessment>", state,
                  open_reason, qualified_at, disqualified_at, disqualify_reason
           FROM lead WHERE id = ANY($1) ORDER BY id FOR NO KEY UPDATE"#,
        &uuids(ids)
    )
    .fetch_all(conn)
    .await?;
    rows.into_iter().map(LeadRow::lead).collect()
}

/// Reads leads that are only referred to. They cannot vanish before the end of the transaction, but
/// whoever has locked them may change them: nobody waits.
///
/// # Errors
/// Those of the database.
pub async fn refer(conn: &mut PgConnection, ids: &[LeadId]) -> Result<Vec<Lead>, sqlx::Error> {
    let rows = sqlx::query_as!(
        LeadRow,
        r#"SELECT id, sequence, number, enquiry AS "enquiry: Json<Enquiry>", input, account,
                  contact, opportunity, assessment AS "assessment: Json<Assessment>", state,
                  open_reason, qualified_at, disqualified_at, disqualify_reason
           FROM lead WHERE id = ANY($1) ORDER BY id FOR KEY SHARE"#,
        &uuids(ids)
    )
    .fetch_all(conn)
    .await?;
    rows.into_iter().map(LeadRow::lead).collect()
}

/// Inserts new leads and saves changed ones.
///
/// # Errors
/// [`SaveError::Version`] where a lead changed since it was read, else those of the database.
pub async fn save(conn: &mut PgConnection, changes: &[Change<'_, Lead>]) -> Result<(), SaveError> {
    let (new, kept) = parted(changes);
    if !new.is_empty() {
        insert(conn, &new).await?;
    }
    if !kept.is_empty() {
        update(conn, &kept).await?;
    }
    Ok(())
}

async fn insert(conn: &mut PgConnection, new: &[&Lead]) -> Result<(), SaveError> {
    let columns = Columns::of(new.iter().copied());
    let numbers: Vec<_> = new.iter().map(|lead| lead.number.as_str()).collect();
    let inputs: Vec<_> = new.iter().map(|lead| lead.input.uuid()).collect();
    sqlx::query!(
        "INSERT INTO lead (id, sequence, number, input, enquiry, account, contact, opportunity,
                           assessment, state, open_reason, qualified_at, disqualified_at,
                           disqualify_reason)
         SELECT * FROM unnest($1::uuid[], $2::bigint[], $3::text[], $4::uuid[], $5::jsonb[],
                              $6::uuid[], $7::uuid[], $8::uuid[], $9::jsonb[], $10::text[],
                              $11::text[], $12::timestamptz[], $13::timestamptz[], $14::text[])",
        &columns.ids,
        &columns.sequences,
        &numbers as &[&str],
        &inputs,
        &columns.enquiries as &[Json<&Enquiry>],
        &columns.accounts as &[Option<Uuid>],
        &columns.contacts as &[Option<Uuid>],
        &columns.opportunities as &[Option<Uuid>],
        &columns.assessments as &[Option<Json<&Assessment>>],
        &columns.states as &[&str],
        &columns.open_reasons as &[Option<String>],
        &columns.qualified_ats as &[Option<DateTime<Utc>>],
        &columns.disqualified_ats as &[Option<DateTime<Utc>>],
        &columns.disqualify_reasons as &[Option<String>],
    )
    .execute(conn)
    .await?;
    Ok(())
}

async fn update(conn: &mut PgConnection, kept: &[(&Lead, &Lead)]) -> Result<(), SaveError> {
    for (was, now) in kept {
        if (&was.number, was.input) != (&now.number, now.input) {
            let what = "its number or input";
            return Err(SaveError::Frozen { table: "lead", id: now.id.uuid(), what });
        }
    }
    let versions: Vec<_> = kept.iter().map(|(was, _)| was.sequence).collect();
    let columns = Columns::of(kept.iter().map(|(_, now)| *now));
    let done = sqlx::query!(
        "UPDATE lead AS l
         SET sequence = u.sequence, account = u.account, contact = u.contact,
             opportunity = u.opportunity, assessment = u.assessment, state = u.state,
             open_reason = u.open_reason, qualified_at = u.qualified_at,
             disqualified_at = u.disqualified_at, disqualify_reason = u.disqualify_reason,
             modified_at = now()
         FROM unnest($1::uuid[], $2::bigint[], $3::bigint[], $4::uuid[], $5::uuid[], $6::uuid[],
                     $7::jsonb[], $8::text[], $9::text[], $10::timestamptz[], $11::timestamptz[],
                     $12::text[])
              AS u(id, version, sequence, account, contact, opportunity, assessment, state,
                   open_reason, qualified_at, disqualified_at, disqualify_reason)
         WHERE l.id = u.id AND l.sequence = u.version",
        &columns.ids,
        &versions,
        &columns.sequences,
        &columns.accounts as &[Option<Uuid>],
        &columns.contacts as &[Option<Uuid>],
        &columns.opportunities as &[Option<Uuid>],
        &columns.assessments as &[Option<Json<&Assessment>>],
        &columns.states as &[&str],
        &columns.open_reasons as &[Option<String>],
        &columns.qualified_ats as &[Option<DateTime<Utc>>],
        &columns.disqualified_ats as &[Option<DateTime<Utc>>],
        &columns.disqualify_reasons as &[Option<String>],
    )
    .execute(&mut *conn)
    .await?;
    all_touched("lead", kept.len(), &done)?;
    update_enquiries(conn, kept).await
}

/// Saves what was asked, where that differs: most steps of a lead leave it alone, and it is the
/// largest part of the row.
async fn update_enquiries(
    conn: &mut PgConnection,
    kept: &[(&Lead, &Lead)],
) -> Result<(), SaveError> {
    let edited = kept.iter().filter(|(was, now)| was.enquiry != now.enquiry).map(|(_, now)| *now);
    let edited: Vec<_> = edited.collect();
    if edited.is_empty() {
        return Ok(());
    }
    let columns = Columns::of(edited.iter().copied());
    let done = sqlx::query!(
        "UPDATE lead AS l SET enquiry = u.enquiry
         FROM unnest($1::uuid[], $2::jsonb[]) AS u(id, enquiry) WHERE l.id = u.id",
        &columns.ids,
        &columns.enquiries as &[Json<&Enquiry>],
    )
    .execute(conn)
    .await?;
    all_touched("lead", edited.len(), &done)
}

struct LeadRow {
    id: Uuid,
    sequence: i64,
    number: String,
    enquiry: Json<Enquiry>,
    input: Uuid,
    account: Option<Uuid>,
    contact: Option<Uuid>,
    opportunity: Option<Uuid>,
    assessment: Option<Json<Assessment>>,
    state: String,
    open_reason: Option<String>,
    qualified_at: Option<DateTime<Utc>>,
    disqualified_at: Option<DateTime<Utc>>,
    disqualify_reason: Option<String>,
}

impl LeadRow {
    fn lead(self) -> Result<Lead, sqlx::Error> {
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
        lead.account = self.account.map(Into::into);
        lead.contact = self.contact.map(Into::into);
        lead.opportunity = self.opportunity.map(Into::into);
        lead.assessment = self.assessment.map(|Json(assessment)| assessment);
        Ok(lead.in_state(state))
    }
}

/// What both statements write, by column.
#[derive(Default)]
struct Columns<'l> {
    ids: Vec<Uuid>,
    sequences: Vec<i64>,
    enquiries: Vec<Json<&'l Enquiry>>,
    accounts: Vec<Option<Uuid>>,
    contacts: Vec<Option<Uuid>>,
    opportunities: Vec<Option<Uuid>>,
    assessments: Vec<Option<Json<&'l Assessment>>>,
    states: Vec<&'static str>,
    open_reasons: Vec<Option<String>>,
    qualified_ats: Vec<Option<DateTime<Utc>>>,
    disqualified_ats: Vec<Option<DateTime<Utc>>>,
    disqualify_reasons: Vec<Option<String>>,
}

impl<'l> Columns<'l> {
    fn of(leads: impl Iterator<Item = &'l Lead>) -> Self {
        let mut columns = Self::default();
        for lead in leads {
            let (open, qualified, disqualified) = match lead.state() {
                LeadState::Open(reason) => (Some(word(reason)), None, None),
                LeadState::Qualified { at } => (None, Some(*at), None),
                LeadState::Disqualified { at, reason } => (None, None, Some((*at, word(reason)))),
            };
            let (disqualified_at, disqualify_reason) = disqualified.unzip();
            columns.ids.push(lead.id.uuid());
            columns.sequences.push(lead.sequence);
            columns.enquiries.push(Json(&lead.enquiry));
            columns.accounts.push(lead.account.map(Uuid::from));
            columns.contacts.push(lead.contact.map(Uuid::from));
            columns.opportunities.push(lead.opportunity.map(Uuid::from));
            columns.assessments.push(lead.assessment.as_ref().map(Json));
            columns.states.push(Lead::state_name(lead.state()));
            columns.open_reasons.push(open);
            columns.qualified_ats.push(qualified);
            columns.disqualified_ats.push(disqualified_at);
            columns.disqualify_reasons.push(disqualify_reason);
        }
        columns
    }
}
