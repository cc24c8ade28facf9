//! The samples of the domain under new ids, and a catalog.

use domain::catalog::{Catalog, PriceList, PriceListItem, Product};
use domain::catalog_file::CatalogFile;
use domain::customer::{Account, Contact};
use domain::day::Day;
use domain::ids::Id;
use domain::input::Input;
use domain::invoice::{Invoice, Payment};
use domain::lead::Lead;
use domain::opportunity::Opportunity;
use domain::order::Order;
use domain::pricing::{Band, Bands, DiscountKind, PriceRule, PricingMethod};
use domain::quote::{Quote, QuoteState};
use domain::samples::{self, euro};
use domain::totals::UnitRounding;
use rust_decimal_macros::dec;
use uuid::Uuid;

pub(super) use domain::samples::{at, day, series_key, shipped};

/// A new id, later than all before.
pub(super) fn id<I: Id>() -> I {
    Uuid::now_v7().into()
}

pub(super) fn input() -> Input {
    samples::input(id())
}

pub(super) fn lead() -> Lead {
    samples::lead(id())
}

pub(super) fn account() -> Account {
    samples::account(id())
}

pub(super) fn contact() -> Contact {
    samples::contact(id())
}

pub(super) fn quote(state: QuoteState) -> Quote {
    samples::quote(id(), state)
}

pub(super) fn opportunity() -> Opportunity {
    samples::opportunity(id())
}

pub(super) fn order() -> Order {
    samples::order(id())
}

pub(super) fn invoice(counter: i64) -> Invoice {
    samples::invoice(id(), counter)
}

pub(super) fn payment(reference: &str) -> Payment {
    samples::payment(id(), reference)
}

pub(super) fn catalog(skus: &[&str]) -> Catalog {
    let product = |sku: &str| {
        let product = serde_json::json!({
            "sku": sku, "name": format!("Product {sku}"), "quantity_control": "whole",
            "list_price": "99.95", "current_cost": "40", "state": "under_revision",
            "unit_group": "count", "quantity_decimals": 2, "description": "Two\nlines",
            "parent": "MILLS", "kind": "bundle",
            "properties": [{ "name": "Colour", "kind": "option_set", "options": ["red"] }],
            "parts": [{ "sku": "PUMP", "quantity": "1.5", "required": false }],
            "related": [{ "sku": "HOSE", "kind": "accessory", "both_ways": true }],
        });
        serde_json::from_value::<Product>(product).expect("a product")
    };
    let band = Band { low: dec!(10), high: dec!(99), value: dec!(5) };
    let item = |sku: &str| PriceListItem {
        sku: sku.into(),
        unit: "DZN".parse().ok(),
        price: PriceRule::new(PricingMethod::PercentOfList(dec!(97.5))),
        bands: Bands::new(DiscountKind::Percentage, vec![band]).ok(),
        discount_list: "many".parse().ok(),
    };
    let list = PriceList {
        code: "standard-eur".into(),
        name: "Standard".into(),
        currency: euro(),
        active: true,
        valid_from: Day::read("2026-01-01").ok(),
        valid_to: Day::read("2026-12-31").ok(),
        territory: "North".parse().ok(),
        customer_group: "Trade".parse().ok(),
        unit_rounding: UnitRounding::UnitFirst,
        items: skus.iter().map(|sku| item(sku)).collect(),
    };
    let parts = serde_json::json!({
        "unit_groups": [{ "code": "count", "name": "Pieces", "base_unit": "C62",
                          "units": [{ "unit": "DZN", "base_units": "12" }] }],
        "discount_lists": [{ "code": "many", "name": "Many", "bands": { "kind": "amount",
                             "bands": [{ "low": "1", "high": "9", "value": "1" }] } }],
        "literature": [{ "code": "sheet", "title": "Pumps", "kind": "manual", "products": ["PUMP"] }],
    });
    let parts: CatalogFile = serde_json::from_value(parts).expect("parts of a catalog");
    let parts = parts.wanted(&Catalog::empty()).expect("sound parts");
    Catalog {
        sequence: 1,
        products: skus.iter().map(|sku| ((*sku).to_owned(), product(sku))).collect(),
        revisions: skus.iter().take(1).map(|sku| ((*sku).to_owned(), product(sku))).collect(),
        price_lists: [(list.code.clone(), list)].into(),
        ..parts
    }
}
