//! Verbs that are programs of their own work by the same words as all others.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;
use std::process::Output;

use tokio::process::Command;

use crate::folder::{Folder, file, leadmill};

async fn said(command: &mut Command, words: &[&str]) -> (Option<i32>, String, String) {
    let Output { status, stdout, stderr } = command.args(words).output().await.unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    (status.code(), text(stdout), text(stderr))
}

async fn answer(words: &[&str]) -> (Option<i32>, String, String) {
    said(&mut leadmill(), words).await
}

#[tokio::test]
async fn the_list_has_them_and_their_help_is_their_own() {
    let (_, list, _) = answer(&["--help"]).await;
    for (verb, own) in [("bench", "--leads"), ("selftest", "--minutes"), ("mutate", "--count")] {
        assert!(list.contains(&format!("\n  {verb} ")), "{list}");
        let (code, help, _) = answer(&[verb, "--help"]).await;
        assert_eq!(code, Some(0));
        assert!(help.contains(&format!("Usage: leadmill {verb} [OPTIONS]\n")), "{help}");
        assert!(help.contains(own), "{help}");
        for same in [&["help", verb][..], &["--json", "help", verb]] {
            assert_eq!(answer(same).await.1, help);
        }
        // By its own name, without the verb.
        let mut program = Command::new(file().with_file_name(format!("leadmill-{verb}")));
        assert_eq!(said(&mut program, &["--help"]).await.1, help);
    }
}

#[tokio::test]
async fn what_they_refuse_is_refused_as_by_any_verb() {
    for words in [["bench", "--rounds", "0"], ["selftest", "--nodes", "0"]] {
        let (code, _, why) = answer(&words).await;
        assert_eq!(code, Some(2), "{why}");
        assert!(why.contains(words[1]), "{why}");
    }
    let twice = answer(&["bench", "--rounds", "1", "--json", "--json"]).await;
    assert_eq!(twice.0, Some(2), "{twice:?}");
}

#[tokio::test]
async fn options_before_the_verb_reach_them() {
    let folder = Folder::new("words");
    fs::create_dir_all(&folder.0).unwrap();
    let settings = folder.0.join("wrong.toml");
    fs::write(&settings, "[runtime]\nsize = 1\n").unwrap();
    let settings = settings.to_str().unwrap();
    for words in [["--config", settings, "bench"], ["bench", "--config", settings]] {
        let (code, _, why) = answer(&words).await;
        assert_eq!(code, Some(1), "{why}");
        assert!(why.contains("size"), "{why}");
    }
}

#[tokio::test]
async fn an_installation_without_them_says_where_they_are() {
    // On the disk of the program, which need not be copied then.
    let folder = Folder(Path::new(env!("CARGO_TARGET_TMPDIR")).join("alone"));
    fs::create_dir_all(&folder.0).unwrap();
    let alone = folder.0.join("leadmill");
    if fs::hard_link(file(), &alone).is_err() {
        fs::copy(file(), &alone).unwrap();
    }
    for words in [&["bench"][..], &["selftest", "--help"], &["help", "bench"]] {
        let (code, _, why) = said(&mut Command::new(&alone), words).await;
        assert_eq!(code, Some(1), "{why}");
        assert!(why.contains("no program `leadmill-") && why.contains("cargo build"), "{why}");
    }
    // A link in another folder is the program that it leads to.
    fs::remove_file(&alone).unwrap();
    symlink(file(), &alone).unwrap();
    assert_eq!(said(&mut Command::new(&alone), &["bench", "--help"]).await.0, Some(0));
}
