//! What an invoice over a part of an order says: what the order comes to with that part, less what stands already.
//!
//! The document over all that is billed is computed as if it were the only one, and each invoice is the difference to
//! what the documents before it say (N22, N23). So whatever an order is divided into, each column adds up to that one
//! document to the last cent. Amounts that belong to a whole (a line's manual discount; the header's discount
//! amount and freight) are divided by cumulative rounding; the header's percentage applies to whatever is billed.

use std::collections::BTreeSet;

use rust_decimal::Decimal;
use thiserror::Error;

use crate::apportion::{ApportionError, share};
use crate::billed::{Billed, added};
use crate::document::{Line, LineKind, compute, copied};
use crate::ids::LineId;
use crate::invoice::InvoiceLine;
use crate::money::{Currency, DECIMALS_MAX, round_money};
use crate::order::{Order, OrderLine};
use crate::totals::{
    Header, ManualDiscount, Rules, Tax, TaxCategory, TaxMode, Totals, TotalsError, UnitRounding,
};

/// The content of an invoice.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bill {
    pub lines: Vec<InvoiceLine>,
    pub header: Header,
    pub totals: Totals,
}

/// Why a part of an order has no invoice.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum BillError {
    #[error(transparent)]
    Share(#[from] ApportionError),
    #[error(transparent)]
    Totals(#[from] TotalsError),
}

/// Bills `now` of each line of the order, beside what is billed; tax is computed once per category and rate, as
/// EN 16931 demands, and what was taken off each unit is said for the line. How a price came to be stays with the
/// order, and so do words between the lines.
///
/// # Errors
/// Where the order cannot be divided so: a discount on lines that are worth nothing.
pub fn bill(
    order: &Order,
    billed: &Billed,
    now: &[Decimal],
    id: impl FnMut() -> LineId,
) -> Result<Bill, BillError> {
    let reached = order.lines.iter().zip(now);
    let reached: Vec<_> = reached.map(|(of, now)| billed.quantity(of.line.id) + now).collect();
    let whole = order.lines.iter().zip(&reached).all(|(of, to)| *to == of.line.quantity);
    let first = billed.totals.is_none();
    let mut touched = Vec::with_capacity(order.lines.len());
    for (of, (now, reached)) in order.lines.iter().zip(now.iter().zip(&reached)) {
        // Of an order that is billed in one, all lines: also those of nothing.
        if of.line.kind.has_amounts() && (!now.is_zero() || first && whole) {
            touched.push((of, *now, line_to(of, order, *reached)?));
        }
    }
    let header = header_to(order, billed, &reached, whole)?;
    if first {
        one(order, &touched, header, id)
    } else {
        further(order, billed, &touched, header, id)
    }
}

type Touched<'o> = (&'o OrderLine, Decimal, Line);

/// Nothing stands: the document itself.
fn one(
    order: &Order,
    touched: &[Touched<'_>],
    header: Header,
    id: impl FnMut() -> LineId,
) -> Result<Bill, BillError> {
    let mut lines = copied(touched.iter().map(|(.., line)| line), id);
    let totals = compute(&mut lines, &header, order.currency)?;
    Ok(Bill { lines: of_order(lines, touched), header, totals })
}

/// The difference to what stands.
fn further(
    order: &Order,
    billed: &Billed,
    touched: &[Touched<'_>],
    reached: Header,
    id: impl FnMut() -> LineId,
) -> Result<Bill, BillError> {
    let mut cumulated: Vec<_> = touched.iter().map(|(.., line)| line.clone()).collect();
    let lines_alone = Header { rules: reached.rules, ..Header::default() };
    compute(&mut cumulated, &lines_alone, order.currency)?;
    let all = together(order, billed, &cumulated, &reached)?;
    let mut lines = Vec::with_capacity(touched.len());
    for ((of, now, _), to) in touched.iter().zip(&cumulated) {
        let was = billed.lines.get(&of.line.id).cloned().unwrap_or_default();
        lines.push(Line {
            quantity: *now,
            manual_discount: to.manual_discount - was.manual_discount,
            net_amount: to.net_amount - was.net_amount,
            ..to.clone()
        });
    }
    let mut totals = all;
    if let Some(was) = &billed.totals {
        totals = added(&totals, was, |amount| -amount);
    }
    // A group is there for its lines, or because something is left of it.
    let taxes: BTreeSet<Tax> = lines.iter().map(|line| line.tax).collect();
    totals.breakdown.retain(|part| {
        let amounts = [part.net_amount, part.discount_amount, part.freight_amount, part.tax];
        taxes.contains(&Tax { category: part.category, rate: part.rate })
            || amounts.iter().any(|amount| !amount.is_zero())
    });
    let header = Header {
        discount_amount: reached.discount_amount - billed.discount_amount,
        freight_amount: reached.freight_amount - billed.freight_amount,
        ..reached
    };
    Ok(Bill { lines: of_order(copied(&lines, id), touched), header, totals })
}

/// The totals of all that is billed then: what this invoice touches at its new amounts, the rest as it stands.
fn together(
    order: &Order,
    billed: &Billed,
    cumulated: &[Line],
    header: &Header,
) -> Result<Totals, TotalsError> {
    let mut all = Vec::with_capacity(order.lines.len());
    for of in &order.lines {
        let touched = cumulated.iter().find(|line| line.id == of.line.id);
        let (manual_discount, net_amount) = match (touched, billed.lines.get(&of.line.id)) {
            (Some(line), _) => (line.manual_discount, line.net_amount),
            (None, Some(stands)) if !stands.quantity.is_zero() => {
                (stands.manual_discount, stands.net_amount)
            }
            _ => continue,
        };
        // One unit at that amount: what the line says is settled, only the document is added up.
        all.push(Line {
            quantity: Decimal::ONE,
            unit_price: net_amount + manual_discount,
            volume_discount: Decimal::ZERO,
            manual_discount,
            ..of.line.clone()
        });
    }
    let rules = Rules { unit_rounding: UnitRounding::LineLast, ..header.rules };
    compute(&mut all, &Header { rules, ..header.clone() }, order.currency)
}

/// The line when so many of it are billed altogether.
fn line_to(of: &OrderLine, order: &Order, reached: Decimal) -> Result<Line, ApportionError> {
    let (line, currency) = (&of.line, order.currency);
    let manual_discount = match order.header.rules.manual_discount {
        ManualDiscount::Line => line.manual_discount,
        ManualDiscount::PerUnit => line.manual_discount * line.quantity,
    };
    let mut manual_discount = round_money(manual_discount, currency);
    if reached != line.quantity {
        manual_discount = part_of(manual_discount, (reached, line.quantity), currency)?;
    }
    let quantity = reached;
    Ok(Line { quantity, manual_discount, price_override: None, price_trace: None, ..line.clone() })
}

/// The header when so many of each line are billed.
fn header_to(
    order: &Order,
    billed: &Billed,
    reached: &[Decimal],
    whole: bool,
) -> Result<Header, ApportionError> {
    let mut header = order.header.clone();
    if !whole || billed.totals.is_some() {
        let part = measure(order, reached)?;
        header.discount_amount = part_of(header.discount_amount, part, order.currency)?;
        header.freight_amount = part_of(header.freight_amount, part, order.currency)?;
    }
    header.rules = Rules {
        tax_mode: TaxMode::Document,
        manual_discount: ManualDiscount::Line,
        ..header.rules
    };
    let freight = if billed.totals.is_some() { &order.header } else { &header };
    if !freight.freight_amount.is_zero() && header.freight_tax.is_none() {
        header.freight_tax = Some(billed.freight_tax.unwrap_or_else(|| untaxed(&order.lines)));
    }
    Ok(header)
}

fn part_of(
    total: Decimal,
    (part, whole): (Decimal, Decimal),
    currency: Currency,
) -> Result<Decimal, ApportionError> {
    share(total, Decimal::ZERO, part, whole, currency.minor_digits())
}

/// How much of how much is billed: by the net value of the lines, and by their quantities where they have no value.
fn measure(order: &Order, reached: &[Decimal]) -> Result<(Decimal, Decimal), ApportionError> {
    let lines = order.lines.iter().zip(reached).filter(|(of, _)| of.line.quantity > Decimal::ZERO);
    let by_value = lines.clone().any(|(of, _)| of.line.net_amount > Decimal::ZERO);
    let (mut part, mut whole) = (Decimal::ZERO, Decimal::ZERO);
    for (of, reached) in lines {
        let ordered = of.line.quantity;
        let measure = if by_value { of.line.net_amount.max(Decimal::ZERO) } else { ordered };
        part += share(measure, Decimal::ZERO, *reached, ordered, DECIMALS_MAX)?;
        whole += measure;
    }
    Ok((part, whole))
}

fn of_order(lines: Vec<Line>, touched: &[Touched<'_>]) -> Vec<InvoiceLine> {
    let lines = lines.into_iter().zip(touched);
    lines.map(|(line, (of, ..))| InvoiceLine { line, order_line: Some(of.line.id) }).collect()
}

/// The category of freight that bears no tax, which an invoice must name: freight shares the fate of
/// goods that are all free of tax for one reason, else it is zero rated. What was canceled whole has no part in it.
fn untaxed(lines: &[OrderLine]) -> Tax {
    let gone = |of: &OrderLine| {
        !of.quantity_canceled.is_zero() && of.quantity_canceled == of.line.quantity
    };
    let left = lines.iter().filter(|of| of.line.kind != LineKind::Text && !gone(of));
    let mut taxes = left.map(|of| of.line.tax);
    let first = taxes.next().filter(|tax| tax.category != TaxCategory::S);
    let shared = first.filter(|first| taxes.all(|tax| tax == *first));
    shared.unwrap_or(Tax { category: TaxCategory::Z, rate: Decimal::ZERO })
}
