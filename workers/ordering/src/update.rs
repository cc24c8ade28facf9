//! What an order bears is corrected, as long as its invoice is not made: the customer's own order number, and when it is
//! billed.

use domain::billed::Billed;
use domain::billing::{Billing, Progress};
use domain::commands::{OrderUpdate, QuoteAccept};
use domain::decide::{Ctx, Outcome, Refusal, World};
use domain::events::{OrderBillable, OrderUpdated};
use domain::keys::InvoicesOfOrder;
use domain::lifecycle::Lifecycle;
use domain::message::SubjectKind;
use domain::order::{Order, OrderAction, OrderState};
use domain::patch::{Change, Patch};
use domain::rates::Rates;

use crate::answer::already;
use crate::when::Then;

/// What somebody corrects.
pub(crate) fn update(
    world: &World,
    command: &OrderUpdate,
    ctx: &Ctx<'_, Rates>,
) -> Result<Outcome<Then>, Refusal> {
    let order = world.known(command.order)?;
    let wanted = Bears {
        number: command.purchase_order.onto_text(order.purchase_order.as_ref()),
        billing: match command.billing {
            Patch::Keep => order.billing,
            Patch::Clear => Billing::default(),
            Patch::Set(billing) => billing,
        },
    };
    if wanted == Bears::of(order) {
        return Ok(already(order, &order.number));
    }
    if let Some(expected) = command.expected_sequence.filter(|it| *it != order.sequence) {
        let (id, sequence) = (order.id, order.sequence);
        let message = format!(
            "The order `{}` has changed: its sequence is {sequence}, and {expected} was expected. Look at it with \
             `leadmill show order {id}`, and send what still holds.",
            order.number
        );
        return Err(refused(order, "expected_sequence", format!("sequence {sequence}"), message));
    }
    if wanted.billing == order.billing {
        return renumbered(order, wanted.number, ctx);
    }
    not_billed(world, order)?;
    let billing = wanted.billing;
    let outcome = changed(order, wanted, ctx)?;
    let so_far = if order.nothing_shipped() { Progress::Ordered } else { Progress::Shipped };
    let order = order.id;
    Ok(if billing.due(so_far) { outcome.say(OrderBillable { order }) } else { outcome })
}

/// How an order is billed is settled once something of it is.
fn not_billed(world: &World, order: &Order) -> Result<(), Refusal> {
    let invoices = world.all(InvoicesOfOrder(order.id))?;
    if Billed::of(invoices.iter().copied()).is_nothing() {
        return Ok(());
    }
    let numbers: Vec<_> = invoices.iter().rev().map(|invoice| invoice.number.as_str()).collect();
    let message = format!(
        "Of the order `{}` something is billed already ({}), so when it is billed cannot be changed any more. Bill the \
         rest with `invoice.create`.",
        order.number,
        numbers.join(", ")
    );
    Err(refused(order, "order.billed", Order::state_name(&order.state), message))
}

/// What of an order may be corrected.
#[derive(PartialEq)]
struct Bears {
    number: Option<String>,
    billing: Billing,
}

impl Bears {
    fn of(order: &Order) -> Self {
        Self { number: order.purchase_order.clone(), billing: order.billing }
    }
}

/// The quote was accepted before, and the customer says it again: a number that the order does not have yet is taken
/// (S2), another one than it has is not.
pub(crate) fn numbered(
    order: &Order,
    command: &QuoteAccept,
    ctx: &Ctx<'_, Rates>,
) -> Result<Outcome<Then>, Refusal> {
    let number = command.purchase_order.as_deref().filter(|number| !number.is_empty());
    let Some(number) = number else { return Ok(already(order, &order.number)) };
    match order.purchase_order.as_deref() {
        None => renumbered(order, Some(number.to_owned()), ctx),
        Some(known) if known == number => Ok(already(order, &order.number)),
        Some(known) => {
            let message = format!(
                "The order `{}` bears the customer's order number `{known}`, so `{number}` was not taken. Where it is \
                 the right one, correct it with `order.update`.",
                order.number
            );
            Err(refused(order, "order.purchase_order", known, message))
        }
    }
}

fn renumbered(
    order: &Order,
    number: Option<String>,
    ctx: &Ctx<'_, Rates>,
) -> Result<Outcome<Then>, Refusal> {
    if !matches!(order.state, OrderState::Active) {
        let found = Order::state_name(&order.state);
        let message = format!(
            "The order `{}` is {found}, so the customer's order number cannot be changed any more{}. They find the \
             order by its own number, `{0}`.",
            order.number,
            if found == "fulfilled" { ": its invoice is made" } else { "" }
        );
        return Err(refused(order, "order.purchase_order_late", found, message));
    }
    changed(order, Bears { number, billing: order.billing }, ctx)
}

fn changed(order: &Order, now: Bears, ctx: &Ctx<'_, Rates>) -> Result<Outcome<Then>, Refusal> {
    let updated = order.apply(&OrderAction::Update)?;
    let Bears { number, billing } = now;
    let said = OrderUpdated {
        order: order.id,
        purchase_order: Change::between(order.purchase_order.as_ref(), number.as_ref()),
        billing: Change::between(Some(&order.billing), Some(&billing)),
        by: ctx.by(),
    };
    Ok(Outcome::nothing().changed(Order { purchase_order: number, billing, ..updated }, said))
}

fn refused(
    order: &Order,
    rule: &'static str,
    found: impl ToString,
    message: impl Into<String>,
) -> Refusal {
    Refusal::no(SubjectKind::Order, &order.number, rule, found, message)
}
