use rust_decimal_macros::dec;

use super::*;
use crate::catalog::{RelatedKind, Sought};

fn file(json: serde_json::Value) -> CatalogFile {
    serde_json::from_value(json).unwrap()
}

fn mills() -> CatalogFile {
    file(serde_json::json!({
        "products": [
            { "sku": "FAM", "name": "Mills", "kind": "family", "properties": [
                { "name": "Colour", "kind": "text", "required": true }, { "name": "Watt", "kind": "whole_number" } ] },
            { "sku": "SUB", "name": "Small mills", "kind": "family", "parent": "FAM", "properties": [
                { "name": "Colour", "kind": "text", "hidden": true } ] },
            { "sku": "M-1", "name": "Mill", "parent": "SUB", "list_price": "10", "properties": [
                { "name": "Size", "kind": "text" } ],
              "related": [{ "sku": "M-2", "kind": "up_sell", "both_ways": true },
                          { "sku": "M-3", "kind": "accessory" }, { "sku": "M-4", "kind": "substitute" }] },
            { "sku": "M-2", "name": "Large mill" },
            { "sku": "M-3", "name": "Brush" },
            { "sku": "M-4", "name": "Old mill", "state": "retired" },
        ],
        "price_lists": [{ "code": "eur", "name": "Euro", "currency": "EUR", "items": [
            { "sku": "M-1", "price": { "method": { "currency_amount": "12" } } } ] }],
        "literature": [
            { "code": "card", "title": "Against Rival", "kind": "battle_card", "competitors": ["Rival"], "products": ["M-1"] },
            { "code": "de", "title": "Mühlen", "kind": "product_sheet", "products": ["FAM"], "language": "de-AT" },
            { "code": "old", "title": "Old", "kind": "news", "products": ["M-1"], "expires": "2026-02-28" },
        ],
    }))
}

fn stands() -> Catalog {
    mills().wanted(&Catalog::empty()).unwrap()
}

#[test]
fn f72_properties_are_inherited_and_the_nearest_that_names_one_says_what_it_is() {
    let catalog = stands();
    let properties = catalog.properties_of(&catalog.products["M-1"]);
    let told: Vec<_> = properties.iter().map(|it| (&*it.name, it.required, it.hidden)).collect();
    assert_eq!(told, [("Colour", false, true), ("Watt", false, false), ("Size", false, false)]);
}

#[test]
fn f79_what_is_related_is_proposed_both_ways_where_it_says_so_and_only_what_is_sold() {
    let catalog = stands();
    let related = |sku| {
        let all = catalog.related_to(sku).into_iter();
        all.map(|(kind, product)| (kind, product.sku.clone())).collect::<Vec<_>>()
    };
    let own = [(RelatedKind::UpSell, "M-2".to_owned()), (RelatedKind::Accessory, "M-3".to_owned())];
    assert_eq!(related("M-1"), own);
    assert_eq!(related("M-2"), [(RelatedKind::UpSell, "M-1".to_owned())]);
    assert_eq!(related("M-3"), []);
}

#[test]
fn f81_literature_is_found_by_product_competitor_and_language_until_it_expires() {
    let catalog = stands();
    let find = |products: &[&'static str], competitors: &[&'static str], language, on: &str| {
        let sought = Sought {
            products: products.to_vec(),
            competitors: competitors.to_vec(),
            language,
            on: on.parse().unwrap(),
        };
        let found = catalog.literature_for(&sought).into_iter();
        found.map(|item| item.code.clone()).collect::<Vec<_>>()
    };
    let line = ["M-1", "SUB", "FAM"];
    assert_eq!(find(&line, &["rival"], None, "2026-03-02"), ["card", "de"]);
    assert_eq!(find(&line, &[], Some("de"), "2026-02-28"), ["card", "de", "old"]);
    assert_eq!(find(&line, &[], Some("it"), "2026-03-01"), ["card"], "it needs no language");
    assert_eq!(find(&["M-2"], &[], None, "2026-03-01"), Vec::<String>::new());
}

#[test]
fn a_file_differs_field_by_field_and_item_by_item() {
    let now = stands();
    let mut file = mills();
    file.products[2].list_price = Some(dec!(11));
    file.products.remove(4);
    file.price_lists[0].items[0].bands = None;
    file.price_lists[0].active = false;
    file.literature.pop();
    let then = file.wanted(&now).unwrap();
    let told: Vec<_> = differences(&now, &then).iter().map(ToString::to_string).collect();
    assert_eq!(
        told,
        [
            "~ product M-1: list_price 10 → 11",
            "~ product M-3: state active → retired",
            "~ price list eur: active true → false",
            "- literature old",
        ]
    );
    let types: Vec<_> = commands(&now, &then).iter().map(|said| said.ty.name).collect();
    assert_eq!(types, ["product.define.v1", "price_list.define.v1", "literature.delete.v1"]);
    assert_eq!(commands(&now, &now), []);
}

#[test]
fn what_a_file_has_is_what_it_was_written_from() {
    let stands = stands();
    let text = serde_json::to_string(&CatalogFile::from(&stands)).unwrap();
    let again: CatalogFile = serde_json::from_str(&text).unwrap();
    assert_eq!(again.wanted(&stands), Ok(stands.clone()));
    let twice = file(
        serde_json::json!({ "products": [{ "sku": "A", "name": "A" }, { "sku": "A", "name": "A" }],
        "revisions": [{ "sku": "A", "name": "B" }] }),
    );
    let problems = twice.wanted(&stands).unwrap_err();
    assert!(
        problems.len() == 2 && problems[0].contains("The product `A` stands there twice"),
        "{problems:?}"
    );
}

#[test]
fn an_unknown_field_of_a_file_is_refused() {
    let read = serde_json::from_str::<CatalogFile>(r#"{ "products": [], "prices": [] }"#);
    assert!(read.unwrap_err().to_string().contains("prices"));
}
