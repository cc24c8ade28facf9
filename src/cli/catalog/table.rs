//! A catalog as CSV: one row per product and price. What has no column stays as the catalog has it.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use domain::catalog::{Catalog, PriceList, PriceListItem, Product, ProductKind, ProductState};
use domain::catalog_file::CatalogFile;
use domain::money::Currency;
use domain::pricing::{PriceRule, PricingMethod, QuantityControl};
use domain::text::Code;
use rust_decimal::Decimal;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::json;

/// Problems that are listed before the rest is only counted.
const PROBLEMS_MAX: usize = 50;

/// One row as it stands there; everything is text, so that each problem can be named.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default)]
struct Row {
    sku: String,
    name: String,
    state: String,
    kind: String,
    parent: String,
    unit: String,
    unit_group: String,
    tax_class: String,
    quantity_control: String,
    list_price: String,
    standard_cost: String,
    current_cost: String,
    method: String,
    price: String,
    price_unit: String,
    currency: String,
    price_list: String,
}

/// Reads a catalog, on top of the one that stands.
///
/// # Errors
/// Every problem, as finished sentences that name the line.
pub(super) fn read(text: &str, now: &Catalog) -> Result<CatalogFile, Vec<String>> {
    let first = text.lines().next().unwrap_or_default();
    let count = |c| first.matches(c).count();
    let delimiter = if count(';') > count(',') { b';' } else { b',' };
    let mut reader = csv::ReaderBuilder::new()
        .delimiter(delimiter)
        .trim(csv::Trim::All)
        .from_reader(text.as_bytes());
    let mut reading =
        Reading { now, products: BTreeMap::new(), lists: BTreeMap::new(), problems: Vec::new() };
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

struct Reading<'n> {
    now: &'n Catalog,
    products: BTreeMap<String, Product>,
    lists: BTreeMap<String, PriceList>,
    problems: Vec<String>,
}

impl Reading<'_> {
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
                     both alike in all but method, price, price_unit, currency and price_list."
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
        let quantity_control = self.word::<QuantityControl>(
            place,
            ("quantity_control", &row.quantity_control),
            "no_control, whole or whole_and_fractional",
        );
        let state =
            self.word::<ProductState>(place, ("state", &row.state), "draft, active or retired");
        let kind =
            self.word::<ProductKind>(place, ("kind", &row.kind), "product, family or bundle");
        let known = self.now.products.get(&row.sku);
        Product {
            sku: row.sku.clone(),
            name: row.name.clone(),
            kind,
            parent: self.code(place, "parent", &row.parent),
            description: known.and_then(|it| it.description.clone()),
            unit: or(&row.unit, "C62"),
            unit_group: self.code(place, "unit_group", &row.unit_group),
            tax_class: or(&row.tax_class, "standard"),
            quantity_control,
            quantity_decimals: known.and_then(|it| it.quantity_decimals),
            list_price: self.decimal(place, "list_price", &row.list_price),
            standard_cost: self.decimal(place, "standard_cost", &row.standard_cost),
            current_cost: self.decimal(place, "current_cost", &row.current_cost),
            properties: known.map(|it| it.properties.clone()).unwrap_or_default(),
            parts: known.map(|it| it.parts.clone()).unwrap_or_default(),
            related: known.map(|it| it.related.clone()).unwrap_or_default(),
            state,
        }
    }

    fn price(&mut self, place: u64, row: Row, currency: Currency, amount: Decimal) {
        let code = if row.price_list.is_empty() {
            format!("standard-{}", row.currency.to_lowercase())
        } else {
            row.price_list.clone()
        };
        let method = if row.method.is_empty() { "currency_amount" } else { &row.method };
        let method = json!({ method: amount.to_string() });
        let Ok(method) = serde_json::from_value::<PricingMethod>(method) else {
            self.problems.push(format!(
                "Row {place}: `{}` is no method with the price {amount}; write currency_amount, \
                 percent_of_list, percent_markup_current_cost or another of the six.",
                row.method
            ));
            return;
        };
        let unit = self.code(place, "price_unit", &row.price_unit);
        let known = self.now.price_lists.get(&code);
        let list = self.lists.entry(code.clone()).or_insert_with(|| match known {
            Some(known) => PriceList { items: Vec::new(), currency, ..known.clone() },
            None => PriceList {
                name: code.clone(),
                code: code.clone(),
                currency,
                active: true,
                valid_from: None,
                valid_to: None,
                territory: None,
                customer_group: None,
                unit_rounding: domain::totals::UnitRounding::LineLast,
                items: Vec::new(),
            },
        });
        if list.currency != currency {
            self.problems.push(format!(
                "Row {place} gives the price list `{code}` the currency {currency}, a row above {}; \
                 a price list has one currency.",
                list.currency
            ));
        } else if list.items.iter().any(|item| item.sku == row.sku && item.unit == unit) {
            let sku = &row.sku;
            self.problems.push(format!(
                "Row {place} prices the product `{sku}` in the price list `{code}` a second time."
            ));
        } else {
            let same = |item: &&PriceListItem| item.sku == row.sku && item.unit == unit;
            let known = known.and_then(|list| list.items.iter().find(same));
            let price = match known {
                Some(known) if known.price.method.code() == method.code() => {
                    PriceRule { method, ..known.price }
                }
                _ => PriceRule::new(method),
            };
            let bands = known.and_then(|item| item.bands.clone());
            let discount_list = known.and_then(|item| item.discount_list.clone());
            list.items.push(PriceListItem { sku: row.sku, unit, price, bands, discount_list });
        }
    }

    fn word<T: DeserializeOwned + Default>(
        &mut self,
        place: u64,
        (column, value): (&str, &str),
        words: &str,
    ) -> T {
        if value.is_empty() {
            return T::default();
        }
        serde_json::from_value(json!(value)).unwrap_or_else(|_| {
            self.problems.push(format!("Row {place}: `{value}` is no {column}; write {words}."));
            T::default()
        })
    }

    fn code(&mut self, place: u64, column: &str, value: &str) -> Option<Code> {
        if value.is_empty() {
            return None;
        }
        let read = value.parse::<Code>();
        if let Err(error) = &read {
            self.problems.push(format!("Row {place}: the {column} {error}."));
        }
        read.ok()
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

    fn finish(mut self) -> Result<CatalogFile, Vec<String>> {
        if self.problems.len() > PROBLEMS_MAX {
            let more = self.problems.len() - PROBLEMS_MAX;
            self.problems.truncate(PROBLEMS_MAX);
            self.problems.push(format!("And {more} more."));
        }
        if !self.problems.is_empty() {
            return Err(self.problems);
        }
        let revised = |sku: &String| {
            self.products.get(sku).is_some_and(|it| it.state == ProductState::UnderRevision)
        };
        let kept = CatalogFile::from(self.now);
        let revisions = kept.revisions.into_iter().filter(|it| revised(&it.sku)).collect();
        Ok(CatalogFile {
            products: self.products.into_values().collect(),
            revisions,
            price_lists: self.lists.into_values().collect(),
            ..kept
        })
    }
}

/// Writes what fits into rows.
///
/// # Errors
/// Where it cannot be written.
pub(super) fn written(catalog: &Catalog) -> anyhow::Result<String> {
    let mut prices: BTreeMap<&str, Vec<Row>> = BTreeMap::new();
    for list in catalog.price_lists.values() {
        for item in &list.items {
            prices.entry(&item.sku).or_default().push(priced(list, item)?);
        }
    }
    let mut writer = csv::Writer::from_writer(Vec::new());
    for product in catalog.products.values() {
        let row = described(product);
        let priced = prices.remove(&*product.sku).unwrap_or_else(|| vec![Row::default()]);
        for price in priced {
            writer.serialize(Row {
                method: price.method,
                price: price.price,
                price_unit: price.price_unit,
                currency: price.currency,
                price_list: price.price_list,
                ..row.clone()
            })?;
        }
    }
    Ok(String::from_utf8(writer.into_inner()?)?)
}

fn described(product: &Product) -> Row {
    let text = |code: &Option<Code>| code.as_deref().unwrap_or_default().to_owned();
    let amount = |amount: Option<Decimal>| amount.map(|it| it.to_string()).unwrap_or_default();
    let word = |word: serde_json::Result<serde_json::Value>| {
        word.ok().and_then(|word| word.as_str().map(str::to_owned)).unwrap_or_default()
    };
    Row {
        sku: product.sku.clone(),
        name: product.name.clone(),
        state: word(serde_json::to_value(product.state)),
        kind: word(serde_json::to_value(product.kind)),
        parent: text(&product.parent),
        unit: product.unit.clone(),
        unit_group: text(&product.unit_group),
        tax_class: product.tax_class.clone(),
        quantity_control: word(serde_json::to_value(product.quantity_control)),
        list_price: amount(product.list_price),
        standard_cost: amount(product.standard_cost),
        current_cost: amount(product.current_cost),
        ..Row::default()
    }
}

fn priced(list: &PriceList, item: &PriceListItem) -> serde_json::Result<Row> {
    let method = serde_json::to_value(item.price.method)?;
    let method = method.as_object().and_then(|fields| fields.iter().next());
    let (method, price) = method.map(|(name, value)| (name.clone(), value)).unzip();
    let price = price.and_then(|price| price.as_str()).unwrap_or_default();
    Ok(Row {
        method: method.unwrap_or_default(),
        price: price.to_owned(),
        price_unit: item.unit.as_deref().unwrap_or_default().to_owned(),
        currency: list.currency.to_string(),
        price_list: list.code.clone(),
        ..Row::default()
    })
}

#[cfg(test)]
mod tests;
