//! The command line as an outside system: send, command, catalog import, demo.

use std::path::PathBuf;
use std::process::{Output, Stdio};

use leadmill::messaging::{Consumer, Delivered, Link, Queue, Receipt, Topology};
use leadmill::servers;
use secrecy::ExposeSecret;
use serde_json::{Value, json};
use tokio::io::AsyncWriteExt;
use tokio::process::Command;
use uuid::Uuid;

use crate::installation::{Installation, PATIENCE, form};

#[tokio::test]
async fn files_of_every_channel_lie_in_their_queues_as_their_senders_would_put_them_there() {
    let it = Installation::new().await;
    let samples = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/data");
    for (channel, file, content_type) in [
        ("email", "email/bounce-office365.eml", "message/rfc822"),
        ("web", "web/calendly-invitee-created.json", "application/json"),
        ("web", "web/adf-minimal-phone-only.xml", "application/xml"),
        (
            "web",
            "web/sendgrid-inbound-parse-multipart.txt",
            "multipart/form-data; boundary=\"xYzZY\"",
        ),
        ("card", "card/gmail-three-cards.vcf", "text/vcard"),
        ("import", "import/utf16le-bom.csv", "text/csv"),
    ] {
        let path = samples.join(file);
        let sent = leadmill(&it, &["send", channel, path.to_str().unwrap(), "--json"], b"").await;
        let accepted = json(&sent);
        let taken = take(&it, &format!("intake.{channel}"), 1).await.remove(0);
        assert_eq!(taken.body, std::fs::read(&path).unwrap(), "{file}");
        assert_eq!(taken.content_type.as_deref(), Some(content_type), "{file}");
        assert_eq!(taken.message_id.as_deref(), accepted[0]["message_id"].as_str(), "{file}");
        assert_eq!(accepted[0]["queue"], format!("intake.{channel}"));
        assert_eq!(Some(taken.headers["x-file"].as_str()), file.rsplit('/').next());
    }
}

#[tokio::test]
async fn f15_a_large_list_is_cut_into_lists_that_say_where_they_belong() {
    let it = Installation::new().await;
    let row = |n: u32| format!("N{n},n{n}@x.example,{}\n", "x".repeat(80));
    let rows: String = (1..=15_000).map(row).collect();
    let file = format!("name,email,message\n{rows}").into_bytes();
    assert!(file.len() > 5 * 1024 * 1024 / 4);
    let sent = leadmill(&it, &["send", "import", "-", "--json"], &file).await;
    assert_eq!(json(&sent).as_array().unwrap().len(), 2);
    let parts = take(&it, "intake.import", 2).await;
    let header = |part: usize, name: &str| parts[part].headers[name].clone();
    assert_eq!(header(0, "x-import"), header(1, "x-import"));
    assert_eq!([header(0, "x-part"), header(1, "x-part")], ["1", "2"]);
    assert_eq!([header(0, "x-last"), header(1, "x-last")], ["false", "true"]);
    let lines = |part: usize| parts[part].body.iter().filter(|byte| **byte == b'\n').count() - 1;
    assert_eq!(header(1, "x-first-row"), (lines(0) + 1).to_string());
    assert_eq!(lines(0) + lines(1), 15_000);
    assert!(parts[1].body.starts_with(b"name,email,message\nN"));
}

#[tokio::test]
async fn what_cannot_be_sent_is_refused_before_anything_is_and_says_the_next_step() {
    let it = Installation::new().await;
    let good = file(&it, "good.json", &form(1));
    let (missing, good) = (good.with_file_name("missing.json"), good.display().to_string());
    let missing = missing.display().to_string();
    for (arguments, said) in [
        (vec!["send", "web", &good, &missing], "missing.json` cannot be read; nothing was sent"),
        (vec!["send", "web", &good, &good, "--message-id", "1"], "send them one by one"),
        (vec!["send", "web", "-"], "say what it is with --content-type"),
    ] {
        let refused = leadmill(&it, &arguments, b"Dear all,").await;
        assert_eq!(refused.status.code(), Some(1));
        let errors = String::from_utf8(refused.stderr).unwrap();
        assert!(errors.contains(said), "{errors}");
    }
    let depths = it.topology.depths(&it.settings.broker).await.unwrap();
    assert!(depths.iter().all(|queue| queue.waiting.is_some_and(|(ready, _)| ready == 0)));
}

#[tokio::test]
async fn a_file_sent_twice_is_a_repeat_unless_a_new_id_is_wanted() {
    let it = Installation::new().await;
    let intake = it.start(&["intake"], &[]);
    for options in [&[][..], &[], &["--new-id"]] {
        let sent = leadmill(&it, &[&["send", "web", "-"], options].concat(), &form(1)).await;
        assert!(sent.status.success());
    }
    it.until("all three have come", "SELECT sum(1 + repeats) = 3 FROM received").await;
    // Both may have come in one batch, so that their ids have no order.
    let verdicts = it.texts("SELECT verdict FROM input ORDER BY verdict").await;
    assert_eq!(verdicts, ["created", "joined"]);
    intake.stop().await;
}

#[tokio::test]
async fn f62_a_command_is_answered_with_what_followed_or_with_the_rule_that_refused_it() {
    let it = Installation::new().await;
    let workers = it.start(&["intake", "qualification"], &[]);
    leadmill(&it, &["send", "web", "-"], &form(1)).await;
    it.until("the lead is qualified", "SELECT count(*) = 1 FROM lead WHERE state = 'qualified'")
        .await;
    let lead = it.texts("SELECT id::text FROM lead").await.remove(0);
    let data = json!({ "lead": lead }).to_string();

    let refused = json!({ "lead": lead, "reason": "lost" }).to_string();
    let refused = leadmill(&it, &["command", "lead.disqualify", &refused, "--json"], b"").await;
    assert_eq!(refused.status.code(), Some(1));
    let outcome = &json(&refused)["outcome"];
    assert_eq!(outcome["events"][0]["type"], "lead.refused.v1");
    assert!(outcome["refusals"][0]["message"].as_str().unwrap().ends_with('.'), "{outcome}");

    let once = ["command", "lead.reactivate", "-", "--id", "17", "--json"];
    let first = json(&leadmill(&it, &once, data.as_bytes()).await);
    assert_eq!(first["outcome"]["events"][0]["type"], "lead.reactivated.v1");
    assert_eq!(first["repeat"], false);
    let again = json(&leadmill(&it, &once, data.as_bytes()).await);
    assert_eq!(again["repeat"], true);
    assert_eq!(again["outcome"], first["outcome"], "what was decided stands");
    let other = json!({ "lead": Uuid::now_v7() }).to_string();
    let conflict = leadmill(&it, &once, other.as_bytes()).await;
    assert_eq!(conflict.status.code(), Some(1));
    assert_eq!(json(&conflict)["outcome"]["refusals"][0]["rule"], "conflicting_repeat");
    workers.stop().await;
}

#[tokio::test]
async fn a_command_is_checked_before_it_is_sent_and_waits_no_longer_than_asked() {
    let it = Installation::new().await;
    let id = Uuid::now_v7();
    for (arguments, said) in [
        (vec!["command", "order.shp", "{}"], "Did you mean `order.ship`?".to_owned()),
        (vec!["command", "order.ship", "{\"order\": 1}"], "does not fit its schema".to_owned()),
        (
            vec!["command", "lead.reactivate", "-", "--source", "urn:leadmill:quoting"],
            "choose another --source".to_owned(),
        ),
        (
            vec!["command", "lead.reactivate", "-", "--wait", "1"],
            "Is `leadmill run` running?".to_owned(),
        ),
    ] {
        let data = json!({ "lead": id }).to_string();
        let failed = leadmill(&it, &arguments, data.as_bytes()).await;
        assert_eq!(failed.status.code(), Some(1));
        let errors = String::from_utf8(failed.stderr).unwrap();
        assert!(errors.contains(&said), "{errors}");
    }
    // Only the last one was sent; it lies there until a worker comes.
    let waiting = take(&it, "qualification", 1).await.remove(0);
    let event: Value = serde_json::from_slice(&waiting.body).unwrap();
    assert_eq!(event["type"], "leadmill.lead.reactivate.v1");
    assert!(event["source"].as_str().unwrap().starts_with("urn:leadmill-cli:"), "{event}");
}

#[tokio::test]
async fn a_catalog_comes_by_standard_input_where_the_program_sees_no_files() {
    let it = Installation::new().await;
    let quoting = it.start(&["quoting"], &[]);
    let catalog = include_bytes!("../../config/demo-catalog.json");
    let imported = leadmill(&it, &["catalog", "import", "-"], catalog).await;
    assert!(imported.status.success(), "{imported:?}");
    assert!(it.count("SELECT count(*) FROM product").await > 0);
    let broken = leadmill(&it, &["catalog", "import", "-"], b"sku,name\n,\n").await;
    let why = String::from_utf8_lossy(&broken.stderr);
    assert!(!broken.status.success() && why.contains("`standard input` has"), "{why}");
    quoting.stop().await;
}

#[tokio::test]
async fn f70_a_catalog_comes_as_json_or_csv_and_a_refused_one_names_every_problem() {
    let it = Installation::new().await;
    let quoting = it.start(&["quoting"], &[]);
    let demo = concat!(env!("CARGO_MANIFEST_DIR"), "/config/demo-catalog.json");
    let imported = leadmill(&it, &["catalog", "import", demo], b"").await;
    let said = String::from_utf8(imported.stdout).unwrap();
    assert!(said.contains("+ product CM-100"), "{said}");
    let csv = file(&it, "catalog.csv", b"sku,name,price,currency\nA-1,Mill,12.50,EUR\n");
    let csv = csv.display().to_string();
    assert!(leadmill(&it, &["catalog", "import", &csv], b"").await.status.success());
    let sold = "SELECT sku FROM product WHERE state = 'active'";
    assert_eq!(it.texts(sold).await, ["A-1"]);
    assert_eq!(it.texts("SELECT code FROM price_list").await, ["standard-eur"]);

    let unsound = b"sku,name,tax_class\nA-1,Mill,luxury\nB-2,Bar,vice\n";
    let unsound = file(&it, "unsound.csv", unsound).display().to_string();
    let refused = leadmill(&it, &["catalog", "import", &unsound], b"").await;
    assert_eq!(refused.status.code(), Some(1));
    let said = String::from_utf8(refused.stderr).unwrap();
    assert!(said.contains("luxury") && said.contains("vice"), "{said}");
    assert_eq!(it.texts(sold).await, ["A-1"]);
    quoting.stop().await;
}

#[tokio::test]
async fn the_demo_takes_real_inputs_to_invoices_and_adds_up() {
    let it = Installation::new().await;
    let demo = leadmill(&it, &demo_of(&it), b"").await;
    let errors = String::from_utf8_lossy(&demo.stderr);
    assert!(demo.status.success(), "{errors}{}", String::from_utf8_lossy(&demo.stdout));
    let report = json(&demo);
    assert_eq!(report["wrong"], json!([]));
    assert!(report["journey"]["invoice"].as_str().unwrap().starts_with("INV-"), "{report}");
    let channels = report["verdicts"].as_array().unwrap().iter().map(|v| v["of"].clone());
    let channels: std::collections::BTreeSet<_> = channels.map(|c| c.to_string()).collect();
    assert_eq!(channels.len(), 4, "{channels:?}");
    assert_eq!(it.count("SELECT count(*) FROM invoice").await, report["reckoning"]["invoices"]);
    let partial = "SELECT count(*) FROM (SELECT FROM shipment GROUP BY sales_order
                   HAVING count(*) > 1) AS divided";
    assert!(it.count(partial).await > 10, "some orders leave in two shipments");
    outside().delete(&it.settings.broker).await.unwrap();
}

#[tokio::test]
async fn an_interrupted_demo_leaves_no_worker_behind() {
    let it = Installation::new().await;
    let mut child = command(&it, &demo_of(&it)).spawn().unwrap();
    it.until_sessions("the workers run", 5).await;
    let pid = rustix::process::Pid::from_raw(i32::try_from(child.id().unwrap()).unwrap()).unwrap();
    rustix::process::kill_process(pid, rustix::process::Signal::TERM).unwrap();
    let ended = tokio::time::timeout(PATIENCE, child.wait()).await.unwrap().unwrap();
    assert_eq!(ended.code(), Some(1));
    it.until_sessions("none runs", 0).await;
    outside().delete(&it.settings.broker).await.unwrap();
}

impl Installation {
    /// Waits until so many different workers hold sessions on this test's database.
    async fn until_sessions(&self, what: &str, count: i64) {
        let name = self.settings.database.address();
        let name = name.rsplit('/').next().unwrap().to_owned();
        let server = leadmill::store::DatabaseSettings::new(crate::database::url_of("postgres"));
        let mut conn = leadmill::store::connect(&server, "leadmill test").await.unwrap();
        let begun = std::time::Instant::now();
        loop {
            let found: i64 = sqlx::query_scalar(
                "SELECT count(DISTINCT application_name) FROM pg_stat_activity
                 WHERE datname = $1 AND split_part(application_name, ' ', 2)
                       IN ('intake', 'qualification', 'quoting', 'ordering', 'invoicing')",
            )
            .bind(&name)
            .fetch_one(&mut conn)
            .await
            .unwrap();
            if (count == 0 && found == 0) || (count > 0 && found >= count) {
                return;
            }
            assert!(begun.elapsed() < PATIENCE, "waited in vain until {what}: {found} sessions");
            tokio::time::sleep(std::time::Duration::from_millis(25)).await;
        }
    }
}

/// The queues of the demo's stand-ins, which an installation does not have.
fn outside() -> Topology {
    let queues = ["outside.customer", "outside.warehouse"].map(Queue::worked);
    Topology { exchanges: Vec::new(), queues: queues.into() }
}

fn demo_of(it: &Installation) -> Vec<&'static str> {
    let database = it.settings.database.address();
    let name = database.rsplit('/').next().unwrap().to_owned().leak();
    let prefix = it.settings.broker.prefix.clone().leak();
    vec!["demo", "--json", "--database", name, "--prefix", prefix]
}

fn command(it: &Installation, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_leadmill"));
    command
        .args(arguments)
        .env(servers::DATABASE_SETTING, it.settings.database.url.expose_secret())
        .env(servers::BROKER_SETTING, it.settings.broker.url.expose_secret())
        .env("LEADMILL_BROKER__PREFIX", &it.settings.broker.prefix)
        .env("LEADMILL_FOLDER", it.folder())
        .kill_on_drop(true);
    command
}

/// Runs the command line against the test's installation.
pub(crate) async fn leadmill(it: &Installation, arguments: &[&str], stdin: &[u8]) -> Output {
    let mut command = command(it, arguments);
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    let mut input = child.stdin.take().unwrap();
    let stdin = stdin.to_vec();
    // A program that refuses its arguments does not read.
    let writing = tokio::spawn(async move { input.write_all(&stdin).await });
    let output = tokio::time::timeout(PATIENCE * 2, child.wait_with_output()).await;
    drop(writing.await);
    output.unwrap().unwrap()
}

pub(crate) fn json(output: &Output) -> Value {
    let parsed = serde_json::from_slice(&output.stdout);
    parsed.unwrap_or_else(|_| panic!("{}", String::from_utf8_lossy(&output.stderr)))
}

/// Takes so many messages out of a queue.
pub(crate) async fn take(it: &Installation, queue: &str, count: usize) -> Vec<Delivered> {
    let link: Link = it.link().await;
    let prefetch = count.try_into().unwrap();
    let mut consumer: Consumer = link.consume(queue, prefetch).await.unwrap();
    let mut taken = Vec::new();
    while taken.len() < count {
        let batch = tokio::time::timeout(PATIENCE, consumer.next_batch(count)).await;
        taken.extend(batch.unwrap().unwrap());
    }
    Receipt::of(&taken).acknowledge().await.unwrap();
    assert!(link.close().await);
    taken
}

fn file(it: &Installation, name: &str, bytes: &[u8]) -> PathBuf {
    let path = it.folder().join(name);
    std::fs::write(&path, bytes).unwrap();
    path
}
