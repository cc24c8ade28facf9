//! What `leadmill explain` says of inputs is what the worker makes of them.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;

use fastrand::Rng;
use leadmill::store;
use serde_json::Value;
use sqlx::Row;

use crate::installation::Installation;
use crate::operators::leadmill;

/// How many inputs are drawn.
const INPUTS: usize = 1_000;
const CHANNELS: [&str; 4] = ["email", "web", "import", "card"];

/// What was made of an input: the verdict, and what was read or why nothing was.
type Told = (String, Value);

/// The real inputs, some of them with places cut out, doubled or mixed with another's.
fn drawn(channel: &str, count: usize, rng: &mut Rng) -> Vec<Vec<u8>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data").join(channel);
    let mut files: Vec<PathBuf> =
        std::fs::read_dir(folder).unwrap().map(|file| file.unwrap().path()).collect();
    files.retain(|file| file.extension().is_none_or(|end| end != "md"));
    files.sort();
    let samples: Vec<Vec<u8>> = files.iter().map(|file| std::fs::read(file).unwrap()).collect();
    let mut changed = |place: usize| {
        let mut body = samples[place % samples.len()].clone();
        for _ in 0..usize::from(place >= samples.len()) * rng.usize(1..4) {
            let from = rng.usize(..=body.len());
            let to = (from + rng.usize(..200)).min(body.len());
            let other = &samples[rng.usize(..samples.len())];
            let begin = rng.usize(..=other.len());
            let piece = match rng.u8(..3) {
                0 => Vec::new(),
                1 => body[from..to].repeat(2),
                _ => other[begin..(begin + 80).min(other.len())].to_vec(),
            };
            body.splice(from..to, piece);
        }
        body
    };
    (0..count).map(&mut changed).collect()
}

/// Explains all files of a folder in one call, by their names.
fn explained(folder: &Path, channel: &str) -> BTreeMap<String, Told> {
    let output = Command::new(env!("CARGO_BIN_EXE_leadmill"))
        .args(["explain", "--json", "--channel", channel])
        .arg(folder)
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let all: Vec<Value> = serde_json::from_slice(&output.stdout).unwrap();
    let told = |one: Value| {
        let file = Path::new(one["file"].as_str().unwrap()).file_name().unwrap();
        let read = match one["verdict"].as_str().unwrap() {
            "created" | "joined" => one["leads"][0].clone(),
            "held" => one["held"].clone(),
            _ => Value::Null,
        };
        let told =
            (verdict(one["verdict"].as_str().unwrap(), &one["reason"]), without_products(read));
        (file.to_string_lossy().into_owned(), told)
    };
    all.into_iter().map(told).collect()
}

/// The products of a running text are not of the reading.
fn without_products(mut read: Value) -> Value {
    if let Some(fields) = read.as_object_mut() {
        fields.remove("products");
    }
    read
}

/// Whose lead it is depends on who is known; whether it is one does not.
fn verdict(verdict: &str, reason: &Value) -> String {
    match verdict {
        "created" | "joined" => "a lead".to_owned(),
        verdict => format!("{verdict}: {}", reason.as_str().unwrap_or_default()),
    }
}

/// What the worker made of the inputs that came from outside, by their bytes.
async fn judged(it: &Installation) -> BTreeMap<Vec<u8>, Told> {
    let mut conn = it.connect().await;
    let rows = sqlx::query(
        "SELECT (SELECT string_agg(bytes, '' ORDER BY n) FROM input_chunk WHERE input = i.id) AS bytes,
                CASE WHEN e.data ->> 'hold_reason' = 'two_parties' THEN 'created' ELSE i.verdict END AS verdict,
                i.reason, e.data -> 'enquiry' AS enquiry
         FROM input AS i LEFT JOIN event AS e ON e.cause = i.id AND e.type IN
              ('lead.captured.v1', 'lead.enquiry_added.v1', 'input.held.v1', 'input.rejected.v1')
         WHERE i.collection IS NULL",
    );
    let rows = rows.fetch_all(&mut conn).await.unwrap();
    store::close(conn).await.unwrap();
    let told = |row: &sqlx::postgres::PgRow| {
        let reason = Value::String(row.get("reason"));
        let read: Option<Value> = row.get("enquiry");
        (row.get("bytes"), (verdict(row.get("verdict"), &reason), read.unwrap_or_default()))
    };
    rows.iter().map(told).collect()
}

#[tokio::test]
async fn explain_and_the_worker_say_the_same_of_a_thousand_inputs() {
    let it = Installation::new().await;
    let mut rng = Rng::with_seed(12);
    let mut expected: BTreeMap<Vec<u8>, Told> = BTreeMap::new();
    for channel in CHANNELS {
        let folder = it.folder().join(channel);
        std::fs::create_dir_all(&folder).unwrap();
        let bodies = drawn(channel, INPUTS / CHANNELS.len(), &mut rng);
        for (n, body) in bodies.iter().enumerate() {
            std::fs::write(folder.join(format!("{n:04}")), body).unwrap();
        }
        let told = explained(&folder, channel);
        let named = bodies.iter().enumerate();
        expected.extend(named.map(|(n, body)| (body.clone(), told[&format!("{n:04}")].clone())));
        it.send(&format!("intake.{channel}"), "", bodies).await;
    }
    let intake = it.start(&["intake"], &[]);
    // What has the key of another one is counted, or parked where its content differs.
    it.until(
        "all are judged",
        "SELECT (SELECT sum(1 + repeats) FROM received) + (SELECT count(*) FROM parked) >= 1000
            AND NOT EXISTS (SELECT FROM input WHERE verdict = 'received')
            AND NOT EXISTS (SELECT FROM input WHERE verdict = 'split' AND NOT done)",
    )
    .await;
    let judged = judged(&it).await;
    assert!(judged.len() > INPUTS * 3 / 4, "{} were read", judged.len());
    for (body, told) in &judged {
        let shown = String::from_utf8_lossy(body);
        let explained = &expected[body];
        if told.0.starts_with("split") {
            assert!(explained.0.starts_with("split"), "{explained:?}: {shown}");
        } else {
            assert_eq!(told, explained, "{shown}");
        }
    }
    let again = leadmill(&it, &["reread", "--dry-run", "--json"]).await.json();
    assert_eq!((&again["changed"], &again["unknown"]), (&0.into(), &0.into()), "{again}");
    intake.stop().await;
}
