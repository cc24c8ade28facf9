//! Who takes part in the decision on a deal: persons on the customer's side (F35), and rivals (F36).

use domain::commands::{
    OpportunityAddCompetitor, OpportunityAddStakeholder, OpportunityRemoveCompetitor,
    OpportunityRemoveStakeholder,
};
use domain::decide::{Outcome, World};
use domain::events::{
    OpportunityCompetitorAdded, OpportunityCompetitorRemoved, OpportunityStakeholderAdded,
    OpportunityStakeholderRemoved,
};
use domain::ids::OpportunityId;
use domain::message::SubjectKind;
use domain::opportunity::Opportunity;
use domain::stakeholder::Stakeholder;
use domain::taking_part;

use crate::when::{Decision, Then};

pub(crate) fn add_stakeholder(world: &World, command: &OpportunityAddStakeholder) -> Decision {
    let opportunity = world.known(command.opportunity)?;
    let asked = Stakeholder { contact: command.contact, role: command.role };
    let added = taking_part::add_stakeholder(world, opportunity, asked)?;
    Ok(said(opportunity, added, |opportunity, Stakeholder { contact, role }| {
        OpportunityStakeholderAdded { opportunity, contact, role }
    }))
}

pub(crate) fn remove_stakeholder(
    world: &World,
    command: &OpportunityRemoveStakeholder,
) -> Decision {
    let opportunity = world.known(command.opportunity)?;
    let removed = taking_part::remove_stakeholder(opportunity, command.contact)?;
    Ok(said(opportunity, removed, |opportunity, contact| OpportunityStakeholderRemoved {
        opportunity,
        contact,
    }))
}

pub(crate) fn add_competitor(world: &World, command: &OpportunityAddCompetitor) -> Decision {
    let opportunity = world.known(command.opportunity)?;
    let added = taking_part::add_competitor(opportunity, &command.competitor)?;
    Ok(said(opportunity, added, |opportunity, competitor| OpportunityCompetitorAdded {
        opportunity,
        competitor,
    }))
}

pub(crate) fn remove_competitor(world: &World, command: &OpportunityRemoveCompetitor) -> Decision {
    let opportunity = world.known(command.opportunity)?;
    let removed = taking_part::remove_competitor(opportunity, &command.competitor)?;
    Ok(said(opportunity, removed, |opportunity, competitor| OpportunityCompetitorRemoved {
        opportunity,
        competitor,
    }))
}

/// The changed deal with its event; nothing where it is so already.
fn said<T, E: Into<Then>>(
    deal: &Opportunity,
    changed: Option<(Opportunity, T)>,
    event: impl FnOnce(OpportunityId, T) -> E,
) -> Outcome<Then> {
    match changed {
        Some((edited, what)) => Outcome::nothing().changed(edited, event(deal.id, what)),
        None => Outcome::is_so(SubjectKind::Opportunity, deal.id),
    }
}
