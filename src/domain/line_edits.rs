//! What somebody wants of the lines of a document that can still be edited: the same for an opportunity and for
//! the draft of a quote.

use rust_decimal::Decimal;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::catalog::{PARTS_MAX, PROPERTIES_MAX};
use crate::document::{ChosenPart, LINES_MAX};
use crate::ids::LineId;
use crate::money::Currency;
use crate::patch::Patch;
use crate::property_value::PropertyWish;
use crate::text::{Code, Comment, Short};

/// Edits of the lines of one document. They are done together or not at all, in this order: lines are removed,
/// changed, put in order, added. In one command or one by one, the same comes of them.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct LineEdits {
    /// These lines go, and with a bundle its parts.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(length(max = LINES_MAX))]
    pub remove: Vec<LineId>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(length(max = LINES_MAX))]
    pub change: Vec<LineChange>,
    /// These lines stand first, in this order; the others follow as they stood. Parts stay behind their bundle.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(length(max = LINES_MAX))]
    pub order: Vec<LineId>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(length(max = LINES_MAX))]
    pub add: Vec<NewLine>,
}

impl LineEdits {
    /// Is nothing asked for?
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        let Self { remove, change, order, add } = self;
        remove.is_empty() && change.is_empty() && order.is_empty() && add.is_empty()
    }

    /// One more line of that product, at the end.
    #[must_use]
    pub fn product(product: Short, quantity: Decimal) -> Self {
        let product = Some(product);
        let line = NewLine { product, quantity: Some(quantity), ..NewLine::default() };
        Self { add: vec![line], ..Self::default() }
    }
}

/// A line to add: a product of the catalog, a write-in or a text, just one of them.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct NewLine {
    /// SKU or name of a product of the catalog; the price list says what it costs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub product: Option<Short>,
    /// What the catalog does not have.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub write_in: Option<WriteIn>,
    /// Words between the lines, without amounts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<Short>,
    /// More about it, for the customer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<Comment>,
    /// The optional parts of a bundle that come with it; its required ones always do.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(length(max = PARTS_MAX))]
    pub options: Vec<ChosenPart>,
    /// Values of the properties of the product; others have their defaults.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(length(max = PROPERTIES_MAX))]
    pub properties: Vec<PropertyWish>,
    /// UN/ECE Recommendation 20 code, or the name of a unit of the product's unit group. Absent: the product's own;
    /// pieces (`C62`) of a write-in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unit: Option<Code>,
    /// Absent: one.
    #[serde(default, skip_serializing_if = "Option::is_none", with = "crate::money::AsTextOption")]
    pub quantity: Option<Decimal>,
    /// The currency that its amounts are meant in: another one than the document's is refused. Absent: the document's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub currency: Option<Currency>,
    /// What the seller takes off the whole line; absent: nothing.
    #[serde(default, skip_serializing_if = "Option::is_none", with = "crate::money::AsTextOption")]
    pub manual_discount: Option<Decimal>,
    /// Another price than the list's, for a product; needs the right `override_price`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub price_override: Option<NewPrice>,
    /// Its place among the lines once it stands there, from 1 on; absent: the last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1, max = LINES_MAX))]
    pub position: Option<u32>,
}

/// What is sold without being in the catalog (D365: write-in product).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct WriteIn {
    pub name: Short,
    /// What one unit costs, without tax.
    #[serde(with = "crate::money::AsText")]
    pub unit_price: Decimal,
    /// Which configured tax rate it bears, as `standard` or `reduced`.
    #[serde(default = "standard")]
    pub tax_class: Code,
}

/// A unit price that somebody sets instead of the list's (D365: override price). No volume discount is taken off it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct NewPrice {
    /// What one unit costs, without tax.
    #[serde(with = "crate::money::AsText")]
    pub amount: Decimal,
    /// Why; it is kept with the line, and who set it.
    pub reason: Short,
}

/// What changes in a line; what is absent stays. The price of a product is looked up anew with every change: by an
/// empty one the line follows the list as it is now.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct LineChange {
    pub line: LineId,
    /// Of a product or a write-in.
    #[serde(default, skip_serializing_if = "Option::is_none", with = "crate::money::AsTextOption")]
    pub quantity: Option<Decimal>,
    /// What the seller takes off the whole line; `"0"` takes it back.
    #[serde(default, skip_serializing_if = "Option::is_none", with = "crate::money::AsTextOption")]
    pub manual_discount: Option<Decimal>,
    /// Of a product: another price than the list's, which needs the right `override_price`; null: the list's again.
    #[serde(default, skip_serializing_if = "Patch::is_keep")]
    pub price_override: Patch<NewPrice>,
    /// What one unit of a write-in costs.
    #[serde(default, skip_serializing_if = "Option::is_none", with = "crate::money::AsTextOption")]
    pub unit_price: Option<Decimal>,
    /// The name of a write-in, or the words of a text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<Short>,
    /// More about it, for the customer; null: nothing.
    #[serde(default, skip_serializing_if = "Patch::is_keep")]
    pub description: Patch<Comment>,
    /// Values of the properties of its product, of a part of a bundle too; those that are not named stay.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(length(max = PROPERTIES_MAX))]
    pub properties: Vec<PropertyWish>,
}

impl LineChange {
    /// Nothing but the price by the list as it is now.
    #[must_use]
    pub const fn none(line: LineId) -> Self {
        Self {
            line,
            quantity: None,
            manual_discount: None,
            price_override: Patch::Keep,
            unit_price: None,
            name: None,
            description: Patch::Keep,
            properties: Vec::new(),
        }
    }
}

fn standard() -> Code {
    "standard".parse().expect("a word of one line is a code")
}
