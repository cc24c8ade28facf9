//! The columns that the totals of quote, order and invoice share.

use domain::money::Currency;
use domain::totals::Totals;

use crate::store::column::amount;

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

/// A table with totals: its own columns, then those of the totals, all in that role.
macro_rules! with_totals {
    ($role:ident $totals:expr; [$($head:tt)*] { $($own:tt)* }) => {
        leadmill_table::table! { $($head)* {
            $($own)*
            $role detail_amount: numeric = $totals.detail_amount;
            $role line_discount: numeric = $totals.line_discount;
            $role discount_amount: numeric = $totals.discount_amount;
            $role amount_less_freight: numeric = $totals.amount_less_freight;
            $role freight_amount: numeric = $totals.freight_amount;
            $role tax_amount: numeric = $totals.tax_amount;
            $role total_amount: numeric = $totals.total_amount;
            $role tax_breakdown: jsonb<Vec<domain::totals::TaxPart>> = ::sqlx::types::Json(&$totals.breakdown);
        }}
    };
}
pub(crate) use with_totals;

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
