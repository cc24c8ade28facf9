//! The rest of an order is not wanted any more.

use domain::billed::Billed;
use domain::commands::OrderCancel;
use domain::decide::{Ctx, Outcome, Refusal, World};
use domain::events::{OrderCanceled, OrderFulfilled};
use domain::keys::InvoicesOfOrder;
use domain::lifecycle::Lifecycle;
use domain::message::SubjectKind;
use domain::order::{Order, OrderAction, OrderLine, OrderState};
use domain::rates::Rates;

use crate::answer::already;
use crate::when::Then;

/// Cancels what is open. Nothing shipped: the order is canceled; something shipped: it is fulfilled
/// in part, and that part is invoiced. An order whose rest was canceled before is answered as such.
pub(crate) fn cancel(
    world: &World,
    command: &OrderCancel,
    ctx: &Ctx<'_, Rates>,
) -> Result<Outcome<Then>, Refusal> {
    let order = world.known(command.order)?;
    if matches!(
        order.state,
        OrderState::Canceled { .. } | OrderState::Fulfilled { partial: true, .. }
    ) {
        return Ok(already(order, &order.number));
    }
    let at = ctx.now;
    let nothing_shipped = order.nothing_shipped();
    let mut ended = order.apply(&OrderAction::Cancel { at })?;
    if !nothing_shipped {
        ended = order.apply(&OrderAction::Fulfil { at, partial: true })?;
    }
    let comment = reason(order, &command.reason)?;
    not_billed_beyond(world, order)?;
    ended = ended.rest_canceled();
    let (order, outcome) = (ended.id, Outcome::nothing());
    Ok(if nothing_shipped {
        outcome.changed(ended, OrderCanceled { order, comment })
    } else {
        outcome.changed(ended, OrderFulfilled { order, partial: true, comment: Some(comment) })
    })
}

/// What was billed before it was shipped is taken back first.
fn not_billed_beyond(world: &World, order: &Order) -> Result<(), Refusal> {
    let invoices = world.all(InvoicesOfOrder(order.id))?;
    let billed = Billed::of(invoices.iter().copied());
    let beyond = |of: &&OrderLine| billed.quantity(of.line.id) > of.quantity_shipped;
    let Some(of) = order.lines.iter().find(beyond) else { return Ok(()) };
    let numbers: Vec<_> = invoices.iter().rev().map(|invoice| invoice.number.as_str()).collect();
    let message = format!(
        "Of {} {} of the order `{}` are billed ({}) and {} were shipped, so the rest cannot be canceled yet. Cancel \
         with `invoice.cancel` what will not be delivered and is not paid, then cancel the order.",
        billed.quantity(of.line.id).normalize(),
        of.line.label(),
        order.number,
        numbers.join(", "),
        of.quantity_shipped.normalize()
    );
    let found = Order::state_name(&order.state);
    Err(Refusal::no(SubjectKind::Order, &order.number, "order.billed", found, message))
}

fn reason(order: &Order, reason: &str) -> Result<String, Refusal> {
    if !reason.is_empty() {
        return Ok(reason.to_owned());
    }
    let message = format!(
        "The order `{}` is not canceled without a reason; send `order.cancel` with one.",
        order.number
    );
    let found = Order::state_name(&order.state);
    Err(Refusal::no(SubjectKind::Order, &order.number, "order.no_reason", found, message))
}
