//! A whole catalog as people write it in a file: how it differs from the one that stands, and the messages that
//! make the one of the other.

use std::collections::{BTreeMap, BTreeSet};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::catalog::{
    Catalog, DiscountList, Literature, PriceList, Product, ProductState, UnitGroup,
};
use crate::commands::{
    DiscountListDefine, DiscountListDelete, ExchangeRateSet, LiteratureDefine, LiteratureDelete,
    PriceListDefine, PriceListDelete, ProductDefine, ProductDelete, UnitGroupDefine,
    UnitGroupDelete,
};
use crate::exchange_rate::{EXCHANGE_RATES_SAID_MAX, ExchangeRate};
use crate::ids::CatalogId;
use crate::message::Said;
use crate::text::Code;

mod difference;

pub use difference::{Difference, How, differences};

/// All that is sold and at which prices, as a file says it. What it does not name is no longer sold.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CatalogFile {
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub unit_groups: Vec<UnitGroup>,
    #[serde(default)]
    pub products: Vec<Product>,
    /// What products under revision become, once they are published.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub revisions: Vec<Product>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub discount_lists: Vec<DiscountList>,
    #[serde(default)]
    pub price_lists: Vec<PriceList>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub literature: Vec<Literature>,
    /// Rates to say beside those that are known; none goes because a file does not name it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub exchange_rates: Vec<ExchangeRate>,
}

impl From<&Catalog> for CatalogFile {
    fn from(catalog: &Catalog) -> Self {
        Self {
            unit_groups: catalog.unit_groups.values().cloned().collect(),
            products: catalog.products.values().cloned().collect(),
            revisions: catalog.revisions.values().cloned().collect(),
            discount_lists: catalog.discount_lists.values().cloned().collect(),
            price_lists: catalog.price_lists.values().cloned().collect(),
            literature: catalog.literature.values().cloned().collect(),
            exchange_rates: catalog.exchange_rates.values().cloned().collect(),
        }
    }
}

impl CatalogFile {
    /// The catalog that the file wants, where this one stands. What was sold once and is not named is retired; a
    /// product that is under revision keeps its revision where the file says none.
    ///
    /// # Errors
    /// What the file names twice, each a finished sentence.
    pub fn wanted(&self, now: &Catalog) -> Result<Catalog, Vec<String>> {
        let mut twice = Vec::new();
        let mut catalog = Catalog {
            id: now.id,
            sequence: now.sequence,
            unit_groups: keyed("unit group", &self.unit_groups, |it| &it.code, &mut twice),
            products: keyed("product", &self.products, |it| &it.sku, &mut twice),
            revisions: keyed("revision of", &self.revisions, |it| &it.sku, &mut twice),
            discount_lists: keyed("discount list", &self.discount_lists, |it| &it.code, &mut twice),
            price_lists: keyed("price list", &self.price_lists, |it| &it.code, &mut twice),
            literature: keyed("literature", &self.literature, |it| &it.code, &mut twice),
            exchange_rates: now.exchange_rates.clone(),
        };
        let mut said = BTreeSet::new();
        for rate in &self.exchange_rates {
            if !said.insert(rate.key()) {
                twice.push(format!("The exchange rate of {} stands there twice.", rate.key()));
            }
            catalog.exchange_rates.insert(rate.key(), rate.clone());
        }
        for revision in catalog.revisions.values_mut() {
            let sold = catalog.products.get(&revision.sku);
            if sold.is_none_or(|it| it.state != ProductState::UnderRevision) {
                twice.push(format!(
                    "The revision of `{0}` belongs to no product under revision; let the product `{0}` \
                     have the state `under_revision`.",
                    revision.sku
                ));
            }
            revision.state = ProductState::UnderRevision;
        }
        for (sku, product) in &catalog.products {
            if product.state == ProductState::UnderRevision && !catalog.revisions.contains_key(sku)
            {
                let kept = now.revisions.get(sku).unwrap_or(product).clone();
                catalog.revisions.insert(sku.clone(), kept);
            }
        }
        let gone = now.products.values().filter(|it| !catalog.products.contains_key(&it.sku));
        let retired: Vec<_> = gone
            .filter(|product| product.state != ProductState::Draft)
            .map(|product| Product { state: ProductState::Retired, ..product.clone() })
            .collect();
        for product in retired {
            // It keeps the units that it was sold in.
            if let Some(group) = now.units_of(&product) {
                let code = group.code.clone();
                catalog.unit_groups.entry(code).or_insert_with(|| group.clone());
            }
            catalog.products.insert(product.sku.clone(), product);
        }
        if twice.is_empty() { Ok(catalog) } else { Err(twice) }
    }
}

fn keyed<T: Clone>(
    what: &str,
    all: &[T],
    key: impl Fn(&T) -> &String,
    twice: &mut Vec<String>,
) -> BTreeMap<String, T> {
    let mut keyed = BTreeMap::new();
    for it in all {
        if keyed.insert(key(it).clone(), it.clone()).is_some() {
            twice.push(format!("The {what} `{}` stands there twice.", key(it)));
        }
    }
    keyed
}

/// The commands that make the wanted catalog of the one that stands, in an order in which each finds what it
/// names: first what is new or otherwise, then what goes. None where nothing differs.
#[must_use]
pub fn commands(now: &Catalog, wanted: &Catalog) -> Vec<Said> {
    let id = now.id;
    let mut said = Vec::new();
    if let Some(unit_groups) = new(&now.unit_groups, &wanted.unit_groups) {
        said.push(Said::of(&UnitGroupDefine { catalog: id, unit_groups }));
    }
    if let Some(discount_lists) = new(&now.discount_lists, &wanted.discount_lists) {
        said.push(Said::of(&DiscountListDefine { catalog: id, discount_lists }));
    }
    said.extend(products(now, wanted));
    if let Some(price_lists) = new(&now.price_lists, &wanted.price_lists) {
        said.push(Said::of(&PriceListDefine { catalog: id, price_lists }));
    }
    if let Some(literature) = new(&now.literature, &wanted.literature) {
        said.push(Said::of(&LiteratureDefine { catalog: id, literature }));
    }
    for rates in new(&now.exchange_rates, &wanted.exchange_rates)
        .iter()
        .flat_map(|rates| rates.chunks(EXCHANGE_RATES_SAID_MAX))
    {
        said.push(Said::of(&ExchangeRateSet { catalog: id, rates: rates.to_vec() }));
    }
    said.extend(gone(id, now, wanted));
    said
}

/// The same, into nothing: what makes a catalog where there is none.
#[must_use]
pub fn first(file: &CatalogFile) -> Vec<Said> {
    let empty = Catalog::empty();
    file.wanted(&empty).map(|wanted| commands(&empty, &wanted)).unwrap_or_default()
}

fn products(now: &Catalog, wanted: &Catalog) -> Vec<Said> {
    let id = now.id;
    let differs = |it: &&Product| {
        now.products.get(&it.sku) != Some(*it)
            || now.revisions.get(&it.sku) != wanted.revisions.get(&it.sku)
    };
    let mut said = Vec::new();
    let mut defined: Vec<Product> = Vec::new();
    let mut revised: Vec<Product> = Vec::new();
    for product in wanted.products.values().filter(differs) {
        match wanted.revisions.get(&product.sku) {
            None => defined.push(product.clone()),
            Some(revision) => {
                let sold = Product { state: ProductState::Active, ..product.clone() };
                let stands = now.products.get(&product.sku);
                let stands = stands.map(|it| Product { state: ProductState::Active, ..it.clone() });
                if stands.as_ref() != Some(&sold) {
                    defined.push(sold);
                }
                revised.push(revision.clone());
            }
        }
    }
    for products in [defined, revised] {
        if !products.is_empty() {
            said.push(Said::of(&ProductDefine { catalog: id, products }));
        }
    }
    said
}

fn gone(id: CatalogId, now: &Catalog, wanted: &Catalog) -> Vec<Said> {
    let mut said = Vec::new();
    if let Some(codes) = missing(&now.literature, &wanted.literature) {
        said.push(Said::of(&LiteratureDelete { catalog: id, codes }));
    }
    if let Some(codes) = missing(&now.price_lists, &wanted.price_lists) {
        said.push(Said::of(&PriceListDelete { catalog: id, codes }));
    }
    if let Some(skus) = missing(&now.products, &wanted.products) {
        said.push(Said::of(&ProductDelete { catalog: id, skus }));
    }
    if let Some(codes) = missing(&now.discount_lists, &wanted.discount_lists) {
        said.push(Said::of(&DiscountListDelete { catalog: id, codes }));
    }
    if let Some(codes) = missing(&now.unit_groups, &wanted.unit_groups) {
        said.push(Said::of(&UnitGroupDelete { catalog: id, codes }));
    }
    said
}

/// What is new or otherwise.
fn new<T: Clone + PartialEq>(
    now: &BTreeMap<String, T>,
    wanted: &BTreeMap<String, T>,
) -> Option<Vec<T>> {
    let differ = wanted.iter().filter(|(key, it)| now.get(*key) != Some(*it));
    let differ: Vec<_> = differ.map(|(_, it)| it.clone()).collect();
    (!differ.is_empty()).then_some(differ)
}

/// The keys of what is gone.
fn missing<T>(now: &BTreeMap<String, T>, wanted: &BTreeMap<String, T>) -> Option<Vec<Code>> {
    let gone = now.keys().filter(|key| !wanted.contains_key(*key));
    let gone: Vec<_> = gone.filter_map(|key| key.parse().ok()).collect();
    (!gone.is_empty()).then_some(gone)
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests;
