//! The log told again: from it alone the tables are as they are, and as they were.

use leadmill::store::declared;
use serde_json::json;

use crate::operators::{history, leadmill};

/// The moment up to which the log is told with the first event of a type. Whoever began later may have written before
/// it, and the log is told up to the first that saw a later time.
fn with(ty: &str) -> String {
    format!(
        "SELECT to_char(max(at) AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"') FROM event
         WHERE position <= (SELECT min(position) FROM event WHERE type = '{ty}')"
    )
}

#[tokio::test]
async fn f118_the_log_alone_makes_every_row_of_a_whole_history_and_shows_what_is_not_of_it() {
    let it = history().await;
    let whole = leadmill(&it, &["rebuild", "--check"]).await;
    assert!(whole.success && whole.out.contains("row by row"), "{}{}", whole.out, whole.err);

    // A worker that writes what it does not say.
    it.execute(
        "UPDATE lead SET account = gen_random_uuid() WHERE number = 'L-100001';
         UPDATE contact SET consent = NOT consent;
         DELETE FROM payment",
    )
    .await;
    let broken = leadmill(&it, &["rebuild", "--check", "--json"]).await;
    assert!(!broken.success);
    let found = broken.json();
    let tables = found["differences"].as_array().unwrap().iter();
    let tables: Vec<_> = tables.map(|it| it["table"].as_str().unwrap()).collect();
    assert_eq!(tables, ["contact", "lead", "payment"]);
    let paid = &found["differences"][2];
    assert_eq!((&paid["untold"], &paid["unmade"]), (&json!(0), &json!(1)));
    assert_eq!(paid["told"][0]["reference"], "bank-1");
}

#[tokio::test]
async fn the_tables_of_a_past_time_are_kept_in_a_schema_of_their_own() {
    let it = history().await;
    let before = it.texts(&with("invoice.issued.v1")).await.remove(0);
    let kept = leadmill(&it, &["rebuild", "--into", "past", "--until", &before]).await;
    assert!(kept.success, "{}", kept.err);
    let issued = it.count("SELECT count(*) FROM past.invoice").await;
    assert!((1..=2).contains(&issued), "one, or two of one batch: {issued}");
    assert_eq!(it.count("SELECT count(*) FROM past.payment").await, 0);
    let made = "SELECT count(*) FROM past.product EXCEPT SELECT count(*) FROM public.product";
    assert_eq!(it.texts(&format!("SELECT x::text FROM ({made}) AS x")).await, [""; 0]);

    let again = leadmill(&it, &["rebuild", "--into", "past"]).await;
    assert!(!again.success && again.err.contains("DROP SCHEMA"), "{}", again.err);
    for name in ["public", "pg_past", "Past", "a\"b"] {
        let refused = leadmill(&it, &["rebuild", "--into", name]).await;
        assert!(!refused.success && refused.err.contains("is no name"), "{}", refused.err);
    }
    let nothing = leadmill(&it, &["rebuild"]).await;
    assert!(!nothing.success && nothing.err.contains("--check"), "{}", nothing.err);
}

#[tokio::test]
async fn a_rebuild_leaves_nothing_behind_and_makes_every_declared_table() {
    let it = history().await;
    let schemas = "SELECT count(*) FROM pg_namespace WHERE nspname LIKE 'leadmill%'";
    assert!(leadmill(&it, &["rebuild", "--check"]).await.success);
    assert_eq!(it.count(schemas).await, 0);
    assert!(leadmill(&it, &["rebuild", "--into", "leadmill_all"]).await.success);
    for table in declared::all() {
        let rows = |schema| format!("SELECT count(*) FROM {schema}.{}", table.name);
        let (is, made) = (it.count(&rows("public")).await, it.count(&rows("leadmill_all")).await);
        assert_eq!(is, made, "{}", table.name);
    }
}

#[tokio::test]
async fn f118_a_record_is_shown_as_it_was_at_any_time() {
    let it = history().await;
    let of = |what: &str| {
        format!("SELECT subject::text FROM event WHERE type = '{what}' ORDER BY position LIMIT 1")
    };
    let invoice = it.texts(&of("invoice.paid.v1")).await.remove(0);
    let issued = it.texts(&with("invoice.issued.v1")).await.remove(0);
    let shown = |at: Option<String>| {
        let (it, invoice) = (&it, invoice.clone());
        async move {
            let at = at.iter().flat_map(|at| ["--at", at]);
            let verb: Vec<_> =
                ["show", "invoice", &invoice, "--json"].into_iter().chain(at).collect();
            leadmill(it, &verb).await
        }
    };
    let now = shown(None).await.json();
    let then = shown(Some(issued)).await.json();
    assert_eq!((&now["state"], &then["state"]), (&json!("paid"), &json!("issued")));
    assert_eq!(now["record"]["total_amount"], then["record"]["total_amount"]);
    assert_eq!(then["parts"]["payment"], json!([]));
    // An input that became a lead has no event of its own, and a row of a list is not told with the whole list.
    for input in ["collection IS NULL AND verdict = 'created'", "collection IS NOT NULL"] {
        let id = format!("SELECT id::text FROM input WHERE {input} ORDER BY id LIMIT 1");
        let id = it.texts(&id).await.remove(0);
        let now = leadmill(&it, &["show", "input", &id, "--json"]).await.json();
        let verb = ["show", "input", &id, "--at", "2999-01-01", "--json"];
        let then = leadmill(&it, &verb).await.json();
        for same in ["state", "label", "history"] {
            assert_eq!(now[same], then[same], "{same} of {id}");
        }
    }
    let before = shown(Some("2020-01-01".into())).await;
    assert!(!before.success && before.err.contains("was not there yet"), "{}", before.err);
}
