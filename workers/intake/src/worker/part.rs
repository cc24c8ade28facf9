//! The parts of a collection: how many one slice takes, and what is kept of each.

use domain::enquiry::Part;
use serde_json::Value;

/// One slice takes as many parts as have so many bytes of texts: what is said of them lies in memory several times.
pub const SLICE_BYTES: usize = 512 * 1024;

/// How many of these parts one slice takes: at least one.
pub(super) fn fitting(parts: &[Part]) -> usize {
    let mut before = 0;
    let fits = |part: &&Part| {
        let room = before < SLICE_BYTES;
        before += text_bytes(&part.original);
        room
    };
    parts.iter().take_while(fits).count()
}

fn text_bytes(value: &Value) -> usize {
    match value {
        Value::String(text) => text.len(),
        Value::Array(list) => list.iter().map(text_bytes).sum(),
        Value::Object(fields) => fields.values().map(text_bytes).sum(),
        Value::Null | Value::Bool(_) | Value::Number(_) => 0,
    }
}

/// The part as it came, without the one character that no text of the database can hold. The raw
/// input keeps it.
pub(super) fn without_nul(value: Value) -> Value {
    let clean =
        |text: String| if text.contains('\0') { text.replace('\0', "\u{fffd}") } else { text };
    match value {
        Value::String(text) => Value::String(clean(text)),
        Value::Array(list) => list.into_iter().map(without_nul).collect(),
        Value::Object(fields) => {
            fields.into_iter().map(|(name, value)| (clean(name), without_nul(value))).collect()
        }
        other => other,
    }
}
