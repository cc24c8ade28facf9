//! The decisions of invoicing: what each message needs, and who decides on it.

use domain::decide::{Ctx, Hold, Locks, Needs, Outcome, Refusal, Root, Worker, World};
use domain::keys::{InvoicesOfOrder, LeadOfOrder};

use crate::invoicing::Invoicing;
use crate::when::{Then, When};
use crate::{cancellation, payment};

impl Worker for Invoicing {
    const NAME: &'static str = "invoicing";
    const LOCKS: Locks = &[
        // Which lead an order began with stands in its deal.
        (Root::Opportunity, Hold::Reads),
        (Root::Order, Hold::Reads),
        (Root::Invoice, Hold::Writes),
        (Root::Series, Hold::Writes),
    ];
    type When = When;
    type Then = Then;
    type Facts = ();

    fn needs(&self, when: &When, world: &World, needs: &mut Needs) {
        match when {
            When::OrderFulfilled(event) => {
                needs.lock(event.order);
                needs.look_up(LeadOfOrder(event.order));
                needs.look_up(InvoicesOfOrder(event.order));
                needs.series(self.series(self.today(world.now)));
            }
            When::PaymentReceived(command) => needs.lock(command.invoice),
            When::InvoiceCancel(command) => needs.lock(command.invoice),
        }
    }

    fn decide(
        &self,
        world: &World,
        when: &When,
        ctx: &mut Ctx<'_, ()>,
    ) -> Result<Outcome<Then>, Refusal> {
        match when {
            When::OrderFulfilled(event) => self.issue(world, event, ctx),
            When::PaymentReceived(command) => payment::receive(world, command, ctx),
            When::InvoiceCancel(command) => cancellation::cancel(world, command, ctx),
        }
    }
}
