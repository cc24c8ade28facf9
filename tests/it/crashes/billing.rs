//! What people ask of invoices, killed at every fault point.

use serde_json::{Value, json};

use super::{LEADS, Step, Until, accept, matrix_until, quotes, ship, taken, worked};
use crate::installation::Installation;

/// Orders that are billed by hand, all of them shipped.
async fn by_hand(it: &Installation) -> Vec<String> {
    quotes(it).await;
    accept(it).await;
    worked(it, "ordering", "SELECT count(*) = 12 FROM sales_order").await;
    it.execute("UPDATE sales_order SET billing = 'by_hand'").await;
    ship(it).await;
    let shipped = "SELECT count(*) = 12 FROM sales_order WHERE state = 'fulfilled'";
    worked(it, "ordering", shipped).await;
    it.texts("SELECT id::text FROM sales_order ORDER BY id").await
}

async fn half(it: &Installation, order: &str) -> Value {
    let line = format!(
        "SELECT id || ' ' || trim_scale(quantity / 2) FROM order_line WHERE sales_order = '{order}'
         ORDER BY position LIMIT 1"
    );
    let line = it.texts(&line).await.remove(0);
    let (line, quantity) = line.split_once(' ').unwrap();
    json!([{ "order_line": line, "quantity": quantity }])
}

#[tokio::test]
async fn f110_f116_invoicing_killed_over_invoices_in_parts_leaves_the_same_without_a_gap() {
    let before = Installation::new().await;
    let orders = by_hand(&before).await;
    // What ordering said is heard first, and nothing follows from it.
    let heard = "SELECT count(*) = 12 FROM inbox WHERE worker = 'invoicing'";
    worked(&before, "invoicing", heard).await;
    for order in &orders {
        let lines = half(&before, order).await;
        before.command("invoice.create.v1", json!({ "order": order, "lines": lines })).await;
        before.command("invoice.create.v1", json!({ "order": order })).await;
    }
    let messages = taken(&before, "invoicing").await;
    assert_eq!(messages.len(), 2 * LEADS);
    let step = Step { worker: "invoicing", queue: "invoicing", next: None, messages };
    let until = Until { commands: Some(2 * LEADS), ..Until::default() };
    matrix_until(&before, step, until).await;
}
