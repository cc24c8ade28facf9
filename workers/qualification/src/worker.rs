//! The decisions of qualification, by the rules and by people.

use domain::commands::{LeadDisqualify, LeadQualify};
use domain::decide::{Already, Ctx, Hold, Locks, Needs, Outcome, Refusal, Root, Worker, World};
use domain::enquiry::Enquiry;
use domain::events::{LeadDisqualified, LeadReactivated, LeadScored};
use domain::ids::{AccountId, LeadId};
use domain::lead::{Assessment, DisqualifyReason, Lead, LeadAction, LeadState, Trend};
use domain::likeness::{Alike, DuplicateRules};
use domain::message::SubjectKind;
use domain::party::{Recognised, person_keys, recognise_lead, recognise_needs};
use domain::shelf::Shelf;

use crate::bulk;
use crate::consent::{consent_needs, follow_consent};
use crate::conversion::{By, Terms, convert};
use crate::customer::{self, account_after, account_keys, contact_after, contact_keys};
use crate::deal::{standing, standing_needs};
use crate::duplicates;
use crate::facts::facts;
use crate::field_map::FieldMap;
use crate::lead::{after, itself, update_lead};
use crate::proposal::{self, accept_needs, learn, learning_needs};
use crate::rules::{Rules, Ruling};
use crate::settings::QualificationSettings;
use crate::when::{Then, When};
use crate::{apart, direct, merge, undo};

/// The worker, with its settings, its field map and its rules.
#[derive(Debug)]
pub struct Qualification {
    terms: Terms,
    rules: Rules,
    /// The country of telephones without a code; empty: none.
    region: String,
    duplicates: DuplicateRules,
}

type Decision = Result<Outcome<Then>, Refusal>;

impl Qualification {
    #[must_use]
    pub fn new(settings: QualificationSettings, rules: Rules, map: FieldMap) -> Self {
        let (region, duplicates) = (String::new(), DuplicateRules::default());
        Self { terms: Terms { settings, map }, rules, region, duplicates }
    }

    /// The same, looking for duplicates by these rules.
    #[must_use]
    pub fn looking_for(self, duplicates: DuplicateRules) -> Self {
        Self { duplicates, ..self }
    }

    /// The same, where telephones without a code are of that country (ISO 3166 alpha-2).
    #[must_use]
    pub fn in_region(self, region: &str) -> Self {
        Self { region: region.to_owned(), ..self }
    }
}

impl Worker for Qualification {
    const NAME: &'static str = "qualification";
    const LOCKS: Locks = &[
        (Root::Party, Hold::Writes),
        // Which leads are rows of a file.
        (Root::Input, Hold::Looks),
        (Root::Bulk, Hold::Writes),
        (Root::Account, Hold::Writes),
        (Root::Contact, Hold::Writes),
        (Root::Lead, Hold::Writes),
        (Root::Duplicate, Hold::Writes),
        (Root::Opportunity, Hold::Writes),
        (Root::Proposal, Hold::Writes),
    ];
    type When = When;
    type Then = Then;
    /// The catalog, to see whether an enquiry names a product.
    type Facts = Shelf;

    fn needs(&self, when: &When, world: &World, needs: &mut Needs) {
        let Some(lead) = when.lead() else { return self.other_needs(when, world, needs) };
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
        let Some(lead) = world.find(lead) else { return };
        if matches!(when, When::LeadDisqualify(_)) {
            return standing_needs(lead, needs);
        }
        if !lead.is_open() {
            return;
        }
        match when {
            When::LeadCaptured(event) => learning_needs(world, lead, &event.enquiry, true, needs),
            When::LeadEnquiryAdded(event) if !event.another_person => {
                learning_needs(world, lead, &event.enquiry, false, needs);
            }
            When::LeadUpdate(command) => {
                if let Ok(corrected) = forms::corrected(&command.enquiry, &self.region) {
                    recognise_needs(world, &after(lead, &corrected), needs);
                }
                person_keys(&lead.enquiry).iter().for_each(|key| needs.party(key));
                return;
            }
            When::LeadReactivate(_) => return,
            // Whose lead it is, is asked where it may become a deal.
            _ => {}
        }
        standing_needs(lead, needs);
        recognise_needs(world, &lead.enquiry, needs);
        let known = recognise_lead(world, lead);
        let chosen = when.chosen();
        let contacts = [known.contact, lead.contact, chosen.contact];
        contacts.into_iter().flatten().for_each(|id| needs.lock(id));
        let of_chosen = chosen.contact.and_then(|id| world.find(id)?.account);
        let accounts = [known.account, lead.account, chosen.account, of_chosen];
        accounts.into_iter().flatten().for_each(|id| needs.lock(id));
        if !matches!(when, When::LeadQualify(_)) {
            duplicates::needs(world, &self.duplicates, (lead, &known), needs);
        }
    }

    fn decide(&self, world: &World, when: &When, ctx: &mut Ctx<'_, Shelf>) -> Decision {
        if let Some(refusal) = merged_meanwhile(world, when) {
            return refusal;
        }
        match when {
            When::LeadCaptured(event) => {
                self.take_up(world, event.lead, Some((&event.enquiry, true)), ctx)
            }
            When::LeadEnquiryAdded(event) => {
                let theirs = (!event.another_person).then_some((&event.enquiry, false));
                self.take_up(world, event.lead, theirs, ctx)
            }
            When::LeadUpdated(event) => self.take_up(world, event.lead, None, ctx),
            When::LeadUpdate(command) => update_lead(world, command, &self.region, ctx),
            When::ConsentChanged(event) => {
                Ok(follow_consent(world, &event.channel, event.bulk_mail))
            }
            When::ConsentSuppressed(event) => Ok(follow_consent(world, &event.channel, false)),
            When::ConsentLifted(event) => {
                Ok(follow_consent(world, &event.channel, event.bulk_mail))
            }
            When::ProposalAccept(command) => proposal::accept(world, command, ctx),
            When::ProposalDismiss(command) => proposal::dismiss(world, command, ctx),
            When::LeadQualify(command) => {
                self.qualify_by_hand(world, world.known(command.lead)?, command, ctx)
            }
            When::LeadDisqualify(command) => {
                disqualify_by_hand(world, world.known(command.lead)?, command, ctx)
            }
            When::LeadReactivate(command) => reactivate(world.known(command.lead)?),
            When::DuplicateClose(command) => duplicates::close(world, command, ctx),
            When::BulkQualify(command) => bulk::start(world, command, ctx),
            When::BulkContinue(next) => bulk::slice(world, next, ctx),
            When::AccountUpdate(command) => customer::update_account(world, command, ctx),
            When::AccountDeactivate(command) => customer::deactivate_account(world, command, ctx),
            When::AccountReactivate(command) => customer::reactivate_account(world, command),
            When::ContactUpdate(command) => {
                customer::update_contact(world, command, &self.region, ctx)
            }
            When::ContactDeactivate(command) => customer::deactivate_contact(world, command, ctx),
            When::ContactReactivate(command) => customer::reactivate_contact(world, command),
            When::LeadMerge(command) => merge::merge(world, command, ctx),
            When::LeadUnmerge(command) => merge::unmerge(world, command),
            When::LeadMerged(event) => self.take_up(world, event.lead, None, ctx),
            When::LeadUnmerged(event) => self.take_up(world, event.lead, None, ctx),
            // Whoever reactivated it knew what the rules said.
            When::LeadRestored(event) if world.known(event.lead)?.assessment.is_some() => {
                Ok(Outcome::nothing())
            }
            When::LeadRestored(event) => self.take_up(world, event.lead, None, ctx),
            When::LeadUndo(command) => undo::undo(world, command, ctx),
            When::OpportunityCreate(command) => {
                direct::create(world, command, &self.terms.settings, ctx)
            }
            When::LeadKeepApart(command) => apart::keep_apart(world, &command.into()),
            When::ContactKeepApart(command) => apart::keep_apart(world, &command.into()),
            When::AccountKeepApart(command) => apart::keep_apart(world, &command.into()),
        }
    }
}

/// A lead that became another one is left alone; whoever asks for a step of it is told which one it is.
fn merged_meanwhile(world: &World, when: &When) -> Option<Decision> {
    let lead = world.find(when.lead()?)?;
    let master = lead.master()?;
    let nothing = when.asks_rules().then(|| Ok(Outcome::nothing()));
    Some(nothing.unwrap_or_else(|| Err(merge::merged_already(lead, master))))
}

impl Qualification {
    fn other_needs(&self, when: &When, world: &World, needs: &mut Needs) {
        match when {
            When::AccountUpdate(command) => {
                needs.lock(command.account);
                // By which keys it is recognised then hangs on what it is.
                if let Some(account) = world.find(command.account) {
                    let now = account_after(account, command);
                    let keys = account_keys(account).into_iter().chain(account_keys(&now));
                    keys.for_each(|key| needs.party(&key));
                }
            }
            When::ContactUpdate(command) => {
                needs.lock(command.contact);
                command.account.onto(None).into_iter().for_each(|id: AccountId| needs.lock(id));
                if let Some(contact) = world.find(command.contact) {
                    let now = contact_after(contact, command, &self.region).ok();
                    let now = now.iter().flat_map(contact_keys);
                    let keys = contact_keys(contact).into_iter().chain(now);
                    keys.for_each(|key| needs.party(&key));
                }
            }
            When::AccountDeactivate(command) => needs.lock(command.account),
            When::AccountReactivate(command) => needs.lock(command.account),
            When::ContactDeactivate(command) => needs.lock(command.contact),
            When::ContactReactivate(command) => needs.lock(command.contact),
            When::ConsentChanged(event) => consent_needs(world, &event.channel, needs),
            When::ConsentSuppressed(event) => consent_needs(world, &event.channel, needs),
            When::ConsentLifted(event) => consent_needs(world, &event.channel, needs),
            When::ProposalAccept(command) => accept_needs(world, command.proposal, needs),
            When::ProposalDismiss(command) => needs.lock(command.proposal),
            When::DuplicateClose(command) => needs.lock(command.duplicate),
            When::BulkQualify(_) => bulk::start_needs(world, needs),
            When::BulkContinue(next) => bulk::slice_needs(next, world, needs),
            When::LeadMerge(command) => merge::merge_needs(command, world, needs),
            When::LeadUnmerge(command) => merge::unmerge_needs(command, world, needs),
            When::LeadUndo(command) => undo::needs(command, world, needs),
            When::OpportunityCreate(command) => direct::needs(command, world, needs),
            When::LeadKeepApart(command) => apart::needs(&command.into(), needs),
            When::ContactKeepApart(command) => apart::needs(&command.into(), needs),
            When::AccountKeepApart(command) => apart::needs(&command.into(), needs),
            _ => {}
        }
    }

    /// Asks the rules, and learns from what its person said. A lead that was closed meanwhile is left alone (F62).
    fn take_up(
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
        let holding = duplicates::holding(found);
        match answer.verdict {
            Some(Ruling::Qualify { .. }) if holding.is_some() => assessment.matched.extend(holding),
            Some(Ruling::Qualify { offer }) => {
                let by = By::Rules(&assessment, offer);
                match convert(world, lead, &self.terms, by, ctx) {
                    Ok(outcome) => return Ok(outcome),
                    // Nobody asked for this step, so nobody waits for an answer: a person decides.
                    Err(refusal) => assessment.matched.push(refusal.to_string()),
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
        score(lead, assessment)
    }

    fn qualify_by_hand(
        &self,
        world: &World,
        lead: &Lead,
        command: &LeadQualify,
        ctx: &mut Ctx<'_, Shelf>,
    ) -> Decision {
        if let (LeadState::Qualified { .. }, Some(opportunity)) = (lead.state(), lead.opportunity) {
            return Ok(Outcome::already(Already {
                subject: SubjectKind::Opportunity,
                id: opportunity.0,
                reference: Some(lead.number.clone()),
            }));
        }
        convert(world, lead, &self.terms, By::Hand(command), ctx)
    }
}

/// The lead stays open; somebody decides with `lead.qualify` or `lead.disqualify`.
fn score(lead: &Lead, assessment: Assessment) -> Decision {
    // How it moved is nothing new by itself.
    let same = |it: &Assessment| Assessment { trend: assessment.trend, ..it.clone() } == assessment;
    if lead.assessment.as_ref().is_some_and(same) {
        return Ok(Outcome::nothing());
    }
    let mut lead = lead.apply(&LeadAction::Score)?;
    lead.assessment = Some(assessment.clone());
    let said = LeadScored { lead: lead.id, assessment };
    Ok(Outcome::nothing().changed(lead, said))
}

fn disqualify_by_hand(
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
fn reactivate(lead: &Lead) -> Decision {
    if lead.is_open() {
        return Ok(Outcome::already(itself(lead)));
    }
    let lead = lead.apply(&LeadAction::Reactivate)?;
    let said = LeadReactivated { lead: lead.id };
    Ok(Outcome::nothing().changed(lead, said))
}

/// F65: what has become a deal is lost there, not here.
fn no_deal(world: &World, lead: &Lead) -> Result<(), Refusal> {
    let Some(opportunity) = standing(world, lead)? else { return Ok(()) };
    let message = format!(
        "The lead `{}` cannot be disqualified, for the opportunity `{opportunity}` hangs on it; lose \
         that one with `opportunity.lose`.",
        lead.number
    );
    let found = format!("opportunity {opportunity}");
    Err(Refusal::no(SubjectKind::Lead, lead.id, "lead.has_opportunity", found, message))
}
