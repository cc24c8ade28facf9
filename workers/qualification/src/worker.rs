//! The decisions of qualification: what each message needs, and who decides on it.

use chrono_tz::Tz;
use domain::decide::{Ctx, Hold, Locks, Needs, Outcome, Refusal, Root, Worker, World};
use domain::exchange_rate::Base;
use domain::likeness::DuplicateRules;
use domain::shelf::Shelf;

use crate::consent::follow_consent;
use crate::field_map::FieldMap;
use crate::lead::update_lead;
use crate::policy::Policy;
use crate::rules::Rules;
use crate::settings::QualificationSettings;
use crate::terms::Terms;
use crate::when::{Then, When};
use crate::{
    apart, bulk, closing, customer, customer_merge, direct_deal, duplicates, merge, needs,
    proposal, stakeholder, undo,
};

/// The worker, with its settings, its field map and its rules.
#[derive(Debug)]
pub struct Qualification(Policy);

type Decision = Result<Outcome<Then>, Refusal>;

impl Qualification {
    #[must_use]
    pub fn new(settings: QualificationSettings, rules: Rules, map: FieldMap) -> Self {
        let (region, duplicates) = (String::new(), DuplicateRules::default());
        let terms = Terms { settings, map, zone: Tz::UTC, base: Base::default() };
        Self(Policy { terms, rules, region, duplicates })
    }

    /// The same, looking for duplicates by these rules.
    #[must_use]
    pub fn looking_for(self, duplicates: DuplicateRules) -> Self {
        Self(Policy { duplicates, ..self.0 })
    }

    /// The same, where the day begins and ends as in that zone.
    #[must_use]
    pub fn in_zone(self, zone: Tz) -> Self {
        Self(Policy { terms: Terms { zone, ..self.0.terms }, ..self.0 })
    }

    /// The same, where deals in other currencies are converted so.
    #[must_use]
    pub fn in_base(self, base: Base) -> Self {
        Self(Policy { terms: Terms { base, ..self.0.terms }, ..self.0 })
    }

    /// The same, where telephones without a code are of that country (ISO 3166 alpha-2).
    #[must_use]
    pub fn in_region(self, region: &str) -> Self {
        Self(Policy { region: region.to_owned(), ..self.0 })
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
        // What somebody said while they were taken for another one.
        (Root::Consent, Hold::Reads),
    ];
    type When = When;
    type Then = Then;
    /// The catalog, to see whether an enquiry names a product.
    type Facts = Shelf;

    fn needs(&self, when: &When, world: &World, needs: &mut Needs) {
        match when.lead() {
            Some(lead) => needs::of_lead(&self.0, (when, lead), world, needs),
            None => needs::of_others(&self.0, when, world, needs),
        }
    }

    fn decide(&self, world: &World, when: &When, ctx: &mut Ctx<'_, Shelf>) -> Decision {
        if let Some(refusal) = merged_meanwhile(world, when) {
            return refusal;
        }
        match when {
            When::LeadCaptured(event) => {
                self.0.take_up(world, event.lead, Some((&event.enquiry, true)), ctx)
            }
            When::LeadEnquiryAdded(event) => {
                let theirs = (!event.another_person).then_some((&event.enquiry, false));
                self.0.take_up(world, event.lead, theirs, ctx)
            }
            When::LeadUpdated(event) => self.0.take_up(world, event.lead, None, ctx),
            When::LeadUpdate(command) => update_lead(world, command, &self.0.region, ctx),
            When::LeadAddStakeholder(command) => stakeholder::add_stakeholder(world, command),
            When::LeadRemoveStakeholder(command) => stakeholder::remove_stakeholder(world, command),
            When::LeadAddCompetitor(command) => stakeholder::add_competitor(world, command),
            When::LeadRemoveCompetitor(command) => stakeholder::remove_competitor(world, command),
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
                let lead = world.known(command.lead)?;
                closing::qualify(world, lead, command, &self.0.terms, ctx)
            }
            When::LeadDisqualify(command) => {
                closing::disqualify(world, world.known(command.lead)?, command, ctx)
            }
            When::LeadReactivate(command) => closing::reactivate(world.known(command.lead)?),
            When::DuplicateClose(command) => duplicates::close(world, command, ctx),
            When::BulkQualify(command) => bulk::start(world, command, ctx),
            When::BulkContinue(next) => bulk::slice(world, next, ctx),
            When::AccountUpdate(command) => customer::update_account(world, command, ctx),
            When::AccountDeactivate(command) => customer::deactivate_account(world, command, ctx),
            When::AccountReactivate(command) => customer::reactivate_account(world, command),
            When::ContactUpdate(command) => {
                customer::update_contact(world, command, &self.0.region, ctx)
            }
            When::ContactDeactivate(command) => customer::deactivate_contact(world, command, ctx),
            When::ContactReactivate(command) => customer::reactivate_contact(world, command),
            When::LeadMerge(command) => merge::merge(world, command, ctx),
            When::LeadUnmerge(command) => merge::unmerge(world, command),
            When::ContactMerge(command) => customer_merge::merge_contact(world, command, ctx),
            When::ContactUnmerge(command) => customer_merge::unmerge_contact(world, command),
            When::AccountMerge(command) => customer_merge::merge_account(world, command, ctx),
            When::AccountUnmerge(command) => customer_merge::unmerge_account(world, command),
            When::LeadMerged(event) => self.0.take_up(world, event.lead, None, ctx),
            When::LeadUnmerged(event) => self.0.take_up(world, event.lead, None, ctx),
            // Whoever reactivated it knew what the rules said.
            When::LeadRestored(event) if world.known(event.lead)?.assessment.is_some() => {
                Ok(Outcome::nothing())
            }
            When::LeadRestored(event) => self.0.take_up(world, event.lead, None, ctx),
            When::LeadUndo(command) => undo::undo(world, command, ctx),
            When::OpportunityCreate(command) => {
                direct_deal::create(world, command, &self.0.terms, ctx)
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
