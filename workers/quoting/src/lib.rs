//! The worker `quoting`: prices what an opportunity wants, offers it as a quote, keeps the quote's
//! life cycle and the catalog that the prices come from.

mod draft;
mod line;
mod replacement;
mod settings;
mod step;

use chrono_tz::Tz;
use domain::commands::{
    CatalogReplace, OpportunityAddLine, QuoteActivate, QuoteClose, QuoteRevise,
};
use domain::customer::Customer;
use domain::decide::{Ctx, Hold, Locks, Needs, NumberKind, Outcome, Refusal, Root, Worker, World};
use domain::document::LINES_MAX;
use domain::enquiry::Interest;
use domain::events::{
    CatalogReplaced, OpportunityCreated, OpportunityLost, OpportunityRepriced, QuoteActivated,
    QuoteClosed, QuoteDrafted, QuoteRevised,
};
use domain::links::OpportunityOfQuote;
use domain::message::SubjectKind;
use domain::opportunity::OpportunityAction;
use domain::shelf::Shelf;
use rust_decimal::Decimal;

pub use settings::{Amount, QuotingSettings};

use line::{Wanted, priced};

domain::one_of! {
    /// What quoting hears.
    pub When: OpportunityCreated, OpportunityAddLine, QuoteActivate, QuoteRevise, QuoteClose,
        CatalogReplace
}

domain::one_of! {
    /// What quoting says.
    pub Then: OpportunityRepriced, OpportunityLost, QuoteDrafted, QuoteActivated, QuoteRevised,
        QuoteClosed, CatalogReplaced, QuoteClose
}

/// The worker, with the seller's policy and the zone whose calendar ends an offer.
#[derive(Debug)]
pub struct Quoting {
    settings: QuotingSettings,
    zone: Tz,
}

type Answer = Result<Outcome<Then>, Refusal>;

impl Quoting {
    #[must_use]
    pub const fn new(settings: QuotingSettings, zone: Tz) -> Self {
        Self { settings, zone }
    }
}

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
                needs.refer(event.originating_lead);
                buyer_needs(event.customer, needs);
            }
            When::OpportunityAddLine(command) => {
                needs.lock(command.opportunity);
                if let Some(opportunity) = world.find(command.opportunity) {
                    buyer_needs(opportunity.customer, needs);
                }
            }
            When::QuoteActivate(command) => needs.look_up(OpportunityOfQuote(command.quote)),
            When::QuoteRevise(command) => needs.look_up(OpportunityOfQuote(command.quote)),
            When::QuoteClose(command) => needs.look_up(OpportunityOfQuote(command.quote)),
            When::CatalogReplace(_) => needs.catalog = true,
        }
    }

    fn decide(&self, world: &World, when: &When, ctx: &mut Ctx<'_, Shelf>) -> Answer {
        match when {
            When::OpportunityCreated(event) => self.open(world, event, ctx),
            When::OpportunityAddLine(command) => self.add_line(world, command, ctx),
            When::QuoteActivate(command) => self.activate(world, command, ctx),
            When::QuoteRevise(command) => self.revise(world, command, ctx),
            When::QuoteClose(command) => self.close(world, command, ctx),
            When::CatalogReplace(command) => replacement::replace(world, command, &self.settings),
        }
    }
}

impl Quoting {
    /// Prices what a new opportunity wants. Nothing named, nothing invented: such an opportunity
    /// waits for `opportunity.add_line`.
    fn open(&self, world: &World, event: &OpportunityCreated, ctx: &mut Ctx<'_, Shelf>) -> Answer {
        let opportunity = world.known(event.opportunity)?;
        let wanted = wanted(world, event, ctx.facts);
        if wanted.is_empty() {
            return Ok(Outcome::nothing());
        }
        let mut opportunity = opportunity.apply(&OpportunityAction::Edit)?;
        let mut unpriced = Vec::new();
        for interest in &wanted {
            if opportunity.lines.len() == LINES_MAX {
                let product = &interest.product;
                unpriced
                    .push(format!("`{product}` is beyond the {LINES_MAX} lines of a document."));
                continue;
            }
            let wanted = Wanted {
                product: &interest.product,
                quantity: interest.quantity.unwrap_or(Decimal::ONE),
                manual_discount: Decimal::ZERO,
            };
            match priced(&wanted, &opportunity, ctx.facts, &self.settings, ctx.id()) {
                Ok(line) => opportunity.lines.push(line),
                Err(why) => unpriced.push(why.to_string()),
            }
        }
        self.reprice(world, opportunity, (unpriced, true), ctx)
    }

    /// Adds one line (F68). A product that is there already gets a line of its own.
    fn add_line(
        &self,
        world: &World,
        command: &OpportunityAddLine,
        ctx: &mut Ctx<'_, Shelf>,
    ) -> Answer {
        let mut opportunity = world.known(command.opportunity)?.apply(&OpportunityAction::Edit)?;
        if opportunity.lines.len() >= LINES_MAX {
            let message = format!(
                "The opportunity `{}` has {LINES_MAX} lines, the most a document can have; sell the \
                 rest in another one.",
                opportunity.id
            );
            let found = format!("{} lines", opportunity.lines.len());
            let (kind, rule) = (SubjectKind::Opportunity, "opportunity.lines_max");
            return Err(Refusal::no(kind, opportunity.id, rule, found, message));
        }
        let wanted = Wanted {
            product: &command.product,
            quantity: command.quantity,
            manual_discount: command.manual_discount,
        };
        let line = priced(&wanted, &opportunity, ctx.facts, &self.settings, ctx.id())
            .map_err(|why| why.refusal(opportunity.id))?;
        opportunity.lines.push(line);
        self.reprice(world, opportunity, (Vec::new(), command.complete), ctx)
    }
}

/// What the lead or the rule declared, else the products that the lead's own words name.
fn wanted(world: &World, event: &OpportunityCreated, shelf: &Shelf) -> Vec<Interest> {
    if !event.interest.is_empty() {
        return event.interest.clone();
    }
    let lead = world.find(event.originating_lead);
    lead.map(|lead| shelf.mentioned(&lead.enquiry)).unwrap_or_default()
}

fn buyer_needs(customer: Customer, needs: &mut Needs) {
    if let Some(account) = customer.account {
        needs.lock(account);
    }
    if let Some(contact) = customer.contact {
        needs.lock(contact);
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests;
