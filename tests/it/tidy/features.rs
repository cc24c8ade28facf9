//! `docs/features.md` names each test that proves a feature, and no other.

use std::collections::{BTreeMap, BTreeSet};

use super::{root, sources};

/// The ids that a test bears before its name: of `f114_f116_numbers`, F114 and F116.
fn ids(name: &str) -> Vec<String> {
    let id = |word: &&str| {
        let digits = word.strip_prefix(['f', 'n']).unwrap_or_default();
        !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit())
    };
    name.split('_').take_while(id).map(str::to_uppercase).collect()
}

#[test]
fn the_page_of_features_names_the_tests_that_prove_them() {
    let mut proven: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for (_, text) in sources() {
        for line in text.lines() {
            let Some((_, rest)) = line.split_once("fn ") else { continue };
            let name = rest.split('(').next().unwrap_or_default();
            for id in ids(name) {
                proven.entry(id).or_default().insert(name.to_owned());
            }
        }
    }
    let page = std::fs::read_to_string(root().join("docs/features.md")).unwrap_or_default();
    let (mut told, mut at) = (BTreeMap::<_, BTreeSet<String>>::new(), String::new());
    for line in page.lines() {
        if let Some(head) = line.strip_prefix("## ") {
            at = head.split(' ').next().unwrap_or_default().to_owned();
        } else if let Some(name) = line.strip_prefix("- `") {
            let name = name.trim_end_matches('`').to_owned();
            told.entry(at.clone()).or_default().insert(name);
        }
    }
    for (id, tests) in &proven {
        let known = told.remove(id).unwrap_or_default();
        let more: Vec<_> = tests.difference(&known).collect();
        let gone: Vec<_> = known.difference(tests).collect();
        assert!(more.is_empty(), "docs/features.md: add below {id}: {more:#?}");
        assert!(gone.is_empty(), "docs/features.md: below {id} stands what is gone: {gone:#?}");
    }
    assert!(told.is_empty(), "docs/features.md: nothing proves these: {told:#?}");
}
