use super::*;

fn types(pipeline: &Value) -> Vec<&str> {
    let entries = pipeline["entries"].as_array().unwrap().iter();
    entries.filter_map(|entry| entry["type"].as_str().or(entry["kind"].as_str())).collect()
}

#[tokio::test]
async fn trace_finds_one_pipeline_by_everything_that_belongs_to_it() {
    let it = history().await;
    let ids = it
        .texts(
            "WITH won AS (SELECT i.id AS invoice, i.number, o.id AS sales_order, o.number AS order_number,
                                 q.id AS quote, q.number AS quote_number, p.id AS opportunity, l.id AS lead,
                                 l.number AS lead_number, l.input, l.account, l.contact, s.id AS shipment
                          FROM invoice AS i JOIN sales_order AS o ON o.id = i.sales_order
                          JOIN quote AS q ON q.id = o.quote JOIN opportunity AS p ON p.id = o.opportunity
                          JOIN lead AS l ON l.id = p.originating_lead
                          JOIN shipment AS s ON s.sales_order = o.id
                          ORDER BY i.counter, s.position LIMIT 1)
             SELECT unnest(ARRAY[number, invoice::text, sales_order::text, order_number, quote::text,
                                 quote_number, opportunity::text, lead::text, lead_number, input::text,
                                 account::text, contact::text, shipment::text,
                                 (SELECT external_id FROM received WHERE id = input),
                                 (SELECT external_id FROM received WHERE kind = 'order.ship.v1'
                                  AND id = (SELECT cause FROM event WHERE type = 'order.shipped.v1'
                                            AND subject = sales_order LIMIT 1)),
                                 (SELECT id::text FROM event WHERE type = 'quote.drafted.v1'
                                  AND subject = quote),
                                 (SELECT upper(value) FROM party_key AS k WHERE k.contact = won.contact
                                  AND kind = 'email')])
             FROM won",
        )
        .await;
    let mut pipelines = Vec::new();
    for id in &ids {
        let answer = leadmill(&it, &["trace", id, "--json"]).await;
        assert!(answer.success, "{id}: {}", answer.err);
        let trace = answer.json();
        assert_eq!(trace["pipelines"].as_array().unwrap().len(), 1, "{id}: {trace}");
        pipelines.push(trace["pipelines"][0].clone());
    }
    assert!(pipelines.iter().all(|pipeline| *pipeline == pipelines[0]), "one and the same");
    let pipeline = &pipelines[0];
    let types = types(pipeline);
    let order = [
        "intake.web",
        "lead.captured.v1",
        "lead.qualified.v1",
        "quote.activated.v1",
        "quote.accept.v1",
        "order.created.v1",
        "order.ship.v1",
        "order.shipped.v1",
        "order.fulfilled.v1",
        "invoice.issued.v1",
    ];
    let mut places =
        order.map(|ty| types.iter().position(|known| *known == ty).expect(ty)).to_vec();
    assert!(places.is_sorted(), "{types:?}");
    places.dedup();
    let issued = pipeline["entries"].as_array().unwrap().iter();
    let issued = issued.clone().find(|entry| entry["type"] == "invoice.issued.v1").unwrap();
    assert!(issued["waited_ms"].is_i64() && issued["worked_ms"].is_i64(), "{issued}");
    assert_eq!(issued["unclaimed_by"], json!([]));
    let people = leadmill(&it, &["trace", &ids[0]]).await.out;
    assert!(people.contains("invoice.issued.v1") && people.contains("+0 ms"), "{people}");
}

#[tokio::test]
async fn trace_of_a_row_names_its_file_and_a_mail_is_found_by_its_message_id() {
    let it = history().await;
    let row = it.texts("SELECT id::text FROM input WHERE part = 2").await.remove(0);
    let trace = leadmill(&it, &["trace", &row, "--json"]).await.json();
    let entries = trace["pipelines"][0]["entries"].as_array().unwrap();
    let part = entries.iter().find(|entry| entry["entry"] == "part").unwrap();
    assert_eq!((&part["number"], &part["verdict"]), (&json!(2), &json!("created")));
    assert!(part["external_id"].is_string());

    let key =
        it.texts("SELECT external_id FROM received WHERE kind = 'intake.email'").await.remove(0);
    let (message_id, _) = key.rsplit_once(':').unwrap();
    for id in [message_id, message_id.trim_matches(['<', '>'])] {
        let trace = leadmill(&it, &["trace", id, "--json"]).await.json();
        let arrival = &trace["pipelines"][0]["entries"][0];
        assert_eq!((&arrival["verdict"], &arrival["repeats"]), (&json!("rejected"), &json!(1)));
    }
}

#[tokio::test]
async fn trace_of_what_nobody_knows_is_a_sentence_and_a_failure() {
    let it = Installation::new().await;
    for unknown in ["O-999999", "0190b5c0-0000-7000-8000-000000000001", "it's me"] {
        let answer = leadmill(&it, &["trace", unknown]).await;
        assert!(!answer.success);
        assert!(answer.err.contains(&format!("Nothing is known of `{unknown}`")), "{}", answer.err);
    }
}

#[tokio::test]
async fn trace_shows_what_nobody_has_taken_yet_and_what_was_refused() {
    let it = Installation::new().await;
    let intake = it.start(&["intake"], &[]);
    it.send("intake.web", "application/json", vec![form(1)]).await;
    it.until("there is a lead", "SELECT count(*) = 1 FROM lead").await;
    intake.stop().await;
    let lead = it.texts("SELECT number FROM lead").await.remove(0);
    let trace = leadmill(&it, &["trace", &lead, "--json"]).await.json();
    let captured = &trace["pipelines"][0]["entries"][1];
    assert_eq!(captured["unclaimed_by"], json!(["qualification"]), "{trace}");

    let ordering = it.start(&["ordering"], &[]);
    let quote = uuid::Uuid::now_v7();
    let id = it.command("quote.accept.v1", json!({ "quote": quote })).await;
    it.until("it is refused", "SELECT count(*) = 1 FROM refusal").await;
    ordering.stop().await;
    let trace = leadmill(&it, &["trace", &id, "--json"]).await.json();
    let refused = trace["pipelines"][0]["entries"].as_array().unwrap().iter();
    let refused: Vec<_> = refused.filter(|entry| entry["entry"] == "refusal").collect();
    assert_eq!(refused[0]["rule"], "unknown", "{trace}");
}
