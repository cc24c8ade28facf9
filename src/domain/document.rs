//! What quote, order and invoice share: lines, terms and totals. Each document owns its copies.

use chrono::{Days, NaiveDate};
use rust_decimal::Decimal;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::ids::LineId;
use crate::money::Currency;
use crate::newer::NewerWord;
use crate::totals::{Header, LineAmounts, Tax, TaxMode, Totals, TotalsError, totals};

/// Most lines of one document.
pub const LINES_MAX: usize = 200;

/// One line of a document: what, how many, at which price and tax.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Line {
    pub id: LineId,
    /// BT-155.
    pub sku: String,
    /// BT-153.
    pub name: String,
    /// BT-130: UN/ECE Recommendation 20 code, as `C62` for a piece.
    pub unit: String,
    /// BT-129.
    #[serde(with = "crate::money::AsText")]
    pub quantity: Decimal,
    /// The list's price of one unit, before discounts.
    #[serde(with = "crate::money::AsText")]
    pub unit_price: Decimal,
    /// What the volume takes off one unit (D365: volumediscountamount).
    #[serde(with = "crate::money::AsText")]
    pub volume_discount: Decimal,
    /// What the seller took off the whole line (D365: manualdiscountamount).
    #[serde(with = "crate::money::AsText")]
    pub manual_discount: Decimal,
    pub tax: Tax,
    /// BT-131: (unit price − volume discount) × quantity − manual discount, without tax.
    #[serde(with = "crate::money::AsText")]
    pub net_amount: Decimal,
}

impl Line {
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

/// Computes the net amount of every line and the totals of the document.
///
/// # Errors
/// [`TotalsError`] where an amount leaves the range of `numeric(20,6)`.
pub fn compute(
    lines: &mut [Line],
    header: &Header,
    mode: TaxMode,
    currency: Currency,
) -> Result<Totals, TotalsError> {
    let amounts: Vec<_> = lines.iter().map(Line::amounts).collect();
    let (results, totals) = totals(&amounts, header, mode, currency)?;
    for (line, result) in lines.iter_mut().zip(results) {
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
