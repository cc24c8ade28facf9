//! Who takes part in the decision on a deal: persons on the customer's side (F35), and rivals (F36).

use domain::commands::{
    OpportunityAddCompetitor, OpportunityAddStakeholder, OpportunityRemoveCompetitor,
    OpportunityRemoveStakeholder,
};
use domain::decide::{Outcome, Refusal, World};
use domain::events::{
    OpportunityCompetitorAdded, OpportunityCompetitorRemoved, OpportunityStakeholderAdded,
    OpportunityStakeholderRemoved,
};
use domain::message::SubjectKind;
use domain::opportunity::{Opportunity, OpportunityAction};
use domain::stakeholder::{COMPETITORS_MAX, STAKEHOLDERS_MAX, Stakeholder};
use domain::survivor::survivor;

use crate::when::Decision;

pub(crate) fn add_stakeholder(world: &World, command: &OpportunityAddStakeholder) -> Decision {
    let opportunity = world.known(command.opportunity)?;
    let contact = survivor(world, command.contact);
    let stakeholder = Stakeholder { contact, role: command.role };
    if opportunity.stakeholders.contains(&stakeholder) {
        return Ok(Outcome::is_so(SubjectKind::Opportunity, opportunity.id));
    }
    let edited = opportunity.apply(&OpportunityAction::Edit)?;
    world.known(contact)?;
    let edited = edited.with_stakeholder(stakeholder);
    if edited.stakeholders.len() > STAKEHOLDERS_MAX {
        let message = format!(
            "The opportunity `{}` has {STAKEHOLDERS_MAX} stakeholders, the most it can have; remove one with \
             `opportunity.remove_stakeholder` first.",
            opportunity.id
        );
        return Err(refused(opportunity, "opportunity.stakeholders_max", message));
    }
    let Stakeholder { contact, role } = stakeholder;
    let said = OpportunityStakeholderAdded { opportunity: edited.id, contact, role };
    Ok(Outcome::nothing().changed(edited, said))
}

pub(crate) fn remove_stakeholder(
    world: &World,
    command: &OpportunityRemoveStakeholder,
) -> Decision {
    let (opportunity, contact) = (world.known(command.opportunity)?, command.contact);
    if !opportunity.stakeholders.iter().any(|known| known.contact == contact) {
        return Ok(Outcome::is_so(SubjectKind::Opportunity, opportunity.id));
    }
    let edited = opportunity.apply(&OpportunityAction::Edit)?.without_stakeholder(contact);
    let said = OpportunityStakeholderRemoved { opportunity: edited.id, contact };
    Ok(Outcome::nothing().changed(edited, said))
}

pub(crate) fn add_competitor(world: &World, command: &OpportunityAddCompetitor) -> Decision {
    let (opportunity, name) = (world.known(command.opportunity)?, command.competitor.to_string());
    if opportunity.competitor(&name).is_some() {
        return Ok(Outcome::is_so(SubjectKind::Opportunity, opportunity.id));
    }
    let edited = opportunity.apply(&OpportunityAction::Edit)?;
    if name.is_empty() {
        let message = "A competitor has a name; write it in `competitor`.".to_owned();
        return Err(refused(opportunity, "opportunity.competitor", message));
    }
    let edited = edited.with_competitor(&name);
    if edited.competitors.len() > COMPETITORS_MAX {
        let message = format!(
            "The opportunity `{}` has {COMPETITORS_MAX} competitors, the most it can have; remove one with \
             `opportunity.remove_competitor` first.",
            opportunity.id
        );
        return Err(refused(opportunity, "opportunity.competitors_max", message));
    }
    let said = OpportunityCompetitorAdded { opportunity: edited.id, competitor: name };
    Ok(Outcome::nothing().changed(edited, said))
}

pub(crate) fn remove_competitor(world: &World, command: &OpportunityRemoveCompetitor) -> Decision {
    let opportunity = world.known(command.opportunity)?;
    let Some(competitor) = opportunity.competitor(&command.competitor).map(str::to_owned) else {
        return Ok(Outcome::is_so(SubjectKind::Opportunity, opportunity.id));
    };
    let edited = opportunity.apply(&OpportunityAction::Edit)?.without_competitor(&competitor);
    let said = OpportunityCompetitorRemoved { opportunity: edited.id, competitor };
    Ok(Outcome::nothing().changed(edited, said))
}

fn refused(opportunity: &Opportunity, rule: &'static str, message: String) -> Refusal {
    Refusal::no(SubjectKind::Opportunity, opportunity.id, rule, "open", message)
}
