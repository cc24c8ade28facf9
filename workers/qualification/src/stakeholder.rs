//! Who takes part in the decision on a lead: persons on the customer's side (F35), and rivals (F36).

use domain::commands::{
    LeadAddCompetitor, LeadAddStakeholder, LeadRemoveCompetitor, LeadRemoveStakeholder,
};
use domain::decide::{Outcome, Refusal, World};
use domain::events::{
    LeadCompetitorAdded, LeadCompetitorRemoved, LeadStakeholderAdded, LeadStakeholderRemoved,
};
use domain::ids::LeadId;
use domain::lead::Lead;
use domain::message::SubjectKind;
use domain::stakeholder::Stakeholder;
use domain::taking_part;

use crate::when::Then;

type Decision = Result<Outcome<Then>, Refusal>;

pub(crate) fn add_stakeholder(world: &World, command: &LeadAddStakeholder) -> Decision {
    let lead = world.known(command.lead)?;
    let asked = Stakeholder { contact: command.contact, role: command.role };
    let added = taking_part::add_stakeholder(world, lead, asked)?;
    Ok(said(lead, added, |lead, Stakeholder { contact, role }| LeadStakeholderAdded {
        lead,
        contact,
        role,
    }))
}

pub(crate) fn remove_stakeholder(world: &World, command: &LeadRemoveStakeholder) -> Decision {
    let lead = world.known(command.lead)?;
    let removed = taking_part::remove_stakeholder(lead, command.contact)?;
    Ok(said(lead, removed, |lead, contact| LeadStakeholderRemoved { lead, contact }))
}

pub(crate) fn add_competitor(world: &World, command: &LeadAddCompetitor) -> Decision {
    let lead = world.known(command.lead)?;
    let added = taking_part::add_competitor(lead, &command.competitor)?;
    Ok(said(lead, added, |lead, competitor| LeadCompetitorAdded { lead, competitor }))
}

pub(crate) fn remove_competitor(world: &World, command: &LeadRemoveCompetitor) -> Decision {
    let lead = world.known(command.lead)?;
    let removed = taking_part::remove_competitor(lead, &command.competitor)?;
    Ok(said(lead, removed, |lead, competitor| LeadCompetitorRemoved { lead, competitor }))
}

/// The changed lead with its event; nothing where it is so already.
fn said<T, E: Into<Then>>(
    lead: &Lead,
    changed: Option<(Lead, T)>,
    event: impl FnOnce(LeadId, T) -> E,
) -> Outcome<Then> {
    match changed {
        Some((edited, what)) => Outcome::nothing().changed(edited, event(lead.id, what)),
        None => Outcome::is_so(SubjectKind::Lead, lead.id),
    }
}
