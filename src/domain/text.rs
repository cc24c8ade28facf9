//! Texts that come from outside: how long they are, and what they may hold.
//!
//! A bound stands in a field's type and nowhere else: the type refuses what breaks it, and tells it
//! in the JSON Schema. What a command shares with a record (an enquiry, a product) keeps plain texts,
//! so that what was stored once is read for ever; it tells the same bound in its schema, by which
//! everything from outside is judged (see [`crate::shape`]).

use std::borrow::Cow;
use std::fmt;
use std::ops::Deref;
use std::str::FromStr;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize, de};
use thiserror::Error;

/// Longest code: a SKU, a unit, an order number, a reference; in characters.
pub const CODE_CHARS_MAX: usize = 100;
/// Longest text of one line, in characters.
pub const LINE_CHARS_MAX: usize = 400;
/// Longest comment, in characters.
pub const COMMENT_CHARS_MAX: usize = 2_000;

/// A code or a number of somebody else's.
pub type Code = Line<CODE_CHARS_MAX>;
/// A reason or a name.
pub type Short = Line<LINE_CHARS_MAX>;
/// What somebody has to say about it.
pub type Comment = Note<COMMENT_CHARS_MAX>;

/// One line, as a JSON Schema pattern: no control character, no line end, no direction character.
pub const LINE_PATTERN: &str =
    r"^[^\u0000-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]*$";
/// Several lines: as [`LINE_PATTERN`], but for tabs and line ends.
pub const NOTE_PATTERN: &str = r"^[^\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]*$";
const LINE_COMMENT: &str =
    "One line, without control and direction characters; blanks around it are cut.";
const NOTE_COMMENT: &str =
    "Several lines, without control and direction characters; blanks around it are cut.";
/// Longest excerpt of what somebody sent, in an answer or a reason.
pub const EXCERPT_CHARS_MAX: usize = 80;

/// What a text may hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bound {
    /// May it have line ends and tabs?
    pub lines: bool,
    /// Without the blanks around it.
    pub chars_max: usize,
}

/// How a text breaks its bound; goes on from "The field `x` …".
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum TextError {
    #[error("has {chars} characters, and at most {max} are kept; shorten it")]
    TooLong { chars: usize, max: usize },
    #[error("has a line end, and one line is kept; write it in one")]
    LineEnd,
    #[error("holds the control character {0}; leave it out")]
    Control(String),
    #[error("holds {0}, which turns the direction of writing; leave it out")]
    Direction(String),
}

impl Bound {
    /// The text without blanks around it.
    ///
    /// # Errors
    /// [`TextError`] where it breaks this bound.
    pub fn check(self, text: &str) -> Result<&str, TextError> {
        let code = |c: char| format!("U+{:04X}", u32::from(c));
        for c in text.chars() {
            match c {
                '\n' | '\r' | '\t' if self.lines => {}
                '\n' | '\r' | '\u{85}' | '\u{2028}' | '\u{2029}' if !self.lines => {
                    return Err(TextError::LineEnd);
                }
                c if c.is_control() => return Err(TextError::Control(code(c))),
                c if is_direction(c) => return Err(TextError::Direction(code(c))),
                _ => {}
            }
        }
        let text = text.trim();
        let (chars, max) = (text.chars().count(), self.chars_max);
        if chars > max { Err(TextError::TooLong { chars, max }) } else { Ok(text) }
    }

    fn schema(self) -> Schema {
        let (pattern, comment) =
            if self.lines { (NOTE_PATTERN, NOTE_COMMENT) } else { (LINE_PATTERN, LINE_COMMENT) };
        json_schema!({
            "type": "string",
            "maxLength": self.chars_max,
            "pattern": pattern,
            "$comment": comment,
        })
    }
}

/// Does the character turn the direction of writing, so that a text looks like another?
#[must_use]
pub const fn is_direction(c: char) -> bool {
    matches!(
        c,
        '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}'
    )
}

/// What somebody sent, as an answer may repeat it: short, and without what a terminal or a reader
/// would take for more than text.
#[must_use]
pub fn excerpt(text: &str) -> String {
    shown(text, EXCERPT_CHARS_MAX, false)
}

/// At most so many characters of one or several lines; control and direction characters become `�`.
#[must_use]
pub fn shown(text: &str, chars_max: usize, lines: bool) -> String {
    let shown = |c: char| match c {
        '\n' if lines => c,
        c if c.is_control() || is_direction(c) => char::REPLACEMENT_CHARACTER,
        c => c,
    };
    let mut kept: String = text.chars().take(chars_max).map(shown).collect();
    if text.chars().nth(chars_max).is_some() {
        kept.push('…');
    }
    kept
}

macro_rules! text {
    ($(#[$doc:meta])* $name:ident, $lines:literal) => {
        $(#[$doc])*
        #[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
        #[serde(transparent)]
        pub struct $name<const CHARS: usize>(String);

        impl<const CHARS: usize> $name<CHARS> {
            /// What it may hold.
            pub const BOUND: Bound = Bound { lines: $lines, chars_max: CHARS };
        }

        impl<const CHARS: usize> FromStr for $name<CHARS> {
            type Err = TextError;

            fn from_str(text: &str) -> Result<Self, TextError> {
                Self::BOUND.check(text).map(|text| Self(text.to_owned()))
            }
        }

        impl<'de, const CHARS: usize> Deserialize<'de> for $name<CHARS> {
            fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
                let text = Cow::<'de, str>::deserialize(from)?;
                let broken = |error| de::Error::custom(format_args!("A text {error}."));
                text.parse().map_err(broken)
            }
        }

        impl<const CHARS: usize> Deref for $name<CHARS> {
            type Target = str;

            fn deref(&self) -> &str {
                &self.0
            }
        }

        impl<const CHARS: usize> fmt::Display for $name<CHARS> {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.pad(&self.0)
            }
        }

        impl<const CHARS: usize> From<$name<CHARS>> for String {
            fn from(text: $name<CHARS>) -> Self {
                text.0
            }
        }

        impl<const CHARS: usize> JsonSchema for $name<CHARS> {
            fn schema_name() -> Cow<'static, str> {
                format!("{}{CHARS}", stringify!($name)).into()
            }

            fn inline_schema() -> bool {
                true
            }

            fn json_schema(_: &mut SchemaGenerator) -> Schema {
                Self::BOUND.schema()
            }
        }
    };
}

text! {
    /// A text of one line, trimmed, of at most so many characters.
    Line, false
}
text! {
    /// A text of several lines, trimmed, of at most so many characters.
    Note, true
}

/// A plain text without the blanks around it: `#[serde(deserialize_with = "…")]`.
///
/// # Errors
/// Where it is no string.
pub fn trimmed<'de, D: Deserializer<'de>>(from: D) -> Result<String, D::Error> {
    let text = Cow::<'de, str>::deserialize(from)?;
    Ok(text.trim().to_owned())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_text_is_trimmed_and_keeps_to_its_bound() {
        let line = |text: &str| text.parse::<Line<5>>().map(String::from);
        assert_eq!(line("  PO 7 "), Ok("PO 7".to_owned()));
        assert_eq!(line("äöüß€"), Ok("äöüß€".to_owned()), "characters count, not bytes");
        assert_eq!(line("123456"), Err(TextError::TooLong { chars: 6, max: 5 }));
        for (text, what) in [
            ("a\nb", "line end"),
            ("a\u{2028}b", "line end"),
            ("a\0b", "U+0000"),
            ("\u{1b}[2J", "U+001B"),
            ("a\u{9f}", "U+009F"),
            ("\u{202e}a", "U+202E"),
            ("a\u{61c}", "U+061C"),
        ] {
            let error = line(text).expect_err(text).to_string();
            assert!(error.contains(what), "{error}");
        }
        let note = |text: &str| text.parse::<Note<9>>().map(String::from);
        assert_eq!(note("\na\r\n\tb\n"), Ok("a\r\n\tb".to_owned()));
        assert!(note("a\u{200f}b").is_err() && note("a\u{b}b").is_err());
    }

    proptest! {
        #[test]
        fn what_is_kept_is_trimmed_short_and_harmless(text in any::<String>()) {
            let harmful = |c: char| c.is_control() || is_direction(c);
            if let Ok(line) = text.parse::<Line<20>>() {
                prop_assert!(line.trim() == &*line && line.chars().count() <= 20);
                prop_assert!(!line.contains(harmful), "{line:?}");
                prop_assert_eq!(line.parse(), Ok(line));
            }
            if let Ok(note) = text.parse::<Note<20>>() {
                let lines = |c: char| !matches!(c, '\n' | '\r' | '\t');
                prop_assert!(!note.contains(|c| harmful(c) && lines(c)), "{note:?}");
            }
            prop_assert!(!excerpt(&text).contains(harmful));
            prop_assert!(excerpt(&text).chars().count() <= EXCERPT_CHARS_MAX + 1);
        }
    }

    #[test]
    fn an_excerpt_is_short_and_harmless() {
        let sent = format!("\u{1b}[31m\u{202e}{}", "x".repeat(800_000));
        let shown = excerpt(&sent);
        assert_eq!(shown.chars().count(), EXCERPT_CHARS_MAX + 1);
        assert!(shown.starts_with("\u{fffd}[31m\u{fffd}x") && shown.ends_with('…'), "{shown}");
    }
}
