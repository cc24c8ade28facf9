//! What of an order is billed: the lines that were shipped, with their part of every discount.
//!
//! A fully shipped order is billed as it stands. Where the rest was canceled, amounts that belong to
//! a whole (a line's manual discount; the header's discount amount and freight) are divided by
//! cumulative rounding, so that what is billed and what was canceled add up to the order; the header's
//! percentage applies to whatever is billed.

use std::fmt::Display;

use domain::apportion::{ApportionError, share};
use domain::decide::Refusal;
use domain::document::{Line, compute, copied};
use domain::ids::LineId;
use domain::invoice::InvoiceLine;
use domain::lifecycle::Lifecycle;
use domain::message::SubjectKind;
use domain::money::{DECIMALS_MAX, round_money};
use domain::order::{Order, OrderLine};
use domain::totals::{Header, ManualDiscount, Rules, Tax, TaxCategory, TaxMode, Totals};
use rust_decimal::Decimal;

/// The content of an invoice.
pub(crate) struct Bill {
    pub(crate) lines: Vec<InvoiceLine>,
    pub(crate) header: Header,
    pub(crate) totals: Totals,
}

/// Bills what was shipped; tax is computed once per category and rate, as EN 16931 demands, and what was taken off
/// each unit is said for the line. How a price came to be stays with the order.
pub(crate) fn bill(order: &Order, mut id: impl FnMut() -> LineId) -> Result<Bill, Refusal> {
    let whole = order.lines.iter().all(|line| line.quantity_canceled.is_zero());
    // Words between the lines are no part of what is owed.
    let billed = order.lines.iter().filter(|line| line.line.kind.has_amounts());
    let billed = billed.filter(|line| whole || line.quantity_shipped > Decimal::ZERO);
    let billed: Vec<_> = billed.collect();
    let mut lines = Vec::with_capacity(billed.len());
    for line in &billed {
        let part = shipped_line(line, order).map_err(|error| refused(order, &error))?;
        lines.push(part);
    }
    let mut lines = copied(&lines, &mut id);
    let mut header = order.header.clone();
    if !whole {
        header = shipped_header(order).map_err(|error| refused(order, &error))?;
    }
    header.rules = Rules {
        tax_mode: TaxMode::Document,
        manual_discount: ManualDiscount::Line,
        ..header.rules
    };
    if !header.freight_amount.is_zero() && header.freight_tax.is_none() {
        header.freight_tax = Some(untaxed(&lines));
    }
    let totals =
        compute(&mut lines, &header, order.currency).map_err(|error| refused(order, &error))?;
    let lines = lines.into_iter().zip(billed);
    let lines = lines.map(|(line, of)| InvoiceLine { line, order_line: Some(of.line.id) });
    Ok(Bill { lines: lines.collect(), header, totals })
}

fn shipped_line(of: &OrderLine, order: &Order) -> Result<Line, ApportionError> {
    let (line, currency) = (&of.line, order.currency);
    let whole = match order.header.rules.manual_discount {
        ManualDiscount::Line => line.manual_discount,
        ManualDiscount::PerUnit => line.manual_discount * line.quantity,
    };
    let mut manual_discount = round_money(whole, currency);
    if !of.quantity_canceled.is_zero() {
        let digits = currency.minor_digits();
        let (shipped, ordered) = (of.quantity_shipped, line.quantity);
        manual_discount = share(manual_discount, Decimal::ZERO, shipped, ordered, digits)?;
    }
    Ok(Line {
        quantity: of.quantity_shipped,
        manual_discount,
        price_override: None,
        price_trace: None,
        ..line.clone()
    })
}

fn shipped_header(order: &Order) -> Result<Header, ApportionError> {
    let (part, whole) = shipped_part(order)?;
    let digits = order.currency.minor_digits();
    let header = &order.header;
    Ok(Header {
        discount_amount: share(header.discount_amount, Decimal::ZERO, part, whole, digits)?,
        freight_amount: share(header.freight_amount, Decimal::ZERO, part, whole, digits)?,
        ..header.clone()
    })
}

/// How much of how much was shipped: by the net value of the lines, and by their quantities where
/// they have no value.
fn shipped_part(order: &Order) -> Result<(Decimal, Decimal), ApportionError> {
    let lines = order.lines.iter().filter(|line| line.line.quantity > Decimal::ZERO);
    let lines: Vec<_> = lines.collect();
    let by_value = lines.iter().any(|line| line.line.net_amount > Decimal::ZERO);
    let (mut part, mut whole) = (Decimal::ZERO, Decimal::ZERO);
    for line in lines {
        let ordered = line.line.quantity;
        let measure = if by_value { line.line.net_amount.max(Decimal::ZERO) } else { ordered };
        part += share(measure, Decimal::ZERO, line.quantity_shipped, ordered, DECIMALS_MAX)?;
        whole += measure;
    }
    Ok((part, whole))
}

/// The category of freight that bears no tax, which an invoice must name: freight shares the fate of
/// goods that are all free of tax for one reason, else it is zero rated.
fn untaxed(lines: &[Line]) -> Tax {
    let first = lines.first().map(|line| line.tax);
    let shared = first
        .filter(|tax| tax.category != TaxCategory::S && lines.iter().all(|line| line.tax == *tax));
    shared.unwrap_or(Tax { category: TaxCategory::Z, rate: Decimal::ZERO })
}

fn refused(order: &Order, error: &dyn Display) -> Refusal {
    let message = format!(
        "The order `{}` cannot be invoiced by itself: {error} Issue this invoice by hand.",
        order.number
    );
    let found = Order::state_name(&order.state);
    Refusal::no(SubjectKind::Order, &order.number, "invoice.not_computable", found, message)
}
