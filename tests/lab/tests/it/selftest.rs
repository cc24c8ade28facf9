//! `leadmill selftest` leaves nothing behind: not when it is done, and not when it is interrupted.

use std::fs;
use std::path::Path;
use std::process::Stdio;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;
use tokio::process::Child;

use crate::folder::{Folder, leadmill};

/// Starting servers on a busy machine takes a while.
const PATIENCE: Duration = Duration::from_secs(180);
const LOOK_EVERY: Duration = Duration::from_millis(50);

fn start(folder: &Folder, arguments: &[&str]) -> Child {
    let mut command = leadmill();
    command.args(["selftest", "--json", "--nodes", "1"]).args(arguments);
    command.arg("--folder").arg(&folder.0);
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null());
    command.kill_on_drop(true).spawn().unwrap()
}

/// Every process whose environment names the folder, zombies left out: workers and servers alike.
fn living(folder: &Path) -> Vec<u32> {
    let folder = folder.as_os_str().as_encoded_bytes();
    let names = |file: &Path| {
        fs::read(file).is_ok_and(|text| text.windows(folder.len()).any(|part| part == folder))
    };
    let numbers = fs::read_dir("/proc").unwrap().flatten();
    let pids = numbers.filter_map(|entry| entry.file_name().to_str()?.parse::<u32>().ok());
    let ours = pids.filter(|pid| {
        let place = Path::new("/proc").join(pid.to_string());
        names(&place.join("cmdline")) || names(&place.join("environ"))
    });
    ours.filter(|pid| *pid != std::process::id()).collect()
}

async fn until(what: &str, condition: impl Fn() -> bool) {
    let since = Instant::now();
    while !condition() {
        assert!(since.elapsed() < PATIENCE, "waited in vain until {what}");
        tokio::time::sleep(LOOK_EVERY).await;
    }
}

#[tokio::test]
async fn a_selftest_that_is_interrupted_ends_all_that_it_started() {
    let folder = Folder::new("selftest-interrupted");
    let mut selftest = start(&folder, &["--minutes", "5"]);
    // A worker's log tells that servers and workers run.
    let log = folder.0.join("selftest/logs/invoicing.log");
    until("the workers run", || fs::read(&log).is_ok_and(|text| !text.is_empty())).await;
    assert!(living(&folder.0).len() > 1, "the servers name their folder");
    let pid = Pid::from_raw(selftest.id().unwrap().try_into().unwrap()).unwrap();
    kill_process(pid, Signal::INT).unwrap();
    let ended = tokio::time::timeout(PATIENCE, selftest.wait()).await.unwrap().unwrap();
    assert_eq!(ended.code(), Some(1));
    until("everything has ended", || living(&folder.0).is_empty()).await;
}

#[tokio::test]
async fn a_short_selftest_breaks_things_finds_all_well_and_leaves_nothing_running() {
    let folder = Folder::new("selftest-short");
    let faults = "worker-kill,fault-point,clock-jump,duplicates,poison,cut";
    let selftest = start(&folder, &["--minutes", "0.2", "--rate", "4", "--faults", faults]);
    let done = tokio::time::timeout(PATIENCE * 2, selftest.wait_with_output());
    let done = done.await.unwrap().unwrap();
    let said = String::from_utf8_lossy(&done.stdout);
    assert!(done.status.success(), "{said}");
    let report: Value = serde_json::from_str(&said).unwrap();
    assert_eq!(report["ok"], true);
    assert!(report["faults"].as_array().unwrap().len() >= 4, "{said}");
    assert!(report["figures"]["invoices"].as_u64().unwrap() > 0, "{said}");
    assert_eq!(living(&folder.0), Vec::<u32>::new());
}
