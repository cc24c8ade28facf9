//! Products, families and bundles, and their life cycle.

use rust_decimal::Decimal;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::lifecycle::Lifecycle;
use crate::message::SubjectKind;
use crate::pricing::{PriceBasis, QUANTITY_DECIMALS_MAX, QuantityControl};
use crate::text::{Code, Comment, Short, trimmed};

/// Most properties that one product or family names.
pub const PROPERTIES_MAX: usize = 200;
/// Most parts of one bundle.
pub const PARTS_MAX: usize = 100;
/// Most relations of one product.
pub const RELATED_MAX: usize = 200;

/// What can be sold, or what holds it together (D365: product), known by its SKU.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Product {
    #[serde(deserialize_with = "trimmed")]
    #[schemars(with = "Code")]
    pub sku: String,
    #[serde(deserialize_with = "trimmed")]
    #[schemars(with = "Short")]
    pub name: String,
    #[serde(default, skip_serializing_if = "ProductKind::is_product")]
    pub kind: ProductKind,
    /// The SKU of the family that it lies in, whose properties it inherits.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parent: Option<Code>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<Comment>,
    /// UN/ECE Recommendation 20 code of the unit that is sold and priced where a line names no other.
    #[serde(default = "piece", deserialize_with = "trimmed")]
    #[schemars(with = "Code")]
    pub unit: String,
    /// The code of the group whose units it is sold in; absent: in `unit` alone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unit_group: Option<Code>,
    /// Which configured tax rate it bears, as `standard` or `reduced`.
    #[serde(default = "standard", deserialize_with = "trimmed")]
    #[schemars(with = "Code")]
    pub tax_class: String,
    /// May it be sold in fractions?
    #[serde(default)]
    pub quantity_control: QuantityControl,
    /// Most decimals of a quantity that may be a fraction, 0 to 5 (D365: quantitydecimal); absent: 5.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(max = 5))]
    pub quantity_decimals: Option<u32>,
    #[serde(default, skip_serializing_if = "Option::is_none", with = "crate::money::AsTextOption")]
    pub list_price: Option<Decimal>,
    #[serde(default, skip_serializing_if = "Option::is_none", with = "crate::money::AsTextOption")]
    pub standard_cost: Option<Decimal>,
    #[serde(default, skip_serializing_if = "Option::is_none", with = "crate::money::AsTextOption")]
    pub current_cost: Option<Decimal>,
    /// Properties of its own, and those of its families that it says otherwise.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(length(max = PROPERTIES_MAX))]
    pub properties: Vec<Property>,
    /// What a bundle holds.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(length(max = PARTS_MAX))]
    pub parts: Vec<Part>,
    /// What is proposed beside it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(length(max = RELATED_MAX))]
    pub related: Vec<Related>,
    /// Only what is active, or under revision, is put on new lines.
    #[serde(default)]
    pub state: ProductState,
}

/// What a product is (D365: productstructure).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ProductKind {
    #[default]
    Product,
    /// Holds products, bundles and other families together, and is not sold itself.
    Family,
    /// Products that are sold as one.
    Bundle,
}

/// Where a product is in its life (D365: statecode of product).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ProductState {
    /// Not sold yet.
    Draft,
    #[default]
    Active,
    /// Sold as it was, while it is changed.
    UnderRevision,
    /// No longer sold.
    Retired,
}

/// What is done to a product.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ProductAction {
    Edit,
    Publish,
    Revise,
    Revert,
    Retire,
    Activate,
}

/// What a product can be asked for (D365: dynamicproperty). It does not affect the price.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Property {
    pub name: Short,
    /// A family or product that says the property otherwise cannot change it.
    pub kind: PropertyKind,
    #[serde(default, skip_serializing_if = "is_not")]
    pub required: bool,
    #[serde(default, skip_serializing_if = "is_not")]
    pub hidden: bool,
    #[serde(default, skip_serializing_if = "is_not")]
    pub read_only: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub default: Option<Short>,
    /// The least value of a number; absent: any.
    #[serde(default, skip_serializing_if = "Option::is_none", with = "crate::money::AsTextOption")]
    pub minimum: Option<Decimal>,
    /// The greatest one.
    #[serde(default, skip_serializing_if = "Option::is_none", with = "crate::money::AsTextOption")]
    pub maximum: Option<Decimal>,
    /// The values of an option set.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(length(max = 200))]
    pub options: Vec<Short>,
}

/// What the values of a property are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum PropertyKind {
    OptionSet,
    Decimal,
    FloatingPoint,
    Text,
    WholeNumber,
}

/// A product in a bundle (D365: productassociation).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Part {
    pub sku: Code,
    /// How many of them each bundle holds.
    #[serde(with = "crate::money::AsText")]
    pub quantity: Decimal,
    /// A required part comes with each bundle, within its price; an optional one where somebody asks for it, at its
    /// own price.
    #[serde(default = "yes")]
    pub required: bool,
}

/// A product that is proposed beside another (D365: productsubstitute).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Related {
    pub sku: Code,
    pub kind: RelatedKind,
    /// The other way too?
    #[serde(default, skip_serializing_if = "is_not")]
    pub both_ways: bool,
}

/// As what it is proposed (D365: salesrelationshiptype).
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum RelatedKind {
    UpSell,
    CrossSell,
    Accessory,
    Substitute,
}

impl Product {
    /// What it brings to its price.
    #[must_use]
    pub const fn basis(&self) -> PriceBasis {
        PriceBasis {
            list_price: self.list_price,
            standard_cost: self.standard_cost,
            current_cost: self.current_cost,
        }
    }

    /// Most decimals of a quantity that may be a fraction.
    #[must_use]
    pub fn decimals(&self) -> u32 {
        self.quantity_decimals.unwrap_or(QUANTITY_DECIMALS_MAX).min(QUANTITY_DECIMALS_MAX)
    }

    /// The smallest difference between two quantities that are sold.
    #[must_use]
    pub fn quantity_step(&self) -> Decimal {
        let decimals = match self.quantity_control {
            QuantityControl::Whole => 0,
            QuantityControl::WholeAndFractional => self.decimals(),
            QuantityControl::NoControl => crate::money::DECIMALS_MAX,
        };
        Decimal::new(1, decimals)
    }
}

impl ProductKind {
    #[must_use]
    pub const fn is_product(&self) -> bool {
        matches!(self, Self::Product)
    }

    /// Its word in refusals.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Product => "product",
            Self::Family => "family",
            Self::Bundle => "bundle",
        }
    }
}

impl ProductState {
    /// Is it put on new lines?
    #[must_use]
    pub const fn is_sold(self) -> bool {
        matches!(self, Self::Active | Self::UnderRevision)
    }
}

impl Lifecycle for Product {
    const KIND: SubjectKind = SubjectKind::Catalog;
    type State = ProductState;
    type Action = ProductAction;

    fn next(state: &ProductState, action: &ProductAction) -> Option<ProductState> {
        use ProductAction as Do;
        use ProductState::{Active, Draft, Retired, UnderRevision};
        Some(match (state, action) {
            (Draft, Do::Edit) => Draft,
            (UnderRevision, Do::Edit) | (Active, Do::Revise) => UnderRevision,
            (Draft | UnderRevision, Do::Publish)
            | (UnderRevision, Do::Revert)
            | (Retired, Do::Activate) => Active,
            (Active, Do::Retire) => Retired,
            _ => return None,
        })
    }

    fn state_name(state: &ProductState) -> &'static str {
        match state {
            ProductState::Draft => "draft",
            ProductState::Active => "active",
            ProductState::UnderRevision => "under_revision",
            ProductState::Retired => "retired",
        }
    }

    fn verb(action: &ProductAction) -> &'static str {
        match action {
            ProductAction::Edit => "be edited",
            ProductAction::Publish => "be published",
            ProductAction::Revise => "be revised",
            ProductAction::Revert => "be reverted",
            ProductAction::Retire => "be retired",
            ProductAction::Activate => "be activated",
        }
    }

    fn examples() -> (Vec<ProductState>, Vec<ProductAction>) {
        use ProductAction as Do;
        use ProductState::{Active, Draft, Retired, UnderRevision};
        (
            vec![Draft, Active, UnderRevision, Retired],
            vec![Do::Edit, Do::Publish, Do::Revise, Do::Revert, Do::Retire, Do::Activate],
        )
    }
}

fn piece() -> String {
    "C62".into()
}

fn standard() -> String {
    "standard".into()
}

pub(super) const fn yes() -> bool {
    true
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "serde calls it so")]
const fn is_not(is: &bool) -> bool {
    !*is
}
