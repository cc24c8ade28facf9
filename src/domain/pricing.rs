//! The price of one unit: pricing methods, rounding policies, volume bands, quantity control.
//!
//! The rules are those of D365 price lists; where D365 says nothing, the choice stands beside the
//! item. Whatever cannot be priced is a [`PricingError`] with D365's code, never a silent zero.

use rust_decimal::Decimal;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::money::{in_range, ratio, round_to};

mod bands;
mod error;

pub use bands::{BANDS_MAX, Band, Bands, DiscountKind};
pub use error::PricingError;

/// Decimals of a unit price where nothing else is set (D365: pricing decimal precision).
pub const PRICE_DIGITS_DEFAULT: u32 = 2;
/// Most decimals of a unit price.
pub const PRICE_DIGITS_MAX: u32 = 4;
/// Most decimals of a quantity (D365: quantitydecimal).
pub const QUANTITY_DECIMALS_MAX: u32 = 5;

/// How a price list item makes a price. Percentages are percent: `"20"` is 20 %.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum PricingMethod {
    /// The amount itself; takes no rounding policy.
    CurrencyAmount(#[serde(with = "crate::money::AsText")] Decimal),
    /// list price × p
    PercentOfList(#[serde(with = "crate::money::AsText")] Decimal),
    /// current cost × (1 + p)
    PercentMarkupCurrentCost(#[serde(with = "crate::money::AsText")] Decimal),
    /// current cost ÷ (1 − p); p below 100 %
    PercentMarginCurrentCost(#[serde(with = "crate::money::AsText")] Decimal),
    /// standard cost × (1 + p)
    PercentMarkupStandardCost(#[serde(with = "crate::money::AsText")] Decimal),
    /// standard cost ÷ (1 − p); p below 100 %
    PercentMarginStandardCost(#[serde(with = "crate::money::AsText")] Decimal),
}

impl PricingMethod {
    /// D365's pricingmethodcode, 1 to 6.
    #[must_use]
    pub fn code(&self) -> u8 {
        match self {
            Self::CurrencyAmount(_) => 1,
            Self::PercentOfList(_) => 2,
            Self::PercentMarkupCurrentCost(_) => 3,
            Self::PercentMarginCurrentCost(_) => 4,
            Self::PercentMarkupStandardCost(_) => 5,
            Self::PercentMarginStandardCost(_) => 6,
        }
    }
}

impl PriceBasis {
    /// Only what that method builds on.
    #[must_use]
    pub const fn of(self, method: &PricingMethod) -> Self {
        let nothing = Self { list_price: None, standard_cost: None, current_cost: None };
        match method {
            PricingMethod::CurrencyAmount(_) => nothing,
            PricingMethod::PercentOfList(_) => Self { list_price: self.list_price, ..nothing },
            PricingMethod::PercentMarkupCurrentCost(_)
            | PricingMethod::PercentMarginCurrentCost(_) => {
                Self { current_cost: self.current_cost, ..nothing }
            }
            PricingMethod::PercentMarkupStandardCost(_)
            | PricingMethod::PercentMarginStandardCost(_) => {
                Self { standard_cost: self.standard_cost, ..nothing }
            }
        }
    }
}

/// Which prices a computed price may come to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum RoundingOption {
    /// Prices that end in this amount, as 12.99 ends in 0.99. They lie one period apart: the
    /// smallest power of ten greater than the amount.
    EndsIn(#[serde(with = "crate::money::AsText")] Decimal),
    /// Multiples of this amount.
    MultipleOf(#[serde(with = "crate::money::AsText")] Decimal),
}

/// Where a computed price is rounded to. A price that conforms already stays as it is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum RoundingPolicy {
    /// Only to the decimals of a price.
    #[default]
    None,
    Up(RoundingOption),
    Down(RoundingOption),
    /// The middle between two goes up.
    ToNearest(RoundingOption),
}

/// How one price list item is priced.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct PriceRule {
    pub method: PricingMethod,
    #[serde(default)]
    pub rounding: RoundingPolicy,
    /// Decimals of the price, 0 to 4.
    #[serde(default = "price_digits_default")]
    #[schemars(range(max = 4))]
    pub price_digits: u32,
}

impl PriceRule {
    /// A rule without rounding policy, with 2 decimals.
    #[must_use]
    pub fn new(method: PricingMethod) -> Self {
        Self { method, rounding: RoundingPolicy::None, price_digits: PRICE_DIGITS_DEFAULT }
    }
}

/// What a product brings to its price; a method that needs an absent one is an error.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct PriceBasis {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[serde(with = "crate::money::AsTextOption")]
    pub list_price: Option<Decimal>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[serde(with = "crate::money::AsTextOption")]
    pub standard_cost: Option<Decimal>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[serde(with = "crate::money::AsTextOption")]
    pub current_cost: Option<Decimal>,
}

/// The price of one unit, with exactly [`PriceRule::price_digits`] decimals.
///
/// # Errors
/// The [`PricingError`] that D365 has for it: a price or cost that the method needs is missing or
/// negative, a percentage or rounding makes no sense, or the price is out of range.
pub fn price(rule: &PriceRule, basis: &PriceBasis) -> Result<Decimal, PricingError> {
    if rule.price_digits > PRICE_DIGITS_MAX {
        return Err(PricingError::InvalidPricingPrecision);
    }
    let exact = match rule.method {
        PricingMethod::CurrencyAmount(amount) => {
            if rule.rounding != RoundingPolicy::None {
                return Err(PricingError::InvalidRoundingPolicy);
            }
            not_negative(amount, PricingError::InvalidPriceLevelAmount)?
        }
        PricingMethod::PercentOfList(percent) => {
            let list = basis.list_price.ok_or(PricingError::MissingPrice)?;
            percent_of(not_negative(list, PricingError::InvalidPrice)?, percentage(percent)?)?
        }
        PricingMethod::PercentMarkupCurrentCost(percent) => marked_up(current(basis)?, percent)?,
        PricingMethod::PercentMarkupStandardCost(percent) => marked_up(standard(basis)?, percent)?,
        PricingMethod::PercentMarginCurrentCost(percent) => with_margin(current(basis)?, percent)?,
        PricingMethod::PercentMarginStandardCost(percent) => {
            with_margin(standard(basis)?, percent)?
        }
    };
    let rounded = match rule.rounding {
        RoundingPolicy::None => exact,
        RoundingPolicy::Up(option) => Grid::of(option, rule.price_digits)?.up(exact)?,
        RoundingPolicy::Down(option) => Grid::of(option, rule.price_digits)?.down(exact)?,
        RoundingPolicy::ToNearest(option) => Grid::of(option, rule.price_digits)?.nearest(exact)?,
    };
    in_range(round_to(rounded, rule.price_digits)).map_err(|_| PricingError::OutOfRange)
}

/// Which quantities of a product may be sold (D365: quantity selling option).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum QuantityControl {
    /// Any quantity.
    #[default]
    NoControl,
    /// Whole numbers only.
    Whole,
    /// Fractions with at most as many decimals as the product has.
    WholeAndFractional,
}

impl QuantityControl {
    /// D365's quantitysellingcode, 1 to 3.
    #[must_use]
    pub fn code(self) -> u8 {
        match self {
            Self::NoControl => 1,
            Self::Whole => 2,
            Self::WholeAndFractional => 3,
        }
    }

    /// Checks a quantity of a product with `decimals` decimals (0 to 5).
    ///
    /// # Errors
    /// [`PricingError::InvalidQuantity`] for a fraction that is not sold,
    /// [`PricingError::OutOfRange`] for what does not fit `numeric(20,6)`.
    pub fn check(self, quantity: Decimal, decimals: u32) -> Result<Decimal, PricingError> {
        let quantity = in_range(quantity).map_err(|_| PricingError::OutOfRange)?;
        let allowed = match self {
            Self::NoControl => return Ok(quantity),
            Self::Whole => 0,
            Self::WholeAndFractional => decimals.min(QUANTITY_DECIMALS_MAX),
        };
        if quantity.normalize().scale() > allowed {
            return Err(PricingError::InvalidQuantity);
        }
        Ok(quantity)
    }
}

/// The prices that a rounding option allows: `start`, and every `step` after it.
struct Grid {
    start: Decimal,
    step: Decimal,
}

impl Grid {
    fn of(option: RoundingOption, price_digits: u32) -> Result<Self, PricingError> {
        let (RoundingOption::EndsIn(amount) | RoundingOption::MultipleOf(amount)) = option;
        let amount = in_range(amount).map_err(|_| PricingError::InvalidRoundingAmount)?;
        if amount <= Decimal::ZERO || amount.normalize().scale() > price_digits {
            return Err(PricingError::InvalidRoundingAmount);
        }
        Ok(match option {
            RoundingOption::MultipleOf(_) => Self { start: Decimal::ZERO, step: amount },
            RoundingOption::EndsIn(_) => Self { start: amount, step: power_of_ten_above(amount) },
        })
    }

    /// The largest allowed price that is not above `price`.
    fn down(&self, price: Decimal) -> Result<Decimal, PricingError> {
        let above_start = price - self.start;
        if above_start.is_sign_negative() && !above_start.is_zero() {
            return Err(PricingError::InvalidRoundingAmount);
        }
        let past = above_start.checked_rem(self.step).ok_or(PricingError::OutOfRange)?;
        Ok(price - past)
    }

    /// The smallest allowed price that is not below `price`.
    fn up(&self, price: Decimal) -> Result<Decimal, PricingError> {
        if price <= self.start {
            return Ok(self.start);
        }
        let below = self.down(price)?;
        Ok(if below == price { price } else { below + self.step })
    }

    fn nearest(&self, price: Decimal) -> Result<Decimal, PricingError> {
        if price <= self.start {
            return Ok(self.start); // the next one down would be negative
        }
        let (below, above) = (self.down(price)?, self.up(price)?);
        Ok(if price - below < above - price { below } else { above })
    }
}

/// The smallest power of ten greater than `amount`; `amount` is above zero.
fn power_of_ten_above(amount: Decimal) -> Decimal {
    let mut power = Decimal::new(1, crate::money::DECIMALS_MAX);
    while power <= amount {
        power *= Decimal::TEN;
    }
    power.normalize()
}

fn current(basis: &PriceBasis) -> Result<Decimal, PricingError> {
    let cost = basis.current_cost.ok_or(PricingError::MissingCurrentCost)?;
    not_negative(cost, PricingError::InvalidCurrentCost)
}

fn standard(basis: &PriceBasis) -> Result<Decimal, PricingError> {
    let cost = basis.standard_cost.ok_or(PricingError::MissingStandardCost)?;
    not_negative(cost, PricingError::InvalidStandardCost)
}

fn marked_up(cost: Decimal, percent: Decimal) -> Result<Decimal, PricingError> {
    percent_of(cost, Decimal::ONE_HUNDRED + percentage(percent)?)
}

fn with_margin(cost: Decimal, percent: Decimal) -> Result<Decimal, PricingError> {
    let percent = percentage(percent)?;
    if percent >= Decimal::ONE_HUNDRED {
        return Err(PricingError::InvalidPriceLevelPercentage);
    }
    exact_enough(cost, Decimal::ONE_HUNDRED, Decimal::ONE_HUNDRED - percent)
}

fn percent_of(amount: Decimal, percent: Decimal) -> Result<Decimal, PricingError> {
    exact_enough(amount, percent, Decimal::ONE_HUNDRED)
}

/// `amount × part ÷ whole` before any rounding policy: exact where it ends within 14 decimals
/// (every product does), else rounded there, far below the decimals of a price.
fn exact_enough(amount: Decimal, part: Decimal, whole: Decimal) -> Result<Decimal, PricingError> {
    const DECIMALS: u32 = 14;
    ratio(amount, part, whole, DECIMALS)
        .filter(|price| price.abs() < crate::money::AMOUNT_LIMIT)
        .ok_or(PricingError::OutOfRange)
}

fn percentage(percent: Decimal) -> Result<Decimal, PricingError> {
    not_negative(percent, PricingError::InvalidPriceLevelPercentage)
}

fn not_negative(value: Decimal, otherwise: PricingError) -> Result<Decimal, PricingError> {
    in_range(value).ok().filter(|value| !value.is_sign_negative()).ok_or(otherwise)
}

fn price_digits_default() -> u32 {
    PRICE_DIGITS_DEFAULT
}

#[cfg(test)]
mod tests;
