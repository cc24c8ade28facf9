//! Contact and lead show the consent that counts: they follow what is kept of their address.

use domain::correction::Correction;
use domain::customer::CustomerAction;
use domain::decide::{Needs, Outcome, World};
use domain::enquiry::Enquiry;
use domain::events::{ContactUpdated, LeadUpdated};
use domain::lead::LeadAction;
use domain::party::{Party, PartyKey, PartyKeyKind};
use domain::survivor::{survivor, survivor_needs};

use crate::when::Then;

/// Names whoever is recognised by that address.
pub(crate) fn consent_needs(world: &World, channel: &str, needs: &mut Needs) {
    let Some(key) = address(channel) else { return };
    needs.party(&key);
    let party = world.party(&key);
    let contact = party.and_then(|party| party.contact);
    contact.into_iter().for_each(|id| survivor_needs(world, id, needs));
    party.and_then(|party| party.lead).into_iter().for_each(|id| needs.lock(id));
}

/// Whoever is recognised by that address may or may not be written to in bulk from now on. A lead that is closed stays
/// as it was.
pub(crate) fn follow_consent(world: &World, channel: &str, agreed: bool) -> Outcome<Then> {
    let mut outcome = Outcome::nothing();
    let Some(Party { contact, lead, .. }) = address(channel).and_then(|key| world.party(&key))
    else {
        return outcome;
    };
    let contact = contact.and_then(|id| world.find(survivor(world, id)));
    if let Some(contact) = contact.filter(|contact| contact.consent != agreed)
        && let Ok(mut now) = contact.apply(&CustomerAction::Update)
    {
        now.consent = agreed;
        let said = ContactUpdated::between(contact, &now);
        outcome = outcome.changed(now, said);
    }
    let lead = lead.and_then(|id| world.find(id)).filter(|lead| lead.is_open());
    if let Some(lead) = lead.filter(|lead| lead.enquiry.consent != agreed)
        && let Ok(mut now) = lead.apply(&LeadAction::Update)
    {
        now.enquiry = Enquiry { consent: agreed, ..now.enquiry };
        let (from, to) = Correction::between(&lead.enquiry, &now.enquiry);
        let (keys, released) = (Vec::new(), Vec::new());
        let said = LeadUpdated { lead: lead.id, from, to, by: None, keys, released };
        outcome = outcome.changed(now, said);
    }
    outcome
}

/// Mail in bulk goes to addresses; of a telephone nothing follows.
fn address(channel: &str) -> Option<PartyKey> {
    channel.parse().ok().filter(|key: &PartyKey| key.kind == PartyKeyKind::Email)
}
