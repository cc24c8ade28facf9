#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use proptest::prelude::*;
use rust_decimal_macros::dec;
use serde_json::json;
use strum::VariantArray as _;

use super::PricingMethod::*;
use super::*;

const BASIS: PriceBasis = PriceBasis {
    list_price: Some(dec!(200)),
    standard_cost: Some(dec!(80)),
    current_cost: Some(dec!(100)),
};

fn priced(method: PricingMethod) -> Result<Decimal, PricingError> {
    price(&PriceRule::new(method), &BASIS)
}

/// The list price as it is, so that only the rounding works on it.
fn rounded(list: Decimal, rounding: RoundingPolicy) -> Result<Decimal, PricingError> {
    let basis = PriceBasis { list_price: Some(list), ..PriceBasis::default() };
    price(&PriceRule { rounding, ..PriceRule::new(PercentOfList(dec!(100))) }, &basis)
}

#[test]
fn f69_the_six_methods_give_their_golden_prices() {
    for (code, method, expected) in [
        (1, CurrencyAmount(dec!(12.345)), "12.35"),
        (2, PercentOfList(dec!(90)), "180.00"),
        (3, PercentMarkupCurrentCost(dec!(20)), "120.00"),
        (4, PercentMarginCurrentCost(dec!(20)), "125.00"),
        (5, PercentMarkupStandardCost(dec!(20)), "96.00"),
        (6, PercentMarginStandardCost(dec!(20)), "100.00"),
    ] {
        assert_eq!(priced(method).unwrap().to_string(), expected, "{method:?}");
        assert_eq!(method.code(), code);
    }
}

#[test]
fn f69_ends_in_gives_its_golden_prices() {
    let ends_in = RoundingOption::EndsIn(dec!(0.99));
    for (list, rounding, expected) in [
        (dec!(12.34), RoundingPolicy::Up(ends_in), dec!(12.99)),
        (dec!(12.34), RoundingPolicy::Down(ends_in), dec!(11.99)),
        (dec!(12.34), RoundingPolicy::ToNearest(ends_in), dec!(11.99)),
        (dec!(13.00), RoundingPolicy::Up(ends_in), dec!(13.99)),
        (dec!(127), RoundingPolicy::ToNearest(RoundingOption::EndsIn(dec!(9))), dec!(129)),
    ] {
        assert_eq!(rounded(list, rounding), Ok(expected), "{list} {rounding:?}");
    }
}

#[test]
fn f69_multiple_of_gives_its_golden_prices() {
    let multiple = RoundingOption::MultipleOf(dec!(0.05));
    for (rounding, expected) in [
        (RoundingPolicy::Up(multiple), dec!(12.35)),
        (RoundingPolicy::Down(multiple), dec!(12.30)),
        (RoundingPolicy::ToNearest(multiple), dec!(12.35)),
    ] {
        assert_eq!(rounded(dec!(12.34), rounding), Ok(expected), "{rounding:?}");
    }
}

#[test]
fn f69_a_conforming_price_stays_and_a_tie_goes_up() {
    let ends_in = RoundingOption::EndsIn(dec!(0.99));
    for rounding in [
        RoundingPolicy::Up(ends_in),
        RoundingPolicy::Down(ends_in),
        RoundingPolicy::ToNearest(ends_in),
    ] {
        assert_eq!(rounded(dec!(12.99), rounding), Ok(dec!(12.99)));
    }
    assert_eq!(rounded(dec!(12.49), RoundingPolicy::ToNearest(ends_in)), Ok(dec!(12.99)));
    let tens = RoundingOption::MultipleOf(dec!(10));
    assert_eq!(rounded(dec!(125), RoundingPolicy::ToNearest(tens)), Ok(dec!(130)));
}

#[test]
fn f69_the_period_is_the_power_of_ten_above_the_amount() {
    for (amount, period) in [
        (dec!(0.05), dec!(0.1)),
        (dec!(0.1), dec!(1)),
        (dec!(0.99), dec!(1)),
        (dec!(1), dec!(10)),
        (dec!(9), dec!(10)),
        (dec!(95), dec!(100)),
        (dec!(99999999999999), dec!(100000000000000)),
    ] {
        assert_eq!(power_of_ten_above(amount), period);
    }
}

#[test]
fn f69_below_the_first_allowed_price_up_and_nearest_take_it_and_down_is_an_error() {
    let ends_in = RoundingOption::EndsIn(dec!(0.99));
    assert_eq!(rounded(dec!(0.10), RoundingPolicy::Up(ends_in)), Ok(dec!(0.99)));
    assert_eq!(rounded(dec!(0.10), RoundingPolicy::ToNearest(ends_in)), Ok(dec!(0.99)));
    assert_eq!(
        rounded(dec!(0.10), RoundingPolicy::Down(ends_in)),
        Err(PricingError::InvalidRoundingAmount)
    );
}

#[test]
fn f69_a_margin_of_100_percent_and_a_rounded_fixed_amount_are_refused() {
    assert_eq!(
        priced(PercentMarginCurrentCost(dec!(100))),
        Err(PricingError::InvalidPriceLevelPercentage)
    );
    let rule = PriceRule {
        rounding: RoundingPolicy::Up(RoundingOption::MultipleOf(dec!(1))),
        ..PriceRule::new(CurrencyAmount(dec!(5)))
    };
    assert_eq!(price(&rule, &BASIS), Err(PricingError::InvalidRoundingPolicy));
}

#[test]
fn f69_an_endless_margin_price_is_rounded_to_the_digits_of_the_rule() {
    let rule = PriceRule { price_digits: 4, ..PriceRule::new(PercentMarginCurrentCost(dec!(30))) };
    assert_eq!(price(&rule, &BASIS), Ok(dec!(142.8571)));
    let finer = PriceRule { price_digits: 5, ..rule };
    assert_eq!(price(&finer, &BASIS), Err(PricingError::InvalidPricingPrecision));
}

#[test]
fn f74_what_a_method_needs_and_lacks_has_the_code_of_d365() {
    let nothing = PriceBasis::default();
    for (method, code) in [
        (PercentOfList(dec!(90)), 14),
        (PercentMarkupCurrentCost(dec!(20)), 15),
        (PercentMarginCurrentCost(dec!(20)), 15),
        (PercentMarkupStandardCost(dec!(20)), 16),
        (PercentMarginStandardCost(dec!(20)), 16),
        (CurrencyAmount(dec!(-1)), 17),
        (PercentOfList(dec!(-1)), 14),
    ] {
        assert_eq!(price(&PriceRule::new(method), &nothing).unwrap_err().code(), code);
    }
    assert_eq!(priced(PercentOfList(dec!(-1))).unwrap_err().code(), 18);
    for amount in [dec!(0), dec!(-0.05), dec!(0.001)] {
        let up = RoundingPolicy::Up(RoundingOption::MultipleOf(amount));
        assert_eq!(rounded(dec!(1), up).unwrap_err().code(), 24, "{amount}");
    }
    let huge = PercentMarkupCurrentCost(dec!(99999999999999));
    assert_eq!(priced(huge).unwrap_err().code(), 35);
}

#[test]
fn f74_every_code_from_1_to_38_has_one_error_and_a_finished_sentence() {
    for (index, error) in PricingError::VARIANTS.iter().copied().enumerate() {
        assert_eq!(usize::from(error.code()), index + 1);
        assert_eq!(PricingError::from_code(error.code()), Some(error));
        let sentence = error.to_string();
        assert!(sentence.ends_with('.') && !sentence.contains("  "), "{sentence}");
    }
    assert_eq!(PricingError::VARIANTS.len(), 38);
    assert_eq!(PricingError::from_code(0), None);
    assert_eq!(PricingError::from_code(39), None);
    assert_eq!(PricingError::ProductNotInPriceLevel.code(), 11);
    assert_eq!(
        serde_json::to_value(PricingError::ProductNotInPriceLevel).unwrap(),
        json!("product_not_in_price_level")
    );
}

fn band(low: Decimal, high: Decimal, value: Decimal) -> Band {
    Band { low, high, value }
}

#[test]
fn f70_a_higher_quantity_crosses_into_the_next_band() {
    let bands = Bands::new(
        DiscountKind::Percentage,
        vec![band(dec!(100), dec!(199), dec!(10)), band(dec!(10), dec!(99), dec!(5))],
    )
    .unwrap();
    let at = |quantity| bands.discount_per_unit(dec!(120), quantity).unwrap();
    assert_eq!(at(dec!(1)), dec!(0));
    assert_eq!(at(dec!(12)), dec!(6));
    assert_eq!((at(dec!(10)), at(dec!(99))), (dec!(6), dec!(6)));
    assert_eq!(at(dec!(99.5)), dec!(0)); // a gap
    assert_eq!((at(dec!(100)), at(dec!(199))), (dec!(12), dec!(12)));
    assert_eq!(at(dec!(200)), dec!(0));
}

#[test]
fn f70_overlapping_bands_are_refused_also_when_they_come_as_json() {
    let bands = vec![band(dec!(1), dec!(10), dec!(1)), band(dec!(10), dec!(20), dec!(2))];
    assert_eq!(Bands::new(DiscountKind::Amount, bands.clone()), Err(PricingError::InvalidDiscount));
    let json = json!({ "kind": "amount", "bands": bands });
    let error = serde_json::from_value::<Bands>(json).unwrap_err();
    assert!(error.to_string().contains("overlap"), "{error}");

    let apart = json!({ "kind": "amount", "bands": [{ "low": "1", "high": "9", "value": "1" }] });
    let read: Bands = serde_json::from_value(apart.clone()).unwrap();
    assert_eq!(serde_json::to_value(&read).unwrap(), apart);
}

#[test]
fn f70_senseless_bands_and_discounts_beyond_the_price_are_refused() {
    for (kind, band) in [
        (DiscountKind::Amount, band(dec!(2), dec!(1), dec!(1))),
        (DiscountKind::Amount, band(dec!(1), dec!(2), dec!(-1))),
        (DiscountKind::Percentage, band(dec!(1), dec!(2), dec!(100.1))),
    ] {
        assert_eq!(Bands::new(kind, vec![band]), Err(PricingError::InvalidDiscount));
    }
    let five_off = Bands::new(DiscountKind::Amount, vec![band(dec!(1), dec!(9), dec!(5))]).unwrap();
    assert_eq!(five_off.discount_per_unit(dec!(5), dec!(1)), Ok(dec!(5)));
    assert_eq!(five_off.discount_per_unit(dec!(4.99), dec!(1)), Err(PricingError::InvalidDiscount));
}

#[test]
fn f73_fractions_are_refused_where_only_whole_units_are_sold() {
    assert_eq!(QuantityControl::Whole.check(dec!(1.5), 2), Err(PricingError::InvalidQuantity));
    assert_eq!(QuantityControl::Whole.check(dec!(2.00), 2), Ok(dec!(2)));
    let fractional = QuantityControl::WholeAndFractional;
    assert_eq!(fractional.check(dec!(1.25), 2), Ok(dec!(1.25)));
    assert_eq!(fractional.check(dec!(1.255), 2), Err(PricingError::InvalidQuantity));
    assert_eq!(QuantityControl::NoControl.check(dec!(1.255), 0), Ok(dec!(1.255)));
    assert_eq!(QuantityControl::NoControl.check(dec!(0.0000001), 0), Err(PricingError::OutOfRange));
}

#[test]
fn a_rule_written_as_json_prices_the_same_when_read_back() {
    let rule = PriceRule {
        rounding: RoundingPolicy::ToNearest(RoundingOption::EndsIn(dec!(0.99))),
        ..PriceRule::new(PercentMarginCurrentCost(dec!(33.3)))
    };
    let text = serde_json::to_string(&rule).unwrap();
    let read: PriceRule = serde_json::from_str(&text).unwrap();
    assert_eq!(price(&read, &BASIS), price(&rule, &BASIS));
    assert!(text.contains(r#""percent_margin_current_cost":"33.3""#), "{text}");
    assert!(
        serde_json::from_value::<PriceRule>(json!({ "method": { "percent_of_list": 90 } }))
            .is_err()
    );
}

fn any_policy() -> impl Strategy<Value = RoundingPolicy> {
    let option = (1i64..=100_000, 0u32..=4, any::<bool>()).prop_map(|(mantissa, scale, ends)| {
        let amount = Decimal::new(mantissa, scale);
        if ends { RoundingOption::EndsIn(amount) } else { RoundingOption::MultipleOf(amount) }
    });
    (option, 0..3).prop_map(|(option, policy)| match policy {
        0 => RoundingPolicy::Up(option),
        1 => RoundingPolicy::Down(option),
        _ => RoundingPolicy::ToNearest(option),
    })
}

proptest! {
    #[test]
    fn f69_rounding_keeps_its_direction_and_does_not_move_twice(
        mantissa in 0i64..=10_000_000, policy in any_policy()
    ) {
        let list = Decimal::new(mantissa, 4);
        let round = |list| {
            let basis = PriceBasis { list_price: Some(list), ..PriceBasis::default() };
            let method = PercentOfList(dec!(100));
            price(&PriceRule { method, rounding: policy, price_digits: 4 }, &basis)
        };
        if let Ok(once) = round(list) {
            prop_assert_eq!(round(once), Ok(once));
            match policy {
                RoundingPolicy::Up(_) => prop_assert!(once >= list),
                RoundingPolicy::Down(_) => prop_assert!(once <= list),
                _ => {}
            }
        } else {
            prop_assert!(matches!(policy, RoundingPolicy::Down(_)));
        }
    }

    #[test]
    fn f69_no_price_in_range_panics_or_leaves_the_range(
        value in crate::money::tests::any_amount(), percent in crate::money::tests::any_amount(),
        rounding in any_policy(), digits in 0u32..=4, method in 1u8..=6,
    ) {
        let method = match method {
            1 => CurrencyAmount(percent),
            2 => PercentOfList(percent),
            3 => PercentMarkupCurrentCost(percent),
            4 => PercentMarginCurrentCost(percent),
            5 => PercentMarkupStandardCost(percent),
            _ => PercentMarginStandardCost(percent),
        };
        let basis = PriceBasis {
            list_price: Some(value), standard_cost: Some(value), current_cost: Some(value),
        };
        for rounding in [RoundingPolicy::None, rounding] {
            if let Ok(price) = price(&PriceRule { method, rounding, price_digits: digits }, &basis) {
                prop_assert!(in_range(price).is_ok() && price >= Decimal::ZERO);
                prop_assert_eq!(price.scale(), digits);
            }
        }
    }
}
