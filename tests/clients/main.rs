//! Clients in other languages, with those languages' own CloudEvents SDKs: what the README shows.
//!
//! They fetch packages from PyPI and npm, so `cargo test` alone leaves them out: `make clients` runs
//! them, and so does `.ci/run`.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on may panic")]

#[path = "../it/database.rs"]
#[allow(dead_code, reason = "the other tests use the rest")]
mod database;
#[path = "../it/installation.rs"]
#[allow(dead_code, reason = "the other tests use the rest")]
mod installation;

use std::path::{Path, PathBuf};
use std::process::Stdio;

use leadmill::servers;
use secrecy::ExposeSecret;
use serde_json::{Value, json};
use tokio::process::Command;
use uuid::Uuid;

use crate::installation::{Installation, PATIENCE};

#[tokio::test]
async fn a_python_client_pushes_leads_and_reads_their_invoices() {
    let made = folder("python");
    let python = made.join("bin/python");
    run("python3", &["-m", "venv", text(&made)], &made).await;
    let list = source("python/requirements.txt");
    run(text(&python), &["-m", "pip", "install", "--quiet", "--requirement", text(&list)], &made)
        .await;
    pushes_and_reads(text(&python), &source("python/push_and_read.py")).await;
}

#[tokio::test]
async fn a_node_client_pushes_leads_and_reads_their_invoices() {
    let made = folder("node");
    // Node looks for packages above the script, so that it goes where they are.
    for name in ["package.json", "push_and_read.mjs"] {
        std::fs::copy(source("node").join(name), made.join(name)).unwrap();
    }
    run("npm", &["install", "--no-audit", "--no-fund", "--loglevel", "error"], &made).await;
    pushes_and_reads("node", &made.join("push_and_read.mjs")).await;
}

/// Runs a client against a running pipeline, plays customer and warehouse, and compares what the
/// client printed with what the database holds.
async fn pushes_and_reads(program: &str, script: &Path) {
    let it = Installation::new().await;
    let workers = it.start(&[], &[]);
    it.catalog().await;
    let client = Command::new(program)
        .arg(script)
        .env(servers::BROKER_SETTING, it.settings.broker.url.expose_secret())
        .env("LEADMILL_BROKER__PREFIX", &it.settings.broker.prefix)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .unwrap();
    it.until("both quotes stand", "SELECT count(*) = 2 FROM quote WHERE state = 'active'").await;
    for quote in it.texts("SELECT id::text FROM quote").await {
        it.command("quote.accept.v1", json!({ "quote": quote })).await;
    }
    it.until("both orders stand", "SELECT count(*) = 2 FROM order_line").await;
    let lines = "SELECT json_build_object('order', sales_order, 'reference', 'WH-' || id, 'lines',
                     json_build_array(json_build_object('line', id, 'quantity', '2')))::text
                 FROM order_line";
    for shipment in it.texts(lines).await {
        it.command("order.ship.v1", serde_json::from_str(&shipment).unwrap()).await;
    }
    let ended = tokio::time::timeout(PATIENCE, client.wait_with_output()).await.unwrap().unwrap();
    let errors = String::from_utf8_lossy(&ended.stderr);
    assert!(ended.status.success(), "{errors}");

    let printed = String::from_utf8(ended.stdout).unwrap();
    let read: Vec<Value> = printed.lines().map(|l| serde_json::from_str(l).unwrap()).collect();
    let field = |event: &Value, name: &str| event["invoice"][name].as_str().unwrap().to_owned();
    let mut numbers: Vec<_> = read.iter().map(|event| field(event, "invoice_number")).collect();
    numbers.sort();
    assert_eq!(numbers, it.texts("SELECT number FROM invoice ORDER BY number").await);
    let said = it.texts("SELECT id::text FROM event WHERE type = 'invoice.issued.v1'").await;
    assert!(read.iter().all(|event| said.contains(&event["id"].as_str().unwrap().to_owned())));
    // 2 × 690.00, with 21 % tax.
    assert!(read.iter().all(|event| event["invoice"]["totals"]["gross"] == "1669.80"), "{printed}");

    let ids = it.texts("SELECT external_id FROM received WHERE source = 'intake.web'").await;
    let of_uuid =
        ids.iter().filter(|id| id.parse::<Uuid>().is_ok_and(|id| id.get_version_num() == 4));
    assert_eq!(of_uuid.count(), 1, "{ids:?}");
    assert_eq!(ids.iter().filter(|id| id.starts_with("sha256:")).count(), 1, "{ids:?}");
    workers.stop().await;
}

/// Runs a tool that fetches packages; what is missing is said.
async fn run(program: &str, arguments: &[&str], folder: &Path) {
    let mut command = Command::new(program);
    command.args(arguments).current_dir(folder).stdin(Stdio::null()).kill_on_drop(true);
    let ended = command.output().await.unwrap_or_else(|error| {
        panic!("`{program}` cannot be run ({error}); install it, or leave this test out.")
    });
    let said = [ended.stdout, ended.stderr].concat();
    let said = String::from_utf8_lossy(&said);
    let line = arguments.join(" ");
    assert!(
        ended.status.success(),
        "`{program} {line}` failed; the client's packages cannot be had. Is the network there?\n{said}"
    );
}

fn source(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("clients").join(path)
}

/// Where the packages of a client lie; kept, so that the next run is quick.
fn folder(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("clients").join(name);
    std::fs::create_dir_all(&folder).unwrap();
    folder
}

fn text(path: &Path) -> &str {
    path.to_str().expect("the repository lies in a folder whose name is text")
}
