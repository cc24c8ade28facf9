//! The words of names: in plain letters, and by their sound.

use std::sync::{LazyLock, OnceLock};

use deunicode::deunicode;
use rphonetic::{DaitchMokotoffSoundex, DaitchMokotoffSoundexBuilder, Encoder};

use crate::party::normalised_company;

/// Stand before a family name, and are left out as often as written.
const PARTICLES: &[&str] = &[
    "af", "al", "av", "bin", "da", "das", "de", "degli", "dei", "del", "della", "den", "der", "di",
    "do", "dos", "du", "e", "el", "ibn", "la", "le", "op", "t", "te", "ten", "ter", "van", "vom",
    "von", "y", "zu", "zum", "zur",
];

/// Say of a company what it is and not who.
const GENERIC: &[&str] = &[
    "and",
    "company",
    "das",
    "der",
    "die",
    "e",
    "el",
    "firma",
    "group",
    "grupo",
    "gruppe",
    "gruppo",
    "het",
    "holding",
    "il",
    "international",
    "la",
    "le",
    "los",
    "the",
    "und",
    "y",
];

/// A word in plain letters, with its sound when it was asked for once.
#[derive(Clone, Debug)]
pub(super) struct Word {
    text: String,
    sound: OnceLock<String>,
}

impl Word {
    pub(super) fn text(&self) -> &str {
        &self.text
    }

    pub(super) fn sound(&self) -> &str {
        self.sound.get_or_init(|| sound(&self.text))
    }
}

impl From<String> for Word {
    fn from(text: String) -> Self {
        Self { text, sound: OnceLock::new() }
    }
}

/// What is compared of a party's names and addresses: made of its facts when it is asked for first, so that it adds
/// nothing to them.
#[derive(Clone, Debug, Default)]
pub(super) struct Words {
    pub(super) name: OnceLock<Vec<Word>>,
    pub(super) company: OnceLock<Vec<Word>>,
    pub(super) own_emails: OnceLock<Vec<String>>,
}

impl PartialEq for Words {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

impl Eq for Words {}

/// In small letters of the Latin alphabet, split where neither letter nor digit stands: `Müller-Łoś` is `muller los`.
fn plain(text: &str) -> Vec<String> {
    let folded = deunicode(text).to_lowercase().replace(['\'', '`'], "");
    let words = folded.split(|c: char| !c.is_ascii_alphanumeric());
    words.filter(|word| !word.is_empty()).map(str::to_owned).collect()
}

/// Without those of a list, unless nothing else is there.
fn without(words: Vec<String>, left_out: &[&str]) -> Vec<String> {
    let kept = words.iter().filter(|word| left_out.binary_search(&word.as_str()).is_err());
    let kept: Vec<_> = kept.cloned().collect();
    if kept.is_empty() { words } else { kept }
}

/// All words of a person's name, without particles.
pub(super) fn person(given: Option<&str>, family: Option<&str>) -> Vec<String> {
    let words = [given, family].into_iter().flatten().flat_map(plain);
    without(words.collect(), PARTICLES)
}

/// The word that a family is called by: the first of two family names, the last of a name that is not split.
pub(super) fn family(given: Option<&str>, family: Option<&str>) -> Option<String> {
    let words = without(plain(family?), PARTICLES);
    if given.is_some() { words.into_iter().next() } else { words.into_iter().last() }
}

/// The words of a company's name, without its legal form and what every company may be called.
pub(super) fn company(name: &str) -> Vec<String> {
    without(plain(&normalised_company(&deunicode(name))), GENERIC)
}

/// The word that a company's name begins with.
pub(super) fn company_begins(name: &str) -> Option<String> {
    company(name).into_iter().next()
}

/// How a word sounds: Daitch and Mokotoff's code, which was made for names that were written down in several
/// languages. What has none is its own.
pub(super) fn sound(word: &str) -> String {
    static CODE: LazyLock<DaitchMokotoffSoundex> = LazyLock::new(|| {
        DaitchMokotoffSoundexBuilder::default().build().expect("the rules that are built in")
    });
    // A soft g is written as j, too: Giménez, Jiménez.
    let code = CODE.encode(&word.replace("ge", "je").replace("gi", "ji"));
    if code.bytes().all(|digit| digit == b'0') { word.to_owned() } else { code }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_lists_are_sorted() {
        assert!(PARTICLES.is_sorted() && GENERIC.is_sorted());
    }

    #[test]
    fn f21_names_of_one_sound_have_one_code_in_each_language_of_the_markets() {
        for (one, other) in [
            ("Murphy", "Merphy"),
            ("Müller", "Mueller"),
            ("Meyer", "Maier"),
            ("Schmidt", "Schmitt"),
            ("Vázquez", "Basques"),
            ("Jiménez", "Gimenez"),
            ("Rossi", "Rosi"),
            ("van den Berg", "Berg"),
            ("Kowalski", "Kovalsky"),
            ("Иванов", "Ivanov"),
            ("Dvořák", "Dvorak"),
        ] {
            let code = |name| family(Some("A"), Some(name)).map(|word| sound(&word));
            assert_eq!(code(one), code(other), "{one} and {other}");
        }
        let code = |name| family(None, Some(name)).map(|word| sound(&word));
        assert_ne!(code("Kenny"), code("John"));
        assert_ne!(code("García"), code("Murphy"));
    }

    #[test]
    fn a_family_is_called_by_its_first_name_of_two_and_by_the_last_word_of_a_whole_name() {
        for (given, name, word) in [
            (Some("Ana"), "García López", "garcia"),
            (None, "Regina Murphy", "murphy"),
            (Some("Jan"), "van der Meer", "meer"),
            (Some("Ana"), "O'Neill", "oneill"),
            (Some("Wu"), "De", "de"),
        ] {
            assert_eq!(family(given, Some(name)).as_deref(), Some(word), "{name}");
        }
        assert_eq!(family(Some("Ana"), None), None);
    }

    #[test]
    fn a_company_is_called_by_what_is_its_own() {
        for (name, words) in [
            ("Contoso Inc", vec!["contoso"]),
            ("The Contoso Group, S.L.", vec!["contoso"]),
            ("Müller & Söhne GmbH & Co. KG", vec!["muller", "sohne"]),
            ("Grupo", vec!["grupo"]),
        ] {
            assert_eq!(company(name), words, "{name}");
        }
    }
}
