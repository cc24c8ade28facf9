//! Duplicates: whoever is alike a lead is noted, and by some rules holds it until a person has looked (F20, F21, F61).
//!
//! They are looked for here and not where the lead is captured: by then its keys are committed, and so are those of
//! whoever came at the same time. So of two who race, the one that is asked last sees the other.

use domain::commands::DuplicateClose;
use domain::customer::Customer;
use domain::decide::{Ctx, Needs, Outcome, Record, Refusal, World};
use domain::duplicate::{Duplicate, DuplicateAction, DuplicateState, DuplicateStep, id_of};
use domain::events::{DuplicateClosed, LeadDuplicateFound};
use domain::lead::{Lead, LeadState};
use domain::likeness::{Alike, Asked, DuplicateRules, Like, alike, alike_needs, not_kept_apart};
use domain::message::SubjectKind;
use domain::party::Recognised;
use domain::shelf::Shelf;

use crate::when::Then;

/// Names what [`found`] must know.
pub(crate) fn needs(
    world: &World,
    rules: &DuplicateRules,
    (lead, known): (&Lead, &Recognised),
    needs: &mut Needs,
) {
    alike_needs(world, rules, asked(lead, known), needs);
}

/// Whoever is alike, and whom nobody has told apart.
pub(crate) fn found<'r>(
    world: &World,
    rules: &'r DuplicateRules,
    lead: &Lead,
    known: &Recognised,
) -> Vec<Alike<'r>> {
    let found = alike(world, rules, asked(lead, known)).into_iter();
    let customer = Customer { account: known.account, contact: known.contact };
    found.filter(|it| not_kept_apart(world, lead, customer, it)).collect()
}

const fn asked<'a>(lead: &'a Lead, known: &Recognised) -> Asked<'a> {
    let customer = Customer { account: known.account, contact: known.contact };
    Asked { enquiry: &lead.enquiry, lead: Some(lead), customer, last: lead.previous }
}

/// Why no rule may qualify the lead, as a finished sentence. What was to be blocked and came at the same moment as the
/// other is a lead by now, and held like the rest.
pub(crate) fn holding(found: &[Alike<'_>]) -> Option<String> {
    let holds =
        |it: &&Alike<'_>| matches!(it.rule.action, DuplicateAction::Hold | DuplicateAction::Block);
    let Alike { like, rule, score, .. } = found.iter().find(holds)?;
    let (kind, id) = match like {
        Like::Lead(id) => (SubjectKind::Lead, id.0),
        Like::Contact(id) => (SubjectKind::Contact, id.0),
        Like::Account(id) => (SubjectKind::Account, id.0),
    };
    Some(format!(
        "Held, for the {kind} `{id}` is alike by the rule \"{}\" (score {score}): qualify the lead with `lead.qualify`, \
         which may name the customer, or disqualify it.",
        rule.name
    ))
}

/// Notes those that are new. Nobody is a duplicate of what is no lead.
pub(crate) fn told(
    world: &World,
    rules: &DuplicateRules,
    lead: &Lead,
    found: &[Alike<'_>],
    mut outcome: Outcome<Then>,
) -> Outcome<Then> {
    let mut ours = outcome.records.iter().filter_map(|record| match record {
        Record::Lead(lead) => Some(lead),
        _ => None,
    });
    let changed = ours.next();
    if changed.is_some_and(|lead| matches!(lead.state(), LeadState::Disqualified { .. })) {
        return outcome;
    }
    let new = |it: &&Alike<'_>| it.pairs(lead).all(|id| world.find(id).is_none());
    let new: Vec<_> = found.iter().filter(new).map(|it| duplicate(rules, lead, it)).collect();
    if changed.is_none() && !new.is_empty() {
        outcome = outcome.put(lead.clone());
    }
    new.into_iter().fold(outcome, |outcome, duplicate| {
        let said = said(&duplicate);
        outcome.changed(duplicate, said)
    })
}

fn duplicate(rules: &DuplicateRules, lead: &Lead, alike: &Alike<'_>) -> Duplicate {
    let (other_lead, contact, account) = match alike.like {
        Like::Lead(id) => (Some(id), None, None),
        Like::Contact(id) => (None, Some(id), None),
        Like::Account(id) => (None, None, Some(id)),
    };
    Duplicate {
        id: id_of(lead.id.0, alike.like.id()),
        sequence: 0,
        lead: lead.id,
        other_lead,
        contact,
        account,
        rules: rules.version().to_owned(),
        rule: alike.rule.name.clone(),
        action: alike.rule.action,
        score: alike.score,
        evidence: alike.evidence.clone(),
        more: alike.more,
        state: DuplicateState::Open,
    }
}

fn said(found: &Duplicate) -> LeadDuplicateFound {
    let Duplicate { id, lead, other_lead, contact, account, action, score, more, .. } = *found;
    LeadDuplicateFound {
        lead,
        duplicate: id,
        other_lead,
        contact,
        account,
        rules: found.rules.clone(),
        rule: found.rule.clone(),
        action,
        score,
        evidence: found.evidence.clone(),
        more,
    }
}

/// A person has looked.
pub(crate) fn close(
    world: &World,
    command: &DuplicateClose,
    ctx: &Ctx<'_, Shelf>,
) -> Result<Outcome<Then>, Refusal> {
    let known = world.known(command.duplicate)?;
    if !known.is_open() {
        return Ok(Outcome::is_so(SubjectKind::Duplicate, known.id));
    }
    let closed = known.apply(&DuplicateStep::Close { at: ctx.now })?;
    let comment = String::from(command.reason.clone());
    let said = DuplicateClosed { duplicate: closed.id, comment };
    Ok(Outcome::nothing().changed(closed, said))
}
