//! What the row of a list did is undone, where nobody worked on it since.

use domain::commands::LeadUndo;
use domain::customer::CustomerAction;
use domain::decide::{Already, Ctx, Needs, Outcome, Refusal, World};
use domain::enquiry::{Enquiry, Person};
use domain::events::{
    AccountDeactivated, ContactDeactivated, LeadDisqualified, LeadEnquiryWithdrawn, LeadScored,
    OpportunityLost, QuoteClosed,
};
use domain::ids::{AccountId, ContactId, LeadId};
use domain::lead::{DisqualifyReason, Lead, LeadAction, LeadState, OpenReason};
use domain::lifecycle::Lifecycle;
use domain::logged::{Asked, Log, Logged};
use domain::message::{Message, SubjectKind};
use domain::opportunity::{Loss, LostReason, Opportunity, OpportunityAction, OpportunityState};
use domain::party::{Party, PartyKey, person_keys, thread_keys};
use domain::quote::{Quote, QuoteAction, QuoteCloseReason, QuoteState};
use domain::undo::ReleasedKey;

use crate::merge::merged_already;
use crate::when::Then;

type Decision = Result<Outcome<Then>, Refusal>;

const COMMENT: &str = "The import was undone.";

pub(crate) fn needs(command: &LeadUndo, world: &World, needs: &mut Needs) {
    needs.log(command.lead);
    let Some(lead) = world.find(command.lead) else { return };
    world.log(lead.id).keys().into_iter().for_each(|key| needs.party(key));
    lead.previous.into_iter().for_each(|previous| needs.log(previous));
    lead.opportunity.into_iter().for_each(|deal| needs.lock(deal));
    lead.contact.into_iter().for_each(|contact| needs.lock(contact));
    lead.account.into_iter().for_each(|account| needs.lock(account));
}

pub(crate) fn undo<F>(world: &World, command: &LeadUndo, ctx: &Ctx<'_, F>) -> Decision {
    let lead = world.known(command.lead)?;
    if let Some(master) = lead.master() {
        return Err(merged_already(lead, master));
    }
    let log = world.log(lead.id);
    let is_of =
        |event: &&Logged| event.asked.as_ref().is_some_and(|asked| asked.input == command.input);
    let Some(born) = log.events.iter().find(is_of) else {
        let message = format!(
            "The input `{}` is none of the lead `{}`; see whose it is with `leadmill show input {}`.",
            command.input, lead.number, command.input
        );
        return Err(refused(lead, "lead.another_input", message));
    };
    let undone = matches!(
        lead.state(),
        LeadState::Disqualified { reason: DisqualifyReason::ImportUndone, .. }
    );
    if undone
        || log.events.iter().any(|event| {
            event.ty == LeadEnquiryWithdrawn::TYPE.name && event.input == Some(command.input)
        })
    {
        let (subject, reference) = (SubjectKind::Lead, Some(lead.number.clone()));
        return Ok(Outcome::already(Already { subject, id: lead.id.0, reference }));
    }
    untouched(lead, log, born)?;
    if lead.input == command.input { whole(world, lead, ctx) } else { part(world, lead, log, born) }
}

/// Only what our own workers did, and other rows of the same list, came after the row.
fn untouched(lead: &Lead, log: &Log, born: &Logged) -> Result<(), Refusal> {
    let list = |event: &Logged| Some(event.asked.as_ref()?.part_of?.collection);
    let own = list(born).filter(|_| !born.outside && !log.more);
    let Some(own) = own else {
        let message = format!(
            "The input did not become the lead `{}` as a row of a list by itself, so it is not undone with one; use \
             `lead.disqualify` instead.",
            lead.number
        );
        return Err(refused(lead, "lead.not_of_list", message));
    };
    let by_itself = [
        LeadScored::TYPE.name,
        "lead.qualified.v1",
        "lead.disqualified.v1",
        LeadEnquiryWithdrawn::TYPE.name,
    ];
    let later = log.events.iter().filter(|event| event.sequence > born.sequence);
    let mut touched = later.filter(|event| {
        let ours = by_itself.contains(&event.ty.as_str()) || list(event) == Some(own);
        event.outside && event.ty != LeadEnquiryWithdrawn::TYPE.name || !ours
    });
    match touched.next() {
        None => Ok(()),
        Some(event) => Err(worked_on(lead, &event.ty)),
    }
}

fn worked_on(lead: &Lead, ty: &str) -> Refusal {
    let message = format!(
        "The lead `{}` was worked on after the row came (`{ty}`), so it stays as it is; decide on it by hand.",
        lead.number
    );
    refused(lead, "lead.worked_on", message)
}

/// The lead was made of the row: it should not have been.
fn whole<F>(world: &World, lead: &Lead, ctx: &Ctx<'_, F>) -> Decision {
    let lost = lost_deal(world, lead, ctx)?;
    let log = world.log(lead.id);
    let keys = log.keys().into_iter().filter_map(|key| world.party(key));
    let keys: Vec<_> = keys.collect();
    let made =
        Made { contact: made_contact(world, lead, &keys), account: made_account(world, lead) };
    let own = keys.into_iter().filter(|party| party.lead == Some(lead.id) || made.names(party));
    let released: Vec<_> = own.map(|party| released(world, lead, party, made)).collect();
    let said = LeadDisqualified {
        lead: lead.id,
        disqualify_reason: DisqualifyReason::ImportUndone,
        comment: Some(COMMENT.to_owned()),
        assessment: None,
        released: released.iter().map(ReleasedKey::from).collect(),
    };
    let undone = lead.apply(&LeadAction::Undo { at: ctx.now })?;
    let mut outcome = Outcome::nothing().changed(undone, said);
    if let Some(lost) = lost {
        outcome = outcome.and(lost);
    }
    if let Some(account) = made.account.and_then(|id| world.find(id)) {
        let inactive = account.apply(&CustomerAction::Deactivate { at: ctx.now })?;
        let said = AccountDeactivated { account: account.id, comment: COMMENT.to_owned() };
        outcome = outcome.changed(inactive, said);
    }
    if let Some(contact) = made.contact.and_then(|id| world.find(id)) {
        let inactive = contact.apply(&CustomerAction::Deactivate { at: ctx.now })?;
        let said = ContactDeactivated { contact: contact.id, comment: COMMENT.to_owned() };
        outcome = outcome.changed(inactive, said);
    }
    Ok(released.into_iter().fold(outcome, Outcome::put))
}

/// The deal that the rules made of it, lost; nothing was offered for it and nobody touched it. What was drafted is
/// canceled with it.
fn lost_deal<F>(
    world: &World,
    lead: &Lead,
    ctx: &Ctx<'_, F>,
) -> Result<Option<Outcome<Then>>, Refusal> {
    let Some(id) = lead.opportunity else { return Ok(None) };
    let deal = world.known(id)?;
    if let Some(ty) = &world.log(lead.id).deal_touched {
        return Err(worked_on(lead, ty));
    }
    let offered = deal.quotes.iter().filter(|quote| quote.state != QuoteState::Draft).count();
    if deal.state != OpportunityState::Open || offered > 0 {
        let message = format!(
            "The lead `{}` became the deal `{id}`, which is {} and has {} offers, so it stays; close the offers and lose \
             the deal by hand, then disqualify the lead.",
            lead.number,
            Opportunity::state_name(&deal.state),
            offered
        );
        return Err(refused(lead, "lead.offered", message));
    }
    let loss =
        Loss { reason: LostReason::Canceled, competitor: None, comment: Some(COMMENT.to_owned()) };
    let mut outcome = Outcome::nothing();
    let mut lost = deal.clone();
    for draft in &deal.quotes {
        let closed: Quote = draft.apply(&QuoteAction::Cancel { at: ctx.now })?;
        outcome = outcome.say(QuoteClosed {
            quote: draft.id,
            opportunity: id,
            close_reason: QuoteCloseReason::Canceled,
            comment: Some(COMMENT.to_owned()),
        });
        lost = lost.with_quote(closed);
    }
    let said = OpportunityLost::of(id, &loss);
    let lost = lost.apply(&OpportunityAction::Lose { at: ctx.now, loss })?;
    Ok(Some(outcome.changed(lost, said)))
}

/// The customer that was made of this lead, and that is nobody else's.
#[derive(Clone, Copy, Default)]
struct Made {
    account: Option<AccountId>,
    contact: Option<ContactId>,
}

impl Made {
    fn names(self, party: &Party) -> bool {
        self.account.is_some() && party.account == self.account
    }
}

/// The account, where nothing of others came to it.
fn made_account(world: &World, lead: &Lead) -> Option<AccountId> {
    let account = world.find(lead.account?)?;
    let new = account.originating_lead == Some(lead.id) && account.sequence == 1;
    (new && !world.log(lead.id).account_shared).then_some(account.id)
}

/// The contact, where nobody else knows them.
fn made_contact(world: &World, lead: &Lead, keys: &[&Party]) -> Option<ContactId> {
    let contact = world.find(lead.contact?)?;
    let alone = keys.iter().filter(|party| party.contact == Some(contact.id));
    let alone = alone.into_iter().all(|party| party.lead == Some(lead.id));
    let new = contact.originating_lead == Some(lead.id) && contact.sequence == 1;
    (new && alone).then_some(contact.id)
}

/// The key as it is without the lead: that of the person's lead before, where it had claimed it.
fn released(world: &World, lead: &Lead, party: &Party, made: Made) -> Party {
    let claims = |id: &LeadId| world.log(*id).keys().contains(&party.key);
    let before = lead.previous.filter(claims);
    let stranger = before.is_none() && (lead.contact.is_none() || party.contact == made.contact);
    let account = party.account.filter(|it| !stranger && Some(*it) != made.account);
    let contact = party.contact.filter(|it| !stranger && Some(*it) != made.contact);
    let lead = if party.lead == Some(lead.id) { before } else { party.lead };
    Party { key: party.key.clone(), lead, account, contact }
}

/// The row was added to a lead of somebody: it is as if that had not come.
fn part(world: &World, lead: &Lead, log: &Log, born: &Logged) -> Decision {
    let withdrawn = |asked: &Asked| {
        let gone = |event: &Logged| event.ty == LeadEnquiryWithdrawn::TYPE.name;
        log.events.iter().any(|event| gone(event) && event.input == Some(asked.input))
    };
    let asked = log.events.iter().filter_map(|event| event.asked.as_ref());
    let asked: Vec<_> = asked.filter(|asked| !withdrawn(asked)).collect();
    if together(lead, &asked)?.as_ref() != Some(&lead.enquiry) {
        return Err(worked_on(lead, "lead.enquiry"));
    }
    let rest = asked.iter().copied().filter(|asked| Some(*asked) != born.asked.as_ref());
    let rest: Vec<_> = rest.collect();
    let Some(enquiry) = together(lead, &rest)? else { return Err(worked_on(lead, &born.ty)) };
    let known: Vec<PartyKey> = rest.iter().flat_map(|asked| keys_of(asked)).collect();
    let own: Vec<PartyKey> = born.asked.iter().flat_map(keys_of).collect();
    let came = log.keys().into_iter().filter(|key| own.contains(key) && !known.contains(key));
    let came = came.filter_map(|key| world.party(key));
    let came = came.filter(|party| party.lead == Some(lead.id));
    let released: Vec<_> =
        came.map(|party| released(world, lead, party, Made::default())).collect();
    let mut less = lead.apply(&LeadAction::Withdraw)?;
    less.enquiry.clone_from(&enquiry);
    let said = LeadEnquiryWithdrawn {
        lead: lead.id,
        input: born.asked.as_ref().map_or(lead.input, |asked| asked.input),
        enquiry,
        released: released.iter().map(ReleasedKey::from).collect(),
    };
    let outcome = Outcome::nothing().changed(less, said);
    Ok(released.into_iter().fold(outcome, Outcome::put))
}

/// What a lead knows of these enquiries; `None` of none.
fn together(lead: &Lead, asked: &[&Asked]) -> Result<Option<Enquiry>, Refusal> {
    let Some((first, later)) = asked.split_first() else { return Ok(None) };
    let mut whole = lead.clone().in_state(LeadState::Open(OpenReason::New));
    whole.enquiry = first.enquiry.clone();
    for asked in later {
        whole = if asked.another_person {
            let person = Person::default();
            let theirs = Enquiry { person, ..asked.enquiry.clone() };
            whole.add_enquiry(&theirs, asked.newer.as_ref())?
        } else {
            whole.add_enquiry(&asked.enquiry, asked.newer.as_ref())?
        };
    }
    Ok(Some(whole.enquiry))
}

fn keys_of(asked: &Asked) -> Vec<PartyKey> {
    let mut keys = thread_keys(&asked.enquiry);
    if !asked.another_person {
        keys.extend(person_keys(&asked.enquiry));
    }
    keys
}

fn refused(lead: &Lead, rule: &'static str, message: String) -> Refusal {
    Refusal::no(SubjectKind::Lead, lead.id, rule, Lead::state_name(lead.state()), message)
}
