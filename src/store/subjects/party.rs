//! Party keys: claimed and locked before anything is made for the party behind them.

use std::collections::BTreeSet;

use domain::party::{Party, PartyKey};
use sqlx::PgConnection;
use uuid::Uuid;

use crate::store::column::{bulk, corrupt};
use crate::store::save::{Change, SaveError, all_touched};

/// Claims the keys and locks them, in the order of kind and value. Every key comes back: one that
/// nobody used before as [`Party::unknown`].
///
/// Two statements, since the first does not see the row of a claim that it waited for; the second is
/// only about keys that the first did not make.
pub async fn load(conn: &mut PgConnection, keys: &[PartyKey]) -> Result<Vec<Party>, sqlx::Error> {
    let made = bulk!(
        r#"INSERT INTO party_key (kind, value)
           SELECT u.kind, u.value FROM unnest($1::text[], $2::text[]) AS u(kind, value)
           ORDER BY u.kind COLLATE "C", u.value COLLATE "C"
           ON CONFLICT DO NOTHING RETURNING kind, value"#,
        [],
        keys.iter(),
        |key| { key.kind.into_str() => &str, key.value.as_str() => &str }
    );
    let made = made.fetch_all(&mut *conn).await?;
    let made = made.into_iter().map(|row| key(&row.kind, row.value));
    let made: BTreeSet<PartyKey> = made.collect::<Result<_, _>>()?;
    let mut parties: Vec<Party> = made.iter().cloned().map(Party::unknown).collect();
    let known = || keys.iter().filter(|key| !made.contains(key));
    if known().next().is_none() {
        return Ok(parties);
    }
    let rows = bulk!(
        "SELECT k.kind, k.value, k.lead, k.contact, k.account
         FROM unnest($1::text[], $2::text[]) AS u(kind, value)
         JOIN party_key AS k ON k.kind = u.kind AND k.value = u.value
         ORDER BY k.kind, k.value
         FOR NO KEY UPDATE OF k",
        [],
        known(),
        |key| { key.kind.into_str() => &str, key.value.as_str() => &str }
    );
    for row in rows.fetch_all(conn).await? {
        parties.push(Party {
            key: key(&row.kind, row.value)?,
            lead: row.lead.map(Into::into),
            contact: row.contact.map(Into::into),
            account: row.account.map(Into::into),
        });
    }
    Ok(parties)
}

fn key(kind: &str, value: String) -> Result<PartyKey, sqlx::Error> {
    let kind = kind.parse().map_err(|_| corrupt("party_key.kind", &kind))?;
    Ok(PartyKey { kind, value })
}

/// Saves whom the keys point at. The keys were claimed by [`load`], so there is nothing to insert.
///
/// # Errors
/// [`SaveError::Version`] where a key was never claimed, else those of the database.
pub async fn save(conn: &mut PgConnection, changes: &[Change<'_, Party>]) -> Result<(), SaveError> {
    let moved: Vec<_> = changes.iter().filter(|(was, now)| *was != Some(*now)).collect();
    if moved.is_empty() {
        return Ok(());
    }
    let done = bulk!(
        "UPDATE party_key AS k
         SET lead = u.lead, contact = u.contact, account = u.account, modified_at = now()
         FROM unnest($1::text[], $2::text[], $3::uuid[], $4::uuid[], $5::uuid[])
              AS u(kind, value, lead, contact, account)
         WHERE k.kind = u.kind AND k.value = u.value",
        [],
        moved.iter(),
        |(_, party)| {
            party.key.kind.into_str() => &str,
            party.key.value.as_str() => &str,
            party.lead.map(Uuid::from) => Option<Uuid>,
            party.contact.map(Uuid::from) => Option<Uuid>,
            party.account.map(Uuid::from) => Option<Uuid>,
        }
    )
    .execute(conn)
    .await?;
    all_touched("party_key", moved.len(), &done)
}
