#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use proptest::prelude::*;
use rust_decimal_macros::dec;
use serde_json::json;

use super::*;

#[derive(Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
struct Sample {
    #[serde(with = "AsText")]
    amount: Decimal,
    #[serde(default, skip_serializing_if = "Option::is_none", with = "AsTextOption")]
    budget: Option<Decimal>,
    currency: Currency,
}

fn currency(code: &str) -> Currency {
    code.parse().unwrap()
}

#[test]
fn a_decimal_string_keeps_its_scale_both_ways() {
    let text = r#"{"amount":"10.50","budget":"0.000001","currency":"EUR"}"#;
    let sample: Sample = serde_json::from_str(text).unwrap();
    assert_eq!(sample.amount.to_string(), "10.50");
    assert_eq!(serde_json::to_string(&sample).unwrap(), text);
}

#[test]
fn an_absent_or_null_optional_decimal_is_none_and_is_left_out() {
    for text in
        [r#"{"amount":"1","currency":"EUR"}"#, r#"{"amount":"1","budget":null,"currency":"EUR"}"#]
    {
        let sample: Sample = serde_json::from_str(text).unwrap();
        assert_eq!(sample.budget, None);
        assert_eq!(serde_json::to_string(&sample).unwrap(), r#"{"amount":"1","currency":"EUR"}"#);
    }
}

#[test]
fn a_json_number_is_refused_for_an_amount() {
    for amount in [json!(10.5), json!(10), json!(null), json!(["1"])] {
        let sample = json!({ "amount": amount, "currency": "EUR" });
        assert!(serde_json::from_value::<Sample>(sample).is_err());
    }
    let budget = json!({ "amount": "1", "budget": 5, "currency": "EUR" });
    assert!(serde_json::from_value::<Sample>(budget).is_err());
}

#[test]
fn what_is_no_plain_decimal_is_refused() {
    for text in [
        "", "-", ".", "1.", ".5", "+1", "1e3", "1_000", "1,5", " 1", "1 ", "NaN", "inf", "0x1",
        "007", "--1", "1.2.3", "١", "-.5", "00",
    ] {
        assert!(matches!(parse_decimal(text), Err(AmountError::NotDecimal(_))), "{text}");
    }
}

#[test]
fn beyond_numeric_20_6_the_error_names_the_limit_that_is_broken() {
    let most = "99999999999999.999999";
    assert_eq!(parse_decimal(most).unwrap().to_string(), most);
    let too_large = parse_decimal("-100000000000000").unwrap_err();
    assert!(too_large.to_string().contains("14 digits"), "{too_large}");
    let too_fine = parse_decimal("0.0000001").unwrap_err();
    assert!(too_fine.to_string().contains("at most 6"), "{too_fine}");
    assert_eq!(
        in_range(dec!(100000000000000)).unwrap_err(),
        parse_decimal("100000000000000").unwrap_err()
    );
    assert_eq!(in_range(dec!(0.0000001)).unwrap_err(), too_fine);
}

#[test]
fn a_long_wrong_text_is_cut_in_the_error() {
    let error = parse_decimal(&"é".repeat(10_000)).unwrap_err();
    assert!(error.to_string().chars().count() < 250);
}

#[test]
fn what_could_not_be_read_back_is_not_written() {
    let sample = |amount| Sample { amount, budget: None, currency: currency("EUR") };
    assert!(serde_json::to_string(&sample(dec!(0.1234567))).is_err());
    assert!(serde_json::to_string(&sample(AMOUNT_LIMIT)).is_err());
    let zeros = serde_json::to_string(&sample(dec!(2.5000000000))).unwrap();
    assert!(zeros.contains("\"2.5\""), "{zeros}");
}

#[test]
fn zero_has_no_sign() {
    assert_eq!(parse_decimal("-0.00").unwrap().to_string(), "0.00");
    assert_eq!(round_money(dec!(-0.001), currency("EUR")).to_string(), "0.00");
    assert_eq!(in_range(-dec!(0)).unwrap().to_string(), "0");
}

#[test]
fn money_is_rounded_half_away_from_zero_and_has_the_decimals_of_its_currency() {
    let rounded = |value, code| round_money(value, currency(code)).to_string();
    assert_eq!(rounded(dec!(2.345), "EUR"), "2.35");
    assert_eq!(rounded(dec!(-2.345), "EUR"), "-2.35");
    assert_eq!(rounded(dec!(5), "EUR"), "5.00");
    assert_eq!(rounded(dec!(2.5), "JPY"), "3");
    assert_eq!(rounded(dec!(2.5), "KWD"), "2.500");
    assert_eq!(rounded(dec!(0.00005), "CLF"), "0.0001");
}

#[test]
fn only_three_upper_case_letters_are_a_currency() {
    assert_eq!(currency("EUR").to_string(), "EUR");
    assert_eq!(serde_json::to_value(currency("EUR")).unwrap(), json!("EUR"));
    for code in ["", "EU", "EURO", "eur", "E R", "€€€", "12A", "ÄÖÜ"] {
        assert!(code.parse::<Currency>().is_err(), "{code}");
        assert!(serde_json::from_value::<Currency>(json!(code)).is_err(), "{code}");
    }
}

#[test]
fn the_schema_says_decimal_string_and_currency_code() {
    let schema = schemars::schema_for!(Sample).to_value();
    let properties = &schema["properties"];
    assert_eq!(properties["amount"], json!({ "type": "string", "pattern": DECIMAL_PATTERN }));
    assert_eq!(properties["budget"]["type"], json!(["string", "null"]));
    assert_eq!(properties["currency"]["pattern"], json!("^[A-Z]{3}$"));
    assert_eq!(schema["required"], json!(["amount", "currency"]));
}

#[test]
fn a_ratio_is_rounded_once() {
    assert_eq!(ratio(dec!(0.03), dec!(5), dec!(6), 2), Some(dec!(0.03))); // 0.025: a tie
    assert_eq!(ratio(dec!(10), dec!(1), dec!(3), 2), Some(dec!(3.33)));
    assert_eq!(ratio(dec!(-10), dec!(2), dec!(3), 2), Some(dec!(-6.67)));
    assert_eq!(ratio(dec!(10), dec!(1), dec!(-4), 0), Some(dec!(-3)));
    assert_eq!(ratio(dec!(1), dec!(1), dec!(0), 2), None);
    assert_eq!(ratio(Decimal::MAX, Decimal::MAX, dec!(1), 2), None);
}

#[test]
fn a_ratio_is_exact_where_the_product_is_wider_than_128_bits() {
    let wide = dec!(99999999999999.999999);
    assert_eq!(ratio(wide, wide, wide, 6), Some(wide));
    let almost = dec!(99999999999999.999997);
    // (L − 1)(L − 3) ÷ (L − 1) in units of the last place.
    assert_eq!(ratio(wide, almost, wide, 6), Some(almost));
}

pub(crate) fn any_amount() -> impl Strategy<Value = Decimal> {
    let largest = 10i128.pow(20) - 1;
    (-largest..=largest, 0u32..=6, 0u32..=14).prop_map(|(mantissa, scale, smaller)| {
        Decimal::from_i128_with_scale(mantissa / 10i128.pow(smaller + 6 - scale), scale)
    })
}

proptest! {
    #[test]
    fn every_amount_in_range_survives_a_round_trip_with_its_scale(amount in any_amount()) {
        let sample = Sample { amount, budget: Some(amount), currency: currency("EUR") };
        let text = serde_json::to_string(&sample).unwrap();
        let back: Sample = serde_json::from_str(&text).unwrap();
        prop_assert_eq!(back.amount.scale(), amount.scale());
        prop_assert_eq!(back, sample);
    }

    #[test]
    fn no_text_makes_the_reader_panic(text in "\\PC{0,40}") {
        let _ = parse_decimal(&text);
    }

    #[test]
    fn the_wide_division_agrees_with_the_narrow_one(
        a in 0u128..u128::from(u64::MAX), b in 0u128..u128::from(u64::MAX),
        divisor in 1u128..u128::from(u64::MAX), shift in 1u128..1_000_000_000_000,
    ) {
        // (a·shift) × (b·shift) ÷ (divisor·shift²) has the quotient of a × b ÷ divisor.
        let (quotient, remainder) = multiply_divide(a, b, divisor).unwrap();
        prop_assert_eq!((quotient, remainder), (a * b / divisor, a * b % divisor));
        if let Some(wide_divisor) = divisor.checked_mul(shift) {
            prop_assert_eq!(
                multiply_divide(a * shift, b, wide_divisor),
                Some((quotient, remainder * shift))
            );
        }
    }

    #[test]
    fn a_ratio_of_amounts_in_range_is_within_half_a_unit(
        amount in any_amount(), part in any_amount(), digits in 0u32..=6
    ) {
        if let Some(result) = ratio(amount, part, dec!(100000000000000), digits) {
            let exact = amount.checked_mul(part / dec!(100000000000000)).unwrap();
            let half = Decimal::new(5, digits + 1);
            prop_assert!((result - exact).abs() <= half + dec!(0.0000000001));
        }
    }
}
