//! The decisions of qualification, by the rules and by people.

use domain::commands::LeadDisqualify;
use domain::customer::Customer;
use domain::decide::{Already, Ctx, Hold, Locks, Needs, Outcome, Refusal, Root, Worker, World};
use domain::events::{LeadDisqualified, LeadReactivated, LeadScored};
use domain::lead::{Assessment, Lead, LeadAction, LeadState};
use domain::message::SubjectKind;
use domain::party::{recognise_lead, recognise_needs};
use domain::shelf::Shelf;

use crate::conversion::{By, convert};
use crate::customer;
use crate::facts::facts;
use crate::rules::{Rules, Ruling};
use crate::settings::QualificationSettings;
use crate::when::{Then, When};

/// The worker, with its settings and its rules.
#[derive(Debug)]
pub struct Qualification {
    settings: QualificationSettings,
    rules: Rules,
}

type Decision = Result<Outcome<Then>, Refusal>;

impl Qualification {
    #[must_use]
    pub const fn new(settings: QualificationSettings, rules: Rules) -> Self {
        Self { settings, rules }
    }
}

impl Worker for Qualification {
    const NAME: &'static str = "qualification";
    const LOCKS: Locks = &[
        (Root::Party, Hold::Writes),
        (Root::Account, Hold::Writes),
        (Root::Contact, Hold::Writes),
        (Root::Lead, Hold::Writes),
        (Root::Opportunity, Hold::Makes),
    ];
    type When = When;
    type Then = Then;
    /// The catalog, to see whether an enquiry names a product.
    type Facts = Shelf;

    fn needs(&self, when: &When, world: &World, needs: &mut Needs) {
        let Some(lead) = when.lead() else { return customer_needs(when, world, needs) };
        needs.lock(lead);
        // Parties are locked before leads: named by what the event says of them, all is loaded at the
        // first look. What the lead itself names beside that costs a second one.
        if let When::LeadCaptured(event) = when {
            recognise_needs(world, &event.enquiry, needs);
            event.contact.into_iter().for_each(|id| needs.lock(id));
            event.account.into_iter().for_each(|id| needs.lock(id));
        }
        if let When::LeadEnquiryAdded(event) = when {
            recognise_needs(world, &event.enquiry, needs);
        }
        let Some(lead) = world.find(lead).filter(|lead| lead.is_open()) else { return };
        // Whose lead it is, is asked where it may become a deal.
        if !matches!(when, When::LeadCaptured(_) | When::LeadEnquiryAdded(_) | When::LeadQualify(_))
        {
            return;
        }
        recognise_needs(world, &lead.enquiry, needs);
        let known = recognise_lead(world, lead);
        let chosen = when.chosen();
        let contacts = [known.contact, lead.contact, chosen.contact];
        contacts.into_iter().flatten().for_each(|id| needs.lock(id));
        let of_chosen = chosen.contact.and_then(|id| world.find(id)?.account);
        let accounts = [known.account, lead.account, chosen.account, of_chosen];
        accounts.into_iter().flatten().for_each(|id| needs.lock(id));
    }

    fn decide(&self, world: &World, when: &When, ctx: &mut Ctx<'_, Shelf>) -> Decision {
        match when {
            When::LeadCaptured(event) => self.assess(world, world.known(event.lead)?, ctx),
            When::LeadEnquiryAdded(event) => self.assess(world, world.known(event.lead)?, ctx),
            When::LeadQualify(command) => {
                self.qualify_by_hand(world, world.known(command.lead)?, when.chosen(), ctx)
            }
            When::LeadDisqualify(command) => {
                disqualify_by_hand(world.known(command.lead)?, command, ctx)
            }
            When::LeadReactivate(command) => reactivate(world.known(command.lead)?),
            When::AccountUpdate(command) => customer::update_account(world, command),
            When::AccountDeactivate(command) => customer::deactivate_account(world, command, ctx),
            When::AccountReactivate(command) => customer::reactivate_account(world, command),
            When::ContactUpdate(command) => customer::update_contact(world, command),
            When::ContactDeactivate(command) => customer::deactivate_contact(world, command, ctx),
            When::ContactReactivate(command) => customer::reactivate_contact(world, command),
        }
    }
}

fn customer_needs(when: &When, world: &World, needs: &mut Needs) {
    match when {
        When::AccountUpdate(command) => {
            needs.lock(command.account);
            // By which keys it is recognised then hangs on what it is.
            let account = world.find(command.account);
            let keys = account.map(|account| customer::keys_after(account, command));
            keys.iter().flatten().for_each(|key| needs.party(key));
        }
        When::AccountDeactivate(command) => needs.lock(command.account),
        When::AccountReactivate(command) => needs.lock(command.account),
        When::ContactUpdate(command) => needs.lock(command.contact),
        When::ContactDeactivate(command) => needs.lock(command.contact),
        When::ContactReactivate(command) => needs.lock(command.contact),
        _ => {}
    }
}

impl Qualification {
    /// Asks the rules. A lead that was closed meanwhile is left alone (F62).
    fn assess(&self, world: &World, lead: &Lead, ctx: &mut Ctx<'_, Shelf>) -> Decision {
        if !lead.is_open() {
            return Ok(Outcome::nothing());
        }
        let known = recognise_lead(world, lead);
        let answer = self.rules.ask(facts(lead, &known, ctx.facts));
        let mut assessment = answer.assessment;
        match answer.verdict {
            Some(Ruling::Qualify { offer }) => {
                let by = By::Rules(&assessment, offer);
                match convert(world, lead, &self.settings, by, ctx) {
                    Ok(outcome) => return Ok(outcome),
                    // Nobody asked for this step, so nobody waits for an answer: a person decides.
                    Err(refusal) => assessment.matched.push(refusal.to_string()),
                }
            }
            Some(Ruling::Disqualify { reason }) if lead.opportunity.is_none() => {
                let mut lead =
                    lead.apply(&LeadAction::Disqualify { at: ctx.now, reason: *reason })?;
                lead.assessment = Some(assessment.clone());
                let said = LeadDisqualified {
                    lead: lead.id,
                    disqualify_reason: *reason,
                    comment: None,
                    assessment: Some(assessment),
                };
                return Ok(Outcome::nothing().changed(lead, said));
            }
            Some(Ruling::Disqualify { .. }) => {
                assessment.matched.push(has_opportunity(lead).to_string());
            }
            None => {}
        }
        score(lead, assessment)
    }

    fn qualify_by_hand(
        &self,
        world: &World,
        lead: &Lead,
        chosen: Customer,
        ctx: &mut Ctx<'_, Shelf>,
    ) -> Decision {
        if let (LeadState::Qualified { .. }, Some(opportunity)) = (lead.state(), lead.opportunity) {
            return Ok(Outcome::already(Already {
                subject: SubjectKind::Opportunity,
                id: opportunity.0,
                reference: Some(lead.number.clone()),
            }));
        }
        convert(world, lead, &self.settings, By::Hand(chosen), ctx)
    }
}

/// The lead stays open; somebody decides with `lead.qualify` or `lead.disqualify`.
fn score(lead: &Lead, assessment: Assessment) -> Decision {
    if lead.assessment.as_ref() == Some(&assessment) {
        return Ok(Outcome::nothing());
    }
    let mut lead = lead.apply(&LeadAction::Score)?;
    lead.assessment = Some(assessment.clone());
    let said = LeadScored { lead: lead.id, assessment };
    Ok(Outcome::nothing().changed(lead, said))
}

fn disqualify_by_hand(lead: &Lead, command: &LeadDisqualify, ctx: &mut Ctx<'_, Shelf>) -> Decision {
    if let LeadState::Disqualified { reason, .. } = lead.state()
        && *reason == command.reason
    {
        return Ok(Outcome::already(itself(lead)));
    }
    if lead.opportunity.is_some() {
        return Err(has_opportunity(lead));
    }
    let lead = lead.apply(&LeadAction::Disqualify { at: ctx.now, reason: command.reason })?;
    let said = LeadDisqualified {
        lead: lead.id,
        disqualify_reason: command.reason,
        comment: command.comment.clone().map(String::from),
        assessment: None,
    };
    Ok(Outcome::nothing().changed(lead, said))
}

/// The lead is open again and keeps all it knew, its opportunity too (F66).
fn reactivate(lead: &Lead) -> Decision {
    if lead.is_open() {
        return Ok(Outcome::already(itself(lead)));
    }
    let lead = lead.apply(&LeadAction::Reactivate)?;
    let said = LeadReactivated { lead: lead.id };
    Ok(Outcome::nothing().changed(lead, said))
}

fn itself(lead: &Lead) -> Already {
    Already { subject: SubjectKind::Lead, id: lead.id.0, reference: Some(lead.number.clone()) }
}

/// F65: what has become a deal is lost there, not here.
fn has_opportunity(lead: &Lead) -> Refusal {
    let opportunity = lead.opportunity.map(|id| id.to_string()).unwrap_or_default();
    let message = format!(
        "The lead `{}` cannot be disqualified, for the opportunity `{opportunity}` hangs on it; lose \
         that one with `opportunity.lose`.",
        lead.number
    );
    let found = format!("opportunity {opportunity}");
    Refusal::no(SubjectKind::Lead, lead.id, "lead.has_opportunity", found, message)
}
