//! Sweep, clock and dead letters: one that cannot be said or kept never keeps the others waiting.

use lapin::options::BasicPublishOptions;
use lapin::types::{AMQPValue, FieldTable};
use lapin::{BasicProperties, Connection, ConnectionProperties};
use leadmill::messaging::{Delay, Outgoing};
use leadmill::runtime::FaultPoint;
use secrecy::ExposeSecret;

use crate::installation::{Installation, form, raw};

#[tokio::test]
async fn batches_that_nobody_can_read_or_send_keep_no_other_from_being_published() {
    let it = Installation::new().await;
    it.send("intake.web", "application/json", vec![form(1)]).await;
    it.start(&["intake"], &[("LEADMILL_FAIL_AT", FaultPoint::Committed.name())]).died().await;
    // Older than the good one and more than a sweep takes at once: one is too large to be sent, the
    // others are about what this program does not know.
    it.execute(
        "WITH bad AS (
             SELECT n, id_at(now() - interval '1 hour' + n * interval '1 ms') AS id
             FROM generate_series(1, 70) AS n),
         batches AS (
             INSERT INTO batch (id, worker, taken_at, decided_at, messages, events)
             SELECT id, 'intake', now(), now() - interval '1 hour', 1, 1 FROM bad)
         INSERT INTO event (id, worker, type, kind, subject_kind, subject, sequence, correlation,
                            cause, batch, data)
         SELECT id, 'intake', 'lead.captured.v1', 'event', CASE WHEN n > 1 THEN 'nonsense' ELSE 'lead' END,
                id, 1, id, id, id,
                CASE WHEN n > 1 THEN '{}' ELSE json_build_object('a', repeat('x', 17000000)) END
         FROM bad",
    )
    .await;
    let link = it.link().await;
    let mut consumer = link.consume("intake.web", 1).await.unwrap();
    let lost = consumer.next_batch(1).await.unwrap();
    leadmill::messaging::Receipt::of(&lost).acknowledge().await.unwrap();
    assert!(link.close().await);
    let mut workers = it.start(&["intake", "qualification"], &[]);
    it.until("it is swept up", "SELECT count(*) = 1 FROM lead WHERE state = 'qualified'").await;
    workers.says_so_often("is not published, and the others go on", 70).await;
    let left = "SELECT count(*) = 70 FROM batch WHERE published_at IS NULL";
    it.until("all others are published", left).await;
    workers.stop().await;
}

#[tokio::test]
async fn a_timer_that_cannot_be_said_tells_why_and_one_that_this_program_does_not_know_waits_for_another()
 {
    let it = Installation::new().await;
    let mut workers = it.start(&["intake", "qualification", "quoting"], &[]);
    it.catalog().await;
    it.send("intake.web", "application/json", vec![form(1)]).await;
    it.until("a quote is active", "SELECT count(*) = 1 FROM quote WHERE state = 'active'").await;
    for (name, change) in [
        ("type", r#"{"type": "quote.burn.v1"}"#),
        ("kind", r#"{"subject_kind": "nonsense"}"#),
        ("planner", r#"{"worker": "intake"}"#),
        ("other", r#"{"type": "lead.disqualify.v1"}"#),
    ] {
        it.execute(&format!(
            r#"INSERT INTO schedule SELECT (jsonb_populate_record(NULL::schedule, to_jsonb(s) || jsonb
                   '{{"id": "{}", "name": "{name}", "due_at": "2026-01-01T00:00:00Z"}}' || '{change}')).*
               FROM schedule AS s WHERE name = 'expiry'"#,
            uuid::Uuid::now_v7()
        ))
        .await;
    }
    workers.says_so_often("is not said: ", 1).await;
    it.execute("UPDATE schedule SET due_at = now() WHERE unsaid IS NULL").await;
    it.until("the offer is closed", "SELECT count(*) = 1 FROM quote WHERE state = 'closed'").await;
    let reasons = "SELECT name || ': ' || coalesce(unsaid, 'waits') FROM schedule
                   WHERE claimed_at IS NULL ORDER BY name";
    let reasons = it.texts(reasons).await;
    assert!(reasons[0].starts_with("kind: It is about a `nonsense`"), "{reasons:?}");
    assert_eq!(reasons[1..], ["other: waits", "planner: waits", "type: waits"]);
    let audit = crate::operators::leadmill(&it, &["audit", "--json"]).await.json();
    let said = audit["invariants"].as_array().unwrap().iter().find(|it| it["name"] == "timer.said");
    assert_eq!(said.unwrap()["named"].as_array().unwrap().len(), 4, "all of them are told");
    assert_eq!(it.count("SELECT count(*) FROM event WHERE worker = 'clock'").await, 1);
    workers.stop().await;
}

#[tokio::test]
async fn f42_a_timer_of_another_day_is_said_once_when_its_time_comes_after_all_workers_were_restarted()
 {
    let it = Installation::new().await;
    let days = [("LEADMILL_QUOTING__VALIDITY_DAYS", "2")];
    let workers = it.start(&["intake", "qualification", "quoting"], &days);
    it.catalog().await;
    it.send("intake.web", "application/json", vec![form(1)]).await;
    it.until("a quote is active", "SELECT count(*) = 1 FROM quote WHERE state = 'active'").await;
    workers.stop().await;
    let workers = it.start(&["intake", "qualification", "quoting"], &days);
    it.send("intake.web", "application/json", vec![form(2)]).await;
    it.until("they work again", "SELECT count(*) = 2 FROM quote WHERE state = 'active'").await;

    // The last day of the first offer is over in two seconds; that of the second a day later.
    it.execute(
        "UPDATE schedule SET due_at = due_at + interval '1 day'
         WHERE id = (SELECT max(id::text)::uuid FROM schedule);
         UPDATE clock_shift SET by = (SELECT min(due_at) FROM schedule) - clock_timestamp() - interval '2 seconds'",
    )
    .await;
    it.until("it is closed", "SELECT count(*) = 1 FROM quote WHERE close_reason = 'expired'").await;
    let late = "SELECT extract(epoch FROM s.claimed_at + c.by - s.due_at)::text
                FROM schedule AS s, clock_shift AS c WHERE s.claimed_at IS NOT NULL";
    let late: f64 = it.texts(late).await.remove(0).parse().unwrap();
    assert!((0.0..5.0).contains(&late), "said {late} s after its time");
    assert_eq!(it.count("SELECT count(*) FROM event WHERE worker = 'clock'").await, 1);
    assert_eq!(it.count("SELECT count(*) FROM quote WHERE state = 'active'").await, 1);
    for verb in [&["status"][..], &["audit"], &["migrate", "--no-queues"]] {
        let told = crate::operators::leadmill(&it, verb).await;
        assert!(
            told.out.contains("Decisions see a time that is"),
            "{verb:?}: {} {}",
            told.out,
            told.err
        );
    }
    workers.stop().await;
}

#[tokio::test]
async fn a_dead_letter_with_a_forged_history_keeps_no_other_waiting() {
    let it = Installation::new().await;
    let url = it.settings.broker.url.expose_secret();
    let connection = Connection::connect(url, ConnectionProperties::default()).await.unwrap();
    let channel = connection.create_channel().await.unwrap();
    let dead = format!("{}leadmill.letters.dead", it.settings.broker.prefix);
    for history in [r#"[{"queue":"a\u0000b","reason":"x"}]"#, r#"{"queue":"a"}"#, "no JSON", "[]"] {
        let mut headers = FieldTable::default();
        headers.insert("x-death".into(), AMQPValue::LongString(history.into()));
        let properties = BasicProperties::default().with_headers(headers).with_delivery_mode(2);
        let options = BasicPublishOptions::default();
        let body = history.as_bytes();
        channel
            .basic_publish("".into(), dead.as_str().into(), options, body, properties)
            .await
            .unwrap();
    }
    connection.close(200, "done".into()).await.unwrap();
    let intake = it.start(&["intake"], &[]);
    it.until("all are parked", "SELECT count(*) = 4 FROM parked WHERE class = 'dead_letter'").await;
    intake.stop().await;
}

#[tokio::test]
async fn what_comes_back_from_a_delay_for_no_queue_is_parked_and_not_said_to_have_ended_a_process()
{
    let it = Installation::new().await;
    let strange = Outgoing {
        exchange: Delay::Seconds2.exchange("intake"),
        ..raw("nobody.knows.this", "application/json", b"{}".to_vec())
    };
    it.publish(vec![strange]).await;
    let intake = it.start(&["intake"], &[]);
    let told = "SELECT count(*) = 1 FROM parked WHERE queue = 'leadmill.delay.intake.2s' AND reason
                LIKE '%to come back to `nobody.knows.this`, which is no queue of that worker.%'";
    it.until("it is parked with its reason", told).await;
    intake.stop().await;
}
