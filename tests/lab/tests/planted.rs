//! The selftest finds bugs: each rule that delivery rests on is broken once, and it must turn red
//! where that rule holds. Needs the feature `planted-bugs` in all programs, as `make planted` builds them.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::Value;

const SHORT: &str = "0.4";
/// For a bug that shows only where a fault meets messages on their way.
const LONG: &str = "1";

/// Runs a selftest of one node, with faults for so many minutes; answers its report.
fn selftest(bug: &str, seed: u32, (faults, minutes): (&str, &str)) -> Value {
    let folder =
        Folder(std::env::temp_dir().join(format!("leadmill-planted-{}", std::process::id())));
    let minutes = ["--minutes", minutes, "--nodes", "1", "--settle", "100"];
    let leadmill = Path::new(env!("CARGO_BIN_EXE_leadmill-selftest")).with_file_name("leadmill");
    let run = Command::new(leadmill)
        .args(["selftest", "--json", "--seed", &seed.to_string(), "--faults", faults])
        .args(minutes)
        .arg("--folder")
        .arg(&folder.0)
        .env("LEADMILL_PLANTED_BUG", bug)
        .stdin(Stdio::null())
        .stderr(Stdio::inherit())
        .output()
        .expect("leadmill runs");
    let said = String::from_utf8_lossy(&run.stdout).into_owned();
    let report: Value = serde_json::from_str(&said).expect(&said);
    assert_eq!(report["ok"].as_bool(), Some(run.status.success()), "{said}");
    report
}

/// The names of what was found broken.
fn broken(report: &Value) -> Vec<&str> {
    let verdicts = report["verdicts"].as_array().expect("verdicts");
    let broken = verdicts.iter().filter(|verdict| verdict["answer"] == "broken");
    let broken: Vec<_> = broken.collect();
    for verdict in &broken {
        let named = verdict["named"].as_array().expect("a list");
        assert!(!named.is_empty(), "offenders are named: {verdict}");
    }
    broken.iter().filter_map(|verdict| verdict["name"].as_str()).collect()
}

struct Folder(PathBuf);

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

#[test]
fn what_is_acknowledged_before_it_is_committed_is_found_to_be_lost() {
    let report = selftest("ack-before-commit", 1, ("fault-point,worker-kill", SHORT));
    let broken = broken(&report);
    let lost = ["sent.taken", "sent.decided", "message.heard", "invoice.once", "order.once"];
    assert!(lost.iter().any(|name| broken.contains(name)), "{broken:?}");
}

#[test]
fn what_is_published_without_a_confirm_is_found_to_be_lost() {
    let report = selftest("publish-without-confirm", 1, ("stall,cut,node-kill", LONG));
    let broken = broken(&report);
    assert!(broken.contains(&"said.heard"), "{broken:?}");
}

#[test]
fn what_is_decided_without_a_claim_is_found_to_happen_twice() {
    let report = selftest("claim-off", 1, ("duplicates,delays", SHORT));
    let broken = broken(&report);
    let twice = ["input.verdict", "parked.poison", "sent.verdict"];
    assert!(twice.iter().any(|name| broken.contains(name)), "{broken:?}");
}

#[test]
fn the_same_program_without_a_bug_is_found_to_be_well() {
    let report = selftest("", 1, ("fault-point,stall,duplicates", SHORT));
    assert_eq!(broken(&report), Vec::<&str>::new());
}
