//! What must be known before a message is decided on.

use domain::customer::Customer;
use domain::decide::{Needs, World};
use domain::ids::LeadId;
use domain::party::{person_keys, recognise_lead, recognise_needs};
use domain::survivor::{customer_needs, survivor, survivor_needs};

use crate::consent::consent_needs;
use crate::deal::standing_needs;
use crate::lead::after;
use crate::policy::Policy;
use crate::proposal::{accept_needs, learning_needs};
use crate::when::When;
use crate::{apart, bulk, customer, customer_merge, direct_deal, duplicates, merge, undo};

/// Of a message about one lead.
pub(crate) fn of_lead(
    policy: &Policy,
    (when, lead): (&When, LeadId),
    world: &World,
    needs: &mut Needs,
) {
    needs.lock(lead);
    // Parties are locked before leads: named by what the event says of them, all is loaded at the
    // first look. What the lead itself names beside that costs a second one.
    if let When::LeadCaptured(event) = when {
        recognise_needs(world, &event.enquiry, needs);
        let (account, contact) = (event.account, event.contact);
        customer_needs(world, Customer { account, contact }, needs);
    }
    if let When::LeadEnquiryAdded(event) = when {
        recognise_needs(world, &event.enquiry, needs);
    }
    match when {
        When::LeadAddStakeholder(command) => return survivor_needs(world, command.contact, needs),
        When::LeadRemoveStakeholder(_)
        | When::LeadAddCompetitor(_)
        | When::LeadRemoveCompetitor(_) => return,
        _ => {}
    }
    let Some(lead) = world.find(lead) else { return };
    if matches!(when, When::LeadDisqualify(_)) {
        return standing_needs(lead, needs);
    }
    if !lead.is_open() {
        return;
    }
    match when {
        When::LeadCaptured(event) => learning_needs(world, lead, &event.enquiry, true, needs),
        When::LeadEnquiryAdded(event) if !event.another_person => {
            learning_needs(world, lead, &event.enquiry, false, needs);
        }
        When::LeadUpdate(command) => {
            if let Ok(corrected) = forms::corrected(&command.enquiry, &policy.region) {
                recognise_needs(world, &after(lead, &corrected), needs);
            }
            person_keys(&lead.enquiry).iter().for_each(|key| needs.party(key));
            return;
        }
        When::LeadReactivate(_) => return,
        // Whose lead it is, is asked where it may become a deal.
        _ => {}
    }
    standing_needs(lead, needs);
    recognise_needs(world, &lead.enquiry, needs);
    let known = recognise_lead(world, lead);
    let chosen = when.chosen();
    let contacts = [known.contact, lead.contact, chosen.contact];
    contacts.into_iter().flatten().for_each(|id| survivor_needs(world, id, needs));
    let of_chosen = chosen.contact.map(|id| survivor(world, id));
    let of_chosen = of_chosen.and_then(|id| world.find(id)?.account);
    let accounts = [known.account, lead.account, chosen.account, of_chosen];
    accounts.into_iter().flatten().for_each(|id| survivor_needs(world, id, needs));
    if !matches!(when, When::LeadQualify(_)) {
        duplicates::needs(world, &policy.duplicates, (lead, &known), needs);
    }
}

/// Of a message about a customer, or about many leads.
pub(crate) fn of_others(policy: &Policy, when: &When, world: &World, needs: &mut Needs) {
    match when {
        When::AccountUpdate(command) => customer::account_needs(world, command, needs),
        When::ContactUpdate(command) => {
            customer::contact_needs(world, command, &policy.region, needs);
        }
        When::AccountDeactivate(command) => needs.lock(command.account),
        When::AccountReactivate(command) => needs.lock(command.account),
        When::ContactDeactivate(command) => needs.lock(command.contact),
        When::ContactReactivate(command) => needs.lock(command.contact),
        When::ConsentChanged(event) => consent_needs(world, &event.channel, needs),
        When::ConsentSuppressed(event) => consent_needs(world, &event.channel, needs),
        When::ConsentLifted(event) => consent_needs(world, &event.channel, needs),
        When::ProposalAccept(command) => accept_needs(world, command.proposal, needs),
        When::ProposalDismiss(command) => needs.lock(command.proposal),
        When::DuplicateClose(command) => needs.lock(command.duplicate),
        When::BulkQualify(_) => bulk::start_needs(world, needs),
        When::BulkContinue(next) => bulk::slice_needs(next, world, needs),
        When::LeadMerge(command) => merge::merge_needs(command, world, needs),
        When::LeadUnmerge(command) => merge::unmerge_needs(command, world, needs),
        When::ContactMerge(command) => {
            customer_merge::merge_needs(command.contact, &command.losers, needs);
        }
        When::ContactUnmerge(command) => {
            customer_merge::unmerge_needs(world, command.contact, needs);
            customer_merge::consent_needs(world, command.contact, needs);
        }
        When::AccountMerge(command) => {
            customer_merge::merge_needs(command.account, &command.losers, needs);
        }
        When::AccountUnmerge(command) => {
            customer_merge::unmerge_needs(world, command.account, needs)
        }
        When::LeadUndo(command) => undo::needs(command, world, needs),
        When::OpportunityCreate(command) => direct_deal::needs(command, world, needs),
        When::LeadKeepApart(command) => apart::needs(&command.into(), needs),
        When::ContactKeepApart(command) => apart::needs(&command.into(), needs),
        When::AccountKeepApart(command) => apart::needs(&command.into(), needs),
        _ => {}
    }
}
