//! Whoever is alike, where a rule keeps an enquiry from becoming a lead of its own. Most installations have no such
//! rule, and look for nobody here: what is only noted is found by qualification.

use domain::customer::Customer;
use domain::decide::{Needs, World};
use domain::duplicate::DuplicateAction;
use domain::enquiry::Enquiry;
use domain::lead::Lead;
use domain::likeness::{Alike, Asked, DuplicateRules, Like, alike, alike_needs};
use domain::party::{Recognised, recognise};
use uuid::Uuid;

/// What happens before a lead is made.
pub(super) enum Before<'w> {
    /// A person must look: a finished sentence, and the other party.
    Hold(String, Uuid),
    /// The enquiry is one of this lead, recognised by that rule.
    Add(&'w Lead, String),
}

/// Names what [`first`] must know.
pub(super) fn needs(world: &World, rules: &DuplicateRules, enquiry: &Enquiry, needs: &mut Needs) {
    if !rules.ask_before_capture() {
        return;
    }
    let who = recognise(world, enquiry);
    alike_needs(world, rules, asked(enquiry, &who), needs);
    for found in alike(world, rules, asked(enquiry, &who)) {
        if let (DuplicateAction::NewEnquiry, Like::Lead(lead)) = (found.rule.action, found.like) {
            needs.lock(lead);
        }
    }
}

/// What the first rule says that lets no lead be made.
pub(super) fn first<'w>(
    world: &'w World,
    rules: &DuplicateRules,
    enquiry: &Enquiry,
    who: &Recognised,
) -> Option<Before<'w>> {
    if !rules.ask_before_capture() {
        return None;
    }
    let found = alike(world, rules, asked(enquiry, who));
    let before = |Alike { like, rule, score, .. }: Alike<'_>| match (rule.action, like) {
        (DuplicateAction::Block, _) => {
            let reason = format!(
                "`{}` is alike by the rule \"{}\" (score {score}). Find out whether it is the same party; released, \
                 the input becomes a lead of its own.",
                like.id(),
                rule.name
            );
            Some(Before::Hold(reason, like.id()))
        }
        (DuplicateAction::NewEnquiry, Like::Lead(lead)) => {
            let lead = world.find(lead).filter(|lead| lead.is_open())?;
            Some(Before::Add(lead, format!("rule {} ({score})", rule.name)))
        }
        _ => None,
    };
    found.into_iter().find_map(before)
}

const fn asked<'a>(enquiry: &'a Enquiry, who: &Recognised) -> Asked<'a> {
    let customer = Customer { account: who.account, contact: who.contact };
    Asked { enquiry, lead: None, customer, last: who.lead }
}
