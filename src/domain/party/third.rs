//! A third party: somebody says of a lead that it is none of those whom its keys lead to. They keep their keys, and the
//! lead is kept apart from them.

use std::collections::BTreeSet;

use uuid::Uuid;

use super::recognise::is_of_others;
use super::{Party, organisation_keys, person_keys};
use crate::lead::Lead;
use crate::needs::Needs;
use crate::survivor::{survivor, survivor_needs};
use crate::world::World;

/// Names what [`other_people`] and [`contested`] must know beside the keys and customers of a lead.
pub fn third_needs(world: &World, lead: &Lead, needs: &mut Needs) {
    lead.previous.into_iter().for_each(|id| needs.lock(id));
    for key in person_keys(&lead.enquiry) {
        let Some(party) = world.party(&key) else { continue };
        if party.contact.is_none() {
            party.lead.into_iter().for_each(|id| survivor_needs(world, id, needs));
        }
    }
}

/// The people whom the keys of a lead lead to: contacts, and leads of whoever only asked.
#[must_use]
pub fn other_people(world: &World, lead: &Lead) -> BTreeSet<Uuid> {
    let keys = person_keys(&lead.enquiry);
    let parties = keys.iter().filter_map(|key| world.party(key));
    let holder = |party: &Party| match (party.contact, party.lead) {
        (Some(contact), _) => Some(survivor(world, contact).0),
        (None, Some(other)) if !is_own(world, lead, other) => Some(survivor(world, other).0),
        _ => None,
    };
    parties.filter_map(holder).chain(lead.contact.map(|id| survivor(world, id).0)).collect()
}

/// The lead itself, or a later one of its person.
fn is_own(world: &World, lead: &Lead, other: crate::ids::LeadId) -> bool {
    other == lead.id || world.find(other).is_some_and(|it| it.previous == Some(lead.id))
}

/// The organisations whom the keys of a lead lead to.
#[must_use]
pub fn other_accounts(world: &World, lead: &Lead) -> BTreeSet<Uuid> {
    let keys = organisation_keys(&lead.enquiry);
    let accounts = keys.iter().filter_map(|key| world.party(key)?.account).chain(lead.account);
    accounts.map(|id| survivor(world, id).0).collect()
}

/// The keys of a lead that stay those of others, each as it points from now on: not at the lead any more, but at the one
/// before it where that is of the same person.
#[must_use]
pub fn contested(world: &World, lead: &Lead, others: &[Uuid]) -> Vec<Party> {
    let keys = person_keys(&lead.enquiry).into_iter().chain(organisation_keys(&lead.enquiry));
    let theirs = keys.filter_map(|key| world.party(&key).cloned());
    let theirs = theirs.filter(|party| is_of_others(world, party, others));
    let given_back = |party: Party| {
        if party.lead != Some(lead.id) {
            return party;
        }
        let before = lead.previous.and_then(|id| world.find(id));
        let before = before.filter(|it| it.contact == party.contact).map(|it| it.id);
        Party { lead: before, ..party }
    };
    theirs.map(given_back).collect()
}
