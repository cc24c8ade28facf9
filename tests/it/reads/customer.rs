use super::*;
use crate::installation::{Process, form};

/// The same business, which hangs on no lead and on no other document (T4, T5).
const DIRECTLY: &str = "
    UPDATE opportunity SET originating_lead = NULL; UPDATE lead SET opportunity = NULL;
    UPDATE sales_order SET quote = NULL, opportunity = NULL;
    UPDATE invoice SET sales_order = NULL, quote = NULL, opportunity = NULL";

/// Ana asks three times: it comes to nothing, to an order that is canceled, and to an invoice. A colleague of hers is
/// turned down. Others buy and ask too.
async fn customer() -> (Installation, Process) {
    let it = Installation::new().await;
    let workers = it.start(&[], &[]);
    it.catalog().await;
    it.send("intake.web", "application/json", vec![form(7), form(8)]).await;
    asks(&it, asks_again("hello"), 3).await;
    disqualify(&it, "L.enquiry ->> 'message' = 'hello'").await;
    let wants = |n: u32| {
        let mut form = asks_again(&format!("We want to buy coffee machines, {n} of them."));
        (form["sku"], form["quantity"]) = (json!("CM-100"), json!(n));
        form
    };
    asks(&it, wants(2), 4).await;
    accept(&it, 1).await;
    let order = it.texts("SELECT id::text FROM sales_order").await.remove(0);
    it.command("order.cancel.v1", json!({ "order": order, "reason": "They moved." })).await;
    let canceled = "SELECT count(*) = 1 FROM sales_order WHERE state = 'canceled'";
    it.until("the order is canceled", canceled).await;
    asks(&it, wants(3), 5).await;
    accept(&it, 2).await;
    let line = "SELECT sales_order || ' ' || id || ' ' || trim_scale(quantity) FROM order_line
                WHERE sales_order = (SELECT id FROM sales_order WHERE state = 'active')";
    let line = it.texts(line).await.remove(0);
    let [order, line, quantity] = line.split(' ').collect::<Vec<_>>().try_into().unwrap();
    let lines = json!([{ "line": line, "quantity": quantity }]);
    let ship = json!({ "order": order, "reference": "DN-1", "lines": lines });
    it.command("order.ship.v1", ship).await;
    it.until("there is an invoice", "SELECT count(*) = 1 FROM invoice").await;
    let mut colleague = asks_again("good day");
    (colleague["name"], colleague["email"]) = (json!("Cara Diaz"), json!("cara@acme.example"));
    colleague["phone"] = Value::Null;
    asks(&it, colleague, 6).await;
    disqualify(&it, "L.enquiry ->> 'message' = 'good day'").await;
    (it, workers)
}

async fn asks(it: &Installation, form: Value, leads: u32) {
    it.send("intake.web", "application/json", vec![form.to_string().into_bytes()]).await;
    // Asked for what can be bought, the lead is qualified before anything else happens to it.
    let settled = format!(
        "SELECT (SELECT count(*) FROM lead) = {leads} AND NOT EXISTS (
             SELECT FROM lead WHERE state = 'open' AND enquiry ->> 'message' LIKE '%buy%')"
    );
    it.until("the enquiry is judged", &settled).await;
}

async fn disqualify(it: &Installation, which: &str) {
    let lead = it.texts(&format!("SELECT id::text FROM lead AS L WHERE {which}")).await.remove(0);
    it.command("lead.disqualify.v1", json!({ "lead": lead, "reason": "lost" })).await;
    let done = format!("SELECT state = 'disqualified' FROM lead WHERE id = '{lead}'");
    it.until("it is disqualified", &done).await;
}

/// Ana accepts the quote that stands.
async fn accept(it: &Installation, orders: u32) {
    let stands = "SELECT q.id::text FROM quote AS q WHERE q.state = 'active'
                  AND q.buyer ->> 'email' = 'ana@acme.example'";
    it.until("her quote stands", &format!("SELECT count(*) = 1 FROM ({stands}) AS q")).await;
    let quote = it.texts(stands).await.remove(0);
    it.command("quote.accept.v1", json!({ "quote": quote })).await;
    let there = format!("SELECT count(*) = {orders} FROM sales_order");
    it.until("there is an order", &there).await;
}

async fn told(it: &Installation, who: &str) -> Vec<Value> {
    let (entries, next) =
        lines(&leadmill(it, &["trace", "--customer", who, "--limit", "1000", "--json"]).await);
    assert_eq!(next, None);
    entries
}

#[tokio::test]
async fn f40_f102_every_enquiry_and_document_of_a_customer_is_in_one_list_whatever_it_is_asked_by()
{
    let (it, workers) = customer().await;
    workers.stop().await;
    let numbers = it
        .texts(
            "SELECT number FROM lead WHERE enquiry ->> 'company' = 'Acme, S.L.'
             UNION SELECT number FROM quote WHERE buyer ->> 'name' = 'Acme, S.L.'
             UNION SELECT number FROM sales_order UNION SELECT number FROM invoice ORDER BY 1",
        )
        .await;
    assert_eq!(numbers.len(), 4 + 2 + 2 + 1, "{numbers:?}");
    let account =
        it.texts("SELECT id::text FROM account WHERE name = 'Acme, S.L.'").await.remove(0);
    let whole = told(&it, &account).await;
    let types = field(&whole, "type");
    let often = |ty: &str| types.iter().filter(|it| **it == ty).count();
    assert_eq!(often("lead.captured.v1"), 4);
    assert_eq!(often("lead.disqualified.v1"), 2);
    assert_eq!(often("quote.won.v1"), 2);
    assert_eq!(often("order.canceled.v1"), 1);
    assert_eq!(often("order.shipped.v1"), 1);
    assert_eq!(often("invoice.issued.v1"), 1);
    assert_eq!(often("account.created.v1"), 1, "she is recognised the second time");
    assert!(field(&whole, "at").is_sorted(), "{whole:?}");
    let mut seen: Vec<_> = whole.iter().filter_map(|entry| entry["label"].as_str()).collect();
    seen.retain(|label| numbers.iter().any(|number| label.starts_with(number)));
    assert!(numbers.iter().all(|number| seen.iter().any(|label| label.starts_with(number))));

    let ids = "SELECT unnest(ARRAY[o.id, o.quote, o.opportunity])::text FROM sales_order AS o
               UNION SELECT id::text FROM invoice";
    let ids = it.texts(ids).await;
    let words = ["Acme", "ACME S.L.", "acme, sl"].map(str::to_owned);
    for what in numbers.iter().chain(&ids).chain(&words) {
        assert_eq!(told(&it, what).await, whole, "{what}");
    }

    // A person alone is without her colleague.
    let contact = "SELECT contact::text FROM party_key WHERE value = 'ana@acme.example'";
    let hers = told(&it, &it.texts(contact).await.remove(0)).await;
    let captured = field(&hers, "type").iter().filter(|ty| **ty == "lead.captured.v1").count();
    assert_eq!(captured, 3, "also the one before she was a customer");
    for what in ["ana@acme.example", "ANA@acme.example", "+34 915 550 100"] {
        assert_eq!(told(&it, what).await, hers, "{what}");
    }
    let others = told(&it, "ana7@acme7.example").await;
    assert!(others.iter().all(|entry| !whole.contains(entry)), "nobody else is in it");

    let invoice = numbers.iter().find(|number| number.starts_with("INV")).unwrap();
    let people = leadmill(&it, &["trace", "--customer", invoice]).await;
    is_narrow(&people.out);
    for about in
        ["account Acme, S.L. (active", "4 leads", "order.canceled.v1", "They moved.", "urn:test"]
    {
        assert!(people.out.contains(about), "{about}: {}", people.out);
    }

    // Each enquiry began a pipeline of its own, and all are found by who asked.
    let pipelines = leadmill(&it, &["trace", "ana@acme.example", "--json"]).await.json();
    assert_eq!(pipelines["pipelines"].as_array().unwrap().len(), 3, "{pipelines}");
    let pipelines = leadmill(&it, &["trace", "acme", "--json"]).await.json();
    assert_eq!(pipelines["pipelines"].as_array().unwrap().len(), 4, "{pipelines}");
    it.execute(DIRECTLY).await;
    let documents = numbers.iter().filter(|number| !number.starts_with("L-"));
    for what in documents.chain([&account]) {
        assert_eq!(told(&it, what).await, whole, "{what}, directly");
    }
}

#[tokio::test]
async fn f40_pages_of_a_customer_tell_everything_once_also_while_more_happens() {
    let (it, workers) = customer().await;
    let before = told(&it, "Acme").await;
    let asked = std::cell::Cell::new(0);
    let more = async || {
        if asked.replace(asked.get() + 1) == 1 {
            asks(&it, asks_again("hello again"), 7).await;
        }
    };
    let pages = pages(&it, &["trace", "--customer", "Acme", "--limit", "7"], more).await;
    let (last, full) = pages.split_last().unwrap();
    assert!(full.iter().all(|page| page.len() == 7) && !last.is_empty(), "{pages:?}");
    let paged: Vec<_> = pages.iter().flatten().collect();
    let ids: std::collections::BTreeSet<_> = paged.iter().map(|it| it["id"].as_str()).collect();
    assert_eq!(ids.len(), paged.len(), "none twice");
    assert!(before.iter().all(|entry| ids.contains(&entry["id"].as_str())), "none left out");
    let again = |entry: &&Value| entry["data"]["enquiry"]["message"] == "hello again";
    assert_eq!(
        pages.last().unwrap().iter().filter(again).count(),
        1,
        "what came since is at the end"
    );
    workers.stop().await;
}

#[tokio::test]
async fn a_customer_that_nobody_knows_and_a_page_that_is_none_are_told_with_the_next_step() {
    let it = Installation::new().await;
    let workers = it.start(&["intake"], &[]);
    let bounce = include_bytes!("../../data/email/bounce-office365.eml").to_vec();
    it.send("intake.email", "message/rfc822", vec![bounce]).await;
    it.send("intake.web", "application/json", vec![form(1)]).await;
    it.until("both are judged", "SELECT count(*) = 2 FROM input").await;
    workers.stop().await;
    let rejected = "SELECT id::text FROM input WHERE verdict = 'rejected'";
    let rejected = it.texts(rejected).await.remove(0);
    let nothing = uuid::Uuid::nil().to_string();
    for (arguments, says) in [
        (
            &["--customer", "nobody@nowhere.example"][..],
            "Nothing is known of `nobody@nowhere.example`",
        ),
        (&["--customer", &rejected], "no lead came of it"),
        (&["--customer", "Acme 1", "--after", "5"], "`5` is no id; give --after"),
        (&["--customer", "Acme 1", "--after", &nothing], "There is no event"),
        (&["--customer", "Acme 1", "--limit", "0"], "0 is not in 1..=1000"),
        (&["L-100001", "--after", &nothing], "--customer"),
    ] {
        let arguments: Vec<_> = ["trace"].iter().chain(arguments).copied().collect();
        let answer = leadmill(&it, &arguments).await;
        assert!(!answer.success && answer.err.contains(says), "{arguments:?}: {}", answer.err);
    }
    // Of somebody who only asked so far, the lead is all there is.
    let told = leadmill(&it, &["trace", "--customer", "acme 1"]).await;
    assert!(told.success && told.out.contains("Nobody of them is a customer yet."), "{}", told.out);
}
