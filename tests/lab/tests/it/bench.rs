//! `leadmill bench` from end to end: it measures, and its roofline moves the same.

use serde_json::Value;

use crate::folder::{Folder, leadmill};

#[tokio::test]
async fn the_bare_loop_moves_what_the_pipeline_moved() {
    let folder = Folder::new("bench");
    let measured = leadmill()
        .args(["--json", "bench", "--leads", "60", "--rounds", "1", "--history", "1000"])
        .arg("--folder")
        .arg(&folder.0)
        .output()
        .await
        .unwrap();
    let said = String::from_utf8_lossy(&measured.stderr);
    assert!(measured.status.success(), "{said}");
    let report: Value = serde_json::from_slice(&measured.stdout).unwrap();
    let number = |path: &str| report.pointer(path).and_then(Value::as_f64).unwrap();
    let (full, bare) = ("/beside_bare/pipeline", "/beside_bare/other");
    for run in [full, bare, "/grown/pipeline", "/grown/other"] {
        assert_eq!(number(&format!("{run}/leads")), 60.0, "{run}");
    }
    for same in ["messages", "events"] {
        let [one, other] = [full, bare].map(|run| number(&format!("{run}/{same}")));
        assert_eq!(one, other, "{same}");
    }
    // Where lanes run beside each other, the bare loop may come to a row before it is there.
    let rows = number(&format!("{bare}/rows")) / number(&format!("{full}/rows"));
    assert!((0.85..1.05).contains(&rows), "{rows}");
    assert!(number("/ratio") > 0.0 && number("/growth") > 0.0);
    assert!(number("/latency/p99_ms") > 0.0);
    assert!(number("/paced/processes/0/peak_bytes") > 1e6, "{report}");
    assert!(number("/paced/wal_bytes_per_lead") > 1e3, "{report}");
}
