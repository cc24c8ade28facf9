//! Messages about products, families and bundles.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::catalog::{Catalog, Changes, PRODUCTS_MAX, Product, the_catalog};
use crate::ids::CatalogId;
use crate::text::Code;

/// Define products, families and bundles: each takes the place of the one with its SKU, all others stay.
///
/// Each says the state that it is to be in. `draft`: it is written, and not sold yet. `active`: it is sold so from
/// now on, be it new, a draft, revised or retired before. `under_revision`: an active one goes on being sold as it
/// was, and becomes this once it is published. `retired`: it is no longer sold.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ProductDefine {
    #[serde(default = "the_catalog")]
    pub catalog: CatalogId,
    /// Each whole.
    #[schemars(length(max = PRODUCTS_MAX))]
    pub products: Vec<Product>,
}

/// Products are from now on as told.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ProductDefined {
    pub catalog: CatalogId,
    /// Each whole, by SKU.
    pub products: Vec<Product>,
    /// What those of them become that are under revision, once they are published.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub revisions: Vec<Product>,
}

/// Publish drafts and revisions: from now on they are sold as they were written.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ProductPublish {
    #[serde(default = "the_catalog")]
    pub catalog: CatalogId,
    #[schemars(length(max = PRODUCTS_MAX))]
    pub skus: Vec<Code>,
}

/// Drafts and revisions were published: they are sold as told.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ProductPublished {
    pub catalog: CatalogId,
    /// Each whole, by SKU.
    pub products: Vec<Product>,
}

/// Begin to revise active products: they go on being sold as they are, until the revision is published or reverted.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ProductRevise {
    #[serde(default = "the_catalog")]
    pub catalog: CatalogId,
    #[schemars(length(max = PRODUCTS_MAX))]
    pub skus: Vec<Code>,
}

/// Active products are under revision.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ProductRevised {
    pub catalog: CatalogId,
    /// Each whole, by SKU.
    pub products: Vec<Product>,
    /// What they become once they are published.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub revisions: Vec<Product>,
}

/// Give revisions up: the products stay as they are sold.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ProductRevert {
    #[serde(default = "the_catalog")]
    pub catalog: CatalogId,
    #[schemars(length(max = PRODUCTS_MAX))]
    pub skus: Vec<Code>,
}

/// Revisions were given up: the products are sold as they were.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ProductReverted {
    pub catalog: CatalogId,
    /// Each whole, by SKU.
    pub products: Vec<Product>,
}

/// Retire active products: they are no longer put on new lines. Documents keep what they copied.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ProductRetire {
    #[serde(default = "the_catalog")]
    pub catalog: CatalogId,
    #[schemars(length(max = PRODUCTS_MAX))]
    pub skus: Vec<Code>,
}

/// Products are no longer sold.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ProductRetired {
    pub catalog: CatalogId,
    /// Each whole, by SKU.
    pub products: Vec<Product>,
}

/// Sell retired products again, as they were.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ProductActivate {
    #[serde(default = "the_catalog")]
    pub catalog: CatalogId,
    #[schemars(length(max = PRODUCTS_MAX))]
    pub skus: Vec<Code>,
}

/// Retired products are sold again.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ProductActivated {
    pub catalog: CatalogId,
    /// Each whole, by SKU.
    pub products: Vec<Product>,
}

/// Delete drafts. What was sold once is retired and stays.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ProductDelete {
    #[serde(default = "the_catalog")]
    pub catalog: CatalogId,
    #[schemars(length(max = PRODUCTS_MAX))]
    pub skus: Vec<Code>,
}

/// Drafts are gone.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ProductDeleted {
    pub catalog: CatalogId,
    pub skus: Vec<Code>,
}

/// Puts products into the catalog, with those revisions and no others.
fn told(catalog: &mut Catalog, products: &[Product], revisions: &[Product]) {
    for product in products {
        catalog.revisions.remove(&product.sku);
        catalog.products.insert(product.sku.clone(), product.clone());
    }
    let revisions = revisions.iter().map(|it| (it.sku.clone(), it.clone()));
    catalog.revisions.extend(revisions);
}

macro_rules! told {
    ($($Event:ident $($revisions:ident)?;)*) => {$(
        impl Changes for $Event {
            fn change(&self, catalog: &mut Catalog) {
                told(catalog, &self.products, told!(@of self $($revisions)?));
            }
        }
    )*};
    (@of $self:ident) => { &[] };
    (@of $self:ident revisions) => { &$self.revisions };
}
told! {
    ProductDefined revisions;
    ProductPublished;
    ProductRevised revisions;
    ProductReverted;
    ProductRetired;
    ProductActivated;
}

impl Changes for ProductDeleted {
    fn change(&self, catalog: &mut Catalog) {
        self.skus.iter().for_each(|sku| drop(catalog.products.remove(&**sku)));
    }
}
