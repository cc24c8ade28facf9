//! Every worker is killed at every fault point: afterwards the rows and the events are those of an
//! undisturbed run, and what was published is what was stored.

use std::collections::BTreeSet;

use leadmill::messaging::{Delivered, Outgoing, REPLAY};
use leadmill::runtime::FaultPoint;
use serde_json::json;

use crate::installation::{Installation, command, form};

mod before;
mod billing;
mod catalog;
mod corrections;
mod deals;
mod mixed;
mod over;

use before::{
    accept, catalog_changes, known_twice, open_leads, others_take_part, quotes, ship, taking_part,
    worked, worked_with,
};
use over::{all_claimed, nothing_left, published_is_stored};

/// Leads that go into the pipeline before the worker in question is killed.
const LEADS: usize = 12;
/// Tables of records that are written by hand; the others declare themselves.
const BY_HAND: [&str; 8] = [
    "party_key",
    "likeness_key",
    "series",
    "catalog",
    "product",
    "price_list",
    "price_list_item",
    "catalog_part",
];

#[tokio::test]
async fn f116_intake_killed_anywhere_leaves_the_same_leads() {
    let before = Installation::new().await;
    before.send("intake.web", "application/json", (0..LEADS).map(form).collect()).await;
    let messages = taken(&before, "intake.web").await;
    matrix(
        &before,
        Step { worker: "intake", queue: "intake.web", next: Some("qualification"), messages },
    )
    .await;
}

#[tokio::test]
async fn f116_qualification_killed_anywhere_leaves_the_same_opportunities() {
    let before = Installation::new().await;
    known_twice(&before).await;
    let leads = open_leads(&before).await;
    taking_part(&before, "qualification", "lead", [&leads[2], &leads[3]]).await;
    before.send("intake.web", "application/json", (0..LEADS).map(form).collect()).await;
    worked(&before, "intake", "SELECT count(*) = 20 FROM lead").await;
    let contacts = before.texts("SELECT id::text FROM contact ORDER BY id").await;
    let accounts = before.texts("SELECT id::text FROM account ORDER BY id").await;
    for (kind, merge, ids) in [
        ("lead", "lead.merge.v1", leads.clone()),
        ("contact", "contact.merge.v1", contacts),
        ("account", "account.merge.v1", accounts),
    ] {
        before.command(merge, json!({ kind: ids[0], "losers": [ids[1]] })).await;
    }
    let (gone, added) = ([&*leads[2], &*leads[3]], [&*leads[4], &*leads[5]]);
    others_take_part(&before, "lead", gone, added).await;
    let messages = taken(&before, "qualification").await;
    assert_eq!(messages.len(), LEADS + 7);
    let step =
        Step { worker: "qualification", queue: "qualification", next: Some("quoting"), messages };
    matrix(&before, step).await;
}

#[tokio::test]
async fn f116_quoting_killed_anywhere_leaves_the_same_quotes() {
    let before = Installation::new().await;
    quotes(&before).await;
    let deals = before.texts("SELECT id::text FROM opportunity ORDER BY id").await;
    taking_part(&before, "quoting", "opportunity", [&deals[5], &deals[11]]).await;
    for deal in &deals[..4] {
        before.command("quote.draft.v1", json!({ "opportunity": deal })).await;
    }
    worked(&before, "quoting", "SELECT count(*) = 4 FROM quote WHERE state = 'draft'").await;
    before.send("intake.web", "application/json", (LEADS..2 * LEADS).map(form).collect()).await;
    worked(&before, "intake", "SELECT count(*) = 24 FROM lead").await;
    worked(&before, "qualification", "SELECT count(*) = 24 FROM opportunity").await;
    // What people ask for beside the new opportunities: each of another quote.
    let of = |state| format!("SELECT id::text FROM quote WHERE state = '{state}' ORDER BY id");
    let (drafts, active) = (before.texts(&of("draft")).await, before.texts(&of("active")).await);
    for draft in &drafts[..3] {
        before.command("quote.edit.v1", json!({ "quote": draft, "discount_percent": "5" })).await;
    }
    let cancel = json!({ "quote": drafts[3], "reason": "canceled" });
    before.command("quote.close.v1", cancel).await;
    for quote in &active[..4] {
        before.command("quote.revise.v1", json!({ "quote": quote })).await;
    }
    for deal in &deals[4..6] {
        before.command("quote.draft.v1", json!({ "opportunity": deal })).await;
    }
    let (gone, added) = ([&*deals[5], &*deals[11]], [&*deals[8], &*deals[9]]);
    others_take_part(&before, "opportunity", gone, added).await;
    let add = json!([{ "product": "CM-100", "quantity": "2" }, { "text": "For the cellar" }]);
    for (deal, (command, mut data)) in [&deals[6], &deals[7], &deals[10]].into_iter().zip([
        ("opportunity.update.v1", json!({ "owner": "lena" })),
        ("opportunity.edit_lines.v1", json!({ "lines": { "add": add }, "complete": false })),
        ("opportunity.update.v1", json!({ "revenue_mode": "user", "estimated_revenue": "9" })),
    ]) {
        data["opportunity"] = json!(deal);
        before.command(command, data).await;
    }
    // And the catalog is changed.
    for (command, data) in catalog_changes() {
        before.command(command, data).await;
    }
    let messages = taken(&before, "quoting").await;
    assert_eq!(messages.len(), LEADS + 23);
    matrix(&before, Step { worker: "quoting", queue: "quoting", next: None, messages }).await;
}

#[tokio::test]
async fn f116_ordering_killed_anywhere_leaves_the_same_orders() {
    let before = Installation::new().await;
    quotes(&before).await;
    let quotes = before.texts("SELECT id::text FROM quote ORDER BY id").await;
    let (first, others) = quotes.split_at(LEADS / 2);
    let (late, others) = others.split_at(2);
    // The customers of two say yes after the last day.
    let over = "UPDATE quote SET effective_to = '2020-01-31' WHERE id::text IN";
    before.execute(&format!("{over} ('{}')", late.join("', '"))).await;
    for quote in first.iter().chain(late) {
        before.command("quote.accept.v1", json!({ "quote": quote })).await;
    }
    let decided = "SELECT (SELECT count(*) FROM sales_order) = 6
                      AND (SELECT count(*) FROM quote WHERE state = 'held') = 2";
    let holds = [("LEADMILL_QUOTING__LATE_ACCEPTANCE", "hold")];
    worked_with(&before, "ordering", &holds, decided).await;
    before.command("quote.confirm.v1", json!({ "quote": late[0] })).await;
    let decline = json!({ "quote": late[1], "comment": "Prices rose." });
    before.command("quote.decline.v1", decline).await;
    // Half of them get the customer's number now, each in one of the two ways.
    for (n, quote) in first.iter().enumerate() {
        let number = format!("PO-{n}");
        if n % 2 == 0 {
            let accept = json!({ "quote": quote, "purchase_order": number });
            before.command("quote.accept.v1", accept).await;
        } else {
            let order = format!("SELECT id::text FROM sales_order WHERE quote = '{quote}'");
            let order = before.texts(&order).await.remove(0);
            // Billed when it is ordered, it is due at once.
            let update = json!({ "order": order, "purchase_order": number, "billing": "on_order" });
            before.command("order.update.v1", update).await;
        }
    }
    for quote in others {
        before.command("quote.accept.v1", json!({ "quote": quote })).await;
    }
    before.send("intake.web", "application/json", vec![form(LEADS), form(LEADS + 1)]).await;
    worked(&before, "intake", "SELECT count(*) = 14 FROM lead").await;
    worked(&before, "qualification", "SELECT count(*) = 14 FROM opportunity").await;
    let newest = "SELECT id::text FROM opportunity ORDER BY id DESC LIMIT 2";
    let newest = before.texts(newest).await;
    for deal in &newest {
        let hold = json!({ "opportunity": deal, "reason": "They merge." });
        before.command("opportunity.hold.v1", hold).await;
    }
    before.command("opportunity.resume.v1", json!({ "opportunity": newest[0] })).await;
    let messages = taken(&before, "ordering").await;
    assert_eq!(messages.len(), LEADS + 3);
    matrix(&before, Step { worker: "ordering", queue: "ordering", next: None, messages }).await;
}

#[tokio::test]
async fn f114_f116_invoicing_killed_anywhere_leaves_the_same_invoices_without_a_gap() {
    let before = Installation::new().await;
    quotes(&before).await;
    accept(&before).await;
    worked(&before, "ordering", "SELECT count(*) = 12 FROM sales_order").await;
    ship(&before).await;
    worked(&before, "ordering", "SELECT count(*) = 12 FROM sales_order WHERE state = 'fulfilled'")
        .await;
    let messages = taken(&before, "invoicing").await;
    let step =
        Step { worker: "invoicing", queue: "invoicing", next: Some("out.billing"), messages };
    matrix(&before, step).await;
}

#[tokio::test]
async fn refusals_and_conflicting_repeats_come_out_once_wherever_their_worker_is_killed() {
    let before = Installation::new().await;
    quotes(&before).await;
    let quotes = before.texts("SELECT id::text FROM quote ORDER BY id").await;
    for quote in &quotes[LEADS / 2..] {
        before.command("quote.close.v1", json!({ "quote": quote, "reason": "lost" })).await;
    }
    worked(&before, "quoting", "SELECT count(*) = 6 FROM quote WHERE state = 'closed'").await;
    let accept =
        |n: usize, quote| command(&format!("a{n}"), "quote.accept.v1", &json!({ "quote": quote }));
    // Half are refused, since their offers are closed; then come other commands under known ids,
    // and come again.
    before.publish((0..LEADS).map(|n| accept(n, &quotes[n])).collect()).await;
    for _ in 0..2 {
        let other = |n| accept(n, &quotes[(n + 1) % LEADS]);
        before.publish((0..LEADS).map(other).collect()).await;
    }
    let messages = taken(&before, "ordering").await;
    assert_eq!(messages.len(), 3 * LEADS);
    let step = Step { worker: "ordering", queue: "ordering", next: None, messages };
    matrix(&before, step).await;
}

/// A worker, what lies in its queue, and the queue that hears what it says.
struct Step {
    worker: &'static str,
    queue: &'static str,
    next: Option<&'static str>,
    messages: Vec<Outgoing>,
}

impl Step {
    /// How many different messages there are.
    fn claims(&self) -> usize {
        let different: BTreeSet<_> = self.messages.iter().map(|message| &message.body).collect();
        match self.worker {
            // The rules are asked about a merged lead.
            "qualification" => different.len() + 1,
            _ => different.len(),
        }
    }
}

/// What an installation holds, without times, document numbers and (where the messages come from
/// outside, so that their ids are minted) ids.
#[derive(Debug, PartialEq)]
struct Remains {
    rows: Vec<String>,
    events: Vec<String>,
}

/// When a run is over, where the worker says more to itself than it was sent.
#[derive(Clone, Copy, Default)]
struct Until<'a> {
    /// So many commands came from outside, everything else that it hears is its own: known once nothing is left to hear.
    commands: Option<usize>,
    /// Beside that.
    also: &'a str,
    /// What the worker is started with.
    environment: &'a [(&'a str, &'a str)],
}

async fn matrix(before: &Installation, step: Step) {
    matrix_until(before, step, Until::default()).await;
}

async fn matrix_until(before: &Installation, step: Step, until: Until<'_>) {
    assert!(step.messages.len() >= LEADS, "{} messages", step.messages.len());
    let undisturbed = run(before, &step, until, None).await;
    assert!(!undisturbed.events.is_empty());
    for point in FaultPoint::ALL {
        let remains = run(before, &step, until, Some(point)).await;
        assert_eq!(remains, undisturbed, "{} killed when {}", step.worker, point.name());
    }
}

/// Runs one worker over the step's messages, on a copy of what was there before.
async fn run(
    before: &Installation,
    step: &Step,
    until: Until<'_>,
    point: Option<FaultPoint>,
) -> Remains {
    let it = Installation::on(before.database().copy().await).await;
    it.publish(step.messages.clone()).await;
    if let Some(point) = point {
        let fail = [("LEADMILL_FAIL_AT", point.name())];
        it.start(&[step.worker], &[until.environment, &fail].concat()).died().await;
    }
    let again = it.start(&[step.worker], until.environment);
    let over = match until.commands {
        Some(commands) => {
            format!("SELECT {} {}", nothing_left(before, step, commands).await, until.also)
        }
        None => all_claimed(before, step).await,
    };
    it.until("everything is decided and published", &over).await;
    again.stop().await;
    let left = taken_now(&it, step.queue).await;
    assert_eq!(left.len(), 0, "all causes are acknowledged");
    if let Some(next) = step.next {
        published_is_stored(&it, before, step, next).await;
    }
    remains(&it, step, until.commands.is_some()).await
}

async fn remains(it: &Installation, step: &Step, minted: bool) -> Remains {
    let outside = minted || matches!(step.worker, "intake" | "quoting" | "ordering" | "privacy");
    // What follows from a merge has ids of its command, and makes no record.
    let said_outside = outside || step.worker == "qualification";
    let but_for = |outside: bool, text: &str| {
        let time = "\\d{4}-\\d\\d-\\d\\dT[0-9:.]+(Z|\\+00:00)";
        let times = format!("regexp_replace({text}, '{time}', 'time', 'g')");
        let numbers = format!("regexp_replace({times}, '\\y[LQO]-\\d+', 'number', 'g')");
        if !outside {
            return numbers;
        }
        let id = "[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}";
        format!("regexp_replace({numbers}, '{id}', 'id', 'g')")
    };
    let without = |text: &str| but_for(outside, text);
    let mut rows = Vec::new();
    let declared = leadmill::store::declared::all().map(|table| table.name);
    for table in declared.chain(BY_HAND) {
        let kept = "(SELECT jsonb_object_agg(k, v) FROM jsonb_each(to_jsonb(t)) AS e (k, v)
                     WHERE k NOT LIKE '%\\_at' AND k NOT LIKE '%since')::text";
        let query =
            format!("SELECT '{table} ' || {} AS row FROM {table} AS t ORDER BY 1", without(kept));
        rows.extend(it.texts(&query).await);
    }
    let refusal = without("concat_ws(' ', type, source, rule, found, message)");
    rows.extend(it.texts(&format!("SELECT {refusal} FROM refusal ORDER BY 1")).await);
    rows.extend(it.texts("SELECT 'conflict ' || external_id FROM conflict ORDER BY 1").await);
    rows.extend(it.texts("SELECT 'parked ' || reason FROM parked ORDER BY 1").await);
    let event = but_for(
        said_outside,
        "coalesce(sequence, 0) || ' ' || type || ' ' || id || ' ' || data::text",
    );
    let events = it.texts(&format!("SELECT {event} FROM event ORDER BY 1")).await;
    Remains { rows, events }
}

/// What lies in a queue, to be sent there again; at least [`LEADS`] messages.
async fn taken(it: &Installation, queue: &str) -> Vec<Outgoing> {
    let messages = taken_now(it, queue).await;
    let again = |message: Delivered| Outgoing {
        exchange: REPLAY.to_owned(),
        routing_key: queue.to_owned(),
        body: message.body,
        content_type: message.content_type.unwrap_or_default(),
        message_id: message.message_id.unwrap(),
        kind: message.kind.unwrap_or_default(),
        correlation_id: message.correlation_id,
        app_id: message.app_id.unwrap_or_default(),
        timestamp: 0,
        headers: Vec::new(),
        mandatory: true,
    };
    messages.into_iter().map(again).collect()
}

/// Everything that is ready in a queue, left there.
async fn taken_now(it: &Installation, queue: &str) -> Vec<Delivered> {
    let depths = it.topology.depths(&it.settings.broker).await.unwrap();
    let depth = depths.iter().find(|depth| depth.name == queue).unwrap();
    let (ready, _) = depth.waiting.unwrap();
    let ready = usize::try_from(ready).unwrap();
    let link = it.link().await;
    let mut consumer = link.consume(queue, 10_000).await.unwrap();
    let mut messages = Vec::new();
    while messages.len() < ready {
        messages.extend(consumer.next_batch(ready).await.unwrap());
    }
    assert!(link.close().await);
    messages
}
