//! The decisions of quoting: what each message needs, and who decides on it.

use domain::decide::{Ctx, Hold, Locks, Needs, NumberKind, Root, Worker, World};
use domain::ids::{OpportunityId, QuoteId};
use domain::keys::OpportunityOfQuote;
use domain::shelf::Shelf;
use domain::survivor::{customer_needs, survivor_needs};

use crate::quoting::Quoting;
use crate::replacement;
use crate::stakeholder;
use crate::when::{Decision, Then, When};

impl Worker for Quoting {
    const NAME: &'static str = "quoting";
    const LOCKS: Locks = &[
        (Root::Account, Hold::Reads),
        (Root::Contact, Hold::Reads),
        (Root::Lead, Hold::Reads),
        (Root::Opportunity, Hold::Writes),
        (Root::Catalog, Hold::Writes),
    ];
    const NUMBERS: &'static [NumberKind] = &[NumberKind::Quote];
    type When = When;
    type Then = Then;
    type Facts = Shelf;

    fn needs(&self, when: &When, world: &World, needs: &mut Needs) {
        match when {
            When::OpportunityCreated(event) => {
                needs.lock(event.opportunity);
                event.originating_lead.into_iter().for_each(|lead| needs.refer(lead));
                customer_needs(world, event.customer, needs);
            }
            When::OpportunityUpdate(command) => needs.lock(command.opportunity),
            When::OpportunityEditLines(command) => deal_needs(command.opportunity, world, needs),
            When::OpportunityAddStakeholder(command) => {
                needs.lock(command.opportunity);
                survivor_needs(world, command.contact, needs);
            }
            When::OpportunityRemoveStakeholder(command) => needs.lock(command.opportunity),
            When::OpportunityAddCompetitor(command) => needs.lock(command.opportunity),
            When::OpportunityRemoveCompetitor(command) => needs.lock(command.opportunity),
            When::QuoteDraft(command) => deal_needs(command.opportunity, world, needs),
            When::QuoteEdit(command) => quote_needs(command.quote, world, needs),
            When::QuoteActivate(command) => needs.look_up(OpportunityOfQuote(command.quote)),
            When::QuoteRevise(command) => quote_needs(command.quote, world, needs),
            When::QuoteClose(command) => needs.look_up(OpportunityOfQuote(command.quote)),
            When::CatalogReplace(_) => needs.catalog = true,
        }
    }

    fn decide(&self, world: &World, when: &When, ctx: &mut Ctx<'_, Shelf>) -> Decision {
        match when {
            When::OpportunityCreated(event) => self.open(world, event, ctx),
            When::OpportunityUpdate(command) => self.update(world, command, ctx),
            When::OpportunityEditLines(command) => self.edit_lines(world, command, ctx),
            When::OpportunityAddStakeholder(command) => {
                stakeholder::add_stakeholder(world, command)
            }
            When::OpportunityRemoveStakeholder(command) => {
                stakeholder::remove_stakeholder(world, command)
            }
            When::OpportunityAddCompetitor(command) => stakeholder::add_competitor(world, command),
            When::OpportunityRemoveCompetitor(command) => {
                stakeholder::remove_competitor(world, command)
            }
            When::QuoteDraft(command) => self.draft(world, command, ctx),
            When::QuoteEdit(command) => self.edit(world, command, ctx),
            When::QuoteActivate(command) => self.activate(world, command, ctx),
            When::QuoteRevise(command) => self.revise(world, command, ctx),
            When::QuoteClose(command) => self.close(world, command, ctx),
            When::CatalogReplace(command) => replacement::replace(world, command, &self.settings),
        }
    }
}

/// An opportunity and whose it is.
fn deal_needs(deal: OpportunityId, world: &World, needs: &mut Needs) {
    needs.lock(deal);
    if let Some(opportunity) = world.find(deal) {
        customer_needs(world, opportunity.customer, needs);
    }
}

/// The opportunity of a quote, and whose it is.
fn quote_needs(quote: QuoteId, world: &World, needs: &mut Needs) {
    needs.look_up(OpportunityOfQuote(quote));
    if let Some(opportunity) = world.by(OpportunityOfQuote(quote)) {
        customer_needs(world, opportunity.customer, needs);
    }
}
