use super::*;

#[tokio::test]
async fn f16_failed_rows_are_listed_mended_and_sent_again_and_only_these_are_created() {
    let it = Installation::new().await;
    let workers = it.start(&["intake"], &[]);
    let list = "Name;E-Mail;Ort\nAna;ana@acme.example;Bonn\nBo;bo at left;Ulm\nCy;cy@right.example;Rom\nDi;;Wien\n";
    it.send("intake.import", "text/csv", vec![list.as_bytes().to_vec()]).await;
    it.until("its rows are judged", "SELECT count(*) = 4 FROM input WHERE collection IS NOT NULL")
        .await;

    let lists = leadmill(&it, &["import", "list", "--json"]).await.json();
    let import = lists[0]["import"].as_str().unwrap().to_owned();
    let counts =
        ["rows", "created", "joined", "held", "rejected"].map(|name| lists[0][name].as_i64());
    assert_eq!(counts, [4, 2, 0, 2, 0].map(Some), "{lists}");
    let shown = leadmill(&it, &["import", "show", &import]).await;
    assert!(
        shown.out.contains("4 rows: 2 created, 0 joined, 2 held, 0 rejected, 0 waiting."),
        "{}",
        shown.out
    );
    assert!(shown.out.contains("leadmill import failed"), "{}", shown.out);

    let failed = leadmill(&it, &["import", "failed", &import]).await;
    assert!(failed.success, "{}", failed.err);
    let lines: Vec<_> = failed.out.lines().collect();
    assert_eq!(lines[0], "Name;E-Mail;Ort;leadmill row;leadmill reason");
    assert!(
        lines[1].starts_with("Bo;bo at left;Ulm;2;") && lines[2].starts_with("Di;;Wien;4;"),
        "{lines:?}"
    );
    assert_eq!(lines.len(), 3);

    let mended =
        failed.out.replace("bo at left", "bo@left.example").replace("Di;;", "Di;di@up.example;");
    it.send("intake.import", "text/csv", vec![mended.into_bytes()]).await;
    it.until("all are leads", "SELECT count(*) = 4 FROM lead").await;
    assert_eq!(it.count("SELECT count(*) FROM input WHERE verdict = 'split'").await, 2);
    workers.stop().await;
}

#[tokio::test]
async fn a_list_that_nobody_sent_is_told() {
    let it = Installation::new().await;
    let none = leadmill(&it, &["import", "list"]).await;
    assert!(none.success && none.out.contains("leadmill send import"), "{}", none.out);
    let unknown = leadmill(&it, &["import", "show", "nothing"]).await;
    assert!(!unknown.success && unknown.err.contains("leadmill import list"), "{}", unknown.err);
}
