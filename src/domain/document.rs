//! What quote, order and invoice share: lines, terms and totals. Each document owns its copies.

use chrono::{Days, NaiveDate};
use rust_decimal::Decimal;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::enquiry::Address;
use crate::ids::LineId;
use crate::money::{AmountError, Currency, DECIMALS_MAX, in_range, ratio};
use crate::newer::NewerWord;
use crate::pricing::{Band, DiscountKind, PriceBasis, PriceRule, PricingError, price};
use crate::property_value::PropertyValue;
use crate::text::{Code, Short};
use crate::totals::{Header, LineAmounts, Tax, Totals, TotalsError, totals};

/// Most lines of one document.
pub const LINES_MAX: usize = 200;

/// One line of a document: what, how many, at which price and tax.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Line {
    pub id: LineId,
    #[serde(default, skip_serializing_if = "LineKind::is_product")]
    pub kind: LineKind,
    /// The line of the same document that this one is a part of.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parent: Option<LineId>,
    /// BT-155; only what the catalog has bears one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sku: Option<String>,
    /// BT-153.
    pub name: String,
    /// BT-154: more about it, in the seller's words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// BT-130: UN/ECE Recommendation 20 code, as `C62` for a piece.
    pub unit: String,
    /// BT-129.
    #[serde(with = "crate::money::AsText")]
    pub quantity: Decimal,
    /// The price of one unit before discounts: the list's, unless somebody set another.
    #[serde(with = "crate::money::AsText")]
    pub unit_price: Decimal,
    /// What the volume takes off one unit (D365: volumediscountamount).
    #[serde(with = "crate::money::AsText")]
    pub volume_discount: Decimal,
    /// What the seller took off (D365: manualdiscountamount): off the whole line or off one unit, as the rules of
    /// the document's header say.
    #[serde(with = "crate::money::AsText")]
    pub manual_discount: Decimal,
    /// What it holds of the properties of its product; those without a value are required and lack one.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub properties: Vec<PropertyValue>,
    pub tax: Tax,
    /// BT-131: (unit price − volume discount) × quantity − manual discount, without tax.
    #[serde(with = "crate::money::AsText")]
    pub net_amount: Decimal,
    /// Who set the unit price and why, where it is not the list's; the seller's own knowledge.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub price_override: Option<PriceOverride>,
    /// How the list came to the unit price; the seller's own knowledge.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub price_trace: Option<PriceTrace>,
}

/// What a line stands for. A line that does not say is of a product.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum LineKind {
    /// A product of the catalog.
    #[default]
    Product,
    /// What the catalog does not have, by its name and price (D365: write-in product).
    WriteIn,
    /// Products that are sold as one; its parts name it as their parent.
    Bundle,
    /// One of the products of a bundle.
    BundlePart,
    /// Words between the lines, without amounts.
    Text,
    #[serde(untagged)]
    Newer(NewerWord),
}

impl LineKind {
    /// Is it what a line is that does not say?
    #[must_use]
    pub fn is_product(&self) -> bool {
        *self == Self::Product
    }
}

/// A unit price that is not the list's (D365: override price).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct PriceOverride {
    /// What one unit costs by the list; absent where it has no price there.
    #[serde(default, skip_serializing_if = "Option::is_none", with = "crate::money::AsTextOption")]
    pub list_price: Option<Decimal>,
    /// Who set it: the person who was named, else the sender as the broker knows it.
    #[schemars(extend("x-personal" = true))]
    pub by: String,
    pub reason: String,
}

/// How a price list came to a unit price: with it, anybody can compute the price again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct PriceTrace {
    /// The code of the list.
    pub price_list: String,
    /// The SKU of the item there.
    pub item: String,
    /// Its method and rounding.
    pub rule: PriceRule,
    /// What the product brought to it.
    pub basis: PriceBasis,
    /// The volume discount that the quantity earns.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub volume: Option<EarnedBand>,
    /// Where the item is of another unit than the line: how its price and its discount were converted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub converted: Option<Conversion>,
}

/// From the unit of an item of a price list to that of a line.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Conversion {
    /// The unit of the item.
    pub from: String,
    /// How many base units one of the item is.
    #[serde(with = "crate::money::AsText")]
    pub from_base_units: Decimal,
    /// How many base units one of the line is.
    #[serde(with = "crate::money::AsText")]
    pub to_base_units: Decimal,
}

impl PriceTrace {
    /// The unit price and the volume discount on one unit, computed from what is written here.
    ///
    /// # Errors
    /// As [`price`] and [`Band::discount_per_unit`] have it.
    pub fn again(&self) -> Result<(Decimal, Decimal), PricingError> {
        let item = price(&self.rule, &self.basis)?;
        let discount = match &self.volume {
            Some(earned) => earned.band.discount_per_unit(earned.kind, item)?,
            None => Decimal::ZERO,
        };
        let Some(converted) = &self.converted else { return Ok((item, discount)) };
        let each = |amount: Decimal, digits: u32| {
            let (part, whole) = (converted.to_base_units, converted.from_base_units);
            let each = ratio(amount, part, whole, digits).and_then(|each| in_range(each).ok());
            each.ok_or(PricingError::OutOfRange)
        };
        let unit_price = each(item, self.rule.price_digits)?;
        Ok((unit_price, each(discount, DECIMALS_MAX)?.normalize().min(unit_price)))
    }
}

/// The band of a discount list that a quantity falls in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct EarnedBand {
    pub kind: DiscountKind,
    pub band: Band,
}

/// An optional part of a bundle that somebody wants.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ChosenPart {
    pub sku: Code,
    /// How many altogether; absent: as many as the catalog says for each bundle.
    #[serde(default, skip_serializing_if = "Option::is_none", with = "crate::money::AsTextOption")]
    pub quantity: Option<Decimal>,
}

/// Where the goods go, where that is not the buyer's own address.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct DeliverTo {
    /// BT-70: who takes them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(extend("x-personal" = true), with = "Option<Short>")]
    pub name: Option<String>,
    /// BG-15.
    pub address: Address,
}

/// Copies of lines for another document, with ids of their own. Parts stay with their line; a part whose line does
/// not go with it stands for itself.
pub fn copied<'l>(
    lines: impl IntoIterator<Item = &'l Line>,
    mut id: impl FnMut() -> LineId,
) -> Vec<Line> {
    let copies = lines.into_iter().map(|line| (line.id, Line { id: id(), ..line.clone() }));
    let (ids, mut copies): (Vec<_>, Vec<_>) = copies.unzip();
    let news: Vec<_> = copies.iter().map(|copy: &Line| copy.id).collect();
    for copy in &mut copies {
        let old = copy.parent.and_then(|parent| ids.iter().position(|id| *id == parent));
        copy.parent = old.and_then(|place| news.get(place).copied());
    }
    copies
}

impl Line {
    /// What people call it: its SKU, else its name.
    #[must_use]
    pub fn label(&self) -> &str {
        self.sku.as_deref().unwrap_or(&self.name)
    }

    /// The required properties that have no value yet: with one of them it is not offered.
    pub fn lacking(&self) -> impl Iterator<Item = &str> {
        let lacking = self.properties.iter().filter(|property| property.value.is_none());
        lacking.map(|property| property.name.as_str())
    }

    /// The part that the totals are computed from.
    #[must_use]
    pub fn amounts(&self) -> LineAmounts {
        LineAmounts {
            unit_price: self.unit_price,
            quantity: self.quantity,
            volume_discount_per_unit: self.volume_discount,
            manual_discount: self.manual_discount,
            tax: self.tax,
        }
    }
}

impl LineKind {
    /// Has it a quantity and a price, as all but words between the lines?
    #[must_use]
    pub fn has_amounts(self) -> bool {
        self != Self::Text
    }
}

/// What prices that somebody set take off those of the list, over all lines; a price above the list's takes off
/// nothing.
///
/// # Errors
/// [`TotalsError`] where the amount leaves the range of `numeric(20,6)`.
pub fn price_reductions(lines: &[Line]) -> Result<Decimal, TotalsError> {
    let mut sum = Decimal::ZERO;
    for line in lines {
        let list = line.price_override.as_ref().and_then(|set| set.list_price);
        let less = list.map_or(Decimal::ZERO, |list| (list - line.unit_price).max(Decimal::ZERO));
        let whole = less.checked_mul(line.quantity).and_then(|less| sum.checked_add(less));
        let whole = whole.ok_or_else(|| AmountError::TooLarge(less.to_string()));
        let what = "price reduction";
        sum = whole.map_err(|source| TotalsError::Range { what, source })?;
    }
    Ok(sum)
}

/// Computes the net amount of every line and the totals of the document; words between the lines have no part in
/// them.
///
/// # Errors
/// [`TotalsError`] where an amount leaves the range of `numeric(20,6)`.
pub fn compute(
    lines: &mut [Line],
    header: &Header,
    currency: Currency,
) -> Result<Totals, TotalsError> {
    let amounts = lines.iter().filter(|line| line.kind.has_amounts()).map(Line::amounts);
    let (results, totals) = totals(&amounts.collect::<Vec<_>>(), header, currency)?;
    for (line, result) in lines.iter_mut().filter(|line| line.kind.has_amounts()).zip(results) {
        line.net_amount = result.net_amount;
    }
    Ok(totals)
}

/// When and with which reward an invoice is paid (D365: paymenttermscode).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum PaymentTerms {
    #[default]
    Net30,
    /// 2 % off when paid within 10 days, else due in 30.
    #[serde(rename = "2_10_net30")]
    TwoTenNet30,
    Net45,
    Net60,
    #[serde(untagged)]
    Newer(NewerWord),
}

impl PaymentTerms {
    /// What is agreed by them.
    ///
    /// # Errors
    /// The word for those of a newer program.
    pub const fn agreed(self) -> Result<Agreed, NewerWord> {
        let (days, text) = match self {
            Self::Net30 => (30, "Due in 30 days."),
            Self::TwoTenNet30 => (30, "2 % discount within 10 days, due in 30 days."),
            Self::Net45 => (45, "Due in 45 days."),
            Self::Net60 => (60, "Due in 60 days."),
            Self::Newer(word) => return Err(word),
        };
        let early = match self {
            Self::TwoTenNet30 => Some((10, Decimal::TWO)),
            _ => None,
        };
        Ok(Agreed { days, early, text })
    }
}

/// What payment terms mean.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Agreed {
    days: u64,
    /// Within how many days how many percent are taken off.
    early: Option<(u64, Decimal)>,
    /// BT-20: in words.
    pub text: &'static str,
}

impl Agreed {
    /// BT-9: the day on which an invoice of that day is due.
    #[must_use]
    pub fn due(&self, issued: NaiveDate) -> NaiveDate {
        issued.checked_add_days(Days::new(self.days)).unwrap_or(issued)
    }

    /// The last day and the percentage of the early discount, where the terms grant one.
    #[must_use]
    pub fn early_discount(&self, issued: NaiveDate) -> Option<(NaiveDate, Decimal)> {
        let (days, percent) = self.early?;
        Some((issued.checked_add_days(Days::new(days))?, percent))
    }
}
