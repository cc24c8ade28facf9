//! Changed inputs get a verdict, and one that does not is told by its number.

use serde_json::Value;

use crate::folder::leadmill;

/// Inputs of a run of the tests; a release tries more.
const COUNT: &str = "2000";

#[tokio::test]
async fn changed_inputs_get_a_verdict_each() {
    let samples = concat!(env!("CARGO_MANIFEST_DIR"), "/../data");
    // A build for tests is slow, and so is a machine that runs other tests beside this one.
    let words = [
        "mutate",
        "--seed",
        "1",
        "--count",
        COUNT,
        "--samples",
        samples,
        "--most-ms",
        "10000",
        "--json",
    ];
    let done = leadmill().args(words).output().await.unwrap();
    let told: Value = serde_json::from_slice(&done.stdout).unwrap_or_default();
    assert!(done.status.success(), "{told:#} {}", String::from_utf8_lossy(&done.stderr));
    let verdicts = told["verdicts"].as_object().unwrap();
    let all: u64 = verdicts.values().filter_map(Value::as_u64).sum();
    assert_eq!(all.to_string(), COUNT);
    // Some of each: what is changed is neither all garbage nor all as it was.
    for verdict in ["created", "held", "rejected", "split"] {
        assert!(verdicts[verdict].as_u64().is_some_and(|count| count > 50), "{told:#}");
    }
}

#[tokio::test]
async fn a_folder_without_inputs_is_told() {
    let done = leadmill().args(["mutate", "--samples", "/nowhere"]).output().await.unwrap();
    assert_eq!(done.status.code(), Some(1));
    let why = String::from_utf8_lossy(&done.stderr);
    assert!(why.contains("`/nowhere`") && why.contains("--samples"), "{why}");
}
