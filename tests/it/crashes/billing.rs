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

#[tokio::test]
async fn f112_f116_invoicing_killed_over_money_leaves_the_same_accounts() {
    let before = Installation::new().await;
    quotes(&before).await;
    accept(&before).await;
    worked(&before, "ordering", "SELECT count(*) = 12 FROM sales_order").await;
    ship(&before).await;
    worked(&before, "ordering", "SELECT count(*) = 12 FROM sales_order WHERE state = 'fulfilled'")
        .await;
    for n in 0..4 {
        before.command("payment.received.v1", paid(&format!("unknown-{n}"), "10.00")).await;
    }
    let held = "SELECT (SELECT count(*) FROM invoice) = 12 AND (SELECT count(*) FROM transfer) = 4";
    worked(&before, "invoicing", held).await;
    let invoices = before.texts("SELECT id::text FROM invoice ORDER BY id").await;
    let transfers = before.texts("SELECT id::text FROM transfer ORDER BY id").await;
    for (n, invoice) in invoices[..4].iter().enumerate() {
        let mut money = paid(&format!("paid-{n}"), "12.50");
        money["invoice"] = json!(invoice);
        before.command("payment.received.v1", money).await;
    }
    for (transfer, invoice) in transfers[..2].iter().zip(&invoices[4..]) {
        let documents = json!([{ "invoice": invoice, "amount": "10.00" }]);
        let assign = json!({ "transfer": transfer, "documents": documents });
        before.command("transfer.assign.v1", assign).await;
    }
    for transfer in &transfers[2..] {
        before
            .command("transfer.return.v1", json!({ "transfer": transfer, "reason": "Not for us." }))
            .await;
    }
    for invoice in &invoices[6..10] {
        before
            .command("invoice.cancel.v1", json!({ "invoice": invoice, "reason": "Wrong branch." }))
            .await;
    }
    let messages = taken(&before, "invoicing").await;
    assert_eq!(messages.len(), LEADS);
    let step = Step { worker: "invoicing", queue: "invoicing", next: None, messages };
    matrix_until(&before, step, Until { commands: Some(LEADS), ..Until::default() }).await;
}

fn paid(reference: &str, amount: &str) -> Value {
    let day = chrono::Utc::now().date_naive();
    json!({ "reference": reference, "amount": amount, "currency": "EUR", "value_date": day })
}
