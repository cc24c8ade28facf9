//! A catalog as CSV: one row per product and price list.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use domain::catalog::{Catalog, PriceList, PriceListItem, Product};
use domain::commands::CatalogReplace;
use domain::money::Currency;
use domain::pricing::{PriceRule, PricingMethod, QuantityControl};
use rust_decimal::Decimal;
use serde::Deserialize;

/// Problems that are listed before the rest is only counted.
const PROBLEMS_MAX: usize = 50;

/// One row as it stands there; everything is text, so that each problem can be named.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Row {
    sku: String,
    name: String,
    unit: String,
    tax_class: String,
    quantity_control: String,
    list_price: String,
    standard_cost: String,
    current_cost: String,
    active: String,
    price: String,
    currency: String,
    price_list: String,
}

/// Reads a catalog.
///
/// # Errors
/// Every problem, as finished sentences that name the line.
pub(super) fn read(text: &str) -> Result<CatalogReplace, Vec<String>> {
    let first = text.lines().next().unwrap_or_default();
    let count = |c| first.matches(c).count();
    let delimiter = if count(';') > count(',') { b';' } else { b',' };
    let mut reader = csv::ReaderBuilder::new()
        .delimiter(delimiter)
        .trim(csv::Trim::All)
        .from_reader(text.as_bytes());
    let mut reading = Reading::default();
    let rows: Vec<_> = reader.deserialize::<Row>().collect();
    // The header is the first line.
    for (place, row) in (2_u64..).zip(rows) {
        let line = |at: Option<&csv::Position>| at.map_or(place, csv::Position::line);
        match row {
            Ok(row) => reading.row(place, row),
            Err(error) => {
                let at = line(error.position());
                reading.problems.push(format!("Row {at}: {error}."));
                if matches!(error.kind(), csv::ErrorKind::Deserialize { .. }) {
                    // An unknown column is a problem of every row; once is enough.
                    break;
                }
            }
        }
    }
    reading.finish()
}

#[derive(Default)]
struct Reading {
    products: BTreeMap<String, Product>,
    lists: BTreeMap<String, PriceList>,
    problems: Vec<String>,
}

impl Reading {
    fn row(&mut self, place: u64, row: Row) {
        let product = self.product(place, &row);
        match self.products.entry(row.sku.clone()) {
            Entry::Vacant(free) => {
                free.insert(product);
            }
            Entry::Occupied(known) if *known.get() == product => {}
            Entry::Occupied(known) => {
                let sku = known.key();
                self.problems.push(format!(
                    "Row {place} describes the product `{sku}` differently from a row above; make \
                     both alike in all but price, currency and price_list."
                ));
            }
        }
        if row.price.is_empty() {
            if !row.currency.is_empty() || !row.price_list.is_empty() {
                self.problems.push(format!("Row {place} names a price list but no price."));
            }
            return;
        }
        let price = self.decimal(place, "price", &row.price);
        let currency = match row.currency.parse::<Currency>() {
            Ok(currency) => currency,
            Err(error) => {
                self.problems.push(format!("Row {place}: the currency: {error}"));
                return;
            }
        };
        if let Some(price) = price {
            self.price(place, row, currency, price);
        }
    }

    fn product(&mut self, place: u64, row: &Row) -> Product {
        for (column, value) in [("sku", &row.sku), ("name", &row.name)] {
            if value.is_empty() {
                self.problems.push(format!("Row {place} has no {column}."));
            }
        }
        let or = |value: &str, default: &str| {
            if value.is_empty() { default.to_owned() } else { value.to_owned() }
        };
        let word = serde_json::Value::from(row.quantity_control.as_str());
        let quantity_control = match serde_json::from_value(word) {
            Ok(control) => control,
            Err(_) if row.quantity_control.is_empty() => QuantityControl::default(),
            Err(_) => {
                self.problems.push(format!(
                    "Row {place}: `{}` is no quantity_control; write no_control, whole or \
                     whole_and_fractional.",
                    row.quantity_control
                ));
                QuantityControl::default()
            }
        };
        let active = match row.active.to_lowercase().as_str() {
            "" | "yes" | "true" | "1" => true,
            "no" | "false" | "0" => false,
            other => {
                self.problems.push(format!("Row {place}: active is `{other}`; write yes or no."));
                true
            }
        };
        Product {
            sku: row.sku.clone(),
            name: row.name.clone(),
            unit: or(&row.unit, "C62"),
            tax_class: or(&row.tax_class, "standard"),
            quantity_control,
            list_price: self.decimal(place, "list_price", &row.list_price),
            standard_cost: self.decimal(place, "standard_cost", &row.standard_cost),
            current_cost: self.decimal(place, "current_cost", &row.current_cost),
            active,
        }
    }

    fn price(&mut self, place: u64, row: Row, currency: Currency, price: Decimal) {
        let code = if row.price_list.is_empty() {
            format!("standard-{}", row.currency.to_lowercase())
        } else {
            row.price_list
        };
        let list = self.lists.entry(code.clone()).or_insert_with(|| PriceList {
            name: code.clone(),
            code: code.clone(),
            currency,
            active: true,
            items: Vec::new(),
        });
        if list.currency != currency {
            self.problems.push(format!(
                "Row {place} gives the price list `{code}` the currency {currency}, a row above {}; \
                 a price list has one currency.",
                list.currency
            ));
        } else if list.item(&row.sku).is_some() {
            let sku = &row.sku;
            self.problems.push(format!(
                "Row {place} prices the product `{sku}` in the price list `{code}` a second time."
            ));
        } else {
            let price = PriceRule::new(PricingMethod::CurrencyAmount(price));
            list.items.push(PriceListItem { sku: row.sku, price, bands: None });
        }
    }

    fn decimal(&mut self, place: u64, column: &str, value: &str) -> Option<Decimal> {
        if value.is_empty() {
            return None;
        }
        let read = Decimal::from_str_exact(value);
        if read.is_err() {
            let problem =
                format!("Row {place}: the {column} `{value}` is no decimal; write 1234.50.");
            self.problems.push(problem);
        }
        read.ok()
    }

    fn finish(mut self) -> Result<CatalogReplace, Vec<String>> {
        if self.problems.len() > PROBLEMS_MAX {
            let more = self.problems.len() - PROBLEMS_MAX;
            self.problems.truncate(PROBLEMS_MAX);
            self.problems.push(format!("And {more} more."));
        }
        if !self.problems.is_empty() {
            return Err(self.problems);
        }
        Ok(CatalogReplace {
            catalog: Catalog::empty().id,
            products: self.products.into_values().collect(),
            price_lists: self.lists.into_values().collect(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_product_may_stand_in_several_price_lists() {
        let read = read(
            "sku;name;list_price;price;currency;price_list\n\
             A-1;\"Mill; small\";12.50;12.50;EUR;\nA-1;\"Mill; small\";12.50;14.00;USD;export\n\
             B-2;Spare;3;;;\n",
        );
        let catalog = read.expect("a sound catalog");
        assert_eq!((catalog.products.len(), catalog.price_lists.len()), (2, 2));
        assert_eq!(catalog.products[0].name, "Mill; small");
        let codes: Vec<_> = catalog.price_lists.iter().map(|list| list.code.as_str()).collect();
        assert_eq!(codes, ["export", "standard-eur"]);
        assert_eq!(catalog.price_lists[1].items.len(), 1);
    }

    #[test]
    fn every_problem_is_named_with_its_row() {
        let problems = read(
            "sku,name,list_price,quantity_control,active,price,currency,price_list\n\
             ,Mill,,,,,,\nA,Mill,1x,half,maybe,1,EUR,l\nA,Mall,,,,1,USD,l\nB,,,,,,EUR,\n\
             C,Cup,,,,1,Euro,\nD,Dish,,,,1,EUR,l\nD,Dish,,,,1,EUR,l\n",
        );
        let problems = problems.expect_err("not sound").join("\n");
        for part in [
            "Row 2 has no sku.",
            "Row 3: the list_price `1x`",
            "Row 3: `half` is no quantity_control",
            "Row 3: active is `maybe`",
            "Row 4 describes the product `A` differently",
            "Row 4 gives the price list `l` the currency USD",
            "Row 5 has no name.",
            "Row 5 names a price list but no price.",
            "Row 6: the currency",
            "Row 8 prices the product `D` in the price list `l` a second time.",
        ] {
            assert!(problems.contains(part), "{part} is not in:\n{problems}");
        }
    }

    #[test]
    fn an_unknown_column_is_refused_and_named() {
        let problems = read("sku,name,colour\nA,Mill,red\nB,Bar,blue\n").expect_err("unknown");
        assert_eq!(problems.len(), 1, "{problems:?}");
        assert!(problems[0].contains("colour"), "{problems:?}");
    }
}
