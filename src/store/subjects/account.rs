//! Accounts.

use domain::customer::{Account, AccountFacts};
use domain::enquiry::Address;
use domain::ids::{AccountId, Id};
use domain::lifecycle::Lifecycle;
use domain::merge::CustomerMerge;
use domain::message::SubjectKind;
use leadmill_table::table;
use sqlx::types::Json;
use uuid::Uuid;

use crate::store::column::{filled, meant, word};
use crate::store::contact::{customer_state, inactive_at, merged_at};
use crate::store::declared::Tables;

table! { account: Account as account => AccountRow {
    key     id: uuid = account.id.uuid();
    version sequence: bigint = account.sequence;
    name: text = account.name.as_str();
    tax_id: text? = account.tax_id.as_deref();
    website: text? = account.website.as_deref();
    phone: text? = account.phone.as_deref();
    address: jsonb<Address>? = account.address.as_ref().map(Json);
    billing_address: jsonb<Address>? = account.billing_address.as_ref().map(Json);
    delivery_address: jsonb<Address>? = account.delivery_address.as_ref().map(Json);
    billing: text? = account.billing.map(word);
    territory: text? = account.territory.as_deref();
    customer_group: text? = account.customer_group.as_deref();
    frozen  originating_lead: uuid? refers lead = account.originating_lead.map(Uuid::from);
    kept_apart: jsonb<Vec<Uuid>>? = filled(&account.kept_apart).map(Json);
    state: text = Account::state_name(&account.state);
    inactive_at: timestamptz? = inactive_at(&account.state);
    master: uuid? refers account = account.master().map(Uuid::from);
    merged_at: timestamptz? = merged_at(&account.state);
    apart   merges: jsonb<Vec<CustomerMerge<AccountId, AccountFacts>>>? = filled(&account.merges).map(Json);
}}

/// Its table.
pub const TABLES: &[Tables] = &[Tables { kind: SubjectKind::Account, tables: &[TABLE] }];

impl AccountRow {
    fn record(self) -> Result<Account, sqlx::Error> {
        let merged = self.merged_at.zip(self.master);
        Ok(Account {
            id: self.id.into(),
            sequence: self.sequence,
            name: self.name,
            tax_id: self.tax_id,
            website: self.website,
            phone: self.phone,
            address: self.address.map(|Json(address)| address),
            billing_address: self.billing_address.map(|Json(address)| address),
            delivery_address: self.delivery_address.map(|Json(address)| address),
            billing: self.billing.map(|word| meant("account.billing", &word)).transpose()?,
            territory: self.territory,
            customer_group: self.customer_group,
            originating_lead: self.originating_lead.map(Into::into),
            merges: self.merges.map_or_else(Vec::new, |Json(merges)| merges),
            kept_apart: self.kept_apart.map_or_else(Vec::new, |Json(apart)| apart),
            state: customer_state("account", &self.state, self.inactive_at, merged)?,
        })
    }
}
