//! The catalog: what is sold, in which units, at which prices; reference data that messages change list by list.

use std::collections::{BTreeMap, BTreeSet};

use uuid::Uuid;

use crate::exchange_rate::ExchangeRate;
use crate::ids::CatalogId;

mod literature;
mod price_list;
mod product;
mod property;
mod unit;

pub use literature::{LITERATURE_MAX, Literature, LiteratureKind, Sought};
pub use price_list::{DISCOUNT_LISTS_MAX, DiscountList, ITEMS_MAX, PriceList, PriceListItem};
pub use product::{
    PARTS_MAX, PROPERTIES_MAX, Part, Product, ProductAction, ProductKind, ProductState, Property,
    PropertyKind, RELATED_MAX, Related, RelatedKind,
};
pub use property::Unfit;
pub use unit::{UNIT_GROUPS_MAX, UNITS_MAX, Unit, UnitGroup};

/// Most products of the catalog, families and bundles among them.
pub const PRODUCTS_MAX: usize = 50_000;
/// Most price lists of the catalog.
pub const PRICE_LISTS_MAX: usize = 500;
/// Most families above one another.
const FAMILIES_DEEP_MAX: usize = 100;

/// All that is sold, and at which prices.
#[derive(Clone, Debug, PartialEq)]
pub struct Catalog {
    pub id: CatalogId,
    /// Counts its changes; also the version by which workers see that it changed.
    pub sequence: i64,
    /// By code.
    pub unit_groups: BTreeMap<String, UnitGroup>,
    /// By SKU, as they are sold.
    pub products: BTreeMap<String, Product>,
    /// What products under revision become once they are published, by SKU.
    pub revisions: BTreeMap<String, Product>,
    /// By code.
    pub discount_lists: BTreeMap<String, DiscountList>,
    /// By code.
    pub price_lists: BTreeMap<String, PriceList>,
    /// By code.
    pub literature: BTreeMap<String, Literature>,
    /// By currency and day ([`ExchangeRate::key`]).
    pub exchange_rates: BTreeMap<String, ExchangeRate>,
}

/// The id of the one catalog.
#[must_use]
pub fn the_catalog() -> CatalogId {
    CatalogId(Uuid::from_u128(0x0000_0000_0000_7000_8000_0000_0000_0001))
}

/// What an event makes of the catalog: told again, the log makes the catalog of any day.
pub trait Changes {
    fn change(&self, catalog: &mut Catalog);
}

impl Catalog {
    /// The catalog before its first change. There is one, so its id is fixed.
    #[must_use]
    pub fn empty() -> Self {
        Self {
            id: the_catalog(),
            sequence: 0,
            unit_groups: BTreeMap::new(),
            products: BTreeMap::new(),
            revisions: BTreeMap::new(),
            discount_lists: BTreeMap::new(),
            price_lists: BTreeMap::new(),
            literature: BTreeMap::new(),
            exchange_rates: BTreeMap::new(),
        }
    }

    /// Does it hold the same, whatever its version?
    #[must_use]
    pub fn holds_as(&self, other: &Self) -> bool {
        self.unit_groups == other.unit_groups
            && self.products == other.products
            && self.revisions == other.revisions
            && self.discount_lists == other.discount_lists
            && self.price_lists == other.price_lists
            && self.literature == other.literature
            && self.exchange_rates == other.exchange_rates
    }

    /// The group whose units a product is sold in; none where it has but its own unit.
    #[must_use]
    pub fn units_of(&self, product: &Product) -> Option<&UnitGroup> {
        self.unit_groups.get(product.unit_group.as_deref()?)
    }

    /// The families that a product lies in, the nearest first. It ends where one is met again.
    #[must_use]
    pub fn families_of(&self, product: &Product) -> Vec<&Product> {
        let mut families: Vec<&Product> = Vec::new();
        let mut next = product.parent.as_deref();
        while let Some(family) = next.and_then(|sku| self.products.get(sku)) {
            let met = families.iter().any(|known| known.sku == family.sku);
            if met || families.len() == FAMILIES_DEEP_MAX {
                break;
            }
            families.push(family);
            next = family.parent.as_deref();
        }
        families
    }

    /// The properties of a product: those of its families, from the outermost on, each as the nearest that
    /// names it says, then its own.
    #[must_use]
    pub fn properties_of(&self, product: &Product) -> Vec<Property> {
        let mut all: Vec<Property> = Vec::new();
        let families = self.families_of(product);
        for holder in families.into_iter().rev().chain([product]) {
            for property in &holder.properties {
                match all.iter_mut().find(|known| known.name == property.name) {
                    Some(known) => known.clone_from(property),
                    None => all.push(property.clone()),
                }
            }
        }
        all
    }

    /// What is proposed beside a product: its own relations, and those of others that go both ways; only what is
    /// sold, each once.
    #[must_use]
    pub fn related_to(&self, sku: &str) -> Vec<(RelatedKind, &Product)> {
        let own = self.products.get(sku).into_iter().flat_map(|product| &product.related);
        let own = own.map(|related| (related.kind, &*related.sku));
        let back = self.products.values().flat_map(|product| {
            let here = product.related.iter().filter(|it| it.both_ways && *it.sku == *sku);
            here.map(|related| (related.kind, &*product.sku))
        });
        let mut seen = BTreeSet::new();
        let all = own.chain(back).filter(|pair| seen.insert(*pair)).collect::<Vec<_>>();
        let sold = all.into_iter().filter_map(|(kind, sku)| Some((kind, self.products.get(sku)?)));
        sold.filter(|(_, product)| product.state.is_sold()).collect()
    }

    /// The literature that helps to sell: about one of the products or competitors, in that language, not
    /// expired on that day; what is about more of them comes first.
    #[must_use]
    pub fn literature_for(&self, sought: &Sought<'_>) -> Vec<&Literature> {
        let mut found: Vec<_> = self.literature.values().collect();
        found.retain(|item| item.fits(sought));
        found.sort_by_key(|item| std::cmp::Reverse(item.hits(sought)));
        found
    }
}
