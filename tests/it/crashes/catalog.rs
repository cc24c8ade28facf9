//! What can be said of what the catalog holds, killed at every fault point.

use serde_json::{Value, json};

use super::{LEADS, Step, Until, matrix_until, quotes, taken};
use crate::installation::Installation;

type Command = (&'static str, Value);

/// Products in each state of their life, and something of each other kind.
fn there_before() -> [Command; 6] {
    let product = |sku: &str, state: &str| json!({ "sku": sku, "name": format!("Grinder {sku}"), "list_price": "100.00", "state": state });
    let products = [
        product("GR-1", "draft"),
        product("GR-2", "draft"),
        product("GR-3", "active"),
        product("GR-4", "active"),
        product("GR-5", "retired"),
    ];
    let crates = json!({ "code": "crates", "name": "Crates", "base_unit": "C62", "units": [] });
    let bands =
        json!({ "kind": "percentage", "bands": [{ "low": "1", "high": "9", "value": "5" }] });
    let few = json!({ "code": "few", "name": "Few", "bands": bands });
    let old = json!({ "code": "old-usd", "name": "Old", "currency": "USD", "items": [] });
    let sheet = json!({ "code": "sheet", "title": "Data sheet", "kind": "product_sheet", "products": ["CM-100"] });
    [
        ("product.define.v1", json!({ "products": products })),
        ("product.revise.v1", json!({ "skus": ["GR-4"] })),
        ("unit_group.define.v1", json!({ "unit_groups": [crates] })),
        ("discount_list.define.v1", json!({ "discount_lists": [few] })),
        ("price_list.define.v1", json!({ "price_lists": [old] })),
        ("literature.define.v1", json!({ "literature": [sheet] })),
    ]
}

/// Each of another thing, so that none hangs on one before it.
fn asked() -> [Command; LEADS - 1] {
    let boxes = json!({ "code": "boxes", "name": "Boxes", "base_unit": "C62", "units": [] });
    [
        ("product.publish.v1", json!({ "skus": ["GR-1"] })),
        ("product.delete.v1", json!({ "skus": ["GR-2"] })),
        ("product.revise.v1", json!({ "skus": ["GR-3"] })),
        ("product.revert.v1", json!({ "skus": ["GR-4"] })),
        ("product.activate.v1", json!({ "skus": ["GR-5"] })),
        ("unit_group.define.v1", json!({ "unit_groups": [boxes] })),
        ("unit_group.delete.v1", json!({ "codes": ["crates"] })),
        ("discount_list.delete.v1", json!({ "codes": ["few"] })),
        ("price_list.delete.v1", json!({ "codes": ["old-usd"] })),
        ("literature.delete.v1", json!({ "codes": ["sheet"] })),
        // And one that comes to nothing.
        ("product.delete.v1", json!({ "skus": ["CM-100"] })),
    ]
}

#[tokio::test]
async fn f73_f116_quoting_killed_over_the_catalog_leaves_the_same_one() {
    let before = Installation::new().await;
    quotes(&before).await;
    let quoting = before.start(&["quoting"], &[]);
    let version = before.count("SELECT sequence FROM catalog").await;
    for (changes, (ty, data)) in (version + 1..).zip(there_before()) {
        before.command(ty, data).await;
        let taken = format!("SELECT sequence >= {changes} FROM catalog");
        before.until(ty, &taken).await;
    }
    let deal = before.texts("SELECT id::text FROM opportunity ORDER BY id LIMIT 1").await.remove(0);
    before.command("quote.draft.v1", json!({ "opportunity": deal })).await;
    let draft = "SELECT id::text FROM quote WHERE state = 'draft'";
    before.until("a draft", &format!("SELECT count(*) = 1 FROM ({draft}) AS d")).await;
    quoting.stop().await;
    for (ty, data) in asked() {
        before.command(ty, data).await;
    }
    let draft = before.texts(draft).await.remove(0);
    before.command("quote.activate.v1", json!({ "quote": draft })).await;
    let messages = taken(&before, "quoting").await;
    let step = Step { worker: "quoting", queue: "quoting", next: None, messages };
    matrix_until(&before, step, Until { commands: Some(LEADS), ..Until::default() }).await;
}
