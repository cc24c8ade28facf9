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

#[tokio::test]
async fn f34_a_later_enquiry_fills_gaps_and_what_it_says_otherwise_waits_for_a_person() {
    let it = Installation::new().await;
    let workers = it.start(&[], &[]);
    it.catalog().await;
    it.send("intake.web", "application/json", vec![form(1)]).await;
    it.until("there is an offer", "SELECT count(*) = 1 FROM quote WHERE state = 'active'").await;
    let again = |title: &str, message: &str| {
        let mut again: Value = serde_json::from_slice(&form(1)).unwrap();
        again["job_title"] = json!(title);
        again["message"] = json!(message);
        vec![again.to_string().into_bytes()]
    };
    it.send("intake.web", "application/json", again("Buyer", "We want more of them.")).await;
    it.until("a gap is filled", "SELECT job_title = 'Buyer' FROM contact").await;
    it.send("intake.web", "application/json", again("Head of Sales", "And more again.")).await;
    it.until("it is proposed", "SELECT count(*) = 1 FROM proposal WHERE state = 'open'").await;
    let listed = leadmill(&it, &["list", "proposals", "--state", "open", "--json"]).await;
    assert!(listed.out.contains("contact: person"), "{}", listed.out);
    let status = leadmill(&it, &["status"]).await;
    assert!(status.out.contains("Proposals to accept or dismiss"), "{}", status.out);
    let proposal = it.texts("SELECT id::text FROM proposal").await.remove(0);
    let shown = leadmill(&it, &["show", "proposal", &proposal]).await;
    assert!(shown.out.contains("leadmill command proposal.accept"), "{} {}", shown.out, shown.err);
    it.command("proposal.accept.v1", json!({ "proposal": proposal })).await;
    it.until("it stands", "SELECT job_title = 'Head of Sales' FROM contact").await;

    let lead = it.texts("SELECT id::text FROM lead ORDER BY id LIMIT 1").await.remove(0);
    let update = json!({ "lead": lead, "enquiry": { "industry": "Hotels" } });
    it.command("lead.update.v1", update).await;
    let refused = "SELECT count(*) = 1 FROM refusal WHERE subject_kind = 'lead' AND final";
    it.until("a closed lead is read only", refused).await;
    workers.stop().await;
    let told = leadmill(&it, &["rebuild", "--check"]).await;
    assert!(told.success, "{} {}", told.out, told.err);
}

#[tokio::test]
async fn f18_consent_has_a_history_and_contact_and_lead_show_what_counts() {
    let it = Installation::new().await;
    let workers = it.start(&[], &[]);
    it.catalog().await;
    let mut yes: Value = serde_json::from_slice(&form(1)).unwrap();
    let email = yes["email"].as_str().unwrap().to_owned();
    yes["newsletter"] = json!("yes");
    it.send("intake.web", "application/json", vec![yes.to_string().into_bytes()]).await;
    it.until("they agreed", "SELECT count(*) = 1 FROM contact WHERE consent").await;
    let mut no = yes.clone();
    no["newsletter"] = json!("no");
    no["message"] = json!("Please write no more to all of us.");
    it.send("intake.web", "application/json", vec![no.to_string().into_bytes()]).await;
    it.until("the contact follows", "SELECT count(*) = 1 FROM contact WHERE NOT consent").await;
    let bounced = json!({ "RecordType": "Bounce", "Type": "HardBounce", "Email": email, "ID": 7 });
    it.send("intake.web", "application/json", vec![bounced.to_string().into_bytes()]).await;
    it.until("nothing is sent there", "SELECT state = 'suppressed' FROM consent").await;
    let shown = leadmill(&it, &["consent", "show", &email]).await;
    for word in ["bulk_mail", "given", "withdrawn", "bounce", "intake.web"] {
        assert!(shown.out.contains(word), "{word}: {} {}", shown.out, shown.err);
    }
    let number = it.texts("SELECT number FROM lead ORDER BY id LIMIT 1").await.remove(0);
    let by_number = leadmill(&it, &["consent", "show", &number]).await;
    assert_eq!(by_number.out, shown.out, "{}", by_number.err);
    let nobody = leadmill(&it, &["consent", "show", "nobody@else.example"]).await;
    assert!(nobody.err.contains("leadmill list consents"), "{}", nobody.err);
    let lift = json!({ "channel": email, "reason": "The mailbox is back." });
    it.command("consent.lift.v1", lift).await;
    it.until("it is lifted", "SELECT state = 'open' FROM consent").await;
    workers.stop().await;
    let told = leadmill(&it, &["rebuild", "--check"]).await;
    assert!(told.success, "{} {}", told.out, told.err);
}
