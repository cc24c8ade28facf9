//! The catalog as a file: imported, compared, exported, and asked for a past day.

use chrono::{Days, Utc};
use serde_json::{Value, json};

use crate::installation::Installation;
use crate::operators::leadmill;

/// What a verb printed, which must have done what it was asked for.
async fn ok(it: &Installation, args: &[&str]) -> String {
    let done = leadmill(it, args).await;
    assert!(done.success, "{args:?}: {}{}", done.out, done.err);
    done.out
}

fn file(it: &Installation, name: &str, content: &str) -> String {
    let path = it.folder().join(name);
    std::fs::write(&path, content).unwrap();
    path.display().to_string()
}

fn mills(price: &str) -> Value {
    json!({
        "unit_groups": [{ "code": "count", "name": "Pieces", "base_unit": "C62",
                          "units": [{ "unit": "DZN", "name": "dozen", "base_units": "12" }] }],
        "products": [
            { "sku": "FAM", "name": "Mills", "kind": "family", "properties": [
                { "name": "Colour", "kind": "option_set", "options": ["red", "blue"] }] },
            { "sku": "M-1", "name": "Mill", "parent": "FAM", "unit_group": "count",
              "quantity_control": "whole", "related": [{ "sku": "M-2", "kind": "up_sell", "both_ways": true }] },
            { "sku": "M-2", "name": "Large mill", "list_price": "20" },
            { "sku": "SET", "name": "Set", "kind": "bundle", "parts": [{ "sku": "M-1", "quantity": "2" }] },
            { "sku": "NEW", "name": "New mill", "state": "draft" },
        ],
        "discount_lists": [{ "code": "many", "name": "Many", "bands": { "kind": "percentage",
            "bands": [{ "low": "10", "high": "99", "value": "5" }] } }],
        "price_lists": [{ "code": "eur", "name": "Euro", "currency": "EUR", "unit_rounding": "unit_first", "items": [
            { "sku": "M-1", "price": { "method": { "currency_amount": price } }, "discount_list": "many" },
            { "sku": "SET", "price": { "method": { "currency_amount": "18" } } } ] }],
        "literature": [{ "code": "card", "title": "Against Rival", "kind": "battle_card",
                         "products": ["FAM"], "competitors": ["Rival"] }],
    })
}

#[tokio::test]
async fn f75_a_catalog_goes_out_and_comes_in_again_and_any_past_day_can_be_asked_for_its_prices() {
    let it = Installation::new().await;
    let quoting = it.start(&["quoting"], &[]);
    it.execute("UPDATE clock_shift SET by = '-3 days'").await;
    let first = file(&it, "first.json", &mills("10.00").to_string());
    let said = ok(&it, &["catalog", "import", &first]).await;
    assert!(said.contains("+ price eur M-1") && said.contains("by 5 messages"), "{said}");

    // What goes out comes in as it was.
    let again = it.folder().join("again.json").display().to_string();
    ok(&it, &["catalog", "export", &again]).await;
    let said = ok(&it, &["catalog", "diff", &again]).await;
    assert!(said.contains("nothing differs"), "{said}");

    // Every problem at once, of form and of content, and nothing is sent.
    let mut bad = mills("10.00");
    bad["products"][1]["parent"] = json!("NONE");
    bad["price_lists"][0]["items"][0]["sku"] = json!("NOWHERE");
    let refused =
        leadmill(&it, &["catalog", "import", &file(&it, "bad.json", &bad.to_string())]).await;
    assert!(
        !refused.success && refused.err.contains("`NONE`") && refused.err.contains("`NOWHERE`"),
        "{}",
        refused.err
    );
    (bad["prices"], bad["products"][0]["colour"]) = (json!([]), json!("red"));
    let refused =
        leadmill(&it, &["catalog", "diff", &file(&it, "odd.json", &bad.to_string())]).await;
    assert!(
        !refused.success && refused.err.contains("`prices`") && refused.err.contains("colour"),
        "{}",
        refused.err
    );

    it.execute("UPDATE clock_shift SET by = '0'").await;
    let mut then = mills("11.00");
    then["products"].as_array_mut().unwrap().retain(|it| it["sku"] != "SET" && it["sku"] != "NEW");
    then["price_lists"][0]["items"].as_array_mut().unwrap().pop();
    let then = file(&it, "then.json", &then.to_string());
    let differs = ok(&it, &["catalog", "diff", &then]).await;
    for part in [
        "~ price eur M-1: price",
        "- price eur SET",
        "~ product SET: state active → retired",
        "- product NEW",
    ] {
        assert!(differs.contains(part), "{part} is not in {differs}");
    }
    ok(&it, &["catalog", "import", &then]).await;

    asked(&it).await;
    quoting.stop().await;
    ok(&it, &["rebuild", "--check"]).await;
}

/// What one dozen costs, and what the volume takes off it.
async fn price(it: &Installation, at: &[&str]) -> (Value, Value) {
    let what = ["catalog", "price", "m-1", "--list", "eur", "--unit", "dozen", "--json"];
    let told: Value = serde_json::from_str(&ok(it, &[&what, at].concat()).await).unwrap();
    (told["unit_price"].clone(), told["volume_discount"].clone())
}

/// Asks for what stands, and for what stood.
async fn asked(it: &Installation) {
    let day = |ago| (Utc::now() - Days::new(ago)).date_naive().to_string();
    assert_eq!(price(it, &[]).await, (json!("132.00"), json!("6.6")));
    assert_eq!(price(it, &["--at", &day(1)]).await, (json!("120.00"), json!("6")));
    let never = leadmill(it, &["catalog", "price", "M-1", "--list", "eur", "--at", &day(9)]).await;
    assert!(!never.success && never.err.contains("There was no catalog yet"), "{}", never.err);
    let shown = ok(it, &["catalog", "show", "SET", "--at", &day(1)]).await;
    assert!(shown.contains("\"state\": \"active\""), "{shown}");
    assert!(ok(it, &["catalog", "related", "M-2"]).await.contains("M-1"));
    let about = ["catalog", "literature", "--product", "M-1", "--competitor", "rival"];
    assert!(ok(it, &about).await.contains("Against Rival"));
}
