//! Party keys: claimed and locked before anything is made for the party behind them.

use std::collections::BTreeSet;

use domain::party::{Party, PartyKey, PartyKeyKind};
use sqlx::PgConnection;
use uuid::Uuid;

use crate::store::column::corrupt;
use crate::store::save::{Change, SaveError, all_touched};

/// Claims the keys and locks them, in the order of kind and value. Every key comes back: one that
/// nobody used before as [`Party::unknown`].
///
/// Two statements, since the first does not see the row of a claim that it waited for; the second is
/// only about keys that the first did not make.
///
/// # Errors
/// Those of the database.
pub async fn load(conn: &mut PgConnection, keys: &[PartyKey]) -> Result<Vec<Party>, sqlx::Error> {
    let (kinds, values) = columns(keys);
    let made = sqlx::query!(
        r#"INSERT INTO party_key (kind, value)
           SELECT u.kind, u.value FROM unnest($1::text[], $2::text[]) AS u(kind, value)
           ORDER BY u.kind COLLATE "C", u.value COLLATE "C"
           ON CONFLICT DO NOTHING RETURNING kind, value"#,
        &kinds as &[&str],
        &values as &[&str]
    );
    let made = made.fetch_all(&mut *conn).await?;
    let made = made.into_iter().map(|row| key(&row.kind, row.value));
    let made: BTreeSet<PartyKey> = made.collect::<Result<_, _>>()?;
    let mut parties: Vec<Party> = made.iter().cloned().map(Party::unknown).collect();
    let (kinds, values) = columns(keys.iter().filter(|key| !made.contains(key)));
    if kinds.is_empty() {
        return Ok(parties);
    }
    let rows = sqlx::query!(
        "SELECT k.kind, k.value, k.lead, k.contact, k.account
         FROM unnest($1::text[], $2::text[]) AS u(kind, value)
         JOIN party_key AS k ON k.kind = u.kind AND k.value = u.value
         ORDER BY k.kind, k.value
         FOR NO KEY UPDATE OF k",
        &kinds as &[&str],
        &values as &[&str]
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

fn columns<'k>(keys: impl IntoIterator<Item = &'k PartyKey>) -> (Vec<&'static str>, Vec<&'k str>) {
    keys.into_iter().map(|key| (key.kind.name(), key.value.as_str())).unzip()
}

fn key(kind: &str, value: String) -> Result<PartyKey, sqlx::Error> {
    let kind = PartyKeyKind::named(kind).ok_or_else(|| corrupt("party_key.kind", &kind))?;
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
    let parties = || moved.iter().map(|(_, now)| *now);
    let kinds: Vec<_> = parties().map(|party| party.key.kind.name()).collect();
    let values: Vec<_> = parties().map(|party| party.key.value.as_str()).collect();
    let leads: Vec<_> = parties().map(|party| party.lead.map(Uuid::from)).collect();
    let contacts: Vec<_> = parties().map(|party| party.contact.map(Uuid::from)).collect();
    let accounts: Vec<_> = parties().map(|party| party.account.map(Uuid::from)).collect();
    let done = sqlx::query!(
        "UPDATE party_key AS k
         SET lead = u.lead, contact = u.contact, account = u.account, modified_at = now()
         FROM unnest($1::text[], $2::text[], $3::uuid[], $4::uuid[], $5::uuid[])
              AS u(kind, value, lead, contact, account)
         WHERE k.kind = u.kind AND k.value = u.value",
        &kinds as &[&str],
        &values as &[&str],
        &leads as &[Option<Uuid>],
        &contacts as &[Option<Uuid>],
        &accounts as &[Option<Uuid>],
    )
    .execute(conn)
    .await?;
    all_touched("party_key", moved.len(), &done)
}
