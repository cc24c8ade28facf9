use super::*;

#[tokio::test]
async fn f26_how_long_machines_and_people_took_is_told_from_the_log_alone() {
    let it = history().await;
    // The times of batches die after eight days.
    it.execute("DELETE FROM batch").await;
    let answer = leadmill(&it, &["stats", "latency", "--json"]).await;
    assert!(answer.success, "{}", answer.err);
    let told = answer.json();
    let stretch = |from: &str, to: &str| {
        let all = told["stretches"].as_array().unwrap();
        all.iter().find(|it| it["from"] == from && it["to"] == to).cloned().unwrap_or_default()
    };
    for (from, to, whose, pipelines) in [
        ("received", "created", "machine", 5),
        ("created", "decided", "machine", 5),
        ("qualified", "quoted", "machine", 2),
        ("received", "quoted", "machine", 2),
        ("quoted", "accepted", "person", 2),
        ("accepted", "shipped", "person", 2),
        ("fulfilled", "invoiced", "machine", 2),
        ("invoiced", "paid", "person", 1),
    ] {
        let found = stretch(from, to);
        assert_eq!(found["whose"], whose, "{from} {to}");
        assert_eq!(found["pipelines"], pipelines, "{from} {to}");
        let (half, most) = (found["p50_s"].as_f64().unwrap(), found["p95_s"].as_f64().unwrap());
        assert!(half <= most && most < 600.0, "{found}");
    }
}

#[tokio::test]
async fn n19_delays_are_exact_and_told_apart_by_source_and_campaign() {
    let it = history().await;
    // Two deals of one source, an hour and three hours apart from their quotes.
    it.execute(
        "UPDATE event AS e SET at = q.at + n * interval '1 hour'
         FROM (SELECT correlation, at, 2 * row_number() OVER (ORDER BY id) - 1 AS n
               FROM event WHERE type = 'quote.activated.v1') AS q
         WHERE e.correlation = q.correlation AND e.type = 'order.created.v1'",
    )
    .await;
    let told = leadmill(&it, &["stats", "latency", "--by", "source", "--json"]).await.json();
    let all = told["stretches"].as_array().unwrap();
    let accepted: Vec<_> = all.iter().filter(|it| it["to"] == "accepted").collect();
    assert_eq!(accepted.len(), 1, "{accepted:?}");
    assert_eq!(accepted[0]["group"], "web");
    assert_eq!(accepted[0]["p50_s"], 7_200.0);
    assert_eq!(accepted[0]["p95_s"], 10_440.0);
    let people = leadmill(&it, &["stats", "latency", "--by", "campaign"]).await.out;
    assert!(people.contains("quoted → accepted") && people.contains("2 h 0 min"), "{people}");
    let later = ["stats", "latency", "--since", "2999-01-01"];
    let none = leadmill(&it, &later).await.out;
    assert!(none.contains("No lead was made since 2999-01-01"), "{none}");
}
