use super::*;
use crate::facts::FACTS;

const BUILT_IN: &str = include_str!("../../../../config/qualification.toml");

fn problems(text: &str) -> Vec<String> {
    load(text).expect_err("the file is unsound").problems
}

/// A file with that one clause.
fn clause(text: &str) -> String {
    format!("version = \"1\"\n[words]\nprice = [\"offer*\"]\n[[clause]]\nname = \"c\"\n{text}")
}

fn when(source: &str) -> Vec<String> {
    problems(&clause(&format!("then = \"score\"\nscore = 1\nwhen = \"\"\"{source}\"\"\"")))
}

#[test]
fn the_built_in_rules_are_sound_and_explain_every_fact() {
    let rules = load(BUILT_IN).unwrap();
    assert_eq!(rules.version, "2026-03");
    for (name, kind, _) in FACTS {
        let line = format!("#   lead.{name:<20} {kind}");
        assert!(BUILT_IN.contains(&line), "config/qualification.toml does not explain {name}");
    }
}

#[test]
fn every_problem_of_a_file_is_named_at_once() {
    let text = r#"
        versoin = "1"
        [words]
        "a-b" = ["x"]
        empty = []
        [[clause]]
        name = "twice"
        when = "lead.emial == 'x'"
        then = "score"
        [[clause]]
        name = "twice"
        when = "lead.budget > 'x'"
        then = "disqualify"
        reason = "ugly"
        offer = []
        [[clause]]
        when = "lead.text"
        then = "maybe"
        colour = "red"
        [[clause]]
        name = "offers"
        when = "lead.consent"
        then = "qualify"
        offer = [{ sku = "CM-100", quantity = "0" }]
    "#;
    let problems = problems(text);
    let wanted = [
        "The file, key `versoin`: there is no such key",
        "The key `version` is missing",
        "The list `words.a-b` cannot be asked for",
        "The key `words.empty` is no list",
        "Clause 1 \"twice\", key `when`",
        "Clause 1 \"twice\", key `score`",
        "Clause 2 \"twice\": give the key `name` a value of its own",
        "Clause 2 \"twice\", key `when`",
        "Clause 2 \"twice\", key `reason`: \"ugly\"",
        "Clause 2 \"twice\", key `offer`: it goes with then = \"qualify\" only",
        "Clause 3 \"\": give the key `name`",
        "Clause 3 \"\", key `colour`",
        "Clause 3 \"\", key `when`",
        "Clause 3 \"\", key `then`: \"maybe\"",
        "Clause 4 \"offers\", key `offer`, product 1",
    ];
    for part in wanted {
        assert!(problems.iter().any(|p| p.contains(part)), "{part} is not in {problems:#?}");
    }
    let shown = RulesError { problems }.to_string();
    assert!(shown.starts_with("The qualification rules cannot be used ("), "{shown}");
    assert_eq!(shown.lines().count(), 1 + shown.matches("\n- ").count());
}

#[test]
fn a_misspelt_fact_is_refused_with_the_facts_there_are() {
    let problems = when("lead.emial == 'x'");
    assert!(problems[0].contains("emial"), "{problems:#?}");
    assert!(problems[0].contains("lead.email,"), "{problems:#?}");
    assert!(problems[0].contains("words.price, score"), "{problems:#?}");
}

#[test]
fn a_wrong_type_a_name_nobody_declared_and_a_condition_without_answer_are_refused() {
    for source in [
        "lead.budget > 'x'",
        "customer.vip == true",
        "vip",
        "words.prize > 0",
        "lead.budget + 1",
        "lead.budget >",
        "lead.consent and",
        "",
        "lead['emial'] == 'x'",
    ] {
        assert!(!when(source).is_empty(), "{source}");
    }
}

#[test]
fn clock_dice_patterns_loops_and_unknown_functions_are_refused() {
    for source in [
        "rand(10) > 5",
        "d('now').year() > 2000",
        "date('now') > 1",
        "matches(lead.text, 'a+')",
        "len(map([1..9], #)) > 1",
        "shout(lead.text) == 'A'",
        "lead.text == `${rand(5)}`",
    ] {
        let problems = when(source);
        assert!(
            problems.iter().any(|p| p.contains("cannot be called") || p.contains("backticks")),
            "{source}: {problems:#?}"
        );
    }
}

#[test]
fn what_only_looks_like_a_call_inside_a_text_is_fine() {
    let text = clause(
        "then = \"score\"\nscore = 1\nwhen = \"contains(lead.text, 'rand(') or (lead.consent)\"",
    );
    assert_eq!(load(&text).unwrap().clauses.len(), 1);
}

#[test]
fn deep_long_and_broken_files_are_refused_without_a_crash() {
    let deep = format!("{}true{}", "(".repeat(1_500), ")".repeat(1_500));
    assert!(when(&deep)[0].contains("brackets"));
    assert!(when(&"lead.consent or ".repeat(400))[0].contains("bytes"));
    assert!(problems("version = ")[0].starts_with("The file is no TOML"));
    assert!(problems("version = '1'")[0].contains("0 clauses"));
    assert!(problems(&"#".repeat(FILE_BYTES_MAX + 1))[0].contains("longer than"));
}
