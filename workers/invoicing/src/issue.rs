//! A fulfilled order is billed: once, for what was shipped, under the next number of the series.

use chrono::NaiveDate;
use domain::decide::{Ctx, Outcome, Refusal, World};
use domain::events::OrderFulfilled;
use domain::ids::InvoiceId;
use domain::invoice::{DocumentType, Invoice, InvoiceState, Series};
use domain::keys::{InvoicesOfOrder, LeadOfOrder};
use domain::lifecycle::Lifecycle;
use domain::message::SubjectKind;
use domain::order::{Order, OrderState};
use domain::rates::Rates;
use domain::totals::Header;

use crate::answer::{agreed, already};
use crate::bill::bill;
use crate::document::issued;
use crate::invoicing::Invoicing;
use crate::when::Then;

impl Invoicing {
    pub(crate) fn issue(
        &self,
        world: &World,
        event: &OrderFulfilled,
        ctx: &mut Ctx<'_, Rates>,
    ) -> Result<Outcome<Then>, Refusal> {
        if let Some(invoice) = world.all(InvoicesOfOrder(event.order))?.first() {
            return Ok(already(invoice, &invoice.number));
        }
        let order = world.known(event.order)?;
        let delivered = self.delivered(order)?;
        let terms = agreed(order.payment_terms, SubjectKind::Order, &order.number)?;

        let id: InvoiceId = ctx.id();
        let bill = bill(order, || ctx.id())?;
        let today = self.today(ctx.now);
        let key = self.series(today);
        let series = world.series(&key).cloned().unwrap_or_else(|| Series::new(key));
        let (series, counter, number, issue_date) = series.take(today);
        let exchange = self.seller.base().freeze(ctx.facts.all(), order.currency, issue_date);
        let header = Header { exchange, ..bill.header }.converted(&bill.totals);
        let invoice = Invoice {
            id,
            sequence: 0,
            document_type: DocumentType::Invoice,
            preceding: Vec::new(),
            series: series.key.clone(),
            number,
            counter,
            order: Some(order.id),
            quote: order.quote,
            opportunity: order.opportunity,
            customer: order.customer,
            issue_date,
            due_date: terms.due(issue_date),
            currency: order.currency,
            seller: self.seller.seller(),
            buyer: order.buyer.clone(),
            lines: bill.lines,
            header,
            totals: bill.totals,
            payment_terms: order.payment_terms,
            deliver_to: order.deliver_to.clone(),
            delivery_terms: order.delivery_terms.clone(),
            purchase_order: order.purchase_order.clone(),
            payments: Vec::new(),
            state: InvoiceState::Issued,
        };
        let lead = world.id_by(LeadOfOrder(order.id));
        let said = issued(&invoice, order, &terms, delivered, lead, &self.seller);
        Ok(Outcome::nothing().put(series).changed(invoice, said))
    }

    /// The day of the last shipment, in the seller's zone.
    fn delivered(&self, order: &Order) -> Result<NaiveDate, Refusal> {
        let OrderState::Fulfilled { at, .. } = order.state else {
            let found = Order::state_name(&order.state);
            let message = format!(
                "The order `{}` is {found}, and only a fulfilled order is invoiced; ship or cancel \
                 what is open.",
                order.number
            );
            let rule = "order.not_fulfilled";
            return Err(Refusal::no(SubjectKind::Order, &order.number, rule, found, message));
        };
        let last = order.shipments.iter().map(|shipment| shipment.at).max();
        Ok(self.today(last.unwrap_or(at)))
    }
}
