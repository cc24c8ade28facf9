//! Keys without the person: what remains of them is what the log still tells.

use domain::ids::Id;
use domain::party::Party;
use domain::world::World;

use super::found::parted;
use super::scope::Scope;
use crate::store::{Connection, Result};

/// Takes away the keys that nobody has any more, and lets the others name who else has them. How many changed.
pub(super) async fn release(conn: &mut Connection, scope: &Scope, told: &World) -> Result<u64> {
    let named = |key| told.party(key).filter(|party| !names_nobody(party));
    let (kept, gone): (Vec<_>, Vec<_>) = scope.keys.iter().partition(|key| named(key).is_some());
    let (kinds, values) = parted(gone);
    let delete = sqlx::query!(
        "DELETE FROM party_key AS p USING unnest($1::text[], $2::text[]) AS u (kind, value)
         WHERE p.kind = u.kind AND p.value = u.value",
        &kinds as &[&str],
        &values
    );
    let deleted = delete.execute(&mut *conn).await?.rows_affected();
    let parties: Vec<_> = kept.iter().filter_map(|key| told.party(key)).collect();
    let (kinds, values) = parted(parties.iter().map(|party| &party.key));
    let update = sqlx::query!(
        "UPDATE party_key AS p SET lead = u.lead, contact = u.contact, account = u.account, modified_at = now()
         FROM unnest($1::text[], $2::text[], $3::uuid[], $4::uuid[], $5::uuid[])
              AS u (kind, value, lead, contact, account)
         WHERE p.kind = u.kind AND p.value = u.value
           AND (p.lead, p.contact, p.account) IS DISTINCT FROM (u.lead, u.contact, u.account)",
        &kinds as &[&str],
        &values,
        &parties.iter().map(|it| it.lead.map(Id::uuid)).collect::<Vec<_>>() as &[Option<_>],
        &parties.iter().map(|it| it.contact.map(Id::uuid)).collect::<Vec<_>>() as &[Option<_>],
        &parties.iter().map(|it| it.account.map(Id::uuid)).collect::<Vec<_>>() as &[Option<_>]
    );
    Ok(deleted + update.execute(conn).await?.rows_affected())
}

const fn names_nobody(party: &Party) -> bool {
    party.lead.is_none() && party.contact.is_none() && party.account.is_none()
}
