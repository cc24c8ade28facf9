//! The columns that the lines of all documents share.

/// A table of lines: the columns that the lines of all documents share, then its own.
macro_rules! line_part {
    ([$($head:tt)*] $line:expr, { $($own:tt)* }) => {
        leadmill_table::part! { $($head)* {
            id: uuid = domain::ids::Id::uuid($line.id);
            kind: text = $crate::store::column::word($line.kind);
            parent: uuid? = $line.parent.map(domain::ids::Id::uuid);
            sku: text? = $line.sku.as_deref();
            name: text = $line.name.as_str();
            description: text? = $line.description.as_deref();
            unit: text = $line.unit.as_str();
            quantity: numeric = $line.quantity;
            unit_price: numeric = $line.unit_price;
            volume_discount: numeric = $line.volume_discount;
            manual_discount: numeric = $line.manual_discount;
            properties: jsonb<Vec<domain::property_value::PropertyValue>>? = $crate::store::column::filled(&$line.properties).map(::sqlx::types::Json);
            tax_category: text = $crate::store::column::word($line.tax.category);
            tax_rate: numeric = $line.tax.rate;
            net_amount: numeric = $line.net_amount;
            price_override: jsonb<domain::document::PriceOverride>? = $line.price_override.as_ref().map(::sqlx::types::Json);
            price_trace: jsonb<domain::document::PriceTrace>? = $line.price_trace.as_ref().map(::sqlx::types::Json);
            $($own)*
        }}
    };
}
pub(crate) use line_part;

/// The [`Line`](domain::document::Line) in a row that has the shared columns, with the decimals of its
/// currency again; a `Result`.
macro_rules! line_of {
    ($row:ident, $currency:expr) => {{
        use $crate::store::column::{amount, meant, plain};
        let amount = |value| amount(value, $currency);
        let words = (meant("kind", &$row.kind), meant("tax_category", &$row.tax_category));
        words.0.and_then(|kind| Ok((kind, words.1?))).map(|(kind, category)| {
            domain::document::Line {
                id: $row.id.into(),
                kind,
                parent: $row.parent.map(Into::into),
                sku: $row.sku,
                name: $row.name,
                description: $row.description,
                unit: $row.unit,
                quantity: plain($row.quantity),
                unit_price: amount($row.unit_price),
                volume_discount: amount($row.volume_discount),
                manual_discount: amount($row.manual_discount),
                properties: $row.properties.map(|json| json.0).unwrap_or_default(),
                tax: domain::totals::Tax { category, rate: plain($row.tax_rate) },
                net_amount: amount($row.net_amount),
                price_override: $row.price_override.map(|json| json.0),
                price_trace: $row.price_trace.map(|json| json.0),
            }
        })
    }};
}
pub(crate) use line_of;
