//! invoicing: a fulfilled order becomes an invoice with a gapless number; then it is paid or canceled.

use chrono::{DateTime, Datelike, NaiveDate, Utc};
use domain::commands::{InvoiceCancel, PaymentReceived};
use domain::decide::{Already, Ctx, Hold, Locks, Needs, Outcome, Refusal, Root, Worker, World};
use domain::events::{InvoiceCanceled, InvoiceIssued, InvoicePaid, OrderFulfilled};
use domain::invoice::{Invoice, SeriesKey};
use domain::lifecycle::Lifecycle;
use domain::links::{InvoicesOfOrder, LeadOfOrder};
use domain::message::SubjectKind;

mod bill;
mod cancellation;
mod document;
mod issue;
mod payment;
mod seller;
#[cfg(test)]
mod tests;

pub use seller::SellerSettings;

domain::one_of! {
    /// What invoicing hears.
    pub When: OrderFulfilled, PaymentReceived, InvoiceCancel
}

domain::one_of! {
    /// What invoicing may say.
    pub Then: InvoiceIssued, InvoicePaid, InvoiceCanceled
}

/// The worker from the fulfilled order to the paid invoice.
#[derive(Clone, Debug)]
pub struct Invoicing {
    seller: SellerSettings,
}

impl Invoicing {
    /// Issues invoices of this seller; the settings are expected to have no
    /// [problems](SellerSettings::problems).
    #[must_use]
    pub const fn new(seller: SellerSettings) -> Self {
        Self { seller }
    }

    fn today(&self, now: DateTime<Utc>) -> NaiveDate {
        now.with_timezone(&self.seller.zone).date_naive()
    }

    /// The run of numbers that an invoice of today takes its own from; each year begins a new one.
    fn series(&self, today: NaiveDate) -> SeriesKey {
        SeriesKey {
            seller: self.seller.code.clone(),
            kind: SubjectKind::Invoice.name().into(),
            year: today.year(),
        }
    }
}

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

/// The answer that names an existing invoice, by its number or by the reference of a payment.
fn already(invoice: &Invoice, reference: &str) -> Outcome<Then> {
    Outcome::already(Already {
        subject: SubjectKind::Invoice,
        id: invoice.id.into(),
        reference: Some(reference.to_owned()),
    })
}

fn refused(invoice: &Invoice, rule: &'static str, message: String) -> Refusal {
    let found = Invoice::state_name(&invoice.state);
    Refusal::no(SubjectKind::Invoice, &invoice.number, rule, found, message)
}
