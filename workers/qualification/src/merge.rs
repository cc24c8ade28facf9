//! Leads are made one by people, and that is taken back.

use domain::commands::{LeadMerge, LeadUnmerge};
use domain::decide::{Ctx, Needs, Outcome, Refusal, World};
use domain::events::{LeadAbsorbed, LeadMerged, LeadRestored, LeadUnmerged};
use domain::ids::{LeadId, OpportunityId};
use domain::kept_apart::changed;
use domain::lead::{Lead, LeadAction, LeadState, OpenReason};
use domain::lifecycle::Lifecycle;
use domain::merge::{Facts, KEYS_MAX, LATER_MAX, LaterEvent, MERGES_MAX, Merge};
use domain::message::SubjectKind;
use domain::opportunity::Opportunity;
use domain::party::Party;

use crate::lead::itself;
use crate::when::Then;

type Decision = Result<Outcome<Then>, Refusal>;

pub(crate) fn merge_needs(command: &LeadMerge, world: &World, needs: &mut Needs) {
    needs.lock(command.lead);
    command.losers.iter().for_each(|loser| needs.log(*loser));
    for loser in &command.losers {
        world.log(*loser).keys().into_iter().for_each(|key| needs.party(key));
    }
    let leads = command.losers.iter().chain([&command.lead]);
    let deals = leads.filter_map(|lead| world.find(*lead)?.opportunity);
    deals.for_each(|deal| needs.lock(deal));
}

pub(crate) fn merge<F>(world: &World, command: &LeadMerge, ctx: &Ctx<'_, F>) -> Decision {
    let master = world.known(command.lead)?;
    let losers = command.losers.iter().map(|loser| world.known(*loser));
    let losers = losers.collect::<Result<Vec<_>, _>>()?;
    if losers.iter().all(|loser| loser.master() == Some(master.id)) {
        return Ok(Outcome::already(itself(master)));
    }
    if let Some(other) = master.master() {
        return Err(merged_already(master, other));
    }
    check(master, &losers, command)?;
    let taking = master.apply(&LeadAction::TakeIn)?;
    let mut after = together(master, &losers)?;
    let leads = || losers.iter().chain([&master]);
    leads().for_each(|lead| command.keep.take(&mut after, lead));
    after.opportunity = deal(world, master, &losers)?;
    let keys = keys(world, master, &losers)?;
    let said = LeadMerged {
        lead: master.id,
        losers: command.losers.clone(),
        enquiry: after.enquiry.clone(),
        account: after.account,
        contact: after.contact,
        opportunity: after.opportunity,
        stakeholders: after.taking_part.stakeholders.clone(),
        competitors: after.taking_part.competitors.clone(),
        keys: keys.iter().map(|party| party.key.to_string()).collect(),
    };
    let sequence = master.sequence + 1;
    let (merged, keys) = Merge::done(&taking, &command.losers, after, keys, sequence);
    let mut outcome = Outcome::nothing().changed(merged, said);
    for loser in losers {
        let mut absorbed = loser.apply(&LeadAction::Merge { at: ctx.now, master: master.id })?;
        absorbed.kept_apart = changed(&absorbed.kept_apart, &[], &[master.id.0]);
        let number = loser.number.clone();
        outcome =
            outcome.changed(absorbed, LeadAbsorbed { lead: loser.id, number, master: master.id });
    }
    Ok(keys.into_iter().fold(outcome, Outcome::put))
}

/// What can be told from the leads alone.
fn check(master: &Lead, losers: &[&Lead], command: &LeadMerge) -> Result<(), Refusal> {
    let mut seen = vec![master.id];
    for loser in losers {
        if seen.contains(&loser.id) {
            let message = format!(
                "The lead `{}` is named twice; name the one that stays as `lead`, and each other one once among the \
                 `losers`.",
                loser.number
            );
            return Err(refused(master, "lead.named_twice", message));
        }
        seen.push(loser.id);
        if let Some(other) = loser.master() {
            return Err(merged_already(loser, other));
        }
    }
    if let Some((field, _)) = command.keep.named().find(|(_, lead)| !seen.contains(lead)) {
        let message = format!(
            "The field `keep.{field}` names none of the leads that are merged; take it from one of them, or leave it out."
        );
        return Err(refused(master, "lead.keep_of_another", message));
    }
    if master.merges.len() >= MERGES_MAX {
        let message = format!(
            "So many merges hold into the lead `{}` that no other one can be taken back ({MERGES_MAX}); merge it into a \
             newer lead.",
            master.number
        );
        return Err(refused(master, "lead.too_many_merges", message));
    }
    Ok(())
}

/// Why a lead that is another one by now takes part in nothing.
pub(crate) fn merged_already(lead: &Lead, master: LeadId) -> Refusal {
    let message = format!(
        "The lead `{}` became the lead `{master}`; name that one, or take the merge back with `lead.unmerge`.",
        lead.number
    );
    refused(lead, "lead.merged", message)
}

/// The master keeps its own; what it does not know is known by the others, in the order in which they are named.
fn together(master: &Lead, losers: &[&Lead]) -> Result<Facts, Refusal> {
    // Whether it is open says nothing of what is known.
    let mut whole = master.clone().in_state(LeadState::Open(OpenReason::New));
    for loser in losers {
        whole = whole.add_enquiry(&loser.enquiry, None)?;
        whole.account = whole.account.or(loser.account);
        whole.contact = whole.contact.or(loser.contact);
        whole.taking_part.take_in(&loser.taking_part);
    }
    Ok(Facts::of(&whole))
}

/// The deal of all of them: the one that is open, else the master's own, else that of the first that has one.
fn deal(world: &World, master: &Lead, losers: &[&Lead]) -> Result<Option<OpportunityId>, Refusal> {
    let leads = || [&master].into_iter().chain(losers);
    let open = |id: &OpportunityId| world.find(*id).is_some_and(Opportunity::is_open);
    let open = leads().filter(|lead| lead.opportunity.as_ref().is_some_and(open));
    let open: Vec<_> = open.collect();
    if let [first, second, ..] = open[..]
        && first.opportunity != second.opportunity
    {
        let named = |lead: &Lead| {
            let deal = lead.opportunity.map(|id| id.to_string()).unwrap_or_default();
            format!("`{deal}` of the lead `{}`", lead.number)
        };
        let message = format!(
            "Two deals are open: {} and {}. Close the one that is not worked on, with `opportunity.lose`, then send \
             `lead.merge` again.",
            named(first),
            named(second)
        );
        return Err(refused(master, "lead.two_deals", message));
    }
    let open = open.first().and_then(|lead| lead.opportunity);
    Ok(open.or_else(|| leads().find_map(|lead| lead.opportunity)))
}

/// The keys by which the losers are found.
fn keys(world: &World, master: &Lead, losers: &[&Lead]) -> Result<Vec<Party>, Refusal> {
    let mut keys = Vec::new();
    for loser in losers {
        let log = world.log(loser.id);
        let claimed = log.keys().into_iter().filter_map(|key| world.party(key));
        keys.extend(claimed.filter(|party| party.lead == Some(loser.id)).cloned());
        if log.more || keys.len() > KEYS_MAX {
            let message = format!(
                "More hangs on the lead `{}` than can be merged at once, which are {KEYS_MAX} keys; make it the one \
                 that stays.",
                loser.number
            );
            return Err(refused(master, "lead.too_many_keys", message));
        }
    }
    Ok(keys)
}

pub(crate) fn unmerge_needs(command: &LeadUnmerge, world: &World, needs: &mut Needs) {
    needs.lock(command.lead);
    let Some(master) = master_of(command, world) else { return };
    needs.log(master);
    let Some(merge) = world.find(master).and_then(|master| master.merges.last()) else { return };
    merge.losers.iter().for_each(|loser| needs.lock(*loser));
    merge.moved().for_each(|key| needs.party(&key));
}

/// The lead that others became, be it named itself or as one of them.
fn master_of(command: &LeadUnmerge, world: &World) -> Option<LeadId> {
    let lead = world.find(command.lead)?;
    Some(lead.master().unwrap_or(lead.id))
}

pub(crate) fn unmerge(world: &World, command: &LeadUnmerge) -> Decision {
    let named = world.known(command.lead)?;
    let master = world.known(master_of(command, world).unwrap_or(named.id))?;
    let Some(merge) = master.merges.last() else {
        let message = format!(
            "Nothing was merged into the lead `{}` that could be taken back.",
            named.number
        );
        return Err(refused(named, "lead.not_merged", message));
    };
    if let Some(other) = master.master() {
        return Err(merged_already(master, other));
    }
    if named.id != master.id && !merge.losers.contains(&named.id) {
        let message = format!(
            "The lead `{}` was merged into `{}` before others were; take those back first, by `lead.unmerge` of that \
             one.",
            named.number, master.number
        );
        return Err(refused(named, "lead.later_merge", message));
    }
    let (facts, stayed) = merge.undone(master);
    let mut own = facts.clone().put(master.apply(&LeadAction::GiveBack)?);
    own.merges.pop();
    let apart: Vec<_> = merge.apart.iter().map(|loser| loser.0).collect();
    own.kept_apart = changed(&own.kept_apart, &apart, &[]);
    let (mut outcome, mut stayed_keys) = (Outcome::nothing(), Vec::new());
    let mut returned: Vec<Party> = Vec::new();
    for key in merge.moved() {
        let party = world.party(&key).cloned().unwrap_or_else(|| Party::unknown(key));
        match merge.given_back(master.id, &party) {
            Some(back) => returned.push(back),
            None => stayed_keys.push(party.key.to_string()),
        }
    }
    for id in &merge.losers {
        let mut loser = world.known(*id)?.apply(&LeadAction::Restore)?;
        if merge.apart.contains(id) {
            loser.kept_apart = changed(&loser.kept_apart, &[master.id.0], &[]);
        }
        let keys = returned.iter().filter(|party| party.lead == Some(*id));
        let said = LeadRestored {
            lead: *id,
            number: loser.number.clone(),
            master: master.id,
            state: Lead::state_name(loser.state()).to_owned(),
            keys: keys.map(|party| party.key.to_string()).collect(),
        };
        outcome = outcome.changed(loser, said);
    }
    let said = LeadUnmerged {
        lead: master.id,
        losers: merge.losers.clone(),
        enquiry: facts.enquiry,
        account: facts.account,
        contact: facts.contact,
        opportunity: facts.opportunity,
        stakeholders: facts.taking_part.stakeholders,
        competitors: facts.taking_part.competitors,
        stayed,
        stayed_keys,
        later: later(world, master, merge),
    };
    Ok(returned.into_iter().fold(outcome.changed(own, said), Outcome::put))
}

/// What was said about the master after the merge.
fn later(world: &World, master: &Lead, merge: &Merge) -> Vec<LaterEvent> {
    let events = world.log(master.id).events.iter();
    let later = events.filter(|event| event.sequence > merge.sequence);
    let named = |event: &domain::logged::Logged| LaterEvent {
        ty: event.ty.clone(),
        sequence: event.sequence,
    };
    later.take(LATER_MAX).map(named).collect()
}

fn refused(lead: &Lead, rule: &'static str, message: String) -> Refusal {
    Refusal::no(SubjectKind::Lead, lead.id, rule, Lead::state_name(lead.state()), message)
}
