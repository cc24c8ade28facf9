//! How an order is billed: it comes from the quote, can be changed while nothing is billed, and says when something is due.

use domain::commands::{OrderCancel, OrderShip, OrderUpdate};
use domain::events::OrderUpdated;
use domain::invoice::{Invoice, InvoiceLine};
use domain::order::{OrderLine, ShippedLine};
use domain::patch::{Change, Patch};

use super::*;

fn billed_so(billing: Billing) -> Story<Ordering> {
    let of = |quote: Quote| Quote { offer: Offer { billing, ..quote.offer }, ..quote };
    story().given(deal(vec![of(quote(QUOTE, 0, active()))]))
}

fn order_of(story: &Story<Ordering>) -> Order {
    story.world.by(OrderOfQuote(QUOTE)).cloned().expect("an order")
}

fn update(order: &Order, billing: Patch<Billing>) -> OrderUpdate {
    let purchase_order = Patch::Keep;
    OrderUpdate { order: order.id, expected_sequence: None, purchase_order, billing }
}

fn ship(order: &Order, reference: &str, quantity: Decimal) -> OrderShip {
    let lines = vec![ShippedLine { line: order.lines[0].line.id, quantity }];
    OrderShip { order: order.id, reference: reference.parse().expect("a code"), lines }
}

/// An invoice over so many of the first line.
fn invoice(of: &Order, quantity: Decimal) -> Invoice {
    let line = Line { quantity, ..of.lines[0].line.clone() };
    let lines = vec![InvoiceLine { line, order_line: Some(of.lines[0].line.id) }];
    Invoice { order: Some(of.id), lines, ..samples::invoice(Uuid::from_u128(40).into(), 1) }
}

#[test]
fn f107_what_is_billed_when_it_is_ordered_is_due_with_the_order() {
    let mut story = billed_so(Billing::OnOrder);
    let told = story.when(accept(QUOTE)).expect("accepted");
    let types = ["order.created.v1", "quote.won.v1", "order.billable.v1", "opportunity.won.v1"];
    assert_eq!(told.types(), types);
    assert_eq!(order_of(&story).billing, Billing::OnOrder);
}

#[test]
fn f107_each_delivery_but_the_last_is_due_where_an_order_is_billed_so() {
    let mut story = billed_so(Billing::PerShipment);
    let told = story.when(accept(QUOTE)).expect("accepted");
    assert!(!told.types().contains(&"order.billable.v1"), "nothing was shipped");
    let order = order_of(&story);
    let told = story.when(ship(&order, "D-1", dec!(3))).expect("shipped");
    assert_eq!(told.types(), ["order.shipped.v1", "order.billable.v1"]);
    let line = |line: &OrderLine| ShippedLine { line: line.line.id, quantity: line.open() };
    let lines = order_of(&story).lines.iter().map(line).collect();
    let rest = OrderShip { order: order.id, reference: "D-2".parse().expect("a code"), lines };
    let told = story.when(rest).expect("shipped");
    assert_eq!(told.types(), ["order.shipped.v1", "order.fulfilled.v1"]);
}

#[test]
fn f107_how_an_order_is_billed_changes_only_while_nothing_is_billed() {
    let (mut story, order) = ordered();
    story.when(ship(&order, "D-1", dec!(3))).expect("shipped");
    let told = story.when(update(&order, Patch::Set(Billing::PerShipment))).expect("updated");
    assert_eq!(told.types(), ["order.updated.v1", "order.billable.v1"], "something was shipped");
    let said: OrderUpdated = told.get().expect("order.updated");
    let change = Change { from: Some(Billing::WhenFulfilled), to: Some(Billing::PerShipment) };
    assert_eq!((said.billing, said.purchase_order), (Some(change), None));
    let again = update(&order, Patch::Set(Billing::PerShipment));
    assert!(story.when(again).expect("answered").already);
    let told = story.when(update(&order, Patch::Clear)).expect("updated");
    assert_eq!(told.types(), ["order.updated.v1"]);
    let mut story = story.given(invoice(&order, dec!(3)));
    let (rule, message) = no(story.when(update(&order, Patch::Set(Billing::ByHand))));
    assert_eq!(rule, "order.billed");
    assert!(message.contains("INV-2026-000001"), "{message}");
}

#[test]
fn f108_what_is_billed_and_not_shipped_is_given_back_before_it_is_canceled() {
    let (mut story, order) = ordered();
    story.when(ship(&order, "D-1", dec!(3))).expect("shipped");
    let cancel =
        || OrderCancel { order: order.id, reason: "They moved.".parse().expect("a reason") };
    let mut beyond = story.given(invoice(&order, dec!(4)));
    let (rule, message) = no(beyond.when(cancel()));
    assert_eq!(rule, "order.billed");
    assert!(
        message.contains("INV-2026-000001") && message.contains("`invoice.cancel`"),
        "{message}"
    );
    let mut within = beyond.given(invoice(&order, dec!(3)));
    assert_eq!(within.when(cancel()).expect("canceled").types(), ["order.fulfilled.v1"]);
}
