use super::*;

#[tokio::test]
async fn what_is_read_otherwise_today_is_listed_then_kept_and_changes_nothing() {
    let it = Installation::new().await;
    let before = it.start(&["intake"], &[("LEADMILL_INTAKE__DEFAULT_REGION", "AT")]);
    let form =
        |phone: &str| json!({ "name": "Ana Ruiz", "email": "ana@acme.example", "phone": phone });
    let forms = [form("0664 1234567"), form("+49 30 1234567"), form("")];
    let forms = forms.into_iter().map(|form| form.to_string().into_bytes());
    it.send("intake.web", "application/json", forms.collect()).await;
    let list = "Name;E-Mail;Telefon\nBo;bo@right.example;+49 30 1234567\nCy;cy@right.example;0664 1234567\n";
    it.send("intake.import", "text/csv", vec![list.as_bytes().to_vec()]).await;
    it.until("all is judged", "SELECT count(*) = 6 FROM input WHERE verdict <> 'received'").await;
    before.stop().await;

    let rows = "SELECT i.id || verdict || reason || coalesce(l.enquiry::text, '') FROM input AS i \
                LEFT JOIN lead AS l ON l.id = i.lead ORDER BY 1";
    let rows_before = it.texts(rows).await;
    let listed = leadmill(&it, &["reread", "--dry-run", "--json"]).await.json();
    let counts = ["read", "changed", "unknown", "new_parts"].map(|name| listed[name].as_u64());
    assert_eq!(counts, [5, 2, 0, 0].map(Some), "{listed}");
    let fields = listed["changes"].as_array().unwrap().iter().map(|it| &it["values"][0]["field"]);
    assert_eq!(fields.collect::<Vec<_>>(), ["enquiry.person.phones"; 2]);
    let parts = listed["changes"].as_array().unwrap().iter().map(|it| it["part"].as_u64());
    assert_eq!(parts.max(), Some(Some(2)), "{listed}");
    let web = leadmill(&it, &["reread", "--dry-run", "--channel", "web"]).await;
    assert!(web.out.contains("3 inputs read again, 1 of them otherwise."), "{}", web.out);
    assert!(web.out.contains("+436641234567"), "{}", web.out);
    let later = leadmill(&it, &["reread", "--dry-run", "--since", "2999-01-01", "--json"]).await;
    assert_eq!(later.json()["read"], 0);

    let now = it.start(&["intake"], &[]);
    let kept = leadmill(&it, &["reread"]).await;
    assert!(kept.success && kept.out.contains("`input.reread`"), "{} {}", kept.out, kept.err);
    let said = "SELECT count(*) FROM event WHERE type = 'input.reread.v1'";
    it.until("both are kept", &format!("SELECT ({said}) = 2")).await;
    assert_eq!(it.texts(rows).await, rows_before);
    // What was kept is what the next is compared with.
    let again = leadmill(&it, &["reread", "--json"]).await.json();
    assert_eq!((&again["read"], &again["changed"]), (&json!(5), &json!(0)), "{again}");
    now.stop().await;

    it.texts("SELECT erase_raw(id)::text FROM input WHERE channel = 'web' ORDER BY id LIMIT 1")
        .await;
    let erased = leadmill(&it, &["reread", "--json"]).await.json();
    assert_eq!((&erased["read"], &erased["unknown"]), (&json!(4), &json!(1)), "{erased}");
    assert_eq!(it.count(said).await, 2);
}
