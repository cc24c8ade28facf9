//! Effects exactly once: redelivery, races, early and late messages, losses of broker and database.

use leadmill::runtime::FaultPoint;
use serde_json::json;
use uuid::Uuid;

use crate::database;
use crate::installation::{Installation, command, form, raw};

#[tokio::test]
async fn f1_a_web_form_becomes_a_qualified_lead() {
    let it = Installation::new().await;
    let workers = it.start(&["intake", "qualification"], &[]);
    it.send("intake.web", "application/json", vec![form(1)]).await;
    it.until("the lead is qualified", "SELECT count(*) = 1 FROM lead WHERE state = 'qualified'")
        .await;
    assert_eq!(it.count("SELECT count(*) FROM input WHERE verdict = 'created'").await, 1);
    assert_eq!(
        it.texts("SELECT type FROM event ORDER BY position").await,
        [
            "lead.captured.v1",
            "account.created.v1",
            "contact.created.v1",
            "lead.qualified.v1",
            "opportunity.created.v1"
        ]
    );
    workers.stop().await;
}

#[tokio::test]
async fn f11_a_message_delivered_100_times_to_two_workers_is_one_lead_and_99_repeats() {
    let it = Installation::new().await;
    let (one, two) = (it.start(&["intake"], &[]), it.start(&["intake"], &[]));
    let message = raw("intake.web", "application/json", form(1));
    it.publish(vec![message; 100]).await;
    it.until("all copies are counted", "SELECT coalesce(sum(repeats), 0) = 99 FROM received").await;
    assert_eq!(it.count("SELECT count(*) FROM lead").await, 1);
    assert_eq!(it.count("SELECT count(*) FROM event").await, 1);
    one.stop().await;
    two.stop().await;
}

#[tokio::test]
async fn f62_fifty_racing_commands_make_one_opportunity_and_all_get_an_answer() {
    let it = Installation::new().await;
    let workers = it.start(&["intake", "qualification"], &[]);
    let vague = json!({ "name": "Bea Vague", "email": "bea@vague.example", "message": "hello" });
    it.send("intake.web", "application/json", vec![vague.to_string().into_bytes()]).await;
    it.until("the lead is scored", "SELECT count(*) = 1 FROM event WHERE type = 'lead.scored.v1'")
        .await;
    let second = it.start(&["qualification"], &[]);
    let lead = it.texts("SELECT id::text FROM lead").await.remove(0);
    let racing = (0..50)
        .map(|_| command(&Uuid::new_v4().to_string(), "lead.qualify.v1", &json!({ "lead": lead })));
    it.publish(racing.collect()).await;
    let answered = "SELECT count(*) = 49 FROM event WHERE type = 'lead.already.v1'";
    it.until("everybody has an answer", answered).await;
    assert_eq!(it.count("SELECT count(*) FROM opportunity").await, 1);
    assert_eq!(it.count("SELECT count(*) FROM event WHERE type = 'lead.qualified.v1'").await, 1);
    let references = "SELECT DISTINCT data->>'record' FROM event WHERE type = 'lead.already.v1'";
    let opportunity = it.texts("SELECT id::text FROM opportunity").await;
    assert_eq!(it.texts(references).await, opportunity);
    workers.stop().await;
    second.stop().await;
}

#[tokio::test]
async fn a_command_that_comes_before_its_subject_waits_and_then_happens() {
    let it = Installation::new().await;
    let qualification = it.start(&["qualification"], &[]);
    // The lead does not exist yet: the command waits in a delay queue, its claim given back.
    let lead = Uuid::now_v7();
    it.command("lead.disqualify.v1", json!({ "lead": lead, "reason": "lost" })).await;
    it.until("it waits", "SELECT count(*) = 1 FROM received WHERE batch IS NULL").await;
    it.execute(&format!(
        "INSERT INTO lead SELECT * FROM jsonb_populate_record(NULL::lead, '{}')",
        lead_row(lead)
    ))
    .await;
    it.until("it happens", "SELECT count(*) = 1 FROM lead WHERE state = 'disqualified'").await;
    assert_eq!(it.count("SELECT count(*) FROM received WHERE batch IS NULL").await, 0);
    assert_eq!(it.count("SELECT count(*) FROM refusal").await, 0);
    qualification.stop().await;
}

#[tokio::test]
async fn a_command_for_nobody_is_refused_at_last_and_the_sender_is_answered() {
    let it = Installation::new().await;
    let ordering = it.start(&["ordering"], &[]);
    let id = it.command("quote.accept.v1", json!({ "quote": Uuid::now_v7() })).await;
    it.until("it is refused", "SELECT count(*) = 1 FROM refusal WHERE rule = 'unknown'").await;
    let answer = "SELECT data->>'command' FROM event WHERE type = 'quote.refused.v1'";
    assert_eq!(it.texts(answer).await, [id]);
    assert_eq!(it.count("SELECT attempt::bigint FROM refusal").await, 3);
    ordering.stop().await;
}

#[tokio::test]
async fn a_command_id_used_again_with_other_content_is_refused_and_changes_nothing() {
    let it = Installation::new().await;
    let workers = it.start(&["intake", "qualification"], &[]);
    let vague = json!({ "name": "Bea Vague", "email": "bea@vague.example", "message": "hello" });
    it.send("intake.web", "application/json", vec![vague.to_string().into_bytes()]).await;
    it.until("the lead is scored", "SELECT count(*) = 1 FROM event WHERE type = 'lead.scored.v1'")
        .await;
    let lead = it.texts("SELECT id::text FROM lead").await.remove(0);
    let lost = json!({ "lead": lead, "reason": "lost" });
    it.publish(vec![command("once", "lead.disqualify.v1", &lost)]).await;
    it.until("it is disqualified", "SELECT count(*) = 1 FROM lead WHERE state = 'disqualified'")
        .await;
    it.publish(vec![
        command("once", "lead.reactivate.v1", &json!({ "lead": lead })),
        command("once", "lead.disqualify.v1", &lost),
    ])
    .await;
    let refused = "SELECT count(*) = 1 FROM refusal WHERE rule = 'conflicting_repeat'";
    it.until("the other content is refused", refused).await;
    it.until("the same content is a repeat", "SELECT sum(repeats) >= 1 FROM received").await;
    assert_eq!(it.count("SELECT count(*) FROM lead WHERE state = 'disqualified'").await, 1);
    workers.stop().await;
}

#[tokio::test]
async fn a_row_that_the_database_refuses_is_parked_alone_and_the_others_go_through() {
    let it = Installation::new().await;
    it.execute(
        "ALTER TABLE lead ADD CONSTRAINT no_poison CHECK (enquiry->>'company' <> 'Acme 13')",
    )
    .await;
    let forms: Vec<_> = (0..40).map(form).collect();
    it.send("intake.web", "application/json", forms).await;
    let intake = it.start(&["intake"], &[]);
    it.until("all have a verdict", "SELECT count(*) = 40 FROM input").await;
    assert_eq!(it.count("SELECT count(*) FROM lead").await, 39);
    // The input is held, so that nothing is lost, and the fault lies parked under the same id.
    let held = "SELECT count(*) FROM input JOIN parked ON parked.message = input.id \
                WHERE verdict = 'held' AND class = 'poison'";
    assert_eq!(it.count(held).await, 1);
    intake.stop().await;
}

#[tokio::test]
async fn one_message_whose_key_is_taken_costs_a_batch_of_64_at_most_14_transactions() {
    const BATCH: usize = 64;
    let it = Installation::new().await;
    // A sequence counts what is rolled back, too: each transaction inserts its leads at once.
    it.execute(&format!(
        "CREATE SEQUENCE tries; CREATE FUNCTION count_try() RETURNS trigger LANGUAGE plpgsql AS
             'BEGIN PERFORM nextval(''tries''); RETURN NULL; END';
         CREATE UNIQUE INDEX ON lead ((enquiry->>'company')) WHERE enquiry->>'company' = 'Acme 141';
         INSERT INTO lead SELECT * FROM jsonb_populate_record(NULL::lead, jsonb_set(
             '{}', '{{enquiry,company}}', '\"Acme 141\"'));
         CREATE TRIGGER count_try BEFORE INSERT ON lead FOR EACH STATEMENT EXECUTE FUNCTION count_try()",
        lead_row(Uuid::now_v7())
    ))
    .await;
    let patient = [
        ("LEADMILL_RUNTIME__BATCH_SIZE_MAX", "64"),
        ("LEADMILL_DATABASE__LOCK_TIMEOUT_MS", "25000"),
    ];
    let intake = it.start(&["intake"], &patient);
    it.send("intake.web", "application/json", (0..40).map(form).collect()).await;
    it.until("it has seen what comes", "SELECT count(*) = 41 FROM lead").await;
    // While one message waits, the next ones gather to a batch.
    let mut conn = it.connect().await;
    database::execute(&mut conn, "BEGIN; LOCK TABLE lead IN EXCLUSIVE MODE".into()).await;
    it.send("intake.web", "application/json", vec![form(40)]).await;
    database::until_waiting(&mut conn, 1).await;
    it.send("intake.web", "application/json", (100..100 + BATCH).map(form).collect()).await;
    let before = it.count("SELECT last_value FROM tries").await;
    database::execute(&mut conn, "COMMIT".into()).await;
    let all = format!("SELECT count(*) = {} FROM input", 40 + 1 + BATCH);
    it.until("all have a verdict", &all).await;
    let spent = it.count("SELECT last_value FROM tries").await - before - 1;
    assert!(spent <= 14, "{spent} transactions");
    let parked = "SELECT count(*) FROM input JOIN parked ON parked.message = input.id
                  WHERE verdict = 'held' AND class = 'poison'";
    assert_eq!(it.count(parked).await, 1);
    intake.stop().await;
}

#[tokio::test]
async fn told_to_stop_a_worker_finishes_what_it_took_and_another_goes_on_with_the_rest() {
    let it = Installation::new().await;
    it.send("intake.web", "application/json", (0..600).map(form).collect()).await;
    let intake = it.start(&["intake"], &[]);
    it.until("it works", "SELECT count(*) > 0 FROM lead").await;
    intake.stop().await;
    // Nothing that was taken is left undone: no claim without its batch, and all batches out.
    assert_eq!(it.count("SELECT count(*) FROM batch WHERE published_at IS NULL").await, 0);
    let again = it.start(&["intake"], &[]);
    it.until("the rest is done", "SELECT count(*) = 600 FROM lead").await;
    assert_eq!(it.count("SELECT count(*) FROM event").await, 600);
    assert_eq!(it.count("SELECT coalesce(sum(repeats), 0) FROM received").await, 0);
    again.stop().await;
}

#[tokio::test]
async fn links_that_are_exchanged_under_load_cost_no_message_and_repeat_none() {
    let it = Installation::new().await;
    let young = [("LEADMILL_BROKER__LINK_LIFETIME_S", "1"), ("LEADMILL_LOG__FILTER", "info")];
    let mut intake = it.start(&["intake"], &young);
    for sent in 1..=3 {
        let forms = (sent * 200 - 200..sent * 200).map(form).collect();
        it.send("intake.web", "application/json", forms).await;
        let done = format!("SELECT count(*) = {} FROM lead", sent * 200);
        it.until("all are leads", &done).await;
        intake.says_so_often("old enough", sent).await;
    }
    assert_eq!(it.count("SELECT count(*) FROM event").await, 600);
    assert_eq!(it.count("SELECT coalesce(sum(repeats), 0) FROM received").await, 0);
    intake.stop().await;
}

#[tokio::test]
async fn database_connections_that_are_cut_cost_nothing_but_time() {
    let it = Installation::new().await;
    it.send("intake.web", "application/json", (0..300).map(form).collect()).await;
    let workers = it.start(&["intake", "qualification"], &[]);
    for step in 1..=5 {
        it.until("it goes on", &format!("SELECT count(*) >= {} FROM lead", step * 40)).await;
        it.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity \
             WHERE datname = current_database() AND application_name LIKE 'leadmill %' \
               AND application_name <> 'leadmill test'",
        )
        .await;
    }
    it.until("all are qualified", "SELECT count(*) = 300 FROM lead WHERE state = 'qualified'")
        .await;
    assert_eq!(it.count("SELECT count(*) FROM opportunity").await, 300);
    assert_eq!(it.count("SELECT count(*) FROM parked").await, 0);
    workers.stop().await;
}

#[tokio::test]
async fn a_batch_whose_cause_never_comes_back_is_published_by_the_sweeper() {
    let it = Installation::new().await;
    it.send("intake.web", "application/json", vec![form(1)]).await;
    let dying = it.start(&["intake"], &[("LEADMILL_FAIL_AT", FaultPoint::Committed.name())]);
    dying.died().await;
    assert_eq!(it.count("SELECT count(*) FROM batch WHERE published_at IS NULL").await, 1);
    // The broker's copy of the cause is lost for good.
    let link = it.link().await;
    let mut consumer = link.consume("intake.web", 1).await.unwrap();
    let lost = consumer.next_batch(1).await.unwrap();
    leadmill::messaging::Receipt::of(&lost).acknowledge().await.unwrap();
    assert!(link.close().await);
    let workers = it.start(&["intake", "qualification"], &[]);
    it.until("it is swept up", "SELECT count(*) = 1 FROM lead WHERE state = 'qualified'").await;
    it.until("and marked", "SELECT count(*) = 0 FROM batch WHERE published_at IS NULL").await;
    workers.stop().await;
}

#[tokio::test]
async fn causes_that_come_back_one_by_one_bring_all_that_their_batch_said() {
    let it = Installation::new().await;
    it.send("intake.web", "application/json", (0..12).map(form).collect()).await;
    let dying = it.start(&["intake"], &[("LEADMILL_FAIL_AT", FaultPoint::Committed.name())]);
    dying.died().await;
    // One batch was committed and nothing of it published; its causes return one at a time.
    let alone = [("LEADMILL_RUNTIME__BATCH_SIZE_MAX", "1")];
    let intake = it.start(&["intake"], &alone);
    it.until("all have a lead", "SELECT count(*) = 12 FROM lead").await;
    let qualification = it.start(&["qualification"], &[]);
    it.until("all are qualified", "SELECT count(*) = 12 FROM lead WHERE state = 'qualified'").await;
    intake.stop().await;
    qualification.stop().await;
}

#[tokio::test]
async fn good_messages_do_not_die_for_the_company_they_were_delivered_in() {
    const LIMIT: usize = 20;
    const TRIED: usize = 10;
    let it = Installation::new().await;
    it.send("intake.web", "application/json", (0..30).map(form).collect()).await;
    for _ in 0..TRIED {
        let link = it.link().await;
        let mut consumer = link.consume("intake.web", 100).await.unwrap();
        let mut held = 0;
        while held < 30 {
            held += consumer.next_batch(100).await.unwrap().len();
        }
        assert!(link.close().await);
    }
    // One message is in hand each time; with all of them in hand, all would be dead by now.
    for _ in TRIED..LIMIT + 3 {
        it.start(&["intake"], &[("LEADMILL_FAIL_AT", "taken")]).died().await;
    }
    let intake = it.start(&["intake"], &[]);
    it.until("all are judged", "SELECT count(*) = 30 FROM input WHERE verdict = 'created'").await;
    assert_eq!(it.count("SELECT count(*) FROM parked").await, 0);
    intake.stop().await;
}

#[tokio::test]
async fn a_missing_partition_halts_the_lane_and_parks_nothing() {
    let it = Installation::new().await;
    it.send("intake.web", "application/json", vec![form(1)]).await;
    let today = it.texts("SELECT to_char(now() AT TIME ZONE 'UTC', 'YYYYMMDD')").await.remove(0);
    let tomorrow = it
        .texts("SELECT to_char(now() AT TIME ZONE 'UTC' + interval '1 day', 'YYYYMMDD')")
        .await
        .remove(0);
    // Detached, not dropped, so that upkeep cannot make it anew while its name is taken.
    it.execute(&format!(
        "ALTER TABLE batch DETACH PARTITION batch_{today}; \
         ALTER TABLE batch DETACH PARTITION batch_{tomorrow};"
    ))
    .await;
    let mut intake = it.start(&["intake"], &[]);
    intake.says("Queue `intake.web` is not worked on: no partition of relation").await;
    assert_eq!(it.count("SELECT count(*) FROM parked").await, 0);
    assert_eq!(it.count("SELECT count(*) FROM lead").await, 0);
    it.execute(&format!(
        "ALTER TABLE batch ATTACH PARTITION batch_{today} FOR VALUES FROM \
         (id_at('{today}'::date::timestamp AT TIME ZONE 'UTC')) TO (id_at('{tomorrow}'::date::timestamp AT TIME ZONE 'UTC'));"
    ))
    .await;
    it.until("it goes on by itself", "SELECT count(*) = 1 FROM lead").await;
    intake.stop().await;
}

#[tokio::test]
async fn f95_the_clock_closes_an_offer_once_although_two_processes_watch_it() {
    let it = Installation::new().await;
    let workers = it.start(&["intake", "qualification", "quoting"], &[]);
    let second = it.start(&["quoting"], &[]);
    it.catalog().await;
    it.send("intake.web", "application/json", vec![form(1)]).await;
    it.until("a quote is active", "SELECT count(*) = 1 FROM quote WHERE state = 'active'").await;
    it.execute("UPDATE schedule SET due_at = now()").await;
    it.until("it is closed", "SELECT count(*) = 1 FROM quote WHERE state = 'closed'").await;
    let closed = "SELECT data->>'close_reason' FROM event WHERE type = 'quote.closed.v1'";
    assert_eq!(it.texts(closed).await, ["expired"]);
    assert_eq!(it.count("SELECT count(*) FROM event WHERE type = 'quote.close.v1'").await, 1);
    workers.stop().await;
    second.stop().await;
}

/// The columns of an open lead that nobody captured through intake.
fn lead_row(id: Uuid) -> String {
    json!({
        "id": id, "sequence": 1, "number": "L-1", "input": Uuid::now_v7(), "state": "open",
        "open_reason": "new", "enquiry": { "source": "web" },
        "created_at": "2026-01-01T00:00:00Z", "modified_at": "2026-01-01T00:00:00Z",
    })
    .to_string()
}
