//! Customers that people correct, from the command to the next offer.

use serde_json::{Value, json};

use crate::installation::{Installation, form};
use crate::operators::leadmill;

#[tokio::test]
async fn f34_the_next_offer_to_a_corrected_account_bears_its_address_and_the_first_keeps_its_own() {
    let it = Installation::new().await;
    let workers = it.start(&[], &[]);
    it.catalog().await;
    it.send("intake.web", "application/json", vec![form(1)]).await;
    it.until("there is an offer", "SELECT count(*) = 1 FROM quote WHERE state = 'active'").await;
    let account = it.texts("SELECT id::text FROM account").await.remove(0);
    let address = json!({ "line1": "Calle del Puerto 4", "city": "Cádiz", "country": "ES" });
    let update = json!({ "account": account, "expected_sequence": 1, "address": address });
    it.command("account.update.v1", update.clone()).await;
    it.until("it is corrected", "SELECT sequence = 2 FROM account").await;
    let mut stale = update;
    stale["address"]["city"] = json!("Bonn");
    it.command("account.update.v1", stale).await;
    let refused = "SELECT count(*) = 1 FROM refusal WHERE rule = 'expected_sequence' AND final";
    it.until("who saw the old one is refused", refused).await;

    let mut again: Value = serde_json::from_slice(&form(1)).unwrap();
    again["message"] = json!("We want more of them.");
    it.send("intake.web", "application/json", vec![again.to_string().into_bytes()]).await;
    it.until("there is another", "SELECT count(*) = 2 FROM quote WHERE state = 'active'").await;
    workers.stop().await;
    let cities = "SELECT coalesce(buyer #>> '{address,city}', 'none') FROM quote ORDER BY id";
    let cities = it.texts(cities).await;
    assert_eq!(cities[1], "Cádiz");
    assert_ne!(cities[0], "Cádiz");
    let shown = leadmill(&it, &["show", "account", &account]).await;
    assert!(shown.out.contains("account.updated.v1"), "{}", shown.out);
    let told = leadmill(&it, &["rebuild", "--check"]).await;
    assert!(told.success, "{} {}", told.out, told.err);
}
