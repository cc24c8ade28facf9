//! What is wrong with units, discounts, prices and literature.

use std::collections::BTreeSet;

use rust_decimal::Decimal;

use super::found::Problems;
use crate::catalog::{
    DiscountList, ITEMS_MAX, Literature, PriceList, PriceListItem, Product, ProductKind, UnitGroup,
};
use crate::money::in_range;
use crate::pricing::{Bands, price};

/// What is wrong with a unit group, and with the units of the products that are sold in it.
pub fn unit_group(problems: &mut Problems<'_>, group: &UnitGroup) {
    let code = &group.code;
    let named = format!("the unit group `{code}`");
    let texts: [(&str, &str); 3] =
        [("code", code), ("name", &group.name), ("base unit", &group.base_unit)];
    problems.written(&named, &texts);
    let mut units = BTreeSet::from([&*group.base_unit]);
    for unit in &group.units {
        let of = format!("The unit `{}` of the unit group `{code}`", unit.unit);
        problems.written(&named, &[("unit", &unit.unit)]);
        if !units.insert(&unit.unit) {
            problems.say(format!("{of} stands there twice; the base unit counts too."));
        }
        if unit.base_units <= Decimal::ZERO || in_range(unit.base_units).is_err() {
            problems.say(format!(
                "{of} is {} base units; write a number above 0 with at most 14 digits before and 6 \
                 after the point.",
                unit.base_units
            ));
        }
    }
    let catalog = problems.catalog;
    let sold = catalog.products.values().filter(|it| it.unit_group.as_deref() == Some(&**code));
    for product in sold.filter(|product| group.base_units(&product.unit).is_none()) {
        problems.say(format!(
            "The unit `{}` of the product `{}` would be none of its unit group `{code}`.",
            product.unit, product.sku
        ));
    }
}

/// What is wrong with a discount list by itself.
pub fn discount_list(problems: &mut Problems<'_>, list: &DiscountList) {
    let code = &list.code;
    let texts: [(&str, &str); 2] = [("code", code), ("name", &list.name)];
    problems.written(&format!("the discount list `{code}`"), &texts);
    if list.bands.bands().is_empty() {
        problems.say(format!("The discount list `{code}` has no bands; write at least one."));
    }
}

/// What is wrong with the prices that take their discounts from one of these lists.
pub fn prices_by(problems: &mut Problems<'_>, codes: &BTreeSet<&str>) {
    let named = |item: &PriceListItem| {
        item.discount_list.as_deref().is_some_and(|code| codes.contains(code))
    };
    prices(problems, named);
}

/// What is wrong with the prices of these products.
pub fn prices_of(problems: &mut Problems<'_>, skus: &BTreeSet<&str>) {
    prices(problems, |item| skus.contains(&*item.sku));
}

fn prices(problems: &mut Problems<'_>, wanted: impl Fn(&PriceListItem) -> bool) {
    for list in problems.catalog.price_lists.values() {
        list.items
            .iter()
            .filter(|item| wanted(item))
            .for_each(|item| item_problems(problems, list, item));
    }
}

/// What is wrong with a price list and its items.
pub fn price_list(problems: &mut Problems<'_>, list: &PriceList) {
    let code = &list.code;
    let texts: [(&str, &str); 2] = [("code", code), ("name", &list.name)];
    problems.written(&format!("the price list `{code}`"), &texts);
    if let (Some(first), Some(last)) = (list.valid_from, list.valid_to)
        && last < first
    {
        problems.say(format!(
            "The price list `{code}` is valid from {} to {}: its days are out of order.",
            first.date(),
            last.date()
        ));
    }
    if list.items.len() > ITEMS_MAX {
        problems.say(format!(
            "The price list `{code}` has {} items; at most {ITEMS_MAX} are kept.",
            list.items.len()
        ));
    }
    let mut seen = BTreeSet::new();
    for item in &list.items {
        let unit = problems.catalog.products.get(&item.sku).map(|product| item.unit_of(product));
        if !seen.insert((&*item.sku, unit)) {
            let unit = item.unit.as_deref().map(|unit| format!(" in `{unit}`"));
            let unit = unit.unwrap_or_default();
            problems.say(format!(
                "The item `{}`{unit} of the price list `{code}` stands there twice.",
                item.sku
            ));
        }
        item_problems(problems, list, item);
    }
}

/// What is wrong with one item.
fn item_problems(problems: &mut Problems<'_>, list: &PriceList, item: &PriceListItem) {
    let named = format!("The item `{}` of the price list `{}`", item.sku, list.code);
    let catalog = problems.catalog;
    let Some(product) = catalog.products.get(&item.sku) else {
        problems.say(format!("{named} is no product of this catalog."));
        return;
    };
    if product.kind == ProductKind::Family {
        problems.say(format!("{named} is a family, which has no price."));
        return;
    }
    let unit = item.unit_of(product);
    let sold_in = catalog
        .units_of(product)
        .map_or(unit == product.unit, |group| group.base_units(unit).is_some());
    if !sold_in {
        problems.say(format!("{named} is priced in `{unit}`, in which it is not sold."));
    }
    let bands = match (&item.bands, item.discount_list.as_deref()) {
        (Some(_), Some(_)) => {
            problems.say(format!("{named} has `bands` and a `discount_list`; write one of them."));
            return;
        }
        (own, None) => own.as_ref(),
        (None, Some(code)) => match catalog.discount_lists.get(code) {
            Some(list) => Some(&list.bands),
            None => {
                problems.say(format!(
                    "{named} names the discount list `{code}`, which the catalog does not have; define \
                     it with `discount_list.define`."
                ));
                None
            }
        },
    };
    priced(problems, &named, (product, item), bands);
}

/// Has it a price, and each band a discount?
fn priced(
    problems: &mut Problems<'_>,
    named: &str,
    (product, item): (&Product, &PriceListItem),
    bands: Option<&Bands>,
) {
    let basis = product.basis();
    let discounts = price(&item.price, &basis).and_then(|unit| {
        let mut all = bands.iter().flat_map(|bands| bands.bands().iter().map(move |b| (bands, b)));
        all.try_for_each(|(bands, band)| bands.discount_per_unit(unit, band.low).map(drop))
    });
    if let Err(error) = discounts {
        problems.say(format!("{named} has no price (pricing error {}): {error}", error.code()));
    }
    if let Some((high, low)) = bands.and_then(|bands| bands.gap(product.quantity_step())) {
        problems.say(format!(
            "{named} has a gap in its discounts: what lies between {high} and {low} would get none. Let \
             a band end where the next one begins, to the last decimal that is sold, or sell the product \
             in whole numbers (`quantity_control`)."
        ));
    }
}

/// What is wrong with an item of literature.
pub fn literature(problems: &mut Problems<'_>, item: &Literature) {
    let code = &item.code;
    let texts: [(&str, &str); 2] = [("code", code), ("title", &item.title)];
    problems.written(&format!("the literature `{code}`"), &texts);
    if item.products.is_empty() && item.competitors.is_empty() {
        problems.say(format!("The literature `{code}` is about no product and no competitor."));
    }
    for sku in &item.products {
        if !problems.catalog.products.contains_key(&**sku) {
            problems.say(format!(
                "The literature `{code}` is about `{sku}`, which is no product of the catalog."
            ));
        }
    }
}
