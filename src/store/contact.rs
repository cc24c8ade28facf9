//! Contacts.

use domain::customer::{Contact, CustomerState};
use domain::enquiry::{Address, Person};
use domain::ids::{ContactId, Id};
use domain::lifecycle::Lifecycle;
use sqlx::PgConnection;
use sqlx::types::Json;
use sqlx::types::chrono::{DateTime, Utc};
use uuid::Uuid;

use crate::store::column::{corrupt, given, uuids};
use crate::store::save::{Change, SaveError, all_touched, parted};

/// Locks the contacts, ascending.
///
/// # Errors
/// Those of the database.
pub async fn load(conn: &mut PgConnection, ids: &[ContactId]) -> Result<Vec<Contact>, sqlx::Error> {
    let rows = sqlx::query!(
        r#"SELECT id, sequence, given_name, family_name, job_title,
                  emails AS "emails: Json<Vec<String>>", phones AS "phones: Json<Vec<String>>",
                  address AS "address: Json<Address>", account, originating_lead, consent, state,
                  inactive_at
           FROM contact WHERE id = ANY($1) ORDER BY id FOR NO KEY UPDATE"#,
        &uuids(ids)
    )
    .fetch_all(conn)
    .await?;
    rows.into_iter()
        .map(|row| {
            Ok(Contact {
                id: row.id.into(),
                sequence: row.sequence,
                person: Person {
                    given_name: row.given_name,
                    family_name: row.family_name,
                    job_title: row.job_title,
                    emails: row.emails.0,
                    phones: row.phones.0,
                },
                address: row.address.map(|Json(address)| address),
                account: row.account.map(Into::into),
                originating_lead: row.originating_lead.map(Into::into),
                consent: row.consent,
                state: customer_state("contact", &row.state, row.inactive_at)?,
            })
        })
        .collect()
}

/// Inserts new contacts and saves changed ones.
///
/// # Errors
/// [`SaveError::Version`] where a contact changed since it was read, else those of the database.
pub async fn save(
    conn: &mut PgConnection,
    changes: &[Change<'_, Contact>],
) -> Result<(), SaveError> {
    let (new, kept) = parted(changes);
    if !new.is_empty() {
        insert(conn, &new).await?;
    }
    if !kept.is_empty() {
        update(conn, &kept).await?;
    }
    Ok(())
}

/// The state of an account or contact by its columns.
pub(crate) fn customer_state(
    table: &str,
    state: &str,
    inactive_at: Option<DateTime<Utc>>,
) -> Result<CustomerState, sqlx::Error> {
    match state {
        "active" => Ok(CustomerState::Active),
        "inactive" => {
            let at = given(&format!("{table}.inactive_at"), inactive_at)?;
            Ok(CustomerState::Inactive { at })
        }
        other => Err(corrupt(&format!("{table}.state"), &other)),
    }
}

/// The column `inactive_at` of an account or contact.
pub(crate) fn inactive_at(state: &CustomerState) -> Option<DateTime<Utc>> {
    match state {
        CustomerState::Active => None,
        CustomerState::Inactive { at } => Some(*at),
    }
}

async fn insert(conn: &mut PgConnection, new: &[&Contact]) -> Result<(), SaveError> {
    let columns = Columns::of(new.iter().copied());
    let leads: Vec<_> =
        new.iter().map(|contact| contact.originating_lead.map(Uuid::from)).collect();
    sqlx::query!(
        "INSERT INTO contact (id, sequence, given_name, family_name, job_title, emails, phones,
                              address, account, originating_lead, consent, state, inactive_at)
         SELECT * FROM unnest($1::uuid[], $2::bigint[], $3::text[], $4::text[], $5::text[],
                              $6::jsonb[], $7::jsonb[], $8::jsonb[], $9::uuid[], $10::uuid[],
                              $11::boolean[], $12::text[], $13::timestamptz[])",
        &columns.ids,
        &columns.sequences,
        &columns.given_names as &[Option<&str>],
        &columns.family_names as &[Option<&str>],
        &columns.job_titles as &[Option<&str>],
        &columns.emails as &[Json<&Vec<String>>],
        &columns.phones as &[Json<&Vec<String>>],
        &columns.addresses as &[Option<Json<&Address>>],
        &columns.accounts as &[Option<Uuid>],
        &leads as &[Option<Uuid>],
        &columns.consents,
        &columns.states as &[&str],
        &columns.inactive_ats as &[Option<DateTime<Utc>>],
    )
    .execute(conn)
    .await?;
    Ok(())
}

async fn update(conn: &mut PgConnection, kept: &[(&Contact, &Contact)]) -> Result<(), SaveError> {
    for (was, now) in kept {
        if was.originating_lead != now.originating_lead {
            let what = "its originating lead";
            return Err(SaveError::Frozen { table: "contact", id: now.id.uuid(), what });
        }
    }
    let versions: Vec<_> = kept.iter().map(|(was, _)| was.sequence).collect();
    let columns = Columns::of(kept.iter().map(|(_, now)| *now));
    let done = sqlx::query!(
        "UPDATE contact AS c
         SET sequence = u.sequence, given_name = u.given_name, family_name = u.family_name,
             job_title = u.job_title, emails = u.emails, phones = u.phones, address = u.address,
             account = u.account, consent = u.consent, state = u.state,
             inactive_at = u.inactive_at, modified_at = now()
         FROM unnest($1::uuid[], $2::bigint[], $3::bigint[], $4::text[], $5::text[], $6::text[],
                     $7::jsonb[], $8::jsonb[], $9::jsonb[], $10::uuid[], $11::boolean[],
                     $12::text[], $13::timestamptz[])
              AS u(id, version, sequence, given_name, family_name, job_title, emails, phones,
                   address, account, consent, state, inactive_at)
         WHERE c.id = u.id AND c.sequence = u.version",
        &columns.ids,
        &versions,
        &columns.sequences,
        &columns.given_names as &[Option<&str>],
        &columns.family_names as &[Option<&str>],
        &columns.job_titles as &[Option<&str>],
        &columns.emails as &[Json<&Vec<String>>],
        &columns.phones as &[Json<&Vec<String>>],
        &columns.addresses as &[Option<Json<&Address>>],
        &columns.accounts as &[Option<Uuid>],
        &columns.consents,
        &columns.states as &[&str],
        &columns.inactive_ats as &[Option<DateTime<Utc>>],
    )
    .execute(conn)
    .await?;
    all_touched("contact", kept.len(), &done)
}

/// What both statements write, by column.
#[derive(Default)]
struct Columns<'c> {
    ids: Vec<Uuid>,
    sequences: Vec<i64>,
    given_names: Vec<Option<&'c str>>,
    family_names: Vec<Option<&'c str>>,
    job_titles: Vec<Option<&'c str>>,
    emails: Vec<Json<&'c Vec<String>>>,
    phones: Vec<Json<&'c Vec<String>>>,
    addresses: Vec<Option<Json<&'c Address>>>,
    accounts: Vec<Option<Uuid>>,
    consents: Vec<bool>,
    states: Vec<&'static str>,
    inactive_ats: Vec<Option<DateTime<Utc>>>,
}

impl<'c> Columns<'c> {
    fn of(contacts: impl Iterator<Item = &'c Contact>) -> Self {
        let mut columns = Self::default();
        for contact in contacts {
            let person = &contact.person;
            columns.ids.push(contact.id.uuid());
            columns.sequences.push(contact.sequence);
            columns.given_names.push(person.given_name.as_deref());
            columns.family_names.push(person.family_name.as_deref());
            columns.job_titles.push(person.job_title.as_deref());
            columns.emails.push(Json(&person.emails));
            columns.phones.push(Json(&person.phones));
            columns.addresses.push(contact.address.as_ref().map(Json));
            columns.accounts.push(contact.account.map(Uuid::from));
            columns.consents.push(contact.consent);
            columns.states.push(Contact::state_name(&contact.state));
            columns.inactive_ats.push(inactive_at(&contact.state));
        }
        columns
    }
}
