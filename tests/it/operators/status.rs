use super::*;

fn count<'v>(list: &'v Value, field: &str, value: &str, more: (&str, &str)) -> Option<&'v Value> {
    let mut rows = list.as_array().unwrap().iter();
    rows.find(|row| row[field] == value && row[more.0] == more.1).map(|row| &row["count"])
}

#[tokio::test]
async fn status_counts_records_inputs_queues_and_what_needs_somebody() {
    let it = history().await;
    it.execute(
        "INSERT INTO batch (id, worker, taken_at, decided_at, messages, events)
         SELECT id_at(now()), 'quoting', t, t, 1, 1 FROM (SELECT now() - interval '1 hour') AS x (t);
         UPDATE schedule SET claimed_at = NULL, due_at = now() - interval '1 hour'
         WHERE id = (SELECT id FROM schedule LIMIT 1);
         INSERT INTO parked (id, worker, queue, class, reason, properties)
         VALUES (gen_random_uuid(), 'quoting', 'quoting', 'panic', 'It panicked.', '{}')",
    )
    .await;
    it.publish(vec![crate::installation::raw("quoting", "text/plain", b"late".to_vec())]).await;
    let answer = leadmill(&it, &["status", "--json"]).await;
    assert!(answer.success, "{}", answer.err);
    let status = answer.json();
    let records = &status["records"];
    assert_eq!(count(records, "subject", "order", ("state", "fulfilled")), Some(&json!(2)));
    assert_eq!(count(records, "subject", "invoice", ("state", "paid")), Some(&json!(1)));
    assert_eq!(records[0]["estimated"], false, "a small table is counted exactly");
    let inputs = &status["inputs"];
    assert_eq!(count(inputs, "channel", "import", ("verdict", "created")), Some(&json!(3)));
    assert_eq!(count(inputs, "channel", "email", ("verdict", "rejected")), Some(&json!(1)));
    assert_eq!(status["held"]["count"], 1);
    assert_eq!(status["overdue"]["count"], 1);
    assert_eq!(status["repeats"], json!([{ "name": "intake.email", "count": 1 }]));
    assert_eq!(status["parked"], json!([{ "name": "panic", "count": 1 }]));
    assert_eq!(status["unmarked"][0]["worker"], "quoting");
    let queues = status["queues"].as_array().unwrap();
    let quoting = queues.iter().find(|queue| queue["name"] == "quoting").unwrap();
    assert_eq!(quoting, &json!({ "name": "quoting", "ready": 1, "consumers": 0 }));
    let warnings = status["warnings"].to_string();
    for about in [
        "nobody works on it",
        "not known to be published",
        "leadmill parked list",
        "1 timer is due",
    ] {
        assert!(warnings.contains(about), "{about}: {warnings}");
    }
    let people = leadmill(&it, &["status"]).await.out;
    assert!(people.contains("Held inputs") && people.contains("Warning: "), "{people}");
}

#[tokio::test]
async fn status_says_which_queues_are_missing_and_that_the_partitions_end() {
    let it = Installation::new().await;
    it.topology.delete(&it.settings.broker).await.unwrap();
    it.execute(
        "DO $$ DECLARE name text; BEGIN
             FOR name IN SELECT inhrelid::regclass::text FROM pg_inherits
                         WHERE inhparent = 'inbox'::regclass
                           AND right(inhrelid::regclass::text, 8)
                               > to_char(now() AT TIME ZONE 'UTC' + interval '1 day', 'YYYYMMDD')
             LOOP EXECUTE 'DROP TABLE ' || name; END LOOP;
         END $$",
    )
    .await;
    let answer = leadmill(&it, &["status", "--json"]).await;
    assert!(answer.success, "{}", answer.err);
    let warnings = answer.json()["warnings"].to_string();
    assert!(warnings.contains("missing on the broker"), "{warnings}");
    assert!(warnings.contains("reach only 1 days ahead"), "{warnings}");
}
