//! Unit groups: the units in which the same goods are sold, and how they convert.

use rust_decimal::Decimal;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::money::{DECIMALS_MAX, in_range, ratio};
use crate::text::{Code, Short, trimmed};

/// Most unit groups of the catalog.
pub const UNIT_GROUPS_MAX: usize = 500;
/// Most units of one group beside its base unit.
pub const UNITS_MAX: usize = 100;

/// Units that convert into one another (D365: unit group, uomschedule).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct UnitGroup {
    #[serde(deserialize_with = "trimmed")]
    #[schemars(with = "Code")]
    pub code: String,
    #[serde(deserialize_with = "trimmed")]
    #[schemars(with = "Short")]
    pub name: String,
    /// UN/ECE Recommendation 20 code of the unit that all others are counted in, as `C62`.
    #[serde(deserialize_with = "trimmed")]
    #[schemars(with = "Code")]
    pub base_unit: String,
    /// The others.
    #[serde(default)]
    #[schemars(length(max = UNITS_MAX))]
    pub units: Vec<Unit>,
}

/// A unit beside the base unit (D365: uom).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Unit {
    /// UN/ECE Recommendation 20 code, as `DZN`.
    #[serde(deserialize_with = "trimmed")]
    #[schemars(with = "Code")]
    pub unit: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<Short>,
    /// How many base units make one; above 0.
    #[serde(with = "crate::money::AsText")]
    pub base_units: Decimal,
}

impl UnitGroup {
    /// The code of the unit that is meant by its code or its name, in any case.
    #[must_use]
    pub fn unit(&self, meant: &str) -> Option<&str> {
        let meant = meant.trim();
        let base = self.base_unit.eq_ignore_ascii_case(meant).then_some(&*self.base_unit);
        let other = || {
            let named = |unit: &&Unit| {
                let name = unit.name.as_deref().unwrap_or_default();
                unit.unit.eq_ignore_ascii_case(meant) || name.eq_ignore_ascii_case(meant)
            };
            self.units.iter().find(named).map(|unit| &*unit.unit)
        };
        base.or_else(other)
    }

    /// How many base units one of that unit is.
    #[must_use]
    pub fn base_units(&self, unit: &str) -> Option<Decimal> {
        if unit == self.base_unit {
            return Some(Decimal::ONE);
        }
        self.units.iter().find(|known| known.unit == unit).map(|known| known.base_units)
    }

    /// A quantity of that unit in base units; `None` where the group has no such unit, or it is out of range.
    #[must_use]
    pub fn in_base(&self, unit: &str, quantity: Decimal) -> Option<Decimal> {
        self.converted(unit, &self.base_unit, quantity)
    }

    /// A quantity of one unit in another one, to 6 decimals; `None` where the group does not have both, or it is
    /// out of range.
    #[must_use]
    pub fn converted(&self, from: &str, to: &str, quantity: Decimal) -> Option<Decimal> {
        let (from, to) = (self.base_units(from)?, self.base_units(to)?);
        let converted = ratio(quantity, from, to, DECIMALS_MAX)?;
        in_range(converted).ok().map(|it| it.normalize())
    }

    /// The codes of its units, the base unit first.
    pub fn codes(&self) -> impl Iterator<Item = &str> {
        [&*self.base_unit].into_iter().chain(self.units.iter().map(|unit| &*unit.unit))
    }
}
