//! Price lists and discount lists.

use chrono::NaiveDate;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::product::{Product, yes};
use crate::day::Day;
use crate::money::Currency;
use crate::pricing::{Bands, PriceRule};
use crate::text::{Code, Short, trimmed};
use crate::totals::UnitRounding;

/// Most discount lists of the catalog.
pub const DISCOUNT_LISTS_MAX: usize = 5_000;
/// Most items of one price list: each product in each of a few units.
pub const ITEMS_MAX: usize = 200_000;

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
    /// The first day on which it gives prices; absent: since ever.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub valid_from: Option<Day>,
    /// The last day; absent: until further notice.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub valid_to: Option<Day>,
    /// The territory that it is for; absent: for all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub territory: Option<Short>,
    /// The group of customers that it is for; absent: for all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub customer_group: Option<Short>,
    /// Where the discounted price of a line is rounded on documents that are priced from it.
    #[serde(default, skip_serializing_if = "is_line_last")]
    pub unit_rounding: UnitRounding,
    #[serde(default)]
    #[schemars(length(max = ITEMS_MAX))]
    pub items: Vec<PriceListItem>,
}

/// The price of one product in one list and unit (D365: productpricelevel).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct PriceListItem {
    #[serde(deserialize_with = "trimmed")]
    #[schemars(with = "Code")]
    pub sku: String,
    /// The unit that the price is for; absent: that of the product.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unit: Option<Code>,
    pub price: PriceRule,
    /// Volume discounts by quantity, of this item alone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bands: Option<Bands>,
    /// The code of the discount list that it shares with others, in place of `bands`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub discount_list: Option<Code>,
}

/// Volume discounts that several items share (D365: discounttype).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct DiscountList {
    #[serde(deserialize_with = "trimmed")]
    #[schemars(with = "Code")]
    pub code: String,
    #[serde(deserialize_with = "trimmed")]
    #[schemars(with = "Short")]
    pub name: String,
    /// An inactive one gives no price at all, lest its discount be forgotten without a word.
    #[serde(default = "yes")]
    pub active: bool,
    pub bands: Bands,
}

impl PriceList {
    /// The item of a product, in that unit.
    #[must_use]
    pub fn item(&self, product: &Product, unit: &str) -> Option<&PriceListItem> {
        self.items.iter().find(|item| item.sku == product.sku && item.unit_of(product) == unit)
    }

    /// Does it give prices on that day?
    #[must_use]
    pub fn is_valid_on(&self, day: NaiveDate) -> bool {
        let begun = self.valid_from.is_none_or(|first| first.date() <= day);
        begun && self.valid_to.is_none_or(|last| day <= last.date())
    }
}

impl PriceListItem {
    /// The unit that its price is for.
    #[must_use]
    pub fn unit_of<'u>(&'u self, product: &'u Product) -> &'u str {
        self.unit.as_deref().unwrap_or(&product.unit)
    }
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "serde calls it so")]
fn is_line_last(rounding: &UnitRounding) -> bool {
    *rounding == UnitRounding::LineLast
}
