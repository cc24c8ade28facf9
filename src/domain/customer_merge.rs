//! What a merge makes of contacts and accounts, and what its undo does.
//!
//! A merge moves neither keys nor children: what named a loser goes on naming it, and whoever reads it follows to the
//! [survivor](crate::survivor). So nothing is bounded by how much hangs on a customer, and an undo brings all of it back.

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::customer::{
    Account, AccountFacts, Contact, ContactFacts, CustomerAction, CustomerState, channels,
};
use crate::ids::{AccountId, ContactId};
use crate::lifecycle::Lifecycle;
use crate::merge::CustomerMerge;
use crate::merging::{back, keep};
use crate::refusal::Refusal;
use crate::world::SubjectId;

/// What contacts and accounts have in common where they become one.
pub trait Mergeable: Lifecycle<State = CustomerState, Action = CustomerAction> + Clone {
    type Id: SubjectId<Of = Self>;
    type Facts: Clone + Serialize + DeserializeOwned;
    /// From which of them a field is taken.
    type Keep;

    fn id(&self) -> Self::Id;
    fn sequence(&self) -> i64;
    fn state(&self) -> &CustomerState;
    /// What people call it; nothing where nothing is known of it any more.
    fn name(&self) -> Option<String>;
    fn kept_apart(&self) -> &[uuid::Uuid];
    fn merges(&self) -> &[CustomerMerge<Self::Id, Self::Facts>];
    fn merges_mut(&mut self) -> &mut Vec<CustomerMerge<Self::Id, Self::Facts>>;
    fn facts(&self) -> Self::Facts;
    /// It with these.
    #[must_use]
    fn with(self, facts: Self::Facts) -> Self;
    /// What is not known is as another one has it.
    fn fill(facts: &mut Self::Facts, other: &Self);
    /// Every record that is chosen, with its field.
    fn named(keep: &Self::Keep) -> Vec<(&'static str, Self::Id)>;
    /// Takes the chosen fields of one of them.
    fn take(keep: &Self::Keep, facts: &mut Self::Facts, from: &Self);
    /// Whom it became.
    fn master(&self) -> Option<Self::Id>;

    /// As the life cycle lets it.
    ///
    /// # Errors
    /// The refusal of the life cycle.
    fn step(&self, action: &CustomerAction) -> Result<Self, Refusal>;

    /// How many merges follow one another up to it.
    fn links(&self) -> u8 {
        self.merges().iter().map(|merge| merge.links).max().unwrap_or_default()
    }

    /// The master once others became it.
    #[must_use]
    fn joined(self, losers: &[Self::Id], after: Self::Facts, links: u8, sequence: i64) -> Self {
        let before = self.facts();
        let losers = losers.to_vec();
        let merge = CustomerMerge { losers, sequence, before, after: after.clone(), links };
        let mut joined = self.with(after);
        joined.merges_mut().push(merge);
        joined
    }

    /// What is known of the master without its last merge, and the fields that were changed since, which it keeps.
    fn parted(&self) -> Option<(Self::Facts, Vec<String>)> {
        let CustomerMerge { before, after, .. } = self.merges().last()?;
        Some(back(&self.facts(), before, after, "known"))
    }

    /// The master without its last merge.
    #[must_use]
    fn without_last(self, facts: Self::Facts) -> Self {
        let mut parted = self.with(facts);
        parted.merges_mut().pop();
        parted
    }
}

macro_rules! joins {
    ($($Of:ident by $Id:ident, $Facts:ident, $Keep:ident: |$it:ident| $name:expr;)*) => {$(
        impl Mergeable for $Of {
            type Id = $Id;
            type Facts = $Facts;
            type Keep = $Keep;

            fn id(&self) -> $Id {
                self.id
            }
            fn sequence(&self) -> i64 {
                self.sequence
            }
            fn state(&self) -> &CustomerState {
                &self.state
            }
            fn name(&self) -> Option<String> {
                let $it = self;
                $name
            }
            fn kept_apart(&self) -> &[uuid::Uuid] {
                &self.kept_apart
            }
            fn merges(&self) -> &[CustomerMerge<$Id, $Facts>] {
                &self.merges
            }
            fn merges_mut(&mut self) -> &mut Vec<CustomerMerge<$Id, $Facts>> {
                &mut self.merges
            }
            fn facts(&self) -> $Facts {
                $Facts::of(self)
            }
            fn with(self, facts: $Facts) -> Self {
                facts.put(self)
            }
            fn fill(facts: &mut $Facts, other: &Self) {
                facts.fill(&$Facts::of(other));
            }
            fn named(keep: &$Keep) -> Vec<(&'static str, $Id)> {
                keep.named().collect()
            }
            fn take(keep: &$Keep, facts: &mut $Facts, from: &Self) {
                keep.take(facts, from);
            }
            fn master(&self) -> Option<$Id> {
                self.master()
            }
            fn step(&self, action: &CustomerAction) -> Result<Self, Refusal> {
                self.apply(action)
            }
        }
    )*};
}
joins! {
    Contact by ContactId, ContactFacts, ContactKeep: |it| {
        let person = &it.person;
        let channel = || person.emails.first().or(person.phones.first()).cloned();
        person.full_name().or_else(channel)
    };
    Account by AccountId, AccountFacts, AccountKeep: |it| Some(it.name.clone());
}

keep! {
    ContactKeep of Contact by ContactId for ContactFacts;
    |to, from|
    /// Given and family name.
    name: {
        let (to, from) = (&mut to.person, &from.person);
        to.given_name.clone_from(&from.given_name);
        to.family_name.clone_from(&from.family_name);
    };
    job_title: to.person.job_title.clone_from(&from.person.job_title);
    /// Whose come first; those of the others come behind.
    emails: to.person.emails = first(&from.person.emails, &to.person.emails);
    /// Whose come first; those of the others come behind.
    phones: to.person.phones = first(&from.person.phones, &to.person.phones);
    address: to.address.clone_from(&from.address);
    delivery_address: to.delivery_address.clone_from(&from.delivery_address);
    territory: to.territory.clone_from(&from.territory);
    customer_group: to.customer_group.clone_from(&from.customer_group);
    /// With what they are there.
    account: (to.account, to.role) = (from.account, from.role);
}

keep! {
    AccountKeep of Account by AccountId for AccountFacts;
    |to, from|
    name: to.name.clone_from(&from.name);
    tax_id: to.tax_id.clone_from(&from.tax_id);
    website: to.website.clone_from(&from.website);
    phone: to.phone.clone_from(&from.phone);
    address: to.address.clone_from(&from.address);
    billing_address: to.billing_address.clone_from(&from.billing_address);
    delivery_address: to.delivery_address.clone_from(&from.delivery_address);
    territory: to.territory.clone_from(&from.territory);
    customer_group: to.customer_group.clone_from(&from.customer_group);
}

fn first(chosen: &[String], all: &[String]) -> Vec<String> {
    let mut ordered = chosen.to_vec();
    channels(&mut ordered, all);
    ordered
}
