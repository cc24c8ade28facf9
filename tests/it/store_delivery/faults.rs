use leadmill::store::nothing::{self, Nothing};
use leadmill::store::received::{self, Outside};
use leadmill::store::{self, Connection, DatabaseSettings, Fault, inbox};
use serde_json::json;
use uuid::Uuid;

use super::{begin, id};
use crate::database::{Database, execute, url_of};

async fn fault_of(conn: &mut Connection, sql: &'static str) -> Fault {
    Fault::of(sqlx::raw_sql(sql).execute(conn).await.unwrap_err())
}

fn code(fault: &Fault) -> String {
    fault.trouble().code().unwrap_or_default()
}

#[tokio::test]
async fn a_key_that_is_taken_runs_again_and_is_named_for_comparing_but_never_shown() {
    let database = Database::create().await;
    let mut conn = database.connect().await;
    let (now, batch) = begin(&mut conn).await;
    let twice = [0, 1].map(|_| Nothing { id: id(now, 1), why: "already: O-1".into() });
    let fault = nothing::insert(&mut conn, "quoting", batch, &twice).await.unwrap_err();
    assert!(matches!(fault, Fault::Again(_)) && code(&fault) == "23505", "{fault:?}");
    let text = fault.to_string();
    assert!(text.contains("nothing_") && !text.contains("O-1"), "{text}");
    assert!(fault.trouble().taken_key().is_some_and(|key| key.contains(&id(now, 1).to_string())));
    let stale = Fault::stale("The lead was changed by another worker.");
    assert!(matches!(stale, Fault::Again(_)), "a changed version is never the message's fault");
    assert_eq!(stale.trouble().taken_key(), None);
}

#[tokio::test]
async fn of_two_transactions_in_a_deadlock_one_runs_again() {
    let database = Database::create().await;
    let patient = DatabaseSettings { lock_timeout_ms: 20_000, ..database.settings.clone() };
    let mut one = store::connect(&patient, "one").await.unwrap();
    let mut two = store::connect(&patient, "two").await.unwrap();
    let (now, batch) = begin(&mut one).await;
    begin(&mut two).await;
    inbox::claim(&mut one, "quoting", batch, &[id(now, 1)]).await.unwrap();
    inbox::claim(&mut two, "quoting", batch, &[id(now, 2)]).await.unwrap();
    let ids = ([id(now, 2)], [id(now, 1)]);
    // Whoever is told of the deadlock rolls back, so that the other one can go on.
    async fn claim_or_roll_back(conn: &mut Connection, batch: Uuid, ids: &[Uuid]) -> Option<Fault> {
        let fault = inbox::claim(conn, "quoting", batch, ids).await.err()?;
        store::rollback(conn).await.unwrap();
        Some(fault)
    }
    let (first, second) = tokio::join!(
        claim_or_roll_back(&mut one, batch, &ids.0),
        claim_or_roll_back(&mut two, batch, &ids.1)
    );
    let faults: Vec<_> = [first, second].into_iter().flatten().collect();
    assert_eq!(faults.len(), 1, "{faults:?}");
    assert!(matches!(&faults[0], Fault::Again(_)) && code(&faults[0]) == "40P01", "{faults:?}");
}

#[tokio::test]
async fn a_serialization_failure_runs_again() {
    let database = Database::create().await;
    let (mut one, mut two) = (database.connect().await, database.connect().await);
    execute(&mut one, "CREATE TABLE t (n int); INSERT INTO t VALUES (1)".into()).await;
    let begin = "BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT n FROM t";
    execute(&mut one, begin.into()).await;
    execute(&mut two, begin.into()).await;
    execute(&mut one, "UPDATE t SET n = 2; COMMIT".into()).await;
    let fault = fault_of(&mut two, "UPDATE t SET n = 3").await;
    assert!(matches!(fault, Fault::Again(_)) && code(&fault) == "40001", "{fault:?}");
}

#[tokio::test]
async fn a_lost_session_a_limit_of_the_server_and_no_server_are_the_connections_fault() {
    let database = Database::create().await;
    let (mut one, mut two) = (database.connect().await, database.connect().await);
    let pid: i32 = sqlx::query_scalar("SELECT pg_backend_pid()").fetch_one(&mut two).await.unwrap();
    // Answers when the session has ended.
    execute(&mut one, format!("SELECT pg_terminate_backend({pid}, 20000)")).await;
    let fault = store::begin(&mut two).await.unwrap_err();
    assert!(matches!(fault, Fault::Connection(_)), "{fault:?}");

    let hasty = DatabaseSettings {
        statement_timeout_ms: 50,
        lock_timeout_ms: 20,
        ..database.settings.clone()
    };
    let mut hasty = store::connect(&hasty, "hasty").await.unwrap();
    let fault = fault_of(&mut hasty, "SELECT pg_sleep(20)").await;
    assert!(matches!(fault, Fault::Connection(_)) && code(&fault) == "57014", "{fault:?}");

    let nowhere = DatabaseSettings::new("postgres://postgres@127.0.0.1:1/postgres");
    let fault = store::connect(&nowhere, "nowhere").await.unwrap_err();
    assert!(matches!(fault, Fault::Connection(_)), "{fault:?}");
    assert!(fault.to_string().starts_with("PostgreSQL is not available"), "{fault}");
}

#[tokio::test]
async fn a_server_that_only_reads_is_the_connections_fault() {
    let database = Database::create().await;
    let mut conn = database.connect().await;
    execute(&mut conn, "SET default_transaction_read_only = on".into()).await;
    let (now, batch) = begin(&mut conn).await;
    let fault = inbox::claim(&mut conn, "quoting", batch, &[id(now, 1)]).await.unwrap_err();
    assert!(matches!(fault, Fault::Connection(_)) && code(&fault) == "25006", "{fault:?}");
}

#[tokio::test]
async fn a_missing_table_column_partition_or_database_is_our_own_fault() {
    let database = Database::create().await;
    let mut conn = database.connect().await;
    for sql in ["SELECT * FROM no_such_table", "SELECT no_such_column FROM batch", "SELEC"] {
        let fault = fault_of(&mut conn, sql).await;
        assert!(matches!(fault, Fault::Ours(_)) && code(&fault).starts_with("42"), "{fault:?}");
    }
    let before_all_days = Uuid::from_u128(1);
    let claim = inbox::claim(&mut conn, "quoting", before_all_days, &[before_all_days]).await;
    let fault = claim.unwrap_err();
    assert!(matches!(fault, Fault::Ours(_)) && code(&fault) == "23514", "{fault:?}");
    assert!(fault.to_string().contains("no partition of relation \"inbox\""), "{fault}");

    let missing = DatabaseSettings::new(url_of("leadmill_no_such_database"));
    let fault = store::connect(&missing, "missing").await.unwrap_err();
    assert!(matches!(fault, Fault::Ours(_)) && code(&fault) == "3D000", "{fault:?}");
    let wrong = DatabaseSettings::new("mysql://root:secret@127.0.0.1/leadmill");
    let fault = store::connect(&wrong, "wrong").await.unwrap_err();
    let text = format!("{fault} {fault:?}");
    assert!(matches!(fault, Fault::Ours(_)) && !text.contains("secret"), "{text}");
}

#[tokio::test]
async fn a_value_that_the_tables_refuse_is_the_messages_fault() {
    let database = Database::create().await;
    let mut conn = database.connect().await;
    let (now, batch) = begin(&mut conn).await;
    store::savepoint(&mut conn).await.unwrap();
    let long = "x".repeat(received::EXTERNAL_ID_BYTES_MAX + 1);
    for (external_id, headers, expected) in [
        (long.as_str(), json!({}), "23514"), // longer than the CHECK allows
        ("nul \0", json!({}), "22021"),      // text cannot hold NUL
        ("a", json!({"subject": "nul \0"}), "22P05"), // nor can jsonb
    ] {
        let outside = [Outside {
            source: "intake.email",
            external_id,
            kind: "email",
            content_type: None,
            digest: [0; 32],
            new_id: id(now, 1),
            headers: &headers,
            sender: None,
            actor: None,
        }];
        let claim = received::claim(&mut conn, batch, "intake", &outside).await;
        let fault = claim.unwrap_err();
        assert!(matches!(fault, Fault::Message(_)) && code(&fault) == expected, "{fault:?}");
        store::rollback_to_savepoint(&mut conn).await.unwrap();
    }
    for (sql, expected) in [
        ("INSERT INTO input_chunk (input, n) VALUES (NULL, 0)", "23502"),
        ("SELECT 1 / 0", "22012"),
        (
            "CREATE TEMP TABLE wide (t text PRIMARY KEY);
          INSERT INTO wide SELECT string_agg(md5(n::text), '') FROM generate_series(1, 999) AS n",
            "54000",
        ),
        (
            "CREATE TEMP TABLE a (n int PRIMARY KEY); CREATE TEMP TABLE b (n int REFERENCES a);
          INSERT INTO b VALUES (1)",
            "23503",
        ),
    ] {
        let fault = fault_of(&mut conn, sql).await;
        assert!(matches!(fault, Fault::Message(_)) && code(&fault) == expected, "{fault:?}");
        store::rollback_to_savepoint(&mut conn).await.unwrap();
    }
}

#[tokio::test]
async fn a_transaction_that_has_failed_does_not_pretend_to_commit() {
    let database = Database::create().await;
    let mut conn = database.connect().await;
    let (now, batch) = begin(&mut conn).await;
    inbox::claim(&mut conn, "quoting", batch, &[id(now, 1)]).await.unwrap();
    fault_of(&mut conn, "SELECT 1 / 0").await;
    let fault = store::commit(&mut conn).await.unwrap_err();
    assert!(matches!(fault, Fault::Ours(_)) && code(&fault) == "25P02", "{fault:?}");
    store::rollback(&mut conn).await.unwrap();
    let fresh = inbox::claim(&mut conn, "quoting", batch, &[id(now, 1)]).await.unwrap();
    assert_eq!(fresh.len(), 1, "the claim was rolled back");
}
