//! The columns that the totals of quote, order and invoice share.

use domain::money::Currency;
use domain::totals::{TaxPart, Totals};
use rust_decimal::Decimal;
use sqlx::types::Json;

use crate::store::column::amount;

/// Totals by column, as bulk statements take them.
#[derive(Default)]
pub(crate) struct TotalsColumns<'t> {
    pub(crate) detail_amounts: Vec<Decimal>,
    pub(crate) line_discounts: Vec<Decimal>,
    pub(crate) discount_amounts: Vec<Decimal>,
    pub(crate) amounts_less_freight: Vec<Decimal>,
    pub(crate) freight_amounts: Vec<Decimal>,
    pub(crate) tax_amounts: Vec<Decimal>,
    pub(crate) total_amounts: Vec<Decimal>,
    pub(crate) tax_breakdowns: Vec<Json<&'t Vec<TaxPart>>>,
}

impl<'t> TotalsColumns<'t> {
    pub(crate) fn push(&mut self, totals: &'t Totals) {
        self.detail_amounts.push(totals.detail_amount);
        self.line_discounts.push(totals.line_discount);
        self.discount_amounts.push(totals.discount_amount);
        self.amounts_less_freight.push(totals.amount_less_freight);
        self.freight_amounts.push(totals.freight_amount);
        self.tax_amounts.push(totals.tax_amount);
        self.total_amounts.push(totals.total_amount);
        self.tax_breakdowns.push(Json(&totals.breakdown));
    }
}

/// Totals as stored, with the decimals of their currency again.
pub(crate) fn restored(totals: Totals, currency: Currency) -> Totals {
    Totals {
        detail_amount: amount(totals.detail_amount, currency),
        line_discount: amount(totals.line_discount, currency),
        discount_amount: amount(totals.discount_amount, currency),
        amount_less_freight: amount(totals.amount_less_freight, currency),
        freight_amount: amount(totals.freight_amount, currency),
        tax_amount: amount(totals.tax_amount, currency),
        total_amount: amount(totals.total_amount, currency),
        breakdown: totals.breakdown,
    }
}

/// The [`Totals`] in a row that has the shared columns.
macro_rules! totals_of {
    ($row:ident, $currency:expr) => {
        $crate::store::totals::restored(
            domain::totals::Totals {
                detail_amount: $row.detail_amount,
                line_discount: $row.line_discount,
                discount_amount: $row.discount_amount,
                amount_less_freight: $row.amount_less_freight,
                freight_amount: $row.freight_amount,
                tax_amount: $row.tax_amount,
                total_amount: $row.total_amount,
                breakdown: $row.tax_breakdown.0,
            },
            $currency,
        )
    };
}
pub(crate) use totals_of;
