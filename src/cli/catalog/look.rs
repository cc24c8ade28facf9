//! What stands in the catalog, or stood in it on a day.

use std::process::ExitCode;

use anyhow::{Context as _, bail};
use chrono::NaiveDate;
use domain::catalog::{Catalog, Product, Sought};
use domain::list_price::{Listed, listed, sold, unit, valid};
use domain::shelf::Shelf;
use rust_decimal::Decimal;
use serde::Serialize;
use serde_json::{Value, json};

use super::super::Context;
use super::super::output::narrow;
use super::stands::on;

/// Options of `leadmill catalog show`.
#[derive(Clone, Debug, clap::Args)]
pub struct Show {
    /// A SKU, or the unambiguous name of a product
    product: String,
    /// As it was at the end of that day
    #[arg(long, value_name = "DATE")]
    at: Option<NaiveDate>,
}

/// Options of `leadmill catalog price`.
#[derive(Clone, Debug, clap::Args)]
pub struct Price {
    /// A SKU, or the unambiguous name of a product
    product: String,
    /// The code of the price list
    #[arg(long, value_name = "CODE")]
    list: String,
    /// The day that the price is wanted of, by the catalog at its end [default: today]
    #[arg(long, value_name = "DATE")]
    at: Option<NaiveDate>,
    /// How many are bought
    #[arg(long, default_value = "1")]
    quantity: Decimal,
    /// The unit, by code or name [default: that of the product]
    #[arg(long)]
    unit: Option<String>,
}

/// Options of `leadmill catalog related`.
#[derive(Clone, Debug, clap::Args)]
pub struct Related {
    /// SKUs or unambiguous names
    #[arg(required = true)]
    products: Vec<String>,
    /// As it was at the end of that day
    #[arg(long, value_name = "DATE")]
    at: Option<NaiveDate>,
}

/// Options of `leadmill catalog literature`.
#[derive(Clone, Debug, clap::Args)]
pub struct Literature {
    /// What it is about: a SKU or an unambiguous name; repeat it for several
    #[arg(long = "product", value_name = "PRODUCT")]
    products: Vec<String>,
    /// The competitor that it is about; repeat it for several
    #[arg(long = "competitor", value_name = "NAME")]
    competitors: Vec<String>,
    /// The language, as de
    #[arg(long, value_name = "LANGUAGE")]
    language: Option<String>,
    /// What may be shown on that day [default: today]
    #[arg(long, value_name = "DATE")]
    at: Option<NaiveDate>,
}

fn product<'s>(shelf: &'s Shelf, meant: &str) -> anyhow::Result<&'s Product> {
    shelf.product(meant).with_context(|| {
        format!("The catalog has no product with the SKU or the unambiguous name `{meant}`.")
    })
}

impl Show {
    pub(super) async fn run(&self, context: &Context) -> anyhow::Result<ExitCode> {
        let settings = context.settings().await?;
        let (catalog, day) = on(context, &settings, self.at).await?;
        let shelf = Shelf::new(&std::sync::Arc::new(catalog));
        let catalog = shelf.catalog();
        let product = product(&shelf, &self.product)?;
        let prices: Vec<_> = catalog
            .price_lists
            .values()
            .flat_map(|list| shelf.items(list, &product.sku).map(move |item| (list, item)))
            .map(|(list, item)| {
                let unit = item.unit_of(product);
                let price = listed(&shelf, list, product, (unit, Decimal::ONE));
                json!({
                    "price_list": list.code,
                    "unit": unit,
                    "currency": list.currency,
                    "unit_price": price.as_ref().ok().map(|it| it.unit_price.to_string()),
                    "why_not": price.as_ref().err().map(ToString::to_string),
                    "valid": list.active && list.is_valid_on(day),
                    "item": item,
                })
            })
            .collect();
        let data = json!({
            "at": day,
            "product": product,
            "revision": catalog.revisions.get(&product.sku),
            "families": catalog.families_of(product).iter().map(|it| &it.sku).collect::<Vec<_>>(),
            "properties": catalog.properties_of(product),
            "related": relations(catalog, &product.sku),
            "prices": prices,
        });
        context
            .output
            .print(&data, |data| serde_json::to_string_pretty(data).unwrap_or_default())?;
        Ok(ExitCode::SUCCESS)
    }
}

/// A price, as it is told.
#[derive(Serialize)]
struct Told {
    at: NaiveDate,
    sku: String,
    currency: String,
    quantity: Decimal,
    unit: String,
    unit_price: Decimal,
    volume_discount: Decimal,
    trace: domain::document::PriceTrace,
}

impl Price {
    pub(super) async fn run(&self, context: &Context) -> anyhow::Result<ExitCode> {
        let settings = context.settings().await?;
        let (catalog, at) = on(context, &settings, self.at).await?;
        let shelf = Shelf::new(&std::sync::Arc::new(catalog));
        let product = sold(&shelf, &self.product)?;
        let list = valid(&shelf, &self.list, at)?;
        let unit = unit(&shelf, product, self.unit.as_deref())?;
        let quantity = product.quantity_control.check(self.quantity, product.decimals())?;
        if quantity <= Decimal::ZERO {
            bail!("The quantity {quantity} is not sold; write one above 0.");
        }
        let Listed { unit, unit_price, volume_discount, trace } =
            listed(&shelf, list, product, (unit, quantity))?;
        let (sku, currency) = (product.sku.clone(), list.currency.to_string());
        let told = Told { at, sku, currency, quantity, unit, unit_price, volume_discount, trace };
        context.output.print(&told, |told| {
            let off = if told.volume_discount.is_zero() {
                String::new()
            } else {
                format!(", less {} by volume", told.volume_discount)
            };
            format!(
                "{} of {} on {}: {} {} each ({}){off}.",
                told.quantity, told.sku, told.at, told.currency, told.unit_price, told.unit
            )
        })?;
        Ok(ExitCode::SUCCESS)
    }
}

fn relations(catalog: &Catalog, sku: &str) -> Vec<Value> {
    let related = catalog.related_to(sku).into_iter();
    related.map(|(kind, it)| json!({ "kind": kind, "sku": it.sku, "name": it.name })).collect()
}

impl Related {
    pub(super) async fn run(&self, context: &Context) -> anyhow::Result<ExitCode> {
        let settings = context.settings().await?;
        let (catalog, _) = on(context, &settings, self.at).await?;
        let shelf = Shelf::new(&std::sync::Arc::new(catalog));
        let mut all = Vec::new();
        for meant in &self.products {
            let sku = &product(&shelf, meant)?.sku;
            all.extend(relations(shelf.catalog(), sku).into_iter().map(|mut it| {
                it["of"] = json!(sku);
                it
            }));
        }
        context.output.print(&all, |all| rows(all, &["Of", "Kind", "Sku", "Name"]))?;
        Ok(ExitCode::SUCCESS)
    }
}

impl Literature {
    pub(super) async fn run(&self, context: &Context) -> anyhow::Result<ExitCode> {
        if self.products.is_empty() && self.competitors.is_empty() {
            bail!("Say what it is to be about: `--product` or `--competitor`.");
        }
        let settings = context.settings().await?;
        let (catalog, day) = on(context, &settings, self.at).await?;
        let shelf = Shelf::new(&std::sync::Arc::new(catalog));
        let mut products: Vec<&str> = Vec::new();
        for meant in &self.products {
            let product = product(&shelf, meant)?;
            products.push(&product.sku);
            products.extend(shelf.catalog().families_of(product).iter().map(|it| &*it.sku));
        }
        let competitors = self.competitors.iter().map(String::as_str).collect();
        let language = self.language.as_deref();
        let found =
            shelf.catalog().literature_for(&Sought { products, competitors, language, on: day });
        let found: Vec<_> = found.into_iter().map(|item| json!(item)).collect();
        let heads = ["Code", "Kind", "Language", "Title", "Location"];
        context.output.print(&found, |found| rows(found, &heads))?;
        Ok(ExitCode::SUCCESS)
    }
}

/// The fields under these heads.
fn rows(all: &[Value], heads: &[&str]) -> String {
    if all.is_empty() {
        return "There is none.".to_owned();
    }
    let cell =
        |of: &Value, head: &str| of[head.to_lowercase()].as_str().unwrap_or_default().to_owned();
    narrow(heads, all.iter().map(|of| heads.iter().map(|head| cell(of, head)).collect()), &[])
}
