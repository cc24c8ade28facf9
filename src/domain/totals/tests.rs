#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use proptest::prelude::*;
use rust_decimal::Decimal;
use rust_decimal_macros::dec;

use super::*;
use crate::money::{Currency, ratio};
use crate::pricing::{Band, Bands, DiscountKind};

mod properties;

/// The totals by other rules than those of the header.
fn totals_by(
    lines: &[LineAmounts],
    header: &Header,
    rules: Rules,
    currency: Currency,
) -> Result<(Vec<LineResult>, Totals), TotalsError> {
    totals(lines, &Header { rules, ..header.clone() }, currency)
}

fn taxed(tax_mode: TaxMode) -> Rules {
    Rules { tax_mode, ..Rules::default() }
}

fn euro() -> Currency {
    "EUR".parse().unwrap()
}

fn vat(rate: Decimal) -> Tax {
    Tax { category: TaxCategory::S, rate }
}

fn zero_rated() -> Tax {
    Tax { category: TaxCategory::Z, rate: dec!(0) }
}

fn line(unit_price: Decimal, quantity: Decimal, manual_discount: Decimal) -> LineAmounts {
    LineAmounts {
        unit_price,
        quantity,
        volume_discount_per_unit: dec!(0),
        manual_discount,
        tax: zero_rated(),
    }
}

/// The document of the domain reference: A 120 × 12 less 5 % volume and 20 manual, B 49.99 × 3,
/// all at 21 %, header 5 % and 10.00, freight 25.
fn golden_document() -> (Vec<LineAmounts>, Header) {
    let band = Band { low: dec!(10), high: dec!(99), value: dec!(5) };
    let bands = Bands::new(DiscountKind::Percentage, vec![band]).unwrap();
    let volume = bands.discount_per_unit(dec!(120), dec!(12)).unwrap();
    assert_eq!(volume, dec!(6));
    let a = LineAmounts {
        volume_discount_per_unit: volume,
        tax: vat(dec!(21)),
        ..line(dec!(120), dec!(12), dec!(20))
    };
    let b = LineAmounts { tax: vat(dec!(21)), ..line(dec!(49.99), dec!(3), dec!(0)) };
    let header = Header {
        discount_percent: dec!(5),
        discount_amount: dec!(10.00),
        freight_amount: dec!(25),
        freight_tax: None,
        rules: Rules::default(),
        exchange: None,
    };
    (vec![a, b], header)
}

fn assert_golden_header(lines: &[LineResult], totals: &Totals) {
    assert_eq!((lines[0].base_amount, lines[1].base_amount), (dec!(1368.00), dec!(149.97)));
    assert_eq!(totals.detail_amount, dec!(1497.97));
    assert_eq!(totals.line_discount, dec!(20.00));
    assert_eq!(totals.discount_amount, dec!(84.90));
    assert_eq!(totals.amount_less_freight, dec!(1413.07));
    assert_eq!(totals.freight_amount, dec!(25.00));
}

#[test]
fn f89_the_golden_document_with_tax_before_discount_is_1752_64() {
    let (lines, header) = golden_document();
    let (lines, totals) =
        totals_by(&lines, &header, taxed(TaxMode::LineBeforeDiscount), euro()).unwrap();
    assert_golden_header(&lines, &totals);
    assert_eq!(lines[0].tax_amount, Some(dec!(283.08)));
    assert_eq!(lines[1].tax_amount, Some(dec!(31.49)));
    assert_eq!(lines[0].extended_amount, dec!(1631.08));
    assert_eq!(totals.tax_amount, dec!(314.57));
    assert_eq!(totals.total_amount.to_string(), "1752.64");
}

#[test]
fn f89_the_golden_document_with_tax_after_discount_is_1734_82() {
    let (lines, header) = golden_document();
    let (lines, totals) =
        totals_by(&lines, &header, taxed(TaxMode::LineAfterDiscount), euro()).unwrap();
    assert_golden_header(&lines, &totals);
    assert_eq!(lines[0].discount_share, Some(dec!(76.40)));
    assert_eq!(lines[1].discount_share, Some(dec!(8.50)));
    assert_eq!(lines[0].tax_amount, Some(dec!(267.04)));
    assert_eq!(lines[1].tax_amount, Some(dec!(29.71)));
    assert_eq!(totals.total_amount.to_string(), "1734.82");
}

#[test]
fn f89_the_golden_document_with_document_tax_is_1734_81_with_untaxed_freight() {
    let (lines, mut header) = golden_document();
    for freight_tax in [None, Some(zero_rated())] {
        header.freight_tax = freight_tax;
        let (lines, totals) = totals_by(&lines, &header, taxed(TaxMode::Document), euro()).unwrap();
        assert_golden_header(&lines, &totals);
        assert_eq!(totals.tax_amount, dec!(296.74));
        assert_eq!(totals.total_amount.to_string(), "1734.81");
        assert_eq!(totals.breakdown.len(), if freight_tax.is_some() { 2 } else { 1 });
        assert_eq!((lines[0].tax_amount, lines[0].extended_amount), (None, dec!(1348.00)));
    }
}

#[test]
fn f89_the_golden_document_with_document_tax_is_1740_06_with_freight_at_21_percent() {
    let (lines, header) = golden_document();
    let header = Header { freight_tax: Some(vat(dec!(21.0))), ..header };
    let (lines, totals) = totals_by(&lines, &header, Rules::default(), euro()).unwrap();
    assert_golden_header(&lines, &totals);
    assert_eq!(totals.total_amount.to_string(), "1740.06");
    let [part] = &totals.breakdown[..] else { panic!("21 and 21.0 are one rate") };
    assert_eq!((part.base, part.tax), (dec!(1438.07), dec!(301.99)));
}

#[test]
fn f89_a_discount_is_a_line_amount_or_a_unit_amount_as_configured() {
    for (unit, quantity, by_line, by_unit) in [
        (dec!(100), dec!(11), dec!(1090), dec!(990)),
        (dec!(100), dec!(200), dec!(19990), dec!(18000)),
    ] {
        for (manual_discount, net) in
            [(ManualDiscount::Line, by_line), (ManualDiscount::PerUnit, by_unit)]
        {
            let rules = Rules { manual_discount, ..Rules::default() };
            let lines = [line(unit, quantity, dec!(10))];
            let (lines, _) = totals_by(&lines, &Header::default(), rules, euro()).unwrap();
            assert_eq!(lines[0].net_amount, net);
        }
    }
}

#[test]
fn f89_base_4500_manual_50_tax_15_percent_is_5117_50() {
    let lines = [LineAmounts { tax: vat(dec!(15)), ..line(dec!(4500), dec!(1), dec!(50)) }];
    let (lines, totals) =
        totals_by(&lines, &Header::default(), taxed(TaxMode::LineBeforeDiscount), euro()).unwrap();
    assert_eq!(lines[0].tax_amount, Some(dec!(667.50)));
    assert_eq!(lines[0].extended_amount, dec!(5117.50));
    assert_eq!(totals.total_amount, dec!(5117.50));
}

#[test]
fn f89_a_bundle_of_500_with_optional_parts_is_950() {
    // The bundle carries the price, a required part nothing, optional parts their own.
    let lines = [
        line(dec!(500), dec!(1), dec!(0)),
        line(dec!(0), dec!(1), dec!(0)),
        line(dec!(40), dec!(5), dec!(0)),
        line(dec!(50), dec!(5), dec!(0)),
    ];
    let (_, totals) =
        totals_by(&lines, &Header::default(), taxed(TaxMode::Document), euro()).unwrap();
    assert_eq!(totals.total_amount, dec!(950));
}

#[test]
fn f89_15_percent_of_24080_is_3612() {
    let lines = [LineAmounts { tax: vat(dec!(15)), ..line(dec!(24080), dec!(1), dec!(0)) }];
    let (_, totals) =
        totals_by(&lines, &Header::default(), taxed(TaxMode::Document), euro()).unwrap();
    assert_eq!(totals.tax_amount, dec!(3612.00));
}

#[test]
fn f91_the_same_line_is_203_99_rounded_last_and_204_00_rounded_by_unit() {
    let band = Band { low: dec!(1), high: dec!(99), value: dec!(19.05) };
    let bands = Bands::new(DiscountKind::Percentage, vec![band]).unwrap();
    let lines = [LineAmounts {
        volume_discount_per_unit: bands.discount_per_unit(dec!(25.20), dec!(10)).unwrap(),
        ..line(dec!(25.20), dec!(10), dec!(0))
    }];
    for (unit_rounding, expected) in
        [(UnitRounding::LineLast, "203.99"), (UnitRounding::UnitFirst, "204.00")]
    {
        let rules = Rules { unit_rounding, ..Rules::default() };
        let (lines, _) = totals_by(&lines, &Header::default(), rules, euro()).unwrap();
        assert_eq!(lines[0].base_amount.to_string(), expected);
    }
}

#[test]
fn f90_document_tax_is_owed_once_per_rate_not_per_line() {
    // Three times 0.33 at 19 %: 0.19 together, 0.06 each.
    let cent = LineAmounts { tax: vat(dec!(19)), ..line(dec!(0.33), dec!(1), dec!(0)) };
    let lines = [cent.clone(), cent.clone(), cent];
    let tax =
        |mode| totals_by(&lines, &Header::default(), taxed(mode), euro()).unwrap().1.tax_amount;
    assert_eq!(tax(TaxMode::Document), dec!(0.19));
    assert_eq!(tax(TaxMode::LineBeforeDiscount), dec!(0.18));
}

#[test]
fn f90_the_header_discount_is_divided_over_the_rates() {
    let lines = [
        LineAmounts { tax: vat(dec!(21)), ..line(dec!(100), dec!(1), dec!(0)) },
        LineAmounts { tax: vat(dec!(9)), ..line(dec!(100), dec!(1), dec!(0)) },
        line(dec!(100), dec!(1), dec!(0)),
    ];
    let header = Header { discount_amount: dec!(10), ..Header::default() };
    let (_, totals) = totals_by(&lines, &header, taxed(TaxMode::Document), euro()).unwrap();
    let parts: Vec<_> = totals
        .breakdown
        .iter()
        .map(|part| (part.category, part.rate, part.discount_amount, part.base, part.tax))
        .collect();
    assert_eq!(
        parts,
        [
            (TaxCategory::S, dec!(9), dec!(3.33), dec!(96.67), dec!(8.70)),
            (TaxCategory::S, dec!(21), dec!(3.34), dec!(96.66), dec!(20.30)),
            (TaxCategory::Z, dec!(0), dec!(3.33), dec!(96.67), dec!(0.00)),
        ]
    );
}

#[test]
fn f90_a_rate_must_go_with_its_category_and_out_of_scope_stands_alone() {
    let with = |category, rate| {
        let lines =
            [LineAmounts { tax: Tax { category, rate }, ..line(dec!(1), dec!(1), dec!(0)) }];
        let header = Header {
            freight_amount: dec!(5),
            freight_tax: Some(vat(dec!(21))),
            ..Header::default()
        };
        totals_by(&lines, &header, taxed(TaxMode::Document), euro())
    };
    for (category, rate) in [
        (TaxCategory::S, dec!(0)),
        (TaxCategory::S, dec!(-1)),
        (TaxCategory::S, dec!(101)),
        (TaxCategory::AE, dec!(21)),
    ] {
        let error = with(category, rate).unwrap_err();
        let TotalsError::Line { line: 1, source } = error else { panic!("{error}") };
        assert_eq!(*source, TotalsError::TaxRate { category, rate });
    }
    assert_eq!(with(TaxCategory::O, dec!(0)), Err(TotalsError::MixedOutOfScope));
    assert!(with(TaxCategory::E, dec!(0)).is_ok());
}

#[test]
fn f89_senseless_headers_are_refused_with_a_finished_sentence() {
    let lines = [line(dec!(10), dec!(1), dec!(0))];
    let refused = |lines: &[LineAmounts], header: Header| {
        let error = totals_by(lines, &header, taxed(TaxMode::Document), euro()).unwrap_err();
        assert!(error.to_string().ends_with('.'), "{error}");
        error
    };
    let default = Header::default;
    for percent in [dec!(-1), dec!(100.01)] {
        let error = refused(&lines, Header { discount_percent: percent, ..default() });
        assert_eq!(error, TotalsError::DiscountPercent(percent));
    }
    let error = refused(&lines, Header { discount_amount: dec!(-1), ..default() });
    assert!(matches!(error, TotalsError::Negative { what: "discount amount", .. }));
    let error = refused(&lines, Header { freight_amount: dec!(-1), ..default() });
    assert!(matches!(error, TotalsError::Negative { what: "freight amount", .. }));
    let error = refused(&[], Header { discount_amount: dec!(1), ..default() });
    assert_eq!(error, TotalsError::DiscountOnNothing(dec!(1.00)));
    let huge = line(dec!(99999999999999), dec!(2), dec!(0));
    let error = refused(&[lines[0].clone(), huge], default());
    assert!(error.to_string().starts_with("Line 2: The base amount is out of range"), "{error}");
}

#[test]
fn f89_a_document_without_lines_is_zero_everywhere() {
    let (lines, totals) =
        totals_by(&[], &Header::default(), taxed(TaxMode::Document), euro()).unwrap();
    assert!(lines.is_empty() && totals.breakdown.is_empty());
    assert_eq!(totals.total_amount.to_string(), "0.00");
}

#[test]
fn what_a_document_was_computed_from_survives_as_json() {
    let (lines, header) = golden_document();
    let rules = Rules { unit_rounding: UnitRounding::UnitFirst, ..Rules::default() };
    let computed = totals_by(&lines, &header, rules, euro()).unwrap();
    let text = serde_json::to_string(&(&lines, &header, rules, &computed)).unwrap();
    let (lines, header, rules, stored): (
        Vec<LineAmounts>,
        Header,
        Rules,
        (Vec<LineResult>, Totals),
    ) = serde_json::from_str(&text).unwrap();
    assert_eq!(stored, computed);
    let again = totals_by(&lines, &header, rules, euro()).unwrap();
    assert_eq!(serde_json::to_string(&again).unwrap(), serde_json::to_string(&computed).unwrap());
}

#[test]
fn the_schema_of_totals_asks_for_decimal_strings() {
    let schema = schemars::schema_for!(Totals).to_value();
    let total = &schema["properties"]["total_amount"];
    assert_eq!(total["type"], "string");
    assert_eq!(total["pattern"], crate::money::DECIMAL_PATTERN);
}
