//! The catalog as a decision looks things up in it: indexed once per version, then shared.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;

use crate::asked::{Asked, Named, asked};
use crate::catalog::{Catalog, PriceList, PriceListItem, Product, ProductKind};
use crate::enquiry::Enquiry;
use crate::lead::INTEREST_MAX;
use crate::mention::Mentions;
use crate::reference::{Facts, References, Set};

/// Fewest characters of a SKU or name that is looked for in free text: shorter ones are ordinary
/// words more often than products.
pub const MENTION_CHARS_MIN: usize = 4;

/// The indexed catalog; cheap to clone.
#[derive(Clone, Debug)]
pub struct Shelf(Arc<Index>);

#[derive(Debug)]
struct Index {
    catalog: Arc<Catalog>,
    /// SKU and unambiguous name, both in lower case, to SKU.
    meant: HashMap<String, String>,
    /// Price list and SKU to the places among the items of the list: one for each unit.
    items: HashMap<String, HashMap<String, Places>>,
    mentions: Mentions,
    /// The SKU behind each word of `mentions`.
    mentioned: Vec<String>,
}

/// The places of the items of one product in one list; nearly always one, and then without a list of its own.
#[derive(Debug)]
enum Places {
    One(usize),
    Several(Vec<usize>),
}

impl Places {
    fn and(&mut self, place: usize) {
        match self {
            Self::One(first) => *self = Self::Several(vec![*first, place]),
            Self::Several(places) => places.push(place),
        }
    }

    fn all(&self) -> &[usize] {
        match self {
            Self::One(place) => std::slice::from_ref(place),
            Self::Several(places) => places,
        }
    }
}

impl Facts for Shelf {
    const SETS: &'static [Set] = <Arc<Catalog>>::SETS;

    fn of(known: &References) -> Self {
        Self::new(&Arc::of(known))
    }
}

impl Shelf {
    /// Indexes a catalog.
    #[must_use]
    pub fn new(catalog: &Arc<Catalog>) -> Self {
        let sold = catalog.products.values().filter(|product| product.state.is_sold());
        let mut words: Vec<(&str, &str)> = Vec::new();
        for product in sold.filter(|product| product.kind != ProductKind::Family) {
            words.push((&product.sku, &product.sku));
            words.push((&product.name, &product.sku));
        }
        words.retain(|(word, _)| {
            word.chars().count() >= MENTION_CHARS_MIN && word.chars().any(char::is_alphabetic)
        });
        let items = catalog.price_lists.values();
        let items = items.map(|list| (list.code.clone(), places(list)));
        Self(Arc::new(Index {
            catalog: Arc::clone(catalog),
            meant: meant(catalog),
            items: items.collect(),
            mentions: Mentions::of(words.iter().map(|(word, _)| *word)),
            mentioned: words.iter().map(|(_, sku)| (*sku).to_owned()).collect(),
        }))
    }

    /// The product, sold or not, that is meant by its SKU or its name, in any case. A name that
    /// two products have means none.
    #[must_use]
    pub fn product(&self, meant: &str) -> Option<&Product> {
        let catalog = &self.0.catalog;
        let meant = meant.trim();
        catalog.products.get(meant).or_else(|| {
            let sku = self.0.meant.get(&meant.to_lowercase())?;
            catalog.products.get(sku)
        })
    }

    #[must_use]
    pub fn price_list(&self, code: &str) -> Option<&PriceList> {
        self.0.catalog.price_lists.get(code)
    }

    /// The items of a product in a list of this catalog: one for each unit that has a price there.
    pub fn items<'l>(
        &self,
        list: &'l PriceList,
        sku: &str,
    ) -> impl Iterator<Item = &'l PriceListItem> + use<'l, '_> {
        let places = self.0.items.get(&list.code).and_then(|items| items.get(sku));
        places.map(Places::all).unwrap_or_default().iter().filter_map(|at| list.items.get(*at))
    }

    /// All of it.
    #[must_use]
    pub fn catalog(&self) -> &Catalog {
        &self.0.catalog
    }

    /// The products that topic and message ask for, each once, in their order.
    #[must_use]
    pub fn asked(&self, enquiry: &Enquiry) -> Vec<Asked> {
        let text = [enquiry.topic.as_deref(), enquiry.message.as_deref()];
        let text = text.map(Option::unwrap_or_default).join("\n").to_lowercase();
        let named = self.0.mentions.find(&text).map(|mention| Named {
            sku: &self.0.mentioned[mention.word],
            start: mention.start,
            end: mention.end,
        });
        let mut asked = asked(&text, named);
        asked.truncate(INTEREST_MAX);
        asked
    }
}

fn places(list: &PriceList) -> HashMap<String, Places> {
    let mut places: HashMap<String, Places> = HashMap::with_capacity(list.items.len());
    for (at, item) in list.items.iter().enumerate() {
        match places.get_mut(&item.sku) {
            Some(known) => known.and(at),
            None => drop(places.insert(item.sku.clone(), Places::One(at))),
        }
    }
    places
}

fn meant(catalog: &Catalog) -> HashMap<String, String> {
    let mut names: BTreeMap<String, &str> = BTreeMap::new();
    let mut ambiguous = HashSet::new();
    for product in catalog.products.values() {
        let name = product.name.trim().to_lowercase();
        if names.insert(name.clone(), &product.sku).is_some() {
            ambiguous.insert(name);
        }
    }
    names.retain(|name, _| !ambiguous.contains(name));
    let mut meant: HashMap<_, _> =
        names.into_iter().map(|(name, sku)| (name, sku.to_owned())).collect();
    let skus = catalog.products.keys().map(|sku| (sku.to_lowercase(), sku.clone()));
    meant.extend(skus);
    meant
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use super::*;

    fn product(sku: &str, name: &str, active: bool) -> (String, Product) {
        let state = if active { "active" } else { "retired" };
        let product = serde_json::json!({ "sku": sku, "name": name, "state": state });
        (sku.to_owned(), serde_json::from_value(product).unwrap())
    }

    fn shelf() -> Shelf {
        let mut catalog = Catalog::empty();
        catalog.products.extend([
            product("CM-100", "Barista One", true),
            product("CM-200", "Barista Pro", true),
            product("OLD-1", "Veteran", false),
            product("T-1", "Twin", true),
            product("T-2", "Twin", true),
        ]);
        Shelf::new(&Arc::new(catalog))
    }

    fn mentioned(message: &str) -> Vec<(String, Option<u32>)> {
        let enquiry = Enquiry { message: Some(message.into()), ..Enquiry::default() };
        let found = shelf().asked(&enquiry).into_iter();
        found.map(|i| (i.sku, i.quantity.and_then(|q| q.try_into().ok()))).collect()
    }

    #[test]
    fn f68_a_product_is_meant_by_sku_or_unambiguous_name_in_any_case() {
        let shelf = shelf();
        let sku = |meant| shelf.product(meant).map(|p| p.sku.as_str());
        assert_eq!(sku(" cm-100 "), Some("CM-100"));
        assert_eq!(sku("BARISTA PRO"), Some("CM-200"));
        assert_eq!(sku("twin"), None);
        assert_eq!(sku("nothing"), None);
    }

    #[test]
    fn f68_names_in_a_text_are_found_with_the_number_before_them() {
        assert_eq!(
            mentioned("We need 3 x CM-100 and a barista pro. The CM-100 soon."),
            [("CM-100".into(), Some(3)), ("CM-200".into(), None)]
        );
        assert_eq!(mentioned("1. CM-100"), [("CM-100".into(), None)]);
        assert_eq!(mentioned("EUR 1.500 CM-100"), [("CM-100".into(), None)]);
        assert_eq!(mentioned("our veteran XCM-100"), []);
    }
}
