//! Contacts.

use domain::customer::{Contact, ContactFacts, CustomerState};
use domain::enquiry::{Address, Person};
use domain::ids::{ContactId, Id};
use domain::lifecycle::Lifecycle;
use domain::merge::CustomerMerge;
use domain::message::SubjectKind;
use leadmill_table::table;
use sqlx::types::Json;
use sqlx::types::chrono::{DateTime, Utc};
use uuid::Uuid;

use crate::store::column::{corrupt, filled, given, meant, word};
use crate::store::declared::Tables;

table! { contact: Contact as contact => ContactRow {
    let person = &contact.person;
    key     id: uuid = contact.id.uuid();
    version sequence: bigint = contact.sequence;
    given_name: text? = person.given_name.as_deref();
    family_name: text? = person.family_name.as_deref();
    job_title: text? = person.job_title.as_deref();
    emails: jsonb<Vec<String>> = Json(&person.emails);
    phones: jsonb<Vec<String>> = Json(&person.phones);
    address: jsonb<Address>? = contact.address.as_ref().map(Json);
    delivery_address: jsonb<Address>? = contact.delivery_address.as_ref().map(Json);
    account: uuid? refers account = contact.account.map(Uuid::from);
    role: text? = contact.role.map(word);
    territory: text? = contact.territory.as_deref();
    customer_group: text? = contact.customer_group.as_deref();
    frozen  originating_lead: uuid? refers lead = contact.originating_lead.map(Uuid::from);
    consent: boolean = contact.consent;
    kept_apart: jsonb<Vec<Uuid>>? = filled(&contact.kept_apart).map(Json);
    state: text = Contact::state_name(&contact.state);
    inactive_at: timestamptz? = inactive_at(&contact.state);
    master: uuid? refers contact = contact.master().map(Uuid::from);
    merged_at: timestamptz? = merged_at(&contact.state);
    apart   merges: jsonb<Vec<CustomerMerge<ContactId, ContactFacts>>>? = filled(&contact.merges).map(Json);
}}

/// Its table.
pub const TABLES: &[Tables] = &[Tables { kind: SubjectKind::Contact, tables: &[TABLE] }];

impl ContactRow {
    fn record(self) -> Result<Contact, sqlx::Error> {
        let merged = self.merged_at.zip(self.master);
        Ok(Contact {
            id: self.id.into(),
            sequence: self.sequence,
            person: Person {
                given_name: self.given_name,
                family_name: self.family_name,
                job_title: self.job_title,
                emails: self.emails.0,
                phones: self.phones.0,
            },
            address: self.address.map(|Json(address)| address),
            delivery_address: self.delivery_address.map(|Json(address)| address),
            territory: self.territory,
            customer_group: self.customer_group,
            account: self.account.map(Into::into),
            role: self.role.map(|role| meant("contact.role", &role)).transpose()?,
            originating_lead: self.originating_lead.map(Into::into),
            consent: self.consent,
            merges: self.merges.map_or_else(Vec::new, |Json(merges)| merges),
            kept_apart: self.kept_apart.map_or_else(Vec::new, |Json(apart)| apart),
            state: customer_state("contact", &self.state, self.inactive_at, merged)?,
        })
    }
}

/// The state of an account or contact by its columns.
pub(crate) fn customer_state(
    table: &str,
    state: &str,
    inactive_at: Option<DateTime<Utc>>,
    merged: Option<(DateTime<Utc>, Uuid)>,
) -> Result<CustomerState, sqlx::Error> {
    let was = || match inactive_at {
        Some(at) => CustomerState::Inactive { at },
        None => CustomerState::Active,
    };
    match state {
        "active" => Ok(CustomerState::Active),
        "inactive" => {
            let at = given(&format!("{table}.inactive_at"), inactive_at)?;
            Ok(CustomerState::Inactive { at })
        }
        "merged" => {
            let (at, master) = given(&format!("{table}.master"), merged)?;
            Ok(CustomerState::Merged { at, master, was: Box::new(was()) })
        }
        other => Err(corrupt(&format!("{table}.state"), &other)),
    }
}

/// The column `inactive_at` of an account or contact; of a merged one, what it was.
pub(crate) fn inactive_at(state: &CustomerState) -> Option<DateTime<Utc>> {
    match state {
        CustomerState::Active => None,
        CustomerState::Inactive { at } => Some(*at),
        CustomerState::Merged { was, .. } => inactive_at(was),
    }
}

/// The column `merged_at` of an account or contact.
pub(crate) fn merged_at(state: &CustomerState) -> Option<DateTime<Utc>> {
    match state {
        CustomerState::Merged { at, .. } => Some(*at),
        CustomerState::Active | CustomerState::Inactive { .. } => None,
    }
}
