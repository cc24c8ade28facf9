//! Who is alike among everybody known: by the keys that join two facts, and by a key of theirs that is another's.

use std::collections::BTreeMap;

use super::rules::Judged;
use super::{Candidate, DuplicateRules, Like, Likeness, LikenessKey, Rule};
use crate::customer::Customer;
use crate::duplicate::{Compared, Duplicate, id_of};
use crate::enquiry::Enquiry;
use crate::ids::{DuplicateId, LeadId};
use crate::kept_apart::KeptApart as _;
use crate::lead::Lead;
use crate::needs::Needs;
use crate::party::{Party, person_keys};
use crate::survivor::survivor;
use crate::world::World;

/// Most duplicates of one enquiry: those that are most alike.
const ALIKE_MAX: usize = 10;

/// Whose likes are looked for.
#[derive(Clone, Copy, Debug)]
pub struct Asked<'a> {
    pub enquiry: &'a Enquiry,
    /// The lead that it became, if it did.
    pub lead: Option<&'a Lead>,
    /// Who they are known to be.
    pub customer: Customer,
    /// The last lead of theirs before.
    pub last: Option<LeadId>,
}

/// Somebody who is alike, and by which rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Alike<'r> {
    pub like: Like,
    came_of: Option<LeadId>,
    pub rule: &'r Rule,
    pub score: u8,
    pub evidence: Vec<Compared>,
    /// There were more parties under its keys than were compared.
    pub more: bool,
}

impl Alike<'_> {
    /// The duplicates that the two may be known as: of late, or as they were when the customer was a lead.
    pub fn pairs(&self, lead: &Lead) -> impl Iterator<Item = DuplicateId> + use<> {
        let (mine, before) = (lead.id.0, self.came_of.map(|lead| lead.0));
        [Some(self.like.id()), before].into_iter().flatten().map(move |other| id_of(mine, other))
    }
}

/// Names what [`alike`] and [`not_kept_apart`] must know, beside the keys of the person
/// ([`recognise_needs`](crate::party::recognise_needs)).
pub fn alike_needs(world: &World, rules: &DuplicateRules, asked: Asked<'_>, needs: &mut Needs) {
    if rules.is_empty() {
        return;
    }
    let mine = Likeness::of_enquiry(asked.enquiry);
    let keys = mine.keys();
    if let Some(lead) = asked.lead {
        let found = compared(world, rules, asked, (&mine, &keys)).into_iter();
        found.flat_map(|it| it.pairs(lead)).for_each(|id| needs.lock(id));
    }
    needs.likes.extend(keys);
}

/// Everybody who is alike by a rule, the most alike first; each once, by the first rule that says so.
#[must_use]
pub fn alike<'r>(world: &World, rules: &'r DuplicateRules, asked: Asked<'_>) -> Vec<Alike<'r>> {
    if rules.is_empty() {
        return Vec::new();
    }
    let mine = Likeness::of_enquiry(asked.enquiry);
    compared(world, rules, asked, (&mine, &mine.keys()))
}

fn compared<'r>(
    world: &World,
    rules: &'r DuplicateRules,
    asked: Asked<'_>,
    (mine, keys): (&Likeness, &[LikenessKey]),
) -> Vec<Alike<'r>> {
    let (candidates, more) = found(world, keys);
    let exact = person_keys(asked.enquiry);
    let exact: Vec<_> = exact.iter().filter_map(|key| behind(world, world.party(key)?)).collect();
    let mut all: BTreeMap<Like, Alike<'r>> = BTreeMap::new();
    for candidate in candidates.into_iter().chain(&exact) {
        let Candidate { like, came_of, .. } = *candidate;
        if is_themselves(world, asked, like, came_of) {
            continue;
        }
        let Some(judged) = rules.judge(mine, asked.enquiry.source, candidate) else { continue };
        let Judged { rule, score, evidence } = judged;
        if all.get(&like).is_none_or(|before| before.score < score) {
            all.insert(like, Alike { like, came_of, rule, score, evidence, more });
        }
    }
    let mut found: Vec<_> = all.into_values().collect();
    found.sort_by_key(|it| std::cmp::Reverse(it.score));
    found.truncate(ALIKE_MAX);
    found
}

fn found<'w>(world: &'w World, keys: &[LikenessKey]) -> (Vec<&'w Candidate>, bool) {
    let unknown = keys.iter().find(|key| !world.discovering && !world.likes.knows(**key));
    if let Some(key) = unknown {
        panic!("a decision asked for {key:?}, which its `needs` did not name");
    }
    world.likes.newest(keys)
}

/// Are they one by their keys, or in their history?
fn is_themselves(world: &World, asked: Asked<'_>, like: Like, came_of: Option<LeadId>) -> bool {
    let (lead, customer) = (asked.lead, asked.customer);
    if came_of.is_some() && came_of == lead.map(|lead| lead.id) {
        return true;
    }
    match like {
        Like::Lead(id) => asked.last == Some(id) || lead.is_some_and(|lead| lead.id == id),
        Like::Contact(id) => {
            let of_lead = lead.and_then(|it| it.contact).map(|id| survivor(world, id));
            customer.contact == Some(id) || of_lead == Some(id)
        }
        Like::Account(id) => {
            let of_lead = lead.and_then(|it| it.account).map(|id| survivor(world, id));
            customer.account == Some(id) || of_lead == Some(id)
        }
    }
}

/// Who is known under a key.
fn behind(world: &World, party: &Party) -> Option<Candidate> {
    match (party.contact, party.lead) {
        (Some(contact), _) => {
            Some(Candidate::of_contact(world.find(survivor(world, contact))?, None))
        }
        (None, Some(lead)) => Some(Candidate::of_lead(world.find(lead)?)),
        (None, None) => None,
    }
}

/// The one place where pairs are left out that a person has looked at: who is kept apart, and what was closed once, in
/// whichever direction.
#[must_use]
pub fn not_kept_apart(world: &World, lead: &Lead, customer: Customer, alike: &Alike<'_>) -> bool {
    let other = alike.like.id();
    let contact = customer.contact.and_then(|id| world.find(id));
    let account = customer.account.and_then(|id| world.find(id));
    !lead.is_apart(other)
        && contact.is_none_or(|it| !it.is_apart(other))
        && account.is_none_or(|it| !it.is_apart(other))
        && alike.pairs(lead).all(|id| world.find(id).is_none_or(Duplicate::is_open))
}
