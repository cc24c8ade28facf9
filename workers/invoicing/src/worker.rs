//! The decisions of invoicing: what each message needs, and who decides on it.

use domain::decide::{Ctx, Hold, Locks, Needs, Outcome, Refusal, Root, Worker, World};
use domain::ids::OrderId;
use domain::keys::{InvoicesOfOrder, LeadOfOrder, TransfersReferenced};
use domain::rates::Rates;
use domain::survivor::customer_needs;

use crate::invoicing::Invoicing;
use crate::when::{Then, When};
use crate::{cancellation, payment, transfer};

impl Worker for Invoicing {
    const NAME: &'static str = "invoicing";
    const LOCKS: Locks = &[
        // Who the buyer is by now, where that is asked for.
        (Root::Account, Hold::Reads),
        (Root::Contact, Hold::Reads),
        // Which lead an order began with stands in its deal.
        (Root::Opportunity, Hold::Reads),
        (Root::Order, Hold::Reads),
        (Root::Invoice, Hold::Writes),
        (Root::Transfer, Hold::Writes),
        (Root::Series, Hold::Writes),
    ];
    type When = When;
    type Then = Then;
    type Facts = Rates;

    fn asks_facts(&self) -> bool {
        self.seller.base_currency.is_some()
    }

    fn needs(&self, when: &When, world: &World, needs: &mut Needs) {
        match when {
            When::OrderFulfilled(event) => self.bill_needs(event.order, false, world, needs),
            When::OrderBillable(event) => self.bill_needs(event.order, false, world, needs),
            When::InvoiceCreate(command) => self.bill_needs(command.order, true, world, needs),
            When::PaymentReceived(command) => {
                let documents = command.documents.iter().map(|document| document.invoice);
                let mut invoices = command.invoice.into_iter().chain(documents).peekable();
                if invoices.peek().is_none() {
                    needs.look_up(TransfersReferenced(command.reference.to_string()));
                }
                invoices.for_each(|invoice| needs.lock(invoice));
            }
            When::TransferAssign(command) => {
                needs.lock(command.transfer);
                command.documents.iter().for_each(|document| needs.lock(document.invoice));
            }
            When::TransferReturn(command) => needs.lock(command.transfer),
            When::InvoiceCancel(command) => needs.lock(command.invoice),
        }
    }

    fn decide(
        &self,
        world: &World,
        when: &When,
        ctx: &mut Ctx<'_, Rates>,
    ) -> Result<Outcome<Then>, Refusal> {
        match when {
            When::OrderFulfilled(event) => self.fulfilled(world, event, ctx),
            When::OrderBillable(event) => self.due(world, event, ctx),
            When::InvoiceCreate(command) => self.create(world, command, ctx),
            When::PaymentReceived(command) => payment::receive(world, command, ctx),
            When::TransferAssign(command) => transfer::assign(world, command, ctx),
            When::TransferReturn(command) => transfer::give_back(world, command, ctx),
            When::InvoiceCancel(command) => cancellation::cancel(world, command, ctx),
        }
    }
}

impl Invoicing {
    /// What an invoice of an order needs; `asked`: somebody asks for it.
    fn bill_needs(&self, order: OrderId, asked: bool, world: &World, needs: &mut Needs) {
        needs.lock(order);
        needs.look_up(LeadOfOrder(order));
        needs.look_up(InvoicesOfOrder(order));
        needs.series(self.series(self.today(world.now)));
        if let Some(order) = world.find(order).filter(|_| asked) {
            customer_needs(world, order.customer, needs);
        }
    }
}
