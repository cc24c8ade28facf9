//! Lists of words, and how a text is held against a whole list at once.

use std::collections::HashSet;
use std::sync::LazyLock;

use aho_corasick::AhoCorasick;

/// Words, one of which another word may be.
pub(super) struct Words(pub(super) LazyLock<HashSet<&'static str>>);

/// Phrases that stand in a text.
pub(super) struct Phrases(pub(super) LazyLock<AhoCorasick>);

/// The words of a text that divides them by `|`.
macro_rules! words {
    ($text:expr) => {
        Words(std::sync::LazyLock::new(|| $text.split('|').collect()))
    };
}
pub(super) use words;

/// The phrases of a text that divides them by `|`.
macro_rules! phrases {
    ($text:expr) => {
        Phrases(std::sync::LazyLock::new(|| super::list::automaton($text)))
    };
}
pub(super) use phrases;

impl Words {
    pub(super) fn has(&self, word: &str) -> bool {
        self.0.contains(word)
    }
}

impl Phrases {
    /// Where phrases of the list stand in a text: the begin and end of each, also of one within another.
    pub(super) fn find<'t>(
        &'static self,
        text: &'t str,
    ) -> impl Iterator<Item = (usize, usize)> + 't {
        self.0.find_overlapping_iter(text).map(|found| (found.start(), found.end()))
    }

    /// Those of them with which a word begins.
    pub(super) fn begin<'t>(
        &'static self,
        text: &'t str,
    ) -> impl Iterator<Item = (usize, usize)> + 't {
        self.find(text)
            .filter(|(at, _)| text[..*at].chars().next_back().is_none_or(|c| !c.is_alphanumeric()))
    }
}

pub(super) fn automaton(text: &str) -> AhoCorasick {
    AhoCorasick::new(text.split('|')).expect("the lists are far below what an automaton takes")
}
