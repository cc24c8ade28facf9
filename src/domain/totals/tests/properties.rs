//! What holds for every document, over random ones.

use proptest::sample::select;

use super::*;

fn any_tax() -> impl Strategy<Value = Tax> {
    let taxed = select(vec![dec!(5.5), dec!(9), dec!(19), dec!(21), dec!(8.875)]);
    let untaxed = select(vec![TaxCategory::Z, TaxCategory::E, TaxCategory::AE]);
    prop_oneof![
        3 => taxed.prop_map(vat),
        1 => untaxed.prop_map(|category| Tax { category, rate: dec!(0) }),
    ]
}

prop_compose! {
    fn any_line()(
        price in 0i64..=10_000_000, quantity in -50_000i64..=1_000_000, volume in 0i64..=30,
        manual in 0i64..=100_000, decimals in 0u32..=4, tax in any_tax(),
    ) -> LineAmounts {
        let unit_price = Decimal::new(price, decimals);
        let percent = Decimal::from(volume);
        LineAmounts {
            unit_price,
            quantity: Decimal::new(quantity, decimals),
            volume_discount_per_unit: ratio(unit_price, percent, dec!(100), 6).unwrap(),
            manual_discount: Decimal::new(manual, 3),
            tax,
        }
    }
}

prop_compose! {
    fn any_header()(
        percent in 0i64..=10_000, amount in 0i64..=100_000, freight in 0i64..=10_000,
        freight_tax in proptest::option::of(any_tax()),
    ) -> Header {
        Header {
            discount_percent: Decimal::new(percent, 2),
            discount_amount: Decimal::new(amount, 3),
            freight_amount: Decimal::new(freight, 2),
            freight_tax,
            rules: Rules::default(),
            exchange: None,
        }
    }
}

fn any_currency() -> impl Strategy<Value = Currency> {
    select(vec!["EUR", "JPY", "KWD"]).prop_map(|code| code.parse().unwrap())
}

fn any_rules() -> impl Strategy<Value = Rules> {
    let modes = vec![TaxMode::Document, TaxMode::LineAfterDiscount, TaxMode::LineBeforeDiscount];
    let rounding = vec![UnitRounding::LineLast, UnitRounding::UnitFirst];
    let manual = vec![ManualDiscount::Line, ManualDiscount::PerUnit];
    (select(modes), select(manual), select(rounding), 0u32..=4).prop_map(
        |(tax_mode, manual_discount, unit_rounding, price_digits)| Rules {
            tax_mode,
            manual_discount,
            unit_rounding,
            price_digits,
        },
    )
}

fn total(amounts: impl Iterator<Item = Decimal>) -> Decimal {
    amounts.sum()
}

proptest! {
    #[test]
    fn f89_breakdown_and_lines_add_up_to_the_totals_in_every_mode(
        lines in proptest::collection::vec(any_line(), 1..12), header in any_header(),
        rules in any_rules(), currency in any_currency(),
    ) {
        let computed = totals_by(&lines, &header, rules, currency);
        prop_assume!(!matches!(computed, Err(TotalsError::DiscountOnNothing(_))));
        let (results, totals) = computed.unwrap();
        prop_assert_eq!(total(results.iter().map(|line| line.net_amount)), totals.detail_amount);
        prop_assert_eq!(total(totals.breakdown.iter().map(|part| part.tax)), totals.tax_amount);
        let nets = total(totals.breakdown.iter().map(|part| part.net_amount));
        prop_assert_eq!(nets, totals.detail_amount);
        let discounts = total(totals.breakdown.iter().map(|part| part.discount_amount));
        let divided = rules.tax_mode != TaxMode::LineBeforeDiscount;
        prop_assert_eq!(discounts, if divided { totals.discount_amount } else { dec!(0) });
        let freight = total(totals.breakdown.iter().map(|part| part.freight_amount));
        let taxed = header.freight_tax.is_some();
        prop_assert_eq!(freight, if taxed { totals.freight_amount } else { dec!(0) });
        prop_assert_eq!(
            totals.total_amount,
            totals.detail_amount - totals.discount_amount + totals.freight_amount + totals.tax_amount
        );
        for (line, result) in lines.iter().zip(&results) {
            prop_assert_eq!(result.tax_amount.is_none(), rules.tax_mode == TaxMode::Document);
            prop_assert_eq!(result.base_amount - result.manual_discount, result.net_amount);
            let tax = result.tax_amount.unwrap_or_default();
            prop_assert_eq!(result.net_amount + tax, result.extended_amount);
            prop_assert!(line.tax.rate > dec!(0) || tax.is_zero());
        }
    }

    #[test]
    fn f89_document_mode_holds_the_rules_co_10_to_co_17_of_en_16931(
        lines in proptest::collection::vec(any_line(), 1..12), header in any_header(),
    ) {
        let computed = totals_by(&lines, &header, taxed(TaxMode::Document), euro());
        prop_assume!(!matches!(computed, Err(TotalsError::DiscountOnNothing(_))));
        let (results, totals) = computed.unwrap();
        let parts = &totals.breakdown;
        // CO-10 to CO-13, with the discount as allowances (BT-92) and the freight as charge.
        let bt_106 = total(results.iter().map(|line| line.net_amount));
        let bt_107 = total(parts.iter().map(|part| part.discount_amount));
        let bt_108 = totals.freight_amount;
        let bt_109 = bt_106 - bt_107 + bt_108;
        prop_assert_eq!(bt_109, totals.amount_less_freight + totals.freight_amount);
        // CO-14, CO-15.
        let bt_110 = total(parts.iter().map(|part| part.tax));
        prop_assert_eq!(bt_110, totals.tax_amount);
        prop_assert_eq!(bt_109 + bt_110, totals.total_amount);
        // S-08 and its siblings: each base is what stands in its category and rate, exactly.
        for part in parts {
            let here = |tax: Tax| (tax.category, tax.rate) == (part.category, part.rate);
            let nets = lines.iter().zip(&results).filter(|(line, _)| here(line.tax));
            let nets = total(nets.map(|(_, result)| result.net_amount));
            let freight = header.freight_tax.filter(|tax| here(*tax));
            let freight = freight.map_or(dec!(0), |_| totals.freight_amount);
            prop_assert_eq!(part.base, nets - part.discount_amount + freight);
            // CO-17, and BR-DEC: no more than two decimals anywhere.
            prop_assert_eq!(Some(part.tax), ratio(part.base, part.rate, dec!(100), 2));
            prop_assert!(part.base.scale() == 2 && part.tax.scale() == 2);
        }
        // One group for each (category, rate), and none without an amount in it.
        let mut keys: Vec<_> = parts.iter().map(|part| (part.category, part.rate)).collect();
        keys.dedup();
        prop_assert_eq!(keys.len(), parts.len());
        if header.freight_tax.is_some() || totals.freight_amount.is_zero() {
            prop_assert_eq!(total(parts.iter().map(|part| part.base)), bt_109);
        }
    }

    #[test]
    fn f75_recomputation_and_the_order_of_lines_change_no_total(
        (lines, shuffled) in proptest::collection::vec(any_line(), 1..12)
            .prop_flat_map(|lines| (Just(lines.clone()), Just(lines).prop_shuffle())),
        header in any_header(), rules in any_rules(),
    ) {
        let once = totals_by(&lines, &header, rules, euro());
        prop_assert_eq!(&once, &totals_by(&lines, &header, rules, euro()));
        let document = Rules { tax_mode: TaxMode::Document, ..rules };
        let sorted = totals_by(&lines, &header, document, euro()).map(|(_, totals)| totals);
        let other = totals_by(&shuffled, &header, document, euro()).map(|(_, totals)| totals);
        prop_assert_eq!(sorted, other);
    }

    #[test]
    fn f89_no_document_in_range_panics_or_leaves_the_range(
        amounts in proptest::collection::vec(
            proptest::array::uniform4(crate::money::tests::any_amount()), 0..6
        ),
        header in proptest::array::uniform3(crate::money::tests::any_amount()),
        taxes in proptest::collection::vec(any_tax(), 7), rules in any_rules(),
        currency in any_currency(),
    ) {
        let lines: Vec<LineAmounts> = amounts
            .into_iter()
            .zip(&taxes)
            .map(|([unit_price, quantity, volume_discount_per_unit, manual_discount], tax)| {
                LineAmounts {
                    unit_price, quantity, volume_discount_per_unit, manual_discount, tax: *tax,
                }
            })
            .collect();
        let [percent, amount, freight] = header;
        let header = Header {
            discount_percent: percent.abs() % dec!(101),
            discount_amount: amount.abs(),
            freight_amount: freight.abs(),
            freight_tax: Some(taxes[6]),
            rules: Rules::default(),
            exchange: None,
        };
        if let Ok(computed) = totals_by(&lines, &header, rules, currency) {
            prop_assert!(serde_json::to_string(&computed).is_ok());
        }
    }
}
