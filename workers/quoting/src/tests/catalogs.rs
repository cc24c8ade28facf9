//! Changing the catalog.

use domain::catalog_file::{commands, first};
use domain::commands::{
    DiscountListDefine, DiscountListDelete, LiteratureDefine, LiteratureDelete, PriceListDefine,
    PriceListDelete, ProductDefine, UnitGroupDefine, UnitGroupDelete,
};
use domain::decide::{Arrived, Heard};
use domain::events::{PriceListDefined, ProductDefined};
use domain::message::Said;

use super::*;

/// The command that was made for it, as the worker hears it.
pub(super) fn heard(said: &Said) -> When {
    let body = said.data.clone().into_bytes().into();
    let ty = Some(said.ty.name.to_owned());
    When::read(&Arrived { ty, outside: true, body, ..Arrived::default() }).unwrap()
}

/// A story in which nothing is sold yet.
pub(super) fn bare() -> Story<Quoting> {
    let shelf = Shelf::new(&Arc::new(Catalog::empty()));
    Story::of(Quoting::new(settings(), chrono_tz::Europe::Berlin), shelf)
}

/// Lets the worker take a whole catalog.
pub(super) fn taken(file: &CatalogFile) -> Story<Quoting> {
    let mut story = bare();
    for said in first(file) {
        story.when(heard(&said)).unwrap();
    }
    assert!(story.world.catalog().unwrap().holds_as(&catalog(file)));
    story
}

/// The sentences of a refusal of the catalog.
pub(super) fn problems(refusal: Refusal) -> String {
    let Refusal::No(reason) = refusal else { panic!("it waits") };
    assert_eq!(reason.rule, "catalog.invalid");
    reason.message
}

pub(super) fn file(json: serde_json::Value) -> CatalogFile {
    serde_json::from_value(json).unwrap()
}

fn everything() -> CatalogFile {
    file(serde_json::json!({
        "unit_groups": [{ "code": "count", "name": "Pieces", "base_unit": "C62", "units": [
            { "unit": "DZN", "name": "dozen", "base_units": "12" } ] }],
        "products": [
            { "sku": "F-1", "name": "Mills", "kind": "family", "properties": [
                { "name": "Colour", "kind": "option_set", "options": ["red", "blue"] } ] },
            { "sku": "A-1", "name": "Alpha", "parent": "F-1", "unit_group": "count",
              "quantity_control": "whole", "list_price": "10" },
            { "sku": "B-1", "name": "Both", "kind": "bundle", "parts": [
                { "sku": "A-1", "quantity": "2" } ] },
        ],
        "discount_lists": [{ "code": "many", "name": "Many", "bands": { "kind": "percentage",
            "bands": [{ "low": "10", "high": "49", "value": "5" }, { "low": "50", "high": "99", "value": "10" }] } }],
        "price_lists": [{ "code": "eur", "name": "Euro", "currency": "EUR", "items": [
            { "sku": "A-1", "price": { "method": { "percent_of_list": "100" } }, "discount_list": "many" } ] }],
        "literature": [{ "code": "sheet", "title": "Mills", "kind": "product_sheet", "products": ["F-1"] }],
    }))
}

#[test]
fn f68_a_catalog_is_made_and_unmade_message_by_message_and_each_is_told_whole() {
    let mut story = taken(&everything());
    assert_eq!(story.world.catalog().unwrap().sequence, 5);
    for said in first(&everything()) {
        assert!(story.when(heard(&said)).unwrap().already, "{}", said.ty.name);
    }
    let full = story.world.catalog().unwrap().clone();
    let wanted = CatalogFile::default().wanted(&full).unwrap();
    for said in commands(&full, &wanted) {
        story.when(heard(&said)).unwrap();
    }
    let empty = story.world.catalog().unwrap();
    assert!(empty.holds_as(&wanted));
    // What was sold once stays, retired; with it what it names.
    assert_eq!(empty.products.len(), 3);
    assert!(empty.price_lists.is_empty() && empty.literature.is_empty());
}

#[test]
fn f72_a_range_is_of_numbers_the_right_way_round_and_holds_the_default() {
    let mut story = taken(&everything());
    let catalog = story.world.catalog().unwrap().id;
    let wrong =
        file(serde_json::json!({ "products": [{ "sku": "X-1", "name": "Odd", "properties": [
        { "name": "Wide", "kind": "decimal", "minimum": "9", "maximum": "1" },
        { "name": "Word", "kind": "text", "minimum": "1" },
        { "name": "Deep", "kind": "decimal", "maximum": "1", "default": "2" } ] }] }));
    let refused = story.when(ProductDefine { catalog, products: wrong.products });
    let message = problems(refused.unwrap_err());
    for part in [
        "The property `Wide` of `X-1` has a `minimum` and a `maximum` only where it is a number",
        "The property `Word` of `X-1` has a `minimum`",
        "The default of the property `Deep` of `X-1`",
    ] {
        assert!(message.contains(part), "{part} is not in {message}");
    }
}

#[test]
fn an_unsound_list_is_refused_whole_with_every_problem() {
    let mut story = taken(&everything());
    let before = story.world.catalog().unwrap().clone();
    let products = file(serde_json::json!({ "products": [
        { "sku": "X-1", "name": " ", "tax_class": "luxury", "standard_cost": "-1" },
        { "sku": "X-1", "name": "Again" },
        { "sku": "X-2", "name": "Lost", "parent": "A-1", "unit_group": "none" },
        { "sku": "X-3", "name": "Heap", "parts": [{ "sku": "A-1", "quantity": "1" }] },
        { "sku": "X-4", "name": "Sack", "kind": "bundle", "parts": [
            { "sku": "NONE", "quantity": "1" }, { "sku": "A-1", "quantity": "1.5" },
            { "sku": "A-1", "quantity": "0" }, { "sku": "B-1", "quantity": "1" } ] },
        { "sku": "X-5", "name": "Odd", "unit_group": "count", "unit": "KGM", "parent": "F-1",
          "related": [{ "sku": "X-5", "kind": "accessory" }, { "sku": "NONE", "kind": "substitute" }],
          "properties": [{ "name": "Colour", "kind": "text" }, { "name": "Colour", "kind": "whole_number", "default": "x" }] },
    ] }));
    let catalog = before.id;
    let refused = story.when(ProductDefine { catalog, products: products.products });
    let message = problems(refused.unwrap_err());
    for part in [
        "The SKU `X-1` stands there twice.",
        "The name of the product `X-1` is empty.",
        "tax class \"luxury\"",
        "The standard cost of the product `X-1` is negative.",
        "`X-2` is sold in the units of the group `none`",
        "`X-2` lies in `A-1`, which is a product and no family",
        "`X-3` is a product: a bundle has `parts`",
        "The part `NONE` of the bundle `X-4` is no product",
        "The part `A-1` of the bundle `X-4` has the quantity 1.5",
        "The part `A-1` of the bundle `X-4` stands there twice",
        "The part `B-1` of the bundle `X-4` is a bundle",
        "The unit `KGM` of the product `X-5` is none of its unit group",
        "The product `X-5` is related to itself.",
        "related to `NONE`",
        "The property `Colour` of `X-5` has another kind than in its family",
        "The property `Colour` of `X-5` stands there twice.",
        "The default of the property `Colour` of `X-5`",
    ] {
        assert!(message.contains(part), "{part} is not in {message}");
    }
    let lists = file(serde_json::json!({ "price_lists": [
        { "code": "usd", "name": " ", "currency": "USD", "valid_from": "2026-04-01", "valid_to": "2026-03-31",
          "items": [
            { "sku": "NOWHERE", "price": { "method": { "currency_amount": "1" } } },
            { "sku": "A-1", "price": { "method": { "percent_margin_standard_cost": "20" } } },
            { "sku": "A-1", "price": { "method": { "currency_amount": "5" } }, "unit": "KGM", "bands": {
                "kind": "amount", "bands": [{ "low": "1", "high": "2", "value": "6" }] } },
            { "sku": "A-1", "price": { "method": { "currency_amount": "5" } }, "discount_list": "none" },
            { "sku": "F-1", "price": { "method": { "currency_amount": "5" } } },
        ] },
    ] }));
    let refused = story.when(PriceListDefine { catalog, price_lists: lists.price_lists });
    let message = problems(refused.unwrap_err());
    for part in [
        "The name of the price list `usd` is empty.",
        "from 2026-04-01 to 2026-03-31: its days are out of order",
        "The item `NOWHERE` of the price list `usd` is no product",
        "The item `A-1` of the price list `usd` has no price (pricing error 16)",
        "The item `A-1` of the price list `usd` has no price (pricing error 28)",
        "`usd` is priced in `KGM`, in which it is not sold",
        "The item `A-1` of the price list `usd` stands there twice.",
        "names the discount list `none`",
        "The item `F-1` of the price list `usd` is a family",
    ] {
        assert!(message.contains(part), "{part} is not in {message}");
    }
    assert_eq!(story.world.catalog(), Some(&before));
}

#[test]
fn f70_a_gap_between_bands_is_refused_where_the_product_is_sold_in_it() {
    let oil = |control: &str| {
        file(serde_json::json!({
            "products": [{ "sku": "OIL-1", "name": "Oil", "unit": "LTR", "quantity_control": control,
                           "quantity_decimals": 1 }],
            "price_lists": [{ "code": "eur", "name": "Euro", "currency": "EUR", "items": [
                { "sku": "OIL-1", "price": { "method": { "currency_amount": "10" } }, "bands": {
                    "kind": "percentage", "bands": [{ "low": "10", "high": "49", "value": "5" },
                                                    { "low": "50", "high": "9999", "value": "10" }] } } ] }],
        }))
    };
    taken(&oil("whole"));
    for control in ["no_control", "whole_and_fractional"] {
        let mut story = bare();
        let said = first(&oil(control));
        story.when(heard(&said[0])).unwrap();
        let message = problems(story.when(heard(&said[1])).unwrap_err());
        assert!(message.contains("what lies between 49 and 50"), "{message}");
    }
    // To the last decimal that is sold, it is none.
    let mut tight = oil("whole_and_fractional");
    let item = serde_json::json!({ "sku": "OIL-1", "price": { "method": { "currency_amount": "10" } },
        "bands": { "kind": "percentage", "bands": [{ "low": "10", "high": "49.9", "value": "5" },
                                                   { "low": "50", "high": "9999", "value": "10" }] } });
    tight.price_lists[0].items = vec![serde_json::from_value(item).unwrap()];
    let mut story = taken(&tight);
    // Neither by another quantity of the product nor by another discount list does one come about.
    let mut finer = tight.products.clone();
    finer[0].quantity_decimals = Some(2);
    let refused = story.when(ProductDefine { catalog: Catalog::empty().id, products: finer });
    assert!(problems(refused.unwrap_err()).contains("what lies between 49.9 and 50"));
    let mut story = taken(&everything());
    let bands = serde_json::json!({ "code": "many", "name": "Many", "bands": { "kind": "percentage",
        "bands": [{ "low": "10", "high": "49", "value": "5" }, { "low": "60", "high": "99", "value": "10" }] } });
    let discount_lists = vec![serde_json::from_value(bands).unwrap()];
    let refused = story.when(DiscountListDefine { catalog: Catalog::empty().id, discount_lists });
    assert!(problems(refused.unwrap_err()).contains("what lies between 49 and 60"));
}

#[test]
fn what_is_used_is_not_deleted_and_what_is_unknown_is_named() {
    let mut story = taken(&everything());
    let catalog = Catalog::empty().id;
    let code = |code: &str| vec![code.parse().unwrap()];
    let used = story.when(UnitGroupDelete { catalog, codes: code("count") }).unwrap_err();
    assert!(problems(used).contains("The product `A-1` is sold in the unit group `count`."));
    let used = story.when(DiscountListDelete { catalog, codes: code("many") }).unwrap_err();
    assert!(problems(used).contains("The price list `eur` names the discount list `many`."));
    let unknown = story.when(PriceListDelete { catalog, codes: code("none") }).unwrap_err();
    assert!(problems(unknown).contains("The catalog has no price list `none`."));
    let unknown = story.when(LiteratureDelete { catalog, codes: code("none") }).unwrap_err();
    assert!(problems(unknown).contains("The catalog has no literature `none`."));
    story.when(PriceListDelete { catalog, codes: code("eur") }).unwrap();
    story.when(DiscountListDelete { catalog, codes: code("many") }).unwrap();
    story.when(LiteratureDelete { catalog, codes: code("sheet") }).unwrap();
}

#[test]
fn units_and_literature_are_checked_too() {
    let mut story = taken(&everything());
    let catalog = Catalog::empty().id;
    let groups = file(
        serde_json::json!({ "unit_groups": [{ "code": "count", "name": "Pieces", "base_unit": "KGM",
        "units": [{ "unit": "KGM", "base_units": "1" }, { "unit": "TNE", "base_units": "0" }] }] }),
    );
    let refused = story.when(UnitGroupDefine { catalog, unit_groups: groups.unit_groups });
    let message = problems(refused.unwrap_err());
    for part in [
        "`KGM` of the unit group `count` stands there twice",
        "is 0 base units",
        "The unit `C62` of the product `A-1`",
    ] {
        assert!(message.contains(part), "{part} is not in {message}");
    }
    let items = file(serde_json::json!({ "literature": [
        { "code": "a", "title": "A", "kind": "news" },
        { "code": "b", "title": "B", "kind": "news", "products": ["NONE"] } ] }));
    let refused = story.when(LiteratureDefine { catalog, literature: items.literature });
    let message = problems(refused.unwrap_err());
    assert!(
        message.contains("`a` is about no product") && message.contains("about `NONE`"),
        "{message}"
    );
}

#[test]
fn too_many_price_lists_and_another_catalog_are_refused() {
    let list = golden().price_lists[1].clone();
    let many = (0..=domain::catalog::PRICE_LISTS_MAX)
        .map(|n| domain::catalog::PriceList { code: format!("l-{n}"), ..list.clone() });
    let catalog = Catalog::empty().id;
    let refused = bare().when(PriceListDefine { catalog, price_lists: many.collect() });
    assert!(problems(refused.unwrap_err()).contains("501 price lists"));
    let other = PriceListDefine { catalog: id(3), price_lists: Vec::new() };
    assert!(matches!(bare().when(other), Err(Refusal::NotYet(_))));
}

#[test]
fn a_long_list_of_problems_is_counted_not_spelt_out() {
    let mut bad = golden();
    bad.products = vec![bad.products[0].clone(); 200];
    let refused =
        bare().when(ProductDefine { catalog: Catalog::empty().id, products: bad.products });
    let message = problems(refused.unwrap_err());
    assert!(message.lines().count() == 52 && message.contains("more."), "{message}");
}

#[test]
fn f70_the_demo_catalog_is_sound_and_priced_with_its_band() {
    let demo: CatalogFile =
        serde_json::from_str(include_str!("../../../../config/demo-catalog.json")).unwrap();
    let mut story = bare();
    let said = first(&demo);
    let products: ProductDefined = story.when(heard(&said[0])).unwrap().get().unwrap();
    let lists: PriceListDefined = story.when(heard(&said[1])).unwrap().get().unwrap();
    assert_eq!((products.products.len(), lists.price_lists.len(), said.len()), (8, 2, 2));
    let shelf = Shelf::new(&Arc::new(catalog(&demo)));
    let priced_in = |currency: &str, list: &str, quantity: Decimal| {
        let worker = Quoting::new(settings(), chrono_tz::UTC);
        let deal = Opportunity {
            currency: currency.parse().unwrap(),
            price_list: list.into(),
            ..opportunity()
        };
        let mut story = Story::of(worker, shelf.clone()).given(deal).given(account()).given(ana());
        let told = story.when(add("Barista One", quantity, true)).unwrap();
        told.get::<OpportunityRepriced>().unwrap().lines[0].net_amount
    };
    assert_eq!(priced_in("EUR", "standard-eur", dec!(9)), dec!(6210.00));
    assert_eq!(priced_in("EUR", "standard-eur", dec!(10)), dec!(6555.00));
    assert_eq!(priced_in("USD", "standard-usd", dec!(1)), dec!(793.95));
}
