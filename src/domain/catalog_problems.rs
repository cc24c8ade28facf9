//! What is wrong with a catalog: every problem, each a finished sentence that names what has it.
//!
//! A change is looked at as the catalog would be after it: what it touches, what that names, and the bands of
//! prices that its quantities fall in. What is not touched is not looked at again; a price that it breaks is
//! named where somebody wants it.

use std::collections::{BTreeMap, BTreeSet};

use rust_decimal::Decimal;

use crate::catalog::{
    Catalog, DISCOUNT_LISTS_MAX, LITERATURE_MAX, PRICE_LISTS_MAX, PRODUCTS_MAX, Product,
    ProductKind, PropertyKind, UNIT_GROUPS_MAX,
};
use crate::exchange_rate::{EXCHANGE_RATES_MAX, ExchangeRate};
use crate::money::in_range;
use crate::pricing::QUANTITY_DECIMALS_MAX;

mod found;
mod lists;

pub use found::Problems;
pub use lists::{discount_list, literature, price_list, prices_by, prices_of, unit_group};

/// Everything that is wrong with a catalog.
#[must_use]
pub fn whole(catalog: &Catalog, taxed: &dyn Fn(&str) -> bool) -> Vec<String> {
    let mut problems = Problems::new(catalog, taxed);
    sizes(&mut problems);
    if !problems.found.is_empty() {
        return problems.found;
    }
    catalog.unit_groups.values().for_each(|group| unit_group(&mut problems, group));
    let products = catalog.products.values().chain(catalog.revisions.values());
    products.for_each(|it| product(&mut problems, it));
    catalog.discount_lists.values().for_each(|list| discount_list(&mut problems, list));
    catalog.price_lists.values().for_each(|list| price_list(&mut problems, list));
    catalog.literature.values().for_each(|item| literature(&mut problems, item));
    catalog.exchange_rates.values().for_each(|rate| exchange_rate(&mut problems, rate));
    problems.found
}

/// Whether there is too much of something.
pub fn sizes(problems: &mut Problems<'_>) {
    let catalog = problems.catalog;
    for (what, count, max) in [
        ("unit groups", catalog.unit_groups.len(), UNIT_GROUPS_MAX),
        ("products", catalog.products.len(), PRODUCTS_MAX),
        ("discount lists", catalog.discount_lists.len(), DISCOUNT_LISTS_MAX),
        ("price lists", catalog.price_lists.len(), PRICE_LISTS_MAX),
        ("items of literature", catalog.literature.len(), LITERATURE_MAX),
        ("exchange rates", catalog.exchange_rates.len(), EXCHANGE_RATES_MAX),
    ] {
        if count > max {
            problems.say(format!("It would have {count} {what}; at most {max} are kept."));
        }
    }
}

/// What is wrong with an exchange rate.
pub fn exchange_rate(problems: &mut Problems<'_>, rate: &ExchangeRate) {
    let (currency, day) = (rate.currency, rate.day.date());
    if rate.rate <= Decimal::ZERO {
        problems.say(format!(
            "The exchange rate of {currency} on {day} is {}; write the units of {currency} for one of the base \
             currency, above 0.",
            rate.rate
        ));
    }
    if rate.source.is_empty() {
        problems.say(format!("The exchange rate of {currency} on {day} has no source."));
    }
}

/// What is wrong with a product, a family or a bundle.
pub fn product(problems: &mut Problems<'_>, product: &Product) {
    let sku = &product.sku;
    let named = format!("the product `{sku}`");
    let texts: [(&str, &str); 3] = [("SKU", sku), ("name", &product.name), ("unit", &product.unit)];
    problems.written(&named, &texts);
    if !(problems.taxed)(&product.tax_class) {
        problems.say(format!(
            "The product `{sku}` bears tax class \"{}\", which `quoting.tax_rates` does not have.",
            product.tax_class
        ));
    }
    for (what, amount) in [
        ("list price", product.list_price),
        ("standard cost", product.standard_cost),
        ("current cost", product.current_cost),
    ] {
        amount_of(problems, &named, what, amount);
    }
    if product.quantity_decimals.is_some_and(|digits| digits > QUANTITY_DECIMALS_MAX) {
        problems.say(format!(
            "The product `{sku}` has {} decimals of a quantity; at most {QUANTITY_DECIMALS_MAX} are \
             kept.",
            product.decimals()
        ));
    }
    units(problems, product);
    family(problems, product);
    parts(problems, product);
    for related in &product.related {
        if *related.sku == *sku {
            problems.say(format!("The product `{sku}` is related to itself."));
        } else if !problems.catalog.products.contains_key(&*related.sku) {
            problems.say(format!(
                "The product `{sku}` is related to `{}`, which is no product of the catalog.",
                related.sku
            ));
        }
    }
}

fn amount_of(problems: &mut Problems<'_>, of: &str, what: &str, amount: Option<Decimal>) {
    let Some(amount) = amount else { return };
    if amount.is_sign_negative() && !amount.is_zero() {
        problems.say(format!("The {what} of {of} is negative."));
    } else if let Err(error) = in_range(amount) {
        problems.say(format!("The {what} of {of} is out of range: {error}"));
    }
}

fn units(problems: &mut Problems<'_>, product: &Product) {
    let Some(code) = product.unit_group.as_deref() else { return };
    let sku = &product.sku;
    match problems.catalog.unit_groups.get(code) {
        None => problems.say(format!(
            "The product `{sku}` is sold in the units of the group `{code}`, which the catalog does not \
             have; define it with `unit_group.define`."
        )),
        Some(group) if group.base_units(&product.unit).is_none() => problems.say(format!(
            "The unit `{}` of the product `{sku}` is none of its unit group `{code}`.",
            product.unit
        )),
        Some(_) => {}
    }
}

fn family(problems: &mut Problems<'_>, product: &Product) {
    let sku = &product.sku;
    if let Some(parent) = product.parent.as_deref() {
        match problems.catalog.products.get(parent) {
            None => problems.say(format!(
                "The product `{sku}` lies in the family `{parent}`, which the catalog does not have."
            )),
            Some(family) if family.kind != ProductKind::Family => problems.say(format!(
                "The product `{sku}` lies in `{parent}`, which is a {} and no family.",
                family.kind.name()
            )),
            Some(_) => {
                let above = problems.catalog.families_of(product);
                if above.iter().any(|family| family.sku == *sku) {
                    problems.say(format!("The family `{sku}` lies in itself."));
                }
            }
        }
    }
    properties(problems, product);
}

fn properties(problems: &mut Problems<'_>, product: &Product) {
    let sku = &product.sku;
    let families = problems.catalog.families_of(product);
    let mut inherited: BTreeMap<&str, PropertyKind> = BTreeMap::new();
    let above = families.iter().rev().filter(|family| family.sku != *sku);
    for property in above.flat_map(|family| &family.properties) {
        inherited.entry(&property.name).or_insert(property.kind);
    }
    let mut names = BTreeSet::new();
    for property in &product.properties {
        let name = &property.name;
        let of = format!("The property `{name}` of `{sku}`");
        if name.is_empty() {
            problems.say(format!("A property of `{sku}` has no name."));
        }
        if !names.insert(&**name) {
            problems.say(format!("{of} stands there twice."));
        }
        if inherited.get(&**name).is_some_and(|kind| *kind != property.kind) {
            problems.say(format!("{of} has another kind than in its family, and the kind stays."));
        }
        if (property.kind == PropertyKind::OptionSet) == property.options.is_empty() {
            problems.say(format!(
                "{of} has to list its `options` where it is an option set, and none where not."
            ));
        }
        let (least, most) = (property.minimum, property.maximum);
        let ranged = least.is_some() || most.is_some();
        let upside_down = least.zip(most).is_some_and(|(least, most)| least > most);
        if upside_down || (ranged && !property.is_number()) {
            problems.say(format!(
                "{of} has a `minimum` and a `maximum` only where it is a number, and the first is not above the second."
            ));
        }
        if property.default.as_deref().is_some_and(|value| property.read(value).is_err()) {
            problems.say(format!(
                "The default of the property `{name}` of `{sku}` is none of its values."
            ));
        }
    }
}

fn parts(problems: &mut Problems<'_>, bundle: &Product) {
    let sku = &bundle.sku;
    if (bundle.kind == ProductKind::Bundle) == bundle.parts.is_empty() {
        problems.say(format!(
            "`{sku}` is a {}: a bundle has `parts`, and nothing else has any.",
            bundle.kind.name()
        ));
        return;
    }
    let mut named = BTreeSet::new();
    for part in &bundle.parts {
        let of = format!("The part `{}` of the bundle `{sku}`", part.sku);
        if !named.insert(&*part.sku) {
            problems.say(format!("{of} stands there twice; write one with their quantity."));
        }
        let Some(product) = problems.catalog.products.get(&*part.sku) else {
            problems.say(format!("{of} is no product of the catalog."));
            continue;
        };
        if product.kind != ProductKind::Product {
            problems.say(format!("{of} is a {}; a bundle holds products.", product.kind.name()));
        }
        if part.quantity <= Decimal::ZERO {
            problems.say(format!("{of} has the quantity {}; write one above 0.", part.quantity));
        } else if let Err(error) = product.quantity_control.check(part.quantity, product.decimals())
        {
            problems.say(format!("{of} has the quantity {}: {error}", part.quantity));
        }
    }
}
