//! ordering: an accepted quote becomes an order, the order is shipped or canceled, the deal closes.
//!
//! Accepting says, in this order, `order.created`, `quote.won`, a `quote.closed` for each sibling
//! that was still live, and `opportunity.won`: the order is the cause of the deal's end (F98), so
//! whoever reads one event after the other never meets a won deal whose order it has not heard of.

use chrono_tz::Tz;
use domain::commands::{
    OpportunityLose, OpportunityReopen, OpportunityWin, OrderCancel, OrderShip, QuoteAccept,
};
use domain::decide::{
    Already, Ctx, Hold, Locks, Needs, NumberKind, Outcome, Refusal, Root, Worker, World,
};
use domain::events::{
    OpportunityLost, OpportunityReopened, OpportunityWon, OrderCanceled, OrderCreated,
    OrderFulfilled, OrderShipped, QuoteClosed, QuoteWon,
};
use domain::links::{OpportunityOfQuote, OrderOfQuote};
use domain::message::SubjectKind;
use domain::order::Order;

mod acceptance;
mod cancellation;
mod closing;
mod shipment;
#[cfg(test)]
mod tests;

domain::one_of! {
    /// What ordering hears.
    pub When: QuoteAccept, OrderShip, OrderCancel, OpportunityWin, OpportunityLose,
        OpportunityReopen
}

domain::one_of! {
    /// What ordering may say.
    pub Then: OrderCreated, OrderShipped, OrderFulfilled, OrderCanceled, QuoteWon, QuoteClosed,
        OpportunityWon, OpportunityLost, OpportunityReopened
}

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
            When::OpportunityWin(command) => closing::win(world, command, ctx),
            When::OpportunityLose(command) => closing::lose(world, command, ctx),
            When::OpportunityReopen(command) => closing::reopen(world, command),
        }
    }
}

/// The answer that names an existing order, by its number or by the reference of a shipment.
fn already(order: &Order, reference: &str) -> Outcome<Then> {
    Outcome::already(Already {
        subject: SubjectKind::Order,
        id: order.id.into(),
        reference: Some(reference.to_owned()),
    })
}
