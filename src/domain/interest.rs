//! A product that somebody asks for.

use rust_decimal::Decimal;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::catalog::PROPERTIES_MAX;
use crate::property_value::PropertyWish;
use crate::text::Short;

/// A product that the enquiry names, by SKU or by words.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Interest {
    /// SKU or product name, as written.
    #[schemars(with = "Short")]
    pub product: String,
    /// How many; `None` where nothing was said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "crate::money::AsTextOption")]
    pub quantity: Option<Decimal>,
    /// Values of its properties.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(length(max = PROPERTIES_MAX))]
    pub properties: Vec<PropertyWish>,
}

impl Interest {
    /// So many of that product, as it is by its defaults.
    #[must_use]
    pub const fn of(product: String, quantity: Option<Decimal>) -> Self {
        Self { product, quantity, properties: Vec::new() }
    }
}
