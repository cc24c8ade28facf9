//! Volume discounts: bands of quantity, each with a discount on the unit price.

use rust_decimal::Decimal;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::PricingError;
use crate::money::{DECIMALS_MAX, in_range, ratio};

/// Most bands of one discount list.
pub const BANDS_MAX: usize = 1_000;

/// What the values of a discount list are (D365: discount list type).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum DiscountKind {
    /// Percent of the unit price.
    Percentage,
    /// An amount off each unit.
    Amount,
}

/// One band: from `low` to `high`, both included.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Band {
    #[serde(with = "crate::money::AsText")]
    pub low: Decimal,
    #[serde(with = "crate::money::AsText")]
    pub high: Decimal,
    /// Percent or amount, as the list's kind says.
    #[serde(with = "crate::money::AsText")]
    pub value: Decimal,
}

/// The bands of a discount list: sorted, none overlapping another. A quantity between two bands gets no discount;
/// the catalog takes no list with such a gap ([`Bands::gap`]).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(try_from = "Unchecked")]
#[schemars(!try_from)]
pub struct Bands {
    kind: DiscountKind,
    #[schemars(length(max = 1000))]
    bands: Vec<Band>,
}

impl Bands {
    /// # Errors
    /// [`PricingError::InvalidDiscount`] when a band ends before it begins, two bands share a
    /// quantity, a value is negative or a percentage above 100, or there are more than
    /// [`BANDS_MAX`]; [`PricingError::OutOfRange`] for a number that does not fit.
    pub fn new(kind: DiscountKind, mut bands: Vec<Band>) -> Result<Self, PricingError> {
        if bands.len() > BANDS_MAX {
            return Err(PricingError::InvalidDiscount);
        }
        for Band { low, high, value } in &bands {
            for number in [low, high, value] {
                in_range(*number).map_err(|_| PricingError::OutOfRange)?;
            }
            let too_much = kind == DiscountKind::Percentage && *value > Decimal::ONE_HUNDRED;
            if low > high || *value < Decimal::ZERO || too_much {
                return Err(PricingError::InvalidDiscount);
            }
        }
        bands.sort_by_key(|band| band.low);
        if bands.windows(2).any(|pair| pair[1].low <= pair[0].high) {
            return Err(PricingError::InvalidDiscount);
        }
        Ok(Self { kind, bands })
    }

    #[must_use]
    pub fn kind(&self) -> DiscountKind {
        self.kind
    }

    /// Ascending by quantity.
    #[must_use]
    pub fn bands(&self) -> &[Band] {
        &self.bands
    }

    /// The band that `quantity` falls into.
    #[must_use]
    pub fn band(&self, quantity: Decimal) -> Option<&Band> {
        let after = self.bands.partition_point(|band| band.low <= quantity);
        self.bands[..after].last().filter(|band| quantity <= band.high)
    }

    /// The end of one band and the begin of the next, where quantities lie between them that are sold in steps
    /// of `step`: those would cost more than fewer of them.
    #[must_use]
    pub fn gap(&self, step: Decimal) -> Option<(Decimal, Decimal)> {
        let pairs = self.bands.windows(2).map(|pair| (pair[0].high, pair[1].low));
        // What is sold in steps lies on their multiples.
        let first_after = |high: Decimal| ((high / step).floor() + Decimal::ONE) * step;
        pairs.into_iter().find(|(high, low)| first_after(*high) < *low)
    }

    /// The discount on one unit at this quantity, zero outside all bands. A percentage is kept to
    /// 6 decimals, so that what is stored and sent recomputes to the same line.
    ///
    /// # Errors
    /// [`PricingError::InvalidDiscount`] when it is more than the unit price,
    /// [`PricingError::OutOfRange`] when the unit price does not fit `numeric(20,6)`.
    pub fn discount_per_unit(
        &self,
        unit_price: Decimal,
        quantity: Decimal,
    ) -> Result<Decimal, PricingError> {
        let unit_price = in_range(unit_price).map_err(|_| PricingError::OutOfRange)?;
        let Some(band) = self.band(quantity) else { return Ok(Decimal::ZERO) };
        band.discount_per_unit(self.kind, unit_price)
    }
}

impl Band {
    /// The discount on one unit that its value is, in a list of that kind.
    ///
    /// # Errors
    /// As [`Bands::discount_per_unit`].
    pub fn discount_per_unit(
        &self,
        kind: DiscountKind,
        unit_price: Decimal,
    ) -> Result<Decimal, PricingError> {
        let unit_price = in_range(unit_price).map_err(|_| PricingError::OutOfRange)?;
        let discount = match kind {
            DiscountKind::Amount => self.value,
            DiscountKind::Percentage => {
                ratio(unit_price, self.value, Decimal::ONE_HUNDRED, DECIMALS_MAX)
                    .ok_or(PricingError::OutOfRange)?
                    .normalize()
            }
        };
        if discount > unit_price && !unit_price.is_sign_negative() {
            return Err(PricingError::InvalidDiscount);
        }
        Ok(discount)
    }
}

#[derive(Deserialize)]
struct Unchecked {
    kind: DiscountKind,
    bands: Vec<Band>,
}

impl TryFrom<Unchecked> for Bands {
    type Error = PricingError;

    fn try_from(unchecked: Unchecked) -> Result<Self, PricingError> {
        Self::new(unchecked.kind, unchecked.bands)
    }
}
