//! The totals of a document: the same arithmetic for opportunity, quote, order and invoice.
//!
//! Lines: base = (unit price − volume discount) × quantity; net = base − manual discount. Header:
//! detail = Σ net; discount = detail × percentage + amount; less freight = detail − discount;
//! total = less freight + freight + tax. The columns are those of D365, tax has three modes.
//! Every figure is rounded half away from zero to the currency's minor unit where it arises, and
//! sums of rounded figures are never rounded again.

use rust_decimal::Decimal;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::exchange_rate::Exchange;
use crate::money::AmountError;

mod compute;

pub use compute::totals;

/// VAT category of a line or charge (UNCL5305 as far as EN 16931 takes it).
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
pub enum TaxCategory {
    /// Standard or reduced rate.
    S,
    /// Zero rated.
    Z,
    /// Exempt.
    E,
    /// Reverse charge.
    AE,
    /// Supply within the European Community.
    K,
    /// Export, free of tax.
    G,
    /// Outside the scope of tax; allowed only as the one category of a document.
    O,
}

/// What is owed on an amount: only [`TaxCategory::S`] has a rate above zero.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
pub struct Tax {
    pub category: TaxCategory,
    /// Percent, as `"21"`; zero for every category but S.
    #[serde(with = "crate::money::AsText")]
    pub rate: Decimal,
}

/// What a line's amounts are computed from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct LineAmounts {
    /// Price of one unit before any discount (D365: priceperunit).
    #[serde(with = "crate::money::AsText")]
    pub unit_price: Decimal,
    /// How many units; negative on a line that takes something back.
    #[serde(with = "crate::money::AsText")]
    pub quantity: Decimal,
    /// Volume discount on one unit (D365: volumediscountamount), see `pricing::Bands`.
    #[serde(with = "crate::money::AsText")]
    pub volume_discount_per_unit: Decimal,
    /// Typed discount, on the line or on one unit as [`Rules::manual_discount`] says.
    #[serde(with = "crate::money::AsText")]
    pub manual_discount: Decimal,
    pub tax: Tax,
}

/// What of a document's totals does not stand in its lines.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Header {
    /// Percent of the whole detail amount, 0 to 100.
    #[serde(with = "crate::money::AsText")]
    pub discount_percent: Decimal,
    /// On top of the percentage; not negative.
    #[serde(with = "crate::money::AsText")]
    pub discount_amount: Decimal,
    /// Not negative.
    #[serde(with = "crate::money::AsText")]
    pub freight_amount: Decimal,
    /// `None`: the freight is untaxed and stands in no group of the breakdown. An invoice as of
    /// EN 16931 with freight on it must name one, be it Z or E at zero.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub freight_tax: Option<Tax>,
    /// How the totals are computed from all of it.
    pub rules: Rules,
    /// Where the document is in another currency than the base one: the rate that is frozen with it and what it amounts
    /// to by that; the seller's own knowledge.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub exchange: Option<Box<Exchange>>,
}

impl Header {
    /// The same with what the document amounts to in the base currency.
    #[must_use]
    pub fn converted(self, sum: &Totals) -> Self {
        let amounts = [sum.amount_less_freight, sum.tax_amount, sum.total_amount];
        Self { exchange: self.exchange.map(|exchange| exchange.of(amounts)), ..self }
    }
}

/// How tax is computed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum TaxMode {
    /// Line by line, as if there were no header discount (as D365 adds typed tax).
    LineBeforeDiscount,
    /// Line by line, on the net amount less the line's share of the header discount.
    LineAfterDiscount,
    /// Once per category and rate for the whole document, as EN 16931 demands.
    #[default]
    Document,
}

/// What [`LineAmounts::manual_discount`] means (D365: discount calculation method 0 and 1).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ManualDiscount {
    /// An amount off the line.
    #[default]
    Line,
    /// An amount off each unit.
    PerUnit,
}

/// Where the discounted price of a line is rounded.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum UnitRounding {
    /// Only the line's amount is rounded (as D365 does).
    #[default]
    LineLast,
    /// The discounted unit price is rounded to [`Rules::price_digits`], then multiplied: the line
    /// is what anybody computes from the price they see.
    UnitFirst,
}

/// The settings that a document is computed by; kept with it, so that it can be recomputed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Rules {
    pub tax_mode: TaxMode,
    pub manual_discount: ManualDiscount,
    pub unit_rounding: UnitRounding,
    /// Decimals of a unit price, 0 to 4 (D365: pricing decimal precision).
    #[schemars(range(max = 4))]
    pub price_digits: u32,
}

impl Default for Rules {
    fn default() -> Self {
        Self {
            tax_mode: TaxMode::default(),
            manual_discount: ManualDiscount::default(),
            unit_rounding: UnitRounding::default(),
            price_digits: crate::pricing::PRICE_DIGITS_DEFAULT,
        }
    }
}

/// The computed amounts of one line.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct LineResult {
    /// (unit price − volume discount) × quantity (D365: baseamount).
    #[serde(with = "crate::money::AsText")]
    pub base_amount: Decimal,
    /// The manual discount of the whole line, whichever way it was typed.
    #[serde(with = "crate::money::AsText")]
    pub manual_discount: Decimal,
    /// Base less manual discount (EN 16931: BT-131).
    #[serde(with = "crate::money::AsText")]
    pub net_amount: Decimal,
    /// The line's share of the header discount; only where its tax depends on it.
    #[serde(default, skip_serializing_if = "Option::is_none", with = "crate::money::AsTextOption")]
    pub discount_share: Option<Decimal>,
    /// `None` in [`TaxMode::Document`]: there a line has no tax of its own.
    #[serde(default, skip_serializing_if = "Option::is_none", with = "crate::money::AsTextOption")]
    pub tax_amount: Option<Decimal>,
    /// Net plus the line's tax, where it has one (D365: extendedamount).
    #[serde(with = "crate::money::AsText")]
    pub extended_amount: Decimal,
}

/// One group of the tax breakdown: all that is owed in one category at one rate (EN 16931: BG-23).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct TaxPart {
    /// BT-118.
    pub category: TaxCategory,
    /// Percent (BT-119).
    #[serde(with = "crate::money::AsText")]
    pub rate: Decimal,
    /// Net amounts of the group's lines.
    #[serde(with = "crate::money::AsText")]
    pub net_amount: Decimal,
    /// The group's part of the header discount, a document allowance (BT-92); zero where tax is
    /// computed before the discount.
    #[serde(with = "crate::money::AsText")]
    pub discount_amount: Decimal,
    /// Freight in this group, a document charge (BT-99).
    #[serde(with = "crate::money::AsText")]
    pub freight_amount: Decimal,
    /// What tax is owed on (BT-116): net − discount + freight.
    #[serde(with = "crate::money::AsText")]
    pub base: Decimal,
    /// BT-117; in the line modes the sum of the lines' taxes.
    #[serde(with = "crate::money::AsText")]
    pub tax: Decimal,
}

/// The totals of a document.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Totals {
    /// Σ net amounts of the lines (D365: totallineitemamount; BT-106).
    #[serde(with = "crate::money::AsText")]
    pub detail_amount: Decimal,
    /// Σ manual discounts, already inside `detail_amount` (D365: totallineitemdiscountamount).
    #[serde(with = "crate::money::AsText")]
    pub line_discount: Decimal,
    /// Header discount, percentage and amount together (D365: totaldiscountamount; BT-107).
    #[serde(with = "crate::money::AsText")]
    pub discount_amount: Decimal,
    /// Detail less header discount (D365: totalamountlessfreight).
    #[serde(with = "crate::money::AsText")]
    pub amount_less_freight: Decimal,
    /// BT-108.
    #[serde(with = "crate::money::AsText")]
    pub freight_amount: Decimal,
    /// Σ tax of the breakdown (D365: totaltax; BT-110).
    #[serde(with = "crate::money::AsText")]
    pub tax_amount: Decimal,
    /// Less freight + freight + tax (D365: totalamount; BT-112).
    #[serde(with = "crate::money::AsText")]
    pub total_amount: Decimal,
    /// By category, then rate.
    pub breakdown: Vec<TaxPart>,
}

/// Why a document has no totals.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum TotalsError {
    #[error("The {what} is out of range: {source}")]
    Range { what: &'static str, source: AmountError },
    #[error("Line {line}: {source}")]
    Line { line: usize, source: Box<TotalsError> },
    #[error("The discount of {0} percent is not between 0 and 100. Correct the percentage.")]
    DiscountPercent(Decimal),
    #[error("The {what} of {amount} is negative. Enter it without a sign.")]
    Negative { what: &'static str, amount: Decimal },
    #[error(
        "Tax category {category:?} does not go with a rate of {rate} percent: S has a rate above \
         0 and up to 100, every other category has 0. Correct the tax."
    )]
    TaxRate { category: TaxCategory, rate: Decimal },
    #[error(
        "Category O (outside the scope of tax) stands beside taxed or exempt amounts. Bill them in \
         a document of their own, or choose another category."
    )]
    MixedOutOfScope,
    #[error(
        "The header discount of {0} cannot be divided over lines that add up to zero. Remove it \
         or add a line."
    )]
    DiscountOnNothing(Decimal),
    #[error("A unit price has at most 4 decimals, not {0}. Correct the pricing precision.")]
    PriceDigits(u32),
}

#[cfg(test)]
mod tests;
