//! Accounts.

use domain::customer::Account;
use domain::enquiry::Address;
use domain::ids::{AccountId, Id};
use domain::lifecycle::Lifecycle;
use sqlx::PgConnection;
use sqlx::types::Json;
use sqlx::types::chrono::{DateTime, Utc};
use uuid::Uuid;

use crate::store::column::uuids;
use crate::store::contact::{customer_state, inactive_at};
use crate::store::save::{Change, SaveError, all_touched, parted};

/// Locks the accounts, ascending.
///
/// # Errors
/// Those of the database.
pub async fn load(conn: &mut PgConnection, ids: &[AccountId]) -> Result<Vec<Account>, sqlx::Error> {
    let rows = sqlx::query!(
        r#"SELECT id, sequence, name, tax_id, website, phone, address AS "address: Json<Address>",
                  originating_lead, state, inactive_at
           FROM account WHERE id = ANY($1) ORDER BY id FOR NO KEY UPDATE"#,
        &uuids(ids)
    )
    .fetch_all(conn)
    .await?;
    rows.into_iter()
        .map(|row| {
            Ok(Account {
                id: row.id.into(),
                sequence: row.sequence,
                name: row.name,
                tax_id: row.tax_id,
                website: row.website,
                phone: row.phone,
                address: row.address.map(|Json(address)| address),
                originating_lead: row.originating_lead.map(Into::into),
                state: customer_state("account", &row.state, row.inactive_at)?,
            })
        })
        .collect()
}

/// Inserts new accounts and saves changed ones.
///
/// # Errors
/// [`SaveError::Version`] where an account changed since it was read, else those of the database.
pub async fn save(
    conn: &mut PgConnection,
    changes: &[Change<'_, Account>],
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

async fn insert(conn: &mut PgConnection, new: &[&Account]) -> Result<(), SaveError> {
    let columns = Columns::of(new.iter().copied());
    let leads: Vec<_> =
        new.iter().map(|account| account.originating_lead.map(Uuid::from)).collect();
    sqlx::query!(
        "INSERT INTO account (id, sequence, name, tax_id, website, phone, address,
                              originating_lead, state, inactive_at)
         SELECT * FROM unnest($1::uuid[], $2::bigint[], $3::text[], $4::text[], $5::text[],
                              $6::text[], $7::jsonb[], $8::uuid[], $9::text[], $10::timestamptz[])",
        &columns.ids,
        &columns.sequences,
        &columns.names as &[&str],
        &columns.tax_ids as &[Option<&str>],
        &columns.websites as &[Option<&str>],
        &columns.phones as &[Option<&str>],
        &columns.addresses as &[Option<Json<&Address>>],
        &leads as &[Option<Uuid>],
        &columns.states as &[&str],
        &columns.inactive_ats as &[Option<DateTime<Utc>>],
    )
    .execute(conn)
    .await?;
    Ok(())
}

async fn update(conn: &mut PgConnection, kept: &[(&Account, &Account)]) -> Result<(), SaveError> {
    for (was, now) in kept {
        if was.originating_lead != now.originating_lead {
            let what = "its originating lead";
            return Err(SaveError::Frozen { table: "account", id: now.id.uuid(), what });
        }
    }
    let versions: Vec<_> = kept.iter().map(|(was, _)| was.sequence).collect();
    let columns = Columns::of(kept.iter().map(|(_, now)| *now));
    let done = sqlx::query!(
        "UPDATE account AS a
         SET sequence = u.sequence, name = u.name, tax_id = u.tax_id, website = u.website,
             phone = u.phone, address = u.address, state = u.state, inactive_at = u.inactive_at,
             modified_at = now()
         FROM unnest($1::uuid[], $2::bigint[], $3::bigint[], $4::text[], $5::text[], $6::text[],
                     $7::text[], $8::jsonb[], $9::text[], $10::timestamptz[])
              AS u(id, version, sequence, name, tax_id, website, phone, address, state, inactive_at)
         WHERE a.id = u.id AND a.sequence = u.version",
        &columns.ids,
        &versions,
        &columns.sequences,
        &columns.names as &[&str],
        &columns.tax_ids as &[Option<&str>],
        &columns.websites as &[Option<&str>],
        &columns.phones as &[Option<&str>],
        &columns.addresses as &[Option<Json<&Address>>],
        &columns.states as &[&str],
        &columns.inactive_ats as &[Option<DateTime<Utc>>],
    )
    .execute(conn)
    .await?;
    all_touched("account", kept.len(), &done)
}

/// What both statements write, by column.
#[derive(Default)]
struct Columns<'a> {
    ids: Vec<Uuid>,
    sequences: Vec<i64>,
    names: Vec<&'a str>,
    tax_ids: Vec<Option<&'a str>>,
    websites: Vec<Option<&'a str>>,
    phones: Vec<Option<&'a str>>,
    addresses: Vec<Option<Json<&'a Address>>>,
    states: Vec<&'static str>,
    inactive_ats: Vec<Option<DateTime<Utc>>>,
}

impl<'a> Columns<'a> {
    fn of(accounts: impl Iterator<Item = &'a Account>) -> Self {
        let mut columns = Self::default();
        for account in accounts {
            columns.ids.push(account.id.uuid());
            columns.sequences.push(account.sequence);
            columns.names.push(&account.name);
            columns.tax_ids.push(account.tax_id.as_deref());
            columns.websites.push(account.website.as_deref());
            columns.phones.push(account.phone.as_deref());
            columns.addresses.push(account.address.as_ref().map(Json));
            columns.states.push(Account::state_name(&account.state));
            columns.inactive_ats.push(inactive_at(&account.state));
        }
        columns
    }
}
