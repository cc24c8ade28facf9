//! Orders are billed by policy and in parts, on real servers.

use serde_json::{Value, json};

use crate::installation::{Installation, form};
use crate::operators::leadmill;

/// An order of which everything is shipped, and which nobody has billed: its id and those of its lines.
async fn shipped_by_hand(it: &Installation) -> (String, Vec<(String, String)>) {
    let workers = it.start(&["intake", "qualification", "quoting", "ordering"], &[]);
    it.catalog().await;
    it.send("intake.web", "application/json", vec![form(1)]).await;
    it.until("it is offered", "SELECT count(*) = 1 FROM quote WHERE state = 'active'").await;
    let quote = it.texts("SELECT id::text FROM quote").await.remove(0);
    it.command("quote.accept.v1", json!({ "quote": quote })).await;
    it.until("it is ordered", "SELECT count(*) = 1 FROM sales_order").await;
    let order = it.texts("SELECT id::text FROM sales_order").await.remove(0);
    it.command("order.update.v1", json!({ "order": order, "billing": "by_hand" })).await;
    it.until("it is by hand", "SELECT count(*) = 1 FROM sales_order WHERE billing = 'by_hand'")
        .await;
    let lines = it
        .texts("SELECT id || ' ' || trim_scale(quantity) FROM order_line ORDER BY position")
        .await;
    let lines: Vec<_> = lines.iter().map(|line| line.split_once(' ').unwrap()).collect();
    let lines: Vec<_> = lines.iter().map(|(id, n)| ((*id).to_owned(), (*n).to_owned())).collect();
    let all = lines.iter().map(|(line, quantity)| json!({ "line": line, "quantity": quantity }));
    let all: Vec<_> = all.collect();
    it.command("order.ship.v1", json!({ "order": order, "reference": "all", "lines": all })).await;
    it.until("it is fulfilled", "SELECT count(*) = 1 FROM sales_order WHERE state = 'fulfilled'")
        .await;
    workers.stop().await;
    (order, lines)
}

async fn billable(it: &Installation) -> Vec<Value> {
    let listed = leadmill(it, &["list", "billable", "--json"]).await;
    assert!(listed.success, "{}", listed.err);
    listed.out.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[tokio::test]
async fn f111_of_two_who_bill_all_of_an_order_at_once_one_is_refused_and_a_part_leaves_a_rest_that_is_listed()
 {
    let it = Installation::new().await;
    let (order, lines) = shipped_by_hand(&it).await;
    let rest = billable(&it).await;
    assert_eq!((rest.len(), &rest[0]["billing"]), (1, &json!("by_hand")));
    assert_eq!(rest[0]["lines"][0]["billable"], json!(lines[0].1));

    // Two workers, so that they decide at the same moment.
    let one = it.start(&["invoicing"], &[]);
    let other = it.start(&["invoicing"], &[]);
    for _ in 0..2 {
        it.command("invoice.create.v1", json!({ "order": order })).await;
    }
    let refused = "SELECT count(*) = 1 FROM refusal WHERE rule = 'order.nothing_billable'";
    it.until("the second is refused", refused).await;
    assert_eq!(it.count("SELECT count(*) FROM invoice").await, 1);
    assert_eq!(billable(&it).await, Vec::<Value>::new());
    for worker in [one, other] {
        worker.stop().await;
    }
    for verb in [&["audit"][..], &["rebuild", "--check"]] {
        let told = leadmill(&it, verb).await;
        assert!(told.success, "{}{}", told.out, told.err);
    }
}
