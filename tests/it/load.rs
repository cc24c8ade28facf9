//! The whole pipeline under load while each worker in turn is killed: the same counts and totals as
//! an undisturbed run, every input with its verdict, and an audit that finds nothing.

use std::process::Stdio;
use std::sync::Arc;

use leadmill::messaging::{Link, Queue, Receipt, Topology, said_by};
use leadmill::settings::Settings;
use leadmill::{servers, workers};
use secrecy::ExposeSecret;
use serde_json::{Value, json};
use tokio::process::Command;
use tokio_util::sync::CancellationToken;

use crate::installation::{Installation, Process, command, form};

const LEADS: usize = 400;
pub(crate) const CUSTOMER: &str = "out.customer";
pub(crate) const WAREHOUSE: &str = "out.warehouse";

#[tokio::test]
async fn f115_f116_each_worker_killed_under_load_changes_neither_counts_nor_totals() {
    let undisturbed = run(false).await;
    assert!(undisturbed.contains(&format!("input created {LEADS}")), "{undisturbed:?}");
    assert_eq!(run(true).await, undisturbed);
}

/// Sends the leads through, with a customer who accepts and a warehouse that ships, both by message.
async fn run(disturbed: bool) -> Vec<String> {
    let it = Installation::new().await;
    let outside = outside();
    outside.declare(&it.settings.broker).await.unwrap();
    let settings = Arc::new(it.settings.clone());
    let stop = CancellationToken::new();
    let customer = tokio::spawn(stand_in(Arc::clone(&settings), CUSTOMER, stop.clone()));
    let warehouse = tokio::spawn(stand_in(settings, WAREHOUSE, stop.clone()));
    let mut processes: Vec<Process> =
        workers::NAMES.iter().map(|name| it.start(&[name], &[])).collect();
    it.catalog().await;
    it.send("intake.web", "application/json", (0..LEADS).map(form).collect()).await;
    if disturbed {
        // Each worker dies in the middle of what it does, as soon as it has done some of it.
        let marks = ["lead", "opportunity", "quote", "sales_order", "invoice"];
        for (place, (name, table)) in workers::NAMES.iter().zip(marks).enumerate() {
            let begun = format!("SELECT count(*) > {} FROM {table}", LEADS / 20);
            it.until(&format!("{name} is busy"), &begun).await;
            let fresh = it.start(&[name], &[]);
            std::mem::replace(&mut processes[place], fresh).kill().await;
        }
    }
    let invoiced = format!("SELECT count(*) = {LEADS} FROM invoice");
    it.until("everybody has an invoice", &invoiced).await;
    assert_audit(&it).await;
    stop.cancel();
    customer.await.unwrap();
    warehouse.await.unwrap();
    for process in processes {
        process.stop().await;
    }
    outside.delete(&it.settings.broker).await.unwrap();
    it.texts(
        "SELECT 'input ' || verdict || ' ' || count(*) FROM input GROUP BY verdict
         UNION ALL SELECT 'lead ' || state || ' ' || count(*) FROM lead GROUP BY state
         UNION ALL SELECT 'account ' || count(*) FROM account
         UNION ALL SELECT 'contact ' || count(*) FROM contact
         UNION ALL SELECT 'opportunity ' || state || ' ' || count(*) FROM opportunity GROUP BY state
         UNION ALL SELECT 'quote ' || state || ' ' || count(*) FROM quote GROUP BY state
         UNION ALL SELECT 'order ' || state || ' ' || sum(total_amount) FROM sales_order GROUP BY state
         UNION ALL SELECT 'shipment ' || count(*) FROM shipment
         UNION ALL SELECT 'invoice ' || state || ' ' || sum(total_amount) FROM invoice GROUP BY state
         UNION ALL SELECT 'event ' || type || ' ' || count(*) FROM event
                   WHERE type NOT LIKE '%.already.v1' GROUP BY type
         ORDER BY 1",
    )
    .await
}

/// The queues of the outside systems.
pub(crate) fn outside() -> Topology {
    let customer = Queue::worked(CUSTOMER).hears(&said_by("quoting"), "quote.activated.v1");
    let warehouse = Queue::worked(WAREHOUSE).hears(&said_by("ordering"), "order.created.v1");
    Topology { exchanges: Vec::new(), queues: vec![customer, warehouse] }
}

/// Answers every event it hears by the commands of its trade, under ids that repeat themselves.
pub(crate) async fn stand_in(
    settings: Arc<Settings>,
    queue: &'static str,
    stop: CancellationToken,
) {
    let link = Link::open(&settings.broker, queue).await.unwrap();
    let mut consumer = link.consume(queue, 500).await.unwrap();
    loop {
        let batch = tokio::select! {
            () = stop.cancelled() => break,
            batch = consumer.next_batch(100) => batch.unwrap(),
        };
        let answers = batch.iter().flat_map(|event| {
            let event: Value = serde_json::from_slice(&event.body).unwrap();
            let commands = if queue == CUSTOMER { accept(&event) } else { ship(&event) };
            commands.into_iter().enumerate().map(move |(n, (ty, data))| {
                command(&format!("{}/{n}", event["id"].as_str().unwrap()), ty, &data)
            })
        });
        link.publisher().publish(answers.collect::<Vec<_>>()).await.unwrap();
        Receipt::of(&batch).acknowledge().await.unwrap();
    }
    assert!(link.close().await);
}

fn accept(event: &Value) -> Vec<(&'static str, Value)> {
    vec![("quote.accept.v1", json!({ "quote": event["data"]["quote"] }))]
}

/// One shipment per piece, so that most orders take several.
fn ship(event: &Value) -> Vec<(&'static str, Value)> {
    let data = &event["data"];
    let line = &data["lines"][0]["line"];
    let pieces: usize = line["quantity"].as_str().unwrap().parse().unwrap();
    let shipped = |n| {
        let lines = json!([{ "line": line["id"], "quantity": "1" }]);
        json!({ "order": data["order"], "reference": format!("S-{n}"), "lines": lines })
    };
    (0..pieces).map(|n| ("order.ship.v1", shipped(n))).collect()
}

/// The product's own recount finds nothing, once everything has settled.
pub(crate) async fn assert_audit(it: &Installation) {
    assert_verb(it, &["audit", "--settled", "--json"]).await;
    // … and from the log alone every row can be made again.
    assert_verb(it, &["rebuild", "--check"]).await;
}

async fn assert_verb(it: &Installation, verb: &[&str]) {
    let done = Command::new(env!("CARGO_BIN_EXE_leadmill"))
        .args(verb)
        .env(servers::DATABASE_SETTING, it.settings.database.url.expose_secret())
        .env(servers::BROKER_SETTING, it.settings.broker.url.expose_secret())
        .env("LEADMILL_BROKER__PREFIX", &it.settings.broker.prefix)
        .stdin(Stdio::null())
        .output()
        .await
        .unwrap();
    let found = String::from_utf8_lossy(&done.stdout);
    assert!(done.status.success(), "{found}{}", String::from_utf8_lossy(&done.stderr));
}
