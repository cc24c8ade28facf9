//! Orders that are billed in parts: by themselves or by hand, and always exactly.

use domain::billing::Billing;
use domain::commands::{InvoiceCreate, LineToBill};
use domain::customer::{Account, Customer};
use domain::events::OrderBillable;
use domain::ids::{AccountId, LineId};
use domain::invoice::InvoiceState;
use domain::order::ShippedLine;
use domain::totals::{TaxPart, Totals};
use proptest::prelude::*;

use super::arithmetic::{adds_up, cents, documents};
use super::*;

/// The line of the order.
fn of(order: &Order, n: usize) -> LineId {
    order.lines[n].line.id
}

/// So much of each line is shipped, and the rest is open.
fn open(mut order: Order, shipped: &[Decimal]) -> Order {
    for (line, shipped) in order.lines.iter_mut().zip(shipped) {
        (line.quantity_shipped, line.quantity_canceled) = (*shipped, dec!(0));
    }
    Order { state: OrderState::Active, ..order }
}

fn create(lines: &[(LineId, Decimal)]) -> InvoiceCreate {
    let lines =
        lines.iter().map(|(line, quantity)| LineToBill { order_line: *line, quantity: *quantity });
    InvoiceCreate { order: ORDER, lines: lines.collect() }
}

fn said(story: &mut Story<Invoicing>, message: impl Into<crate::When>) -> InvoiceIssued {
    let told = story.when(message).expect("billed");
    assert_eq!(told.types(), ["invoice.issued.v1"]);
    told.get().expect("invoice.issued")
}

/// The documents of the order added up.
fn together(story: &Story<Invoicing>) -> domain::billed::Billed {
    let invoices = story.world.all(InvoicesOfOrder(ORDER)).expect("not too many");
    domain::billed::Billed::of(invoices)
}

fn without_nothing(totals: &Totals) -> Totals {
    let something = |part: &&TaxPart| {
        ![part.net_amount, part.discount_amount, part.freight_amount, part.base, part.tax]
            .iter()
            .all(Decimal::is_zero)
    };
    let breakdown = totals.breakdown.iter().filter(something).cloned().collect();
    Totals { breakdown, ..totals.clone() }
}

#[test]
fn f110_three_parts_of_the_golden_document_add_up_to_it() {
    let whole = issue(&order());
    let order = Order { billing: Billing::ByHand, ..order() };
    let mut story = story(&order);
    let (pumps, hoses) = (of(&order, 0), of(&order, 1));
    let first = said(&mut story, create(&[(pumps, dec!(5))]));
    assert_eq!(first.lines[0].net_amount, dec!(561.67), "570.00 less 5/12 of 20.00");
    let second = said(&mut story, create(&[(pumps, dec!(4)), (hoses, dec!(2))]));
    assert_eq!(second.lines.len(), 2);
    let third = said(&mut story, create(&[(pumps, dec!(3)), (hoses, dec!(1))]));
    let numbers = [&first, &second, &third].map(|it| it.counter);
    assert_eq!(numbers, [1, 2, 3]);
    let sum = |amount: fn(&InvoiceIssued) -> Decimal| -> (Decimal, Decimal) {
        ([&first, &second, &third].into_iter().map(amount).sum(), amount(&whole))
    };
    for amount in [
        |it: &InvoiceIssued| it.totals.lines,
        |it: &InvoiceIssued| it.totals.line_allowances,
        |it: &InvoiceIssued| it.totals.allowances,
        |it: &InvoiceIssued| it.totals.charges,
        |it: &InvoiceIssued| it.totals.vat,
        |it: &InvoiceIssued| it.totals.gross,
        |it: &InvoiceIssued| it.header.discount_amount,
        |it: &InvoiceIssued| it.header.freight_amount,
    ] {
        let (parts, whole) = sum(amount);
        assert_eq!(parts, whole);
    }
    let more = story.when(create(&[]));
    assert_eq!(no(more).0, "order.nothing_billable");
}

#[test]
fn f110_an_absolute_discount_is_divided_over_the_parts_and_not_repeated() {
    let lines = vec![line(dec!(3), dec!(100), (dec!(0), dec!(0)))];
    let header = Header { discount_amount: dec!(10), ..Header::default() };
    let order = Order { billing: Billing::ByHand, ..shipped(lines, header, &[dec!(3)]) };
    let mut story = story(&order);
    let mut part = || said(&mut story, create(&[(of(&order, 0), dec!(1))])).totals.allowances;
    assert_eq!([part(), part(), part()], [dec!(3.33), dec!(3.34), dec!(3.33)]);
}

#[test]
fn f111_no_more_is_billed_than_the_policy_lets_and_each_refusal_names_its_rule() {
    let order = open(order(), &[dec!(5), dec!(0)]);
    let mut story = story(&order);
    let (pumps, hoses) = (of(&order, 0), of(&order, 1));
    for (lines, rule) in [
        (vec![(pumps, dec!(5.01))], "order.billed_beyond"),
        (vec![(hoses, dec!(1))], "order.billed_beyond"),
        (vec![(pumps, dec!(0))], "order.billed_nothing"),
        (vec![(pumps, dec!(-1))], "order.billed_nothing"),
        (vec![(pumps, dec!(1)), (pumps, dec!(1))], "order.duplicate_line"),
        (vec![(Uuid::nil().into(), dec!(1))], "order.unknown_line"),
    ] {
        assert_eq!(no(story.when(create(&lines))).0, rule);
    }
    said(&mut story, create(&[(pumps, dec!(3.5))]));
    let (rule, message) = no(story.when(create(&[(pumps, dec!(2))])));
    assert_eq!(rule, "order.billed_beyond");
    assert!(message.contains("1.5 can be billed, and 2 were asked for"), "{message}");
    assert_eq!(said(&mut story, create(&[])).lines[0].quantity, dec!(1.5), "the rest");
    assert_eq!(no(story.when(create(&[]))).0, "order.nothing_billable");
}

#[test]
fn f111_decimal_parts_reach_the_whole() {
    let lines = vec![line(dec!(1), dec!(99.99), (dec!(0), dec!(0)))];
    let order = shipped(lines, Header::default(), &[dec!(1)]);
    let order = Order { billing: Billing::ByHand, ..order };
    let mut story = story(&order);
    for part in [dec!(0.35), dec!(0.35), dec!(0.30)] {
        said(&mut story, create(&[(of(&order, 0), part)]));
    }
    assert_eq!(together(&story).quantity(of(&order, 0)), dec!(1));
    assert_eq!(no(story.when(create(&[]))).0, "order.nothing_billable");
}

#[test]
fn f107_an_order_billed_per_shipment_has_an_invoice_for_each() {
    let order = Order { billing: Billing::PerShipment, ..open(order(), &[dec!(5), dec!(0)]) };
    let mut story = story(&order);
    let due = || OrderBillable { order: ORDER };
    assert_eq!(said(&mut story, due()).lines[0].quantity, dec!(5));
    assert!(story.when(due()).expect("heard twice").says.is_empty());
    let (lines, header) = golden();
    let all =
        Order { billing: Billing::PerShipment, ..shipped(lines, header, &[dec!(12), dec!(3)]) };
    story = story.given(all.clone());
    let rest = said(&mut story, fulfilled(ORDER));
    assert_eq!(rest.lines.iter().map(|line| line.quantity).sum::<Decimal>(), dec!(10));
    assert_eq!(together(&story).totals.map(|it| it.total_amount), Some(all.totals.total_amount));
    assert!(story.when(fulfilled(ORDER)).expect("answered").already);
}

#[test]
fn f107_an_order_billed_when_it_is_ordered_has_one_invoice_before_anything_leaves() {
    let order = Order {
        billing: Billing::OnOrder,
        shipments: Vec::new(),
        ..open(order(), &[dec!(0), dec!(0)])
    };
    let mut story = story(&order);
    let first = said(&mut story, OrderBillable { order: ORDER });
    assert_eq!((first.totals.gross, first.delivery.date), (order.totals.total_amount, None));
    let done = Order { billing: Billing::OnOrder, ..super::order() };
    story = story.given(done);
    assert!(story.when(fulfilled(ORDER)).expect("all is billed").already);
}

#[test]
fn f107_what_is_billed_by_hand_is_never_billed_by_itself() {
    let hand = |order| Order { billing: Billing::ByHand, ..order };
    let mut all = story(&hand(order()));
    assert!(all.when(fulfilled(ORDER)).expect("heard").says.is_empty());
    let order = hand(open(order(), &[dec!(0), dec!(0)]));
    let mut story = story(&order);
    assert_eq!(no(story.when(create(&[]))).0, "order.nothing_billable", "nothing is shipped");
    said(&mut story, create(&[(of(&order, 0), dec!(2))]));
    let canceled = Order { state: OrderState::Canceled { at: story.now }, ..order };
    story = story.given(canceled);
    assert_eq!(no(story.when(create(&[]))).0, "illegal_step");
}

#[test]
fn f107_an_order_with_a_policy_of_a_newer_program_waits_for_it() {
    let word =
        domain::newer::NewerWord::try_from(std::borrow::Cow::from("monthly")).expect("a word");
    let mut story = story(&Order { billing: Billing::Newer(word), ..order() });
    let Err(Refusal::Newer(reason)) = story.when(fulfilled(ORDER)) else { panic!("it is decided") };
    assert!(reason.message.contains("`monthly`"), "{reason}");
}

#[test]
fn f109_who_asks_for_an_invoice_gets_the_buyer_as_they_are_today_and_the_next_goes_there_too() {
    let name = "Molinos Nuevos SL";
    let account = samples::account(AccountId(Uuid::from_u128(9)));
    let account = Account { name: name.into(), ..account };
    let customer = Customer { account: Some(account.id), contact: None };
    let of = |order| Order { customer, ..order };
    let mut by_itself = story(&of(order())).given(account.clone());
    assert_eq!(said(&mut by_itself, fulfilled(ORDER)).buyer, order().buyer, "as it was ordered");
    let mut story = story(&of(open(order(), &[dec!(5), dec!(0)]))).given(account);
    assert_eq!(said(&mut story, create(&[])).buyer.name, name);
    let mut story = story.given(of(order()));
    assert_eq!(said(&mut story, fulfilled(ORDER)).buyer.name, name);
}

#[test]
fn s1_an_invoice_that_asks_for_nothing_is_paid_when_it_is_issued() {
    let free = line(dec!(2.25), dec!(18.50), (dec!(0), dec!(41.63)));
    let order = shipped(vec![free], Header::default(), &[dec!(2.25)]);
    let (story, id) = billed(&order);
    let invoice = invoice_now(&story, id);
    assert_eq!(invoice.totals.total_amount, dec!(0));
    assert_eq!(invoice.state, InvoiceState::Paid { at: story.now, discount: dec!(0) });
}

/// How much of what is left each part takes, in percent.
fn splits() -> impl Strategy<Value = Vec<Vec<i64>>> {
    proptest::collection::vec(proptest::collection::vec(0_i64..=100, 8), 1..5)
}

proptest! {
    #[test]
    fn f110_any_split_of_any_order_adds_up_in_every_column((lines, header) in documents(), splits in splits()) {
        let whole: Vec<_> = lines.iter().map(|line| line.quantity).collect();
        let order = shipped(lines, header, &whole);
        let one = super::story(&order).when(fulfilled(ORDER)).expect("all of it is billed");
        let one: InvoiceIssued = one.get().expect("invoice.issued");
        let order = Order { billing: Billing::ByHand, ..order };
        let mut story = super::story(&order);
        let mut left = whole;
        for part in splits {
            let parts = left.iter().zip(&part);
            let now: Vec<_> = parts.map(|(left, part)| (left * Decimal::new(*part, 2)).round_dp(2)).collect();
            let asked: Vec<_> = order.lines.iter().zip(&now).filter(|(_, now)| !now.is_zero())
                .map(|(of, now)| (of.line.id, *now)).collect();
            if asked.is_empty() {
                continue;
            }
            // A discount on goods that round to nothing is the one thing that cannot be billed in parts.
            match story.when(create(&asked)) {
                Ok(told) => {
                    let said: InvoiceIssued = told.get().expect("invoice.issued");
                    adds_up(&said);
                    left.iter_mut().zip(now).for_each(|(left, now)| *left -= now);
                }
                Err(refusal) => prop_assert_eq!(refusal.reason().rule, "invoice.not_computable"),
            }
        }
        if left.iter().any(|left| !left.is_zero()) {
            story.when(create(&[])).expect("the rest is billed");
        }
        let sum = together(&story);
        for line in &one.lines {
            let of = line.order_line_ref.expect("it bills an order line");
            let parts = &sum.lines[&of];
            prop_assert_eq!(
                (parts.quantity, parts.manual_discount, parts.net_amount),
                (line.quantity, line.allowance, line.net_amount)
            );
        }
        let totals = without_nothing(&sum.totals.expect("documents"));
        prop_assert_eq!(totals.detail_amount, one.totals.lines);
        prop_assert_eq!(totals.line_discount, one.totals.line_allowances);
        prop_assert_eq!(totals.discount_amount, one.totals.allowances);
        prop_assert_eq!(totals.freight_amount, one.totals.charges);
        prop_assert_eq!(totals.amount_less_freight + totals.freight_amount, one.totals.net);
        prop_assert_eq!(totals.tax_amount, one.totals.vat);
        prop_assert_eq!(totals.total_amount, one.totals.gross);
        prop_assert_eq!(cents(sum.freight_amount), cents(one.header.freight_amount));
        prop_assert_eq!(cents(sum.discount_amount), cents(one.header.discount_amount));
        for part in &totals.breakdown {
            let of = one.tax_breakdown.iter().find(|of| (of.category, of.rate) == (part.category, part.rate));
            let of = of.expect("a group of the whole");
            prop_assert_eq!(
                (part.net_amount, part.discount_amount, part.freight_amount, part.base, part.tax),
                (of.lines, of.allowances, of.charges, of.base, of.tax)
            );
        }
    }
}

/// Nothing more left than one shipment.
#[test]
fn f105_a_shipment_is_dated_by_its_day_on_the_invoice_of_its_part() {
    let order = Order { billing: Billing::PerShipment, ..open(order(), &[dec!(1), dec!(0)]) };
    let lines = vec![ShippedLine { line: of(&order, 0), quantity: dec!(1) }];
    let shipment = Shipment {
        id: Uuid::from_u128(77).into(),
        reference: "D-77".into(),
        at: at("2026-02-27T08:00:00Z"),
        lines,
    };
    let mut story = story(&Order { shipments: vec![shipment], ..order });
    let said = said(&mut story, OrderBillable { order: ORDER });
    assert_eq!(said.delivery.date, Some(day("2026-02-27")));
}
