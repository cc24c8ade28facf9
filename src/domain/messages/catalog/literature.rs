//! Messages about literature.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::catalog::{Catalog, Changes, LITERATURE_MAX, Literature, the_catalog};
use crate::ids::CatalogId;
use crate::text::Code;

/// Define literature: each item takes the place of the one with its code, all others stay.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct LiteratureDefine {
    #[serde(default = "the_catalog")]
    pub catalog: CatalogId,
    /// Each whole.
    #[schemars(length(max = LITERATURE_MAX))]
    pub literature: Vec<Literature>,
}

/// Literature is from now on as told.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct LiteratureDefined {
    pub catalog: CatalogId,
    /// Each whole, by code.
    pub literature: Vec<Literature>,
}

/// Delete literature.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct LiteratureDelete {
    #[serde(default = "the_catalog")]
    pub catalog: CatalogId,
    #[schemars(length(max = LITERATURE_MAX))]
    pub codes: Vec<Code>,
}

/// Literature is gone.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct LiteratureDeleted {
    pub catalog: CatalogId,
    pub codes: Vec<Code>,
}

impl Changes for LiteratureDefined {
    fn change(&self, catalog: &mut Catalog) {
        let told = self.literature.iter().map(|it| (it.code.clone(), it.clone()));
        catalog.literature.extend(told);
    }
}

impl Changes for LiteratureDeleted {
    fn change(&self, catalog: &mut Catalog) {
        self.codes.iter().for_each(|code| drop(catalog.literature.remove(&**code)));
    }
}
