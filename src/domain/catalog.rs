//! The catalog: products and price lists; reference data, replaced as a whole by one command.

use std::collections::BTreeMap;

use rust_decimal::Decimal;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::ids::CatalogId;
use crate::money::Currency;
use crate::pricing::{Bands, PriceRule, QuantityControl};
use crate::text::{Code, Short, trimmed};

/// Most products of the catalog.
pub const PRODUCTS_MAX: usize = 50_000;
/// Most price lists of the catalog.
pub const PRICE_LISTS_MAX: usize = 500;

/// All that is sold, and at which prices.
#[derive(Clone, Debug, PartialEq)]
pub struct Catalog {
    pub id: CatalogId,
    /// Counts its replacements; also the version by which workers see that it changed.
    pub sequence: i64,
    pub products: BTreeMap<String, Product>,
    pub price_lists: BTreeMap<String, PriceList>,
}

/// What can be sold (D365: product), known by its SKU.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Product {
    #[serde(deserialize_with = "trimmed")]
    #[schemars(with = "Code")]
    pub sku: String,
    #[serde(deserialize_with = "trimmed")]
    #[schemars(with = "Short")]
    pub name: String,
    /// UN/ECE Recommendation 20 code of the unit that is sold and priced.
    #[serde(default = "piece", deserialize_with = "trimmed")]
    #[schemars(with = "Code")]
    pub unit: String,
    /// Which configured tax rate it bears, as `standard` or `reduced`.
    #[serde(default = "standard", deserialize_with = "trimmed")]
    #[schemars(with = "Code")]
    pub tax_class: String,
    /// May it be sold in fractions?
    #[serde(default)]
    pub quantity_control: QuantityControl,
    #[serde(default, skip_serializing_if = "Option::is_none", with = "crate::money::AsTextOption")]
    pub list_price: Option<Decimal>,
    #[serde(default, skip_serializing_if = "Option::is_none", with = "crate::money::AsTextOption")]
    pub standard_cost: Option<Decimal>,
    #[serde(default, skip_serializing_if = "Option::is_none", with = "crate::money::AsTextOption")]
    pub current_cost: Option<Decimal>,
    /// Only active products are put on new lines.
    #[serde(default = "yes")]
    pub active: bool,
}

/// Prices in one currency (D365: pricelevel).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct PriceList {
    /// Its code, as `standard-eur`.
    #[serde(deserialize_with = "trimmed")]
    #[schemars(with = "Code")]
    pub code: String,
    #[serde(deserialize_with = "trimmed")]
    #[schemars(with = "Short")]
    pub name: String,
    pub currency: Currency,
    #[serde(default = "yes")]
    pub active: bool,
    pub items: Vec<PriceListItem>,
}

/// The price of one product in one list (D365: productpricelevel).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct PriceListItem {
    #[serde(deserialize_with = "trimmed")]
    #[schemars(with = "Code")]
    pub sku: String,
    pub price: PriceRule,
    /// Volume discounts by quantity.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bands: Option<Bands>,
}

impl Catalog {
    /// The catalog before its first replacement. There is one, so its id is fixed.
    #[must_use]
    pub fn empty() -> Self {
        Self {
            id: CatalogId(Uuid::from_u128(0x0000_0000_0000_7000_8000_0000_0000_0001)),
            sequence: 0,
            products: BTreeMap::new(),
            price_lists: BTreeMap::new(),
        }
    }

    /// The active product that is meant by a SKU, or by its name in any case.
    #[must_use]
    pub fn product(&self, meant: &str) -> Option<&Product> {
        let meant = meant.trim();
        let by_name = || {
            let lower = meant.to_lowercase();
            self.products.values().find(|product| product.name.to_lowercase() == lower)
        };
        self.products.get(meant).or_else(by_name).filter(|product| product.active)
    }
}

impl PriceList {
    #[must_use]
    pub fn item(&self, sku: &str) -> Option<&PriceListItem> {
        self.items.iter().find(|item| item.sku == sku)
    }
}

fn piece() -> String {
    "C62".into()
}

fn standard() -> String {
    "standard".into()
}

const fn yes() -> bool {
    true
}
