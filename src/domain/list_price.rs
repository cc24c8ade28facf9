//! What a product costs by a price list, in a unit, at a quantity, on a day; or the rule by which it has no price.

use chrono::NaiveDate;
use rust_decimal::Decimal;

use crate::catalog::{PriceList, PriceListItem, Product, ProductKind, ProductState, UnitGroup};
use crate::document::{Conversion, EarnedBand, PriceTrace};
use crate::pricing::{Bands, PricingError};
use crate::shelf::Shelf;

/// What one unit costs.
#[derive(Clone, Debug, PartialEq)]
pub struct Listed {
    /// The unit that the price is for.
    pub unit: String,
    pub unit_price: Decimal,
    /// What the volume takes off one unit.
    pub volume_discount: Decimal,
    /// How it came about.
    pub trace: PriceTrace,
}

/// Why something has no price.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct Unlisted {
    /// The rule's name, stable for programs.
    pub rule: &'static str,
    pub code: PricingError,
    /// A finished sentence.
    pub message: String,
}

impl Unlisted {
    fn new(rule: &'static str, code: PricingError, message: String) -> Self {
        Self { rule, code, message }
    }
}

/// The product that is meant by a SKU or an unambiguous name, where it is put on new lines.
///
/// # Errors
/// [`Unlisted`] `product.unknown`, `.draft`, `.retired` or `.family`.
pub fn sold<'s>(shelf: &'s Shelf, meant: &str) -> Result<&'s Product, Unlisted> {
    let code = PricingError::InvalidProduct;
    let product = shelf.product(meant).ok_or_else(|| {
        let message = format!(
            "The catalog has no product with the SKU or the unambiguous name `{meant}`; add the line \
             with a SKU of the catalog."
        );
        Unlisted::new("product.unknown", code, message)
    })?;
    let sku = &product.sku;
    let (rule, message) = match (product.state, product.kind) {
        (_, ProductKind::Family) => {
            let what = format!("`{sku}` is a family of products; offer one of its products.");
            ("product.family", what)
        }
        (ProductState::Draft, _) => {
            let what = format!(
                "The product `{sku}` is a draft; publish it with `product.publish`, or offer another one."
            );
            ("product.draft", what)
        }
        (ProductState::Retired, _) => {
            let what = format!("The product `{sku}` is no longer sold; offer another one.");
            ("product.retired", what)
        }
        (ProductState::Active | ProductState::UnderRevision, _) => return Ok(product),
    };
    Err(Unlisted::new(rule, code, message))
}

/// The price list of that code, where it gives prices on that day.
///
/// # Errors
/// [`Unlisted`] `price_list.unknown`, `.inactive`, `.not_yet_valid` or `.over`.
pub fn valid<'s>(shelf: &'s Shelf, code: &str, day: NaiveDate) -> Result<&'s PriceList, Unlisted> {
    let Some(list) = shelf.price_list(code) else {
        let message = format!(
            "The catalog has no price list `{code}`; add it with `price_list.define`, or price from \
             another one."
        );
        return Err(Unlisted::new("price_list.unknown", PricingError::MissingPriceLevel, message));
    };
    let inactive = PricingError::InactivePriceLevel;
    if !list.active {
        let message = format!(
            "The price list `{code}` is inactive; define it as active with `price_list.define`, or \
             price from another one."
        );
        return Err(Unlisted::new("price_list.inactive", inactive, message));
    }
    if list.is_valid_on(day) {
        return Ok(list);
    }
    let (rule, when) = match (list.valid_from, list.valid_to) {
        (Some(first), _) if day < first.date() => {
            ("price_list.not_yet_valid", format!("is valid from {} on", first.date()))
        }
        (_, Some(last)) => ("price_list.over", format!("was valid until {}", last.date())),
        _ => ("price_list.over", "is not valid".to_owned()),
    };
    let message = format!(
        "The price list `{code}` {when}, and it is {day}; correct its days with `price_list.define`, \
         or price from another one."
    );
    Err(Unlisted::new(rule, inactive, message))
}

/// The unit that is meant by its code or name, of those that a product is sold in; its own where none is named.
///
/// # Errors
/// [`Unlisted`] `line.unit`.
pub fn unit<'s>(
    shelf: &'s Shelf,
    product: &'s Product,
    meant: Option<&str>,
) -> Result<&'s str, Unlisted> {
    let Some(meant) = meant.map(str::trim).filter(|meant| !meant.is_empty()) else {
        return Ok(&product.unit);
    };
    let group = shelf.catalog().units_of(product);
    let own = product.unit.eq_ignore_ascii_case(meant).then_some(&*product.unit);
    own.or_else(|| group.and_then(|group| group.unit(meant))).ok_or_else(|| {
        let units: Vec<_> = match group {
            Some(group) => group.codes().map(|code| format!("`{code}`")).collect(),
            None => vec![format!("`{}`", product.unit)],
        };
        let message = format!(
            "The product `{}` is not sold in the unit `{meant}`; name one of {}.",
            product.sku,
            units.join(", ")
        );
        Unlisted::new("line.unit", PricingError::MissingUnit, message)
    })
}

/// What one unit of a product costs by a list, where so many are sold: by the item of that unit, else by that
/// of the base unit or of the product's own unit, converted.
///
/// # Errors
/// [`Unlisted`] `price_list.no_item`, `discount_list.inactive`, `line.price`.
pub fn listed(
    shelf: &Shelf,
    list: &PriceList,
    product: &Product,
    (unit, quantity): (&str, Decimal),
) -> Result<Listed, Unlisted> {
    let (sku, code) = (&product.sku, &list.code);
    let group = shelf.catalog().units_of(product);
    let (item, converted) = item(shelf, list, product, unit).ok_or_else(|| {
        let message = format!(
            "The product `{sku}` is not in the price list `{code}`{}; add it with `price_list.define`.",
            if unit == product.unit { String::new() } else { format!(" in the unit `{unit}`") }
        );
        Unlisted::new("price_list.no_item", PricingError::ProductNotInPriceLevel, message)
    })?;
    let without = |error: PricingError| {
        let message = format!("The product `{sku}` cannot be priced: {error}");
        Unlisted::new("line.price", error, message)
    };
    let volume = match (bands(shelf, item)?, group, &converted) {
        (None, ..) => None,
        (Some(bands), Some(group), Some(converted)) => {
            let there = group.converted(unit, &converted.from, quantity);
            earned(bands, there.ok_or(PricingError::OutOfRange).map_err(without)?)
        }
        (Some(bands), ..) => earned(bands, quantity),
    };
    let trace = PriceTrace {
        price_list: code.clone(),
        item: sku.clone(),
        rule: item.price,
        basis: product.basis().of(&item.price.method),
        volume,
        converted,
    };
    let (unit_price, volume_discount) = trace.again().map_err(without)?;
    Ok(Listed { unit: unit.to_owned(), unit_price, volume_discount, trace })
}

/// The item that prices that unit, and how it is converted where it is of another one.
fn item<'l>(
    shelf: &Shelf,
    list: &'l PriceList,
    product: &Product,
    unit: &str,
) -> Option<(&'l PriceListItem, Option<Conversion>)> {
    let of = |unit: &str| shelf.items(list, &product.sku).find(|it| it.unit_of(product) == unit);
    if let Some(item) = of(unit) {
        return Some((item, None));
    }
    let group = shelf.catalog().units_of(product)?;
    let other = [&*group.base_unit, &*product.unit].into_iter();
    let (from, item) = other.filter_map(|unit| Some((unit, of(unit)?))).next()?;
    Some((item, Some(conversion(group, from, unit)?)))
}

fn conversion(group: &UnitGroup, from: &str, to: &str) -> Option<Conversion> {
    Some(Conversion {
        from: from.to_owned(),
        from_base_units: group.base_units(from)?,
        to_base_units: group.base_units(to)?,
    })
}

/// The volume discounts of an item: its own, or those of the list that it names.
fn bands<'s>(shelf: &'s Shelf, item: &'s PriceListItem) -> Result<Option<&'s Bands>, Unlisted> {
    let Some(code) = item.discount_list.as_deref() else { return Ok(item.bands.as_ref()) };
    match shelf.catalog().discount_lists.get(code) {
        Some(list) if list.active => Ok(Some(&list.bands)),
        _ => {
            let message = format!(
                "The discount list `{code}` of the product `{}` is inactive; define it as active with \
                 `discount_list.define`, or take it off the price list.",
                item.sku
            );
            let error = PricingError::InactiveDiscountType;
            Err(Unlisted::new("discount_list.inactive", error, message))
        }
    }
}

fn earned(bands: &Bands, quantity: Decimal) -> Option<EarnedBand> {
    let band = *bands.band(quantity)?;
    Some(EarnedBand { kind: bands.kind(), band })
}
