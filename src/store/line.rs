//! The columns that the lines of all documents share.

use domain::document::Line;
use domain::money::Currency;
use domain::totals::Tax;
use rust_decimal::Decimal;
use uuid::Uuid;

use crate::store::column::{amount, meant, plain, word};

/// Lines by column, as bulk statements take them.
#[derive(Default)]
pub(crate) struct LineColumns<'l> {
    pub(crate) owners: Vec<Uuid>,
    pub(crate) positions: Vec<i32>,
    pub(crate) ids: Vec<Uuid>,
    pub(crate) skus: Vec<&'l str>,
    pub(crate) names: Vec<&'l str>,
    pub(crate) units: Vec<&'l str>,
    pub(crate) quantities: Vec<Decimal>,
    pub(crate) unit_prices: Vec<Decimal>,
    pub(crate) volume_discounts: Vec<Decimal>,
    pub(crate) manual_discounts: Vec<Decimal>,
    pub(crate) tax_categories: Vec<String>,
    pub(crate) tax_rates: Vec<Decimal>,
    pub(crate) net_amounts: Vec<Decimal>,
}

impl<'l> LineColumns<'l> {
    pub(crate) fn push(&mut self, owner: Uuid, position: i32, line: &'l Line) {
        self.owners.push(owner);
        self.positions.push(position);
        self.ids.push(line.id.0);
        self.skus.push(&line.sku);
        self.names.push(&line.name);
        self.units.push(&line.unit);
        self.quantities.push(line.quantity);
        self.unit_prices.push(line.unit_price);
        self.volume_discounts.push(line.volume_discount);
        self.manual_discounts.push(line.manual_discount);
        self.tax_categories.push(word(line.tax.category));
        self.tax_rates.push(line.tax.rate);
        self.net_amounts.push(line.net_amount);
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.owners.is_empty()
    }
}

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
