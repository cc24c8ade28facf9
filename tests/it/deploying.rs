//! What a new worker gets by hand: its place where it is deployed and killed.

use leadmill::workers::NAMES;

fn text(path: &str) -> String {
    std::fs::read_to_string(format!("{}/{path}", env!("CARGO_MANIFEST_DIR"))).unwrap()
}

#[test]
fn every_worker_is_killed_at_each_fault_point() {
    let crashes = text("tests/it/crashes.rs") + &text("tests/it/crashes/mixed.rs");
    for name in NAMES {
        let killed = crashes.contains(&format!("worker: \"{name}\""));
        assert!(killed, "give `{name}` a test in tests/it/crashes.rs, see CONTRIBUTING.md");
    }
}

#[test]
fn every_worker_is_deployed_and_drawn() {
    let (compose, readme) = (text("docker-compose.yml"), text("README.md"));
    let security = text("docs/security.md");
    for name in NAMES {
        let service = format!("  {name}:\n    <<: *worker\n    command: [run, {name}]\n");
        assert!(compose.contains(&service), "docker-compose.yml has no service `{name}`");
        let drawn =
            readme.contains(&format!("--> {name}")) || readme.contains(&format!("  {name} --"));
        assert!(drawn, "the picture of README.md does not show `{name}`");
    }
    let granted = format!("for name in {} clock", NAMES.join(" "));
    let places = security.matches(&granted).count();
    assert_eq!(places, 2, "docs/security.md signs for and gives passwords to: {granted}");
}
