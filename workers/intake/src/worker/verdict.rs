//! The verdicts: what becomes of an enquiry, and how an input is held or rejected.

use std::borrow::Cow;

use domain::certainty::Evidence;
use domain::customer::Customer;
use domain::decide::{Ctx, NumberKind, Outcome, World};
use domain::enquiry::{Enquiry, NoLead, Person};
use domain::events::{InputHeld, InputRejected, LeadCaptured, LeadEnquiryAdded};
use domain::ids::LeadId;
use domain::input::{HoldReason, Input, InputAction};
use domain::lead::{Lead, NewerFacts};
use domain::likeness::DuplicateRules;
use domain::party::{Party, PartyKey, Recognised, introduce, introduce_thread, thread_lead};
use uuid::Uuid;

use super::consent::{self, Heard};
use super::duplicates::{self, Before};
use super::when::Decision;
use super::whose::Whose;

/// An enquiry becomes a lead, or is added to the open lead of the same person. Where its keys point
/// at two parties, or somebody is alike by a rule that says so, a person decides, or has decided already where no
/// rules are given.
pub(super) fn judge(
    world: &World,
    input: Input,
    enquiry: &Enquiry,
    whose: &Whose,
    rules: Option<&DuplicateRules>,
    ctx: &mut Ctx<'_, ()>,
) -> Decision {
    let who = &whose.who;
    if let Some(conflict) = &who.conflict {
        let why = (HoldReason::TwoParties, &*conflict.message, &*conflict.parties);
        return held(world, input, enquiry, why, ctx);
    }
    // Who was named by a person is not looked for in a conversation.
    let continued = if whose.said { None } else { thread_lead(world, enquiry, who) };
    let theirs = who.lead.into_iter().chain(continued.as_ref().map(|(lead, _)| *lead));
    let open = theirs.filter_map(|lead| world.find(lead)).any(Lead::is_open);
    let rules = rules.filter(|_| !open);
    let alike = rules.and_then(|rules| duplicates::first(world, rules, enquiry, who));
    if let Some(Before::Hold(reason, other)) = alike {
        return held(world, input, enquiry, (HoldReason::Duplicate, &reason, &[other]), ctx);
    }
    let heard = consent::of_enquiry(world, &input, enquiry, false, ctx);
    let known = agreed(world, who, enquiry, &heard);
    let enquiry = &*with_consent(enquiry, known);
    Ok(settled(world, input, enquiry, whose, (continued, alike), ctx)?.and(heard.outcome()))
}

/// A person must find out who it is; what they withdraw holds all the same.
fn held(
    world: &World,
    input: Input,
    enquiry: &Enquiry,
    (why, reason, parties): (HoldReason, &str, &[Uuid]),
    ctx: &mut Ctx<'_, ()>,
) -> Decision {
    let withdrawn = consent::of_enquiry(world, &input, enquiry, true, ctx).outcome();
    let input = Input { enquiry: Some(enquiry.clone()), ..input };
    Ok(hold(input, why, reason, parties, &[])?.and(withdrawn))
}

/// Did they agree to mail in bulk? As the enquiry says where that counts, else as it is known of them.
fn agreed(world: &World, who: &Recognised, enquiry: &Enquiry, heard: &Heard) -> bool {
    let contact = who.contact.and_then(|id| world.find(id)).map(|contact| contact.consent);
    let before = who.lead.and_then(|id| world.find(id)).map(|lead| lead.enquiry.consent);
    let known = || contact.or(before).unwrap_or(enquiry.consent);
    consent::bulk_mail(world, enquiry, heard).unwrap_or_else(known)
}

fn with_consent(enquiry: &Enquiry, consent: bool) -> Cow<'_, Enquiry> {
    if enquiry.consent == consent {
        return Cow::Borrowed(enquiry);
    }
    Cow::Owned(Enquiry { consent, ..enquiry.clone() })
}

/// The verdict on an enquiry of one party.
fn settled(
    world: &World,
    input: Input,
    enquiry: &Enquiry,
    whose: &Whose,
    (continued, alike): (Option<(LeadId, PartyKey)>, Option<Before<'_>>),
    ctx: &mut Ctx<'_, ()>,
) -> Decision {
    let who = &whose.who;
    let open = |lead: LeadId| world.find(lead).filter(|lead| lead.is_open());
    if let Some(lead) = who.lead.and_then(open) {
        return add(world, &input, lead, enquiry, whose, &names(&who.matched));
    }
    let closed = continued.as_ref().map(|(lead, _)| *lead);
    match continued.and_then(|(lead, key)| Some((open(lead)?, key))) {
        Some((lead, key)) => join(world, &input, lead, enquiry, &key),
        None => match alike {
            Some(Before::Add(lead, matched)) => {
                add(world, &input, lead, enquiry, whose, &[matched])
            }
            _ => capture(world, &input, enquiry, whose, closed, ctx),
        },
    }
}

fn capture(
    world: &World,
    input: &Input,
    enquiry: &Enquiry,
    whose: &Whose,
    closed: Option<LeadId>,
    ctx: &mut Ctx<'_, ()>,
) -> Decision {
    let who = &whose.who;
    let mut lead = Lead::new(ctx.id(), ctx.number(NumberKind::Lead), input.id, enquiry.clone());
    (lead.account, lead.contact) = (who.account, who.contact);
    lead.previous = who.lead.or(closed);
    lead.kept_apart.clone_from(&whose.apart);
    let input = input.created(lead.id, &lead.number)?;
    let customer = Customer { account: lead.account, contact: lead.contact };
    let mut parties = whose.claimed(world, introduce(world, enquiry, lead.id, customer));
    parties.extend(introduce_thread(world, enquiry, lead.id, closed));
    let captured = LeadCaptured {
        lead: lead.id,
        number: lead.number.clone(),
        input: input.id,
        channel: input.channel,
        part_of: input.part_of,
        enquiry: enquiry.clone(),
        previous: lead.previous,
        account: lead.account,
        contact: lead.contact,
        keys: named(&parties),
        kept_apart: lead.kept_apart.clone(),
    };
    let outcome = Outcome::nothing().put(input).changed(lead, captured);
    Ok(parties.into_iter().fold(outcome, Outcome::put))
}

/// Another input of the person whose lead it is.
fn add(
    world: &World,
    input: &Input,
    lead: &Lead,
    enquiry: &Enquiry,
    whose: &Whose,
    matched: &[String],
) -> Decision {
    let newer = lead.newer_facts(enquiry);
    let fuller = lead.add_enquiry(enquiry, Some(&newer))?;
    let customer = Customer { account: lead.account, contact: lead.contact };
    let mut parties = whose.claimed(world, introduce(world, enquiry, lead.id, customer));
    parties.extend(introduce_thread(world, enquiry, lead.id, None));
    added(input, fuller, enquiry, newer, (matched, false), parties)
}

/// An answer within the conversation of a lead, from an address that nobody knows. Under the name of
/// the lead's person it is theirs; under another it is a colleague's, who keeps their own identity.
fn join(
    world: &World,
    input: &Input,
    lead: &Lead,
    enquiry: &Enquiry,
    thread: &PartyKey,
) -> Decision {
    let matched = names(std::slice::from_ref(thread));
    if same_name(lead, enquiry) {
        let whose = Whose { who: Recognised::default(), said: false, apart: Vec::new() };
        return add(world, input, lead, enquiry, &whose, &matched);
    }
    let newer = lead.newer_facts(enquiry);
    let nobody = Person::default();
    let fuller = lead.add_enquiry(&Enquiry { person: nobody, ..enquiry.clone() }, Some(&newer))?;
    let parties = introduce_thread(world, enquiry, lead.id, None);
    added(input, fuller, enquiry, newer, (&matched, true), parties)
}

/// The lead, fuller by what an enquiry says, which its own person wrote or another.
fn added(
    input: &Input,
    fuller: Lead,
    enquiry: &Enquiry,
    newer: NewerFacts,
    (matched, another_person): (&[String], bool),
    parties: Vec<Party>,
) -> Decision {
    let input = input.joined(fuller.id, &fuller.number, another_person)?;
    let event = LeadEnquiryAdded {
        lead: fuller.id,
        input: input.id,
        channel: input.channel,
        part_of: input.part_of,
        enquiry: enquiry.clone(),
        newer: Some(newer),
        matched: matched.to_vec(),
        another_person,
        keys: named(&parties),
    };
    let outcome = Outcome::nothing().put(input).changed(fuller, event);
    Ok(parties.into_iter().fold(outcome, Outcome::put))
}

fn names(keys: &[PartyKey]) -> Vec<String> {
    keys.iter().map(ToString::to_string).collect()
}

/// The keys of these parties, as events name them.
fn named(parties: &[Party]) -> Vec<String> {
    parties.iter().map(|party| party.key.to_string()).collect()
}

fn same_name(lead: &Lead, enquiry: &Enquiry) -> bool {
    let name = |person: &Person| person.full_name().map(|name| name.to_lowercase());
    let theirs = name(&lead.enquiry.person);
    theirs.is_some() && theirs == name(&enquiry.person)
}

pub(super) fn reject(input: &Input, kind: Option<NoLead>, reason: &str) -> Decision {
    let input = input.judged(&InputAction::Reject, reason)?;
    let reason = reason.to_owned();
    let (channel, part_of) = (input.channel, input.part_of);
    let event = InputRejected { input: input.id, channel, part_of, kind, reason };
    Ok(Outcome::nothing().changed(input, event))
}

/// Sets an input aside, with what was read of it.
pub(super) fn hold(
    input: Input,
    hold_reason: HoldReason,
    reason: &str,
    parties: &[Uuid],
    evidence: &[Evidence],
) -> Decision {
    let input = input.judged(&InputAction::Hold, reason)?;
    let event = InputHeld {
        input: input.id,
        channel: input.channel,
        part_of: input.part_of,
        hold_reason,
        reason: reason.to_owned(),
        enquiry: input.enquiry.clone().map(Box::new),
        evidence: evidence.to_vec(),
        parties: parties.to_vec(),
    };
    Ok(Outcome::nothing().changed(input, event))
}
