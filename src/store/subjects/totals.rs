//! The columns that the totals of quote, order and invoice share.

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

/// The totals in a row that has the shared columns, with the decimals of their currency again.
macro_rules! totals_of {
    ($row:ident, $currency:expr) => {{
        let amount = |value| $crate::store::column::amount(value, $currency);
        domain::totals::Totals {
            detail_amount: amount($row.detail_amount),
            line_discount: amount($row.line_discount),
            discount_amount: amount($row.discount_amount),
            amount_less_freight: amount($row.amount_less_freight),
            freight_amount: amount($row.freight_amount),
            tax_amount: amount($row.tax_amount),
            total_amount: amount($row.total_amount),
            breakdown: $row.tax_breakdown.0,
        }
    }};
}
pub(crate) use totals_of;
