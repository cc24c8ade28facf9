//! The computation: lines, then the header discount, then tax by mode.

use std::collections::BTreeMap;

use rust_decimal::Decimal;

use super::{
    Header, LineAmounts, LineResult, ManualDiscount, Rules, Tax, TaxCategory, TaxMode, TaxPart,
    Totals, TotalsError, UnitRounding,
};
use crate::apportion::{ApportionError, apportion};
use crate::money::{AmountError, Currency, in_range, ratio, round_money, round_to};
use crate::pricing::PRICE_DIGITS_MAX;

/// Computes the amounts of every line and the totals of the document, by the rules of its header. The same
/// inputs always give the same figures; in [`TaxMode::Document`] the order of the lines does not matter either.
///
/// # Errors
/// When an amount, given or computed, does not fit `numeric(20,6)`, and when a figure makes no
/// sense: see [`TotalsError`].
pub fn totals(
    lines: &[LineAmounts],
    header: &Header,
    currency: Currency,
) -> Result<(Vec<LineResult>, Totals), TotalsError> {
    let rules = header.rules;
    if rules.price_digits > PRICE_DIGITS_MAX {
        return Err(TotalsError::PriceDigits(rules.price_digits));
    }
    let mut results = Vec::with_capacity(lines.len());
    for (index, line) in lines.iter().enumerate() {
        let at_line = |source| TotalsError::Line { line: index + 1, source: Box::new(source) };
        results.push(line_amounts(line, rules, currency).map_err(at_line)?);
    }
    let detail_amount = sum("detail amount", results.iter().map(|line| line.net_amount), currency)?;
    let line_discount =
        sum("line discount", results.iter().map(|line| line.manual_discount), currency)?;
    let discount_amount = header_discount(header, detail_amount, currency)?;
    let freight = Freight::of(header, currency)?;

    let breakdown = match rules.tax_mode {
        TaxMode::Document => document_tax(lines, &results, discount_amount, &freight, currency)?,
        TaxMode::LineBeforeDiscount => line_tax(lines, &mut results, None, &freight, currency)?,
        TaxMode::LineAfterDiscount => {
            line_tax(lines, &mut results, Some(discount_amount), &freight, currency)?
        }
    };
    let tax_amount = sum("tax", breakdown.iter().map(|part| part.tax), currency)?;
    let amount_less_freight =
        sum("amount less freight", [detail_amount, -discount_amount].into_iter(), currency)?;
    let total_amount = sum(
        "total amount",
        [amount_less_freight, freight.amount, tax_amount].into_iter(),
        currency,
    )?;
    let totals = Totals {
        detail_amount,
        line_discount,
        discount_amount,
        amount_less_freight,
        freight_amount: freight.amount,
        tax_amount,
        total_amount,
        breakdown,
    };
    Ok((results, totals))
}

fn line_amounts(
    line: &LineAmounts,
    rules: Rules,
    currency: Currency,
) -> Result<LineResult, TotalsError> {
    check_tax(line.tax)?;
    let unit_price = ranged("unit price", line.unit_price)?;
    let quantity = ranged("quantity", line.quantity)?;
    let volume_discount = ranged("volume discount", line.volume_discount_per_unit)?;
    let manual_discount = ranged("manual discount", line.manual_discount)?;

    let discounted = ranged("discounted unit price", unit_price - volume_discount)?;
    let discounted = match rules.unit_rounding {
        UnitRounding::LineLast => discounted,
        UnitRounding::UnitFirst => round_to(discounted, rules.price_digits),
    };
    let base_amount = product("base amount", discounted, quantity, currency)?;
    let manual_discount = match rules.manual_discount {
        ManualDiscount::Line => settle("manual discount", manual_discount, currency)?,
        ManualDiscount::PerUnit => product("manual discount", manual_discount, quantity, currency)?,
    };
    let net_amount = sum("net amount", [base_amount, -manual_discount].into_iter(), currency)?;
    Ok(LineResult {
        base_amount,
        manual_discount,
        net_amount,
        discount_share: None,
        tax_amount: None,
        extended_amount: net_amount,
    })
}

fn header_discount(
    header: &Header,
    detail_amount: Decimal,
    currency: Currency,
) -> Result<Decimal, TotalsError> {
    let percent = ranged("discount percentage", header.discount_percent)?;
    if percent.is_sign_negative() || percent > Decimal::ONE_HUNDRED {
        return Err(TotalsError::DiscountPercent(percent));
    }
    let amount = not_negative("discount amount", header.discount_amount)?;
    let by_percent = percent_of("header discount", detail_amount, percent, currency)?;
    sum("header discount", [by_percent, round_money(amount, currency)].into_iter(), currency)
}

struct Freight {
    amount: Decimal,
    tax: Option<Tax>,
}

impl Freight {
    fn of(header: &Header, currency: Currency) -> Result<Self, TotalsError> {
        let amount = not_negative("freight amount", header.freight_amount)?;
        header.freight_tax.map(check_tax).transpose()?;
        let amount = settle("freight amount", amount, currency)?;
        Ok(Self { amount, tax: header.freight_tax })
    }
}

/// Groups by (category, rate) in that order, whatever the order of the lines.
type Groups = BTreeMap<Tax, TaxPart>;

/// Tax once per group, on its lines less its part of the header discount plus its freight
/// (EN 16931: BR-CO-17 and the category rules BR-S-08 and the like).
fn document_tax(
    lines: &[LineAmounts],
    results: &[LineResult],
    discount: Decimal,
    freight: &Freight,
    currency: Currency,
) -> Result<Vec<TaxPart>, TotalsError> {
    let mut groups = Groups::new();
    for (line, result) in lines.iter().zip(results) {
        let group = group_of(&mut groups, line.tax);
        group.net_amount += result.net_amount;
    }
    let nets: Vec<Decimal> = groups.values().map(|group| group.net_amount).collect();
    let shares = divide_discount(discount, &nets, currency)?;
    for (group, share) in groups.values_mut().zip(shares) {
        group.discount_amount = share;
    }
    add_freight(&mut groups, freight);
    let out_of_scope = groups.keys().any(|tax| tax.category == TaxCategory::O);
    if out_of_scope && groups.len() > 1 {
        return Err(TotalsError::MixedOutOfScope);
    }
    for group in groups.values_mut() {
        close_base(group, currency)?;
        group.tax = percent_of("tax", group.base, group.rate, currency)?;
    }
    Ok(groups.into_values().collect())
}

/// Tax line by line: before the header discount when `discount` is `None`, else after it.
fn line_tax(
    lines: &[LineAmounts],
    results: &mut [LineResult],
    discount: Option<Decimal>,
    freight: &Freight,
    currency: Currency,
) -> Result<Vec<TaxPart>, TotalsError> {
    if let Some(discount) = discount {
        let nets: Vec<Decimal> = results.iter().map(|line| line.net_amount).collect();
        for (result, share) in results.iter_mut().zip(divide_discount(discount, &nets, currency)?) {
            result.discount_share = Some(share);
        }
    }
    let mut groups = Groups::new();
    for (line, result) in lines.iter().zip(results) {
        let share = result.discount_share.unwrap_or_default();
        let taxed = sum("taxed amount", [result.net_amount, -share].into_iter(), currency)?;
        let tax = percent_of("tax", taxed, line.tax.rate, currency)?;
        result.tax_amount = Some(tax);
        result.extended_amount =
            sum("extended amount", [result.net_amount, tax].into_iter(), currency)?;
        let group = group_of(&mut groups, line.tax);
        group.net_amount += result.net_amount;
        group.discount_amount += share;
        group.tax += tax;
    }
    add_freight(&mut groups, freight);
    for group in groups.values_mut() {
        close_base(group, currency)?;
        group.tax += percent_of("freight tax", group.freight_amount, group.rate, currency)?;
        group.tax = settle("tax", group.tax, currency)?;
    }
    Ok(groups.into_values().collect())
}

fn group_of(groups: &mut Groups, tax: Tax) -> &mut TaxPart {
    groups.entry(tax).or_insert_with(|| TaxPart {
        category: tax.category,
        rate: tax.rate.normalize(),
        net_amount: Decimal::ZERO,
        discount_amount: Decimal::ZERO,
        freight_amount: Decimal::ZERO,
        base: Decimal::ZERO,
        tax: Decimal::ZERO,
    })
}

fn add_freight(groups: &mut Groups, freight: &Freight) {
    if let Some(tax) = freight.tax.filter(|_| !freight.amount.is_zero()) {
        group_of(groups, tax).freight_amount = freight.amount;
    }
}

fn close_base(group: &mut TaxPart, currency: Currency) -> Result<(), TotalsError> {
    group.net_amount = settle("net amount", group.net_amount, currency)?;
    group.discount_amount = settle("header discount", group.discount_amount, currency)?;
    group.freight_amount = settle("freight amount", group.freight_amount, currency)?;
    let base = group.net_amount - group.discount_amount + group.freight_amount;
    group.base = settle("taxed amount", base, currency)?;
    Ok(())
}

fn divide_discount(
    discount: Decimal,
    nets: &[Decimal],
    currency: Currency,
) -> Result<Vec<Decimal>, TotalsError> {
    apportion(discount, nets, currency.minor_digits()).map_err(|error| match error {
        ApportionError::Amount(source) => TotalsError::Range { what: "header discount", source },
        _ => TotalsError::DiscountOnNothing(discount),
    })
}

fn check_tax(tax: Tax) -> Result<(), TotalsError> {
    let rate = ranged("tax rate", tax.rate)?;
    let fits = match tax.category {
        TaxCategory::S => rate > Decimal::ZERO && rate <= Decimal::ONE_HUNDRED,
        _ => rate.is_zero(),
    };
    if fits { Ok(()) } else { Err(TotalsError::TaxRate { category: tax.category, rate }) }
}

fn ranged(what: &'static str, value: Decimal) -> Result<Decimal, TotalsError> {
    in_range(value).map_err(|source| TotalsError::Range { what, source })
}

fn not_negative(what: &'static str, amount: Decimal) -> Result<Decimal, TotalsError> {
    let amount = ranged(what, amount)?;
    if amount.is_sign_negative() {
        return Err(TotalsError::Negative { what, amount });
    }
    Ok(amount)
}

/// A computed figure in its final form: in range, with the currency's decimals.
fn settle(what: &'static str, value: Decimal, currency: Currency) -> Result<Decimal, TotalsError> {
    ranged(what, round_money(value, currency))
}

fn sum(
    what: &'static str,
    amounts: impl Iterator<Item = Decimal>,
    currency: Currency,
) -> Result<Decimal, TotalsError> {
    let mut sum = Decimal::ZERO;
    for amount in amounts {
        sum = ranged(what, sum + amount)?;
    }
    settle(what, sum, currency)
}

fn product(
    what: &'static str,
    amount: Decimal,
    factor: Decimal,
    currency: Currency,
) -> Result<Decimal, TotalsError> {
    ratio_money(what, amount, factor, Decimal::ONE, currency)
}

fn percent_of(
    what: &'static str,
    amount: Decimal,
    percent: Decimal,
    currency: Currency,
) -> Result<Decimal, TotalsError> {
    ratio_money(what, amount, percent, Decimal::ONE_HUNDRED, currency)
}

fn ratio_money(
    what: &'static str,
    amount: Decimal,
    part: Decimal,
    whole: Decimal,
    currency: Currency,
) -> Result<Decimal, TotalsError> {
    let value = ratio(amount, part, whole, currency.minor_digits()).ok_or_else(|| {
        let source = AmountError::TooLarge(format!("{amount} × {part} ÷ {whole}"));
        TotalsError::Range { what, source }
    })?;
    settle(what, value, currency)
}
