use leadmill::messaging::{
    DEAD, DEAD_LETTERS, Delay, Exchange, ExchangeKind, Outgoing, Queue, Receipt, Topology, from,
};

use super::*;
use crate::installation::{PATIENCE, form, raw};

/// Some of what an earlier version had on the broker.
fn former() -> Topology {
    let exchange = |name: &str, kind| Exchange::new(name.to_owned(), kind);
    let bare = |name: &str| Queue { bindings: Vec::new(), ..Queue::worked(name) };
    let mut delay = bare("leadmill.delay.15m.b").hears("leadmill.wait.15m.b", "#");
    delay.dead_letter = Some("leadmill.return".to_owned());
    delay.ttl_ms = Some(900_000);
    let mut dead = bare("leadmill.dead").hears(DEAD, "");
    dead.dead_letter = None;
    Topology {
        exchanges: vec![
            exchange("leadmill.events", ExchangeKind::Topic),
            exchange("leadmill.return", ExchangeKind::Direct),
            exchange("leadmill.wait.15m.b", ExchangeKind::Topic),
        ],
        queues: vec![delay, dead],
    }
}

#[tokio::test]
async fn what_waits_in_the_queues_of_an_earlier_version_is_moved_or_parked_and_the_rest_is_named() {
    let it = Installation::new().await;
    let former = former();
    former.declare(&it.settings.broker).await.unwrap();
    let waits = |key: &str| Outgoing {
        exchange: "leadmill.wait.15m.b".into(),
        headers: vec![("x-attempt".into(), "2".into())],
        ..raw(key, "application/json", b"{}".to_vec())
    };
    it.publish(vec![waits("qualification"), waits("renamed.since")]).await;
    it.publish(vec![raw("leadmill.dead", "text/plain", b"it died".to_vec())]).await;

    let migrated = leadmill(&it, &["migrate"]).await;
    assert!(migrated.success, "{migrated:?}");
    for said in ["2 messages", "leadmill.delay.15m.b", "1 messages were parked", "consumer add"] {
        assert!(migrated.out.contains(said), "{said}: {}", migrated.out);
    }
    assert_eq!(it.count("SELECT count(*) FROM parked WHERE class = 'dead_letter'").await, 1);
    // What was on its way back already finds its queue.
    let back = Outgoing {
        exchange: "leadmill.return".into(),
        ..raw("qualification", "application/json", b"{}".to_vec())
    };
    it.publish(vec![back]).await;
    let link = it.link().await;
    for (queue, key) in [
        (Delay::Minutes15.queue("qualification").as_str(), "qualification"),
        (DEAD_LETTERS, "renamed.since"),
    ] {
        let mut consumer = link.consume(queue, 10).await.unwrap();
        let waiting = tokio::time::timeout(PATIENCE, consumer.next_batch(10)).await;
        let moved = waiting.expect(queue).unwrap();
        assert_eq!((moved.len(), moved[0].routing_key.as_str()), (1, key), "{queue}");
        assert_eq!(moved[0].headers["x-attempt"], "2");
        Receipt::of(&moved).acknowledge().await.unwrap();
    }
    assert!(link.close().await);
    let depths = former.depths(&it.settings.broker).await.unwrap();
    let left: Vec<_> = depths.iter().map(|depth| depth.waiting).collect();
    assert_eq!(left, [Some((0, 0)), None], "a queue that might hold something stays");
    // Run again it has nothing to move, and still names what is left.
    let again = leadmill(&it, &["migrate"]).await.out;
    assert!(again.contains("0 messages") && !again.contains("parked"), "{again}");
    former.delete(&it.settings.broker).await.unwrap();
    assert!(!leadmill(&it, &["migrate"]).await.out.contains("earlier version"));
}

#[tokio::test]
async fn the_exchanges_of_senders_of_an_earlier_version_are_made_anew() {
    let it = Installation::new().await;
    let senders = |kind| Topology {
        exchanges: ["web", "bank"].map(|it| Exchange::new(from(it), kind)).to_vec(),
        ..Topology::default()
    };
    let direct = senders(ExchangeKind::Direct);
    direct.delete(&it.settings.broker).await.unwrap();
    direct.declare(&it.settings.broker).await.unwrap();
    let migrated = leadmill(&it, &["migrate"]).await;
    assert!(migrated.success, "{migrated:?}");
    it.topology.check(&it.settings.broker).await.unwrap();
    it.send("intake.web", "application/json", vec![form(1)]).await;
    let intake = it.start(&["intake"], &[]);
    it.until("it is a lead", "SELECT count(*) = 1 FROM lead").await;
    intake.stop().await;
}
