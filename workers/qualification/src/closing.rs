//! People qualify, disqualify and reactivate leads.

use domain::commands::{LeadDisqualify, LeadQualify};
use domain::decide::{Already, Ctx, Outcome, Refusal, World};
use domain::events::{LeadDisqualified, LeadReactivated};
use domain::lead::{DisqualifyReason, Lead, LeadAction, LeadState};
use domain::message::SubjectKind;
use domain::shelf::Shelf;

use crate::assessing::no_deal;
use crate::conversion::{By, convert};
use crate::lead::itself;
use crate::terms::Terms;
use crate::when::Then;

type Decision = Result<Outcome<Then>, Refusal>;

/// Qualifies a lead, whatever the rules say of it.
pub(crate) fn qualify(
    world: &World,
    lead: &Lead,
    command: &LeadQualify,
    terms: &Terms,
    ctx: &mut Ctx<'_, Shelf>,
) -> Decision {
    if let (LeadState::Qualified { .. }, Some(opportunity)) = (lead.state(), lead.opportunity) {
        return Ok(Outcome::already(Already {
            subject: SubjectKind::Opportunity,
            id: opportunity.0,
            reference: Some(lead.number.clone()),
        }));
    }
    convert(world, lead, terms, By::Hand(command), ctx)
}

pub(crate) fn disqualify(
    world: &World,
    lead: &Lead,
    command: &LeadDisqualify,
    ctx: &mut Ctx<'_, Shelf>,
) -> Decision {
    if let LeadState::Disqualified { reason, .. } = lead.state()
        && *reason == command.reason
    {
        return Ok(Outcome::already(itself(lead)));
    }
    no_deal(world, lead)?;
    if command.reason == DisqualifyReason::ImportUndone {
        let message = "`import_undone` is said of leads whose import is undone with `lead.undo`; give another reason.";
        return Err(Refusal::no(
            SubjectKind::Lead,
            lead.id,
            "lead.reason",
            "import_undone",
            message,
        ));
    }
    let lead = lead.apply(&LeadAction::Disqualify { at: ctx.now, reason: command.reason })?;
    let said = LeadDisqualified {
        lead: lead.id,
        disqualify_reason: command.reason,
        comment: command.comment.clone().map(String::from),
        assessment: None,
        released: Vec::new(),
    };
    Ok(Outcome::nothing().changed(lead, said))
}

/// The lead is open again and keeps all it knew, its opportunity too (F66).
pub(crate) fn reactivate(lead: &Lead) -> Decision {
    if lead.is_open() {
        return Ok(Outcome::already(itself(lead)));
    }
    let lead = lead.apply(&LeadAction::Reactivate)?;
    let said = LeadReactivated { lead: lead.id };
    Ok(Outcome::nothing().changed(lead, said))
}
