//! The decisions of quoting: what each message needs, and who decides on it.

use domain::decide::{Ctx, Hold, Locks, Needs, NumberKind, Root, Worker, World};
use domain::ids::{OpportunityId, QuoteId};
use domain::keys::OpportunityOfQuote;
use domain::shelf::Shelf;
use domain::survivor::{customer_needs, survivor_needs};

use crate::quoting::Quoting;
use crate::stakeholder;
use crate::when::{Decision, Then, When};
use crate::{catalog, products};

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
            When::OpportunityUpdate(command) => update_needs(command.opportunity, world, needs),
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
            When::UnitGroupDefine(_)
            | When::UnitGroupDelete(_)
            | When::ProductDefine(_)
            | When::ProductPublish(_)
            | When::ProductRevise(_)
            | When::ProductRevert(_)
            | When::ProductRetire(_)
            | When::ProductActivate(_)
            | When::ProductDelete(_)
            | When::DiscountListDefine(_)
            | When::DiscountListDelete(_)
            | When::PriceListDefine(_)
            | When::PriceListDelete(_)
            | When::LiteratureDefine(_)
            | When::LiteratureDelete(_)
            | When::ExchangeRateSet(_) => needs.catalog = true,
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
            When::UnitGroupDefine(it) => catalog::define_unit_groups(world, it, &self.settings),
            When::UnitGroupDelete(it) => catalog::delete_unit_groups(world, it, &self.settings),
            When::ProductDefine(it) => products::define(world, it, &self.settings),
            When::ProductPublish(it) => products::publish(world, it, &self.settings),
            When::ProductRevise(it) => products::revise(world, it, &self.settings),
            When::ProductRevert(it) => products::revert(world, it, &self.settings),
            When::ProductRetire(it) => products::retire(world, it, &self.settings),
            When::ProductActivate(it) => products::activate(world, it, &self.settings),
            When::ProductDelete(it) => products::delete(world, it, &self.settings),
            When::DiscountListDefine(it) => {
                catalog::define_discount_lists(world, it, &self.settings)
            }
            When::DiscountListDelete(it) => {
                catalog::delete_discount_lists(world, it, &self.settings)
            }
            When::PriceListDefine(it) => catalog::define_price_lists(world, it, &self.settings),
            When::PriceListDelete(it) => catalog::delete_price_lists(world, it, &self.settings),
            When::LiteratureDefine(it) => catalog::define_literature(world, it, &self.settings),
            When::LiteratureDelete(it) => catalog::delete_literature(world, it, &self.settings),
            When::ExchangeRateSet(it) => catalog::set_exchange_rates(world, it, self),
        }
    }
}

/// An opportunity; where it waits for a price list, what is priced and offered as soon as it has one too.
fn update_needs(deal: OpportunityId, world: &World, needs: &mut Needs) {
    needs.lock(deal);
    let Some(deal) = world.find(deal).filter(|deal| deal.price_list.undecided().is_some()) else {
        return;
    };
    deal.originating_lead.into_iter().for_each(|lead| needs.refer(lead));
    customer_needs(world, deal.customer, needs);
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
