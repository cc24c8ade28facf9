//! The arithmetic of EN 16931, recomputed from the event alone.

use std::collections::BTreeMap;

use proptest::prelude::*;
use rust_decimal::RoundingStrategy;

use super::*;

pub(super) fn cents(amount: Decimal) -> Decimal {
    amount.round_dp_with_strategy(2, RoundingStrategy::MidpointAwayFromZero)
}

/// BR-CO-10 to BR-CO-16, exactly, which hold for every document.
pub(super) fn adds_up(said: &InvoiceIssued) {
    let totals = &said.totals;
    let mut bases: BTreeMap<Tax, Decimal> = BTreeMap::new();
    for line in &said.lines {
        let net = cents(line.quantity * line.unit_price) - line.allowance;
        let off = (line.net_amount - net).abs();
        assert!(off <= dec!(0.02), "BT-131 of {}: {off}", line.name);
        assert_eq!(line.allowance, cents(line.allowance), "BT-136 in cents");
        *bases.entry(line.vat).or_default() += line.net_amount;
    }
    for allowance in &said.allowances {
        *bases.entry(allowance.vat).or_default() -= allowance.amount;
    }
    for charge in &said.charges {
        *bases.entry(charge.vat).or_default() += charge.amount;
    }
    assert_eq!(totals.lines, said.lines.iter().map(|line| line.net_amount).sum(), "CO-10");
    assert_eq!(totals.allowances, said.allowances.iter().map(|a| a.amount).sum(), "CO-11");
    assert_eq!(totals.charges, said.charges.iter().map(|charge| charge.amount).sum(), "CO-12");
    assert_eq!(totals.net, totals.lines - totals.allowances + totals.charges, "CO-13");
    assert_eq!(totals.vat, said.tax_breakdown.iter().map(|part| part.tax).sum(), "CO-14");
    assert_eq!(totals.gross, totals.net + totals.vat, "CO-15");
    assert_eq!(totals.payable, totals.gross - totals.prepaid, "CO-16");
    for part in &said.tax_breakdown {
        let base = bases.remove(&Tax { category: part.category, rate: part.rate });
        assert_eq!(base.unwrap_or_default(), part.base, "BT-116 of {:?}", part.category);
        let off = (part.tax - cents(part.base * part.rate / dec!(100))).abs();
        assert!(off <= dec!(0.02), "CO-17 of {:?}: {off}", part.category);
        let taxed = matches!(part.category, TaxCategory::S | TaxCategory::Z);
        assert_eq!(part.exemption_reason.is_none(), taxed, "BT-120 of {:?}", part.category);
    }
    assert!(bases.values().all(Decimal::is_zero), "one part per category and rate (CO-18)");
    let minors = [totals.net_minor, totals.vat_minor, totals.gross_minor, totals.payable_minor];
    for (amount, minor) in [totals.net, totals.vat, totals.gross, totals.payable].iter().zip(minors)
    {
        assert_eq!(*amount * dec!(100), Decimal::from(minor));
    }
    assert_eq!(totals.minor_unit_exponent, 2);
}

/// The same, and each line and tax as anybody computes it from the document alone: what is billed in one. The published
/// rules would let a tax be wrong by up to a euro.
fn check(said: &InvoiceIssued) {
    adds_up(said);
    for line in &said.lines {
        let net = cents(line.quantity * line.unit_price) - line.allowance;
        assert_eq!(line.net_amount, net, "BT-131 of {}", line.name);
    }
    for part in &said.tax_breakdown {
        assert_eq!(part.tax, cents(part.base * part.rate / dec!(100)), "CO-17");
    }
}

fn of_categories(categories: &[TaxCategory]) -> Order {
    let (one, _) = golden();
    let line = |category: &TaxCategory| {
        let rate = if *category == TaxCategory::S { dec!(21) } else { dec!(0) };
        Line { tax: Tax { category: *category, rate }, ..one[0].clone() }
    };
    let lines: Vec<_> = categories.iter().map(line).collect();
    let header = Header { freight_tax: None, ..golden().1 };
    let quantities = vec![dec!(12); lines.len()];
    shipped(lines, header, &quantities)
}

#[test]
fn f109_the_golden_document_is_billed_to_the_cent() {
    let said = issue(&order());
    check(&said);
    let totals = &said.totals;
    assert_eq!((totals.lines, totals.allowances), (dec!(1497.97), dec!(84.90)));
    assert_eq!((totals.charges, totals.net), (dec!(25.00), dec!(1438.07)));
    assert_eq!((totals.vat, totals.gross), (dec!(301.99), dec!(1740.06)));
    assert_eq!(totals.gross_minor, 174_006);
}

#[test]
fn f109_untaxed_freight_gets_the_category_that_an_invoice_must_name() {
    let freight_tax = |said: &InvoiceIssued| said.charges[0].vat.category;
    let cases: [(&[TaxCategory], TaxCategory); 4] = [
        (&[TaxCategory::S], TaxCategory::Z),
        (&[TaxCategory::S, TaxCategory::E], TaxCategory::Z),
        (&[TaxCategory::K, TaxCategory::K], TaxCategory::K),
        (&[TaxCategory::O], TaxCategory::O),
    ];
    for (categories, expected) in cases {
        let order = of_categories(categories);
        let said = issue(&order);
        check(&said);
        assert_eq!(freight_tax(&said), expected);
        assert_eq!(said.totals.gross, order.totals.total_amount, "freight stays untaxed");
    }
}

#[test]
fn f90_what_bears_no_tax_says_why() {
    let cases = [
        (TaxCategory::AE, "VATEX-EU-AE"),
        (TaxCategory::K, "VATEX-EU-IC"),
        (TaxCategory::G, "VATEX-EU-G"),
        (TaxCategory::E, "VATEX-EU-132"),
        (TaxCategory::O, "VATEX-EU-O"),
    ];
    for (category, code) in cases {
        let said = issue(&of_categories(&[category]));
        check(&said);
        assert_eq!(said.tax_breakdown[0].exemption_code.as_deref(), Some(code));
    }
    let zero_rated = issue(&of_categories(&[TaxCategory::Z]));
    assert_eq!(zero_rated.tax_breakdown[0].exemption_code, None);
}

#[test]
fn half_an_order_bears_its_part_of_what_belongs_to_the_whole() {
    let (lines, header) = golden();
    // 6 of 12 pumps, none of the rest: 674 of a detail amount of 1497.97.
    let order = shipped(lines, header, &[dec!(6), dec!(0)]);
    let said = issue(&order);
    check(&said);
    assert_eq!(said.lines.len(), 1);
    assert_eq!((said.lines[0].allowance, said.lines[0].net_amount), (dec!(10.00), dec!(674.00)));
    // 5 % of 674.00, and of the 10 euro 674.00 / 1497.97.
    assert_eq!(said.totals.allowances, dec!(33.70) + dec!(4.50));
    assert_eq!(said.totals.charges, dec!(11.25));
}

#[test]
fn freight_of_goods_without_value_is_divided_by_quantity() {
    let free = line(dec!(4), dec!(0), (dec!(0), dec!(0)));
    let header = Header { freight_amount: dec!(10), freight_tax: Some(VAT), ..Header::default() };
    let said = issue(&shipped(vec![free], header, &[dec!(1)]));
    check(&said);
    assert_eq!(said.totals.charges, dec!(2.50));
}

fn taxes() -> impl Strategy<Value = Tax> {
    let zero = |category| Tax { category, rate: dec!(0) };
    let reduced = Tax { category: TaxCategory::S, rate: dec!(5.5) };
    let (exempt, free) = (zero(TaxCategory::E), zero(TaxCategory::Z));
    prop_oneof![Just(VAT), Just(reduced), Just(exempt), Just(free), Just(zero(TaxCategory::AE))]
}

prop_compose! {
    fn lines()(
        quantity in 1_i64..5000,
        price in 0_i64..500_000,
        (volume, manual) in (0_i64..=100, 0_i64..=100),
        tax in taxes(),
    ) -> Line {
        let (quantity, price) = (Decimal::new(quantity, 2), Decimal::new(price, 3));
        let volume = (price * Decimal::new(volume, 3)).round_dp(4);
        let manual = ((price - volume) * quantity * Decimal::new(manual, 3)).round_dp(3);
        Line { tax, ..line(quantity, price, (volume, manual)) }
    }
}

prop_compose! {
    fn headers()(
        percent in 0_i64..500,
        (amount, freight) in (0_i64..20_000, 0_i64..20_000),
        freight_tax in proptest::option::of(taxes()),
    ) -> Header {
        Header {
            discount_percent: Decimal::new(percent, 1),
            discount_amount: Decimal::new(amount, 3),
            freight_amount: Decimal::new(freight, 3),
            freight_tax,
            rules: Rules::default(),
            exchange: None,
        }
    }
}

pub(super) fn documents() -> impl Strategy<Value = (Vec<Line>, Header)> {
    let all = (proptest::collection::vec(lines(), 1..8), headers());
    all.prop_filter("a header discount needs something to take it off", |(lines, _)| {
        lines.iter().any(|line| line.unit_price > dec!(0.1) && line.quantity >= dec!(1))
    })
}

proptest! {
    #[test]
    fn f109_a_fully_shipped_order_is_billed_at_exactly_its_totals((lines, header) in documents()) {
        let whole: Vec<_> = lines.iter().map(|line| line.quantity).collect();
        let order = shipped(lines, header, &whole);
        let said = issue(&order);
        check(&said);
        let (ours, theirs) = (&said.totals, &order.totals);
        prop_assert_eq!(ours.lines, theirs.detail_amount);
        prop_assert_eq!(ours.allowances, theirs.discount_amount);
        prop_assert_eq!(ours.charges, theirs.freight_amount);
        prop_assert_eq!(ours.vat, theirs.tax_amount);
        prop_assert_eq!(ours.gross, theirs.total_amount);
        for part in &theirs.breakdown {
            let tax: Decimal = said.tax_breakdown.iter()
                .filter(|ours| (ours.category, ours.rate) == (part.category, part.rate))
                .map(|ours| ours.tax).sum();
            prop_assert_eq!(tax, part.tax);
        }
    }

    #[test]
    fn f110_any_shipped_part_is_exact_and_never_more_than_the_order(
        (lines, header) in documents(),
        parts in proptest::collection::vec(0_i64..=100, 8),
    ) {
        let quantities: Vec<_> = lines.iter().zip(&parts)
            .map(|(line, part)| (line.quantity * Decimal::new(*part, 2)).round_dp(2)).collect();
        prop_assume!(quantities.iter().any(|quantity| !quantity.is_zero()));
        let order = shipped(lines, header, &quantities);
        let answer = story(&order).when(fulfilled(ORDER));
        // A discount on goods worth nothing is the one thing that cannot be billed.
        let Ok(told) = answer else {
            prop_assert_eq!(no(answer).0, "invoice.not_computable");
            return Ok(());
        };
        let said: InvoiceIssued = told.get().expect("invoice.issued");
        check(&said);
        for line in &said.lines {
            let of = order.lines.iter().find(|of| Some(of.line.id) == line.order_line_ref);
            let of = of.expect("each line bills an order line");
            prop_assert_eq!(line.quantity, of.quantity_shipped);
            prop_assert!(line.allowance <= cents(of.line.manual_discount));
        }
        prop_assert_eq!(said.lines.len(), quantities.iter().filter(|q| !q.is_zero()).count());
        prop_assert!(said.totals.charges <= order.totals.freight_amount);
    }
}
