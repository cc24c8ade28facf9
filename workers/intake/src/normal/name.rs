//! Splitting a person's name, only where it is certain.

use super::line;

/// A name as far as it could be split.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Named {
    pub given: Option<String>,
    /// The family name, or the whole name where it could not be split.
    pub family: Option<String>,
}

/// Titles before a name in six languages, folded; they are left out.
const TITLES: &[&str] = &[
    "mr", "mrs", "ms", "miss", "mx", "dr", "prof", "herr", "frau", "hr", "fr", "sr", "sra", "srta",
    "don", "dona", "sig", "signor", "signora", "dott", "dottssa", "ing", "dhr", "mevr", "mw", "m",
    "mme", "mlle", "monsieur", "madame", "rev", "dipling", "mag",
];
/// What follows a name, folded.
const SUFFIXES: &[&str] = &["jr", "sr", "ii", "iii", "iv", "phd", "md", "mba", "esq", "msc", "bsc"];
/// Words that begin a family name of several words.
const PARTICLES: &[&str] = &[
    "von", "van", "der", "den", "de", "del", "della", "di", "da", "dos", "do", "la", "le", "ten",
    "ter", "zu", "zum", "zur", "vom", "du", "bin", "ibn", "al", "st", "'t", "op",
];

/// Splits a name as it stands in one field.
///
/// `Family, Given` and `Given Family` are certain, so is a particle (`Vincent van Gogh`). Of more
/// words nobody can tell where the family name begins: they stay together.
#[must_use]
pub fn person_name(raw: &str) -> Named {
    let Some(text) = line(raw) else { return Named::default() };
    let text = text.trim_matches(['"', '\'', '“', '”', ',', ';', ' ']);
    // A name that is an address says nothing about the person.
    if text.is_empty() || text.contains('@') || !text.chars().any(char::is_alphabetic) {
        return Named::default();
    }
    if let Some((family, given)) = text.split_once(',') {
        let given = words(given);
        let family = words(family);
        if given.is_empty() || family.is_empty() || text.matches(',').count() > 1 {
            return whole(text);
        }
        return Named { given: Some(given.join(" ")), family: Some(family.join(" ")) };
    }
    let words = words(text);
    match words.as_slice() {
        [] => whole(text),
        [one] => Named { given: None, family: Some((*one).to_owned()) },
        [given, family] if !is_number(family) && !is_particle(given) => {
            Named { given: Some((*given).to_owned()), family: Some((*family).to_owned()) }
        }
        many => match many.iter().position(|word| is_particle(word)) {
            Some(at) if at == 1 && many.len() > 2 => {
                Named { given: Some(many[0].to_owned()), family: Some(many[1..].join(" ")) }
            }
            _ => Named { given: None, family: Some(many.join(" ")) },
        },
    }
}

fn whole(text: &str) -> Named {
    Named { given: None, family: Some(text.to_owned()) }
}

fn words(text: &str) -> Vec<&str> {
    let mut words: Vec<&str> = text.split_whitespace().collect();
    while words.len() > 1 && TITLES.contains(&bare(words[0]).as_str()) && is_title(words[0]) {
        words.remove(0);
    }
    while words.len() > 2
        && words.last().is_some_and(|word| SUFFIXES.contains(&bare(word).as_str()))
    {
        words.pop();
    }
    words
}

/// "M" and "Sr" are initials or names unless they end with a dot.
fn is_title(word: &str) -> bool {
    word.ends_with('.')
        || bare(word).len() > 3
        || !matches!(bare(word).as_str(), "m" | "fr" | "don" | "sr" | "mag" | "ing")
}

fn bare(word: &str) -> String {
    crate::fields::fold(word)
}

fn is_number(word: &str) -> bool {
    word.chars().all(|c| c.is_ascii_digit())
}

fn is_particle(word: &str) -> bool {
    PARTICLES.contains(&word) || PARTICLES.contains(&word.to_lowercase().as_str()) && word.len() > 2
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_split_only_where_it_is_certain() {
        for (written, given, family) in [
            ("Sony Mathew", Some("Sony"), Some("Mathew")),
            ("\"Neko, Nyaan\"", Some("Nyaan"), Some("Neko")),
            ("Mr. Michael Angstadt Jr.", Some("Michael"), Some("Angstadt")),
            ("Dr. Anna von der Heide", Some("Anna"), Some("von der Heide")),
            ("Vincent van Gogh", Some("Vincent"), Some("van Gogh")),
            ("María García López", None, Some("María García López")),
            ("RR Tester 1", None, Some("RR Tester 1")),
            ("Betty", None, Some("Betty")),
            ("吉田篤", None, Some("吉田篤")),
            ("alice@example.com", None, None),
            ("  ", None, None),
            ("***", None, None),
        ] {
            let named = person_name(written);
            assert_eq!(
                (named.given.as_deref(), named.family.as_deref()),
                (given, family),
                "{written}"
            );
        }
    }
}
