use std::collections::BTreeSet;

use leadmill::messaging::{Outgoing, Queue, Receipt, Topology, said_by};

use super::*;
use crate::installation::{PATIENCE, form};

/// The types of so many different messages that lie in a queue and were not seen before, sorted. A
/// consumer sees each at least once.
async fn taken(
    it: &Installation,
    queue: &str,
    count: usize,
    seen: &mut BTreeSet<String>,
) -> Vec<String> {
    let link = it.link().await;
    let mut consumer = link.consume(queue, 100).await.unwrap();
    let mut types = Vec::new();
    while types.len() < count {
        let waiting = tokio::time::timeout(PATIENCE, consumer.next_batch(100)).await;
        let batch = waiting.expect("it is heard in time").unwrap();
        let new = batch.iter().filter(|message| seen.insert(message.message_id.clone().unwrap()));
        types.extend(new.map(|message| message.kind.clone().unwrap()));
        Receipt::of(&batch).acknowledge().await.unwrap();
    }
    assert!(link.close().await);
    types.sort();
    types
}

#[tokio::test]
async fn a_consumer_hears_its_patterns_from_whoever_says_them_also_after_a_binding_was_lost() {
    let it = Installation::new().await;
    let wrong = leadmill(&it, &["consumer", "add", "crm", "--hears", "lead.captured"]).await;
    assert!(!wrong.success && wrong.err.contains("`lead.captured.v1`"), "{}", wrong.err);
    let hears = ["--hears", "lead.*.v1", "--hears", "leadmill.account.created.v1"];
    let add = [&["consumer", "add", "crm"][..], &hears].concat();
    let added = leadmill(&it, &add).await;
    assert!(added.success && added.out.contains("leadmill.events.intake"), "{added:?}");
    let list = leadmill(&it, &["consumer", "list", "--json"]).await.json();
    assert_eq!(list[0]["hears"], json!(["lead.*.v1", "account.created.v1"]), "{list}");

    let workers = it.start(&["intake", "qualification"], &[]);
    it.send("intake.web", "application/json", vec![form(1)]).await;
    it.until("it is qualified", "SELECT count(*) = 1 FROM lead WHERE state = 'qualified'").await;
    // Two workers say these; what else they say is not heard.
    let expected = ["account.created", "lead.captured", "lead.qualified"];
    let expected = expected.map(|ty| format!("leadmill.{ty}.v1"));
    it.until("all is published", "SELECT count(*) = 0 FROM batch WHERE published_at IS NULL").await;
    let status = leadmill(&it, &["status", "--json"]).await.json();
    let queues = status["queues"].as_array().unwrap();
    let shown = queues.iter().find(|queue| queue["name"] == "out.crm").unwrap();
    assert!(shown["ready"].as_u64() >= Some(3), "{shown}");
    let mut seen = BTreeSet::new();
    assert_eq!(taken(&it, "out.crm", 3, &mut seen).await, expected);

    let lost = Queue::worked("out.crm").hears(&said_by("intake"), "lead.captured.v1");
    let lost = Topology { exchanges: Vec::new(), queues: vec![lost] };
    lost.unbind(&it.settings.broker).await.unwrap();
    assert!(leadmill(&it, &["migrate"]).await.success);
    it.send("intake.web", "application/json", vec![form(2)]).await;
    assert_eq!(taken(&it, "out.crm", 3, &mut seen).await, expected);
    workers.stop().await;

    let grants = leadmill(&it, &["grants", "rabbitmq"]).await.out;
    assert!(grants.contains("user 'leadmill_consumer_crm'"), "{grants}");
    let remove = ["consumer", "remove", "crm", "--with-messages"];
    assert!(leadmill(&it, &remove).await.success);
    let status = leadmill(&it, &["status"]).await;
    assert!(!status.out.contains("out.crm") && !status.out.contains("missing"), "{}", status.out);
}

#[tokio::test]
async fn what_waits_for_a_consumer_is_not_thrown_away_and_what_it_parked_comes_back_to_it() {
    let it = Installation::new().await;
    assert!(leadmill(&it, &["consumer", "add", "crm", "--hears", "lead.#"]).await.success);
    let event = || Outgoing {
        exchange: said_by("intake"),
        kind: "leadmill.lead.captured.v1".into(),
        ..crate::installation::raw("lead.captured.v1", "application/json", b"{}".to_vec())
    };
    it.publish(vec![event()]).await;
    let kept = leadmill(&it, &["consumer", "remove", "crm"]).await;
    assert!(!kept.success && kept.err.contains("1 message waits"), "{}", kept.err);
    // Nothing was removed: it hears on, and holds what it held.
    it.publish(vec![event()]).await;
    let (heard, id) = (["leadmill.lead.captured.v1"; 2], "0199aaaa-0000-7000-8000-000000000001");
    assert_eq!(taken(&it, "out.crm", 2, &mut BTreeSet::new()).await, heard);
    it.execute(&format!(
        "INSERT INTO parked (id, worker, queue, class, reason, properties, body)
         VALUES ('{id}', 'clock', 'out.crm', 'dead_letter', 'It died.',
                 '{{\"type\": \"leadmill.lead.captured.v1\"}}', 'x')"
    ))
    .await;
    let replayed = leadmill(&it, &["parked", "replay", id]).await;
    assert!(replayed.success, "{replayed:?}");
    let removed = leadmill(&it, &["consumer", "remove", "crm", "--with-messages"]).await;
    assert!(removed.success && it.count("SELECT count(*) FROM consumer").await == 0, "{removed:?}");
}
