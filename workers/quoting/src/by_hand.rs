//! Lines whose price somebody writes by hand: write-ins and overridden prices (F71); and words without one.

use domain::asker::Asker;
use domain::decide::{Ctx, Refusal};
use domain::document::{Line, LineKind, PriceOverride};
use domain::ids::LineId;
use domain::line_edits::{NewPrice, WriteIn};
use domain::list_price::unit;
use domain::message::Subject;
use domain::money::in_range;
use domain::opportunity::Opportunity;
use domain::pricing::{PRICE_DIGITS_MAX, PricingError, QUANTITY_DECIMALS_MAX, QuantityControl};
use domain::rights::Right;
use domain::shelf::Shelf;
use domain::totals::{Tax, TaxCategory};
use rust_decimal::Decimal;

use crate::line::{Unpriced, Wanted, in_one_form, priced, quantity, settle, sold, tax};
use crate::settings::QuotingSettings;

/// The unit of a write-in that names none: a piece.
const PIECE: &str = "C62";

/// The price that stands instead of the list's: how much, and who says so why.
#[derive(Clone, Debug)]
pub(crate) struct SetPrice {
    pub(crate) amount: Decimal,
    pub(crate) by: String,
    pub(crate) reason: String,
}

impl SetPrice {
    /// The price that the asker sets.
    ///
    /// # Errors
    /// [`Refusal`] where they may not, give no reason, or write no price.
    pub(crate) fn of(
        price: &NewPrice,
        about: Subject,
        ctx: &Ctx<'_, Shelf>,
    ) -> Result<Self, Refusal> {
        let what = "a price that is not the list's (`price_override`)";
        Asker::require(ctx.asker, Right::OverridePrice, about, what)?;
        let amount = unit_price(price.amount).map_err(|why| why.refusal(about))?;
        if price.reason.is_empty() {
            let message = "A price that is not the list's needs a reason; write why in \
                           `price_override.reason`.";
            return Err(Refusal::no(about.kind, about.id, "line.price", "no reason", message));
        }
        let by = ctx.asker.name.as_deref().unwrap_or(ctx.source).to_owned();
        Ok(Self { amount, by, reason: price.reason.to_string() })
    }

    /// The price that somebody set before.
    pub(crate) fn kept(line: &Line) -> Option<Self> {
        let PriceOverride { by, reason, .. } = line.price_override.clone()?;
        Some(Self { amount: line.unit_price, by, reason })
    }
}

/// The line of a product at that price; what the list says is kept beside it, where it says something.
///
/// # Errors
/// [`Unpriced`] where the product is not sold so.
pub(crate) fn priced_by_hand(
    wanted: &Wanted<'_>,
    price: SetPrice,
    opportunity: &Opportunity,
    (shelf, settings): (&Shelf, &QuotingSettings),
    id: LineId,
) -> Result<Line, Unpriced> {
    let product = sold(shelf, wanted.product)?;
    let undiscounted = Wanted { manual_discount: Decimal::ZERO, ..wanted.clone() };
    let listed = priced(&undiscounted, opportunity, shelf, settings, id).ok();
    let price_override = PriceOverride {
        list_price: listed.as_ref().map(|line| line.unit_price),
        by: price.by,
        reason: price.reason,
    };
    let mut line = Line {
        id,
        kind: listed.as_ref().map_or(LineKind::Product, |line| line.kind),
        parent: None,
        sku: Some(product.sku.clone()),
        name: product.name.clone(),
        description: None,
        unit: unit(shelf, product, wanted.unit)?.to_owned(),
        quantity: quantity(wanted, product)?,
        unit_price: price.amount,
        volume_discount: Decimal::ZERO,
        manual_discount: Decimal::ZERO,
        properties: Vec::new(),
        tax: tax(settings, &product.tax_class, &format!("The product `{}`", product.sku))?,
        net_amount: Decimal::ZERO,
        price_override: Some(price_override),
        price_trace: listed.and_then(|line| line.price_trace),
    };
    settle(&mut line, wanted, opportunity, (shelf, settings))?;
    Ok(in_one_form(line, opportunity))
}

/// The line of something that the catalog does not have.
///
/// # Errors
/// [`Unpriced`] where it cannot be sold so.
pub(crate) fn write_in(
    what: &WriteIn,
    wanted: &Wanted<'_>,
    opportunity: &Opportunity,
    (shelf, settings): (&Shelf, &QuotingSettings),
    id: LineId,
) -> Result<Line, Unpriced> {
    let line = Line {
        id,
        kind: LineKind::WriteIn,
        parent: None,
        sku: None,
        name: what.name.to_string(),
        description: None,
        unit: wanted.unit.unwrap_or(PIECE).to_owned(),
        quantity: wanted.quantity,
        unit_price: what.unit_price,
        volume_discount: Decimal::ZERO,
        manual_discount: Decimal::ZERO,
        properties: Vec::new(),
        tax: tax(settings, &what.tax_class, &format!("The write-in `{}`", what.name))?,
        net_amount: Decimal::ZERO,
        price_override: None,
        price_trace: None,
    };
    written_in(line, wanted, opportunity, (shelf, settings))
}

/// A write-in with that quantity and discount, computed.
///
/// # Errors
/// [`Unpriced`] where it cannot be sold so.
pub(crate) fn written_in(
    mut line: Line,
    wanted: &Wanted<'_>,
    opportunity: &Opportunity,
    facts: (&Shelf, &QuotingSettings),
) -> Result<Line, Unpriced> {
    if line.name.is_empty() {
        let message = "A write-in has a name; write it in `name`.".into();
        return Err(Unpriced::new("line.name", PricingError::InvalidProduct, message));
    }
    line.unit_price = unit_price(line.unit_price)?;
    let fractions =
        QuantityControl::WholeAndFractional.check(wanted.quantity, QUANTITY_DECIMALS_MAX);
    line.quantity = fractions.ok().filter(|quantity| *quantity > Decimal::ZERO).ok_or_else(|| {
        let message = format!(
            "{} of `{}` cannot be sold; write a quantity above 0 with at most {QUANTITY_DECIMALS_MAX} \
             decimals.",
            wanted.quantity, line.name
        );
        Unpriced::new("line.quantity", PricingError::MissingQuantity, message)
    })?;
    line.manual_discount = Decimal::ZERO;
    settle(&mut line, wanted, opportunity, facts)?;
    Ok(in_one_form(line, opportunity))
}

/// Words between the lines.
pub(crate) fn text(words: &str, id: LineId) -> Line {
    Line {
        id,
        kind: LineKind::Text,
        parent: None,
        sku: None,
        name: words.to_owned(),
        description: None,
        unit: PIECE.to_owned(),
        quantity: Decimal::ZERO,
        unit_price: Decimal::ZERO,
        volume_discount: Decimal::ZERO,
        manual_discount: Decimal::ZERO,
        properties: Vec::new(),
        tax: Tax { category: TaxCategory::Z, rate: Decimal::ZERO },
        net_amount: Decimal::ZERO,
        price_override: None,
        price_trace: None,
    }
}

/// A unit price as somebody may write it.
fn unit_price(amount: Decimal) -> Result<Decimal, Unpriced> {
    let fits = |amount: &Decimal| {
        *amount >= Decimal::ZERO && amount.normalize().scale() <= PRICE_DIGITS_MAX
    };
    in_range(amount).ok().filter(fits).ok_or_else(|| {
        let message = format!(
            "{amount} is no unit price; write an amount of 0 or more with at most 14 digits before and \
             {PRICE_DIGITS_MAX} after the decimal point."
        );
        Unpriced::new("line.price", PricingError::MissingUnitPrice, message)
    })
}
