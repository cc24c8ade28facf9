//! Messages about the catalog.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::catalog::{PriceList, Product};
use crate::ids::CatalogId;

crate::messages! { Catalog:
    events {
        CatalogReplaced = "catalog.replaced.v1" by catalog;
    }
    commands {
        CatalogReplace = "catalog.replace.v1" by catalog needs ReplaceCatalog;
    }
}

/// The catalog was replaced as a whole: this is what is sold from now on.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct CatalogReplaced {
    pub catalog: CatalogId,
    /// Active or not, by SKU.
    pub products: Vec<Product>,
    /// By code.
    pub price_lists: Vec<PriceList>,
}

/// Replace the catalog as a whole: what is not named is gone from new documents.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct CatalogReplace {
    #[serde(default = "the_catalog")]
    pub catalog: CatalogId,
    pub products: Vec<Product>,
    pub price_lists: Vec<PriceList>,
}

fn the_catalog() -> CatalogId {
    crate::catalog::Catalog::empty().id
}
