//! The samples of the domain under new ids, and a catalog.

use domain::catalog::{Catalog, PriceList, PriceListItem, Product};
use domain::customer::{Account, Contact};
use domain::ids::Id;
use domain::input::Input;
use domain::invoice::{Invoice, Payment};
use domain::lead::Lead;
use domain::opportunity::Opportunity;
use domain::order::Order;
use domain::pricing::{Band, Bands, DiscountKind, PriceRule, PricingMethod, QuantityControl};
use domain::quote::{Quote, QuoteState};
use domain::samples::{self, euro};
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
    let product = |sku: &str| Product {
        sku: sku.into(),
        name: format!("Product {sku}"),
        unit: "C62".into(),
        tax_class: "standard".into(),
        quantity_control: QuantityControl::Whole,
        list_price: Some(dec!(99.95)),
        standard_cost: None,
        current_cost: Some(dec!(40)),
        active: true,
    };
    let band = Band { low: dec!(10), high: dec!(99), value: dec!(5) };
    let item = |sku: &str| PriceListItem {
        sku: sku.into(),
        price: PriceRule::new(PricingMethod::PercentOfList(dec!(97.5))),
        bands: Bands::new(DiscountKind::Percentage, vec![band]).ok(),
    };
    let list = PriceList {
        code: "standard-eur".into(),
        name: "Standard".into(),
        currency: euro(),
        active: true,
        items: skus.iter().map(|sku| item(sku)).collect(),
    };
    Catalog {
        sequence: 1,
        products: skus.iter().map(|sku| ((*sku).to_owned(), product(sku))).collect(),
        price_lists: [(list.code.clone(), list)].into(),
        ..Catalog::empty()
    }
}
