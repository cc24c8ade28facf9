//! A message as a worker gets it to read, and what can be read of it.

use std::borrow::Cow;
use std::collections::BTreeMap;

use bytes::Bytes;
use serde_json::value::RawValue;
use uuid::Uuid;

use crate::catalog::Catalog;
use crate::message::{Message, MessageType, Subject, SubjectKind, TYPE_PREFIX};
use crate::refusal::Malformed;
use crate::shape::fit;
use crate::text::{excerpt, shown};

/// Longest text in the data of a message, in bytes as JSON writes it. The longest that leadmill writes
/// itself, a cell of a list with every character escaped, is shorter.
pub const DATA_TEXT_BYTES_MAX: usize = 256 * 1024;
/// Longest error of the JSON reader, in characters: it may repeat what was sent.
const ERROR_CHARS_MAX: usize = 200;
/// How JSON writes NUL; PostgreSQL keeps it in no text.
const NUL_ESCAPE: &[u8] = b"\\u0000";

/// A message as it arrived, its envelope already opened.
#[derive(Clone, Debug, Default)]
pub struct Arrived {
    /// The id that leadmill knows it by.
    pub id: Uuid,
    /// The queue it came from, without prefix.
    pub queue: String,
    /// Its type without `leadmill.`; `None` for a raw input.
    pub ty: Option<String>,
    pub content_type: Option<String>,
    /// Header fields of the transport, names in lower case.
    pub headers: BTreeMap<String, String>,
    /// Does it come from outside? Then its data is held to every bound of its schema; what a worker of
    /// ours said is read as it is, however old it is.
    pub outside: bool,
    /// The data of the message as JSON, or the bytes of a raw input.
    pub body: Bytes,
}

impl Arrived {
    /// Is it a message of this type?
    #[must_use]
    pub fn is(&self, ty: &MessageType) -> bool {
        self.ty.as_deref() == Some(ty.name)
    }

    /// Its data.
    ///
    /// # Errors
    /// [`Malformed`] naming the field that does not fit.
    pub fn data<T: Message>(&self) -> Result<T, Malformed> {
        let ty = T::TYPE.name;
        let compare = format_args!("Compare it with docs/schemas/{ty}.json.");
        if self.outside {
            fit(T::TYPE, &self.body).map_err(|unfit| Malformed {
                reason: format!(
                    "This `{TYPE_PREFIX}{ty}` does not fit its schema. {unfit} {compare}"
                ),
                field: unfit.field,
            })?;
        }
        if writes_nul(&self.body) {
            return Err(Malformed::new(
                "The data holds the character NUL, which no text can keep; send it without.",
            ));
        }
        if self.body.len() > DATA_TEXT_BYTES_MAX && has_long_text(&self.body) {
            return Err(Malformed::new(format!(
                "The data holds a text of more than {DATA_TEXT_BYTES_MAX} bytes; send the text \
                 elsewhere, and where it lies."
            )));
        }
        serde_json::from_slice(&self.body).map_err(|error| {
            let error = shown(&error.to_string(), ERROR_CHARS_MAX, false);
            Malformed::new(format!(
                "The data of this `{TYPE_PREFIX}{ty}` does not fit its schema: {error}. {compare}"
            ))
        })
    }

    /// What a message of this type is about, where at least that can be read of its data.
    #[must_use]
    pub fn about(&self, ty: &MessageType) -> Option<Subject> {
        let fields: BTreeMap<Cow<'_, str>, &RawValue> = serde_json::from_slice(&self.body).ok()?;
        let id = match fields.get(ty.field?) {
            Some(id) => serde_json::from_str(id.get()).ok()?,
            // There is one, so its id may be left out.
            None if ty.about == SubjectKind::Catalog => Catalog::empty().id.0,
            None => return None,
        };
        Some(Subject { kind: ty.about, id })
    }

    /// The verdict on a type that nobody here hears.
    #[must_use]
    pub fn unknown(&self, heard: &[&MessageType]) -> Malformed {
        let heard: Vec<_> = heard.iter().map(|ty| ty.name).collect();
        Malformed::new(format!(
            "The queue `{}` does not take messages of type `{}`; it takes {}.",
            self.queue,
            self.ty.as_deref().map_or_else(|| "(none)".into(), excerpt),
            heard.join(", ")
        ))
    }
}

/// Does a JSON text write NUL? A backslash that is itself written as `\\\\` begins nothing.
fn writes_nul(json: &[u8]) -> bool {
    let mut at = 0;
    while let Some(backslash) = json[at..].iter().position(|byte| *byte == b'\\') {
        at += backslash;
        if json[at..].starts_with(NUL_ESCAPE) {
            return true;
        }
        at = (at + 2).min(json.len());
    }
    false
}

/// Does a JSON text hold a string longer than [`DATA_TEXT_BYTES_MAX`]?
fn has_long_text(json: &[u8]) -> bool {
    let (mut begun, mut escaped) = (None, false);
    for (at, byte) in json.iter().enumerate() {
        match (begun, byte) {
            (Some(_), _) if escaped => escaped = false,
            (Some(_), b'\\') => escaped = true,
            (Some(from), b'"') if at - from - 1 > DATA_TEXT_BYTES_MAX => return true,
            (Some(_), b'"') => begun = None,
            (None, b'"') => begun = Some(at),
            _ => {}
        }
    }
    false
}
