//! What an order bears of the customer's is corrected, as long as its invoice is not made: their own order number.

use domain::commands::{OrderUpdate, QuoteAccept};
use domain::decide::{Ctx, Outcome, Refusal, World};
use domain::events::OrderUpdated;
use domain::lifecycle::Lifecycle;
use domain::message::SubjectKind;
use domain::order::{Order, OrderAction, OrderState};
use domain::patch::Change;
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
    let number = command.purchase_order.onto_text(order.purchase_order.as_ref());
    if number == order.purchase_order {
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
    renumbered(order, number, ctx)
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
    let updated = order.apply(&OrderAction::Update)?;
    let said = OrderUpdated {
        order: order.id,
        purchase_order: Change::between(order.purchase_order.as_ref(), number.as_ref()),
        by: ctx.by(),
    };
    Ok(Outcome::nothing().changed(Order { purchase_order: number, ..updated }, said))
}

fn refused(
    order: &Order,
    rule: &'static str,
    found: impl ToString,
    message: impl Into<String>,
) -> Refusal {
    Refusal::no(SubjectKind::Order, &order.number, rule, found, message)
}
