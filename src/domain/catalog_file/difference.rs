//! How two catalogs differ, thing by thing and field by field.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;
use serde_json::Value;

use crate::catalog::{Catalog, PriceList};

/// One thing that is in one catalog otherwise than in the other.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Difference {
    /// What it is: `product`, `price list`, `item of price list`…
    pub what: &'static str,
    /// Its key: a SKU, a code, or those of list and item.
    pub key: String,
    #[serde(flatten)]
    pub how: How,
}

/// How it is otherwise.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "how", rename_all = "snake_case")]
pub enum How {
    New,
    Gone,
    Changed {
        /// The fields that differ, each as it is and as it would be, in JSON.
        fields: BTreeMap<String, (Option<Value>, Option<Value>)>,
    },
}

/// Every difference, in the order of a catalog's parts and of keys.
#[must_use]
pub fn differences(now: &Catalog, then: &Catalog) -> Vec<Difference> {
    let mut all = Vec::new();
    compare("unit group", &now.unit_groups, &then.unit_groups, &mut all);
    compare("product", &now.products, &then.products, &mut all);
    compare("revision of product", &now.revisions, &then.revisions, &mut all);
    compare("discount list", &now.discount_lists, &then.discount_lists, &mut all);
    let headers = |lists: &BTreeMap<String, PriceList>| -> BTreeMap<String, PriceList> {
        let bare = |list: &PriceList| PriceList { items: Vec::new(), ..list.clone() };
        lists.iter().map(|(code, list)| (code.clone(), bare(list))).collect()
    };
    compare("price list", &headers(&now.price_lists), &headers(&then.price_lists), &mut all);
    compare("price", &items(now), &items(then), &mut all);
    compare("literature", &now.literature, &then.literature, &mut all);
    compare("exchange rate", &now.exchange_rates, &then.exchange_rates, &mut all);
    all
}

/// The items of all price lists, by list, SKU and unit.
fn items(catalog: &Catalog) -> BTreeMap<String, &crate::catalog::PriceListItem> {
    let lists = catalog.price_lists.values();
    let items = lists.flat_map(|list| {
        list.items.iter().map(move |item| {
            let unit = item.unit.as_deref().map(|unit| format!(" in {unit}"));
            (format!("{} {}{}", list.code, item.sku, unit.unwrap_or_default()), item)
        })
    });
    items.collect()
}

fn compare<T: PartialEq + Serialize>(
    what: &'static str,
    now: &BTreeMap<String, T>,
    then: &BTreeMap<String, T>,
    all: &mut Vec<Difference>,
) {
    let keys: BTreeSet<&String> = now.keys().chain(then.keys()).collect();
    for key in keys {
        let how = match (now.get(key), then.get(key)) {
            (None, _) => How::New,
            (_, None) => How::Gone,
            (Some(was), Some(is)) if was == is => continue,
            (Some(was), Some(is)) => How::Changed { fields: fields(was, is) },
        };
        all.push(Difference { what, key: key.clone(), how });
    }
}

fn fields<T: Serialize>(was: &T, is: &T) -> BTreeMap<String, (Option<Value>, Option<Value>)> {
    let object = |of: &T| match serde_json::to_value(of) {
        Ok(Value::Object(fields)) => fields,
        _ => serde_json::Map::new(),
    };
    let (was, is) = (object(was), object(is));
    let names: BTreeSet<&String> = was.keys().chain(is.keys()).collect();
    let differ = names.into_iter().filter(|name| was.get(*name) != is.get(*name));
    let pair = |name: &String| (was.get(name).cloned(), is.get(name).cloned());
    differ.map(|name| (name.clone(), pair(name))).collect()
}

impl std::fmt::Display for Difference {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { what, key, how } = self;
        match how {
            How::New => write!(out, "+ {what} {key}"),
            How::Gone => write!(out, "- {what} {key}"),
            How::Changed { fields } => {
                write!(out, "~ {what} {key}:")?;
                for (place, (name, (was, is))) in fields.iter().enumerate() {
                    let comma = if place == 0 { "" } else { "," };
                    write!(out, "{comma} {name} {} → {}", shown(was.as_ref()), shown(is.as_ref()))?;
                }
                Ok(())
            }
        }
    }
}

fn shown(value: Option<&Value>) -> String {
    match value {
        None => "–".to_owned(),
        Some(Value::String(text)) => text.clone(),
        Some(other) => other.to_string(),
    }
}
