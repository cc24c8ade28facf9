//! What is there before a worker is killed, and what people ask of it.

use serde_json::{Value, json};

use super::LEADS;
use crate::installation::{Installation, form};

/// Two customers with an account each, and six open leads, of which two can become one.
pub(super) async fn known_twice(it: &Installation) {
    let vague = |n| json!({ "name": "Bea Vague", "email": format!("bea{n}@vague.example"), "message": "hello" });
    let forms = (90..92).map(form);
    let forms = forms.chain((0..6).map(|n| vague(n).to_string().into_bytes()));
    it.send("intake.web", "application/json", forms.collect()).await;
    worked(it, "intake", "SELECT count(*) = 8 FROM lead").await;
    let known = "SELECT (SELECT count(*) FROM opportunity) = 2
                    AND (SELECT count(*) FROM lead WHERE assessment IS NOT NULL) = 8";
    worked(it, "qualification", known).await;
}

/// The open leads, the oldest first.
pub(super) async fn open_leads(it: &Installation) -> Vec<String> {
    let open =
        "SELECT id::text FROM lead WHERE assessment IS NOT NULL AND state = 'open' ORDER BY id";
    it.texts(open).await
}

/// Somebody takes part in the decision on one record, a rival in that on another one.
pub(super) async fn taking_part(it: &Installation, worker: &str, kind: &str, records: [&str; 2]) {
    let [who, rival] = records;
    let contact = it.texts("SELECT id::text FROM contact ORDER BY id LIMIT 1").await.remove(0);
    let stakeholder = json!({ kind: who, "contact": contact });
    it.command(&format!("{kind}.add_stakeholder.v1"), stakeholder).await;
    let competitor = json!({ kind: rival, "competitor": "Rival" });
    it.command(&format!("{kind}.add_competitor.v1"), competitor).await;
    let known = format!("SELECT count(stakeholders) = 1 AND count(competitors) = 1 FROM {kind}");
    worked(it, worker, &known).await;
}

/// Both are asked for once more of other records, and that those before go again.
pub(super) async fn others_take_part(
    it: &Installation,
    kind: &str,
    [who, rival]: [&str; 2],
    added: [&str; 2],
) {
    let contact = it.texts("SELECT id::text FROM contact ORDER BY id LIMIT 1").await.remove(0);
    for (command, data) in [
        ("add_stakeholder", json!({ kind: added[0], "contact": contact })),
        ("add_competitor", json!({ kind: added[1], "competitor": "Rival" })),
        ("remove_stakeholder", json!({ kind: who, "contact": contact })),
        ("remove_competitor", json!({ kind: rival, "competitor": "Rival" })),
    ] {
        it.command(&format!("{kind}.{command}.v1"), data).await;
    }
}

/// Runs one worker until a query answers true, and stops it.
pub(super) async fn worked(it: &Installation, worker: &str, until: &str) {
    worked_with(it, worker, &[], until).await;
}

/// The same with settings of its own.
pub(super) async fn worked_with(
    it: &Installation,
    worker: &str,
    environment: &[(&str, &str)],
    until: &str,
) {
    let process = it.start(&[worker], environment);
    it.until(&format!("{worker} has done its part"), until).await;
    process.stop().await;
}

async fn opportunities(it: &Installation) {
    let quoting = it.start(&["quoting"], &[]);
    it.catalog().await;
    quoting.stop().await;
    it.send("intake.web", "application/json", (0..LEADS).map(form).collect()).await;
    worked(it, "intake", "SELECT count(*) = 12 FROM lead").await;
    worked(it, "qualification", "SELECT count(*) = 12 FROM opportunity").await;
}

pub(super) async fn quotes(it: &Installation) {
    opportunities(it).await;
    worked(it, "quoting", "SELECT count(*) = 12 FROM quote WHERE state = 'active'").await;
}

pub(super) async fn accept(it: &Installation) {
    for quote in it.texts("SELECT id::text FROM quote ORDER BY id").await {
        it.command("quote.accept.v1", json!({ "quote": quote })).await;
    }
}

pub(super) async fn ship(it: &Installation) {
    let lines = "SELECT sales_order || ' ' || id || ' ' || quantity FROM order_line ORDER BY id";
    for line in it.texts(lines).await {
        let parts: Vec<_> = line.split(' ').collect();
        let lines = json!([{ "line": parts[1], "quantity": parts[2] }]);
        let data = json!({ "order": parts[0], "reference": "all", "lines": lines });
        it.command("order.ship.v1", data).await;
    }
}

/// Something of each kind of the catalog is changed, by which no deal here is priced.
pub(super) fn catalog_changes() -> [(&'static str, Value); 5] {
    let product = json!({ "sku": "CM-900", "name": "Barista Grande", "list_price": "4990.00" });
    let bands =
        json!({ "kind": "percentage", "bands": [{ "low": "10", "high": "99", "value": "5" }] });
    let many = json!({ "code": "many", "name": "Many", "bands": bands });
    let price = json!({ "sku": "CM-900", "price": { "method": { "percent_of_list": "90" } } });
    let list = json!({ "code": "trade-usd", "name": "Trade", "currency": "USD", "items": [price] });
    let card = json!({ "code": "card", "title": "Against Rival", "kind": "battle_card", "competitors": ["Rival"] });
    [
        ("product.define.v1", json!({ "products": [product] })),
        ("discount_list.define.v1", json!({ "discount_lists": [many] })),
        ("price_list.define.v1", json!({ "price_lists": [list] })),
        ("literature.define.v1", json!({ "literature": [card] })),
        ("product.retire.v1", json!({ "skus": ["SV-1Y"] })),
    ]
}
