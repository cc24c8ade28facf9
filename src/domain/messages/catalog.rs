//! Messages about the catalog: products, price lists, and what these rest on. Each carries a list, which is taken
//! as a whole or refused with all its problems.

mod discount_list;
mod exchange_rate;
mod literature;
mod price_list;
mod product;
mod unit_group;

pub use discount_list::{
    DiscountListDefine, DiscountListDefined, DiscountListDelete, DiscountListDeleted,
};
pub use exchange_rate::{ExchangeRateChanged, ExchangeRateSet};
pub use literature::{LiteratureDefine, LiteratureDefined, LiteratureDelete, LiteratureDeleted};
pub use price_list::{PriceListDefine, PriceListDefined, PriceListDelete, PriceListDeleted};
pub use product::{
    ProductActivate, ProductActivated, ProductDefine, ProductDefined, ProductDelete,
    ProductDeleted, ProductPublish, ProductPublished, ProductRetire, ProductRetired, ProductRevert,
    ProductReverted, ProductRevise, ProductRevised,
};
pub use unit_group::{UnitGroupDefine, UnitGroupDefined, UnitGroupDelete, UnitGroupDeleted};

crate::messages! { Catalog:
    events {
        UnitGroupDefined = "unit_group.defined.v1" by catalog;
        UnitGroupDeleted = "unit_group.deleted.v1" by catalog;
        ProductDefined = "product.defined.v1" by catalog;
        ProductPublished = "product.published.v1" by catalog;
        ProductRevised = "product.revised.v1" by catalog;
        ProductReverted = "product.reverted.v1" by catalog;
        ProductRetired = "product.retired.v1" by catalog;
        ProductActivated = "product.activated.v1" by catalog;
        ProductDeleted = "product.deleted.v1" by catalog;
        DiscountListDefined = "discount_list.defined.v1" by catalog;
        DiscountListDeleted = "discount_list.deleted.v1" by catalog;
        PriceListDefined = "price_list.defined.v1" by catalog;
        PriceListDeleted = "price_list.deleted.v1" by catalog;
        LiteratureDefined = "literature.defined.v1" by catalog;
        LiteratureDeleted = "literature.deleted.v1" by catalog;
        ExchangeRateChanged = "exchange_rate.changed.v1" by catalog;
    }
    commands {
        UnitGroupDefine = "unit_group.define.v1" by catalog needs EditCatalog;
        UnitGroupDelete = "unit_group.delete.v1" by catalog needs EditCatalog;
        ProductDefine = "product.define.v1" by catalog needs EditCatalog;
        ProductPublish = "product.publish.v1" by catalog needs EditCatalog;
        ProductRevise = "product.revise.v1" by catalog needs EditCatalog;
        ProductRevert = "product.revert.v1" by catalog needs EditCatalog;
        ProductRetire = "product.retire.v1" by catalog needs EditCatalog;
        ProductActivate = "product.activate.v1" by catalog needs EditCatalog;
        ProductDelete = "product.delete.v1" by catalog needs EditCatalog;
        DiscountListDefine = "discount_list.define.v1" by catalog needs EditCatalog;
        DiscountListDelete = "discount_list.delete.v1" by catalog needs EditCatalog;
        PriceListDefine = "price_list.define.v1" by catalog needs EditCatalog;
        PriceListDelete = "price_list.delete.v1" by catalog needs EditCatalog;
        LiteratureDefine = "literature.define.v1" by catalog needs EditCatalog;
        LiteratureDelete = "literature.delete.v1" by catalog needs EditCatalog;
        ExchangeRateSet = "exchange_rate.set.v1" by catalog needs EditCatalog;
    }
}
