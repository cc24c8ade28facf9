//! The columns that the lines of all documents share.

use domain::document::Line;
use domain::money::Currency;
use domain::totals::Tax;
use rust_decimal::Decimal;
use uuid::Uuid;

use crate::store::column::{amount, meant, plain};

/// The shared columns of one row.
pub(crate) struct LineRow {
    pub(crate) id: Uuid,
    pub(crate) sku: String,
    pub(crate) name: String,
    pub(crate) unit: String,
    pub(crate) quantity: Decimal,
    pub(crate) unit_price: Decimal,
    pub(crate) volume_discount: Decimal,
    pub(crate) manual_discount: Decimal,
    pub(crate) tax_category: String,
    pub(crate) tax_rate: Decimal,
    pub(crate) net_amount: Decimal,
}

impl LineRow {
    pub(crate) fn line(self, currency: Currency) -> Result<Line, sqlx::Error> {
        let category = meant("tax_category", &self.tax_category)?;
        Ok(Line {
            id: self.id.into(),
            sku: self.sku,
            name: self.name,
            unit: self.unit,
            quantity: plain(self.quantity),
            unit_price: amount(self.unit_price, currency),
            volume_discount: amount(self.volume_discount, currency),
            manual_discount: amount(self.manual_discount, currency),
            tax: Tax { category, rate: plain(self.tax_rate) },
            net_amount: amount(self.net_amount, currency),
        })
    }
}

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

/// The [`Line`] in a row that has the shared columns under their own names.
macro_rules! line_of {
    ($row:ident, $currency:expr) => {
        $crate::store::line::LineRow {
            id: $row.id,
            sku: $row.sku,
            name: $row.name,
            unit: $row.unit,
            quantity: $row.quantity,
            unit_price: $row.unit_price,
            volume_discount: $row.volume_discount,
            manual_discount: $row.manual_discount,
            tax_category: $row.tax_category,
            tax_rate: $row.tax_rate,
            net_amount: $row.net_amount,
        }
        .line($currency)
    };
}
pub(crate) use line_of;
