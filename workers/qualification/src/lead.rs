//! An open lead is corrected by a person; the rules are asked again then, as after any new fact.

use domain::commands::LeadUpdate;
use domain::correction::Correction;
use domain::customer::Customer;
use domain::decide::{Already, Ctx, Outcome, Refusal, World};
use domain::enquiry::{Channel, Enquiry};
use domain::events::LeadUpdated;
use domain::ids::Id;
use domain::lead::{Lead, LeadAction};
use domain::message::{Message, Subject, SubjectKind};
use domain::party::{Party, PartyKey, introduce, person_keys};
use domain::shelf::Shelf;

use crate::when::Then;
use domain::refusal::expect;

/// What a lead knows that nobody corrects: it is how an input came, and consent has a history of its own.
const TOLD_ELSEWHERE: [&str; 5] = ["certainty", "consent", "consents", "submitted_at", "thread"];

pub(crate) fn update_lead(
    world: &World,
    command: &LeadUpdate,
    region: &str,
    ctx: &Ctx<'_, Shelf>,
) -> Result<Outcome<Then>, Refusal> {
    let lead = world.known(command.lead)?;
    if let Some(field) = TOLD_ELSEWHERE.into_iter().find(|field| command.enquiry.names(field)) {
        let message = format!(
            "The field `enquiry.{field}` of a lead is not corrected; leave it out. `leadmill show lead {}` shows what \
             can be.",
            lead.number
        );
        return Err(Refusal::no(SubjectKind::Lead, lead.id, "lead.fixed_field", field, message));
    }
    let corrected = forms::corrected(&command.enquiry, region);
    let corrected = corrected.map_err(|malformed| malformed.refusal(command.subject()))?;
    let now = after(lead, &corrected);
    if now == lead.enquiry {
        return Ok(Outcome::already(itself(lead)));
    }
    let about = Subject { kind: SubjectKind::Lead, id: lead.id.uuid() };
    expect(about, lead.sequence, command.expected_sequence)?;
    change_lead(world, lead, now, ctx)
}

/// The answer that a lead is as somebody wants it.
pub(crate) fn itself(lead: &Lead) -> Already {
    Already { subject: SubjectKind::Lead, id: lead.id.0, reference: Some(lead.number.clone()) }
}

/// The enquiry of a lead once that is corrected.
pub(crate) fn after(lead: &Lead, correction: &Correction) -> Enquiry {
    correction.of(Some(&lead.enquiry), Channel::Web).unwrap_or_else(|| lead.enquiry.clone())
}

/// A lead as somebody says that it is.
///
/// # Errors
/// [`Refusal`] where it is closed.
pub(crate) fn change_lead(
    world: &World,
    lead: &Lead,
    now: Enquiry,
    ctx: &Ctx<'_, Shelf>,
) -> Result<Outcome<Then>, Refusal> {
    let mut updated = lead.apply(&LeadAction::Update)?;
    let (from, to) = Correction::between(&lead.enquiry, &now);
    let customer = Customer { account: lead.account, contact: lead.contact };
    let claimed = introduce(world, &now, lead.id, customer);
    let released = released(world, lead, &now);
    updated.enquiry = now;
    let named = |parties: &[Party]| parties.iter().map(|party| party.key.to_string()).collect();
    let by = ctx.by();
    let (keys, gone) = (named(&claimed), named(&released));
    let said = LeadUpdated { lead: lead.id, from, to, by, keys, released: gone };
    let parties = claimed.into_iter().chain(released);
    Ok(parties.fold(Outcome::nothing(), Outcome::put).changed(updated, said))
}

/// The keys that were this lead's alone and are no key of it any more.
fn released(world: &World, lead: &Lead, now: &Enquiry) -> Vec<Party> {
    let kept = person_keys(now);
    let gone = person_keys(&lead.enquiry).into_iter().filter(|key| !kept.contains(key));
    let known = |key: PartyKey| world.party(&key).cloned();
    let ours = |party: &Party| party.lead == Some(lead.id) && party.contact.is_none();
    gone.filter_map(known).filter(ours).map(|party| Party::unknown(party.key)).collect()
}
