//! A person who wants to be forgotten: of what they said nothing is left but what law keeps.

use serde_json::{Value, json};

use crate::installation::{Installation, Process, form};
use crate::operators::leadmill;

/// What tells who they are: of the one who wrote a form, and of the one in a list.
const ILSEBILL: [&str; 3] = ["Quastenflosser", "ilsebill@acme7.example", "15177771234"];
const WIBKE: [&str; 3] = ["Zitterrochen", "wibke@zitter.example", "15188885678"];

/// All of the database as text, without invoices and what is said of them; bytes as the text that they are.
async fn dump(it: &Installation) -> Vec<String> {
    let tables = "SELECT c.relname::text FROM pg_class AS c
                  WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p') AND NOT c.relispartition
                    AND c.relname NOT IN ('invoice', 'invoice_line')";
    let mut rows = Vec::new();
    for table in it.texts(tables).await {
        let sql = match table.as_str() {
            "event" => "SELECT t::text FROM event AS t WHERE subject_kind <> 'invoice'".to_owned(),
            "input_chunk" | "opened_chunk" => {
                format!("SELECT coalesce(encode(bytes, 'escape'), '') FROM {table}")
            }
            "parked" => {
                "SELECT concat(encode(body, 'escape'), headers, properties, reason) FROM parked"
                    .to_owned()
            }
            _ => format!("SELECT t::text FROM {table} AS t"),
        };
        rows.extend(it.texts(&sql).await.into_iter().map(|row| format!("{table}: {row}")));
    }
    rows
}

async fn left_of(it: &Installation, person: &[&str]) -> Vec<String> {
    let rows = dump(it).await.into_iter();
    rows.filter(|row| person.iter().any(|value| row.contains(value))).collect()
}

fn enquiry() -> Vec<u8> {
    let [name, email, phone] = ILSEBILL;
    json!({
        "name": format!("Ilsebill {name}"), "email": email, "phone": format!("+49{phone}"), "company": "Acme 7",
        "street": "Werkweg 7", "city": "Bonn", "country": "DE", "newsletter": "yes",
        "message": format!("I am Ilsebill {name}, call me: +49{phone}. We want to buy a coffee machine."),
        "sku": "CM-100", "quantity": 2,
    })
    .to_string()
    .into_bytes()
}

/// Two people of one company, one of whom has an invoice, and a list with two people.
async fn history(it: &Installation) {
    it.catalog().await;
    it.send("intake.web", "application/json", vec![enquiry()]).await;
    it.until("there is an offer", "SELECT count(*) = 1 FROM quote WHERE state = 'active'").await;
    it.send("intake.web", "application/json", vec![form(7)]).await;
    it.until("and another", "SELECT count(*) = 2 FROM quote WHERE state = 'active'").await;
    let [name, email, phone] = WIBKE;
    let list = format!(
        "name,email,phone\nWibke {name},{email},+49{phone}\nBo Kurz,bo@kurz.example,+4915100000001\n"
    );
    it.send("intake.import", "text/csv", vec![list.into_bytes()]).await;
    it.until("the list is taken", "SELECT count(*) = 4 FROM lead").await;
    let quote = "SELECT q.id::text FROM quote AS q WHERE buyer ->> 'email' LIKE 'ilsebill%'";
    let quote = it.texts(quote).await.remove(0);
    let accept = json!({ "quote": quote, "accepted_by": format!("Ilsebill {}", ILSEBILL[0]) });
    it.command("quote.accept.v1", accept).await;
    it.until("it is ordered", "SELECT count(*) = 1 FROM sales_order").await;
    let order = it.texts("SELECT id::text FROM sales_order").await.remove(0);
    let lines = it.texts("SELECT id::text || ' ' || quantity::integer FROM order_line").await;
    let line = |line: &String| {
        let (id, quantity) = line.split_once(' ').unwrap();
        json!({ "line": id, "quantity": quantity })
    };
    let lines: Vec<_> = lines.iter().map(line).collect();
    let ship = json!({ "order": order, "reference": "S-1", "lines": lines });
    it.command("order.ship.v1", ship).await;
    it.until("it is billed", "SELECT count(*) = 1 FROM invoice").await;
    // Corrected and refused by hand: words of people, too.
    let contact = "SELECT id::text FROM contact WHERE emails::text LIKE '%ilsebill%'";
    let contact = it.texts(contact).await.remove(0);
    let update = json!({ "contact": contact, "given_name": format!("Ilse {}", ILSEBILL[0]) });
    it.command("contact.update.v1", update.clone()).await;
    it.until("it is corrected", "SELECT count(*) = 1 FROM event WHERE type = 'contact.updated.v1'")
        .await;
    let mut stale = update;
    stale["expected_sequence"] = json!(1);
    stale["job_title"] = json!(ILSEBILL[0]);
    it.command("contact.update.v1", stale).await;
    let refused = "SELECT count(*) = 1 FROM refusal WHERE final AND type = 'contact.update.v1'";
    it.until("and refused", refused).await;
}

async fn erase(it: &Installation, key: &str, nth: i64) {
    let erase = json!({ "keys": [key], "reason": "They asked for it." });
    it.command("person.erase.v1", erase).await;
    let done = format!("SELECT count(*) = {nth} FROM erasure WHERE state = 'done'");
    it.until("they are erased", &done).await;
}

async fn holds(it: &Installation) {
    for check in [&["rebuild", "--check"][..], &["audit"][..]] {
        let found = leadmill(it, check).await;
        assert!(found.success, "{check:?} {} {}", found.out, found.err);
    }
}

#[tokio::test]
async fn f119_nothing_is_left_of_an_erased_person_but_their_invoice_and_others_keep_everything() {
    let it = Installation::new().await;
    let hears = ["consumer", "add", "till", "--hears", "contact.created.v1"];
    assert!(leadmill(&it, &hears).await.success);
    let workers = it.start(&[], &[]);
    history(&it).await;
    suppressed(&it).await;
    assert!(left_of(&it, &ILSEBILL).await.len() > 10 && left_of(&it, &WIBKE).await.len() > 5);
    holds(&it).await;
    is_exported(&it).await;
    let others = "SELECT enquiry::text FROM lead WHERE enquiry::text ~ 'ana7@|bo@kurz' ORDER BY id";
    let before = it.texts(others).await;
    erase(&it, &ILSEBILL[1].to_uppercase(), 1).await;
    erase(&it, WIBKE[1], 2).await;
    for person in [ILSEBILL, WIBKE] {
        let left = left_of(&it, &person).await;
        assert!(left.is_empty(), "{left:#?}");
    }
    assert_eq!(it.texts(others).await, before, "others keep what they said");
    let kept = "SELECT count(*) FROM invoice WHERE buyer::text LIKE '%Quastenflosser%'";
    assert_eq!(it.count(kept).await, 1);
    let list =
        "SELECT encode(bytes, 'escape') FROM input_chunk AS c JOIN input AS i ON i.id = c.input
                WHERE i.verdict = 'split'";
    let list = it.texts(list).await.remove(0);
    assert!(list.contains("Bo Kurz,bo@kurz.example,+4915100000001"), "{list}");
    assert_eq!(list.lines().count(), 3, "{list}");
    let receipt = "SELECT r ->> 'store' FROM erasure AS e, jsonb_array_elements(e.receipt) AS r
                   ORDER BY e.id, 1";
    let receipt = it.texts(receipt).await;
    for store in [
        "contact",
        "event",
        "input_chunk",
        "kept: consent",
        "kept: invoice",
        "kept: queue out.billing",
        "kept: queue out.till",
        "lead",
        "party_key",
        "quote",
    ] {
        assert!(receipt.iter().any(|known| known == store), "{store}: {receipt:?}");
    }
    let shown = leadmill(&it, &["consent", "show", ILSEBILL[1]]).await;
    assert!(shown.out.contains("nothing is sent there (complaint)"), "{} {}", shown.out, shown.err);
    assert!(shown.out.starts_with("erased email "), "{}", shown.out);
    // Who is looked for again is not there any more, and whoever writes anew is a new person.
    erase(&it, ILSEBILL[1], 3).await;
    let again = "SELECT receipt::text FROM erasure ORDER BY id DESC LIMIT 1";
    assert_eq!(it.texts(again).await, ["[]"]);
    holds(&it).await;
    it.send("intake.web", "application/json", vec![enquiry_again()]).await;
    let new =
        "SELECT count(*) = 1 FROM lead WHERE enquiry::text LIKE '%ilsebill%' AND previous IS NULL";
    it.until("they are new", new).await;
    is_still_suppressed(&it).await;
    let erasure = it.texts("SELECT id::text FROM erasure ORDER BY id LIMIT 1").await.remove(0);
    let acknowledge = json!({ "erasure": erasure, "consumer": "till" });
    it.command("erasure.acknowledge.v1", acknowledge).await;
    let told = "SELECT count(*) = 1 FROM erasure WHERE acknowledged = '[\"till\"]'";
    it.until("a consumer has erased too", told).await;
    workers.stop().await;
    holds(&it).await;
}

/// They complained of a mail.
async fn suppressed(it: &Installation) {
    let suppress = json!({ "channel": ILSEBILL[1], "reason": "complaint" });
    it.command("consent.suppress.v1", suppress).await;
    it.until(
        "nothing is sent there",
        "SELECT count(*) = 1 FROM consent WHERE state = 'suppressed'",
    )
    .await;
}

/// Whoever was suppressed is so when they come again and say yes, without their address having been kept.
async fn is_still_suppressed(it: &Installation) {
    let yes =
        "SELECT count(*) = 0 FROM lead WHERE previous IS NULL AND enquiry::text LIKE '%ilsebill%'
                 AND (enquiry ->> 'consent')::boolean";
    it.until("nothing is sent in bulk", yes).await;
    let one = "SELECT state || ' ' || left(channel, 13) FROM consent";
    assert_eq!(it.texts(one).await, ["suppressed erased email "]);
}

/// Whoever asks what is known of them gets all of it, as JSON.
async fn is_exported(it: &Installation) {
    let export = leadmill(it, &["person", "export", ILSEBILL[1]]).await;
    let known: Value = serde_json::from_str(&export.out).unwrap();
    for kind in ["contact", "lead", "input", "consent", "quote", "order", "invoice"] {
        assert_eq!(known["records"][kind].as_array().map(Vec::len), Some(1), "{kind}");
    }
    assert!(
        known["sent"].to_string().contains("We want to buy a coffee machine"),
        "{}",
        export.out
    );
    assert!(!export.out.contains("ana7@"), "another person of the same company");
    let nobody = leadmill(it, &["person", "export", "nobody@else.example"]).await;
    assert!(!nobody.success && nobody.err.contains("Nothing is known"), "{}", nobody.err);
}

/// The same person with other words: the bytes of the first form are still known as a repeat.
fn enquiry_again() -> Vec<u8> {
    let text = String::from_utf8(enquiry()).unwrap();
    text.replace("buy a coffee machine", "buy one more").into_bytes()
}

#[tokio::test]
async fn f119_a_worker_that_is_killed_while_it_erases_goes_on_where_it_was() {
    let it = Installation::new().await;
    let workers = it.start(&["intake", "qualification", "quoting", "ordering", "invoicing"], &[]);
    history(&it).await;
    it.command("person.erase.v1", json!({ "keys": [ILSEBILL[1]], "reason": "They asked." })).await;
    for point in ["saved:2", "committed:1", "confirmed:1", "claimed:1", "committed:2"] {
        it.start(&["privacy"], &[("LEADMILL_FAIL_AT", point)]).died().await;
    }
    let privacy = it.start(&["privacy"], &[]);
    it.until("they are erased", "SELECT count(*) = 1 FROM erasure WHERE state = 'done'").await;
    let left = left_of(&it, &ILSEBILL).await;
    assert!(left.is_empty(), "{left:#?}");
    stop(privacy, workers).await;
    holds(&it).await;
}

#[tokio::test]
async fn f119_an_enquiry_on_its_way_is_erased_too_or_is_whole() {
    let it = Installation::new().await;
    let workers = it.start(&[], &[]);
    it.catalog().await;
    for round in 1..=5 {
        it.send("intake.web", "application/json", vec![enquiry()]).await;
        let again = |n: usize| {
            let text = String::from_utf8(enquiry()).unwrap();
            text.replace("a coffee machine", &format!("{round}{n} machines")).into_bytes()
        };
        it.send("intake.web", "application/json", (0..3).map(again).collect()).await;
        erase(&it, ILSEBILL[1], round).await;
    }
    it.until("all is read", "SELECT count(*) >= 16 FROM input").await;
    let published = "SELECT NOT EXISTS (SELECT FROM batch WHERE published_at IS NULL)";
    it.until("and said", published).await;
    workers.stop().await;
    // Who has an address has a name and a key, and who has none has neither.
    let whole = "SELECT count(*) FROM lead AS l
                 WHERE (l.enquiry::text LIKE '%ilsebill@%') <> (l.enquiry::text LIKE '%Quastenflosser%')";
    assert_eq!(it.count(whole).await, 0);
    holds(&it).await;
}

async fn stop(one: Process, other: Process) {
    one.stop().await;
    other.stop().await;
}

/// Days that pass for whoever decides.
async fn pass(it: &Installation, days: i64) {
    it.execute(&format!("UPDATE clock_shift SET by = by + interval '{days} days'")).await;
}

#[tokio::test]
async fn f119_what_is_older_than_it_is_kept_goes_by_the_clock_and_what_is_younger_or_dealt_with_stays()
 {
    let it = Installation::new().await;
    let workers = it.start(&["intake", "qualification"], &[]);
    let vague = |n: usize, message: &str| {
        let form = json!({ "name": format!("Vera Vague{n}"), "email": format!("vera{n}@vague.example"),
                           "message": message });
        form.to_string().into_bytes()
    };
    it.send("intake.web", "application/json", (0..4).map(|n| vague(n, "hello")).collect()).await;
    it.until("they are scored", "SELECT count(*) = 4 FROM lead WHERE assessment IS NOT NULL").await;
    for lead in it.texts("SELECT id::text FROM lead ORDER BY number").await {
        it.command("lead.disqualify.v1", json!({ "lead": lead, "reason": "lost" })).await;
    }
    it.until("they are closed", "SELECT count(*) = 4 FROM lead WHERE state = 'disqualified'").await;
    let spam = json!({ "name": "Sally Spam" });
    it.send("intake.web", "application/json", vec![spam.to_string().into_bytes()]).await;
    it.until("one is held", "SELECT count(*) = 1 FROM input WHERE verdict = 'held'").await;
    let held = it.texts("SELECT id::text FROM input WHERE verdict = 'held'").await.remove(0);
    let reject = json!({ "input": held, "reason": "Sally sells." });
    it.command("input.reject.v1", reject).await;
    it.until("and rejected", "SELECT count(*) = 1 FROM input WHERE verdict = 'rejected'").await;
    pass(&it, 5).await;
    // One of them asks again, another is younger.
    it.send("intake.web", "application/json", vec![vague(3, "hello again"), vague(9, "hello")])
        .await;
    it.until("they are there", "SELECT count(*) = 6 FROM lead").await;
    workers.stop().await;
    let keeping = [
        ("LEADMILL_RETENTION__REJECTED_INPUTS_DAYS", "3"),
        ("LEADMILL_RETENTION__RAW_INPUTS_DAYS", "3"),
        ("LEADMILL_RETENTION__CLOSED_LEADS_DAYS", "3"),
    ];
    let privacy = it.start(&["privacy"], &keeping);
    it.until("a run and its erasure", "SELECT count(*) = 2 FROM erasure WHERE state = 'done'")
        .await;
    privacy.stop().await;
    let kept = "SELECT enquiry #>> '{person,family_name}' FROM lead
                WHERE enquiry #>> '{person,family_name}' IS NOT NULL ORDER BY 1";
    assert_eq!(it.texts(kept).await, ["Vague3", "Vague3", "Vague9"]);
    for gone in [&["Vague0", "vera0@vague"][..], &["Sally"]] {
        let left = left_of(&it, gone).await;
        assert!(left.is_empty(), "{left:#?}");
    }
    let bytes = "SELECT count(DISTINCT input) FROM input_chunk WHERE bytes IS NOT NULL";
    assert_eq!(it.count(bytes).await, 2, "what came in the last days can be read again");
    let said = "SELECT count(*) FROM event WHERE worker = 'clock' AND type = 'retention.run.v1'";
    assert_eq!(it.count(said).await, 1);
    // On the same day there is no other run, on the next there is, which finds nothing.
    let privacy = it.start(&["privacy"], &keeping);
    it.command("retention.run.v1", json!({})).await;
    it.until("by hand", "SELECT count(*) = 3 FROM erasure WHERE state = 'done'").await;
    privacy.stop().await;
    assert_eq!(it.count(said).await, 1);
    let last = "SELECT receipt::text || erased::text FROM erasure ORDER BY id DESC LIMIT 1";
    assert_eq!(it.texts(last).await, ["[][]"]);
    it.execute("UPDATE clock_shift SET by = '0'").await;
    holds(&it).await;
}
