//! Keys that come again: with the same content, with other content, to another worker, years later,
//! and never with a second publishing of what was confirmed.

use leadmill::messaging::{Outgoing, Queue, Topology, said_by};
use serde_json::json;
use uuid::Uuid;

use crate::installation::{Installation, Process, command, demo_catalog};

/// Workers that sell nothing to a lead yet, and the lead.
async fn scored(it: &Installation) -> (Process, String) {
    let workers =
        it.start(&["intake", "qualification"], &[("LEADMILL_RUNTIME__SWEEP_AFTER_S", "90")]);
    let vague = json!({ "name": "Bea Vague", "email": "bea@vague.example", "message": "hello" });
    it.send("intake.web", "application/json", vec![vague.to_string().into_bytes()]).await;
    it.until("the lead is scored", "SELECT count(*) = 1 FROM event WHERE type = 'lead.scored.v1'")
        .await;
    (workers, it.texts("SELECT id::text FROM lead").await.remove(0))
}

fn disqualify(id: &str, lead: &str) -> Outgoing {
    command(id, "lead.disqualify.v1", &json!({ "lead": lead, "reason": "lost" }))
}

fn reactivate(id: &str, lead: &str) -> Outgoing {
    command(id, "lead.reactivate.v1", &json!({ "lead": lead }))
}

const DISQUALIFIED: &str = "SELECT count(*) = 1 FROM lead WHERE state = 'disqualified'";

#[tokio::test]
async fn other_content_under_a_known_id_is_refused_once_however_often_it_comes() {
    let it = Installation::new().await;
    let (workers, lead) = scored(&it).await;
    it.publish(vec![disqualify("once", &lead)]).await;
    it.until("it is disqualified", DISQUALIFIED).await;
    let other = reactivate("once", &lead);
    it.publish(vec![other.clone(), other.clone(), disqualify("once", &lead)]).await;
    it.until("it is refused", "SELECT count(*) >= 1 FROM refusal").await;
    it.publish(vec![other]).await;
    let again = "SELECT sum(repeats) = 2 FROM conflict";
    it.until("all copies are counted", again).await;
    it.until("the first, too", "SELECT sum(repeats) = 1 FROM received WHERE external_id = 'once'")
        .await;
    assert_eq!(it.count("SELECT count(*) FROM parked").await, 0);
    assert_eq!(it.texts("SELECT rule FROM refusal").await, ["conflicting_repeat"]);
    let answers = "SELECT data->>'command' FROM event WHERE type = 'lead.refused.v1'";
    assert_eq!(it.texts(answers).await, ["once"]);
    // Yet other content is another conflict.
    it.publish(vec![reactivate("once", &Uuid::now_v7().to_string())]).await;
    it.until("it is refused, too", "SELECT count(*) = 2 FROM refusal").await;
    workers.stop().await;
}

#[tokio::test]
async fn t13_what_was_asked_from_outside_is_kept_once_as_it_came_until_it_is_erased() {
    let it = Installation::new().await;
    let (workers, lead) = scored(&it).await;
    let asked = disqualify("once", &lead);
    it.publish(vec![asked.clone()]).await;
    it.until("it is disqualified", DISQUALIFIED).await;
    it.publish(vec![asked.clone()]).await;
    it.until("it came again", "SELECT sum(repeats) = 1 FROM received WHERE external_id = 'once'")
        .await;
    workers.stop().await;
    let kept = "SELECT coalesce(encode(bytes, 'escape'), 'erased') FROM input_chunk
                WHERE input = (SELECT id FROM received WHERE external_id = 'once')";
    assert_eq!(it.texts(kept).await, [String::from_utf8(asked.body.to_vec()).unwrap()]);
    it.execute("SELECT erase_raw(id) FROM received WHERE external_id = 'once'").await;
    assert_eq!(it.texts(kept).await, ["erased"]);
}

#[tokio::test]
async fn one_id_sent_to_two_workers_is_a_message_for_each_and_halts_nobody() {
    let it = Installation::new().await;
    let (workers, lead) = scored(&it).await;
    let quoting = it.start(&["quoting"], &[]);
    let (ty, products) = demo_catalog().remove(0);
    it.publish(vec![
        disqualify("one", &lead),
        command("one", ty, &products),
        disqualify("one", &lead),
    ])
    .await;
    it.until("one worker has decided", DISQUALIFIED).await;
    it.until("so has the other", "SELECT count(*) > 0 FROM product").await;
    it.until(
        "a copy is a repeat",
        "SELECT sum(repeats) = 1 FROM received WHERE external_id = 'one'",
    )
    .await;
    assert_eq!(it.count("SELECT count(*) FROM received WHERE external_id = 'one'").await, 2);
    assert_eq!(it.count("SELECT count(*) FROM refusal").await, 0);
    workers.stop().await;
    quoting.stop().await;
}

#[tokio::test]
async fn a_command_given_back_nine_days_or_two_years_ago_is_decided_and_known_for_ever() {
    let it = Installation::new().await;
    for age in ["9 days", "2 years"] {
        let qualification = it.start(&["qualification"], &[]);
        let (id, lead) = (format!("given back {age} ago"), Uuid::now_v7().to_string());
        it.publish(vec![disqualify(&id, &lead)]).await;
        let waits = format!(
            "SELECT count(*) = 1 FROM received WHERE external_id = '{id}' AND batch IS NULL"
        );
        it.until("it waits", &waits).await;
        qualification.stop().await;
        // The lead was disqualified meanwhile, so that nothing follows, and a row says so.
        it.execute(&format!(
            "INSERT INTO lead SELECT * FROM jsonb_populate_record(NULL::lead, '{}');
             UPDATE received SET id = id_at(now() - interval '{age}') WHERE external_id = '{id}'",
            disqualified(&lead)
        ))
        .await;
        let mut qualification = it.start(&["qualification"], &[]);
        let answered = format!(
            "SELECT count(*) = 1 FROM event WHERE type = 'lead.already.v1' AND subject = '{lead}'"
        );
        it.until("it is decided", &answered).await;
        // As old as it is, it is known, and so is its conflict.
        it.execute(&format!(
            "UPDATE received SET id = id_at(now() - interval '{age}') WHERE external_id = '{id}'"
        ))
        .await;
        it.publish(vec![disqualify(&id, &lead), reactivate(&id, &lead)]).await;
        it.until(
            "one is a repeat",
            &format!("SELECT repeats = 1 FROM received WHERE external_id = '{id}'"),
        )
        .await;
        it.until(
            "the other is refused",
            &format!("SELECT count(*) = 1 FROM refusal WHERE named = '{lead}'"),
        )
        .await;
        qualification.says_nothing_of("is not worked on");
        qualification.stop().await;
    }
    assert_eq!(it.count("SELECT count(*) FROM parked").await, 0);
}

/// A disqualified lead that nobody captured through intake.
fn disqualified(lead: &str) -> String {
    json!({
        "id": lead, "sequence": 1, "number": format!("L-{lead}"), "input": Uuid::now_v7(),
        "state": "disqualified", "disqualified_at": "2026-01-02T00:00:00Z",
        "disqualify_reason": "lost", "enquiry": { "source": "web" },
        "created_at": "2026-01-01T00:00:00Z", "modified_at": "2026-01-01T00:00:00Z",
    })
    .to_string()
}

#[tokio::test]
async fn what_is_confirmed_is_never_sent_again_for_a_command_that_comes_again() {
    let it = Installation::new().await;
    let (workers, lead) = scored(&it).await;
    let all = Queue::worked("out.all").hears(&said_by("qualification"), "lead.#");
    let counting = Topology { exchanges: Vec::new(), queues: vec![all] };
    counting.declare(&it.settings.broker).await.unwrap();
    for round in 0_i64..10 {
        let (one, two) = (format!("d{round}"), format!("r{round}"));
        it.publish(vec![disqualify(&one, &lead)]).await;
        it.until("it is disqualified", DISQUALIFIED).await;
        // At once, before the confirmed batch is marked as published.
        it.publish(vec![disqualify(&one, &lead); 20]).await;
        let copies = format!("SELECT sum(repeats) = {} FROM received", 40 * round + 20);
        it.until("the copies are counted", &copies).await;
        it.publish(vec![reactivate(&two, &lead)]).await;
        it.until("it is open again", "SELECT count(*) = 1 FROM lead WHERE state = 'open'").await;
        it.publish(vec![reactivate(&two, &lead); 20]).await;
        let copies = format!("SELECT sum(repeats) = {} FROM received", 40 * round + 40);
        it.until("the copies are counted", &copies).await;
    }
    workers.stop().await;
    let depths = counting.depths(&it.settings.broker).await.unwrap();
    counting.delete(&it.settings.broker).await.unwrap();
    assert_eq!(depths[0].waiting, Some((20, 0)), "each event once");
}
