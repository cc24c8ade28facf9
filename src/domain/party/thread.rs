//! Which lead a mail belongs to, by the conversation it is part of (F13).
//!
//! A conversation says what a mail is about, never who wrote it: a colleague may answer, and so may
//! whoever the mail was passed on to. Therefore it counts only where the writer's own keys know
//! nobody, it never makes a [`Conflict`](super::Conflict), and it gives nobody's name or address to
//! anybody. Only the mails that this one answers are asked: broken senders give every mail of theirs
//! the same Message-ID.

use super::{Party, PartyKey, Recognised, thread_keys};
use crate::customer::Customer;
use crate::enquiry::{Enquiry, THREAD_MAX};
use crate::ids::LeadId;
use crate::needs::Needs;
use crate::world::World;

/// Names what [`thread_lead`] and [`introduce_thread`] must know.
pub fn thread_needs(enquiry: &Enquiry, needs: &mut Needs) {
    thread_keys(enquiry).iter().for_each(|key| needs.party(key));
}

/// The lead of the conversation that this enquiry continues, with the key that says so; `None`
/// where the writer is known by keys of their own, whose leads these are then.
#[must_use]
pub fn thread_lead(
    world: &World,
    enquiry: &Enquiry,
    who: &Recognised,
) -> Option<(LeadId, PartyKey)> {
    if who.contact.is_some() || who.lead.is_some() || who.conflict.is_some() {
        return None;
    }
    let answered =
        thread_keys(enquiry).into_iter().take(enquiry.thread.answers.len().min(THREAD_MAX));
    answered.filter_map(|key| Some((world.party(&key)?.lead?, key))).next()
}

/// The conversation's keys that are to point at this lead: those of nobody's lead, and those of
/// `before`, which is closed and whose conversation goes on here.
#[must_use]
pub fn introduce_thread(
    world: &World,
    enquiry: &Enquiry,
    lead: LeadId,
    before: Option<LeadId>,
) -> Vec<Party> {
    let known = |key: PartyKey| world.party(&key).cloned().unwrap_or_else(|| Party::unknown(key));
    let old = thread_keys(enquiry).into_iter().map(known);
    let free = old.filter(|party| party.lead.is_none() || party.lead == before);
    free.map(|party| party.introduced(Some(lead), Customer::default())).collect()
}
