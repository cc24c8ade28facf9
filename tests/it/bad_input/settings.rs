//! Wrong settings and rules: nothing starts, and everything wrong is said at once.

use std::path::{Path, PathBuf};

use leadmill::servers;
use tokio::process::Command;

use super::*;
use crate::operators::leadmill;

/// What the program says before it ends, which it must do by itself and not well.
async fn refused(
    it: &Installation,
    verb: &str,
    file: Option<&Path>,
    variables: &[(&str, &str)],
) -> String {
    let mut command = Command::new(env!("CARGO_BIN_EXE_leadmill"));
    command
        .arg(verb)
        .env(servers::DATABASE_SETTING, it.settings.database.url.expose_secret())
        .env(servers::BROKER_SETTING, it.settings.broker.url.expose_secret())
        .env("LEADMILL_BROKER__PREFIX", &it.settings.broker.prefix)
        .envs(variables.iter().copied())
        .kill_on_drop(true);
    if let Some(file) = file {
        command.env_remove("LEADMILL_BROKER__PREFIX").env("LEADMILL_CONFIG", file);
    }
    let ended = tokio::time::timeout(crate::installation::PATIENCE, command.output()).await;
    let ended = ended.unwrap().unwrap();
    assert_eq!(ended.status.code(), Some(1), "{verb}");
    String::from_utf8(ended.stderr).unwrap()
}

fn file(it: &Installation, name: &str, text: &str) -> PathBuf {
    let path = it.folder().join(name);
    std::fs::write(&path, text).unwrap();
    path
}

#[tokio::test]
async fn every_problem_of_a_settings_file_is_listed_at_once() {
    let it = Installation::new().await;
    let settings = "[broker]\nprefix = \"a b\"\nprefx = \"x\"\nheartbeat_s = \"often\"\n\
                    [runtime]\nbatch_size_max = 0\nsweep_evry_s = 1\n\
                    [database]\nlock_timeout_ms = 0\nstatement_timeout = 5\n\
                    [intake]\ndefault_region = \"Germany\"\n\
                    [rights]\nanybody = [\"fly\"]\nspeak_for_people = [\"leadmill.from.moon\"]\n\
                    [quoting]\ntax_mode = \"none\"\n[lgo]\nfilter = \"x\"\n";
    let path = file(&it, "settings.toml", settings);
    for verb in ["run", "check-config"] {
        let said = refused(&it, verb, Some(&path), &[]).await;
        for key in [
            "prefx",
            "heartbeat_s",
            "batch_size_max",
            "sweep_evry_s",
            "lock_timeout_ms",
            "`statement_timeout`",
            "default_region",
            "`fly`",
            "`leadmill.from.moon`",
            "tax_mode",
            "[lgo]",
        ] {
            assert!(said.contains(key), "{verb} does not name {key}:\n{said}");
        }
    }
}

#[tokio::test]
async fn who_may_be_no_user_of_the_broker_and_what_nobody_may_is_told() {
    let it = Installation::new().await;
    let settings = "[rights]\nanybody = [\"accept_quote\"]\n\
                    [rights.senders]\nleadmill_shp = [\"close_quote\"]\n";
    let path = file(&it, "rights.toml", settings).display().to_string();
    let checked = leadmill(&it, &["check-config", "--config", &path]).await;
    assert!(checked.success, "{}", checked.err);
    assert!(checked.out.contains("[rights] `leadmill_shp` is taken for a user"), "{}", checked.out);
    let nobody = checked.out.lines().find(|line| line.contains("Nobody has a right to")).unwrap();
    assert!(nobody.contains("cancel_invoice") && !nobody.contains("close_quote"), "{nobody}");
}

#[tokio::test]
async fn a_misspelt_variable_is_named_and_not_passed_over() {
    let it = Installation::new().await;
    let variables = [
        ("LEADMILL_BROKER__PREFX", "x"),
        ("LEADMILL_RUNTIME_BATCH_SIZE_MAX", "1"),
        ("LEADMILL_LGO__FILTER", "info"),
    ];
    for verb in ["run", "check-config"] {
        let said = refused(&it, verb, None, &variables).await;
        for key in ["prefx", "write `LEADMILL_RUNTIME__BATCH_SIZE_MAX`", "[lgo]"] {
            assert!(said.contains(key), "{verb} does not name {key}:\n{said}");
        }
    }
}

#[tokio::test]
async fn every_problem_of_a_rule_file_is_listed_at_once() {
    let it = Installation::new().await;
    let rules = "version = \"1\"\nvresion = \"2\"\n\
                 [[clause]]\nname = \"a\"\nwhen = \"budgt > 5\"\nscore = 10\n\
                 [[clause]]\nname = \"b\"\nwhen = \"budget >\"\nscore = 1000\n";
    let path = file(&it, "rules.toml", rules);
    let variables = [("LEADMILL_QUALIFICATION__RULES_FILE", path.to_str().unwrap())];
    for verb in ["run", "check-config"] {
        let said = refused(&it, verb, None, &variables).await;
        for key in ["`vresion`", "`budgt`", "Clause 2 \"b\", key `score`"] {
            assert!(said.contains(key), "{verb} does not name {key}:\n{said}");
        }
    }
}
