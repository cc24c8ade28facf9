//! What the events about the catalog make of it.

use crate::catalog::Catalog;
use crate::decide::Needs;
use crate::events::CatalogReplaced;
use crate::replay::{Gap, Past, Replay};

impl Replay for CatalogReplaced {
    fn needs(&self, needs: &mut Needs) {
        needs.catalog = true;
    }

    fn replay(&self, past: &mut Past<'_>) -> Result<(), Gap> {
        let (products, lists) = (self.products.iter(), self.price_lists.iter());
        past.put(Catalog {
            id: self.catalog,
            sequence: past.sequence,
            products: products.map(|product| (product.sku.clone(), product.clone())).collect(),
            price_lists: lists.map(|list| (list.code.clone(), list.clone())).collect(),
        });
        Ok(())
    }
}
