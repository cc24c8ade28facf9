//! Messages about price lists.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::catalog::{Catalog, Changes, PRICE_LISTS_MAX, PriceList, the_catalog};
use crate::ids::CatalogId;
use crate::text::Code;

/// Define price lists: each takes the place of the one with its code, all others stay.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct PriceListDefine {
    #[serde(default = "the_catalog")]
    pub catalog: CatalogId,
    /// Each whole.
    #[schemars(length(max = PRICE_LISTS_MAX))]
    pub price_lists: Vec<PriceList>,
}

/// Price lists are from now on as told.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct PriceListDefined {
    pub catalog: CatalogId,
    /// Each whole, by code.
    pub price_lists: Vec<PriceList>,
}

/// Delete price lists.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct PriceListDelete {
    #[serde(default = "the_catalog")]
    pub catalog: CatalogId,
    #[schemars(length(max = PRICE_LISTS_MAX))]
    pub codes: Vec<Code>,
}

/// Price lists are gone; documents keep what they copied.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct PriceListDeleted {
    pub catalog: CatalogId,
    pub codes: Vec<Code>,
}

impl Changes for PriceListDefined {
    fn change(&self, catalog: &mut Catalog) {
        let told = self.price_lists.iter().map(|it| (it.code.clone(), it.clone()));
        catalog.price_lists.extend(told);
    }
}

impl Changes for PriceListDeleted {
    fn change(&self, catalog: &mut Catalog) {
        self.codes.iter().for_each(|code| drop(catalog.price_lists.remove(&**code)));
    }
}
