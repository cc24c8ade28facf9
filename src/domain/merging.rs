//! What a merge makes of leads and keys, and what its undo does.

use std::collections::BTreeMap;

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use crate::ids::{AccountId, ContactId, LeadId, OpportunityId};
use crate::lead::Lead;
use crate::merge::{Facts, Merge, MovedKey};
use crate::party::{Party, PartyKey};

impl Facts {
    /// Those of a lead as it is.
    #[must_use]
    pub fn of(lead: &Lead) -> Self {
        Self {
            enquiry: lead.enquiry.clone(),
            account: lead.account,
            contact: lead.contact,
            opportunity: lead.opportunity,
            taking_part: lead.taking_part.clone(),
        }
    }

    /// The lead with these.
    #[must_use]
    pub fn put(self, mut lead: Lead) -> Lead {
        lead.enquiry = self.enquiry;
        (lead.account, lead.contact) = (self.account, self.contact);
        lead.opportunity = self.opportunity;
        lead.taking_part = self.taking_part;
        lead
    }
}

impl Merge {
    /// What a merge makes of its master, which keeps it, and of the keys of the losers.
    #[must_use]
    pub fn done(
        master: &Lead,
        losers: &[LeadId],
        after: Facts,
        keys: Vec<Party>,
        sequence: i64,
    ) -> (Lead, Vec<Party>) {
        let apart = losers.iter().copied().filter(|loser| master.kept_apart.contains(&loser.0));
        let moved = |party: &Party| {
            let lead = party.lead?;
            let (key, account, contact) = (party.key.to_string(), party.account, party.contact);
            Some(MovedKey { key, lead, account, contact })
        };
        let merge = Self {
            losers: losers.to_vec(),
            sequence,
            before: Facts::of(master),
            after: after.clone(),
            keys: keys.iter().filter_map(moved).collect(),
            apart: apart.collect(),
        };
        let mut merged = after.put(master.clone());
        merged.kept_apart.retain(|other| !losers.iter().any(|loser| loser.0 == *other));
        merged.merges.push(merge);
        let keys = keys.into_iter().map(|party| Party { lead: Some(master.id), ..party });
        (merged, keys.collect())
    }

    /// The master without this merge, and the fields that were changed since, which it keeps.
    #[must_use]
    pub fn undone(&self, master: &Lead) -> (Facts, Vec<String>) {
        let mut stayed = Vec::new();
        let mut id = |name: &str, now, before, after| {
            if now == after {
                return before;
            }
            if before != after {
                stayed.push(name.to_owned());
            }
            now
        };
        let (before, after) = (&self.before, &self.after);
        let uuid = |id: Option<AccountId>| id.map(|id| id.0);
        let account =
            id("account", uuid(master.account), uuid(before.account), uuid(after.account));
        let uuid = |id: Option<ContactId>| id.map(|id| id.0);
        let contact =
            id("contact", uuid(master.contact), uuid(before.contact), uuid(after.contact));
        let uuid = |id: Option<OpportunityId>| id.map(|id| id.0);
        let now = uuid(master.opportunity);
        let opportunity = id("opportunity", now, uuid(before.opportunity), uuid(after.opportunity));
        let (enquiry, fields) = back(&master.enquiry, &before.enquiry, &after.enquiry, "enquiry");
        stayed.extend(fields);
        let (taking_part, fields) =
            back(&master.taking_part, &before.taking_part, &after.taking_part, "taking_part");
        stayed.extend(fields);
        let facts = Facts {
            enquiry,
            account: account.map(Into::into),
            contact: contact.map(Into::into),
            opportunity: opportunity.map(Into::into),
            taking_part,
        };
        (facts, stayed)
    }

    /// A key of a loser as it was before; `None` where somebody claimed it since, whose it stays.
    #[must_use]
    pub fn given_back(&self, master: LeadId, party: &Party) -> Option<Party> {
        let written = party.key.to_string();
        let moved = self.keys.iter().find(|moved| moved.key == written)?;
        (party.lead == Some(master)).then(|| Party {
            key: party.key.clone(),
            lead: Some(moved.lead),
            // A customer that was introduced since is the master's.
            account: party.account.filter(|_| moved.account.is_some()),
            contact: party.contact.filter(|_| moved.contact.is_some()),
        })
    }

    /// The keys that were moved.
    pub fn moved(&self) -> impl Iterator<Item = PartyKey> {
        self.keys.iter().filter_map(|moved| moved.key.parse().ok())
    }
}

/// Facts without what a merge made of them, and the fields that were changed since; `name` is that of all of them.
pub(crate) fn back<F: Clone + Serialize + DeserializeOwned>(
    now: &F,
    before: &F,
    after: &F,
    name: &str,
) -> (F, Vec<String>) {
    let mut stayed = Vec::new();
    let value = |facts: &F| serde_json::to_value(facts).ok();
    let back = value(now).and_then(|now| {
        let back =
            value_back(Some(&now), value(before).as_ref(), value(after).as_ref(), "", &mut stayed);
        serde_json::from_value(back?).ok()
    });
    match back {
        Some(back) => (back, stayed),
        // What a newer program keeps in it cannot be told apart here.
        None => (now.clone(), vec![name.to_owned()]),
    }
}

fn value_back(
    now: Option<&Value>,
    before: Option<&Value>,
    after: Option<&Value>,
    path: &str,
    stayed: &mut Vec<String>,
) -> Option<Value> {
    if before == after {
        return now.cloned();
    }
    if now == after {
        return before.cloned();
    }
    let empty = Map::new();
    match (now, before, after) {
        (Some(Value::Object(now)), before, after) => {
            let fields = |value: Option<&Value>| value.and_then(Value::as_object).cloned();
            let (before, after) = (fields(before), fields(after));
            let (before, after) =
                (before.as_ref().unwrap_or(&empty), after.as_ref().unwrap_or(&empty));
            let names: BTreeMap<_, ()> =
                now.keys().chain(before.keys()).map(|name| (name, ())).collect();
            let back = names.into_keys().filter_map(|name| {
                let path = if path.is_empty() { name.clone() } else { format!("{path}.{name}") };
                let at = |map: &Map<String, Value>| map.get(name).cloned();
                let (now, before, after) = (at(now), at(before), at(after));
                let back =
                    value_back(now.as_ref(), before.as_ref(), after.as_ref(), &path, stayed)?;
                Some((name.clone(), back))
            });
            Some(Value::Object(back.collect()))
        }
        (Some(Value::Array(now)), before, Some(Value::Array(after))) => {
            let before = before.and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
            let taken = |value: &&Value| after.contains(value) && !before.contains(value);
            let later = now.iter().any(|value| !after.contains(value));
            if later {
                stayed.push(path.to_owned());
            }
            let kept: Vec<_> = now.iter().filter(|value| !taken(value)).cloned().collect();
            (!kept.is_empty()).then_some(Value::Array(kept))
        }
        _ => {
            stayed.push(path.to_owned());
            now.cloned()
        }
    }
}

/// From which record a field is taken; where nothing is said, the master keeps its own, and its gaps are filled.
macro_rules! keep {
    ($Keep:ident of $Of:ident by $Id:ident for $Facts:ident;
     |$to:ident, $from:ident| $($(#[$doc:meta])* $field:ident: $take:expr;)*) => {
        /// Which record each of these fields is taken from: the master or one of the losers.
        #[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize, schemars::JsonSchema)]
        pub struct $Keep {
            $($(#[$doc])*
            #[serde(default, skip_serializing_if = "Option::is_none")]
            pub $field: Option<$Id>,)*
        }

        impl $Keep {
            /// Every record that is named, with its field.
            pub fn named(&self) -> impl Iterator<Item = (&'static str, $Id)> {
                [$((stringify!($field), self.$field)),*]
                    .into_iter()
                    .filter_map(|(field, id)| Some((field, id?)))
            }

            /// Takes the chosen fields of one of the records.
            pub fn take(&self, $to: &mut $Facts, $from: &$Of) {
                $(if self.$field == Some($from.id) {
                    $take;
                })*
            }
        }
    };
}
pub(crate) use keep;

keep! {
    Keep of Lead by LeadId for Facts;
    |to, from|
    /// Given and family name, and the job title.
    name: {
        let (to, from) = (&mut to.enquiry.person, &from.enquiry.person);
        to.given_name.clone_from(&from.given_name);
        to.family_name.clone_from(&from.family_name);
        to.job_title.clone_from(&from.job_title);
    };
    company: to.enquiry.company.clone_from(&from.enquiry.company);
    tax_id: to.enquiry.tax_id.clone_from(&from.enquiry.tax_id);
    website: to.enquiry.website.clone_from(&from.enquiry.website);
    address: to.enquiry.address.clone_from(&from.enquiry.address);
    topic: to.enquiry.topic.clone_from(&from.enquiry.topic);
    message: to.enquiry.message.clone_from(&from.enquiry.message);
    interest: to.enquiry.interest.clone_from(&from.enquiry.interest);
    /// With its currency, and how firm it is.
    budget: {
        to.enquiry.budget = from.enquiry.budget;
        to.enquiry.currency.clone_from(&from.enquiry.currency);
        to.enquiry.budget_status.clone_from(&from.enquiry.budget_status);
    };
    need: to.enquiry.need.clone_from(&from.enquiry.need);
    purchase_process: to.enquiry.purchase_process.clone_from(&from.enquiry.purchase_process);
    decision_maker: to.enquiry.decision_maker = from.enquiry.decision_maker;
    /// With its currency.
    annual_revenue: {
        to.enquiry.annual_revenue = from.enquiry.annual_revenue;
        to.enquiry.revenue_currency.clone_from(&from.enquiry.revenue_currency);
    };
    purchase_timeframe: {
        to.enquiry.purchase_timeframe.clone_from(&from.enquiry.purchase_timeframe);
    };
    close_date: to.enquiry.close_date = from.enquiry.close_date;
    employees: to.enquiry.employees = from.enquiry.employees;
    industry: to.enquiry.industry.clone_from(&from.enquiry.industry);
    source: to.enquiry.source = from.enquiry.source;
    campaign: to.enquiry.campaign.clone_from(&from.enquiry.campaign);
    owner: to.enquiry.owner.clone_from(&from.enquiry.owner);
    account: to.account = from.account;
    contact: to.contact = from.contact;
}
