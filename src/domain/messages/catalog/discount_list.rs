//! Messages about discount lists.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::catalog::{Catalog, Changes, DISCOUNT_LISTS_MAX, DiscountList, the_catalog};
use crate::ids::CatalogId;
use crate::text::Code;

/// Define discount lists: each takes the place of the one with its code, all others stay.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct DiscountListDefine {
    #[serde(default = "the_catalog")]
    pub catalog: CatalogId,
    /// Each whole.
    #[schemars(length(max = DISCOUNT_LISTS_MAX))]
    pub discount_lists: Vec<DiscountList>,
}

/// Discount lists are from now on as told.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct DiscountListDefined {
    pub catalog: CatalogId,
    /// Each whole, by code.
    pub discount_lists: Vec<DiscountList>,
}

/// Delete discount lists that no price list names.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct DiscountListDelete {
    #[serde(default = "the_catalog")]
    pub catalog: CatalogId,
    #[schemars(length(max = DISCOUNT_LISTS_MAX))]
    pub codes: Vec<Code>,
}

/// Discount lists are gone; documents keep what they copied.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct DiscountListDeleted {
    pub catalog: CatalogId,
    pub codes: Vec<Code>,
}

impl Changes for DiscountListDefined {
    fn change(&self, catalog: &mut Catalog) {
        let told = self.discount_lists.iter().map(|it| (it.code.clone(), it.clone()));
        catalog.discount_lists.extend(told);
    }
}

impl Changes for DiscountListDeleted {
    fn change(&self, catalog: &mut Catalog) {
        self.codes.iter().for_each(|code| drop(catalog.discount_lists.remove(&**code)));
    }
}
