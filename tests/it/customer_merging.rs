//! Customers that become one, while others work on them, and the way back.

use serde_json::{Value, json};
use uuid::Uuid;

use crate::installation::{Installation, Process, command};
use crate::operators::leadmill;

/// What a merge and its undo leave: rows but for the count of their events, and whom keys point at.
const ROWS: &str = "SELECT (to_jsonb(c) - ARRAY['sequence', 'modified_at'])::text FROM contact AS c
     UNION ALL SELECT (to_jsonb(a) - ARRAY['sequence', 'modified_at'])::text FROM account AS a
     UNION ALL SELECT (to_jsonb(k) - 'modified_at')::text FROM party_key AS k
     UNION ALL SELECT (to_jsonb(k) - 'modified_at')::text FROM likeness_key AS k ORDER BY 1";

fn wants(email: &str, company: Option<&str>, message: &str) -> Vec<u8> {
    let mut form = json!({
        "name": "Bea Vidal", "email": email, "message": message, "sku": "CM-100", "quantity": 2,
    });
    if let Some(company) = company {
        form["company"] = json!(company);
    }
    form.to_string().into_bytes()
}

async fn send(it: &Installation, body: Vec<u8>) {
    it.send("intake.web", "application/json", vec![body]).await;
}

/// Bea is known twice, with an account each and an offer: contacts and accounts, the older first.
async fn two(it: &Installation) -> (Process, [String; 2], [String; 2]) {
    let workers = it.start(&["intake", "qualification", "quoting"], &[]);
    it.catalog().await;
    send(it, wants("bea@mills.example", Some("Mills"), "An offer, please.")).await;
    it.until("an offer", "SELECT count(*) = 1 FROM quote WHERE state = 'active'").await;
    send(it, wants("bea@mill.example", Some("Mill"), "A second offer, please.")).await;
    it.until("another", "SELECT count(*) = 2 FROM quote WHERE state = 'active'").await;
    let contacts = it.texts("SELECT id::text FROM contact ORDER BY id").await;
    let accounts = it.texts("SELECT id::text FROM account ORDER BY id").await;
    (workers, contacts.try_into().unwrap(), accounts.try_into().unwrap())
}

async fn told_again(it: &Installation) {
    for check in [&["rebuild", "--check"][..], &["audit"][..]] {
        let told = leadmill(it, check).await;
        assert!(told.success, "{check:?} {} {}", told.out, told.err);
    }
}

async fn shown(it: &Installation, what: &[&str]) -> String {
    let shown = leadmill(it, &[&["show"], what].concat()).await;
    assert!(shown.success, "{}", shown.err);
    shown.out
}

#[tokio::test]
async fn f22_f23_customers_become_one_for_whatever_comes_next_and_rows_and_keys_come_back() {
    let it = Installation::new().await;
    let (workers, [first, second], [mills, mill]) = two(&it).await;
    let before = it.texts(ROWS).await;
    let merged = "SELECT (SELECT count(*) FROM contact WHERE state = 'merged')
                       + (SELECT count(*) FROM account WHERE state = 'merged') = 2";
    it.command("contact.merge.v1", json!({ "contact": first, "losers": [second] })).await;
    it.command("account.merge.v1", json!({ "account": mills, "losers": [mill] })).await;
    it.until("they are merged", merged).await;
    told_again(&it).await;
    let loser = shown(&it, &["contact", &second]).await;
    assert!(loser.contains("merged") && loser.contains(&first), "{loser}");
    let deal = "SELECT id::text FROM opportunity ORDER BY id DESC LIMIT 1";
    let deal = it.texts(deal).await.remove(0);
    let of_deal = shown(&it, &["opportunity", &deal]).await;
    assert!(of_deal.contains("by now") && of_deal.contains(&mills), "{of_deal}");
    let key = shown(&it, &["key", "email bea@mill.example"]).await;
    assert!(key.contains(&format!("by now contact {first}")), "{key}");
    // The next offer of the open deal, and what a loser asks next, bear the master.
    let lines = json!({ "add": [{ "product": "CM-100", "quantity": "1" }] });
    it.command("opportunity.edit_lines.v1", json!({ "opportunity": deal, "lines": lines })).await;
    it.until("it is offered", "SELECT count(*) = 3 FROM quote").await;
    let buyers = "SELECT buyer ->> 'name' FROM quote ORDER BY id";
    assert_eq!(it.texts(buyers).await, ["Mills", "Mill", "Mills"]);
    let reason = json!({ "contact": second, "reason": "gone" });
    it.command("contact.deactivate.v1", reason).await;
    let refused = "SELECT count(*) = 1 FROM refusal WHERE rule = 'customer.merged' AND final";
    it.until("a merged one takes no step", refused).await;

    it.command("account.unmerge.v1", json!({ "account": mill })).await;
    it.command("contact.unmerge.v1", json!({ "contact": first })).await;
    let back = "SELECT (SELECT count(*) FROM contact WHERE state = 'merged')
                     + (SELECT count(*) FROM account WHERE state = 'merged') = 0";
    it.until("they are taken back", back).await;
    assert_eq!(it.texts(ROWS).await, before);
    workers.stop().await;
    told_again(&it).await;
}

#[tokio::test]
async fn f22_contacts_that_are_merged_both_ways_at_once_while_they_ask_are_one() {
    let it = Installation::new().await;
    let (workers, [first, second], _) = two(&it).await;
    let others = it.start(&["qualification"], &[]);
    let rounds = 5;
    for round in 1..=rounds {
        let merge = |master: &String, loser: &String| {
            let data = json!({ "contact": master, "losers": [loser] });
            command(&Uuid::new_v4().to_string(), "contact.merge.v1", &data)
        };
        it.publish(vec![merge(&first, &second), merge(&second, &first)]).await;
        let email = if round % 2 == 0 { "bea@mill.example" } else { "bea@mills.example" };
        send(&it, wants(email, None, &format!("Offer {round}, please."))).await;
        let refused = format!(
            "SELECT count(*) = {round} FROM refusal WHERE rule = 'customer.merged' AND final"
        );
        it.until("one of them is refused", &refused).await;
        assert_eq!(it.count("SELECT count(*) FROM contact WHERE state = 'merged'").await, 1);
        let decided = format!(
            "SELECT count(*) = {} FROM lead WHERE state = 'qualified' OR assessment IS NOT NULL",
            2 + round
        );
        it.until("who asked meanwhile is somebody", &decided).await;
        it.command("contact.unmerge.v1", json!({ "contact": first })).await;
        let back = "SELECT count(*) = 0 FROM contact WHERE state = 'merged'";
        it.until("it is taken back", back).await;
    }
    workers.stop().await;
    others.stop().await;
    assert_eq!(it.count("SELECT count(*) FROM contact").await, 2, "nobody was made a third time");
    assert_eq!(it.count("SELECT count(*) FROM parked").await, 0);
    told_again(&it).await;
}

/// All that says who somebody is, wherever it is kept.
async fn left_of(it: &Installation, value: &str) -> Vec<String> {
    let mut left = Vec::new();
    for table in ["contact", "account", "lead", "event", "party_key", "likeness_key", "quote"] {
        let rows = format!("SELECT t::text FROM {table} AS t WHERE t::text LIKE '%{value}%'");
        left.extend(it.texts(&rows).await.into_iter().map(|row| format!("{table}: {row}")));
    }
    left
}

#[tokio::test]
async fn f119_what_a_merge_kept_of_a_person_is_exported_and_erased_with_them() {
    let it = Installation::new().await;
    let (workers, [first, second], [mills, mill]) = two(&it).await;
    it.command("contact.merge.v1", json!({ "contact": first, "losers": [second] })).await;
    it.command("account.merge.v1", json!({ "account": mills, "losers": [mill] })).await;
    it.until("they are one", "SELECT count(*) = 1 FROM account WHERE state = 'merged'").await;
    it.until("both", "SELECT count(*) = 1 FROM contact WHERE state = 'merged'").await;
    let export = leadmill(&it, &["person", "export", "bea@mill.example"]).await;
    let export: Value =
        serde_json::from_str(&export.out).unwrap_or_else(|_| panic!("{}", export.err));
    let export = export.to_string();
    for value in [&first, &second, "bea@mills.example", "bea@mill.example"] {
        assert!(export.contains(value), "{value}");
    }
    let erase = json!({ "keys": ["bea@mill.example"], "reason": "They asked for it." });
    let erasing = it.start(&["privacy"], &[]);
    it.command("person.erase.v1", erase).await;
    it.until("they are erased", "SELECT count(*) = 1 FROM erasure WHERE state = 'done'").await;
    for value in ["Vidal", "bea@mill"] {
        let left = left_of(&it, value).await;
        assert!(left.is_empty(), "{left:#?}");
    }
    told_again(&it).await;
    it.command("contact.unmerge.v1", json!({ "contact": second })).await;
    it.until("it comes back", "SELECT count(*) = 0 FROM contact WHERE state = 'merged'").await;
    assert!(left_of(&it, "Vidal").await.is_empty(), "as nobody");
    workers.stop().await;
    erasing.stop().await;
    told_again(&it).await;
}
