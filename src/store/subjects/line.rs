//! The columns that the lines of all documents share.

/// A table of lines: the columns that the lines of all documents share, then its own.
macro_rules! line_part {
    ([$($head:tt)*] $line:expr, { $($own:tt)* }) => {
        leadmill_table::part! { $($head)* {
            id: uuid = domain::ids::Id::uuid($line.id);
            sku: text = $line.sku.as_str();
            name: text = $line.name.as_str();
            unit: text = $line.unit.as_str();
            quantity: numeric = $line.quantity;
            unit_price: numeric = $line.unit_price;
            volume_discount: numeric = $line.volume_discount;
            manual_discount: numeric = $line.manual_discount;
            tax_category: text = $crate::store::column::word($line.tax.category);
            tax_rate: numeric = $line.tax.rate;
            net_amount: numeric = $line.net_amount;
            $($own)*
        }}
    };
}
pub(crate) use line_part;

/// The [`Line`](domain::document::Line) in a row that has the shared columns, with the decimals of its
/// currency again; a `Result`.
macro_rules! line_of {
    ($row:ident, $currency:expr) => {{
        let amount = |value| $crate::store::column::amount(value, $currency);
        $crate::store::column::meant("tax_category", &$row.tax_category).map(|category| {
            domain::document::Line {
                id: $row.id.into(),
                sku: $row.sku,
                name: $row.name,
                unit: $row.unit,
                quantity: $crate::store::column::plain($row.quantity),
                unit_price: amount($row.unit_price),
                volume_discount: amount($row.volume_discount),
                manual_discount: amount($row.manual_discount),
                tax: domain::totals::Tax {
                    category,
                    rate: $crate::store::column::plain($row.tax_rate),
                },
                net_amount: amount($row.net_amount),
            }
        })
    }};
}
pub(crate) use line_of;
