#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use proptest::prelude::*;
use rust_decimal_macros::dec;

use super::*;

#[test]
fn ten_over_three_equal_parts_is_3_33_3_34_3_33() {
    let shares = apportion(dec!(10.00), &[dec!(1), dec!(1), dec!(1)], 2).unwrap();
    assert_eq!(shares, [dec!(3.33), dec!(3.34), dec!(3.33)]);
}

#[test]
fn ten_over_three_equal_invoices_is_3_33_3_34_3_33() {
    let shares: Vec<Decimal> = [0, 1, 2]
        .map(|before| share(dec!(10.00), before.into(), dec!(1), dec!(3), 2).unwrap())
        .into();
    assert_eq!(shares, [dec!(3.33), dec!(3.34), dec!(3.33)]);
}

#[test]
fn a_part_of_zero_gets_nothing_and_a_negative_one_a_negative_share() {
    let shares = apportion(dec!(1.00), &[dec!(3), dec!(0), dec!(-1)], 2).unwrap();
    assert_eq!(shares, [dec!(1.50), dec!(0.00), dec!(-0.50)]);
    assert_eq!(shares[1].to_string(), "0.00");
}

#[test]
fn only_nothing_can_be_divided_over_nothing() {
    assert_eq!(apportion(dec!(0), &[dec!(0), dec!(0)], 2).unwrap(), [dec!(0.00); 2]);
    assert_eq!(apportion(dec!(0), &[], 2).unwrap(), []);
    for parts in [&[][..], &[dec!(0)], &[dec!(1), dec!(-1)]] {
        let error = apportion(dec!(1), parts, 2).unwrap_err();
        assert_eq!(error, ApportionError::NothingToDivideBy(dec!(1.00)));
    }
    assert_eq!(share(dec!(0), dec!(0), dec!(0), dec!(0), 2), Ok(dec!(0.00)));
    assert!(share(dec!(1), dec!(0), dec!(0), dec!(0), 2).is_err());
}

#[test]
fn more_than_the_whole_and_less_than_nothing_are_refused() {
    for (before, now) in [(dec!(2), dec!(2)), (dec!(-1), dec!(1)), (dec!(1), dec!(-1))] {
        let error = share(dec!(10), before, now, dec!(3), 2).unwrap_err();
        assert!(matches!(error, ApportionError::BeyondWhole { .. }), "{error}");
    }
}

#[test]
fn what_is_out_of_range_is_an_error_not_a_panic() {
    let most = dec!(99999999999999);
    assert!(apportion(most, &[most, -most, dec!(0.000001)], 2).is_err());
    assert!(apportion(most, &[most, most], 2).is_err());
    assert!(apportion(Decimal::MAX, &[dec!(1)], 2).is_err());
    assert!(share(dec!(1), dec!(0), Decimal::MAX, Decimal::MAX, 2).is_err());
}

fn positive() -> impl Strategy<Value = Decimal> {
    (0i64..=10_000_000_000, 0u32..=6).prop_map(|(mantissa, scale)| Decimal::new(mantissa, scale))
}

fn money(digits: u32) -> impl Strategy<Value = Decimal> {
    (-1_000_000_000_000i64..=1_000_000_000_000)
        .prop_map(move |mantissa| Decimal::new(mantissa, digits))
}

proptest! {
    #[test]
    fn shares_add_up_to_the_total(
        (digits, total) in (0u32..=3).prop_flat_map(|digits| (Just(digits), money(digits))),
        parts in proptest::collection::vec(positive(), 1..40),
    ) {
        prop_assume!(parts.iter().any(|part| !part.is_zero()));
        let shares = apportion(total, &parts, digits).unwrap();
        prop_assert_eq!(shares.iter().sum::<Decimal>(), total);
        let whole: Decimal = parts.iter().sum();
        for (share, part) in shares.iter().zip(&parts) {
            // No share is a whole unit off its fair size.
            let fair = ratio(total, *part, whole, 10).unwrap();
            prop_assert!((share - fair).abs() <= Decimal::new(1, digits) + dec!(0.0000000001));
            prop_assert!(share.is_zero() || share.is_sign_negative() == total.is_sign_negative());
        }
    }

    #[test]
    fn invoices_in_any_split_and_order_add_up_to_the_total(
        total in money(2),
        pieces in proptest::collection::vec(positive(), 1..20).prop_shuffle(),
    ) {
        let whole: Decimal = pieces.iter().sum();
        prop_assume!(!whole.is_zero());
        let (mut before, mut invoiced) = (Decimal::ZERO, Decimal::ZERO);
        for now in pieces {
            invoiced += share(total, before, now, whole, 2).unwrap();
            before += now;
        }
        prop_assert_eq!(invoiced, total);
    }

    #[test]
    fn no_input_in_range_panics(
        total in crate::money::tests::any_amount(),
        parts in proptest::collection::vec(crate::money::tests::any_amount(), 0..10),
        digits in 0u32..=6,
    ) {
        if let Ok(shares) = apportion(total, &parts, digits) {
            prop_assert_eq!(shares.iter().sum::<Decimal>(), money::round_to(total, digits));
        }
        let at = |index: usize| parts.get(index).copied().unwrap_or_default();
        let _ = share(total, at(0), at(1), at(2), digits);
    }
}
