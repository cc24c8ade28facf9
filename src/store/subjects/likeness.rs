//! The keys by which parties are found that may be alike. They follow from the records and are written with them.

use std::collections::BTreeSet;

use domain::decide::World;
use domain::enquiry::{Address, Enquiry, Person};
use domain::ids::{ContactId, LeadId};
use domain::likeness::{Candidate, Like, Likeness, LikenessKey, NEWEST_MAX};
use sqlx::PgConnection;
use sqlx::types::Json;
use uuid::Uuid;

use crate::store::column::{bulk, corrupt};
use crate::store::save::SaveError;

/// A record that a key finds, all keys that find it, and what of it is compared.
pub type Found = (Uuid, Vec<LikenessKey>, Candidate);

/// Who is found by these keys: of each the newest, and one more where there are more. Takes no lock.
///
/// Each record is looked up by its id, whatever the planner thinks of how many there are: `LIMIT 1` keeps it from
/// reading a whole table instead.
pub async fn load(
    conn: &mut PgConnection,
    keys: &[LikenessKey],
) -> Result<Vec<Found>, sqlx::Error> {
    let keys: Vec<_> = keys.iter().map(|key| key.0).collect();
    let most = i64::try_from(NEWEST_MAX + 1).unwrap_or(i64::MAX);
    let rows = sqlx::query_as!(
        FoundRow,
        r#"SELECT k.party AS "party!", k.kind AS "kind!", k.keys AS "keys!",
                  l.enquiry AS "enquiry?: Json<Enquiry>", l.state AS "lead_state?",
                  c.id AS "contact?", c.given_name AS "given_name?", c.family_name AS "family_name?",
                  c.emails AS "emails?: Json<Vec<String>>", c.phones AS "phones?: Json<Vec<String>>",
                  c.address AS "address?: Json<Address>", c.state AS "contact_state?",
                  coalesce(c.originating_lead, a.originating_lead) AS came_of,
                  a.name AS "name?", a.website AS "website?", a.phone AS "phone?",
                  a.address AS "account_address?: Json<Address>", a.state AS "account_state?"
           FROM (SELECT n.party, n.kind, array_agg(u.key) AS keys
                 FROM unnest($1::bigint[]) AS u(key)
                 CROSS JOIN LATERAL (SELECT party, kind FROM likeness_key WHERE key = u.key
                                     ORDER BY party DESC LIMIT $2) AS n
                 GROUP BY n.party, n.kind) AS k
           LEFT JOIN LATERAL (SELECT enquiry - '{message,other,interest,doubts}'::text[] AS enquiry, state, contact
                              FROM lead WHERE k.kind = 'lead' AND id = k.party LIMIT 1) AS l ON true
           LEFT JOIN LATERAL (SELECT id, given_name, family_name, emails, phones, address, account, state,
                                     originating_lead FROM contact
                              WHERE id = CASE WHEN k.kind = 'contact' THEN k.party
                                              WHEN l.state <> 'open' THEN l.contact END LIMIT 1) AS c ON true
           LEFT JOIN LATERAL (SELECT name, website, phone, address, state, originating_lead FROM account
                              WHERE id = CASE k.kind WHEN 'account' THEN k.party WHEN 'contact' THEN c.account END
                              LIMIT 1) AS a ON true"#,
        &keys,
        most
    );
    let rows = rows.fetch_all(conn).await?;
    rows.into_iter().filter_map(|row| row.found().transpose()).collect()
}

/// A record that a key finds, with the contact that a closed lead became, and the account of a contact.
struct FoundRow {
    party: Uuid,
    kind: String,
    keys: Vec<i64>,
    enquiry: Option<Json<Enquiry>>,
    lead_state: Option<String>,
    contact: Option<Uuid>,
    given_name: Option<String>,
    family_name: Option<String>,
    emails: Option<Json<Vec<String>>>,
    phones: Option<Json<Vec<String>>>,
    address: Option<Json<Address>>,
    contact_state: Option<String>,
    came_of: Option<Uuid>,
    name: Option<String>,
    website: Option<String>,
    phone: Option<String>,
    account_address: Option<Json<Address>>,
    account_state: Option<String>,
}

impl FoundRow {
    /// Nothing where the record is gone.
    fn found(self) -> Result<Option<Found>, sqlx::Error> {
        let (party, keys) = (self.party, self.keys.iter().copied().map(LikenessKey).collect());
        let candidate = match self.kind.as_str() {
            "lead" => self.lead(),
            "contact" => self.contact(),
            "account" => self.account(),
            other => return Err(corrupt("likeness_key.kind", &other)),
        };
        Ok(candidate.map(|candidate| (party, keys, candidate)))
    }

    /// A lead whose contact was merged is found by the keys of the master.
    fn lead(self) -> Option<Candidate> {
        if is(self.contact_state.as_deref(), "merged") {
            return None;
        }
        let likeness = Likeness::of_enquiry(&self.enquiry?.0);
        Some(match self.contact {
            Some(contact) => {
                let active = is(self.contact_state.as_deref(), "active");
                let (like, came_of) = (Like::Contact(contact.into()), Some(self.party.into()));
                Candidate { like, came_of, likeness, active }
            }
            None => {
                let active = is(self.lead_state.as_deref(), "open");
                let like = Like::Lead(self.party.into());
                Candidate { like, came_of: None, likeness, active }
            }
        })
    }

    fn contact(self) -> Option<Candidate> {
        let person = Person {
            given_name: self.given_name,
            family_name: self.family_name,
            job_title: None,
            emails: self.emails?.0,
            phones: self.phones?.0,
        };
        let address = self.address.map(|Json(address)| address);
        let likeness = Likeness::of_person(&person, address.as_ref(), self.name);
        let active = is(self.contact_state.as_deref(), "active");
        let came_of = self.came_of.map(Into::into);
        Some(Candidate { like: Like::Contact(self.party.into()), came_of, likeness, active })
    }

    fn account(self) -> Option<Candidate> {
        let address = self.account_address.map(|Json(address)| address);
        let (name, website, phone) = (self.name?, self.website, self.phone);
        let likeness = Likeness::of_organisation(name, website, phone, address.as_ref());
        let active = is(self.account_state.as_deref(), "active");
        let came_of = self.came_of.map(Into::into);
        Some(Candidate { like: Like::Account(self.party.into()), came_of, likeness, active })
    }
}

fn is(state: Option<&str>, wanted: &str) -> bool {
    state == Some(wanted)
}

/// A key of a record of that kind.
type Row = (LikenessKey, Uuid, &'static str);

/// Writes the keys of new records and what changed of those of known ones, all kinds together.
///
/// # Errors
/// Those of the database.
pub async fn save(conn: &mut PgConnection, world: &World) -> Result<(), SaveError> {
    let (mut new, mut gone) = (Vec::new(), Vec::new());
    let mut compare = |kind, id: Uuid, was: Vec<LikenessKey>, now: Vec<LikenessKey>| {
        let (was, now) = (BTreeSet::from_iter(was), BTreeSet::from_iter(now));
        new.extend(now.difference(&was).map(|key| (*key, id, kind)));
        gone.extend(was.difference(&now).map(|key| (*key, id, kind)));
    };
    for (was, now) in world.leads.changed() {
        // The enquiry seldom changes.
        if was.is_none_or(|was| was.enquiry != now.enquiry) {
            let was = was.map(|was| Likeness::of_enquiry(&was.enquiry).keys());
            compare(
                "lead",
                now.id.0,
                was.unwrap_or_default(),
                Likeness::of_enquiry(&now.enquiry).keys(),
            );
        }
    }
    let keys = Candidate::keys_of_contact;
    for (was, now) in world.contacts.changed() {
        compare("contact", now.id.0, was.map(keys).unwrap_or_default(), keys(now));
    }
    let keys = Candidate::keys_of_account;
    for (was, now) in world.accounts.changed() {
        compare("account", now.id.0, was.map(keys).unwrap_or_default(), keys(now));
    }
    write(conn, &new, &gone).await
}

/// Writes the keys of these parties anew, as their records are told; how many are gone.
///
/// # Errors
/// Those of the database.
pub async fn again(
    conn: &mut PgConnection,
    told: &World,
    parties: &[Uuid],
) -> Result<u64, SaveError> {
    let delete = sqlx::query!("DELETE FROM likeness_key WHERE party = ANY($1)", parties);
    let gone = delete.execute(&mut *conn).await?.rows_affected();
    let mut new: Vec<Row> = Vec::new();
    for id in parties {
        let lead = told.find(LeadId(*id));
        let keys = lead.map(|lead| Likeness::of_enquiry(&lead.enquiry).keys());
        new.extend(keys.into_iter().flatten().map(|key| (key, *id, "lead")));
        let contact = told.find(ContactId(*id));
        let keys = contact.map(Candidate::keys_of_contact);
        new.extend(keys.into_iter().flatten().map(|key| (key, *id, "contact")));
    }
    new.sort_unstable();
    new.dedup();
    let left = u64::try_from(new.len()).unwrap_or_default();
    write(conn, &new, &[]).await?;
    Ok(gone.saturating_sub(left))
}

async fn write(conn: &mut PgConnection, new: &[Row], gone: &[Row]) -> Result<(), SaveError> {
    if !gone.is_empty() {
        bulk!(
            "DELETE FROM likeness_key AS k USING unnest($1::bigint[], $2::uuid[]) AS u(key, party)
             WHERE k.key = u.key AND k.party = u.party",
            [],
            gone.iter(),
            |(key, party, _)| { key.0 => i64, *party => Uuid }
        )
        .execute(&mut *conn)
        .await?;
    }
    if !new.is_empty() {
        bulk!(
            "INSERT INTO likeness_key (key, party, kind)
             SELECT * FROM unnest($1::bigint[], $2::uuid[], $3::text[])",
            [],
            new.iter(),
            |(key, party, kind)| { key.0 => i64, *party => Uuid, *kind => &str }
        )
        .execute(conn)
        .await?;
    }
    Ok(())
}
