//! Deals that are closed by hand and orders that are canceled, killed at every fault point.

use serde_json::json;

use super::{LEADS, Step, Until, matrix_until, quotes, taken, worked};
use crate::installation::Installation;

/// Half of the deals are ordered, one of these was canceled; the other half has no offer that lives.
async fn closed_or_ordered(it: &Installation) {
    quotes(it).await;
    let quotes = it.texts("SELECT id::text FROM quote ORDER BY id").await;
    let (ordered, closed) = quotes.split_at(LEADS / 2);
    for quote in ordered {
        it.command("quote.accept.v1", json!({ "quote": quote })).await;
    }
    worked(it, "ordering", "SELECT count(*) = 6 FROM sales_order").await;
    for quote in closed {
        it.command("quote.close.v1", json!({ "quote": quote, "reason": "lost" })).await;
    }
    worked(it, "quoting", "SELECT count(*) = 6 FROM quote WHERE state = 'closed'").await;
    let first = "SELECT id::text FROM sales_order ORDER BY id LIMIT 1";
    let first = it.texts(first).await.remove(0);
    it.command("order.cancel.v1", json!({ "order": first, "reason": "They moved." })).await;
    let canceled = "SELECT count(*) = 1 FROM sales_order WHERE state = 'canceled'";
    worked(it, "ordering", canceled).await;
}

#[tokio::test]
async fn f100_f116_ordering_killed_over_closed_deals_and_canceled_orders_leaves_the_same() {
    let before = Installation::new().await;
    closed_or_ordered(&before).await;
    let orders = "SELECT id::text FROM sales_order WHERE state = 'active' ORDER BY id";
    for order in before.texts(orders).await {
        before.command("order.cancel.v1", json!({ "order": order, "reason": "They moved." })).await;
    }
    let of_canceled = "SELECT opportunity::text FROM sales_order WHERE state = 'canceled'";
    let deal = before.texts(of_canceled).await.remove(0);
    before.command("opportunity.reopen.v1", json!({ "opportunity": deal })).await;
    let open = "SELECT id::text FROM opportunity WHERE state = 'open' AND id NOT IN
                (SELECT opportunity FROM sales_order) ORDER BY id LIMIT 6";
    for (n, deal) in before.texts(open).await.into_iter().enumerate() {
        if n % 2 == 0 {
            let win = json!({ "opportunity": deal, "actual_revenue": "1000.00" });
            before.command("opportunity.win.v1", win).await;
        } else {
            let lose = json!({ "opportunity": deal, "reason": "out_sold", "comment": "Too dear." });
            before.command("opportunity.lose.v1", lose).await;
        }
    }
    let messages = taken(&before, "ordering").await;
    assert_eq!(messages.len(), LEADS);
    let step = Step { worker: "ordering", queue: "ordering", next: None, messages };
    matrix_until(&before, step, Until { commands: Some(LEADS), ..Until::default() }).await;
}
