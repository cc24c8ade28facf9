//! Replacing the catalog.

use super::*;

fn demo() -> CatalogReplace {
    serde_json::from_str(include_str!("../../../../config/demo-catalog.json")).unwrap()
}

#[test]
fn a_catalog_is_taken_whole_once() {
    let mut story = story();
    let told = story.when(golden()).unwrap();
    let said: CatalogReplaced = told.get().unwrap();
    assert_eq!((said.products.len(), said.price_lists.len()), (5, 3));
    assert_eq!(told.says[0].sequence, Some(1));
    assert_eq!(story.world.catalog().unwrap().sequence, 1);
    assert!(story.when(golden()).unwrap().already);

    let mut fewer = golden();
    fewer.products.retain(|product| product.sku != "BARE-1");
    assert_eq!(story.when(fewer).unwrap().says[0].sequence, Some(2));
    assert_eq!(story.world.catalog().unwrap().products.len(), 4);
}

#[test]
fn the_first_catalog_may_be_empty() {
    let mut story = story();
    let empty = CatalogReplace { products: Vec::new(), price_lists: Vec::new(), ..golden() };
    assert_eq!(story.when(empty.clone()).unwrap().types(), ["catalog.replaced.v1"]);
    assert!(story.when(empty).unwrap().already);
}

#[test]
fn an_unsound_catalog_is_refused_whole_with_every_problem() {
    let mut bad = golden();
    bad.products.push(bad.products[0].clone());
    bad.products[1].tax_class = "luxury".into();
    bad.products[2].name = " ".into();
    bad.products[3].standard_cost = Some(dec!(-1));
    let lists = &mut bad.price_lists;
    lists[1].code = "eur".into();
    let mut items = lists[0].items.clone();
    items[0].sku = "NOWHERE".into();
    lists[0].items.extend(items);
    let margin = serde_json::json!({
        "sku": "BARE-1", "price": { "method": { "percent_margin_standard_cost": "20" } }
    });
    lists[2].items.push(serde_json::from_value(margin).unwrap());
    let steep = serde_json::json!({
        "sku": "C-1", "price": { "method": { "currency_amount": "5" } },
        "bands": { "kind": "amount", "bands": [{ "low": "1", "high": "2", "value": "6" }] }
    });
    lists[2].items.push(serde_json::from_value(steep).unwrap());

    let mut story = story();
    let Refusal::No(reason) = story.when(bad).unwrap_err() else { panic!("it waits") };
    assert_eq!(reason.rule, "catalog.invalid");
    for part in [
        "The SKU `A-1` stands there twice.",
        "tax class \"luxury\"",
        "The name of the product `C-1` is empty.",
        "The standard cost of the product `OLD-1` is negative.",
        "The price list `eur` stands there twice.",
        "The item `NOWHERE` of the price list `eur` is no product",
        "The item `B-1` of the price list `eur` stands there twice.",
        "The item `BARE-1` of the price list `usd` has no price (pricing error 16)",
        "The item `C-1` of the price list `usd` has no price (pricing error 28)",
    ] {
        assert!(reason.message.contains(part), "{part} is not in {}", reason.message);
    }
    assert!(story.world.catalog().is_none());
}

#[test]
fn too_many_price_lists_and_another_catalog_are_refused() {
    let mut many = golden();
    many.price_lists = vec![many.price_lists[1].clone(); domain::catalog::PRICE_LISTS_MAX + 1];
    let refused = story().when(many).unwrap_err();
    assert!(refused.reason().message.contains("501 price lists"));
    let other = CatalogReplace { catalog: id(3), ..golden() };
    assert!(matches!(story().when(other), Err(Refusal::NotYet(_))));
}

#[test]
fn a_long_list_of_problems_is_counted_not_spelt_out() {
    let mut bad = golden();
    bad.products = vec![bad.products[0].clone(); 200];
    let refused = story().when(bad).unwrap_err();
    let message = &refused.reason().message;
    assert!(message.lines().count() == 52 && message.contains("more."), "{message}");
}

#[test]
fn f70_the_demo_catalog_is_sound_and_priced_with_its_band() {
    let mut story = story();
    assert_eq!(story.when(demo()).unwrap().get::<CatalogReplaced>().unwrap().products.len(), 8);
    let shelf = Shelf::new(&Arc::new(catalog(&demo())));
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
