//! What is promised of every type: its schema without the words in it.

use domain::commands::is_from_outside;
use serde_json::{Map, Value, json};

use super::entry::types;
use super::{ENVELOPE, envelope, schema};

/// What explains a schema and promises nothing.
const WORDS: [&str; 6] = ["$id", "$schema", "title", "description", "examples", "x-personal"];
/// What maps names to schemas: there, any word is a name.
const NAMES: [&str; 2] = ["properties", "$defs"];

/// The shapes of all types and of the envelope, by name: `asked` where it comes from outside, and the schema.
#[must_use]
pub fn shapes() -> Value {
    let data = types().map(|ty| (ty.name, is_from_outside(ty), schema::data(ty)));
    let all = data.chain([(ENVELOPE, false, envelope::schema())]);
    let shape = |(name, asked, schema): (&str, bool, Value)| {
        (name.to_owned(), json!({ "asked": asked, "schema": bare(&schema) }))
    };
    Value::Object(all.map(shape).collect())
}

fn bare(schema: &Value) -> Value {
    match schema {
        Value::Object(fields) => {
            let kept = fields.iter().filter(|(key, _)| !WORDS.contains(&key.as_str()));
            let kept = kept.map(|(key, value)| (key.clone(), under(key, value)));
            Value::Object(kept.collect())
        }
        Value::Array(items) => items.iter().map(bare).collect(),
        other => other.clone(),
    }
}

fn under(key: &str, value: &Value) -> Value {
    match value {
        Value::Object(named) if NAMES.contains(&key) => {
            let named = named.iter().map(|(name, schema)| (name.clone(), bare(schema)));
            Value::Object(named.collect::<Map<_, _>>())
        }
        other => bare(other),
    }
}
