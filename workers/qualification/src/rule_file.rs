//! Reading a rule file: every problem is found and named at once, nothing unsound gets through.

use std::collections::BTreeSet;

use domain::enquiry::Interest;
use domain::lead::DisqualifyReason;
use domain::mention::Mentions;
use domain::money::parse_decimal;
use rust_decimal::Decimal;
use serde::Deserialize;
use serde_json::Value as Json;
use toml::{Table, Value};

use crate::rules::{Clause, Rules, RulesError, Ruling};

mod expression;

/// Longest rule file, in bytes.
const FILE_BYTES_MAX: usize = 256 * 1024;
/// Most clauses of a file.
const CLAUSES_MAX: usize = 200;
/// Most words of all lists together.
const WORDS_MAX: usize = 2_000;
/// Longest word of a list, in characters.
const WORD_CHARS_MAX: usize = 100;
/// Most products that one clause offers.
const OFFER_MAX: usize = 20;
/// Where the grades A, B and C begin, where the file does not say.
const GRADES: [u8; 3] = [75, 50, 25];
/// Most points, up or down, of one clause.
const SCORE_LIMIT: i64 = 100;

impl Rules {
    /// Reads and checks the text of a rule file (TOML).
    ///
    /// # Errors
    /// [`RulesError`] with every problem at once; nothing of such a file is used.
    pub fn load(text: &str) -> Result<Self, RulesError> {
        load(text)
    }
}

fn load(text: &str) -> Result<Rules, RulesError> {
    if text.len() > FILE_BYTES_MAX {
        let problem = format!("The file is longer than {FILE_BYTES_MAX} bytes; shorten it.");
        return Err(RulesError { problems: vec![problem] });
    }
    let table = text.parse::<Table>().map_err(|error| RulesError {
        problems: vec![format!("The file is no TOML: {}", error.to_string().trim_end())],
    })?;
    let mut problems = Vec::new();
    known_keys("The file", &table, &["version", "grades", "words", "clause"], &mut problems);
    let version = version(&table, &mut problems);
    let grades = grades(&table, &mut problems);
    let words = words(&table, &mut problems);
    let clauses = clauses(&table, &words, &mut problems);
    if problems.is_empty() {
        return Ok(Rules { version, words: words.into(), clauses: clauses.into(), grades });
    }
    Err(RulesError { problems })
}

fn version(table: &Table, problems: &mut Vec<String>) -> String {
    let version = table.get("version").and_then(Value::as_str).map(str::trim).unwrap_or_default();
    if version.is_empty() {
        problems.push(
            "The key `version` is missing; name the rules, as version = \"2026-03\": every \
             assessment keeps it."
                .into(),
        );
    }
    version.to_owned()
}

/// Where A, B and C begin.
fn grades(table: &Table, problems: &mut Vec<String>) -> [u8; 3] {
    let Some(value) = table.get("grades") else { return GRADES };
    let from = |name: &str| {
        let points = value.as_table()?.get(name)?.as_integer()?;
        u8::try_from(points).ok().filter(|points| *points <= 100)
    };
    let read = ["A", "B", "C"].map(from);
    let known = value.as_table().is_some_and(|table| table.len() == read.len());
    if let [Some(a), Some(b), Some(c)] = read
        && a > b
        && b > c
        && known
    {
        return [a, b, c];
    }
    problems.push(
        "The key `grades` does not say where A, B and C begin; write A = 75, B = 50, C = 25 with points of a score from \
         0 to 100, the highest first: what is below is D."
            .into(),
    );
    GRADES
}

fn words(table: &Table, problems: &mut Vec<String>) -> Vec<(String, Mentions)> {
    let Some(value) = table.get("words") else { return Vec::new() };
    let Some(lists) = value.as_table() else {
        problems.push("The key `words` is no table; write [words] with lists below it.".into());
        return Vec::new();
    };
    let (mut sound, mut total) = (Vec::new(), 0);
    for (name, list) in lists {
        let key = format!("words.{name}");
        let list: Option<Vec<&str>> =
            list.as_array().and_then(|list| list.iter().map(Value::as_str).collect());
        let list = list.unwrap_or_default();
        let odd = |word: &&str| {
            let bare = word.trim().trim_end_matches('*');
            bare.is_empty() || bare.chars().count() > WORD_CHARS_MAX
        };
        if list.is_empty() || list.iter().any(odd) {
            problems.push(format!(
                "The key `{key}` is no list of words of 1 to {WORD_CHARS_MAX} characters; write \
                 {name} = [\"offer*\", \"price\"]."
            ));
        } else if !is_name(name) {
            problems.push(format!(
                "The list `{key}` cannot be asked for; name it with letters, digits and _ only."
            ));
        } else {
            total += list.len();
            sound.push((name.clone(), Mentions::of(list)));
        }
    }
    if total > WORDS_MAX {
        problems.push(format!("The lists of `words` hold {total} words; keep {WORDS_MAX}."));
    }
    sound
}

fn clauses(table: &Table, words: &[(String, Mentions)], problems: &mut Vec<String>) -> Vec<Clause> {
    let found = table.get("clause").and_then(Value::as_array).map(Vec::as_slice);
    let found = found.unwrap_or_default();
    if found.is_empty() || found.len() > CLAUSES_MAX {
        problems.push(format!(
            "The file has {} clauses; write 1 to {CLAUSES_MAX}, each below [[clause]].",
            found.len()
        ));
        return Vec::new();
    }
    let types = expression::Types::of(words.iter().map(|(name, _)| name.as_str()));
    let mut names = BTreeSet::new();
    let mut sound = Vec::new();
    for (index, value) in found.iter().enumerate() {
        let Some(table) = value.as_table() else {
            problems.push(format!("Clause {} is no table; write [[clause]].", index + 1));
            continue;
        };
        let name = table.get("name").and_then(Value::as_str).map(str::trim).unwrap_or_default();
        let named = format!("Clause {} \"{name}\"", index + 1);
        if name.is_empty() || !names.insert(name) {
            problems.push(format!("{named}: give the key `name` a value of its own."));
        }
        sound.extend(clause(name, &named, table, &types, problems));
    }
    sound
}

fn clause(
    name: &str,
    named: &str,
    table: &Table,
    types: &expression::Types,
    problems: &mut Vec<String>,
) -> Option<Clause> {
    let before = problems.len();
    let keys = ["name", "when", "then", "score", "reason", "offer"];
    known_keys(named, table, &keys, problems);
    let when = table.get("when").and_then(Value::as_str).unwrap_or_default();
    let when = types.compile(when).map_err(|found| {
        problems.extend(found.into_iter().map(|problem| format!("{named}, key `when`: {problem}")));
    });
    let then = table.get("then").and_then(Value::as_str).unwrap_or_default();
    let score = score(named, table, then, problems);
    let verdict = match then {
        "score" => None,
        "qualify" => Some(Ruling::Qualify { offer: offer(named, table, problems) }),
        "disqualify" => reason(named, table, problems).map(|reason| Ruling::Disqualify { reason }),
        _ => {
            problems.push(format!(
                "{named}, key `then`: \"{then}\" is none of qualify, disqualify and score."
            ));
            None
        }
    };
    for (key, only) in [("reason", "disqualify"), ("offer", "qualify")] {
        if table.contains_key(key) && then != only {
            problems.push(format!("{named}, key `{key}`: it goes with then = \"{only}\" only."));
        }
    }
    let when = when.ok()?;
    (problems.len() == before).then(|| Clause { name: name.to_owned(), when, score, verdict })
}

/// Points: needed where a clause only scores, allowed everywhere.
fn score(named: &str, table: &Table, then: &str, problems: &mut Vec<String>) -> i64 {
    let score = match table.get("score") {
        None if then != "score" => return 0,
        other => other.and_then(Value::as_integer),
    };
    let score = score.filter(|score| (-SCORE_LIMIT..=SCORE_LIMIT).contains(score));
    if score.is_none() {
        problems.push(format!(
            "{named}, key `score`: write whole points between -{SCORE_LIMIT} and {SCORE_LIMIT}."
        ));
    }
    score.unwrap_or_default()
}

fn reason(named: &str, table: &Table, problems: &mut Vec<String>) -> Option<DisqualifyReason> {
    let reason = table.get("reason").and_then(Value::as_str).unwrap_or_default();
    let known = DisqualifyReason::deserialize(Json::from(reason)).ok();
    // A rule is a file of a person's, and says what this program knows.
    let known = known.filter(|known| !matches!(known, DisqualifyReason::Newer(_)));
    if known.is_none() {
        problems.push(format!(
            "{named}, key `reason`: \"{reason}\" is none of lost, cannot_contact, \
             no_longer_interested and canceled."
        ));
    }
    known
}

fn offer(named: &str, table: &Table, problems: &mut Vec<String>) -> Vec<Interest> {
    let Some(value) = table.get("offer") else { return Vec::new() };
    let items = value.as_array().map(Vec::as_slice).unwrap_or_default();
    if items.is_empty() || items.len() > OFFER_MAX {
        problems.push(format!(
            "{named}, key `offer`: write 1 to {OFFER_MAX} products, as \
             [{{ sku = \"CM-100\", quantity = \"1\" }}]."
        ));
    }
    items.iter().enumerate().filter_map(|(at, item)| {
        let offered = offered(item);
        if offered.is_none() {
            problems.push(format!(
                "{named}, key `offer`, product {}: write {{ sku = \"…\", quantity = \"…\" }} with a \
                 quantity above 0.",
                at + 1
            ));
        }
        offered
    })
    .collect()
}

fn offered(item: &Value) -> Option<Interest> {
    let table = item.as_table()?;
    if table.keys().any(|key| !["sku", "quantity"].contains(&key.as_str())) {
        return None;
    }
    let product = table.get("sku")?.as_str()?.trim().to_owned();
    let quantity = match table.get("quantity") {
        None => Decimal::ONE,
        Some(Value::Integer(quantity)) => Decimal::from(*quantity),
        Some(Value::String(quantity)) => parse_decimal(quantity).ok()?,
        Some(_) => return None,
    };
    let sound = !product.is_empty() && quantity > Decimal::ZERO;
    sound.then_some(Interest::of(product, Some(quantity)))
}

fn known_keys(named: &str, table: &Table, known: &[&str], problems: &mut Vec<String>) {
    for key in table.keys().filter(|key| !known.contains(&key.as_str())) {
        problems.push(format!(
            "{named}, key `{key}`: there is no such key; the keys are {}.",
            known.join(", ")
        ));
    }
}

fn is_name(name: &str) -> bool {
    name.starts_with(|c: char| c.is_ascii_alphabetic())
        && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests;
