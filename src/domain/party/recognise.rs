//! Who asks: the person and the organisation that the keys of an enquiry point at.
//!
//! An e-mail address is one person's, unless it is that of a role or a family: then it is theirs only
//! under the same name, and so is any address under which another name of another company or number stands.
//! A telephone may ring for many (a switchboard, a family), so it identifies somebody only where nothing
//! speaks against it. Keys that point at two parties are
//! never made one silently: that is a [`Conflict`], which names both.

use std::borrow::Cow;
use std::collections::BTreeSet;

use uuid::Uuid;

use super::{
    Party, PartyKey, PartyKeyKind, is_shared, normalised_company, organisation_keys, person_keys,
};
use crate::customer::Customer;
use crate::enquiry::{Enquiry, Person};
use crate::ids::{AccountId, ContactId, LeadId};
use crate::lead::Lead;
use crate::needs::Needs;
use crate::survivor::{Survives, customer_now, party_now, survivor, survivor_needs};
use crate::world::World;

/// What is known of who asks; nothing where nobody was met before.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Recognised {
    pub contact: Option<ContactId>,
    /// The person's organisation, else the one that the organisation's own keys point at.
    pub account: Option<AccountId>,
    /// The last lead of this person.
    pub lead: Option<LeadId>,
    /// The keys by which the person was recognised.
    pub matched: Vec<PartyKey>,
    /// Set where the keys point at two parties; then nothing above is to be relied on.
    pub conflict: Option<Conflict>,
}

/// Two parties behind the keys of one enquiry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Conflict {
    /// The ids of both (contacts, accounts or leads).
    pub parties: Vec<Uuid>,
    /// Both are customers; otherwise one of them is only a lead.
    pub customers: bool,
    /// A finished sentence that names both.
    pub message: String,
}

/// Names what [`recognise`] and [`recognise_lead`] must know.
pub fn recognise_needs(world: &World, enquiry: &Enquiry, needs: &mut Needs) {
    for key in person_keys(enquiry) {
        needs.party(&key);
        let Some(party) = world.party(&key) else { continue };
        // The account of the key is the contact's, as a rule; known by it, it is locked in its turn.
        party.account.into_iter().for_each(|id| survivor_needs(world, id, needs));
        match (party.contact, party.lead) {
            (Some(contact), _) => contact_needs(world, contact, needs),
            (None, Some(lead)) if !needs.leads.contains(&lead) => needs.refer(lead),
            _ => {}
        }
    }
    for key in organisation_keys(enquiry) {
        needs.party(&key);
        let account = world.party(&key).and_then(|party| party.account);
        account.into_iter().for_each(|id| survivor_needs(world, id, needs));
    }
}

/// Locks a contact, whom it became, and the account of that one.
fn contact_needs(world: &World, id: ContactId, needs: &mut Needs) {
    survivor_needs(world, id, needs);
    let account = world.find(survivor(world, id)).and_then(|contact| contact.account);
    account.into_iter().for_each(|id| survivor_needs(world, id, needs));
}

/// Who sends this enquiry, among everybody known: customers and people who only asked before.
#[must_use]
pub fn recognise(world: &World, enquiry: &Enquiry) -> Recognised {
    identify(world, enquiry, (Scope::Everybody, &[]), None, None)
}

/// Which customer a lead is, beside what the lead itself already names. That the keys of the lead
/// point at leads says nothing here.
#[must_use]
pub fn recognise_lead(world: &World, lead: &Lead) -> Recognised {
    recognise_apart(world, lead, &lead.kept_apart)
}

/// As [`recognise_lead`], where the lead is none of those: whoever is meant by its keys then.
#[must_use]
pub fn recognise_apart(world: &World, lead: &Lead, apart: &[Uuid]) -> Recognised {
    let contact = lead.contact.filter(|id| !is_among(world, *id, apart));
    // The organisation of somebody whom it is not says nothing of the lead.
    let account = lead.account.filter(|id| contact == lead.contact && !is_among(world, *id, apart));
    identify(world, &lead.enquiry, (Scope::Customers, apart), contact, account)
}

/// The parties to put once an enquiry has an open lead, which is the last of this person from now
/// on. A key keeps the customer that it has, and a telephone or shared address of somebody else stays theirs.
///
/// That the ids of leads are sorted by time does not tell which is the last: those of a long import
/// carry the time at which the file arrived.
#[must_use]
pub fn introduce(world: &World, enquiry: &Enquiry, lead: LeadId, customer: Customer) -> Vec<Party> {
    parties_of(world, enquiry, (lead, &[]), customer, |_| Some(lead))
}

/// As [`introduce`], once the lead has become a customer. Whoever asked again meanwhile keeps the
/// lead of that, and whoever the lead is kept apart from their keys.
#[must_use]
pub fn introduce_customer(world: &World, lead: &Lead, customer: Customer) -> Vec<Party> {
    let whose = (lead.id, &*lead.kept_apart);
    parties_of(world, &lead.enquiry, whose, customer, |last| last.or(Some(lead.id)))
}

fn parties_of(
    world: &World,
    enquiry: &Enquiry,
    (lead, apart): (LeadId, &[Uuid]),
    customer: Customer,
    last: impl Fn(Option<LeadId>) -> Option<LeadId>,
) -> Vec<Party> {
    let matched = recognise(world, enquiry).matched;
    let who = customer_now(world, customer);
    let known = |key: PartyKey| world.party(&key).cloned().unwrap_or_else(|| Party::unknown(key));
    let mut parties = Vec::new();
    let free = |party: &Party| !is_of_others(world, party, apart);
    for old in person_keys(enquiry).into_iter().map(known).filter(free) {
        let known = old.contact.map(|id| survivor(world, id));
        let another = match old.key.kind {
            PartyKeyKind::Phone => known != who.contact,
            _ => known.is_none_or(|known| Some(known) != who.contact),
        };
        let elses =
            another && old.lead != Some(lead) && somebody(&old) && !matched.contains(&old.key);
        if !elses {
            let new = old.clone().introduced(last(old.lead), customer);
            parties.extend((new != old).then_some(new));
        }
    }
    for old in organisation_keys(enquiry).into_iter().map(known).filter(free) {
        let new = old.clone().introduced(None, customer);
        parties.extend((new != old).then_some(new));
    }
    parties
}

/// Is a key that of somebody among those? A person's is its contact's, else that of whoever asked by it last; an
/// organisation's is its account's.
pub(super) fn is_of_others(world: &World, party: &Party, others: &[Uuid]) -> bool {
    match (party.key.kind, party.contact, party.lead) {
        (PartyKeyKind::Company | PartyKeyKind::TaxId, ..) => {
            party.account.is_some_and(|id| is_among(world, id, others))
        }
        (_, Some(contact), _) => {
            is_among(world, contact, others) || came_of(world, contact, others)
        }
        (_, None, Some(lead)) => is_among(world, lead, others),
        (_, None, None) => false,
    }
}

/// Did one of those leads become that contact?
fn came_of(world: &World, contact: ContactId, those: &[Uuid]) -> bool {
    let lead = world.contacts.get(&contact).and_then(|contact| contact.originating_lead);
    !those.is_empty() && lead.is_some_and(|lead| those.contains(&lead.0))
}

/// Is a record one of those, or became one of them?
fn is_among<I: Survives + Into<Uuid>>(world: &World, id: I, those: &[Uuid]) -> bool {
    let is = |id: I| those.contains(&id.into());
    !those.is_empty() && (is(id) || is(survivor(world, id)))
}

#[derive(Clone, Copy, PartialEq)]
enum Scope {
    Everybody,
    Customers,
}

fn identify(
    world: &World,
    enquiry: &Enquiry,
    (scope, apart): (Scope, &[Uuid]),
    contact: Option<ContactId>,
    account: Option<AccountId>,
) -> Recognised {
    let keys = person_keys(enquiry);
    let known = keys.iter().filter_map(|key| world.party(key));
    let known = known.filter(|party| !is_of_others(world, party, apart));
    let known: Vec<_> = known.map(|party| party_now(world, party)).collect();
    let hits = known.iter().map(Cow::as_ref).filter(|party| match scope {
        Scope::Everybody => party.contact.is_some() || party.lead.is_some(),
        Scope::Customers => party.contact.is_some(),
    });
    let contact = contact.map(|id| survivor(world, id));
    let (mut person, phones): (Vec<_>, Vec<_>) =
        hits.partition(|party| party.key.kind == PartyKeyKind::Email);
    person.retain(|party| is_theirs(world, enquiry, party));
    for phone in phones {
        if rings_for(world, enquiry, &person, phone) {
            person.push(phone);
        }
    }
    let contacts: BTreeSet<_> =
        person.iter().filter_map(|party| party.contact).chain(contact).collect();
    let mut found = Recognised {
        contact: contacts.first().copied(),
        lead: person.iter().filter_map(|party| party.lead).max(),
        matched: person.iter().map(|party| party.key.clone()).collect(),
        ..Recognised::default()
    };
    let of_contact = found.contact.and_then(|id| world.find(id)).and_then(|c| c.account);
    let of_keys = organisation_keys(enquiry);
    let of_keys = of_keys.iter().filter_map(|key| world.party(key)?.account);
    let of_keys = of_keys.filter(|id| !is_among(world, *id, apart));
    let accounts = of_contact.into_iter().chain(account).chain(of_keys);
    let accounts: BTreeSet<_> = accounts.map(|id| survivor(world, id)).collect();
    found.account = accounts.first().copied();
    found.conflict = two(&contacts, "contacts", true)
        .or_else(|| two(&strangers(&person), "people", false))
        .or_else(|| two(&accounts, "accounts", true));
    found
}

/// Is this address a sign of the person? That of a role or a family only under the same name; any other
/// unless another name comes with another company or number.
fn is_theirs(world: &World, enquiry: &Enquiry, party: &Party) -> bool {
    let Some(known) = person_of(world, party) else { return !is_shared(&party.key.value) };
    let (mine, theirs) = (full_name(&enquiry.person), full_name(known));
    if is_shared(&party.key.value) {
        return mine == theirs;
    }
    let differs =
        |a: &str, b: &str| a.split(' ').all(|word| b.split(' ').all(|other| word != other));
    match (mine, theirs) {
        (Some(mine), Some(theirs)) if differs(&mine, &theirs) => {
            !other_company(world, enquiry, party) && !other_phones(&enquiry.person, known)
        }
        _ => true,
    }
}

/// The words of a name in their alphabetical order: "Weber, Anna" is "Anna Weber".
fn full_name(person: &Person) -> Option<String> {
    let name = person.full_name()?.to_lowercase();
    let mut words: Vec<_> =
        name.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).collect();
    words.sort_unstable();
    (!words.is_empty()).then(|| words.join(" "))
}

fn other_company(world: &World, enquiry: &Enquiry, party: &Party) -> bool {
    let known = match (party.contact, party.lead) {
        (None, Some(lead)) => world.find(lead).and_then(|lead| lead.enquiry.company.as_deref()),
        _ => None,
    };
    let plain = |name: Option<&str>| name.map(normalised_company).filter(|name| !name.is_empty());
    let (mine, theirs) = (plain(enquiry.company.as_deref()), plain(known));
    mine.is_some() && theirs.is_some() && mine != theirs
}

fn other_phones(mine: &Person, theirs: &Person) -> bool {
    !mine.phones.is_empty()
        && !theirs.phones.is_empty()
        && !mine.phones.iter().any(|phone| theirs.phones.contains(phone))
}

fn person_of<'w>(world: &'w World, party: &Party) -> Option<&'w Person> {
    match (party.contact, party.lead) {
        (Some(contact), _) => Some(&world.find(contact)?.person),
        (None, Some(lead)) => Some(&world.find(lead)?.enquiry.person),
        (None, None) => None,
    }
}

/// Is this telephone a sign of the person? Not where the e-mail address is new and the name is
/// another, and not where the person known by e-mail merely shares the line.
fn rings_for(world: &World, enquiry: &Enquiry, person: &[&Party], phone: &Party) -> bool {
    let mine = family_name(enquiry.person.family_name.as_deref());
    let is_named = |party: &Party| mine.is_some() && mine == name_of(world, party);
    match person.first() {
        Some(known) => same(known, phone) || !is_named(known),
        None => enquiry.person.emails.is_empty() || is_named(phone),
    }
}

fn same(a: &Party, b: &Party) -> bool {
    (a.contact.is_some() && a.contact == b.contact) || (a.lead.is_some() && a.lead == b.lead)
}

fn name_of(world: &World, party: &Party) -> Option<String> {
    family_name(person_of(world, party)?.family_name.as_deref())
}

fn family_name(name: Option<&str>) -> Option<String> {
    name.map(|name| name.trim().to_lowercase()).filter(|name| !name.is_empty())
}

const fn somebody(party: &Party) -> bool {
    party.contact.is_some() || party.lead.is_some()
}

/// The people behind the keys: the customer, and everybody who only asked before and is not them.
fn strangers(person: &[&Party]) -> BTreeSet<Uuid> {
    let customer = person.iter().find(|party| party.contact.is_some());
    let theirs: BTreeSet<_> =
        person.iter().filter(|p| p.contact.is_some()).filter_map(|p| p.lead).collect();
    let others = person.iter().filter(|p| p.contact.is_none()).filter_map(|p| p.lead);
    let others = others.filter(|lead| !theirs.contains(lead)).map(|lead| lead.0);
    customer.and_then(|party| party.contact).map(|id| id.0).into_iter().chain(others).collect()
}

fn two<I: Copy + Into<Uuid>>(
    parties: &BTreeSet<I>,
    what: &str,
    customers: bool,
) -> Option<Conflict> {
    let parties: Vec<Uuid> = parties.iter().map(|id| (*id).into()).collect();
    (parties.len() > 1).then(|| {
        let named: Vec<_> = parties.iter().map(|id| format!("`{id}`")).collect();
        let message = format!(
            "What identifies the sender points at different {what}: {}. Find out who it is; two \
             records are never made one silently.",
            named.join(" and ")
        );
        Conflict { parties, customers, message }
    })
}

#[cfg(test)]
mod tests;
