use domain::commands::{OrderCancel, OrderShip};
use domain::events::{OrderFulfilled, OrderShipped};
use domain::ids::LineId;
use domain::order::{OrderState, SHIPMENTS_MAX, Shipment, ShippedLine};
use proptest::prelude::*;

use super::*;

fn ship(order: &Order, reference: &str, lines: &[(usize, Decimal)]) -> OrderShip {
    let line =
        |&(n, quantity): &(usize, Decimal)| ShippedLine { line: order.lines[n].line.id, quantity };
    OrderShip {
        order: order.id,
        reference: reference.parse().expect("a code"),
        lines: lines.iter().map(line).collect(),
    }
}

fn cancel(order: &Order, reason: &str) -> OrderCancel {
    OrderCancel { order: order.id, reason: reason.parse().expect("a reason") }
}

#[test]
fn f105_a_part_shipped_leaves_the_order_open_for_the_rest() {
    let (mut story, order) = ordered();
    let told = story.when(ship(&order, "D-1", &[(0, dec!(3))])).expect("shipped");
    assert_eq!(told.types(), ["order.shipped.v1"]);
    let said: OrderShipped = told.get().expect("order.shipped");
    let now = order_now(&story, order.id);
    assert_eq!((said.reference.as_str(), said.shipment), ("D-1", now.shipments[0].id));
    assert_eq!((now.lines[0].quantity_shipped, now.lines[0].open()), (dec!(3), dec!(9)));
    assert_eq!(now.state, OrderState::Active);
    assert_eq!(now.shipments[0].at, story.now);
}

#[test]
fn f107_the_last_shipment_fulfils_the_order() {
    let (mut story, order) = ordered();
    story.when(ship(&order, "D-1", &[(2, dec!(40)), (0, dec!(5))])).expect("shipped");
    story.when(ship(&order, "D-2", &[(0, dec!(7)), (1, dec!(1.25))])).expect("shipped");
    let told = story.when(ship(&order, "D-3", &[(1, dec!(2.25))])).expect("shipped");
    assert_eq!(told.types(), ["order.shipped.v1", "order.fulfilled.v1"]);
    assert!(!told.get::<OrderFulfilled>().expect("order.fulfilled").partial);
    assert_eq!(
        order_now(&story, order.id).state,
        OrderState::Fulfilled { at: story.now, partial: false }
    );
    assert_eq!(no(story.when(ship(&order, "D-4", &[(0, dec!(1))]))).0, "illegal_step");
}

#[test]
fn f106_the_same_reference_is_booked_once_and_with_other_lines_refused() {
    let (mut story, order) = ordered();
    story.when(ship(&order, "D-1", &[(0, dec!(3)), (2, dec!(4))])).expect("shipped");
    let before = order_now(&story, order.id).clone();
    let again = story.when(ship(&order, "D-1", &[(2, dec!(4.0)), (0, dec!(3))])).expect("answered");
    assert!(again.already && again.says.is_empty());
    for other in [
        &[(0, dec!(3))][..],
        &[(0, dec!(3)), (2, dec!(4)), (2, dec!(4))],
        &[(0, dec!(3)), (2, dec!(5))],
        &[],
    ] {
        assert_eq!(no(story.when(ship(&order, "D-1", other))).0, "order.conflicting_shipment");
    }
    assert_eq!(order_now(&story, order.id), &before);
}

#[test]
fn f106_a_repeat_is_answered_also_when_the_order_is_fulfilled() {
    let (mut story, order) = ordered();
    let all = ship(&order, "D-1", &[(0, dec!(12)), (1, dec!(3.5)), (2, dec!(40))]);
    story.when(all.clone()).expect("shipped");
    assert!(story.when(all).expect("answered").already);
}

#[test]
fn f105_a_shipment_with_anything_wrong_is_refused_whole() {
    let (mut story, order) = ordered();
    let unknown = OrderShip {
        lines: vec![ShippedLine { line: LineId(Uuid::nil()), quantity: dec!(1) }],
        ..ship(&order, "D-1", &[])
    };
    let cases = [
        (unknown, "order.unknown_line"),
        (ship(&order, " ", &[(0, dec!(1))]), "order.no_reference"),
        (ship(&order, "D-1", &[]), "order.empty_shipment"),
        (ship(&order, "D-1", &[(0, dec!(1)), (0, dec!(1))]), "order.duplicate_line"),
        (ship(&order, "D-1", &[(1, dec!(1)), (0, dec!(0))]), "order.shipped_nothing"),
        (ship(&order, "D-1", &[(1, dec!(1)), (0, dec!(-2))]), "order.shipped_nothing"),
        (ship(&order, "D-1", &[(1, dec!(1)), (0, dec!(2.5))]), "order.shipped_fraction"),
        (ship(&order, "D-1", &[(1, dec!(1)), (0, dec!(13))]), "order.shipped_beyond_ordered"),
    ];
    for (command, expected) in cases {
        assert_eq!(no(story.when(command)).0, expected);
        assert_eq!(order_now(&story, order.id), &order, "{expected} changed something");
    }
    story.when(ship(&order, "D-1", &[(1, dec!(1.125))])).expect("what is measured has fractions");
}

#[test]
fn f105_more_than_open_names_line_open_and_asked() {
    let (mut story, order) = ordered();
    story.when(ship(&order, "D-1", &[(0, dec!(10))])).expect("shipped");
    let (rule, message) = no(story.when(ship(&order, "D-2", &[(0, dec!(3))])));
    assert_eq!(rule, "order.shipped_beyond_ordered");
    let id = order.lines[0].line.id.to_string();
    for part in [id.as_str(), "only 2 is open", "but 3 was shipped", "Product PUMP"] {
        assert!(message.contains(part), "{message}");
    }
}

#[test]
fn f105_shipments_of_one_order_are_bounded() {
    let (mut story, mut order) = ordered();
    let shipment = |n: usize| Shipment {
        id: Uuid::from_u128(n as u128).into(),
        reference: format!("D-{n}"),
        at: at("2026-03-02T00:00:00Z"),
        lines: Vec::new(),
    };
    order.shipments = (0..SHIPMENTS_MAX).map(shipment).collect();
    story.world.place(order.clone().into());
    let refused = story.when(ship(&order, "D-last", &[(0, dec!(1))]));
    assert_eq!(no(refused).0, "order.too_many_shipments");
}

#[test]
fn f108_nothing_shipped_the_order_is_canceled() {
    let (mut story, order) = ordered();
    assert_eq!(no(story.when(cancel(&order, "  "))).0, "order.no_reason");
    let told = story.when(cancel(&order, "No money")).expect("canceled");
    assert_eq!(told.types(), ["order.canceled.v1"]);
    let now = order_now(&story, order.id);
    assert_eq!(now.state, OrderState::Canceled { at: story.now });
    assert!(now.nothing_open() && now.nothing_shipped());
    assert!(story.when(cancel(&order, "No money")).expect("answered").already);
    assert_eq!(no(story.when(ship(&order, "D-1", &[(0, dec!(1))]))).0, "illegal_step");
}

#[test]
fn f108_something_shipped_the_rest_is_canceled_and_the_order_fulfilled_in_part() {
    let (mut story, order) = ordered();
    story.when(ship(&order, "D-1", &[(0, dec!(5)), (2, dec!(40))])).expect("shipped");
    let told = story.when(cancel(&order, "Discontinued")).expect("canceled");
    assert_eq!(told.types(), ["order.fulfilled.v1"]);
    let said: OrderFulfilled = told.get().expect("order.fulfilled");
    assert!(said.partial && said.comment.as_deref() == Some("Discontinued"));
    let now = order_now(&story, order.id);
    assert_eq!(now.state, OrderState::Fulfilled { at: story.now, partial: true });
    let canceled: Vec<_> = now.lines.iter().map(|line| line.quantity_canceled).collect();
    assert_eq!(canceled, [dec!(7), dec!(3.5), dec!(0)]);
    assert!(now.nothing_open());
    assert!(story.when(cancel(&order, "Discontinued")).expect("the rest is canceled").already);
}

#[test]
fn f108_a_fulfilled_order_cannot_be_canceled_and_an_unknown_one_may_still_come() {
    let (mut story, order) = ordered();
    story
        .when(ship(&order, "D-1", &[(0, dec!(12)), (1, dec!(3.5)), (2, dec!(40))]))
        .expect("shipped");
    let (rule, message) = no(story.when(cancel(&order, "Too late")));
    assert_eq!(rule, "illegal_step");
    assert!(message.contains("cannot be canceled"), "{message}");
    let other = Order { id: OrderId(Uuid::nil()), ..order };
    assert_eq!(not_yet(story.when(cancel(&other, "Who?"))), "unknown");
    assert_eq!(not_yet(story.when(ship(&other, "D-1", &[(0, dec!(1))]))), "unknown");
}

/// Twenty shipments that together are the whole order: two gaskets each, and the rest spread.
fn twenty(order: &Order) -> Vec<OrderShip> {
    let shipment = |n: usize| {
        let mut lines = vec![(2, dec!(2))];
        if n < 12 {
            lines.push((0, dec!(1)));
        }
        if n % 4 == 1 {
            lines.push((1, dec!(0.7)));
        }
        ship(order, &format!("D-{n}"), &lines)
    };
    (0..20).map(shipment).collect()
}

fn after(order_of_arrival: &[usize]) -> (Order, usize) {
    let (mut story, order) = ordered();
    let shipments = twenty(&order);
    let mut fulfilled = 0;
    for &n in order_of_arrival {
        // The same shipment has the same id, whenever it arrives.
        let cause = Uuid::from_u128(1000 + n as u128);
        let told = story.when_caused_by(cause, shipments[n].clone()).expect("shipped or answered");
        fulfilled += told.all::<OrderFulfilled>().len();
    }
    let mut now = order_now(&story, order.id).clone();
    now.shipments.sort_by_key(|shipment| shipment.id);
    (now, fulfilled)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn f106_twenty_shipments_shuffled_and_doubled_end_in_the_same_state(
        arrival in Just((0..40).map(|n| n % 20).collect::<Vec<usize>>()).prop_shuffle()
    ) {
        let in_order: Vec<_> = (0..20).collect();
        let (expected, _) = after(&in_order);
        let (found, fulfilled) = after(&arrival);
        prop_assert_eq!(found, expected);
        prop_assert_eq!(fulfilled, 1);
    }

    #[test]
    fn f105_shipped_never_exceeds_ordered_whatever_is_sent(
        asked in proptest::collection::vec((0_usize..3, -3_i64..30), 1..40)
    ) {
        let (mut story, order) = ordered();
        for (n, (line, quantity)) in asked.into_iter().enumerate() {
            let before = order_now(&story, order.id).clone();
            let command = ship(&order, &format!("D-{n}"), &[(line, quantity.into())]);
            let answer = story.when(command);
            let now = order_now(&story, order.id);
            for line in &now.lines {
                prop_assert!(line.quantity_shipped <= line.line.quantity);
                prop_assert!(line.open() >= Decimal::ZERO);
            }
            let shipped: Decimal = now.shipments.iter()
                .flat_map(|shipment| &shipment.lines).map(|line| line.quantity).sum();
            let counted: Decimal = now.lines.iter().map(|line| line.quantity_shipped).sum();
            prop_assert_eq!(shipped, counted);
            prop_assert_eq!(answer.is_err(), &before == now);
        }
    }
}

#[test]
fn t5_a_direct_order_is_shipped_fulfilled_and_canceled_like_any_other() {
    let (_, order) = ordered();
    let direct = Order { quote: None, opportunity: None, ..order };
    let mut shipped = story().given(direct.clone());
    let all: Vec<_> = direct.lines.iter().map(|line| line.line.quantity).enumerate().collect();
    let told = shipped.when(ship(&direct, "D-1", &all)).expect("shipped");
    assert_eq!(told.types(), ["order.shipped.v1", "order.fulfilled.v1"]);
    let told =
        story().given(direct.clone()).when(cancel(&direct, "They moved.")).expect("canceled");
    assert_eq!(told.types(), ["order.canceled.v1"]);
}
