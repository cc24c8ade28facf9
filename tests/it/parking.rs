//! What is parked: each delivery as a row of its own, with who sent it and why in plain words; and
//! what can never be sent again, without ending anything for its company.

use lapin::types::{AMQPValue, FieldTable};
use leadmill::messaging::{COMMANDS, DEAD_LETTERS, Outgoing, Queue, Topology, said_by};
use secrecy::ExposeSecret;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::bad_input::{Wild, publish, taken};
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
    let wild = Wild::to("ordering", b"{}".to_vec()).with(short);
    publish(&it, vec![wild]).await;
    // Nobody works on that queue; the dead letter is looked after by any worker.
    let intake = it.start(&["intake"], &[]);
    it.until("it is parked", "SELECT count(*) = 1 FROM parked WHERE class = 'dead_letter'").await;
    let reason = it.texts("SELECT worker || ': ' || reason FROM parked").await.remove(0);
    let said = "clock: Its sender gave it 1 ms to live (`expiration`) and nobody took it from the \
                queue `ordering` in that time.";
    assert!(reason.starts_with(said), "{reason}");
    intake.stop().await;
}

/// RabbitMQ before 4.0 hands over nothing more that dies in a queue, once it has taken 32 of these.
#[tokio::test]
async fn a_history_that_its_sender_made_up_is_refused_and_keeps_no_other_from_the_dead_letters() {
    let it = Installation::new().await;
    let dead = format!("{}{DEAD_LETTERS}", it.settings.broker.prefix);
    let mut death = FieldTable::default();
    for (name, value) in [("queue", dead.as_str()), ("reason", "expired")] {
        death.insert(name.into(), AMQPValue::LongString(value.into()));
    }
    let history = AMQPValue::FieldArray(vec![AMQPValue::FieldTable(death)].into());
    let mut headers = FieldTable::default();
    headers.insert("x-death".into(), history);
    let short = |id: usize| {
        let wild = Wild::to("intake.web", form(id)).by("leadmill.from.web");
        wild.with(|p| p.with_expiration("1".into()).with_message_id(id.to_string().into()))
    };
    let forged = |id| short(id).with(|p| p.with_headers(headers.clone()));
    let taken = taken(&it, (0..40).map(forged).collect()).await;
    assert_eq!(taken, 0, "the broker refuses them");
    publish(&it, vec![short(40)]).await;
    // Nobody works on that queue; the dead letter is looked after by any worker.
    let ordering = it.start(&["ordering"], &[]);
    it.until("it is parked", "SELECT count(*) = 1 FROM parked WHERE queue = 'intake.web'").await;
    ordering.stop().await;
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
    assert!(answer.out.contains("cannot be sent again: its 14001 headers"), "{}", answer.out);
    assert_eq!(it.count("SELECT count(*) FROM parked WHERE state = 'replayed'").await, 1);
}

#[tokio::test]
async fn what_poses_as_ours_or_is_for_us_alone_is_not_believed_from_outside() {
    let it = Installation::new().await;
    let workers = it.start(&["intake", "qualification"], &[]);
    let id = Uuid::now_v7();
    let by = |exchange: &str, key: &str, source: &str, ty: &str, n: u128| {
        let id = Uuid::from_u128(id.as_u128() + n).to_string();
        let data = json!({ "lead": id, "input": id, "row": 1 });
        let event = json!({ "specversion": "1.0", "id": id, "source": source,
                            "type": format!("leadmill.{ty}"), "data": data });
        Outgoing {
            exchange: exchange.to_owned(),
            routing_key: key.to_owned(),
            message_id: id,
            ..raw("", "application/cloudevents+json", event.to_string().into_bytes())
        }
    };
    let (qualify, captured) = ("lead.qualify.v1", "lead.captured.v1");
    it.publish(vec![
        // Straight into the queue, by the way of commands, and by the way of another worker.
        by("", "qualification", "urn:leadmill:intake", captured, 1),
        by(COMMANDS, qualify, "urn:leadmill:intake", qualify, 2),
        by(&said_by("intake"), captured, "urn:leadmill:quoting", captured, 3),
        // What this worker never says.
        by(&said_by("intake"), captured, "urn:leadmill:intake", qualify, 4),
        by("", "intake", "urn:test", "input.row.v1", 5),
        by("", "intake", "urn:leadmill:intake", "input.row.v1", 6),
        // What leadmill alone says has happened.
        by("", "qualification", "urn:test", captured, 7),
    ])
    .await;
    it.until("all are parked", "SELECT count(*) = 7 FROM parked WHERE class = 'envelope'").await;
    let poses = "SELECT count(*) FROM parked WHERE reason LIKE 'It poses as a message of %'";
    assert_eq!(it.count(poses).await, 5);
    let alone =
        "SELECT count(*) FROM parked WHERE reason LIKE 'A `%` is what leadmill alone says%'";
    assert_eq!(it.count(alone).await, 2);
    assert_eq!(it.count("SELECT count(*) FROM inbox").await, 0);
    workers.stop().await;
}

#[tokio::test]
async fn an_event_that_comes_again_with_other_content_is_parked_and_the_same_is_a_repeat() {
    let it = Installation::new().await;
    let workers = it.start(&["intake", "qualification"], &[]);
    it.send("intake.web", "application/json", vec![form(1)]).await;
    it.until("it is qualified", "SELECT count(*) = 1 FROM lead WHERE state = 'qualified'").await;
    let said = "SELECT id || ' ' || data FROM event WHERE type = 'lead.captured.v1'";
    let said = it.texts(said).await.remove(0);
    let (id, data) = said.split_once(' ').unwrap();
    let again = |data: &str| {
        let event = format!(
            r#"{{"specversion":"1.0","id":"{id}","source":"urn:leadmill:intake",
                "type":"leadmill.lead.captured.v1","correlationid":"{id}","data":{data}}}"#
        );
        Outgoing {
            exchange: said_by("intake"),
            routing_key: "lead.captured.v1".into(),
            message_id: id.to_owned(),
            ..raw("", "application/cloudevents+json", event.into_bytes())
        }
    };
    let other = data.replace("Acme 1", "Acme 2");
    assert_ne!(data, other);
    it.publish(vec![again(data), again(&other), again(&other)]).await;
    // What comes after them in the same queue was handled: so they were, too.
    it.send("intake.web", "application/json", vec![form(2)]).await;
    it.until("all is done", "SELECT count(*) = 2 FROM lead WHERE state = 'qualified'").await;
    let parked = "SELECT count(*) FROM parked WHERE convert_from(body, 'UTF8') LIKE '%Acme 2%'";
    assert_eq!(it.count(parked).await, 1);
    assert_eq!(it.count("SELECT count(*) FROM parked").await, 1, "the same is a repeat");
    let reason = it.texts("SELECT reason FROM parked").await.remove(0);
    assert!(
        reason.contains(&format!("said the message {id} before, with other content")),
        "{reason}"
    );
    assert_eq!(it.count("SELECT count(*) FROM lead").await, 2);
    workers.stop().await;
}

#[tokio::test]
async fn attempts_that_a_sender_counts_count_for_nothing() {
    let it = Installation::new().await;
    let ordering = it.start(&["ordering"], &[]);
    let counted = |id: &str, attempts: &str| {
        let mut sent = command(id, "quote.accept.v1", &json!({ "quote": Uuid::now_v7() }));
        sent.headers = vec![("x-attempt".to_owned(), attempts.to_owned())];
        sent
    };
    it.publish(vec![counted("a", "2"), counted("b", "4294967295"), counted("c", "-1")]).await;
    it.until("all wait", "SELECT count(*) = 3 FROM delayed").await;
    it.until("all are refused", "SELECT count(*) = 3 FROM refusal").await;
    // They have waited 2 s and 15 s, as everybody else.
    assert_eq!(it.count("SELECT sum(attempt)::bigint FROM refusal").await, 9);
    assert_eq!(it.count("SELECT count(*) FROM delayed").await, 0);
    ordering.stop().await;
}

#[tokio::test]
async fn who_sent_it_is_what_the_broker_says_and_stays_so() {
    let it = Installation::new().await;
    let ordering = it.start(&["intake", "ordering"], &[]);
    let form = |n| Wild::to("intake.web", form(n)).by("leadmill.from.web");
    let url = it.settings.broker.url.expose_secret();
    let user = url.split_once("://").and_then(|(_, rest)| rest.split_once(':')).unwrap().0;
    let as_user = |p: lapin::BasicProperties| p.with_user_id(user.into());
    let accept = |id: &str| {
        let data = json!({ "quote": Uuid::nil() });
        let event = json!({ "specversion": "1.0", "id": id, "source": "urn:shop",
                            "type": "leadmill.quote.accept.v1", "data": data });
        Wild::to("quote.accept.v1", event.to_string().into_bytes()).by("leadmill.from.shop")
    };
    let to_nobody = Wild::to("intake.web", b"{}".to_vec());
    publish(&it, vec![form(1), form(2).with(as_user), to_nobody, accept("a")]).await;
    it.until("it waits", "SELECT count(*) = 1 FROM delayed").await;
    // A copy by another way, and the way back, change nothing.
    publish(&it, vec![accept("a").by("leadmill.commands")]).await;
    it.until("it is refused", "SELECT count(*) = 1 FROM refusal").await;
    let senders = "SELECT coalesce(sender, 'anybody') FROM received";
    let mut expected = ["anybody", user, "leadmill.from.shop", "leadmill.from.web"];
    expected.sort_unstable();
    let mut senders = it.texts(senders).await;
    senders.sort_unstable();
    assert_eq!(senders, expected);
    let trace = leadmill(&it, &["trace", "a"]).await;
    assert!(trace.out.contains("sent by leadmill.from.shop"), "{}", trace.out);
    ordering.stop().await;
}

#[tokio::test]
async fn headers_that_grow_when_they_are_sent_again_are_parked_and_end_nobody_s_link() {
    let it = Installation::new().await;
    let mut ordering = it.start(&["ordering"], &[]);
    let mut numbers = FieldTable::default();
    for n in 0..14_000 {
        numbers.insert(format!("{n:x}").into(), AMQPValue::ShortShortInt(1));
    }
    let accept = |id: &str| {
        let data = json!({ "quote": Uuid::nil() });
        let event = json!({ "specversion": "1.0", "id": id, "source": "urn:shop",
                            "type": "leadmill.quote.accept.v1", "data": data });
        Wild::to("ordering", event.to_string().into_bytes())
    };
    // Each NUL of an id becomes three bytes.
    let odd = "\0".repeat(200);
    publish(
        &it,
        vec![
            accept("huge").with(|p| p.with_headers(numbers)),
            accept("odd").with(|p| p.with_message_id(odd.as_str().into())),
            accept("good"),
        ],
    )
    .await;
    it.until("two are parked", "SELECT count(*) = 2 FROM parked WHERE class = 'too_large'").await;
    it.until("the good one is decided", "SELECT count(*) = 1 FROM refusal").await;
    ordering.says_nothing_of("frame");
    ordering.says_nothing_of("is not worked on");
    ordering.stop().await;
}
