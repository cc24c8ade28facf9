//! An order is billed under the next number of the series: by itself as its policy says, or because somebody asks.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use domain::bill::{BillError, bill};
use domain::billed::{
    Billed, INVOICES_BY_ITSELF_MAX, INVOICES_MAX, Reach, billable, billable_by_itself,
};
use domain::billing::{Billing, Progress};
use domain::commands::{InvoiceCreate, LineToBill};
use domain::customer::Buyer;
use domain::decide::{Ctx, Outcome, Reason, Refusal, World};
use domain::events::{OrderBillable, OrderFulfilled};
use domain::ids::{InvoiceId, LineId};
use domain::invoice::{DocumentType, Invoice, InvoiceState, Series};
use domain::keys::{InvoicesOfOrder, LeadOfOrder};
use domain::lifecycle::Lifecycle;
use domain::message::SubjectKind;
use domain::order::{Order, OrderAction, OrderLine, OrderState};
use domain::rates::Rates;
use domain::survivor::buyer_now;
use domain::totals::Header;
use rust_decimal::Decimal;

use crate::answer::{agreed, already};
use crate::document::issued;
use crate::invoicing::Invoicing;
use crate::when::Then;

impl Invoicing {
    /// Nothing is open any more: what is not billed yet is billed.
    pub(crate) fn fulfilled(
        &self,
        world: &World,
        event: &OrderFulfilled,
        ctx: &mut Ctx<'_, Rates>,
    ) -> Result<Outcome<Then>, Refusal> {
        let documents = world.all(InvoicesOfOrder(event.order))?;
        let order = world.known(event.order)?;
        if !matches!(order.state, OrderState::Fulfilled { .. }) {
            return Err(not_fulfilled(order));
        }
        let policy = policy(order)?;
        if policy == Billing::ByHand {
            return Ok(Outcome::nothing());
        }
        let billed = Billed::of(documents.iter().copied());
        let now = billable_by_itself(order, &billed, Reach::of(policy, false));
        if let Some(invoice) = documents.first().filter(|_| nothing(&now)) {
            return Ok(already(invoice, &invoice.number));
        }
        let asked = false;
        self.issue((world, order, asked), &billed, &now, ctx)
    }

    /// Something is to be billed before all is done.
    pub(crate) fn due(
        &self,
        world: &World,
        event: &OrderBillable,
        ctx: &mut Ctx<'_, Rates>,
    ) -> Result<Outcome<Then>, Refusal> {
        let documents = world.all(InvoicesOfOrder(event.order))?;
        let order = world.known(event.order)?;
        let policy = policy(order)?;
        let billed = Billed::of(documents.iter().copied());
        let now = billable_by_itself(order, &billed, Reach::of(policy, false));
        let many = documents.len() >= INVOICES_BY_ITSELF_MAX;
        if !policy.due(Progress::Shipped) || nothing(&now) || many {
            return Ok(Outcome::nothing());
        }
        let asked = false;
        self.issue((world, order, asked), &billed, &now, ctx)
    }

    /// Somebody asks for an invoice.
    pub(crate) fn create(
        &self,
        world: &World,
        command: &InvoiceCreate,
        ctx: &mut Ctx<'_, Rates>,
    ) -> Result<Outcome<Then>, Refusal> {
        let documents = world.all(InvoicesOfOrder(command.order))?;
        let order = world.known(command.order)?;
        order.apply(&OrderAction::Bill)?;
        let policy = policy(order)?;
        let billed = Billed::of(documents.iter().copied());
        let by_name = !command.lines.is_empty();
        let most = billable(order, &billed, Reach::of(policy, by_name));
        let now = if by_name { wanted(order, &most, &command.lines)? } else { most };
        if nothing(&now) {
            return Err(nothing_billable(order, &documents));
        }
        if documents.len() >= INVOICES_MAX {
            let message = format!(
                "The order `{}` has {INVOICES_MAX} invoices and credit notes, the most that it can have; bill the \
                 rest by hand.",
                order.number
            );
            return Err(refused(order, "order.too_many_invoices", message));
        }
        let asked = true;
        self.issue((world, order, asked), &billed, &now, ctx)
    }

    fn issue(
        &self,
        (world, order, asked): (&World, &Order, bool),
        billed: &Billed,
        now: &[Decimal],
        ctx: &mut Ctx<'_, Rates>,
    ) -> Result<Outcome<Then>, Refusal> {
        let terms = agreed(order.payment_terms, SubjectKind::Order, &order.number)?;
        let id: InvoiceId = ctx.id();
        let bill = bill(order, billed, now, || ctx.id()).map_err(|e| not_computable(order, &e))?;
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
            buyer: buyer(world, order, asked),
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
        let invoice = Invoice { state: invoice.at_birth(ctx.now), ..invoice };
        let lead = world.id_by(LeadOfOrder(order.id));
        let delivered = self.delivered(order);
        let said = issued(&invoice, Some(&order.number), &terms, delivered, lead, &self.seller);
        Ok(Outcome::nothing().put(series).changed(invoice, said))
    }

    /// The day of the last shipment, in the seller's zone.
    pub(crate) fn delivered(&self, order: &Order) -> Option<NaiveDate> {
        let last = order.shipments.iter().map(|shipment| shipment.at).max();
        let end = match order.state {
            OrderState::Fulfilled { at, .. } => Some(at),
            _ => None,
        };
        last.or(end).map(|at| self.today(at))
    }
}

/// Who asks for an invoice gets the buyer as they are today; by itself it goes to whom the invoice before went.
fn buyer(world: &World, order: &Order, asked: bool) -> Buyer {
    if asked {
        return buyer_now(world, order.customer).unwrap_or_else(|| order.buyer.clone());
    }
    let (documents, _) = world.newest(InvoicesOfOrder(order.id));
    documents.first().map_or_else(|| order.buyer.clone(), |before| before.buyer.clone())
}

fn policy(order: &Order) -> Result<Billing, Refusal> {
    order.billing.known().map_err(|word| {
        let message = format!(
            "The order `{}` is billed `{word}`, which only a newer leadmill knows; put the message back with \
             `leadmill parked replay` when that runs.",
            order.number
        );
        let kind = SubjectKind::Order;
        Refusal::Newer(Reason::new(kind, &order.number, "newer.billing", word, message))
    })
}

fn nothing(quantities: &[Decimal]) -> bool {
    quantities.iter().all(Decimal::is_zero)
}

/// What of each line somebody wants to be billed; never more than can be.
fn wanted(order: &Order, most: &[Decimal], lines: &[LineToBill]) -> Result<Vec<Decimal>, Refusal> {
    let mut asked: BTreeMap<LineId, Decimal> = BTreeMap::new();
    for line in lines {
        if asked.insert(line.order_line, line.quantity).is_some() {
            let message = format!(
                "Of the order `{}` the line `{}` is to be billed twice; add the quantities up and name it once.",
                order.number, line.order_line
            );
            return Err(refused(order, "order.duplicate_line", message));
        }
    }
    let mut now = Vec::with_capacity(most.len());
    for (of, most) in order.lines.iter().zip(most) {
        let quantity = asked.remove(&of.line.id);
        now.push(
            quantity.map_or(Ok(Decimal::ZERO), |quantity| of_line(order, of, quantity, *most))?,
        );
    }
    match asked.keys().next() {
        None => Ok(now),
        Some(line) => {
            let message = format!(
                "The order `{}` has no line `{line}`; take the line ids from its `order.created`.",
                order.number
            );
            Err(refused(order, "order.unknown_line", message))
        }
    }
}

fn of_line(
    order: &Order,
    of: &OrderLine,
    quantity: Decimal,
    most: Decimal,
) -> Result<Decimal, Refusal> {
    let (name, number) = (of.line.label(), &order.number);
    if quantity <= Decimal::ZERO {
        let message = format!(
            "Of {name} of the order `{number}` {quantity} cannot be billed; send a quantity above zero."
        );
        return Err(refused(order, "order.billed_nothing", message));
    }
    if quantity > most {
        let message = format!(
            "Of {name} of the order `{number}` {} can be billed, and {} were asked for: {} are ordered, {} shipped \
             and {} canceled. Bill no more than that, or see with `leadmill list billable` what there is.",
            most.normalize(),
            quantity.normalize(),
            of.line.quantity.normalize(),
            of.quantity_shipped.normalize(),
            of.quantity_canceled.normalize()
        );
        return Err(refused(order, "order.billed_beyond", message));
    }
    Ok(quantity)
}

fn nothing_billable(order: &Order, documents: &[&Invoice]) -> Refusal {
    let numbers: Vec<_> = documents.iter().rev().map(|document| &*document.number).collect();
    let why = if numbers.is_empty() {
        "nothing of it was shipped. Ship it with `order.ship`, or name the lines where it is billed `by_hand`".into()
    } else {
        format!(
            "what was shipped stands on {}. Cancel what is not paid with `invoice.cancel` where it is to be billed anew",
            numbers.join(", ")
        )
    };
    let message = format!("Nothing of the order `{}` can be billed: {why}.", order.number);
    refused(order, "order.nothing_billable", message)
}

fn not_fulfilled(order: &Order) -> Refusal {
    let message = format!(
        "The order `{}` is {}, and only a fulfilled order is invoiced by itself; ship or cancel what is open, or bill \
         it with `invoice.create`.",
        order.number,
        Order::state_name(&order.state)
    );
    refused(order, "order.not_fulfilled", message)
}

fn not_computable(order: &Order, error: &BillError) -> Refusal {
    let message = format!(
        "The order `{}` cannot be invoiced so: {error} Bill all of it in one, or issue this invoice by hand.",
        order.number
    );
    refused(order, "invoice.not_computable", message)
}

fn refused(order: &Order, rule: &'static str, message: String) -> Refusal {
    let found = Order::state_name(&order.state);
    Refusal::no(SubjectKind::Order, &order.number, rule, found, message)
}
