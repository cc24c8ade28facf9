//! Messages about unit groups.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::catalog::{Catalog, Changes, UNIT_GROUPS_MAX, UnitGroup, the_catalog};
use crate::ids::CatalogId;
use crate::text::Code;

/// Define unit groups: each takes the place of the one with its code, all others stay.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct UnitGroupDefine {
    #[serde(default = "the_catalog")]
    pub catalog: CatalogId,
    /// Each whole.
    #[schemars(length(max = UNIT_GROUPS_MAX))]
    pub unit_groups: Vec<UnitGroup>,
}

/// Unit groups are from now on as told.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct UnitGroupDefined {
    pub catalog: CatalogId,
    /// Each whole, by code.
    pub unit_groups: Vec<UnitGroup>,
}

/// Delete unit groups that no product is sold in.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct UnitGroupDelete {
    #[serde(default = "the_catalog")]
    pub catalog: CatalogId,
    #[schemars(length(max = UNIT_GROUPS_MAX))]
    pub codes: Vec<Code>,
}

/// Unit groups are gone; documents keep what they copied.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct UnitGroupDeleted {
    pub catalog: CatalogId,
    pub codes: Vec<Code>,
}

impl Changes for UnitGroupDefined {
    fn change(&self, catalog: &mut Catalog) {
        let told = self.unit_groups.iter().map(|it| (it.code.clone(), it.clone()));
        catalog.unit_groups.extend(told);
    }
}

impl Changes for UnitGroupDeleted {
    fn change(&self, catalog: &mut Catalog) {
        self.codes.iter().for_each(|code| drop(catalog.unit_groups.remove(&**code)));
    }
}
