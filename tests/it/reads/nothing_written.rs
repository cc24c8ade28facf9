use leadmill::store::history::ENTRIES_MAX;
use leadmill::store::list::{self, Wanted};
use leadmill::store::{self, customer, detail, history as told, label, subject, trace};
use leadmill::workers;
use uuid::Uuid;

use super::*;

/// Every row of every table as it lies there, with who wrote it and who holds it.
const ROWS: &str = "
    SELECT c.relname || ' ' || md5(query_to_xml(format(
               'SELECT ctid, xmin, xmax, t.* FROM %I AS t ORDER BY ctid', c.relname), true, false, '')::text)
    FROM pg_class AS c
    WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r' ORDER BY 1";
/// Reads of each sort.
const ROUNDS: usize = 40;

#[tokio::test]
async fn f76_a_thousand_reads_by_a_role_that_may_only_read_change_no_row() {
    let it = history().await;
    let before = it.texts(ROWS).await;
    let mut conn = it.connect().await;
    // The role is gone with the transaction; row policies are for workers.
    sqlx::raw_sql(
        "BEGIN; CREATE ROLE leadmill_only_reads BYPASSRLS;
         GRANT SELECT ON ALL TABLES IN SCHEMA public TO leadmill_only_reads;
         SET LOCAL ROLE leadmill_only_reads; SET LOCAL transaction_read_only = on",
    )
    .execute(&mut conn)
    .await
    .unwrap();
    let mut reads = 0;
    for _ in 0..ROUNDS {
        for kind in subject::all() {
            let page = list::page(&mut conn, &Wanted::newest(kind)).await.unwrap();
            for row in page.rows.iter().take(3) {
                let id: Uuid = row["id"].as_str().unwrap().parse().unwrap();
                let found = detail::find(&mut conn, kind, &id.to_string()).await.unwrap();
                assert!(detail::read(&mut conn, kind, found.unwrap()).await.unwrap().is_some());
                reads += 1;
            }
            reads += 1;
        }
        let found = customer::of(&mut conn, "ana1@acme1.example").await.unwrap().unwrap();
        let records = customer::records(&mut conn, &found).await.unwrap();
        let entries = told::of_records(&mut conn, &records, None, ENTRIES_MAX).await.unwrap();
        assert!(!entries.is_empty());
        let (_, pipelines) = trace::search(&mut conn, "Acme 1").await.unwrap();
        let names = workers::NAMES.map(str::to_owned);
        assert!(!trace::read(&mut conn, pipelines, &names).await.unwrap().steps.is_empty());
        assert!(!label::of(&mut conn, &records).await.unwrap().is_empty());
        reads += 5;
    }
    assert!(reads >= 1_000, "{reads} reads");
    store::rollback(&mut conn).await.unwrap();
    assert_eq!(it.texts(ROWS).await, before, "rows, versions and locks are what they were");
}

#[tokio::test]
async fn f76_the_connection_of_those_who_look_refuses_to_write() {
    let it = Installation::new().await;
    let mut conn = store::connect_to_read(&it.settings.database, "leadmill test").await.unwrap();
    let refused = sqlx::query("UPDATE lead SET modified_at = now()").execute(&mut conn).await;
    let code = refused.as_ref().err().and_then(|e| e.as_database_error()?.code());
    assert_eq!(code.as_deref(), Some("25006"), "{refused:?}");
    store::rollback(&mut conn).await.unwrap();
    let refused = sqlx::query("SELECT nextval('lead_number')").execute(&mut conn).await;
    assert!(refused.is_err(), "not even after the transaction");
}
