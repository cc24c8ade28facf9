//! The rules are asked about an open lead, and what they say is done.

use domain::decide::{Ctx, Outcome, Refusal, World};
use domain::enquiry::Enquiry;
use domain::events::{LeadDisqualified, LeadScored};
use domain::ids::LeadId;
use domain::lead::{Assessment, Lead, LeadAction, Trend};
use domain::likeness::Alike;
use domain::message::SubjectKind;
use domain::party::{Recognised, recognise_lead};
use domain::shelf::Shelf;
use uuid::Uuid;

use crate::conversion::{By, TWO_PARTIES, convert};
use crate::deal::standing;
use crate::duplicates;
use crate::facts::facts;
use crate::policy::Policy;
use crate::proposal::learn;
use crate::rules::Ruling;
use crate::when::Then;

type Decision = Result<Outcome<Then>, Refusal>;

impl Policy {
    /// Asks the rules, and learns from what its person said. A lead that was closed meanwhile is left alone (F62).
    pub(crate) fn take_up(
        &self,
        world: &World,
        lead: LeadId,
        said: Option<(&Enquiry, bool)>,
        ctx: &mut Ctx<'_, Shelf>,
    ) -> Decision {
        let lead = world.known(lead)?;
        if !lead.is_open() {
            return Ok(Outcome::nothing());
        }
        let assessed = self.assess(world, lead, ctx)?;
        Ok(match said {
            Some((said, first)) => learn(world, lead, said, first, ctx).and(assessed),
            None => assessed,
        })
    }

    /// Asks the rules.
    fn assess(&self, world: &World, lead: &Lead, ctx: &mut Ctx<'_, Shelf>) -> Decision {
        let known = recognise_lead(world, lead);
        let found = duplicates::found(world, &self.duplicates, lead, &known);
        let outcome = self.ruled(world, (lead, &known), &found, ctx)?;
        Ok(duplicates::told(world, &self.duplicates, lead, &found, outcome))
    }

    fn ruled(
        &self,
        world: &World,
        (lead, known): (&Lead, &Recognised),
        found: &[Alike<'_>],
        ctx: &mut Ctx<'_, Shelf>,
    ) -> Decision {
        let answer = self.rules.ask(facts(lead, known, ctx.facts));
        let mut assessment = answer.assessment;
        let before = lead.assessment.as_ref();
        assessment.trend = before.map(|before| Trend::between(before.score, assessment.score));
        let mut parties = Vec::new();
        let holding = duplicates::holding(found);
        match answer.verdict {
            Some(Ruling::Qualify { .. }) if holding.is_some() => assessment.matched.extend(holding),
            Some(Ruling::Qualify { offer }) => {
                let by = By::Rules(&assessment, offer);
                match convert(world, lead, &self.terms, by, ctx) {
                    Ok(outcome) => return Ok(outcome),
                    // Nobody asked for this step, so nobody waits for an answer: a person decides.
                    Err(refusal) => {
                        assessment.matched.push(refusal.to_string());
                        if refusal.reason().rule == TWO_PARTIES {
                            let conflict = known.conflict.as_ref();
                            parties = conflict.map_or_else(Vec::new, |it| it.parties.clone());
                        }
                    }
                }
            }
            Some(Ruling::Disqualify { reason }) => match no_deal(world, lead) {
                Ok(()) => {
                    let mut lead =
                        lead.apply(&LeadAction::Disqualify { at: ctx.now, reason: *reason })?;
                    lead.assessment = Some(assessment.clone());
                    let said = LeadDisqualified {
                        lead: lead.id,
                        disqualify_reason: *reason,
                        comment: None,
                        assessment: Some(assessment),
                        released: Vec::new(),
                    };
                    return Ok(Outcome::nothing().changed(lead, said));
                }
                Err(refusal) => assessment.matched.push(refusal.to_string()),
            },
            None => {}
        }
        score(lead, assessment, parties)
    }
}

/// The lead stays open; somebody decides with `lead.qualify` or `lead.disqualify`.
fn score(lead: &Lead, assessment: Assessment, parties: Vec<Uuid>) -> Decision {
    // How it moved is nothing new by itself.
    let same = |it: &Assessment| Assessment { trend: assessment.trend, ..it.clone() } == assessment;
    if lead.assessment.as_ref().is_some_and(same) {
        return Ok(Outcome::nothing());
    }
    let mut lead = lead.apply(&LeadAction::Score)?;
    lead.assessment = Some(assessment.clone());
    let said = LeadScored { lead: lead.id, assessment, parties };
    Ok(Outcome::nothing().changed(lead, said))
}

/// F65: what has become a deal is lost there, not here.
pub(crate) fn no_deal(world: &World, lead: &Lead) -> Result<(), Refusal> {
    let Some(opportunity) = standing(world, lead)? else { return Ok(()) };
    let message = format!(
        "The lead `{}` cannot be disqualified, for the opportunity `{opportunity}` hangs on it; lose \
         that one with `opportunity.lose`.",
        lead.number
    );
    let found = format!("opportunity {opportunity}");
    Err(Refusal::no(SubjectKind::Lead, lead.id, "lead.has_opportunity", found, message))
}
