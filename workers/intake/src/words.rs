//! Lists of words as their files write them, and how a text is held against a whole list at once.

use std::collections::HashSet;
use std::sync::LazyLock;

use aho_corasick::AhoCorasick;

/// Words, one of which another word may be.
pub(crate) struct Words(pub(crate) LazyLock<Listed>);

/// Words in their order, and as a set.
pub(crate) struct Listed {
    order: Vec<&'static str>,
    set: HashSet<&'static str>,
}

/// Pieces, any of which may stand anywhere in a text.
pub(crate) struct Pieces(pub(crate) LazyLock<AhoCorasick>);

/// The words of a text that divides them by blanks.
macro_rules! words {
    ($text:expr) => {
        $crate::words::Words(std::sync::LazyLock::new(|| $crate::words::Listed::of($text)))
    };
}
pub(crate) use words;

/// The pieces of a list of texts; of a text that divides them by blanks, in brackets.
macro_rules! pieces {
    ([$text:expr]) => {
        $crate::words::Pieces(std::sync::LazyLock::new(|| {
            $crate::words::automaton($text.split_whitespace())
        }))
    };
    ($list:expr) => {
        $crate::words::Pieces(std::sync::LazyLock::new(|| $crate::words::automaton($list)))
    };
}
pub(crate) use pieces;

impl Listed {
    pub(crate) fn of(text: &'static str) -> Self {
        let order: Vec<_> = text.split_whitespace().collect();
        Self { set: order.iter().copied().collect(), order }
    }
}

impl Words {
    pub(crate) fn has(&self, word: &str) -> bool {
        self.0.set.contains(word)
    }

    /// The words as they stand in the list.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &'static str> {
        self.0.order.iter().copied()
    }
}

impl Pieces {
    pub(crate) fn stand_in(&self, text: &str) -> bool {
        self.0.is_match(text)
    }
}

/// Finds any of these in one pass.
pub(crate) fn automaton(pieces: impl IntoIterator<Item = impl AsRef<[u8]>>) -> AhoCorasick {
    AhoCorasick::new(pieces).expect("the lists are far below what an automaton takes")
}

#[cfg(test)]
mod tests {
    use super::*;

    static WORDS: Words = words!("one two\n three");
    static PIECES: Pieces = pieces!(["gmbh ltd"]);
    static PHRASES: Pieces = pieces!(&["do not reply", "ne répondez"]);

    #[test]
    fn a_word_is_in_a_list_as_a_whole_and_a_piece_stands_anywhere() {
        assert!(WORDS.has("three") && !WORDS.has("thre") && !WORDS.has(""));
        assert_eq!(WORDS.iter().collect::<Vec<_>>(), ["one", "two", "three"]);
        assert!(PIECES.stand_in("acmegmbhberlin") && !PIECES.stand_in("acme gm bh"));
        assert!(PHRASES.stand_in("please ne répondez pas") && !PHRASES.stand_in(""));
    }
}
