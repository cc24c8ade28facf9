//! Lists of words that grow: what a word means that a newer program says.
//!
//! Kinds, reasons, channels, sources and terms are open: a later version may say words that nobody knows today.
//! The mark is a variant of the type, `#[serde(untagged)] Newer(NewerWord)`. The schemas of events tell it, so
//! that consumers take any word; those of commands list what this program can do. A worker that meets such a word
//! in a row or an event keeps it as it is and goes on, where what it does depends on no single word. States of
//! life cycles and what amounts are computed from are closed.

use std::borrow::Cow;
use std::fmt;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Serialize, Serializer};
use serde_json::{Map, Value, json};

/// Longest word of a list, in characters.
const CHARS_MAX: usize = 40;
/// What a word is made of.
const PATTERN: &str = "^[a-z0-9_]{1,40}$";
/// Marks, in a schema, what stands for the words of later versions.
pub const OPEN: &str = "x-open";
/// Told of it.
const SAID: &str =
    "A word of a later version: the list is open. Take it as you take what you have no case for.";

/// A word that this program does not know. Of a fixed size, so that the lists stay as cheap to copy as without it.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize)]
#[serde(try_from = "Cow<'_, str>")]
pub struct NewerWord {
    bytes: [u8; CHARS_MAX],
    length: usize,
}

/// It is no word of any list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a word has 1 to {CHARS_MAX} characters of a-z, 0-9 and _")]
pub struct NoWord;

impl NewerWord {
    #[must_use]
    pub fn as_str(&self) -> &str {
        // It is ASCII.
        std::str::from_utf8(&self.bytes[..self.length]).unwrap_or_default()
    }
}

impl TryFrom<Cow<'_, str>> for NewerWord {
    type Error = NoWord;

    fn try_from(text: Cow<'_, str>) -> Result<Self, NoWord> {
        let fits = |byte: &u8| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'_');
        if text.is_empty() || text.len() > CHARS_MAX || !text.as_bytes().iter().all(fits) {
            return Err(NoWord);
        }
        let mut bytes = [0; CHARS_MAX];
        bytes[..text.len()].copy_from_slice(text.as_bytes());
        Ok(Self { bytes, length: text.len() })
    }
}

impl Serialize for NewerWord {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(self.as_str())
    }
}

impl fmt::Display for NewerWord {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Debug for NewerWord {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self.as_str(), f)
    }
}

impl JsonSchema for NewerWord {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "NewerWord".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string", "pattern": PATTERN, OPEN: true, "description": SAID })
    }
}

/// Opens the list of a type that no worker reads in what was said or stored, so that it needs no variant.
pub(crate) fn open(schema: &mut Schema) {
    let mut known = std::mem::take(schema.ensure_object());
    let description = known.remove("description");
    let newer = NewerWord::json_schema(&mut SchemaGenerator::default());
    schema.insert("anyOf".into(), json!([known, newer]));
    if let Some(description) = description {
        schema.insert("description".into(), description);
    }
}

/// Leaves of an open list what this program knows.
pub(crate) fn close(schema: &mut Schema) {
    let Some(Value::Array(all)) = schema.get_mut("anyOf") else { return };
    all.retain(|one| one.get(OPEN).is_none());
    if let [Value::Object(only)] = &mut all[..] {
        let only: Map<String, Value> = std::mem::take(only);
        schema.remove("anyOf");
        for (word, value) in only {
            schema.ensure_object().entry(word).or_insert(value);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::opportunity::LostReason;

    #[test]
    fn an_unknown_word_of_an_open_list_is_written_as_it_was_read() {
        for word in ["canceled", "out_sold", "moved_away", "2_14_net30"] {
            let read: LostReason = serde_json::from_value(json!(word)).expect(word);
            assert_eq!(serde_json::to_value(read).ok(), Some(json!(word)));
            assert_eq!(
                matches!(read, LostReason::Newer(_)),
                !["canceled", "out_sold"].contains(&word)
            );
        }
        let long = "x".repeat(CHARS_MAX + 1);
        for none in ["", "Out sold", "a\u{202e}b", &long] {
            assert!(serde_json::from_value::<LostReason>(json!(none)).is_err(), "{none}");
        }
    }
}
