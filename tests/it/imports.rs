//! Large imports, and inputs while the database or the broker is away.

use secrecy::ExposeSecret;
use serde_json::json;

use crate::installation::{Installation, form};
use crate::proxy::proxied;

const ROWS: usize = 10_000;

/// 10,000 rows of which each tenth asks again, is not wanted, or reaches nobody.
fn csv() -> Vec<u8> {
    let row = |n: usize| match n % 10 {
        0 => format!("Again,n{}@x{}.example,,\n", n - 5, n % 97),
        3 => format!("Gone,n{n}@x.example,,delete\n"),
        7 => format!(",,Bonn {n},\n"),
        _ => format!("Name {n},n{n}@x{}.example,,\n", (n + 5) % 97),
    };
    let rows: String = (1..=ROWS).map(row).collect();
    format!("name,email,city,action\n{rows}").into_bytes()
}

const JUDGED: &str = "SELECT count(*) FROM input WHERE collection IS NOT NULL";

async fn expect_all_outcomes(it: &Installation) {
    let outcomes = "SELECT verdict || ' ' || count(*) FROM input WHERE collection IS NOT NULL \
                    GROUP BY verdict ORDER BY verdict";
    let expected = ["created 7000", "held 1000", "joined 1000", "rejected 1000"];
    assert_eq!(it.texts(outcomes).await, expected);
    assert_eq!(it.count("SELECT count(DISTINCT part) FROM input").await, 10_000);
    assert_eq!(it.count("SELECT count(*) FROM lead").await, 7_000);
    let checkpoint = "SELECT next_part FROM input WHERE verdict = 'split' AND done";
    assert_eq!(it.count(checkpoint).await, 10_001);
    let events = "SELECT type || ' ' || count(*) FROM event WHERE type LIKE 'lead.%' \
                  OR type LIKE 'input.%' GROUP BY type ORDER BY type";
    assert_eq!(
        it.texts(events).await,
        [
            "input.held.v1 1000",
            "input.rejected.v1 1000",
            "input.row.v1 10000",
            // Its arrival, twenty slices of 500 rows, and that no more follow.
            "input.split.v1 22",
            "lead.captured.v1 7000",
            "lead.enquiry_added.v1 1000"
        ]
    );
    assert_eq!(it.count("SELECT count(*) FROM parked").await, 0);
}

#[tokio::test]
async fn f5_ten_thousand_rows_have_ten_thousand_outcomes() {
    let it = Installation::new().await;
    it.send("intake.import", "text/csv", vec![csv()]).await;
    let intake = it.start(&["intake"], &[]);
    it.until("all rows are judged", &format!("SELECT ({JUDGED}) = {ROWS}")).await;
    expect_all_outcomes(&it).await;
    intake.stop().await;
}

#[tokio::test]
async fn f15_an_import_whose_worker_is_killed_again_and_again_takes_no_row_twice() {
    let it = Installation::new().await;
    it.send("intake.import", "text/csv", vec![csv()]).await;
    for kill in 1..=4 {
        let intake = it.start(&["intake"], &[]);
        let some = kill * ROWS / 5;
        it.until("it works", &format!("SELECT ({JUDGED}) >= {some}")).await;
        intake.kill().await;
        let next = it.count("SELECT next_part FROM input WHERE verdict = 'split'").await;
        let taken = it.count(JUDGED).await;
        assert!((next - 1) % 500 == 0 && taken < next, "the checkpoint {next} is behind {taken}");
    }
    let intake = it.start(&["intake"], &[]);
    it.until("all rows are judged", &format!("SELECT ({JUDGED}) = {ROWS}")).await;
    expect_all_outcomes(&it).await;
    intake.stop().await;
}

#[tokio::test]
async fn f12_forms_are_accepted_while_the_database_is_away_and_become_leads_when_it_is_back() {
    let it = Installation::new().await;
    let (proxy, url) = proxied(it.settings.database.url.expose_secret(), 5432).await;
    let variables = [("LEADMILL_DATABASE__URL", url.as_str())];
    let mut intake = it.start(&["intake"], &variables);
    it.send("intake.web", "application/json", (0..50).map(form).collect()).await;
    it.until("it works", "SELECT count(*) = 50 FROM lead").await;
    proxy.refuse();
    // The broker confirms them: nobody has to wait for the database.
    it.send("intake.web", "application/json", (50..150).map(form).collect()).await;
    intake.says("again").await;
    assert_eq!(it.count("SELECT count(*) FROM lead").await, 50);
    proxy.resume();
    it.until("all are leads", "SELECT count(*) = 150 FROM lead").await;
    assert_eq!(it.count("SELECT count(*) FROM event").await, 150);
    assert_eq!(it.count("SELECT count(*) FROM parked").await, 0);
    intake.stop().await;
}

#[tokio::test]
async fn f12_a_broker_that_is_cut_off_or_silent_costs_nothing_but_time() {
    let it = Installation::new().await;
    let (proxy, url) = proxied(it.settings.broker.url.expose_secret(), 5672).await;
    let variables = [("LEADMILL_BROKER__URL", url.as_str()), ("LEADMILL_BROKER__HEARTBEAT_S", "2")];
    let intake = it.start(&["intake", "qualification"], &variables);
    it.send("intake.web", "application/json", (0..400).map(form).collect()).await;
    it.until("it works", "SELECT count(*) >= 40 FROM lead").await;
    proxy.cut();
    // These can only be taken over a new connection.
    it.send("intake.web", "application/json", (400..450).map(form).collect()).await;
    it.until("it goes on by itself", "SELECT count(*) = 450 FROM lead").await;
    proxy.stall();
    it.send("intake.web", "application/json", (450..550).map(form).collect()).await;
    let mut intake = intake;
    intake.says("heartbeat").await;
    proxy.resume();
    it.until("all are qualified", "SELECT count(*) = 550 FROM lead WHERE state = 'qualified'")
        .await;
    let events = "SELECT type || ' ' || count(*) FROM event WHERE type IN \
                  ('lead.captured.v1', 'opportunity.created.v1') GROUP BY type ORDER BY type";
    assert_eq!(it.texts(events).await, ["lead.captured.v1 550", "opportunity.created.v1 550"]);
    it.until("all is marked", "SELECT count(*) = 0 FROM batch WHERE published_at IS NULL").await;
    assert_eq!(it.count("SELECT count(*) FROM parked").await, 0);
    intake.stop().await;
}

#[tokio::test]
async fn f13_an_answer_to_a_captured_mail_joins_its_lead_on_real_servers() {
    let it = Installation::new().await;
    let intake = it.start(&["intake"], &[]);
    let mail = |from: &str, headers: &str| {
        format!("From: {from}\r\nSubject: Coffee\r\n{headers}\r\n\r\nTwo machines, please.\r\n")
            .into_bytes()
    };
    let first = mail("Ana Lopez <ana@acme.example>", "Message-ID: <1@acme.example>");
    let answer = mail(
        "Ana Lopez <ana@home.example>",
        "Message-ID: <2@home.example>\r\nIn-Reply-To: <1@acme.example>",
    );
    it.send("intake.email", "message/rfc822", vec![first]).await;
    it.until("the lead is there", "SELECT count(*) = 1 FROM lead").await;
    it.send("intake.email", "message/rfc822", vec![answer]).await;
    it.until("it joined the lead", "SELECT count(*) = 1 FROM input WHERE verdict = 'joined'").await;
    assert_eq!(it.count("SELECT count(*) FROM lead").await, 1);
    let keys = "SELECT value FROM party_key WHERE kind = 'thread' AND lead IS NOT NULL ORDER BY 1";
    assert_eq!(it.texts(keys).await, ["1@acme.example", "2@home.example"]);
    // Captured by hand: the owner is on the lead.
    let by_hand = json!({ "email": "bob@orr.example", "captured_by": "Bea" }).to_string();
    it.send("intake.web", "application/json", vec![by_hand.into_bytes()]).await;
    it.until("the owner is known", "SELECT count(*) = 1 FROM lead WHERE enquiry->>'owner' = 'Bea'")
        .await;
    intake.stop().await;
}
