//! Splitting a person's name, only where it is certain.

use forms::line;

mod words;

use words::{LEGAL_FORMS, SALUTATIONS, SUFFIXES, TITLES};

/// A name as far as it could be split.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Named {
    pub given: Option<String>,
    /// The family name, or the whole name where it could not be split.
    pub family: Option<String>,
}

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
    let text = text.trim_matches(['"', '“', '”', ',', ';', ' ']);
    // 't Hart begins so; what is quoted ends so too.
    let text = text.strip_suffix('\'').map_or(text, |text| text.trim_start_matches('\''));
    // A name that is an address says nothing about the person.
    if text.is_empty() || text.contains('@') || !text.chars().any(char::is_alphabetic) {
        return Named::default();
    }
    let text = person_in(text);
    if let Some((family, given)) = text.split_once(',') {
        return with_comma(text, family, given);
    }
    let words = words(text);
    match words.as_slice() {
        [] => whole(text),
        [one] => Named { given: None, family: Some((*one).to_owned()) },
        // A family name in capitals may come first; a firm's may, too.
        [first, second] if is_shouted(first) && !is_shouted(second) => whole(&many_joined(&words)),
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

/// `Family, Given`, only where what follows the comma can be a given name: degrees, professions and suffixes
/// leave the name before them, legal forms make it a company's.
fn with_comma(text: &str, before: &str, after: &str) -> Named {
    let parts: Vec<&str> =
        after.split(',').map(str::trim).filter(|part| !part.is_empty()).collect();
    let behind: Vec<&str> = parts.iter().copied().filter(|part| !follows(part)).collect();
    let firm = before.contains(['&', '+'])
        || before.split(' ').any(|word| matches!(word, "und" | "and" | "y" | "et" | "en"));
    let form = |part: &&str| LEGAL_FORMS.has(&bare(part));
    // "Ida Falk, Falk GmbH": a person of a firm.
    let of_firm = parts.iter().any(|part| part.contains(' ') && has_form(part));
    if of_firm && !firm && !has_form(before) && words(before).len() > 1 {
        return person_name(before);
    }
    let mixed = before.chars().any(char::is_lowercase) && before.trim().contains(' ');
    let particle = before.split_whitespace().next().is_some_and(is_particle);
    // Unknown degrees are short and in capitals behind a whole name that is not.
    let degree = |part: &str| mixed && !particle && part.len() <= 5 && is_shouted(part);
    let behind: Vec<&str> = behind.into_iter().filter(|part| !degree(part)).collect();
    if before.trim().is_empty() || firm || parts.iter().any(form) {
        return whole(text);
    }
    match behind.as_slice() {
        // Only degrees and their like.
        [] => person_name(before),
        [given] if can_be_given(given) => {
            let family = words(before);
            let given = words(given);
            if given.is_empty() || family.is_empty() {
                return whole(text);
            }
            Named { given: Some(given.join(" ")), family: Some(family.join(" ")) }
        }
        _ => whole(text),
    }
}

/// Whether a part behind a comma is a suffix, degree or profession: each of its words is one, or a lone
/// abbreviation with dots in it ("M.Sc.").
fn follows(part: &str) -> bool {
    let dotted = |word: &str| {
        word.matches('.').count() > 1 && word.len() > 3 && word.chars().any(char::is_lowercase)
    };
    let degree = |word: &str| {
        word.chars().filter(char::is_ascii_uppercase).count() > 1
            && word.len() <= 6
            && word.chars().any(char::is_lowercase)
            && word.contains('.')
    };
    // "Ma" and "Do" are given names, "MA" and "D.O." are degrees.
    let suffix = |word: &str| {
        let folded = bare(word);
        let short =
            folded.len() <= 2 && !matches!(folded.as_str(), "jr" | "sr" | "ii" | "iv" | "dr");
        SUFFIXES.has(&folded)
            && (!short || word.contains('.') || word.chars().all(|c| c.is_ascii_uppercase()))
    };
    // "Mag. phil.", "Dr. med. dent.": what qualifies a degree is written small.
    let mut rest = part.split_whitespace();
    let qualified = rest.next().is_some_and(|first| SUFFIXES.has(&bare(first)))
        && rest.all(|word| word.starts_with(char::is_lowercase) || SUFFIXES.has(&bare(word)));
    suffix(part)
        || qualified
        || part
            .split([' ', '/', '(', ')'])
            .filter(|word| !word.is_empty())
            .all(|word| suffix(word) || dotted(word) || degree(word))
}

/// The person of a text that says more: a department or a pronoun in brackets behind the name, or the firm beside it.
fn person_in(text: &str) -> &str {
    // Signs tell of more; most names have none.
    if text.chars().all(|c| c.is_alphanumeric() || c.is_whitespace()) {
        return text;
    }
    let mut text = text;
    if text.ends_with([')', ']'])
        && let Some(at) = text.rfind(['(', '['])
        && text[..at].split_whitespace().any(|word| word.chars().any(char::is_alphabetic))
    {
        text = text[..at].trim();
    }
    for mark in [" | ", " - ", " – ", " — ", " / ", " @ ", " · ", " • "] {
        let Some((first, second)) = text.split_once(mark) else { continue };
        return match (has_form(first), has_form(second)) {
            (true, false) => second.trim(),
            (false, true) => first.trim(),
            (false, false) if mark == " | " => first.trim(),
            _ => text,
        };
    }
    text
}

/// Whether a name is a firm's: a legal form stands behind it.
#[must_use]
pub fn is_firm(text: &str) -> bool {
    text.split_whitespace().count() > 1 && has_form(text)
}

/// Whether a legal form stands in a text.
fn has_form(text: &str) -> bool {
    text.split_whitespace().any(|word| {
        let folded = bare(word);
        folded.len() > 1 && LEGAL_FORMS.has(&folded) && !is_particle(word)
    })
}

/// Whether a word is written in capitals, and is no initials.
fn is_shouted(word: &str) -> bool {
    let letters = word.chars().filter(|c| c.is_alphabetic());
    letters.clone().count() > 2 && letters.clone().all(char::is_uppercase)
}

fn many_joined(words: &[&str]) -> String {
    words.join(" ")
}

/// A given name is one to three words of letters, initials among them; a place, a firm or a sentence is none.
fn can_be_given(part: &str) -> bool {
    let count = part.split_whitespace().count();
    let letters = part
        .chars()
        .all(|c| c.is_alphabetic() || " .'’-".contains(c) || ('\u{300}'..='\u{36f}').contains(&c));
    let capital = part.chars().next().is_some_and(|c| c.is_uppercase() || !c.is_lowercase());
    let shout = |word: &str| word.len() > 1 && word.chars().all(|c| c.is_ascii_uppercase());
    let shouted = part.split_whitespace().any(shout) && !part.chars().all(|c| !c.is_lowercase())
        || shout(part) && part.len() < 5 && !part.contains(['A', 'E', 'I', 'O', 'U', 'Y']);
    (1..=4).contains(&count)
        && letters
        && (capital || count == 1)
        && !shouted
        && !part.split_whitespace().any(|word| LEGAL_FORMS.has(&bare(word)) && word.len() > 2)
}

/// Whether a text is nothing but salutations and titles, as "Mrs.", "Herr Dr.", "Sig.ra".
#[must_use]
pub fn is_salutation(text: &str) -> bool {
    let known = |word: &str| {
        let folded = bare(word);
        folded.is_empty() || TITLES.has(&folded) || SALUTATIONS.has(&folded)
    };
    known(text) || text.split([' ', '/', ',']).all(known)
}

fn whole(text: &str) -> Named {
    Named { given: None, family: Some(text.to_owned()) }
}

fn words(text: &str) -> Vec<&str> {
    let mut words: Vec<&str> = text.split_whitespace().collect();
    while words.len() > 1 && TITLES.has(&bare(words[0])) && is_title(words[0]) {
        words.remove(0);
    }
    while words.len() > 2 && words.last().is_some_and(|word| SUFFIXES.has(&bare(word))) {
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
    forms::fold(word)
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
            ("Falk, Ida", Some("Ida"), Some("Falk")),
            ("van der Berg, Joris Jan", Some("Joris Jan"), Some("van der Berg")),
            ("Falk, Dr. Ida", Some("Ida"), Some("Falk")),
            ("Ida Falk, M.Sc.", Some("Ida"), Some("Falk")),
            ("Ida Falk, MBA", Some("Ida"), Some("Falk")),
            ("Carla Dunne, MBA, Ph.D.", Some("Carla"), Some("Dunne")),
            ("Ida Falk, Dipl.-Ing. (FH)", Some("Ida"), Some("Falk")),
            ("Falk, Ida, M.Sc.", Some("Ida"), Some("Falk")),
            ("John Falk, Jr.", Some("John"), Some("Falk")),
            ("Ida Falk, Architektin BDA", None, Some("Ida Falk, Architektin BDA")),
            ("Ida Falk, Rechtsanwältin", Some("Ida"), Some("Falk")),
            ("Falk Druck, Ltd", None, Some("Falk Druck, Ltd")),
            ("Falk Druck, s.r.o.", None, Some("Falk Druck, s.r.o.")),
            ("Falk & Sohn, Köln", None, Some("Falk & Sohn, Köln")),
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
