//! Words of a list that stand in a text, all found in one pass.

use aho_corasick::{AhoCorasick, MatchKind};

/// Finds whole words or phrases, in any case. A word that ends in `*` also begins longer words.
#[derive(Clone, Debug)]
pub struct Mentions {
    search: AhoCorasick,
    /// Does the word of that index only begin one?
    begins: Vec<bool>,
}

/// One find.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Mention {
    /// Which word of the list.
    pub word: usize,
    /// Where it begins, in bytes.
    pub start: usize,
    /// Where it ends.
    pub end: usize,
}

impl Mentions {
    /// Prepares the search. Blank words are never found; of two equal words the first is.
    ///
    /// # Panics
    /// Never: an automaton holds 2^31 states, and callers bound their words far below that.
    #[must_use]
    pub fn of<'w>(words: impl IntoIterator<Item = &'w str>) -> Self {
        let words: Vec<String> = words.into_iter().map(|word| word.trim().to_lowercase()).collect();
        let begins = words.iter().map(|word| word.ends_with('*')).collect();
        let patterns = words.iter().map(|word| word.trim_end_matches('*'));
        let search = AhoCorasick::builder().match_kind(MatchKind::LeftmostLongest).build(patterns);
        let search = search.expect("the words of a list are far below 2^31 characters");
        Self { search, begins }
    }

    /// The words that stand in `text`, in its order. The text must be in lower case.
    pub fn find<'t>(&self, text: &'t str) -> impl Iterator<Item = Mention> + use<'_, 't> {
        self.search.find_iter(text).filter_map(move |found| {
            let word = found.pattern().as_usize();
            let before = text.get(..found.start())?;
            let after = text.get(found.end()..)?;
            let starts = !before.chars().next_back().is_some_and(char::is_alphanumeric);
            let ends = !after.chars().next().is_some_and(char::is_alphanumeric);
            let whole = !found.is_empty() && starts && (ends || self.begins[word]);
            whole.then_some(Mention { word, start: found.start(), end: found.end() })
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(words: &[&str], text: &str) -> Vec<usize> {
        Mentions::of(words.iter().copied()).find(&text.to_lowercase()).map(|m| m.word).collect()
    }

    #[test]
    fn only_whole_words_are_found_the_longest_first() {
        assert_eq!(found(&["CM-10", "CM-100"], "two cm-100, please"), [1]);
        assert_eq!(found(&["art"], "the party starts"), Vec::<usize>::new());
        assert_eq!(found(&["Größe"], "welche GRÖßE?"), [0]);
    }

    #[test]
    fn a_star_finds_longer_words_and_a_blank_word_nothing() {
        assert_eq!(found(&["angebot*"], "Angebotsanfrage"), [0]);
        assert_eq!(found(&["", "*"], "anything"), Vec::<usize>::new());
    }
}
