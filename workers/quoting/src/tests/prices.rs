//! Units, validity, rounding and the trace of prices.

use domain::document::{Line, PriceTrace};
use domain::totals::UnitRounding;
use proptest::prelude::*;

use super::catalogs::file;
use super::*;

fn priced(catalog: &CatalogFile, command: OpportunityEditLines) -> Result<Line, Refusal> {
    let shelf = Shelf::new(&Arc::new(super::catalog(catalog)));
    let worker = Quoting::new(settings(), chrono_tz::Europe::Berlin);
    let mut story = Story::of(worker, shelf).given(opportunity()).given(account()).given(ana());
    let told = story.when(command)?;
    Ok(told.get::<OpportunityRepriced>().unwrap().lines.remove(0))
}

fn in_unit(unit: &str, quantity: Decimal) -> OpportunityEditLines {
    let mut command = add("EGG", quantity, true);
    command.lines.add[0].unit = Some(unit.parse().unwrap());
    command
}

/// Eggs by the piece at 0.25 with 4 % off from 24 on, and by the tray of 30 at 7.
fn eggs() -> CatalogFile {
    file(serde_json::json!({
        "unit_groups": [{ "code": "eggs", "name": "Eggs", "base_unit": "C62", "units": [
            { "unit": "DZN", "name": "dozen", "base_units": "12" },
            { "unit": "TRY", "name": "tray", "base_units": "30" } ] }],
        "products": [{ "sku": "EGG", "name": "Egg", "unit_group": "eggs", "quantity_control": "whole" }],
        "price_lists": [{ "code": "eur", "name": "Euro", "currency": "EUR", "items": [
            { "sku": "EGG", "price": { "method": { "currency_amount": "0.25" } }, "bands": {
                "kind": "percentage", "bands": [{ "low": "24", "high": "9999", "value": "4" }] } },
            { "sku": "EGG", "unit": "TRY", "price": { "method": { "currency_amount": "7" } } },
        ] }],
    }))
}

#[test]
fn f73_a_line_in_another_unit_is_priced_by_its_item_or_converted_from_the_base_unit() {
    let line = priced(&eggs(), in_unit("dozen", dec!(2))).unwrap();
    assert_eq!(
        (line.unit.as_str(), line.unit_price, line.volume_discount),
        ("DZN", dec!(3.00), dec!(0.12))
    );
    assert_eq!(line.net_amount, dec!(5.76), "2 dozen are 24 eggs, which earn the discount");
    let line = priced(&eggs(), in_unit("DZN", dec!(1))).unwrap();
    assert_eq!((line.volume_discount, line.net_amount), (dec!(0), dec!(3.00)));
    let line = priced(&eggs(), in_unit("try", dec!(2))).unwrap();
    assert_eq!((line.unit_price, line.net_amount), (dec!(7.00), dec!(14.00)));
    let group = &super::catalog(&eggs()).unit_groups["eggs"];
    assert_eq!(group.in_base("DZN", dec!(2)), Some(dec!(24)));
    let refused = priced(&eggs(), in_unit("KGM", dec!(1))).unwrap_err();
    assert_eq!(
        (refused.reason().rule, &*refused.reason().found),
        ("line.unit", "pricing error 10")
    );
    assert!(refused.reason().message.contains("`C62`, `DZN`, `TRY`"));
    let refused = priced(&eggs(), in_unit("DZN", dec!(1.5))).unwrap_err();
    assert_eq!(refused.reason().rule, "line.quantity");
}

#[test]
fn f73_fractions_are_sold_to_the_decimals_of_the_product() {
    let mut two = golden();
    two.products[1].quantity_control = domain::pricing::QuantityControl::WholeAndFractional;
    two.products[1].quantity_decimals = Some(2);
    assert!(priced(&two, add("B-1", dec!(1.25), true)).is_ok());
    let refused = priced(&two, add("B-1", dec!(1.255), true)).unwrap_err();
    assert_eq!(
        (refused.reason().rule, &*refused.reason().found),
        ("line.quantity", "pricing error 29")
    );
}

#[test]
fn f78_a_price_list_gives_prices_from_its_first_day_to_its_last_at_the_sellers() {
    // The story is told on 2026-03-02.
    for (from, to, rule) in [
        (Some("2026-03-02"), Some("2026-03-02"), None),
        (None, Some("2026-03-01"), Some("price_list.over")),
        (Some("2026-03-03"), None, Some("price_list.not_yet_valid")),
    ] {
        let mut dated = golden();
        let day = |day: &str| domain::day::Day::read(day).unwrap();
        dated.price_lists[0].valid_from = from.map(day);
        dated.price_lists[0].valid_to = to.map(day);
        let found = priced(&dated, add("B-1", dec!(1), true));
        assert_eq!(found.err().map(|refusal| refusal.reason().rule), rule);
    }
}

#[test]
fn f91_each_price_list_says_whether_the_unit_or_the_line_is_rounded() {
    let list = |rounding: &str| {
        file(serde_json::json!({
            "products": [{ "sku": "X-1", "name": "X" }],
            "discount_lists": [{ "code": "odd", "name": "Odd", "bands": { "kind": "percentage",
                "bands": [{ "low": "1", "high": "99", "value": "19.05" }] } }],
            "price_lists": [{ "code": "eur", "name": "Euro", "currency": "EUR", "unit_rounding": rounding,
                "items": [{ "sku": "X-1", "price": { "method": { "currency_amount": "25.20" } },
                            "discount_list": "odd" }] }],
        }))
    };
    for (rounding, net) in [("line_last", dec!(203.99)), ("unit_first", dec!(204.00))] {
        let shelf = Shelf::new(&Arc::new(super::catalog(&list(rounding))));
        let worker = Quoting::new(settings(), chrono_tz::Europe::Berlin);
        let mut story = Story::of(worker, shelf).given(opportunity()).given(account()).given(ana());
        let told = story.when(add("X-1", dec!(10), true)).unwrap();
        let drafted: QuoteDrafted = told.get().unwrap();
        assert_eq!(drafted.offer.lines[0].net_amount, net);
        assert_eq!(drafted.offer.totals.detail_amount, net);
        let first = drafted.offer.header.rules.unit_rounding == UnitRounding::UnitFirst;
        assert_eq!(first, rounding == "unit_first", "the document keeps the rule");
    }
    let mut inactive = list("line_last");
    inactive.discount_lists[0].active = false;
    let refused = priced(&inactive, add("X-1", dec!(10), true)).unwrap_err();
    assert_eq!(
        (refused.reason().rule, &*refused.reason().found),
        ("discount_list.inactive", "pricing error 33")
    );
}

/// The trace of a line as it is stored.
fn stored(line: &Line) -> PriceTrace {
    let trace = serde_json::to_string(line.price_trace.as_ref().unwrap()).unwrap();
    serde_json::from_str(&trace).unwrap()
}

#[test]
fn f75_a_trace_holds_what_the_method_builds_on_and_no_other_cost() {
    let line = priced(&golden(), add("C-1", dec!(1), true)).unwrap();
    let trace = stored(&line);
    assert_eq!((trace.price_list.as_str(), trace.item.as_str()), ("eur", "C-1"));
    assert_eq!((trace.basis.list_price, trace.basis.current_cost), (Some(dec!(10)), None));
    let line = priced(&golden(), add("A-1", dec!(12), true)).unwrap();
    assert_eq!(stored(&line).volume.unwrap().band.value, dec!(5));
    assert_eq!(stored(&line).basis, domain::pricing::PriceBasis::default());
}

proptest! {
    #[test]
    fn f75_every_price_is_computed_again_from_its_trace(
        cents in 1_i64..1_000_000, percent in 0_i64..50, quantity in 1_i64..500, base in 1_i64..50, unit in 0..3_usize,
    ) {
        let unit = ["C62", "DZN", "TRY"][unit];
        let price = Decimal::new(cents, 2);
        let mut catalog = eggs();
        let bands = serde_json::json!({ "sku": "EGG", "price": { "method": { "percent_of_list": "97.5" } }, "bands": {
            "kind": "percentage", "bands": [{ "low": "10", "high": "9999", "value": percent.to_string() }] } });
        catalog.unit_groups[0].units[1].base_units = Decimal::new(base, 0);
        catalog.products[0].list_price = Some(price);
        catalog.price_lists[0].items = vec![serde_json::from_value(bands).unwrap()];
        let line = priced(&catalog, in_unit(unit, Decimal::new(quantity, 0))).unwrap();
        prop_assert_eq!(stored(&line).again(), Ok((line.unit_price, line.volume_discount)));
        prop_assert!(line.volume_discount <= line.unit_price);
    }
}
