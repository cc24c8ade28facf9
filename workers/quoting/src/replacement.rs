//! Replacing the catalog: checked as a whole, taken as a whole or refused with every problem.

use std::collections::{BTreeMap, BTreeSet};

use domain::catalog::{Catalog, PRICE_LISTS_MAX, PRODUCTS_MAX, PriceList, Product};
use domain::commands::CatalogReplace;
use domain::decide::{Already, Outcome, Refusal, World};
use domain::events::CatalogReplaced;
use domain::message::SubjectKind;
use domain::pricing::{PriceBasis, price};
use rust_decimal::Decimal;

use crate::settings::QuotingSettings;
use crate::when::Decision;

/// Most problems that an answer spells out; the rest is counted.
const PROBLEMS_SHOWN_MAX: usize = 50;

/// The new catalog.
///
/// # Errors
/// [`Refusal`] `catalog.invalid` with every problem; then the old one stays.
pub(crate) fn replace(
    world: &World,
    command: &CatalogReplace,
    settings: &QuotingSettings,
) -> Decision {
    let old = world.catalog().cloned().unwrap_or_else(Catalog::empty);
    if command.catalog != old.id {
        return Err(Refusal::unknown(SubjectKind::Catalog, command.catalog));
    }
    let problems = problems(command, settings);
    if !problems.is_empty() {
        return Err(refused(&old, &problems));
    }
    let products = command.products.iter();
    let lists = command.price_lists.iter();
    let new = Catalog {
        products: products.map(|product| (product.sku.clone(), product.clone())).collect(),
        price_lists: lists.map(|list| (list.code.clone(), list.clone())).collect(),
        ..old.clone()
    };
    if old.sequence > 0 && new == old {
        let already = Already { subject: SubjectKind::Catalog, id: old.id.0, reference: None };
        return Ok(Outcome::already(already));
    }
    let said = CatalogReplaced {
        catalog: new.id,
        products: new.products.values().cloned().collect(),
        price_lists: new.price_lists.values().cloned().collect(),
    };
    Ok(Outcome::nothing().changed(new, said))
}

fn refused(old: &Catalog, problems: &[String]) -> Refusal {
    let shown = problems.iter().take(PROBLEMS_SHOWN_MAX);
    let mut message = format!("The catalog has {} problems, so the old one stays:", problems.len());
    shown.for_each(|problem| message.push_str(&format!("\n- {problem}")));
    if problems.len() > PROBLEMS_SHOWN_MAX {
        message.push_str(&format!("\n- and {} more.", problems.len() - PROBLEMS_SHOWN_MAX));
    }
    let found = format!("{} problems", problems.len());
    Refusal::no(SubjectKind::Catalog, old.id, "catalog.invalid", found, message)
}

fn problems(command: &CatalogReplace, settings: &QuotingSettings) -> Vec<String> {
    let mut problems = Vec::new();
    for (what, count, max) in [
        ("products", command.products.len(), PRODUCTS_MAX),
        ("price lists", command.price_lists.len(), PRICE_LISTS_MAX),
    ] {
        if count > max {
            problems.push(format!("It has {count} {what}; at most {max} are kept."));
        }
    }
    if !problems.is_empty() {
        return problems;
    }
    let mut products: BTreeMap<&str, &Product> = BTreeMap::new();
    for product in &command.products {
        if products.insert(&product.sku, product).is_some() {
            problems.push(format!("The SKU `{}` stands there twice.", product.sku));
        }
        problems_of_product(product, settings, &mut problems);
    }
    let mut codes = BTreeSet::new();
    for list in &command.price_lists {
        if !codes.insert(&list.code) {
            problems.push(format!("The price list `{}` stands there twice.", list.code));
        }
        problems_of_list(list, &products, &mut problems);
    }
    problems
}

fn problems_of_product(product: &Product, settings: &QuotingSettings, problems: &mut Vec<String>) {
    let sku = &product.sku;
    for (what, text) in [("SKU", sku), ("name", &product.name), ("unit", &product.unit)] {
        if text.trim().is_empty() {
            problems.push(format!("The {what} of the product `{sku}` is empty."));
        }
    }
    if settings.tax(&product.tax_class).is_none() {
        problems.push(format!(
            "The product `{sku}` bears tax class \"{}\", which `quoting.tax_rates` does not have.",
            product.tax_class
        ));
    }
    for (what, amount) in [
        ("list price", product.list_price),
        ("standard cost", product.standard_cost),
        ("current cost", product.current_cost),
    ] {
        if amount.is_some_and(|amount| amount < Decimal::ZERO) {
            problems.push(format!("The {what} of the product `{sku}` is negative."));
        }
    }
}

fn problems_of_list(
    list: &PriceList,
    products: &BTreeMap<&str, &Product>,
    problems: &mut Vec<String>,
) {
    let code = &list.code;
    for (what, text) in [("code", code), ("name", &list.name)] {
        if text.trim().is_empty() {
            problems.push(format!("The {what} of the price list `{code}` is empty."));
        }
    }
    let mut skus = BTreeSet::new();
    for item in &list.items {
        let named = format!("The item `{}` of the price list `{code}`", item.sku);
        if !skus.insert(&item.sku) {
            problems.push(format!("{named} stands there twice."));
        }
        let Some(product) = products.get(item.sku.as_str()) else {
            problems.push(format!("{named} is no product of this catalog."));
            continue;
        };
        let basis = PriceBasis {
            list_price: product.list_price,
            standard_cost: product.standard_cost,
            current_cost: product.current_cost,
        };
        let discounts = price(&item.price, &basis).and_then(|unit| {
            let bands =
                item.bands.iter().flat_map(|bands| bands.bands().iter().map(move |b| (bands, b)));
            let mut discounts = bands.map(|(bands, band)| bands.discount_per_unit(unit, band.low));
            discounts.try_for_each(|discount| discount.map(drop))
        });
        if let Err(error) = discounts {
            problems
                .push(format!("{named} has no price (pricing error {}): {error}", error.code()));
        }
    }
}
