//! A list that should not have been imported, undone while a worker dies, and sent again.

use serde_json::json;

use crate::installation::{Installation, form};
use crate::operators::leadmill;

const ROWS: usize = 400;
const UNDONE: &str = "SELECT count(*) FROM lead WHERE disqualify_reason = 'import_undone'";

/// Rows of people whom nobody knows; one asks as somebody whom another form named before, one cannot be answered.
fn csv() -> Vec<u8> {
    let row = |n: usize| match n {
        5 => "Web One,web@one.example,+4930111222,Acme\n".to_owned(),
        9 => "Nobody,,,\n".to_owned(),
        n => format!("Name{n} Family{n},n{n}@x{n}.example,,\n"),
    };
    let rows: String = (1..=ROWS).map(row).collect();
    format!("name,email,phone,company\n{rows}").into_bytes()
}

#[tokio::test]
async fn n8_an_import_is_undone_but_for_what_was_worked_on_while_its_worker_dies_and_comes_again_as_a_new_one()
 {
    let it = Installation::new().await;
    let intake = it.start(&["intake"], &[]);
    let qualification = it.start(&["qualification"], &[]);
    let web = json!({ "name": "Web One", "email": "web@one.example", "message": "hello" });
    it.send("intake.web", "application/json", vec![web.to_string().into_bytes()]).await;
    it.until("it is scored", "SELECT count(*) = 1 FROM event WHERE type = 'lead.scored.v1'").await;
    let of_web = "SELECT enquiry::text FROM lead WHERE number = 'L-100001'";
    let before = it.texts(of_web).await;
    let file = it.folder().join("list.csv");
    std::fs::write(&file, csv()).unwrap();
    let file = file.to_str().unwrap();
    assert!(leadmill(&it, &["send", "import", file]).await.success);
    it.until(
        "all rows are judged",
        &format!("SELECT count(*) = {ROWS} FROM input WHERE collection IS NOT NULL"),
    )
    .await;
    it.until("one of them joined", "SELECT count(*) = 1 FROM input WHERE verdict = 'joined'").await;
    it.until("all are scored", "SELECT count(*) = 0 FROM lead WHERE assessment IS NULL").await;
    let changed = it.texts(of_web).await;
    assert_ne!(changed, before);
    // Somebody works on one of them.
    let touched = it
        .texts(
            "SELECT l.id::text FROM lead AS l JOIN input AS i ON i.id = l.input WHERE i.part = 7",
        )
        .await
        .remove(0);
    it.command("lead.disqualify.v1", json!({ "lead": touched, "reason": "lost" })).await;
    it.until("it is lost", "SELECT count(*) = 1 FROM lead WHERE disqualify_reason = 'lost'").await;

    let import = leadmill(&it, &["import", "list", "--json"]).await.json()[0]["import"]
        .as_str()
        .unwrap()
        .to_owned();
    let verb = ["import", "undo", &import, "--json"];
    let kill = async {
        it.until("it is in the middle", &format!("SELECT ({UNDONE}) >= 20")).await;
        qualification.kill().await;
        it.start(&["qualification"], &[])
    };
    let (undone, qualification) = tokio::join!(leadmill(&it, &verb), kill);
    assert!(undone.success, "{}", undone.err);
    let report = undone.json();
    assert_eq!(report["stay"], 1, "{report}");
    assert_eq!(report["undone"], i64::try_from(ROWS).unwrap() - 1);
    let stays = &report["rows"][0];
    assert_eq!((&stays["row"], &stays["lead"]), (&json!(7), &json!(touched)));
    assert!(stays["why"].as_str().unwrap().contains("was worked on after"), "{report}");
    assert_eq!(it.count(UNDONE).await, i64::try_from(ROWS).unwrap() - 3);
    assert_eq!(it.texts(of_web).await, before, "what the row had added is taken back");
    let keys = "SELECT kind || ' ' || value FROM party_key WHERE lead IS NOT NULL OR contact IS NOT NULL ORDER BY 1";
    assert_eq!(it.texts(keys).await, ["email n7@x7.example", "email web@one.example"]);
    assert_eq!(it.count("SELECT count(*) FROM input WHERE verdict = 'held'").await, 0);
    let again = leadmill(&it, &verb).await.json();
    assert_eq!(
        (&again["undone"], &again["stay"]),
        (&json!(1), &json!(1)),
        "the joined row, and that which stays"
    );

    let shown = leadmill(&it, &["show", "key", "email n7@x7.example"]).await;
    assert!(
        shown.out.contains("claimed by") && shown.out.contains(&touched),
        "{} {}",
        shown.out,
        shown.err
    );
    // The same file is a new import where that is wanted, and nothing where it is not.
    assert!(leadmill(&it, &["send", "import", file]).await.success);
    it.until("a repeat", "SELECT sum(repeats) = 1 FROM received WHERE kind = 'intake.import'")
        .await;
    assert!(leadmill(&it, &["send", "import", file, "--again"]).await.success);
    let all = format!("SELECT count(*) = {} FROM input WHERE collection IS NOT NULL", 2 * ROWS);
    it.until("its rows come again", &all).await;
    it.until("as new leads", &format!("SELECT count(*) = {} FROM lead", 2 * ROWS - 3 + 1 - 1))
        .await;
    intake.stop().await;
    qualification.stop().await;
    for verb in [["rebuild", "--check"].as_slice(), &["audit"]] {
        let told = leadmill(&it, verb).await;
        assert!(told.success, "{} {}", told.out, told.err);
    }
    assert_eq!(it.count("SELECT count(*) FROM parked").await, 0);
}

#[tokio::test]
async fn n8_a_deal_that_was_made_of_a_row_and_never_offered_is_lost_with_it() {
    let it = Installation::new().await;
    let workers = it.start(&["intake", "qualification"], &[]);
    let list = "name,email,company,message\n\
                Ana Lopez,ana@acme.example,Acme,\"Please send us an offer for a coffee machine, how much would two cost?\"\n";
    it.send("intake.import", "text/csv", vec![list.as_bytes().to_vec()]).await;
    it.until("it is a deal", "SELECT count(*) = 1 FROM opportunity").await;
    // A lead of somebody else, with a deal of its own, is no part of it.
    it.send("intake.web", "application/json", vec![form(1)]).await;
    it.until("there are two", "SELECT count(*) = 2 FROM opportunity").await;
    let import = leadmill(&it, &["import", "list", "--json"]).await.json()[0]["import"]
        .as_str()
        .unwrap()
        .to_owned();
    let undone = leadmill(&it, &["import", "undo", &import]).await;
    assert!(undone.out.contains("1 row is undone"), "{} {}", undone.out, undone.err);
    let states = it.texts("SELECT state FROM opportunity ORDER BY originating_lead").await;
    assert_eq!(states, ["lost", "open"]);
    assert_eq!(it.count("SELECT count(*) FROM contact WHERE state = 'inactive'").await, 1);
    workers.stop().await;
    let told = leadmill(&it, &["rebuild", "--check"]).await;
    assert!(told.success, "{} {}", told.out, told.err);
}
