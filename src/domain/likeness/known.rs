//! What keys find: parties that may be alike, at most the newest of each key, kept right while a batch decides.

use std::collections::{BTreeMap, BTreeSet};

use uuid::Uuid;

use super::{Likeness, LikenessKey};
use crate::customer::{Account, Contact, CustomerState};
use crate::ids::{AccountId, ContactId, LeadId};
use crate::lead::Lead;
use crate::record::Record;

/// As many as are compared of one key: the newest.
pub const NEWEST_MAX: usize = 50;

/// A party that somebody may be alike.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Like {
    Lead(LeadId),
    Contact(ContactId),
    Account(AccountId),
}

impl Like {
    #[must_use]
    pub const fn id(self) -> Uuid {
        match self {
            Self::Lead(id) => id.0,
            Self::Contact(id) => id.0,
            Self::Account(id) => id.0,
        }
    }
}

/// A party that a key found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Candidate {
    pub like: Like,
    /// The lead that became this customer.
    pub came_of: Option<LeadId>,
    pub likeness: Likeness,
    /// A lead that is open, a customer that is active.
    pub active: bool,
}

impl Candidate {
    /// A lead that is closed stands for the contact that it became.
    #[must_use]
    pub fn of_lead(lead: &Lead) -> Self {
        let likeness = Likeness::of_enquiry(&lead.enquiry);
        match lead.contact.filter(|_| !lead.is_open()) {
            Some(contact) => {
                let like = Like::Contact(contact);
                Self { like, came_of: Some(lead.id), likeness, active: true }
            }
            None => {
                let like = Like::Lead(lead.id);
                Self { like, came_of: None, likeness, active: lead.is_open() }
            }
        }
    }

    #[must_use]
    pub fn of_contact(contact: &Contact, company: Option<String>) -> Self {
        let active = contact.state == CustomerState::Active;
        let likeness = Likeness::of_person(&contact.person, contact.address.as_ref(), company);
        let (like, came_of) = (Like::Contact(contact.id), contact.originating_lead);
        Self { like, came_of, likeness, active }
    }

    /// The keys that find it: none of what was merged, whose master has what is known of both.
    #[must_use]
    pub fn keys_of_contact(contact: &Contact) -> Vec<LikenessKey> {
        match contact.master() {
            Some(_) => Vec::new(),
            None => Self::of_contact(contact, None).likeness.keys(),
        }
    }

    /// As [`Candidate::keys_of_contact`].
    #[must_use]
    pub fn keys_of_account(account: &Account) -> Vec<LikenessKey> {
        match account.master() {
            Some(_) => Vec::new(),
            None => Self::of_account(account).likeness.keys(),
        }
    }

    #[must_use]
    pub fn of_account(account: &Account) -> Self {
        let active = account.state == CustomerState::Active;
        let Account { name, website, phone, address, .. } = account.clone();
        let likeness = Likeness::of_organisation(name, website, phone, address.as_ref());
        let (like, came_of) = (Like::Account(account.id), account.originating_lead);
        Self { like, came_of, likeness, active }
    }
}

/// What the keys of a batch find.
#[derive(Clone, Debug, Default)]
pub struct Likes {
    of: BTreeMap<LikenessKey, BTreeSet<Uuid>>,
    /// By the record, with those of its keys that are known here.
    candidates: BTreeMap<Uuid, (BTreeSet<LikenessKey>, Candidate)>,
    /// The keys that find more than are compared.
    more: BTreeSet<LikenessKey>,
}

impl Likes {
    /// Notes what was looked up: the records that have a key, the newest [`NEWEST_MAX`] and one more where there
    /// are more.
    pub fn fill(
        &mut self,
        asked: impl IntoIterator<Item = LikenessKey>,
        found: impl IntoIterator<Item = (Uuid, Vec<LikenessKey>, Candidate)>,
    ) {
        for (record, keys, candidate) in found {
            self.insert(record, keys, candidate);
        }
        for key in asked {
            let set = self.of.entry(key).or_default();
            while set.len() > NEWEST_MAX {
                // Ids ascend with time, so the first is the oldest.
                set.pop_first();
                self.more.insert(key);
            }
        }
    }

    /// Does somebody know what this key finds?
    #[must_use]
    pub fn knows(&self, key: LikenessKey) -> bool {
        self.of.contains_key(&key)
    }

    /// What these keys find, each once, and whether there is more; what nobody looked up finds nothing.
    #[must_use]
    pub fn newest(&self, keys: &[LikenessKey]) -> (Vec<&Candidate>, bool) {
        let (mut records, mut more) = (BTreeSet::new(), false);
        for key in keys {
            let set = self.of.get(key);
            more |= self.more.contains(key) || set.is_some_and(|set| set.len() > NEWEST_MAX);
            records.extend(set.into_iter().flat_map(|set| set.iter().rev().take(NEWEST_MAX)));
        }
        let found = records.into_iter().filter_map(|record| self.candidates.get(record));
        (found.map(|(_, candidate)| candidate).collect(), more)
    }

    /// Notes a record as it is from now on. A key that nobody looked up stays unknown, unless `whole` says that
    /// there is no more.
    pub(crate) fn note(&mut self, record: &Record, whole: bool) {
        if self.of.is_empty() && !whole {
            return;
        }
        let (id, candidate, stands) = match record {
            Record::Lead(lead) => (lead.id.0, Candidate::of_lead(lead), true),
            Record::Contact(contact) => {
                let stands = contact.master().is_none();
                (contact.id.0, Candidate::of_contact(contact, None), stands)
            }
            Record::Account(account) => {
                (account.id.0, Candidate::of_account(account), account.master().is_none())
            }
            _ => return,
        };
        // What is compared of it is seldom new, and then the same keys find it.
        if let Some((keys, known)) = self.candidates.get_mut(&id)
            && stands
            && !keys.is_empty()
            && known.likeness == candidate.likeness
        {
            *known = candidate;
            return;
        }
        if let Some((before, _)) = self.candidates.remove(&id) {
            for key in before {
                if let Some(set) = self.of.get_mut(&key) {
                    set.remove(&id);
                }
            }
        }
        let keys = if stands { candidate.likeness.keys() } else { Vec::new() };
        let keys = keys.into_iter().filter(|key| whole || self.knows(*key)).collect();
        self.insert(id, keys, candidate);
    }

    /// Shows of a whole world what is asked for.
    pub(crate) fn show(&mut self, whole: &Self, asked: &BTreeSet<LikenessKey>) {
        for key in asked {
            let records = whole.of.get(key).into_iter().flatten();
            let found = records
                .filter_map(|id| Some((*id, vec![*key], whole.candidates.get(id)?.1.clone())));
            self.fill([*key], found.collect::<Vec<_>>());
        }
    }

    fn insert(&mut self, record: Uuid, keys: Vec<LikenessKey>, candidate: Candidate) {
        for key in &keys {
            self.of.entry(*key).or_default().insert(record);
        }
        let mut known = self.candidates.remove(&record).map(|(known, _)| known).unwrap_or_default();
        known.extend(keys);
        self.candidates.insert(record, (known, candidate));
    }
}
