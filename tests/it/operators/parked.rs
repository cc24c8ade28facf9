use leadmill::messaging::{Outgoing, said_by};
use uuid::Uuid;

use super::*;
use crate::installation::{command, raw};

/// The one row that lies parked.
async fn parked(it: &Installation) -> Value {
    let list = leadmill(it, &["parked", "list", "--json"]).await;
    assert!(list.success, "{}", list.err);
    let list = list.json();
    assert_eq!(list.as_array().unwrap().len(), 1, "{list}");
    list[0].clone()
}

fn id_of(row: &Value) -> String {
    row["id"].as_str().unwrap().to_owned()
}

/// Intake says of a lead what it captured, long ago: as it stands in the log, and as it is published.
async fn captured(it: &Installation, id: Uuid, data: &str) {
    it.execute(&format!(
        "SELECT add_partition('event', '2023-11-01', '2023-12-01');
         INSERT INTO event (id, worker, type, kind, subject_kind, subject, correlation, cause, batch,
                            data)
         VALUES ('{id}', 'intake', 'lead.captured.v1', 'event', 'lead', '{id}', '{id}', '{id}', '{id}',
                 '{data}')"
    ))
    .await;
    let event = format!(
        r#"{{"specversion":"1.0","id":"{id}","source":"urn:leadmill:intake",
            "type":"leadmill.lead.captured.v1","correlationid":"{id}","data":{data}}}"#
    );
    it.publish(vec![Outgoing {
        exchange: said_by("intake"),
        routing_key: "lead.captured.v1".into(),
        message_id: id.to_string(),
        kind: "leadmill.lead.captured.v1".into(),
        app_id: "urn:leadmill:intake".into(),
        headers: vec![("x-attempt".into(), "3".into()), ("x-kept".into(), "yes".into())],
        ..raw("", "application/cloudevents+json", event.into_bytes())
    }])
    .await;
}

#[tokio::test]
async fn a_message_of_ours_that_came_too_late_is_replayed_under_a_new_id_and_then_decided_once() {
    let it = Installation::new().await;
    let workers = it.start(&["intake", "qualification"], &[]);
    it.send("intake.web", "application/json", vec![form(1)]).await;
    it.until("it is qualified", "SELECT count(*) = 1 FROM lead WHERE state = 'qualified'").await;
    let said = "SELECT data::text FROM event WHERE type = 'lead.captured.v1'";
    let data = it.texts(said).await.remove(0);
    let old = Uuid::new_v7(uuid::Timestamp::from_unix(uuid::NoContext, 1_700_000_000, 0));
    // The lead is qualified already, so that it leads to nothing.
    captured(&it, old, &data).await;
    it.until("it is parked", "SELECT count(*) = 1 FROM parked").await;
    let row = parked(&it).await;
    assert_eq!((&row["class"], &row["message"]), (&json!("too_old"), &json!(old)));

    let answer = leadmill(&it, &["parked", "replay", &id_of(&row), "--json"]).await;
    assert!(answer.success, "{} {}", answer.out, answer.err);
    let new: Uuid = answer.json()["replayed"][0]["replayed_as"].as_str().unwrap().parse().unwrap();
    it.until("it is decided", &format!("SELECT count(*) = 1 FROM nothing WHERE id = '{new}'"))
        .await;
    let state = "SELECT state || ' ' || replayed_as FROM parked";
    assert_eq!(it.texts(state).await, [format!("replayed {new}")]);
    let again = leadmill(&it, &["parked", "replay", &id_of(&row)]).await;
    assert!(!again.success && again.out.contains("is replayed already"), "{}", again.out);
    workers.stop().await;
}

#[tokio::test]
async fn a_replay_keeps_bytes_and_headers_but_not_the_broker_s_and_the_attempts() {
    let it = Installation::new().await;
    let old = Uuid::new_v7(uuid::Timestamp::from_unix(uuid::NoContext, 1_700_000_000, 0));
    let qualification = it.start(&["qualification"], &[]);
    let data = json!({ "lead": old, "note": "1.50" });
    captured(&it, old, &data.to_string()).await;
    it.until("it is parked", "SELECT count(*) = 1 FROM parked").await;
    qualification.stop().await;
    let row = parked(&it).await;
    it.execute("UPDATE parked SET headers = headers || '{\"x-death\": \"[]\"}'").await;
    let answer = leadmill(&it, &["parked", "replay", "--all-of-class", "panic"]).await;
    assert!(answer.success && answer.out.contains("0 messages"), "{}", answer.out);
    let class = row["class"].as_str().unwrap();
    let answer = leadmill(&it, &["parked", "replay", "--all-of-class", class, "--json"]).await;
    let new = answer.json()["replayed"][0]["replayed_as"].as_str().unwrap().to_owned();

    let link = it.link().await;
    let mut consumer = link.consume("qualification", 10).await.unwrap();
    let delivered = consumer.next_batch(1).await.unwrap().remove(0);
    assert_eq!(delivered.message_id.as_ref(), Some(&new));
    assert_eq!(delivered.headers["x-original-id"], old.to_string());
    assert_eq!(delivered.headers["x-kept"], "yes");
    for gone in ["x-attempt", "x-death"] {
        assert!(!delivered.headers.contains_key(gone), "{gone}");
    }
    let body: Value = serde_json::from_slice(&delivered.body).unwrap();
    assert_eq!((&body["id"], &body["data"]), (&json!(new), &data));
    assert!(link.close().await);
}

#[tokio::test]
async fn a_replay_that_died_between_publishing_and_marking_goes_out_under_the_same_id_again() {
    let it = Installation::new().await;
    let old = Uuid::new_v7(uuid::Timestamp::from_unix(uuid::NoContext, 1_700_000_000, 0));
    let qualification = it.start(&["qualification"], &[]);
    captured(&it, old, &json!({ "lead": old }).to_string()).await;
    it.until("it is parked", "SELECT count(*) = 1 FROM parked").await;
    qualification.stop().await;
    let row = parked(&it).await;
    let id = id_of(&row);
    let first = leadmill(&it, &["parked", "replay", &id, "--json"]).await.json();
    // As if the mark had not been committed: the reservation was, before it.
    it.execute(
        "UPDATE parked SET state = 'parked', replayed_as = NULL, closed_at = NULL,
                           history = history - (jsonb_array_length(history) - 1)",
    )
    .await;
    let second = leadmill(&it, &["parked", "replay", &id, "--json"]).await.json();
    assert_eq!(first["replayed"][0]["replayed_as"], second["replayed"][0]["replayed_as"]);
    assert!(first["replayed"][0]["replayed_as"].is_string());
}

#[tokio::test]
async fn a_message_from_outside_is_replayed_as_it_came_and_parked_again_while_it_is_broken() {
    let it = Installation::new().await;
    let ordering = it.start(&["ordering"], &[]);
    let broken = command("shop-1", "quote.accept.v1", &json!({ "quote": 7 }));
    let bytes = broken.body.clone();
    it.publish(vec![broken]).await;
    it.until("it is parked", "SELECT count(*) = 1 FROM parked").await;
    let row = parked(&it).await;
    assert_eq!(row["class"], "schema");
    let shown = leadmill(&it, &["parked", "show", &id_of(&row), "--body"]).await;
    assert_eq!(shown.out.as_bytes(), &*bytes);
    let answer = leadmill(&it, &["parked", "replay", &id_of(&row)]).await;
    assert!(answer.success, "{} {}", answer.out, answer.err);
    // It is as broken as before: the same row is open again, its history kept.
    let reopened = "SELECT count(*) = 1 FROM parked WHERE state = 'parked'
                    AND jsonb_array_length(history) = 3";
    it.until("it lies there again", reopened).await;
    ordering.stop().await;
}

#[tokio::test]
async fn what_was_handled_or_is_kept_as_an_input_is_not_replayed() {
    let it = Installation::new().await;
    let intake = it.start(&["intake"], &[]);
    it.send("intake.card", "text/vcard", vec![b"no card".to_vec()]).await;
    it.until("it is held", "SELECT count(*) = 1 FROM input WHERE verdict = 'held'").await;
    intake.stop().await;
    it.execute(
        "INSERT INTO parked (id, worker, queue, message, class, reason, properties, body)
         SELECT id, 'intake', 'intake.card', id, 'input_fault', 'It broke.', '{}', 'x' FROM input;
         INSERT INTO parked (id, worker, queue, message, class, reason, properties, body)
         SELECT id, 'clock', 'quoting', id, 'dead_letter', 'It died.', '{}', 'x'
         FROM (SELECT id_at(now()) AS id) AS x;
         INSERT INTO inbox (worker, id, batch)
         SELECT 'quoting', id, id FROM parked WHERE queue = 'quoting';
         INSERT INTO parked (id, worker, queue, class, reason, properties, body)
         VALUES (gen_random_uuid(), 'old', 'old.queue', 'type', 'Gone.', '{}', 'x'),
                (gen_random_uuid(), 'intake', 'out.billing', 'type', 'Planted.', '{}', 'x');
         INSERT INTO parked (id, worker, queue, class, reason, properties)
         VALUES (gen_random_uuid(), 'quoting', 'quoting', 'type', 'Erased.', '{}')",
    )
    .await;
    let ids = it.texts("SELECT id::text FROM parked").await;
    let mut arguments = vec!["parked", "replay"];
    arguments.extend(ids.iter().map(String::as_str));
    let answer = leadmill(&it, &arguments).await;
    assert!(!answer.success);
    for why in [
        "input.release",
        "would do it twice",
        "no worker of this version",
        "intake does not work on the queue `out.billing`",
        "erased",
    ] {
        assert!(answer.out.contains(why), "{why}: {}", answer.out);
    }
    assert_eq!(it.count("SELECT count(*) FROM parked WHERE state = 'parked'").await, 5);
}

#[tokio::test]
async fn what_no_worker_has_said_is_not_put_back_in_its_name() {
    let it = Installation::new().await;
    let forged = r#"{"specversion":"1.0","id":"01890000-0000-7000-8000-000000000000",
        "source":"urn:leadmill:invoicing","type":"leadmill.invoice.issued.v1","data":{}}"#;
    it.execute(&format!(
        "INSERT INTO parked (id, worker, queue, class, reason, properties, body) VALUES
             (gen_random_uuid(), 'clock', 'out.billing', 'dead_letter', 'It expired.', '{{}}', '{forged}'),
             (gen_random_uuid(), 'intake', 'intake', 'envelope', 'It poses.', '{{}}', '{forged}')"
    ))
    .await;
    for class in ["dead_letter", "envelope"] {
        let answer = leadmill(&it, &["parked", "replay", "--all-of-class", class]).await;
        let why = "poses as a message of `urn:leadmill:invoicing`, which never said it like this";
        assert!(!answer.success && answer.out.contains(why), "{}", answer.out);
    }
}

#[tokio::test]
async fn a_discarded_message_keeps_the_reason_and_shows_only_when_asked_for() {
    let it = Installation::new().await;
    it.execute(
        "INSERT INTO parked (id, worker, queue, class, reason, properties)
         VALUES (gen_random_uuid(), 'quoting', 'quoting', 'panic', 'It panicked.', '{}')",
    )
    .await;
    let row = parked(&it).await;
    let id = id_of(&row);
    let answer = leadmill(&it, &["parked", "discard", &id, "--reason", "a test"]).await;
    assert!(answer.success, "{}", answer.err);
    let open = leadmill(&it, &["parked", "list", "--json"]).await.json();
    assert_eq!(open, json!([]));
    let all =
        leadmill(&it, &["parked", "list", "--all", "--class", "panic", "--json"]).await.json();
    assert_eq!(all[0]["state"], "discarded");
    let shown = leadmill(&it, &["parked", "show", &id, "--json"]).await.json();
    assert_eq!(shown["history"][0]["note"], "a test");
    let again = leadmill(&it, &["parked", "discard", &id, "--reason", "once more"]).await;
    assert!(!again.success && again.out.contains("is discarded already"), "{}", again.out);
    let unknown = Uuid::nil().to_string();
    let unknown = leadmill(&it, &["parked", "show", &unknown]).await;
    assert!(!unknown.success && unknown.err.contains("parked list --all"), "{}", unknown.err);
}
