//! A bundle on a document: its line bears the price, its required parts come with it, its optional ones where they
//! are chosen.

use std::collections::BTreeSet;

use chrono::NaiveDate;
use domain::catalog::{Part, Product};
use domain::document::{ChosenPart, Line, LineKind};
use domain::ids::LineId;
use domain::money::{DECIMALS_MAX, ratio};
use domain::opportunity::Opportunity;
use domain::pricing::PricingError;
use domain::shelf::Shelf;
use domain::totals::Tax;
use rust_decimal::Decimal;

use crate::line::{Unpriced, Wanted, in_one_form, priced, quantity};
use crate::properties::held;
use crate::settings::QuotingSettings;

/// A line, and the lines of its parts where it is a bundle. A required part costs nothing by itself: the bundle's
/// price holds it, and it bears the bundle's tax. An optional one costs what its product does (D365: bundle).
///
/// # Errors
/// [`Unpriced`] where a part is chosen that the line does not have, or one cannot be sold.
pub(crate) fn with_parts(
    line: Line,
    chosen: &[ChosenPart],
    on: NaiveDate,
    opportunity: &Opportunity,
    (shelf, settings): (&Shelf, &QuotingSettings),
    mut id: impl FnMut() -> LineId,
) -> Result<Vec<Line>, Unpriced> {
    let bundle = line.sku.as_deref().and_then(|sku| shelf.product(sku));
    let parts = bundle.map(|bundle| bundle.parts.as_slice()).unwrap_or_default();
    let offered: BTreeSet<&str> =
        parts.iter().filter(|part| !part.required).map(|part| &*part.sku).collect();
    if let Some(other) = chosen.iter().find(|chosen| !offered.contains(&*chosen.sku)) {
        return Err(no_part(&line, &other.sku, &offered));
    }
    let (head, many, tax) = (line.id, line.quantity, line.tax);
    let mut lines = vec![line];
    for part in parts {
        let wanted = |quantity: Decimal| Wanted {
            product: &part.sku,
            quantity,
            unit: None,
            manual_discount: Decimal::ZERO,
            on,
        };
        let each = times(part, many)?;
        let mut own = if part.required {
            let product = product(shelf, part)?;
            let line = within(product, quantity(&wanted(each), product)?, (id(), tax));
            in_one_form(line, opportunity)
        } else {
            let Some(chosen) = chosen.iter().find(|chosen| *chosen.sku == *part.sku) else {
                continue;
            };
            let many = chosen.quantity.unwrap_or(each);
            priced(&wanted(many), opportunity, shelf, settings, id())?
        };
        own.properties = held(shelf, &own, &[], &[])?;
        (own.kind, own.parent) = (LineKind::BundlePart, Some(head));
        lines.push(own);
    }
    Ok(lines)
}

/// The optional parts that a bundle on a document has, as many as it has now.
pub(crate) fn chosen(was: &Line, now: &Line, parts: &[Line], shelf: &Shelf) -> Vec<ChosenPart> {
    let bundle = now.sku.as_deref().and_then(|sku| shelf.product(sku));
    let offered = bundle.into_iter().flat_map(|bundle| &bundle.parts).filter(|part| !part.required);
    let chosen = offered.filter_map(|part| {
        let line = parts.iter().find(|line| line.sku.as_deref() == Some(&*part.sku))?;
        let same = now.quantity == was.quantity;
        let more = ratio(line.quantity, now.quantity, was.quantity, DECIMALS_MAX);
        let quantity = if same { Some(line.quantity) } else { more };
        Some(ChosenPart { sku: part.sku.clone(), quantity })
    });
    chosen.collect()
}

fn times(part: &Part, many: Decimal) -> Result<Decimal, Unpriced> {
    part.quantity.checked_mul(many).ok_or_else(|| {
        let message = format!("So many of the part `{}` cannot be sold.", part.sku);
        Unpriced::new("line.quantity", PricingError::OutOfRange, message)
    })
}

/// A part that is out of date in itself is sold with its bundle as long as the catalog has it.
fn product<'s>(shelf: &'s Shelf, part: &Part) -> Result<&'s Product, Unpriced> {
    shelf.catalog().products.get(&*part.sku).ok_or_else(|| {
        let message = format!("The catalog has no product `{}`, a part of a bundle.", part.sku);
        Unpriced::new("product.unknown", PricingError::InvalidProduct, message)
    })
}

/// A required part: within the price of its bundle.
fn within(product: &Product, quantity: Decimal, (id, tax): (LineId, Tax)) -> Line {
    Line {
        id,
        kind: LineKind::BundlePart,
        parent: None,
        sku: Some(product.sku.clone()),
        name: product.name.clone(),
        description: product.description.as_deref().map(str::to_owned),
        unit: product.unit.clone(),
        quantity,
        unit_price: Decimal::ZERO,
        volume_discount: Decimal::ZERO,
        manual_discount: Decimal::ZERO,
        properties: Vec::new(),
        tax,
        net_amount: Decimal::ZERO,
        price_override: None,
        price_trace: None,
    }
}

fn no_part(line: &Line, named: &str, offered: &BTreeSet<&str>) -> Unpriced {
    let offered: Vec<_> = offered.iter().map(|sku| format!("`{sku}`")).collect();
    let message = if offered.is_empty() {
        format!("`{}` has no optional parts; leave `{named}` out.", line.label())
    } else {
        format!(
            "`{named}` is no optional part of `{}`; name some of {}.",
            line.label(),
            offered.join(", ")
        )
    };
    Unpriced::new("line.no_part", PricingError::InvalidProduct, message)
}
