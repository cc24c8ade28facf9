//! What the sender of a list declares about it: it counts more than what is recognised.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::enquiry::LeadSource;

/// What is said of a list as a whole. An empty one declares nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Declared {
    /// Columns by name, each with the field that its cells are read as, `other` or `ignore`.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub map: BTreeMap<String, String>,
    /// How dates and numbers are written, as `es-ES`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub locale: Option<String>,
    /// Where the leads come from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<LeadSource>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub campaign: Option<String>,
    /// The seller whose leads they are to be: a name or an address.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(extend("x-personal" = true))]
    pub owner: Option<String>,
    /// The words by which everybody in the list agreed to be written to in bulk.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub consent: Option<String>,
    /// Whom the list was bought for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub profile: Option<Profile>,
}

/// Whom somebody means to reach. Each condition that is set must hold; of several values one.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Profile {
    /// ISO 3166-1 alpha-2.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub countries: Vec<String>,
    /// Beginnings of postal codes.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub postal_codes: Vec<String>,
    /// Industries as the list writes them, in any letters.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub industries: Vec<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub employees_min: Option<u32>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub employees_max: Option<u32>,
}

impl Declared {
    /// Is nothing declared?
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}
