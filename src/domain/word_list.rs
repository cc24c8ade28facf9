//! Lists of words as their files write them, divided by blanks, or by `|` where they hold blanks themselves; and how a
//! text is held against a whole list at once.

use std::collections::HashSet;
use std::sync::LazyLock;

use aho_corasick::automaton::OverlappingState;
use aho_corasick::{AhoCorasick, Anchored, Input, StartKind};

/// How lists of words that are our own are looked up: nobody outside chooses what is in them, so that the hash need
/// not resist anybody.
pub use foldhash::fast::FixedState as ListHash;

/// Words, one of which another word may be; [`words!`](crate::words) makes them.
#[derive(Debug)]
pub struct Words(#[doc(hidden)] pub LazyLock<Listed>);

/// Words in their order, and as a set.
#[derive(Debug)]
pub struct Listed {
    order: Vec<&'static str>,
    set: HashSet<&'static str, ListHash>,
}

/// Pieces, any of which may stand anywhere in a text; [`pieces!`](crate::pieces) makes them.
#[derive(Debug)]
pub struct Pieces(#[doc(hidden)] pub LazyLock<AhoCorasick>);

/// Beginnings, with any of which a text may begin; [`begins!`](crate::begins) makes them.
#[derive(Debug)]
pub struct Begins(#[doc(hidden)] pub LazyLock<AhoCorasick>);

/// The [`Words`] of a text.
#[macro_export]
macro_rules! words {
    ($text:expr) => {
        $crate::word_list::Words(std::sync::LazyLock::new(|| $crate::word_list::Listed::of($text)))
    };
}

/// The [`Pieces`] of a list of texts; in brackets, of a text.
#[macro_export]
macro_rules! pieces {
    ([$text:expr]) => {
        $crate::pieces!($crate::word_list::divided($text))
    };
    ($list:expr) => {
        $crate::word_list::Pieces(std::sync::LazyLock::new(|| $crate::word_list::automaton($list)))
    };
}

/// The [`Begins`] of a list of texts.
#[macro_export]
macro_rules! begins {
    ($list:expr) => {
        $crate::word_list::Begins(std::sync::LazyLock::new(|| $crate::word_list::anchored($list)))
    };
}

impl Listed {
    /// The words of a text.
    #[must_use]
    pub fn of(text: &'static str) -> Self {
        let order = divided(text);
        Self { set: order.iter().copied().collect(), order }
    }
}

impl Words {
    /// Whether it is one of them.
    #[must_use]
    pub fn has(&self, word: &str) -> bool {
        self.0.set.contains(word)
    }

    /// The words as they stand in the list.
    pub fn iter(&self) -> impl Iterator<Item = &'static str> {
        self.0.order.iter().copied()
    }
}

impl Pieces {
    /// Whether one of them stands in a text.
    #[must_use]
    pub fn stand_in(&self, text: &str) -> bool {
        self.0.is_match(text)
    }

    /// Where they stand: the begin and end of each, also of one within another.
    pub fn find<'t>(&'t self, text: &'t str) -> impl Iterator<Item = (usize, usize)> + 't {
        self.0.find_overlapping_iter(text).map(|found| (found.start(), found.end()))
    }

    /// Those of them with which a word begins.
    pub fn begin<'t>(&'t self, text: &'t str) -> impl Iterator<Item = (usize, usize)> + 't {
        self.find(text)
            .filter(|(at, _)| text[..*at].chars().next_back().is_none_or(|c| !c.is_alphanumeric()))
    }
}

impl Begins {
    /// Whether the text begins with one of them.
    #[must_use]
    pub fn begin(&self, text: &str) -> bool {
        self.0.is_match(Input::new(text).anchored(Anchored::Yes))
    }

    /// What stands behind each of them with which the text begins, behind the shortest first.
    pub fn behind<'t>(&'t self, text: &'t str) -> impl Iterator<Item = &'t str> + 't {
        let mut state = OverlappingState::start();
        std::iter::from_fn(move || {
            self.0.find_overlapping(Input::new(text).anchored(Anchored::Yes), &mut state);
            state.get_match().map(|found| &text[found.end()..])
        })
    }
}

/// The words that a text divides.
#[must_use]
pub fn divided(text: &'static str) -> Vec<&'static str> {
    if text.contains('|') { text.split('|').collect() } else { text.split_whitespace().collect() }
}

/// Finds any of these in one pass.
///
/// # Panics
/// Never: an automaton holds 2^31 states, and the lists of a program are far below that.
#[must_use]
pub fn automaton(pieces: impl IntoIterator<Item = impl AsRef<[u8]>>) -> AhoCorasick {
    AhoCorasick::new(pieces).expect("the lists are far below what an automaton takes")
}

/// Finds any of these where a text begins.
///
/// # Panics
/// Never, as [`automaton`].
#[must_use]
pub fn anchored(beginnings: impl IntoIterator<Item = impl AsRef<[u8]>>) -> AhoCorasick {
    AhoCorasick::builder()
        .start_kind(StartKind::Anchored)
        .build(beginnings)
        .expect("the lists are far below what an automaton takes")
}

#[cfg(test)]
mod tests {
    use super::*;

    static WORDS: Words = words!("one two\n three");
    static SPOKEN: Words = words!("ein paar|some");
    static PIECES: Pieces = pieces!(["gmbh ltd"]);
    static BEGINNINGS: Begins = begins!(&["re", "reply", "ünd"]);
    static PHRASES: Pieces = pieces!(&["do not reply", "ne répondez", "reply"]);

    #[test]
    fn a_word_is_in_a_list_as_a_whole_and_a_piece_stands_anywhere() {
        assert!(WORDS.has("three") && !WORDS.has("thre") && !WORDS.has(""));
        assert!(SPOKEN.has("ein paar") && SPOKEN.has("some") && !SPOKEN.has("ein"));
        assert_eq!(WORDS.iter().collect::<Vec<_>>(), ["one", "two", "three"]);
        assert!(PIECES.stand_in("acmegmbhberlin") && !PIECES.stand_in("acme gm bh"));
        assert!(PHRASES.stand_in("please ne répondez pas") && !PHRASES.stand_in(""));
    }

    #[test]
    fn a_beginning_counts_where_the_text_begins_only() {
        assert!(BEGINNINGS.begin("return") && BEGINNINGS.begin("re") && BEGINNINGS.begin("ünder"));
        assert!(!BEGINNINGS.begin("a reply") && !BEGINNINGS.begin("") && !BEGINNINGS.begin("und"));
        assert_eq!(BEGINNINGS.behind("reply to").collect::<Vec<_>>(), ["ply to", " to"]);
        assert_eq!(BEGINNINGS.behind("to reply").count(), 0);
    }

    #[test]
    fn every_place_is_found_and_whether_a_word_begins_there() {
        let text = "xreply do not reply";
        assert_eq!(PHRASES.find(text).collect::<Vec<_>>(), [(1, 6), (7, 19), (14, 19)]);
        assert_eq!(PHRASES.begin(text).collect::<Vec<_>>(), [(7, 19), (14, 19)]);
    }
}
