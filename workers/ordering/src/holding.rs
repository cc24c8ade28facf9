//! A deal is put on hold, and goes on (F86).

use domain::commands::{OpportunityHold, OpportunityResume};
use domain::decide::{Ctx, Outcome, Refusal, World};
use domain::events::{OpportunityHeld, OpportunityResumed};
use domain::message::SubjectKind;
use domain::opportunity::{OpportunityAction, OpportunityState};
use domain::rates::Rates;

use crate::closing::refused;
use crate::when::Then;

pub(crate) fn hold(
    world: &World,
    command: &OpportunityHold,
    ctx: &Ctx<'_, Rates>,
) -> Result<Outcome<Then>, Refusal> {
    let opportunity = world.known(command.opportunity)?;
    let reason = command.reason.to_string();
    if matches!(&opportunity.state, OpportunityState::OnHold { reason: why, .. } if *why == reason)
    {
        return Ok(Outcome::is_so(SubjectKind::Opportunity, opportunity.id));
    }
    if reason.is_empty() {
        let message = format!(
            "The opportunity `{}` is not put on hold without a reason; send `opportunity.hold` with one.",
            opportunity.id
        );
        return Err(refused(opportunity, "opportunity.no_reason", message));
    }
    let hold = OpportunityAction::Hold { at: ctx.now, reason: reason.clone() };
    let held = opportunity.apply(&hold)?;
    let said = OpportunityHeld { opportunity: held.id, reason };
    Ok(Outcome::nothing().changed(held, said))
}

pub(crate) fn resume(world: &World, command: &OpportunityResume) -> Result<Outcome<Then>, Refusal> {
    let opportunity = world.known(command.opportunity)?;
    if opportunity.state == OpportunityState::Open {
        return Ok(Outcome::is_so(SubjectKind::Opportunity, opportunity.id));
    }
    let open = opportunity.apply(&OpportunityAction::Resume)?;
    let said = OpportunityResumed { opportunity: open.id };
    Ok(Outcome::nothing().changed(open, said))
}
