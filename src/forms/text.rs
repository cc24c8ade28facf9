//! Texts: one line, or several.

use domain::enquiry::{MESSAGE_CHARS_MAX, TEXT_CHARS_MAX};
use domain::text::is_direction;

/// The first characters of a text in lower case.
#[must_use]
pub fn lower(text: &str, chars_max: usize) -> String {
    // As many bytes are as many characters at most.
    let cut = if text.len() > chars_max { text.char_indices().nth(chars_max) } else { None };
    text[..cut.map_or(text.len(), |(at, _)| at)].to_lowercase()
}

/// One line of text: blanks and line ends become single blanks, control and direction characters go,
/// cut at [`TEXT_CHARS_MAX`]. `None` where nothing is left.
#[must_use]
pub fn line(raw: &str) -> Option<String> {
    if raw.len() <= TEXT_CHARS_MAX && is_line(raw) {
        return Some(raw.to_owned());
    }
    let mut out = String::with_capacity(raw.len().min(TEXT_CHARS_MAX));
    let mut chars = 0;
    for word in raw.split(|c: char| c.is_whitespace() || c.is_control()) {
        let word = word.trim_matches(is_invisible);
        if word.is_empty() {
            continue;
        }
        if !out.is_empty() {
            out.push(' ');
            chars += 1;
        }
        if word.is_ascii() && chars + word.len() <= TEXT_CHARS_MAX {
            out.push_str(word);
            chars += word.len();
            continue;
        }
        for c in word.chars().filter(|c| !is_direction(*c)) {
            if chars >= TEXT_CHARS_MAX {
                return Some(out.trim_end().to_owned());
            }
            out.push(c);
            chars += 1;
        }
    }
    (!out.is_empty()).then_some(out)
}

/// Whether a text is one line already, as most are: of printable ASCII, with single blanks between.
fn is_line(text: &str) -> bool {
    text.bytes().all(|byte| matches!(byte, b' '..=b'~'))
        && !text.is_empty()
        && !text.starts_with(' ')
        && !text.ends_with(' ')
        && !text.as_bytes().windows(2).any(|pair| pair == b"  ")
}

/// Adds the words of a text, with single blanks between.
pub fn push_words(out: &mut String, text: &str) {
    let mut push = |words: &str| {
        if !out.is_empty() {
            out.push(' ');
        }
        out.push_str(words);
    };
    for row in text.split('\n') {
        if is_line(row) {
            push(row);
        } else {
            row.split_whitespace().for_each(&mut push);
        }
    }
}

/// Text of several lines: line ends become `\n`, at most one empty line in a row, control and direction
/// characters go, cut at [`MESSAGE_CHARS_MAX`]. `None` where nothing is left.
#[must_use]
pub fn paragraph(raw: &str) -> Option<String> {
    let mut out = String::with_capacity(raw.len().min(MESSAGE_CHARS_MAX));
    let mut chars = 0;
    let mut empty = 0;
    for row in raw.split('\n') {
        let row = row.trim_matches(|c: char| c.is_whitespace() || c.is_control());
        if is_blank(row) {
            empty += 1;
            continue;
        }
        if !out.is_empty() {
            out.push_str(if empty > 0 { "\n\n" } else { "\n" });
            chars += 2;
        }
        empty = 0;
        let plain = row.bytes().all(|byte| matches!(byte, b' '..=b'~'));
        if plain && chars + row.len() <= MESSAGE_CHARS_MAX {
            out.push_str(row);
            chars += row.len();
            continue;
        }
        for c in row.chars() {
            let c = if c == '\u{a0}' || c == '\t' { ' ' } else { c };
            if c.is_control() || is_direction(c) {
                continue;
            }
            if chars >= MESSAGE_CHARS_MAX {
                return Some(out.trim_end().to_owned());
            }
            out.push(c);
            chars += 1;
        }
    }
    (!out.is_empty()).then_some(out)
}

/// Whether nothing of a text is to be seen.
#[must_use]
pub fn is_blank(text: &str) -> bool {
    text.chars().all(|c| c.is_whitespace() || c.is_control() || is_invisible(c))
}

pub(crate) fn is_invisible(c: char) -> bool {
    is_direction(c)
        || matches!(c, '\u{feff}' | '\u{200b}'..='\u{200d}' | '\u{2028}' | '\u{2029}' | '\u{2060}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_lose_nul_controls_and_surplus_blanks_and_are_cut() {
        assert_eq!(line(" a\u{0}b \t\r\n c\u{200b} "), Some("a b c".to_owned()));
        assert_eq!(line("\u{0} \u{feff}"), None);
        assert_eq!(line("Ana\u{202e}zepoL \u{2066}SL\u{2069}"), Some("AnazepoL SL".to_owned()));
        assert_eq!(paragraph("a\u{200f}b\u{202e}\nc"), Some("ab\nc".to_owned()));
        assert_eq!(line(&"ä".repeat(1000)).map(|t| t.chars().count()), Some(TEXT_CHARS_MAX));
        assert_eq!(paragraph("\r\n a\r\n\r\n\r\n b\u{0}c\r\n"), Some("a\n\nbc".to_owned()));
        let long = paragraph(&"x\n".repeat(30_000)).unwrap_or_default();
        assert!(long.chars().count() <= MESSAGE_CHARS_MAX);
        // A word that ends exactly at the limit.
        let full = "x".repeat(TEXT_CHARS_MAX);
        assert_eq!(line(&format!("{full} more words")), Some(full));
        let full = "x".repeat(MESSAGE_CHARS_MAX);
        assert_eq!(paragraph(&format!("{full}\n\nmore")), Some(full));
    }
}
