//! What a line says of the properties of its product (F72): which values were asked for, and which it holds.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::text::Short;

/// What a line holds of one property of its product.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct PropertyValue {
    /// BT-160.
    #[schemars(with = "Short")]
    pub name: String,
    /// BT-161. Absent: it is required and has no value yet, so that what offers the line stays a draft (D365: the
    /// status `Rectify` of its properties).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<Short>")]
    pub value: Option<String>,
}

/// A value that somebody wants of a property.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct PropertyWish {
    /// As the catalog has it.
    pub name: Short,
    /// Absent: the default of the property, where it has one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value: Option<Short>,
}
