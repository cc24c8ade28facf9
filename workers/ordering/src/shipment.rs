//! The warehouse ships: any part of any line, in any order, each reference once.

use std::collections::BTreeMap;

use domain::billing::Progress;
use domain::commands::OrderShip;
use domain::decide::{Ctx, Outcome, Refusal, World};
use domain::events::{OrderBillable, OrderFulfilled, OrderShipped};
use domain::ids::LineId;
use domain::lifecycle::Lifecycle;
use domain::message::SubjectKind;
use domain::order::{Order, OrderAction, OrderLine, SHIPMENTS_MAX, Shipment, ShippedLine};
use domain::rates::Rates;
use rust_decimal::Decimal;

use crate::answer::already;
use crate::when::Then;

/// Units that are counted, not measured (UN/ECE Recommendation 20): one, piece, each, pair, set,
/// dozen, hundred, thousand.
const COUNTED_UNITS: &[&str] = &["C62", "H87", "EA", "PR", "SET", "DZN", "CEN", "MIL"];

/// Ships all of the command or nothing of it.
pub(crate) fn ship(
    world: &World,
    command: &OrderShip,
    ctx: &mut Ctx<'_, Rates>,
) -> Result<Outcome<Then>, Refusal> {
    let order = world.known(command.order)?;
    let reference = &*command.reference;
    let known = order.shipments.iter().find(|shipment| shipment.reference == reference);
    if let Some(shipment) = known {
        return repeated(order, shipment, command);
    }
    let mut shipped = order.apply(&OrderAction::Ship)?;
    check_form(order, reference, command)?;
    for asked in &command.lines {
        let line = shipped.lines.iter_mut().find(|line| line.line.id == asked.line);
        let line = line.ok_or_else(|| unknown_line(order, asked.line))?;
        check_line(order, line, asked.quantity)?;
        line.quantity_shipped += asked.quantity;
    }
    let shipment = Shipment {
        id: ctx.id(),
        reference: reference.to_owned(),
        at: ctx.now,
        lines: command.lines.clone(),
    };
    let said = OrderShipped {
        order: order.id,
        shipment: shipment.id,
        reference: shipment.reference.clone(),
        lines: shipment.lines.clone(),
    };
    shipped.shipments.push(shipment);
    if !shipped.nothing_open() {
        let outcome = Outcome::nothing().changed(shipped, said);
        let due = order.billing.due(Progress::Shipped);
        let order = order.id;
        return Ok(if due { outcome.say(OrderBillable { order }) } else { outcome });
    }
    let partial = shipped.lines.iter().any(|line| !line.quantity_canceled.is_zero());
    let fulfilled = shipped.apply(&OrderAction::Fulfil { at: ctx.now, partial })?;
    let fulfilled_said = OrderFulfilled { order: fulfilled.id, partial, comment: None };
    Ok(Outcome::nothing().say(said).changed(fulfilled, fulfilled_said))
}

/// The same reference: a repeat where it says the same, in whichever order; else two deliveries
/// claim one reference and somebody must look.
fn repeated(
    order: &Order,
    known: &Shipment,
    command: &OrderShip,
) -> Result<Outcome<Then>, Refusal> {
    let same = known.lines.len() == command.lines.len()
        && quantities(&known.lines) == quantities(&command.lines);
    if same {
        return Ok(already(order, &known.reference));
    }
    Err(refused(
        order,
        "order.conflicting_shipment",
        format!(
            "The shipment `{}` of the order `{}` is already recorded with other lines. Send a \
             further delivery under a reference of its own.",
            known.reference, order.number
        ),
    ))
}

fn quantities(lines: &[ShippedLine]) -> BTreeMap<LineId, Decimal> {
    lines.iter().map(|line| (line.line, line.quantity)).collect()
}

fn check_form(order: &Order, reference: &str, command: &OrderShip) -> Result<(), Refusal> {
    let number = &order.number;
    if reference.is_empty() {
        let message = format!(
            "The shipment of the order `{number}` has no reference; send the warehouse's own, so \
             that it is never booked twice."
        );
        return Err(refused(order, "order.no_reference", message));
    }
    if command.lines.is_empty() {
        let message =
            format!("The shipment `{reference}` of the order `{number}` has no lines; name some.");
        return Err(refused(order, "order.empty_shipment", message));
    }
    if order.shipments.len() >= SHIPMENTS_MAX {
        let message = format!(
            "The order `{number}` already has {SHIPMENTS_MAX} shipments, the most it can have; \
             cancel the rest with `order.cancel` and deliver it on a new order."
        );
        return Err(refused(order, "order.too_many_shipments", message));
    }
    if quantities(&command.lines).len() < command.lines.len() {
        let message = format!(
            "The shipment `{reference}` of the order `{number}` names a line twice; add the \
             quantities up and name it once."
        );
        return Err(refused(order, "order.duplicate_line", message));
    }
    Ok(())
}

fn check_line(order: &Order, line: &OrderLine, asked: Decimal) -> Result<(), Refusal> {
    let (id, name, number) = (line.line.id, &line.line.name, &order.number);
    if asked <= Decimal::ZERO {
        let message = format!(
            "Of line `{id}` ({name}) of the order `{number}` {asked} cannot be shipped; send a \
             quantity above zero."
        );
        return Err(refused(order, "order.shipped_nothing", message));
    }
    // A document line does not carry its product's quantity control, the catalog may have changed
    // since: a counted unit that was ordered whole is delivered whole.
    let counted = COUNTED_UNITS.contains(&line.line.unit.as_str());
    if counted && line.line.quantity.fract().is_zero() && !asked.fract().is_zero() {
        let message = format!(
            "Of line `{id}` ({name}) of the order `{number}` only whole units can be shipped, not \
             {asked}; correct the quantity."
        );
        return Err(refused(order, "order.shipped_fraction", message));
    }
    let open = line.open();
    if asked > open {
        let message = format!(
            "Of line `{id}` ({name}) of the order `{number}` only {open} is open, but {asked} was \
             shipped. Correct the quantity, or ship the excess on an order of its own."
        );
        return Err(refused(order, "order.shipped_beyond_ordered", message));
    }
    Ok(())
}

fn unknown_line(order: &Order, line: LineId) -> Refusal {
    let message = format!(
        "The order `{}` has no line `{line}`; take the line ids from its `order.created`.",
        order.number
    );
    refused(order, "order.unknown_line", message)
}

fn refused(order: &Order, rule: &'static str, message: String) -> Refusal {
    let found = Order::state_name(&order.state);
    Refusal::no(SubjectKind::Order, &order.number, rule, found, message)
}
