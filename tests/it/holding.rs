//! What is not a message's fault is held until it is mended, and counts against no message; what is
//! its fault is found out and parked by its own worker.

use std::process::Stdio;

use leadmill::messaging::Delivered;
use leadmill::servers;
use secrecy::ExposeSecret;
use sqlx::AssertSqlSafe;
use tokio::process::Command;

use crate::database::{Database, execute, url_of};
use crate::installation::{Installation, form};
use crate::operators::leadmill;

/// Takes everything out of a queue and gives it back by closing the link, which counts as tried.
async fn touch(it: &Installation, queue: &str, messages: usize) -> Vec<Delivered> {
    let link = it.link().await;
    let mut consumer = link.consume(queue, 100).await.unwrap();
    let mut held = Vec::new();
    while held.len() < messages {
        held.extend(consumer.next_batch(100).await.unwrap());
    }
    assert!(link.close().await);
    held
}

/// Every insert of a lead fails for a reason that no message has, and is counted although it fails.
async fn break_leads(it: &Installation) {
    it.execute(
        "CREATE SEQUENCE tries;
         CREATE FUNCTION fail() RETURNS trigger LANGUAGE plpgsql AS
             'BEGIN PERFORM nextval(''tries''); RAISE EXCEPTION ''broken'' USING ERRCODE = ''42501''; END';
         CREATE TRIGGER fail BEFORE INSERT ON lead FOR EACH STATEMENT EXECUTE FUNCTION fail()",
    )
    .await;
}

#[tokio::test]
async fn our_own_fault_holds_what_was_taken_on_one_link_and_counts_against_no_message() {
    let it = Installation::new().await;
    break_leads(&it).await;
    it.send("intake.web", "application/json", (0..3).map(form).collect()).await;
    let mut intake = it.start(&["intake"], &[]);
    intake.says("Queue `intake.web` is not worked on: broken").await;
    it.until("it was tried four times", "SELECT last_value >= 4 FROM tries").await;
    intake.kill().await;
    let counts: Vec<_> = touch(&it, "intake.web", 3).await;
    let counts: Vec<_> = counts.iter().map(|message| message.delivery_count).collect();
    assert!(counts.iter().all(|count| *count <= 1), "{counts:?}");
    let intake = it.start(&["intake"], &[]);
    it.until("it is held again", "SELECT last_value >= 5 FROM tries").await;
    it.execute("DROP TRIGGER fail ON lead").await;
    it.until("it goes on by itself", "SELECT count(*) = 3 FROM lead").await;
    assert_eq!(it.count("SELECT count(*) FROM parked").await, 0);
    intake.stop().await;
}

#[tokio::test]
async fn a_message_worn_by_lost_links_and_our_own_faults_never_dies() {
    let it = Installation::new().await;
    break_leads(&it).await;
    it.send("intake.web", "application/json", vec![form(1)]).await;
    for worn in [17, 16] {
        for _ in 0..worn {
            touch(&it, "intake.web", 1).await;
        }
        let before = it.count("SELECT last_value FROM tries").await;
        let intake = it.start(&["intake"], &[]);
        let tried = format!("SELECT last_value > {} FROM tries", before + 1);
        it.until("it was tried, in vain", &tried).await;
        intake.kill().await;
        let count = touch(&it, "intake.web", 1).await[0].delivery_count;
        assert!(count <= 2, "the fresh copy was counted {count} times");
    }
    it.execute("DROP TRIGGER fail ON lead").await;
    let intake = it.start(&["intake"], &[]);
    it.until("it is a lead", "SELECT count(*) = 1 FROM lead").await;
    assert_eq!(it.count("SELECT count(*) FROM parked").await, 0);
    assert_eq!(it.count("SELECT count(*) FROM trial").await, 0);
    intake.stop().await;
}

#[tokio::test]
async fn a_message_that_ends_the_process_is_parked_by_its_own_worker_before_the_broker_gives_up() {
    let it = Installation::new().await;
    it.send("intake.web", "application/json", vec![form(1)]).await;
    for _ in 0..9 {
        touch(&it, "intake.web", 1).await;
    }
    // Lost links are no trials: only what happens to it alone is counted, whoever survives.
    for _ in 0..6 {
        it.start(&["intake"], &[("LEADMILL_FAIL_AT", "claimed")]).died().await;
    }
    assert_eq!(it.count("SELECT times::bigint FROM trial").await, 6);
    it.send("intake.web", "application/json", vec![form(2)]).await;
    let intake = it.start(&["intake"], &[("LEADMILL_FAIL_AT", "claimed:3")]);
    let parked = "SELECT count(*) = 1 FROM parked
                  WHERE class = 'dead_letter' AND worker = 'intake' AND reason LIKE '%ended 6 times%'";
    it.until("it is parked", parked).await;
    it.until("the other is a lead", "SELECT count(*) = 1 FROM lead").await;
    assert_eq!(it.count("SELECT count(*) FROM trial").await, 0);
    intake.stop().await;
}

#[tokio::test]
async fn a_careful_message_that_goes_through_leaves_no_trial() {
    let it = Installation::new().await;
    it.send("intake.web", "application/json", vec![form(1)]).await;
    for _ in 0..10 {
        touch(&it, "intake.web", 1).await;
    }
    it.start(&["intake"], &[("LEADMILL_FAIL_AT", "confirmed")]).died().await;
    assert_eq!(it.count("SELECT times::bigint FROM trial").await, 1);
    let intake = it.start(&["intake"], &[]);
    it.until("it is a repeat", "SELECT sum(repeats) = 1 FROM received").await;
    it.until("it is not blamed", "SELECT count(*) = 0 FROM trial").await;
    assert_eq!(it.count("SELECT count(*) FROM lead").await, 1);
    intake.stop().await;
}

#[tokio::test]
async fn whoever_holds_a_lock_that_a_lane_waits_for_is_named_by_the_log_and_by_status() {
    let it = Installation::new().await;
    it.send("intake.web", "application/json", vec![form(1)]).await;
    let mut intake = it.start(&["intake"], &[]);
    it.until("it is a lead", "SELECT count(*) = 1 FROM lead").await;
    let mut psql = leadmill::store::connect(&it.settings.database, "psql").await.unwrap();
    let (pid, user): (i32, String) = sqlx::query_as("SELECT pg_backend_pid(), current_user::text")
        .fetch_one(&mut psql)
        .await
        .unwrap();
    execute(&mut psql, "BEGIN; SELECT * FROM party_key FOR UPDATE".into()).await;
    it.send("intake.web", "application/json", vec![form(1)]).await;
    let line = intake.says("waits for a lock that is held by").await;
    let named = format!("the session {pid} of `{user}` by `psql`");
    let advice = format!("pg_terminate_backend({pid})");
    assert!(
        line.contains("`intake.web`") && line.contains(&named) && line.contains(&advice),
        "{line}"
    );
    it.until(
        "the transaction is long",
        "SELECT min(xact_start) < now() - interval '6 s' FROM pg_stat_activity
         WHERE application_name = 'psql' AND datname = current_database()",
    )
    .await;
    let status = leadmill(&it, &["status", "--json"]).await.json();
    assert_eq!(status["blockers"][0]["pid"], pid, "{status}");
    assert_eq!(status["blockers"][0]["tables"], serde_json::json!(["party_key"]), "{status}");
    let warned = status["warnings"].to_string();
    assert!(warned.contains(&named[1..]) && warned.contains(&advice), "{warned}");
    execute(&mut psql, "COMMIT".into()).await;
    it.until("it goes on", "SELECT count(*) = 2 FROM input").await;
    assert_eq!(
        leadmill(&it, &["status", "--json"]).await.json()["blockers"],
        serde_json::json!([])
    );
    intake.stop().await;
}

/// Runs intake on a database that does not fit, and gives what it says when it refuses.
async fn refusal(it: &Installation, database: &str) -> String {
    let run = Command::new(env!("CARGO_BIN_EXE_leadmill"))
        .args(["run", "intake"])
        .env(servers::DATABASE_SETTING, database)
        .env(servers::BROKER_SETTING, it.settings.broker.url.expose_secret())
        .env("LEADMILL_BROKER__PREFIX", &it.settings.broker.prefix)
        .stdin(Stdio::null())
        .kill_on_drop(true)
        .output();
    let output = tokio::time::timeout(crate::installation::PATIENCE, run).await.unwrap().unwrap();
    assert!(!output.status.success());
    String::from_utf8(output.stderr).unwrap()
}

#[tokio::test]
async fn a_worker_refuses_an_empty_an_older_and_a_too_new_database_by_name_and_takes_nothing() {
    let it = Installation::new().await;
    it.send("intake.web", "application/json", vec![form(1)]).await;
    let url = it.settings.database.url.expose_secret().to_owned();
    let empty = Database::create().await;
    let mut conn = empty.connect().await;
    let name: String =
        sqlx::query_scalar("SELECT current_database()::text").fetch_one(&mut conn).await.unwrap();
    sqlx::raw_sql("DROP SCHEMA public CASCADE; CREATE SCHEMA public")
        .execute(&mut conn)
        .await
        .unwrap();
    let said = refusal(&it, &url_of(&name)).await;
    assert!(
        said.contains("no tables for this program") && said.contains("leadmill migrate"),
        "{said}"
    );
    it.execute("CREATE TABLE later AS SELECT * FROM _sqlx_migrations WHERE version >= 12").await;
    it.execute("DELETE FROM _sqlx_migrations WHERE version >= 12").await;
    let said = refusal(&it, &url).await;
    assert!(said.contains("0012 roles was not applied. Run `leadmill migrate`"), "{said}");
    it.execute("INSERT INTO _sqlx_migrations SELECT * FROM later").await;
    it.execute("UPDATE program_min SET version = 9999").await;
    let said = refusal(&it, &url).await;
    assert!(
        said.contains("must know the migration 9999") && said.contains("newer leadmill"),
        "{said}"
    );
    let touched = touch(&it, "intake.web", 1).await;
    assert_eq!(touched[0].delivery_count, 0, "nothing was taken");
}

#[tokio::test]
async fn a_database_that_an_earlier_leadmill_made_is_refused_by_name_and_nothing_in_it_changes() {
    let it = Installation::new().await;
    it.execute(
        "DELETE FROM _sqlx_migrations;
         INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time)
         VALUES (1, 'delivery', true, 'x', 0), (49, 'imports', true, 'y', 0)",
    )
    .await;
    let name = it.texts("SELECT current_database()::text").await.remove(0);
    let holds =
        "SELECT concat_ws(' ', relname, relfilenode, relhastriggers, reltuples) FROM pg_class
                 WHERE relnamespace = 'public'::regnamespace
                 UNION ALL SELECT concat_ws(' ', xmin, version, checksum) FROM _sqlx_migrations
                 ORDER BY 1";
    let before = it.texts(holds).await;
    let url = it.settings.database.url.expose_secret().to_owned();
    let migrated = leadmill(&it, &["migrate"]).await;
    assert!(!migrated.success);
    for said in [migrated.err, refusal(&it, &url).await] {
        assert!(
            said.contains(&format!("The database `{name}` was made by an earlier leadmill")),
            "{said}"
        );
        assert!(said.contains("Name another one in the setting `database.url`"), "{said}");
    }
    assert_eq!(it.texts(holds).await, before);
}

#[tokio::test]
async fn an_older_program_works_and_migrates_beside_tables_that_were_expanded_for_a_newer_one() {
    let it = Installation::new().await;
    it.execute(
        "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time)
         VALUES (8000, 'expanded', true, 'x', 0);
         ALTER TABLE lead ADD COLUMN newer text; CREATE TABLE newer (id uuid)",
    )
    .await;
    it.send("intake.web", "application/json", vec![form(1)]).await;
    let intake = it.start(&["intake"], &[]);
    it.until("it works", "SELECT count(*) = 1 FROM lead").await;
    let migrated = leadmill(&it, &["migrate"]).await;
    assert!(migrated.success, "{}", migrated.err);
    it.execute("UPDATE program_min SET version = 8000").await;
    let migrated = leadmill(&it, &["migrate"]).await;
    assert!(!migrated.success && migrated.err.contains("newer leadmill"), "{}", migrated.err);
    intake.stop().await;
}

#[tokio::test]
async fn a_role_is_asked_for_every_right_that_its_grants_give() {
    use leadmill::roles::{self, Naming, Server};
    use leadmill::workers;
    let it = Installation::new().await;
    let prefix = format!("t{}_", uuid::Uuid::now_v7().simple());
    let naming = Naming { prefix: prefix.clone(), passwords: None };
    let script = roles::grants(Server::Postgres, &it.settings, &naming, &[]).unwrap();
    let plain = |line: &&str| !line.starts_with('\\') && !["BEGIN;", "COMMIT;"].contains(line);
    let script: Vec<_> = script.lines().filter(plain).collect();
    let mut conn = it.connect().await;
    let run = async |conn: &mut leadmill::store::Connection, sql: String| {
        sqlx::raw_sql(AssertSqlSafe(sql)).execute(conn).await.unwrap();
    };
    // Roles are the whole server's: these never leave the transaction.
    run(&mut conn, format!("BEGIN; {}", script.join("\n"))).await;
    for worker in workers::all(&it.settings).unwrap() {
        let name = worker.name();
        let does = roles::of_worker(&*worker);
        run(&mut conn, format!("SET LOCAL ROLE {prefix}{name}")).await;
        leadmill::store::schema::fits(&mut conn).await.unwrap();
        leadmill::store::role::permits(&mut conn, &does).await.unwrap();
        run(
            &mut conn,
            format!(
                "RESET ROLE; REVOKE INSERT ON trial FROM {prefix}{name};
                 REVOKE UPDATE (repeats) ON received FROM {prefix}{name};
                 DROP POLICY {prefix}{name} ON batch; SET LOCAL ROLE {prefix}{name}"
            ),
        )
        .await;
        let said = leadmill::store::role::permits(&mut conn, &does).await.unwrap_err().to_string();
        for missing in ["INSERT on trial", "UPDATE (repeats) on received", "rows of batch"] {
            assert!(said.contains(missing), "{said}");
        }
        assert!(said.contains("leadmill grants postgres"), "{said}");
        run(&mut conn, "RESET ROLE".into()).await;
    }
    run(&mut conn, "ROLLBACK".into()).await;
}
