//! Reading the rules of duplicates: every problem is found and named at once, nothing unsound gets through.

use std::collections::BTreeSet;
use std::fmt::Display;
use std::str::FromStr;

use serde_json::{Map, Value, json};
use strum::VariantNames;

use super::compare::Fact;
use super::rules::{DuplicateRules, Rule, With};
use crate::duplicate::DuplicateAction;
use crate::enquiry::LeadSource;

/// Longest file, in bytes.
const FILE_BYTES_MAX: usize = 256 * 1024;
/// Most rules of a file.
const RULES_MAX: usize = 50;
/// Longest name of a rule, and longest version, in characters.
const NAME_CHARS_MAX: usize = 100;
/// The largest weight of a fact.
const WEIGHT_MAX: u64 = 100;
/// The facts that make no duplicate without a name or a company beside them: many people share them.
const SHARED: [Fact; 2] = [Fact::Domain, Fact::PostalCode];
const ACTIONS: [&str; 4] = ["link", "hold", "block", "new_enquiry"];

impl DuplicateRules {
    /// Reads and checks the text of a file of rules (TOML).
    ///
    /// # Errors
    /// Every problem, each a finished sentence; nothing of such a file is used.
    pub fn read(text: &str) -> Result<Self, Vec<String>> {
        if text.len() > FILE_BYTES_MAX {
            return Err(vec![format!(
                "The file is longer than {FILE_BYTES_MAX} bytes; shorten it."
            )]);
        }
        let file = toml::from_str(text);
        Self::load(&file.map_err(|error| vec![format!("The file is no TOML: {error}")])?)
    }

    /// Checks the rules as a file has them.
    ///
    /// # Errors
    /// Every problem, each a finished sentence; nothing of such a file is used.
    pub fn load(file: &Value) -> Result<Self, Vec<String>> {
        let mut problems = Vec::new();
        let empty = Map::new();
        let table = file.as_object().unwrap_or(&empty);
        known_keys("The file", table, &["version", "rule"], &mut problems);
        let version = text(table, "version").unwrap_or_default();
        if version.is_empty() {
            problems.push(
                "The key `version` is missing or too long; name the rules, as version = \"2026-11\": every duplicate \
                 keeps it."
                    .into(),
            );
        }
        let rules = rules(table, &mut problems);
        if problems.is_empty() { Ok(Self { version, rules: rules.into() }) } else { Err(problems) }
    }
}

fn rules(table: &Map<String, Value>, problems: &mut Vec<String>) -> Vec<Rule> {
    let list = match table.get("rule") {
        None => &[][..],
        Some(Value::Array(list)) if list.len() <= RULES_MAX => list,
        Some(_) => {
            problems.push(format!(
                "`rule` is no list of at most {RULES_MAX}; write each below [[rule]]."
            ));
            return Vec::new();
        }
    };
    let (mut names, mut sound) = (BTreeSet::new(), Vec::new());
    for (index, value) in list.iter().enumerate() {
        let Some(table) = value.as_object() else {
            problems.push(format!("Rule {} is no table; write [[rule]].", index + 1));
            continue;
        };
        let name = text(table, "name").unwrap_or_default();
        let named = format!("Rule {} \"{name}\"", index + 1);
        if name.is_empty() || !names.insert(name.clone()) {
            problems.push(format!("{named}: give the key `name` a short value of its own."));
        }
        sound.extend(rule(name, &named, table, problems));
    }
    sound
}

fn rule(
    name: String,
    named: &str,
    table: &Map<String, Value>,
    problems: &mut Vec<String>,
) -> Option<Rule> {
    let before = problems.len();
    let keys = ["name", "compare", "threshold", "threshold_of", "action", "inactive", "with"];
    known_keys(named, table, &keys, problems);
    let compare = compare(named, table, problems);
    let threshold = percent(table.get("threshold"));
    if threshold.is_none() {
        problems.push(format!("{named}: `threshold` is no whole number from 1 to 100."));
    }
    let threshold_of = threshold_of(named, table, problems);
    let action = action(table.get("action"));
    if action.is_none() {
        problems.push(format!("{named}: `action` is none of {}.", ACTIONS.join(", ")));
    }
    let inactive = table.get("inactive").map_or(Some(false), Value::as_bool);
    if inactive.is_none() {
        problems.push(format!("{named}: `inactive` is neither true nor false."));
    }
    let with = with(named, table, problems);
    if problems.len() > before {
        return None;
    }
    let (action, threshold, inactive) = (action?, threshold?, inactive?);
    Some(Rule { name, action, compare, threshold, threshold_of, inactive, with })
}

fn compare(
    named: &str,
    table: &Map<String, Value>,
    problems: &mut Vec<String>,
) -> Vec<(Fact, u32)> {
    let empty = Map::new();
    let written = table.get("compare").and_then(Value::as_object).unwrap_or(&empty);
    let mut facts = Vec::new();
    for (word, weight) in written {
        let fact = word_of::<Fact>(named, "compare", word, problems);
        let weight = weight.as_u64().filter(|weight| (1..=WEIGHT_MAX).contains(weight));
        let weight = weight.and_then(|weight| u32::try_from(weight).ok());
        if weight.is_none() {
            problems.push(format!(
                "{named}: the weight of `{word}` is no whole number from 1 to {WEIGHT_MAX}."
            ));
        }
        facts.extend(fact.zip(weight));
    }
    if written.len() < 2 || facts.iter().all(|(fact, _)| SHARED.contains(fact)) {
        problems.push(format!(
            "{named}: `compare` names too little to tell two parties by; write two facts at least, of which one is no \
             domain and no postcode, as compare = {{ name = 60, domain = 40 }}."
        ));
    }
    facts
}

fn threshold_of(
    named: &str,
    table: &Map<String, Value>,
    problems: &mut Vec<String>,
) -> Vec<(LeadSource, u8)> {
    let empty = Map::new();
    let written = table.get("threshold_of").map_or(Some(&empty), Value::as_object);
    let Some(written) = written else {
        problems.push(format!("{named}: `threshold_of` is no table, as {{ list = 95 }}."));
        return Vec::new();
    };
    let mut own = Vec::new();
    for (word, value) in written {
        let source = serde_json::from_value::<LeadSource>(json!(word)).ok();
        let source = source.filter(|source| !matches!(source, LeadSource::Newer(_)));
        match (source, percent(Some(value))) {
            (Some(source), Some(threshold)) => own.push((source, threshold)),
            (None, _) => problems.push(format!(
                "{named}: `threshold_of` names `{word}`, which is no source of leads."
            )),
            (_, None) => {
                problems.push(format!(
                    "{named}: `threshold_of.{word}` is no whole number from 1 to 100."
                ));
            }
        }
    }
    own
}

fn with(named: &str, table: &Map<String, Value>, problems: &mut Vec<String>) -> Vec<With> {
    let Some(list) = table.get("with") else {
        return vec![With::Lead, With::Contact, With::Account];
    };
    let words: Option<Vec<&str>> =
        list.as_array().and_then(|list| list.iter().map(Value::as_str).collect());
    let words = words.unwrap_or_default();
    if words.is_empty() {
        problems.push(format!("{named}: `with` is no list, as [\"lead\", \"contact\"]."));
    }
    words.into_iter().filter_map(|word| word_of(named, "with", word, problems)).collect()
}

fn action(value: Option<&Value>) -> Option<DuplicateAction> {
    let word = value?.as_str().filter(|word| ACTIONS.contains(word))?;
    serde_json::from_value(json!(word)).ok()
}

fn word_of<T: FromStr + VariantNames>(
    named: &str,
    key: impl Display,
    word: &str,
    problems: &mut Vec<String>,
) -> Option<T> {
    let known = word.parse().ok();
    if known.is_none() {
        problems
            .push(format!("{named}: `{key}` names `{word}`; it knows {}.", T::VARIANTS.join(", ")));
    }
    known
}

fn text(table: &Map<String, Value>, key: &str) -> Option<String> {
    let text = table.get(key)?.as_str()?.trim();
    (text.chars().count() <= NAME_CHARS_MAX).then(|| text.to_owned())
}

fn percent(value: Option<&Value>) -> Option<u8> {
    value?
        .as_u64()
        .and_then(|value| u8::try_from(value).ok())
        .filter(|value| (1..=100).contains(value))
}

fn known_keys(named: &str, table: &Map<String, Value>, keys: &[&str], problems: &mut Vec<String>) {
    for key in table.keys().filter(|key| !keys.contains(&key.as_str())) {
        problems.push(format!("{named} has no key `{key}`; it knows {}.", keys.join(", ")));
    }
}
