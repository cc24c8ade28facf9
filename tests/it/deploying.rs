//! What a new worker gets by hand: its place where it is deployed and killed.

use leadmill::secret::PrivacySettings;
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

/// The service `secret` of docker-compose.yml, run here as in its container.
fn makes_secret(folder: &std::path::Path, script: &str) -> String {
    let args = ["-euo", "pipefail", "-c", script];
    let made = std::process::Command::new("bash").args(args).current_dir(folder).status();
    assert!(made.unwrap().success());
    let file = folder.join("privacy.secret");
    let settings = PrivacySettings { secret_file: Some(file.clone()) };
    assert_eq!(settings.problems(), [] as [&str; 0]);
    std::fs::read_to_string(file).unwrap()
}

#[test]
fn the_secret_of_pseudonyms_is_made_once_where_all_containers_read_it() {
    let compose = text("docker-compose.yml");
    for part in [
        "    LEADMILL_PRIVACY__SECRET_FILE: /var/lib/leadmill/privacy.secret\n",
        "  volumes:\n    - secret:/var/lib/leadmill:ro\n",
        "    working_dir: /var/lib/leadmill\n    volumes:\n      - secret:/var/lib/leadmill\n    \
         entrypoint: [bash, -euo, pipefail, -c]\n",
        "      secret:\n        condition: service_completed_successfully\n",
        "\nvolumes:\n  secret:\n",
    ] {
        assert!(compose.contains(part), "docker-compose.yml lacks {part}");
    }
    assert!(text("Dockerfile").contains("--owner=10001 --mode=700 /var/lib/leadmill\n"));
    let (_, script) = compose.split_once("    command:\n      - |\n").unwrap();
    let script = script.split("\n\n").next().unwrap();
    let folder = std::env::temp_dir().join(format!("leadmill-compose-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let first = makes_secret(&folder, script);
    assert_eq!(makes_secret(&folder, script), first);
    std::fs::remove_dir_all(&folder).unwrap();
}
