//! What the events about the catalog make of it.

use serde::Deserialize;

use crate::catalog::{Catalog, Changes, PriceList, Product, ProductState};
use crate::decide::Needs;
use crate::events::{
    DiscountListDefined, DiscountListDeleted, ExchangeRateChanged, LiteratureDefined,
    LiteratureDeleted, PriceListDefined, PriceListDeleted, ProductActivated, ProductDefined,
    ProductDeleted, ProductPublished, ProductRetired, ProductReverted, ProductRevised,
    UnitGroupDefined, UnitGroupDeleted,
};
use crate::ids::CatalogId;
use crate::replay::{Gap, Past, ReadEvent, Replay, read};

macro_rules! replays {
    ($($Event:ident),* $(,)?) => {$(
        impl Replay for $Event {
            fn needs(&self, needs: &mut Needs) {
                needs.catalog = true;
            }

            fn replay(&self, past: &mut Past<'_>) -> Result<(), Gap> {
                let mut catalog = past.catalog();
                self.change(&mut catalog);
                past.put(Catalog { sequence: past.sequence, ..catalog });
                Ok(())
            }
        }
    )*};
}
replays!(
    UnitGroupDefined,
    UnitGroupDeleted,
    ProductDefined,
    ProductPublished,
    ProductRevised,
    ProductReverted,
    ProductRetired,
    ProductActivated,
    ProductDeleted,
    DiscountListDefined,
    DiscountListDeleted,
    PriceListDefined,
    PriceListDeleted,
    LiteratureDefined,
    LiteratureDeleted,
    ExchangeRateChanged,
);

/// Types of events that are said no more, and still stand in logs.
pub(super) const FORMER: &[(&str, ReadEvent)] = &[("catalog.replaced.v1", read::<CatalogReplaced>)];

/// The catalog was replaced as a whole, as that was told before products had a life cycle.
#[derive(Deserialize)]
struct CatalogReplaced {
    catalog: CatalogId,
    products: Vec<FormerProduct>,
    price_lists: Vec<PriceList>,
}

#[derive(Deserialize)]
struct FormerProduct {
    active: bool,
    #[serde(flatten)]
    product: Product,
}

impl Replay for CatalogReplaced {
    fn needs(&self, needs: &mut Needs) {
        needs.catalog = true;
    }

    fn replay(&self, past: &mut Past<'_>) -> Result<(), Gap> {
        let products = self.products.iter().map(|former| {
            let state = if former.active { ProductState::Active } else { ProductState::Retired };
            let product = Product { state, ..former.product.clone() };
            (product.sku.clone(), product)
        });
        let lists = self.price_lists.iter();
        past.put(Catalog {
            id: self.catalog,
            sequence: past.sequence,
            products: products.collect(),
            price_lists: lists.map(|list| (list.code.clone(), list.clone())).collect(),
            ..Catalog::empty()
        });
        Ok(())
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use super::*;
    use crate::history::Told;
    use crate::world::World;

    #[test]
    fn f118_a_catalog_of_an_older_log_is_told_again() {
        let data = r#"{
            "catalog": "00000000-0000-7000-8000-000000000001",
            "products": [
                { "sku": "A", "name": "Alpha", "unit": "C62", "tax_class": "standard",
                  "quantity_control": "whole", "list_price": "85.00", "active": true },
                { "sku": "B", "name": "Beta", "unit": "C62", "tax_class": "standard",
                  "quantity_control": "no_control", "active": false }
            ],
            "price_lists": [
                { "code": "eur", "name": "Euro", "currency": "EUR", "active": true, "items": [
                    { "sku": "A", "price": { "method": { "currency_amount": "85.00" },
                      "rounding": "none", "price_digits": 2 }, "bands": { "kind": "percentage",
                      "bands": [{ "low": "1", "high": "9", "value": "1" }, { "low": "20", "high": "29", "value": "2" }] } }
                ] }
            ]
        }"#;
        let told = Told::read("catalog.replaced.v1", data).unwrap().unwrap();
        let mut world = World { discovering: true, ..World::default() };
        told.replay(&mut world, chrono::DateTime::UNIX_EPOCH, 7).unwrap();
        let catalog = world.catalog().unwrap();
        let states: Vec<_> = catalog.products.values().map(|product| product.state).collect();
        assert_eq!(states, [ProductState::Active, ProductState::Retired]);
        assert_eq!((catalog.sequence, catalog.price_lists["eur"].items.len()), (7, 1));
    }
}
