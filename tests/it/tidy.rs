//! The limits of the house, over the sources themselves. Each exception stands here with its reason.

use std::fs;
use std::path::{Path, PathBuf};

mod circles;
mod features;

const FILE_LINES_MAX: usize = 400;
const FUNCTION_LINES_MAX: usize = 70;

/// Files that are longer.
const LONG_FILES: [(&str, &str); 2] = [
    ("workers/intake/tests/samples.rs", "a table of real inputs and what a person reads in them"),
    ("workers/intake/tests/shapes.rs", "a table of the shapes in which forms come"),
];
/// Functions that are longer.
const LONG_FUNCTIONS: [(&str, &str); 7] = [
    ("src/cli/list.rs table", "a table of columns"),
    (
        "tests/it/undoing.rs n8_an_import_is_undone_but_for_what_was_worked_on_while_its_worker_dies_and_comes_again_as_a_new_one",
        "one story, from the list to the list that is sent again",
    ),
    ("src/contract/envelope.rs bare", "one JSON document"),
    ("src/runtime/lane.rs work", "the loop of a lane, in which every step shows"),
    ("tests/it/bad_input/commands.rs broken", "a table of broken commands"),
    (
        "tests/it/security/passwords.rs no_output_shows_a_password_whatever_is_wrong",
        "a table of verbs",
    ),
    ("workers/intake/tests/hostile.rs hostile_inputs_are_answered_in_time", "a table of inputs"),
];
/// Where a test pauses otherwise than while it waits for a condition.
const PAUSES: [(&str, &str); 1] =
    [("tests/it/sending.rs", "looks often whether a process that is to be killed has begun")];
/// The pause of loops that wait for a condition.
const LOOK: &str = "sleep(LOOK_EVERY)";

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Every Rust file of the workspace by its path from the root, with its text; none where there are only
/// the built programs.
fn sources() -> Vec<(String, String)> {
    let mut folders: Vec<PathBuf> = ["src", "workers", "tests"].map(|it| root().join(it)).into();
    let mut files = Vec::new();
    while let Some(folder) = folders.pop() {
        let Ok(entries) = fs::read_dir(&folder) else { continue };
        for path in entries.map(|entry| entry.unwrap().path()) {
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|it| it == "rs") {
                let text = fs::read_to_string(&path).unwrap();
                files.push((path.strip_prefix(root()).unwrap().display().to_string(), text));
            }
        }
    }
    files.sort();
    files
}

/// Each function with its lines, as rustfmt lays them out: up to the brace at the same depth.
fn functions(text: &str) -> Vec<(String, usize)> {
    let lines: Vec<_> = text.lines().collect();
    let mut found = Vec::new();
    for (at, line) in lines.iter().enumerate() {
        let depth = line.len() - line.trim_start().len();
        let words: Vec<_> = line.split_whitespace().collect();
        let Some(place) = words.iter().position(|word| *word == "fn") else { continue };
        let marks = ["pub", "async", "const", "pub(crate)", "pub(super)"];
        if !words[..place].iter().all(|word| marks.contains(word)) || line.ends_with('}') {
            continue;
        }
        // A function of a trait may have no body.
        let begins = lines[at..].iter().find(|line| line.ends_with(['{', ';', '}']));
        if begins.is_none_or(|line| !line.ends_with('{')) {
            continue;
        }
        let name = words.get(place + 1).map_or("", |word| word.split(['(', '<']).next().unwrap());
        let end = format!("{}}}", " ".repeat(depth));
        let last = lines[at..].iter().position(|line| *line == end || line.trim_end() == end);
        found.extend(last.map(|last| (name.to_owned(), last + 1)));
    }
    found
}

/// Compares what is too long with the exceptions: neither more nor fewer.
fn check(found: &[String], known: &[(&str, &str)], what: &str) {
    let known: Vec<_> = known.iter().map(|(place, _)| *place).collect();
    let new: Vec<_> = found.iter().filter(|it| !known.contains(&it.as_str())).collect();
    assert!(new.is_empty(), "{what}; mend them, or name them here with the reason: {new:#?}");
    let gone: Vec<_> = known.iter().filter(|it| !found.iter().any(|found| found == *it)).collect();
    assert!(gone.is_empty(), "these are mended; strike them from the exceptions: {gone:#?}");
}

#[test]
fn no_file_and_no_function_is_longer_than_one_can_read_at_once() {
    let sources = sources();
    if sources.is_empty() {
        return;
    }
    let long = sources.iter().filter(|(_, text)| text.lines().count() > FILE_LINES_MAX);
    let long: Vec<_> = long.map(|(path, _)| path.clone()).collect();
    check(&long, &LONG_FILES, "these files have more than 400 lines");
    let long = sources.iter().flat_map(|(path, text)| {
        let long = functions(text).into_iter().filter(|(_, lines)| *lines > FUNCTION_LINES_MAX);
        long.map(move |(name, _)| format!("{path} {name}"))
    });
    let long: Vec<_> = long.collect();
    check(&long, &LONG_FUNCTIONS, "these functions have more than 70 lines");
}

#[test]
fn tests_wait_for_conditions_and_not_for_time() {
    let sources = sources();
    if sources.is_empty() {
        return;
    }
    let pauses =
        |text: &str| text.lines().any(|line| line.contains("::sleep(") && !line.contains(LOOK));
    // The programs of the lab are no tests.
    let test = |path: &str| path.contains("tests/") && !path.starts_with("tests/lab/src/");
    let tests = sources.iter().filter(|(path, _)| test(path) && !path.ends_with("tidy.rs"));
    let found: Vec<_> =
        tests.filter(|(_, text)| pauses(text)).map(|(path, _)| path.clone()).collect();
    check(&found, &PAUSES, "these tests sleep");
}

#[test]
fn every_file_is_a_part_of_the_program() {
    for (path, _) in sources().iter().filter(|(path, _)| path.contains("src/")) {
        let path = Path::new(path);
        let name = path.file_stem().unwrap().to_str().unwrap();
        if ["lib", "main", "mod"].contains(&name) || path.parent().unwrap().ends_with("bin") {
            continue;
        }
        let folder = root().join(path.parent().unwrap());
        // Each test of a package is a program by itself.
        if folder.ends_with("tests") && folder.with_file_name("Cargo.toml").is_file() {
            continue;
        }
        let above = [folder.with_extension("rs"), folder.join("lib.rs"), folder.join("main.rs")];
        let texts = above.iter().filter_map(|above| fs::read_to_string(above).ok());
        let declared = format!("mod {name};");
        let texts: Vec<_> = texts.collect();
        assert!(texts.iter().any(|text| text.contains(&declared)), "{}", path.display());
    }
}
