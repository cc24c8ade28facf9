//! What a later enquiry says of somebody known is taken over where it fills a gap, and proposed where it differs.

use domain::commands::{ProposalAccept, ProposalDismiss};
use domain::correction::Correction;
use domain::customer::CustomerAction;
use domain::customer::{Account, Contact, Customer};
use domain::decide::{Ctx, Needs, Outcome, Refusal, World};
use domain::enquiry::{Channel, Enquiry};
use domain::events::{
    AccountUpdated, ContactUpdated, ProposalAccepted, ProposalDismissed, ProposalExtended,
    ProposalMade,
};
use domain::ids::ProposalId;
use domain::keys::ProposalsAbout;
use domain::lead::Lead;
use domain::message::SubjectKind;
use domain::party::{organisation_keys, person_keys, recognise_needs};
use domain::proposal::{About, Proposal, ProposalAction, ProposalState};
use domain::shelf::Shelf;
use domain::survivor::{customer_needs, survivor, survivor_needs};

use crate::customer::{change_account, change_contact};
use crate::customer_keys::{account_keys, contact_keys, key_needs};
use crate::known::{Later, account_as, as_enquiry, contact_as, contact_as_enquiry};
use crate::lead::{after, change_lead};
use crate::when::Then;

type Decision = Result<Outcome<Then>, Refusal>;

/// Somebody known, to whom an enquiry says more.
struct Learning<'w> {
    account: Option<(&'w Account, Later)>,
    contact: Option<(&'w Contact, Later)>,
    lead: Option<Later>,
}

impl<'w> Learning<'w> {
    /// `first` where the lead was made of that enquiry. A customer learns from it, else the lead itself.
    fn of(world: &'w World, lead: &Lead, said: &Enquiry, first: bool) -> Self {
        let contact = lead.contact.and_then(|id| world.find(survivor(world, id)));
        let account = lead.account.and_then(|id| world.find(survivor(world, id)));
        let nobody = contact.is_none() && account.is_none() && !first;
        Self {
            account: account.and_then(|known| Some((known, Later::of_account(known, said)?))),
            contact: contact.and_then(|known| Some((known, Later::of_contact(known, said)?))),
            lead: nobody.then(|| Later::of_lead(&lead.enquiry, said)).flatten(),
        }
    }

    /// What differs, with the record that it is about.
    fn proposed(&self, lead: &Lead) -> Vec<(About, (Correction, Correction))> {
        let account = self
            .account
            .as_ref()
            .and_then(|(known, later)| Some((About::account(known.id), later.proposed()?)));
        let contact = self
            .contact
            .as_ref()
            .and_then(|(known, later)| Some((About::contact(known.id), later.proposed()?)));
        let own =
            self.lead.as_ref().and_then(|later| Some((About::lead(lead.id), later.proposed()?)));
        [account, contact, own].into_iter().flatten().collect()
    }
}

/// Names the proposals about those to whom an enquiry says something else.
pub(crate) fn learning_needs(
    world: &World,
    lead: &Lead,
    said: &Enquiry,
    first: bool,
    needs: &mut Needs,
) {
    customer_needs(world, Customer { account: lead.account, contact: lead.contact }, needs);
    for (about, _) in Learning::of(world, lead, said, first).proposed(lead) {
        about.subject().into_iter().for_each(|about| needs.look_up(ProposalsAbout(about.id)));
    }
}

/// Fills the gaps of whoever is known, and proposes what differs.
pub(crate) fn learn(
    world: &World,
    lead: &Lead,
    said: &Enquiry,
    first: bool,
    ctx: &mut Ctx<'_, Shelf>,
) -> Outcome<Then> {
    let learning = Learning::of(world, lead, said, first);
    let mut outcome = Outcome::nothing();
    if let Some((known, later)) = &learning.account
        && let Ok(now) = account_as(known, &later.filled).apply(&CustomerAction::Update)
        && now != **known
    {
        let filled = AccountUpdated::between(known, &now);
        outcome = outcome.changed(now, AccountUpdated { lead: Some(lead.id), ..filled });
    }
    if let Some((known, later)) = &learning.contact
        && let Ok(now) = contact_as(known, &later.filled).apply(&CustomerAction::Update)
        && now != **known
    {
        let filled = ContactUpdated::between(known, &now);
        outcome = outcome.changed(now, ContactUpdated { lead: Some(lead.id), ..filled });
    }
    for (about, change) in learning.proposed(lead) {
        outcome = propose(world, outcome, about, lead, change, ctx);
    }
    outcome
}

/// One proposal is open for a record; the same is not proposed twice, nor again once it was dismissed.
fn propose(
    world: &World,
    outcome: Outcome<Then>,
    about: About,
    lead: &Lead,
    (from, to): (Correction, Correction),
    ctx: &mut Ctx<'_, Shelf>,
) -> Outcome<Then> {
    let known = about.subject().map(|about| world.newest(ProposalsAbout(about.id)).0);
    let known = known.unwrap_or_default();
    let dismissed = |it: &&&Proposal| matches!(it.state, ProposalState::Dismissed { .. });
    if known.iter().filter(dismissed).any(|it| it.to.then(&to) == it.to) {
        return outcome;
    }
    let open = known.iter().find(|it| it.state == ProposalState::Open);
    let Some(open) = open else {
        let proposal = Proposal {
            id: ctx.id(),
            sequence: 0,
            about,
            lead: lead.id,
            from: from.clone(),
            to: to.clone(),
            state: ProposalState::Open,
        };
        let said = ProposalMade { proposal: proposal.id, about, lead: lead.id, from, to };
        return outcome.changed(proposal, said);
    };
    let (from, to) = (open.from.then(&from), open.to.then(&to));
    match open.apply(&ProposalAction::Extend) {
        Ok(extended) if to != open.to => {
            let said = ProposalExtended {
                proposal: open.id,
                lead: lead.id,
                from: from.clone(),
                to: to.clone(),
            };
            outcome.changed(Proposal { lead: lead.id, from, to, ..extended }, said)
        }
        _ => outcome,
    }
}

/// Names whom the record is by now that a proposal is about, with the keys before and after it.
pub(crate) fn accept_needs(world: &World, id: ProposalId, needs: &mut Needs) {
    needs.lock(id);
    let Some(Proposal { about, to, .. }) = world.find(id) else { return };
    let mut keys = Vec::new();
    if let Some(id) = about.account {
        survivor_needs(world, id, needs);
        if let Some(account) = world.find(survivor(world, id)) {
            keys.extend(account_keys(account));
            keys.extend(organisation_keys(&patched(as_enquiry(account), to)));
        }
    }
    if let Some(id) = about.contact {
        survivor_needs(world, id, needs);
        if let Some(contact) = world.find(survivor(world, id)) {
            keys.extend(contact_keys(contact));
            keys.extend(person_keys(&patched(contact_as_enquiry(contact), to)));
        }
    }
    if let Some(id) = about.lead {
        survivor_needs(world, id, needs);
        if let Some(lead) = world.find(survivor(world, id)) {
            recognise_needs(world, &lead.enquiry, needs);
            recognise_needs(world, &after(lead, to), needs);
        }
    }
    key_needs(world, &keys, needs);
}

fn patched(known: Enquiry, to: &Correction) -> Enquiry {
    to.of(Some(&known), Channel::Web).unwrap_or(known)
}

pub(crate) fn accept(world: &World, command: &ProposalAccept, ctx: &Ctx<'_, Shelf>) -> Decision {
    let proposal = world.known(command.proposal)?;
    if matches!(proposal.state, ProposalState::Accepted { .. }) {
        return Ok(Outcome::is_so(SubjectKind::Proposal, proposal.id));
    }
    let accepted = proposal.apply(&ProposalAction::Accept { at: ctx.now })?;
    let Proposal { about, to, .. } = proposal;
    let outcome = if let Some(id) = about.account {
        let account = world.known(survivor(world, id))?;
        let now = account_as(account, &patched(as_enquiry(account), to));
        if now == *account { Outcome::nothing() } else { change_account(world, account, now, ctx)? }
    } else if let Some(id) = about.contact {
        let contact = world.known(survivor(world, id))?;
        let now = contact_as(contact, &patched(contact_as_enquiry(contact), to));
        if now == *contact { Outcome::nothing() } else { change_contact(world, contact, now, ctx)? }
    } else if let Some(id) = about.lead {
        let lead = world.known(survivor(world, id))?;
        let now = after(lead, to);
        if now == lead.enquiry { Outcome::nothing() } else { change_lead(world, lead, now, ctx)? }
    } else {
        Outcome::nothing()
    };
    let said = ProposalAccepted { proposal: proposal.id, by: ctx.by() };
    Ok(outcome.changed(accepted, said))
}

pub(crate) fn dismiss(world: &World, command: &ProposalDismiss, ctx: &Ctx<'_, Shelf>) -> Decision {
    let proposal = world.known(command.proposal)?;
    if matches!(proposal.state, ProposalState::Dismissed { .. }) {
        return Ok(Outcome::is_so(SubjectKind::Proposal, proposal.id));
    }
    let dismissed = proposal.apply(&ProposalAction::Dismiss { at: ctx.now })?;
    let comment = command.reason.clone().map(String::from).filter(|text| !text.is_empty());
    let said = ProposalDismissed { proposal: proposal.id, comment, by: ctx.by() };
    Ok(Outcome::nothing().changed(dismissed, said))
}
