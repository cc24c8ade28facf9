//! The decisions of ordering: what each message needs, and who decides on it.

use chrono_tz::Tz;
use domain::decide::{Ctx, Hold, Locks, Needs, NumberKind, Outcome, Refusal, Root, Worker, World};
use domain::keys::{OpportunityOfQuote, OrderOfQuote};

use crate::when::{Then, When};
use crate::{acceptance, cancellation, closing, holding, shipment};

/// The worker from the accepted quote to the fulfilled order.
#[derive(Clone, Copy, Debug)]
pub struct Ordering {
    zone: Tz,
}

impl Ordering {
    /// `zone` is the seller's: by its calendar a quote expires.
    #[must_use]
    pub const fn new(zone: Tz) -> Self {
        Self { zone }
    }
}

impl Worker for Ordering {
    const NAME: &'static str = "ordering";
    const LOCKS: Locks = &[(Root::Opportunity, Hold::Writes), (Root::Order, Hold::Writes)];
    const NUMBERS: &'static [NumberKind] = &[NumberKind::Order];
    type When = When;
    type Then = Then;
    type Facts = ();

    fn needs(&self, when: &When, world: &World, needs: &mut Needs) {
        match when {
            When::QuoteAccept(command) => {
                needs.look_up(OpportunityOfQuote(command.quote));
                needs.look_up(OrderOfQuote(command.quote));
            }
            When::OrderShip(command) => needs.lock(command.order),
            When::OrderCancel(command) => needs.lock(command.order),
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
        ctx: &mut Ctx<'_, ()>,
    ) -> Result<Outcome<Then>, Refusal> {
        match when {
            When::QuoteAccept(command) => acceptance::accept(world, command, self.zone, ctx),
            When::OrderShip(command) => shipment::ship(world, command, ctx),
            When::OrderCancel(command) => cancellation::cancel(world, command, ctx),
            When::OpportunityWin(command) => closing::win(world, command, self.zone, ctx),
            When::OpportunityLose(command) => closing::lose(world, command, self.zone, ctx),
            When::OpportunityHold(command) => holding::hold(world, command, ctx),
            When::OpportunityResume(command) => holding::resume(world, command),
            When::OpportunityReopen(command) => closing::reopen(world, command),
        }
    }
}
