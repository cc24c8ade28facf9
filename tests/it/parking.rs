//! What is parked: each delivery as a row of its own, with who sent it and why in plain words; and
//! what can never be sent again, without ending anything for its company.

use leadmill::messaging::{Outgoing, Queue, Topology, said_by};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::installation::{Installation, command, form, raw};
use crate::operators::leadmill;

/// A message of ordering, as it says it.
fn of_ordering(id: Uuid, ty: &str, data: &Value) -> Outgoing {
    let event = json!({
        "specversion": "1.0", "id": id, "source": "urn:leadmill:ordering",
        "type": format!("leadmill.{ty}"), "correlationid": id, "data": data,
    });
    Outgoing {
        exchange: said_by("ordering"),
        routing_key: ty.to_owned(),
        message_id: id.to_string(),
        kind: format!("leadmill.{ty}"),
        app_id: "urn:leadmill:ordering".into(),
        ..raw("", "application/cloudevents+json", event.to_string().into_bytes())
    }
}

#[tokio::test]
async fn two_broken_messages_of_one_id_are_two_rows_and_one_that_comes_again_is_one() {
    let it = Installation::new().await;
    let invoicing = it.start(&["invoicing"], &[]);
    let id = Uuid::now_v7();
    let broken = |order: u32| of_ordering(id, "order.fulfilled.v1", &json!({ "order": order }));
    it.publish(vec![broken(7), broken(8), broken(7)]).await;
    it.until("both are parked", "SELECT count(*) = 2 FROM parked").await;
    it.publish(vec![broken(8), broken(9)]).await;
    it.until("the third, too", "SELECT count(*) = 3 FROM parked").await;
    assert_eq!(it.count("SELECT count(DISTINCT body) FROM parked").await, 3);
    invoicing.stop().await;
}

#[tokio::test]
async fn an_event_that_two_workers_cannot_read_is_parked_for_each_of_them() {
    let it = Installation::new().await;
    let workers = it.start(&["quoting", "invoicing"], &[]);
    let message = of_ordering(Uuid::now_v7(), "order.fulfilled.v1", &json!({}));
    // A binding that somebody made by hand.
    let both = Queue::worked("quoting").hears(&said_by("ordering"), "order.fulfilled.v1");
    Topology { queues: vec![both], ..Topology::default() }
        .declare(&it.settings.broker)
        .await
        .unwrap();
    it.publish(vec![message]).await;
    it.until("both have it", "SELECT count(DISTINCT worker) = 2 FROM parked").await;
    workers.stop().await;
}

#[tokio::test]
async fn what_its_sender_gave_too_short_a_life_is_told_as_that() {
    let it = Installation::new().await;
    let short =
        |p: lapin::BasicProperties| p.with_expiration("1".into()).with_message_id("m".into());
    let wild = crate::bad_input::Wild::to("ordering", b"{}".to_vec()).with(short);
    crate::bad_input::publish(&it, vec![wild]).await;
    // Nobody works on that queue; the dead letter is looked after by any worker.
    let intake = it.start(&["intake"], &[]);
    it.until("it is parked", "SELECT count(*) = 1 FROM parked WHERE class = 'dead_letter'").await;
    let reason = it.texts("SELECT worker || ': ' || reason FROM parked").await.remove(0);
    let said = "clock: Its sender gave it 1 ms to live (`expiration`) and nobody took it from the \
                queue `ordering` in that time.";
    assert!(reason.starts_with(said), "{reason}");
    intake.stop().await;
}

#[tokio::test]
async fn an_event_that_no_broker_takes_parks_what_led_to_it_and_stops_nobody() {
    let it = Installation::new().await;
    let workers = it.start(&[], &[]);
    it.catalog().await;
    it.send("intake.web", "application/json", vec![form(1), form(2)]).await;
    it.until("two offers stand", "SELECT count(*) = 2 FROM quote WHERE state = 'active'").await;
    for quote in it.texts("SELECT id::text FROM quote").await {
        it.command("quote.accept.v1", json!({ "quote": quote })).await;
    }
    it.until("both are orders", "SELECT count(*) = 2 FROM sales_order").await;
    workers.stop().await;
    let lines = "SELECT sales_order || ' ' || id || ' ' || quantity FROM order_line";
    let lines = it.texts(lines).await;
    // A name from before there was a limit: the invoice would quote it.
    it.execute("UPDATE order_line SET name = repeat('x', 17000000) WHERE id = (SELECT min(id::text)::uuid FROM order_line)").await;
    for line in &lines {
        let parts: Vec<_> = line.split(' ').collect();
        let lines = json!([{ "line": parts[1], "quantity": parts[2] }]);
        let data = json!({ "order": parts[0], "reference": "all", "lines": lines });
        it.command("order.ship.v1", data).await;
    }
    let mut workers = it.start(&[], &[]);
    it.until("what led to it is parked", "SELECT count(*) = 1 FROM parked").await;
    it.until("the other has its invoice", "SELECT count(*) = 1 FROM invoice").await;
    let reason = it.texts("SELECT class || ' ' || reason FROM parked").await.remove(0);
    assert!(reason.starts_with("too_large It leads to a `invoice.issued.v1` of 17"), "{reason}");
    workers.says_nothing_of("is not worked on");
    workers.stop().await;
}

#[tokio::test]
async fn what_cannot_be_sent_again_is_told_in_a_sentence_and_the_others_are_replayed() {
    let it = Installation::new().await;
    let ordering = it.start(&["ordering"], &[]);
    let broken = |id: &str| command(id, "quote.accept.v1", &json!({ "quote": 7 }));
    it.publish(vec![broken("good"), broken("bad")]).await;
    it.until("both are parked", "SELECT count(*) = 2 FROM parked").await;
    ordering.stop().await;
    it.execute(
        "UPDATE parked SET headers = (SELECT jsonb_object_agg('h' || n, 'x')
                                      FROM generate_series(1, 14000) AS n)
         WHERE properties->>'message_id' = 'bad'",
    )
    .await;
    let answer = leadmill(&it, &["parked", "replay", "--all-of-class", "schema"]).await;
    assert!(!answer.success);
    assert!(answer.out.contains("1 message is back in its queue."), "{}", answer.out);
    assert!(answer.out.contains("cannot be sent again: its 14000 headers"), "{}", answer.out);
    assert_eq!(it.count("SELECT count(*) FROM parked WHERE state = 'replayed'").await, 1);
}
