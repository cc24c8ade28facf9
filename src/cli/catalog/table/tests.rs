use super::*;

fn read(text: &str) -> Result<CatalogFile, Vec<String>> {
    super::read(text, &Catalog::empty())
}

#[test]
fn a_product_may_stand_in_several_price_lists() {
    let read = read(
        "sku;name;list_price;price;currency;price_list\n\
         A-1;\"Mill; small\";12.50;12.50;EUR;\nA-1;\"Mill; small\";12.50;14.00;USD;export\n\
         B-2;Spare;3;;;\n",
    );
    let catalog = read.expect("a sound catalog");
    assert_eq!((catalog.products.len(), catalog.price_lists.len()), (2, 2));
    assert_eq!(catalog.products[0].name, "Mill; small");
    let codes: Vec<_> = catalog.price_lists.iter().map(|list| list.code.as_str()).collect();
    assert_eq!(codes, ["export", "standard-eur"]);
    assert_eq!(catalog.price_lists[1].items.len(), 1);
}

#[test]
fn every_problem_is_named_with_its_row() {
    let problems = read(
        "sku,name,list_price,quantity_control,state,price,currency,price_list,method\n\
         ,Mill,,,,,,,\nA,Mill,1x,half,maybe,1,EUR,l,\nA,Mall,,,,1,USD,l,\nB,,,,,,EUR,,\n\
         C,Cup,,,,1,Euro,,\nD,Dish,,,,1,EUR,l,\nD,Dish,,,,1,EUR,l,\nE,Egg,,,,1,EUR,l,guess\n",
    );
    let problems = problems.expect_err("not sound").join("\n");
    for part in [
        "Row 2 has no sku.",
        "Row 3: the list_price `1x`",
        "Row 3: `half` is no quantity_control",
        "Row 3: `maybe` is no state",
        "Row 4 describes the product `A` differently",
        "Row 4 gives the price list `l` the currency USD",
        "Row 5 has no name.",
        "Row 5 names a price list but no price.",
        "Row 6: the currency",
        "Row 8 prices the product `D` in the price list `l` a second time.",
        "Row 9: `guess` is no method",
    ] {
        assert!(problems.contains(part), "{part} is not in:\n{problems}");
    }
}

#[test]
fn an_unknown_column_is_refused_and_named() {
    let problems = read("sku,name,colour\nA,Mill,red\nB,Bar,blue\n").expect_err("unknown");
    assert_eq!(problems.len(), 1, "{problems:?}");
    assert!(problems[0].contains("colour"), "{problems:?}");
}

#[test]
fn what_is_written_is_read_again_and_what_has_no_column_stays() {
    let file: CatalogFile = serde_json::from_value(json!({
        "unit_groups": [{ "code": "count", "name": "Pieces", "base_unit": "C62",
                          "units": [{ "unit": "DZN", "base_units": "12" }] }],
        "products": [
            { "sku": "A-1", "name": "Mill, \"small\"", "unit_group": "count", "list_price": "12.50",
              "related": [{ "sku": "B-2", "kind": "accessory" }] },
            { "sku": "B-2", "name": "Spare", "state": "draft" },
        ],
        "price_lists": [{ "code": "eur", "name": "Euro", "currency": "EUR", "valid_to": "2026-12-31", "items": [
            { "sku": "A-1", "price": { "method": { "percent_of_list": "97.5" },
                                       "rounding": { "up": { "ends_in": "0.99" } } } },
            { "sku": "A-1", "unit": "DZN", "price": { "method": { "currency_amount": "140" } }, "bands": {
                "kind": "amount", "bands": [{ "low": "10", "high": "99", "value": "1" }] } } ] }],
    }))
    .expect("a catalog");
    let stands = file.wanted(&Catalog::empty()).expect("a sound one");
    let text = written(&stands).expect("rows");
    let again = super::read(&text, &stands).expect("the same rows");
    assert_eq!(again.wanted(&stands), Ok(stands.clone()));
    let dearer = text.replace("97.5", "99");
    let then = super::read(&dearer, &stands).expect("rows").wanted(&stands).expect("a sound one");
    let told = domain::catalog_file::differences(&stands, &then);
    assert_eq!((told.len(), told[0].key.as_str()), (1, "eur A-1"));
}
