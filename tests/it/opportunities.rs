//! Deals without a lead, edited by people: from the customer to the invoice, and when two edit at once.

use serde_json::{Value, json};
use uuid::Uuid;

use crate::installation::{Installation, command, form};
use crate::operators::leadmill;

/// A customer who is known by an enquiry, whose own deal is lost.
async fn customer(it: &Installation) -> (String, String) {
    it.catalog().await;
    it.send("intake.web", "application/json", vec![form(1)]).await;
    it.until("there is an offer", "SELECT count(*) = 1 FROM quote WHERE state = 'active'").await;
    let close = json!({ "quote": quote(it).await, "reason": "lost", "lose_opportunity": true });
    it.command("quote.close.v1", close).await;
    it.until("it is lost", "SELECT count(*) = 1 FROM opportunity WHERE state = 'lost'").await;
    let known = it.texts("SELECT account || ' ' || contact FROM opportunity").await.remove(0);
    let (account, contact) = known.split_once(' ').unwrap();
    (account.to_owned(), contact.to_owned())
}

async fn quote(it: &Installation) -> String {
    it.texts("SELECT id::text FROM quote WHERE state = 'active' ORDER BY id DESC").await.remove(0)
}

async fn open(it: &Installation) -> String {
    let open = "SELECT id::text FROM opportunity WHERE state = 'open' ORDER BY id DESC";
    it.texts(open).await.remove(0)
}

#[tokio::test]
async fn f67_a_deal_of_a_known_customer_without_a_lead_goes_on_to_the_invoice() {
    let it = Installation::new().await;
    let workers = it.start(&[], &[]);
    let (account, contact) = customer(&it).await;
    let create = json!({ "customer": { "account": account }, "name": "A second machine" });
    it.command("opportunity.create.v1", create).await;
    it.until("it is open", "SELECT count(*) = 1 FROM opportunity WHERE state = 'open'").await;
    let deal = open(&it).await;
    let with = |mut data: Value| {
        data["opportunity"] = json!(deal);
        data
    };
    let (who, rival) =
        (json!({ "contact": contact, "role": "decision_maker" }), json!({ "competitor": "Rival" }));
    it.command("opportunity.add_stakeholder.v1", with(who)).await;
    it.command("opportunity.add_competitor.v1", with(rival)).await;
    let owner = json!({ "owner": "lena", "close_date": "2199-01-01" });
    it.command("opportunity.update.v1", with(owner)).await;
    let of = format!("FROM opportunity WHERE id = '{deal}'");
    it.until("all is known", &format!("SELECT sequence = 4 {of}")).await;
    it.command("opportunity.hold.v1", with(json!({ "reason": "No budget." }))).await;
    it.until("it is on hold", &format!("SELECT state = 'on_hold' {of}")).await;
    it.command("opportunity.resume.v1", with(json!({}))).await;
    it.until("it goes on", &format!("SELECT state = 'open' {of}")).await;
    let fitting = json!({ "name": "Fitting", "unit_price": "80" });
    let add = json!([
        { "product": "CM-100", "price_override": { "amount": "1200", "reason": "the second one" } },
        { "write_in": fitting, "unit": "HUR", "quantity": "2.5", "position": 1 },
        { "text": "Delivered in May" },
    ]);
    it.command("opportunity.edit_lines.v1", with(json!({ "lines": { "add": add } }))).await;
    it.until("it is drafted", "SELECT count(*) = 2 FROM quote").await;
    let draft = it.texts("SELECT id::text FROM quote WHERE state <> 'closed'").await.remove(0);
    it.command("quote.activate.v1", json!({ "quote": draft })).await;
    it.until("it stands", "SELECT count(*) = 1 FROM quote WHERE state = 'active'").await;
    it.command("quote.accept.v1", json!({ "quote": quote(&it).await })).await;
    it.until("it is won", &format!("SELECT state = 'won' {of}")).await;
    let shown = leadmill(&it, &["show", "opportunity", &deal]).await;
    assert!(shown.out.contains("decision_maker") && shown.out.contains("Fitting"), "{}", shown.out);
    let lines = "SELECT id || ' ' || quantity FROM order_line WHERE quantity > 0 ORDER BY position";
    let line = |line: &String| {
        let (line, quantity) = line.split_once(' ').unwrap();
        json!({ "line": line, "quantity": quantity })
    };
    let lines: Vec<_> = it.texts(lines).await.iter().map(line).collect();
    let order = it.texts("SELECT id::text FROM sales_order").await.remove(0);
    let ship = json!({ "order": order, "reference": "all", "lines": lines });
    it.command("order.ship.v1", ship).await;
    it.until("it is billed", "SELECT count(*) = 1 FROM invoice").await;
    let billed = "SELECT string_agg(name, ', ' ORDER BY position) FROM invoice_line";
    assert_eq!(it.texts(billed).await, ["Fitting, Barista One"], "words are billed to nobody");
    let against = leadmill(&it, &["stats", "competitors"]).await;
    assert!(against.out.contains("Rival") && against.out.contains("100 %"), "{}", against.out);
    workers.stop().await;
    let told = leadmill(&it, &["rebuild", "--check"]).await;
    assert!(told.success, "{} {}", told.out, told.err);
    let audit = leadmill(&it, &["audit"]).await;
    assert!(audit.success, "{} {}", audit.out, audit.err);
}

#[tokio::test]
async fn f35_f36_who_takes_part_on_a_lead_takes_part_on_its_opportunity_and_is_counted() {
    let it = Installation::new().await;
    let workers = it.start(&[], &[]);
    let (_, contact) = customer(&it).await;
    let vague = json!({ "name": "Bea Vague", "email": "bea@vague.example", "message": "hello" });
    it.send("intake.web", "application/json", vec![vague.to_string().into_bytes()]).await;
    let scored = "SELECT count(*) = 1 FROM lead WHERE state = 'open' AND assessment IS NOT NULL";
    it.until("it waits for a person", scored).await;
    let lead = it.texts("SELECT id::text FROM lead WHERE state = 'open'").await.remove(0);
    let with = |mut data: Value| {
        data["lead"] = json!(lead);
        data
    };
    let who = json!({ "contact": contact, "role": "technical_buyer" });
    it.command("lead.add_stakeholder.v1", with(who)).await;
    for name in ["Rival", "Nobody"] {
        it.command("lead.add_competitor.v1", with(json!({ "competitor": name }))).await;
    }
    let known = "SELECT count(*) = 1 FROM lead WHERE sequence = 5 AND competitors IS NOT NULL";
    it.until("all is known", known).await;
    it.command("lead.remove_competitor.v1", with(json!({ "competitor": "nobody" }))).await;
    it.until("one is left", "SELECT sequence = 6 FROM lead WHERE competitors IS NOT NULL").await;
    let shown = leadmill(&it, &["show", "lead", &lead]).await;
    assert!(shown.out.contains("technical_buyer") && shown.out.contains("Rival"), "{}", shown.out);
    it.command("lead.qualify.v1", with(json!({}))).await;
    let carried =
        "SELECT count(*) = 1 FROM opportunity WHERE state = 'open' AND competitors = '[\"Rival\"]'";
    it.until("it is a deal", carried).await;
    let deal = open(&it).await;
    let shown = leadmill(&it, &["show", "opportunity", &deal]).await;
    assert!(shown.out.contains("technical_buyer"), "{}", shown.out);
    let lose = json!({ "opportunity": deal, "reason": "out_sold", "competitor": "RIVAL" });
    it.command("opportunity.lose.v1", lose).await;
    it.until("both are lost", "SELECT count(*) = 2 FROM opportunity WHERE state = 'lost'").await;
    let against = leadmill(&it, &["stats", "competitors"]).await;
    assert!(against.out.contains("Rival") && !against.out.contains("100 %"), "{}", against.out);
    workers.stop().await;
    let told = leadmill(&it, &["rebuild", "--check"]).await;
    assert!(told.success, "{} {}", told.out, told.err);
    let audit = leadmill(&it, &["audit"]).await;
    assert!(audit.success, "{} {}", audit.out, audit.err);
}

#[tokio::test]
async fn f68_of_edits_at_once_one_wins_and_an_acceptance_beside_an_edit_leaves_one_truth() {
    let it = Installation::new().await;
    let workers = it.start(&[], &[]);
    let (account, _) = customer(&it).await;
    let interest = json!([{ "product": "CM-100", "quantity": "1" }]);
    let create = json!({ "customer": { "account": account }, "interest": interest });
    it.command("opportunity.create.v1", create).await;
    it.until("an offer stands", "SELECT count(*) = 1 FROM quote WHERE state = 'active'").await;
    let (deal, quote) = (open(&it).await, quote(&it).await);
    let of = format!("FROM opportunity WHERE id = '{deal}'");
    let seen = it.count(&format!("SELECT sequence {of}")).await;
    let edit = |n: usize| {
        let add = json!([{ "product": "CM-100", "quantity": (n + 2).to_string() }]);
        let data = json!({ "opportunity": deal, "expected_sequence": seen, "complete": false, "lines": { "add": add } });
        command(&Uuid::new_v4().to_string(), "opportunity.edit_lines.v1", &data)
    };
    it.publish((0..10).map(edit).collect()).await;
    let refused = "SELECT count(*) = 9 FROM refusal WHERE rule = 'expected_sequence' AND final";
    it.until("nine saw another deal", refused).await;
    let lines = format!("SELECT count(*) FROM opportunity_line WHERE opportunity = '{deal}'");
    assert_eq!(it.count(&lines).await, 2);

    let accept = command("accepted", "quote.accept.v1", &json!({ "quote": quote }));
    let late = |n: usize| {
        let add = json!([{ "product": "CM-100", "quantity": "1" }]);
        let data = json!({ "opportunity": deal, "complete": false, "lines": { "add": add } });
        command(&format!("late {n}"), "opportunity.edit_lines.v1", &data)
    };
    it.publish((0..5).map(late).chain([accept]).chain((5..10).map(late)).collect()).await;
    it.until("it is won", &format!("SELECT state = 'won' {of}")).await;
    let answered = "SELECT (SELECT count(*) FROM opportunity_line WHERE opportunity = 'DEAL') - 2
                         + (SELECT count(DISTINCT f.id) FROM received AS r JOIN refusal AS f ON f.id = r.id
                            WHERE r.external_id LIKE 'late %') = 10";
    it.until("each edit is done or told why not", &answered.replace("DEAL", &deal)).await;
    assert_eq!(it.count("SELECT count(*) FROM sales_order").await, 1);
    assert_eq!(it.texts("SELECT sum(quantity)::bigint::text FROM order_line").await, ["1"]);
    workers.stop().await;
    let told = leadmill(&it, &["rebuild", "--check"]).await;
    assert!(told.success, "{} {}", told.out, told.err);
}

#[tokio::test]
async fn f78_a_deal_between_two_lists_of_a_territory_waits_for_one_and_is_offered_then() {
    let it = Installation::new().await;
    let workers = it.start(&[], &[]);
    let (account, _) = customer(&it).await;
    let list = |code: &str| {
        json!({ "code": code, "name": code, "currency": "EUR", "territory": "North", "items": [
            { "sku": "CM-100", "price": { "method": { "currency_amount": "1000" } } }] })
    };
    let define = json!({ "catalog": it.texts("SELECT id::text FROM catalog").await[0],
                         "price_lists": [list("north-a"), list("north-b")] });
    it.command("price_list.define.v1", define).await;
    it.until("it is known", "SELECT count(*) = 2 FROM price_list WHERE territory = 'North'").await;
    it.command("account.update.v1", json!({ "account": account, "territory": "north" })).await;
    it.until("it lies there", "SELECT count(*) = 1 FROM account WHERE territory = 'north'").await;
    let interest = json!([{ "product": "CM-100", "quantity": "2" }]);
    let create = json!({ "customer": { "account": account }, "interest": interest });
    it.command("opportunity.create.v1", create).await;
    it.until("it waits", "SELECT count(*) = 1 FROM opportunity WHERE undecided IS NOT NULL").await;
    let deal = open(&it).await;
    let shown = leadmill(&it, &["show", "opportunity", &deal]).await;
    assert!(shown.out.contains("`north-a`, `north-b`"), "{}", shown.out);
    let choose = json!({ "opportunity": deal, "price_list": "north-b" });
    it.command("opportunity.update.v1", choose).await;
    it.until("it is offered", "SELECT count(*) = 2 FROM quote").await;
    let of = format!("FROM opportunity WHERE id = '{deal}'");
    let chosen = format!("SELECT price_list || ' ' || round(estimated_revenue) {of}");
    assert_eq!(it.texts(&chosen).await, ["north-b 2000"]);
    assert_eq!(it.count(&format!("SELECT num_nonnulls(undecided, wanted)::bigint {of}")).await, 0);
    workers.stop().await;
    let told = leadmill(&it, &["rebuild", "--check"]).await;
    assert!(told.success, "{} {}", told.out, told.err);
}
