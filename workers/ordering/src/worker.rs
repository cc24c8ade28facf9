//! The decisions of ordering: what each message needs, and who decides on it.

use chrono_tz::Tz;
use domain::decide::{Ctx, Hold, Locks, Needs, NumberKind, Outcome, Refusal, Root, Worker, World};
use domain::exchange_rate::Base;
use domain::ids::QuoteId;
use domain::keys::{InvoicesOfOrder, OpportunityOfQuote, OrderOfQuote};
use domain::quote::LateAcceptance;
use domain::rates::Rates;

use crate::acceptance::Validity;
use crate::when::{Then, When};
use crate::{acceptance, cancellation, closing, holding, shipment, update};

/// The worker from the accepted quote to the fulfilled order.
#[derive(Clone, Copy, Debug)]
pub struct Ordering {
    validity: Validity,
    base: Base,
}

impl Ordering {
    /// `zone` is the seller's: by its calendar a quote expires.
    #[must_use]
    pub const fn new(zone: Tz) -> Self {
        Self {
            validity: Validity { zone, late: LateAcceptance::Refuse },
            base: Base { currency: None, days_max: 0 },
        }
    }

    /// By what orders in other currencies are converted.
    #[must_use]
    pub const fn in_base(mut self, base: Base) -> Self {
        self.base = base;
        self
    }

    /// What becomes of who accepts a quote after its last day.
    #[must_use]
    pub const fn late(mut self, late: LateAcceptance) -> Self {
        self.validity.late = late;
        self
    }
}

impl Worker for Ordering {
    const NAME: &'static str = "ordering";
    const LOCKS: Locks = &[
        (Root::Opportunity, Hold::Writes),
        (Root::Order, Hold::Writes),
        // What is billed is not canceled, and not billed otherwise.
        (Root::Invoice, Hold::Reads),
    ];
    const NUMBERS: &'static [NumberKind] = &[NumberKind::Order];
    type When = When;
    type Then = Then;
    type Facts = Rates;

    fn asks_facts(&self) -> bool {
        self.base.currency.is_some()
    }

    fn needs(&self, when: &When, world: &World, needs: &mut Needs) {
        match when {
            When::QuoteAccept(command) => quote_needs(command.quote, needs),
            When::QuoteConfirm(command) => quote_needs(command.quote, needs),
            When::QuoteDecline(command) => needs.look_up(OpportunityOfQuote(command.quote)),
            When::OrderUpdate(command) => {
                needs.lock(command.order);
                if !command.billing.is_keep() {
                    needs.look_up(InvoicesOfOrder(command.order));
                }
            }
            When::OrderShip(command) => needs.lock(command.order),
            When::OrderCancel(command) => {
                needs.lock(command.order);
                needs.look_up(InvoicesOfOrder(command.order));
            }
            When::OpportunityWin(command) => needs.lock(command.opportunity),
            When::OpportunityLose(command) => needs.lock(command.opportunity),
            When::OpportunityHold(command) => needs.lock(command.opportunity),
            When::OpportunityResume(command) => needs.lock(command.opportunity),
            When::OpportunityReopen(command) => {
                needs.lock(command.opportunity);
                let opportunity = world.find(command.opportunity);
                let won = opportunity.into_iter().flat_map(closing::won_quotes);
                won.for_each(|quote| needs.look_up(OrderOfQuote(quote.id)));
            }
        }
    }

    fn decide(
        &self,
        world: &World,
        when: &When,
        ctx: &mut Ctx<'_, Rates>,
    ) -> Result<Outcome<Then>, Refusal> {
        match when {
            When::QuoteAccept(command) => {
                acceptance::accept(world, command, (self.validity, self.base), ctx)
            }
            When::QuoteConfirm(command) => {
                acceptance::confirm(world, command, (self.validity, self.base), ctx)
            }
            When::QuoteDecline(command) => acceptance::decline(world, command, ctx),
            When::OrderUpdate(command) => update::update(world, command, ctx),
            When::OrderShip(command) => shipment::ship(world, command, ctx),
            When::OrderCancel(command) => cancellation::cancel(world, command, ctx),
            When::OpportunityWin(command) => closing::win(world, command, self.validity.zone, ctx),
            When::OpportunityLose(command) => {
                closing::lose(world, command, self.validity.zone, ctx)
            }
            When::OpportunityHold(command) => holding::hold(world, command, ctx),
            When::OpportunityResume(command) => holding::resume(world, command),
            When::OpportunityReopen(command) => closing::reopen(world, command),
        }
    }
}

fn quote_needs(quote: QuoteId, needs: &mut Needs) {
    needs.look_up(OpportunityOfQuote(quote));
    needs.look_up(OrderOfQuote(quote));
}
