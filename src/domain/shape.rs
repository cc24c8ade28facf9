//! What the JSON of a message may be, read from its schema; and the one place where everything that
//! comes from outside is judged by it.
//!
//! serde alone takes a list for a struct, and names no field in its errors; a struct that is stored
//! too cannot refuse what was stored before there was a bound. So the schema is not only told but
//! asked: what it does not say is not checked, and what it says is.

use std::collections::BTreeMap;
use std::ops::RangeInclusive;
use std::sync::{Arc, PoisonError, RwLock};

use schemars::generate::SchemaSettings;
use serde_json::{Map, Value};

use crate::day::{DAY_PATTERN, MOMENT_PATTERN};
use crate::message::MessageType;
use crate::money::{CURRENCY_PATTERN, DECIMAL_PATTERN};
use crate::schema::schema;
use crate::text::{Bound, LINE_PATTERN, NOTE_PATTERN};

mod fit;

pub use fit::{Unfit, fit};

/// What may stand at a place, by kind of JSON; alternatives are joined.
#[derive(Clone, Debug, Default)]
pub struct Shape {
    /// Nothing is said about it.
    anything: bool,
    null: bool,
    flag: bool,
    whole: Option<RangeInclusive<i128>>,
    text: Option<Text>,
    list: Option<List>,
    object: Option<Object>,
}

#[derive(Clone, Debug)]
enum Text {
    /// Of any form and length: only in messages of our own.
    Free,
    Choice(Vec<String>),
    Uuid,
    Decimal,
    Currency,
    Day,
    Moment,
    Bounded(Bound),
}

#[derive(Clone, Debug)]
struct List {
    entry: Box<Shape>,
    min: usize,
    max: usize,
}

#[derive(Clone, Debug)]
struct Object {
    fields: BTreeMap<String, Shape>,
    required: Vec<String>,
    /// Are other fields refused?
    closed: bool,
}

impl Shape {
    /// The shape of a type's data; computed once.
    #[must_use]
    pub fn of(ty: &MessageType) -> Arc<Self> {
        static KNOWN: RwLock<BTreeMap<&str, Arc<Shape>>> = RwLock::new(BTreeMap::new());
        let known = KNOWN.read().unwrap_or_else(PoisonError::into_inner).get(ty.name).cloned();
        known.unwrap_or_else(|| {
            let (root, definitions) = schema(ty, SchemaSettings::draft2020_12());
            let shape = Arc::new(read(&root, &definitions));
            let mut known = KNOWN.write().unwrap_or_else(PoisonError::into_inner);
            known.insert(ty.name, Arc::clone(&shape));
            shape
        })
    }

    /// Takes in an alternative.
    fn join(&mut self, other: Self) {
        self.anything |= other.anything;
        self.null |= other.null;
        self.flag |= other.flag;
        self.whole = self.whole.take().or(other.whole);
        self.list = self.list.take().or(other.list);
        self.text = match (self.text.take(), other.text) {
            (Some(Text::Choice(mut words)), Some(Text::Choice(more))) => {
                words.extend(more);
                Some(Text::Choice(words))
            }
            (one, another) => one.or(another),
        };
        self.object = match (self.object.take(), other.object) {
            (Some(mut one), Some(another)) => {
                one.required.retain(|name| another.required.contains(name));
                one.fields.extend(another.fields);
                one.closed &= another.closed;
                Some(one)
            }
            (one, another) => one.or(another),
        };
    }
}

/// Reads a schema as schemars writes it.
fn read(schema: &Value, definitions: &Map<String, Value>) -> Shape {
    if let Some(name) = schema.get("$ref").and_then(Value::as_str) {
        let name = name.rsplit('/').next().unwrap_or_default();
        return definitions.get(name).map(|named| read(named, definitions)).unwrap_or_default();
    }
    let mut shape = Shape::default();
    let alternatives = ["anyOf", "oneOf"].map(|word| schema.get(word).and_then(Value::as_array));
    let mut said = false;
    for alternative in alternatives.into_iter().flatten().flatten() {
        shape.join(read(alternative, definitions));
        said = true;
    }
    let words = schema.get("enum").and_then(Value::as_array).cloned();
    let words = words.or_else(|| schema.get("const").map(|word| vec![word.clone()]));
    if let Some(words) = words {
        let names = words.iter().filter_map(Value::as_str).map(str::to_owned);
        shape.text = Some(Text::Choice(names.collect()));
        shape.null |= words.contains(&Value::Null);
        return shape;
    }
    let kinds = match schema.get("type") {
        Some(Value::String(kind)) => vec![kind.as_str()],
        Some(Value::Array(kinds)) => kinds.iter().filter_map(Value::as_str).collect(),
        _ => Vec::new(),
    };
    shape.anything |= kinds.is_empty() && !said;
    for kind in kinds {
        match kind {
            "null" => shape.null = true,
            "boolean" => shape.flag = true,
            "integer" => shape.whole = Some(whole(schema)),
            "string" => shape.text = Some(text(schema)),
            "array" => shape.list = Some(list(schema, definitions)),
            "object" => shape.object = Some(object(schema, definitions)),
            _ => shape.anything = true,
        }
    }
    shape
}

fn whole(schema: &Value) -> RangeInclusive<i128> {
    let bound = |word| schema.get(word).and_then(Value::as_i64).map(i128::from);
    bound("minimum").unwrap_or(i128::MIN)..=bound("maximum").unwrap_or(i128::MAX)
}

fn text(schema: &Value) -> Text {
    let word = |word| schema.get(word).and_then(Value::as_str);
    let chars_max = schema.get("maxLength").and_then(Value::as_u64);
    let chars_max = chars_max.map_or(usize::MAX, |max| usize::try_from(max).unwrap_or(usize::MAX));
    match (word("format"), word("pattern")) {
        (Some("uuid"), _) => Text::Uuid,
        (_, Some(DECIMAL_PATTERN)) => Text::Decimal,
        (_, Some(CURRENCY_PATTERN)) => Text::Currency,
        (_, Some(DAY_PATTERN)) => Text::Day,
        (_, Some(MOMENT_PATTERN)) => Text::Moment,
        (_, Some(LINE_PATTERN)) => Text::Bounded(Bound { lines: false, chars_max }),
        (_, Some(NOTE_PATTERN)) => Text::Bounded(Bound { lines: true, chars_max }),
        _ => Text::Free,
    }
}

fn list(schema: &Value, definitions: &Map<String, Value>) -> List {
    let entry = schema.get("items").map(|items| read(items, definitions));
    let any = || Shape { anything: true, ..Shape::default() };
    let bound = |word| schema.get(word).and_then(Value::as_u64);
    let bound = |word| bound(word).map(|bound| usize::try_from(bound).unwrap_or(usize::MAX));
    List {
        entry: Box::new(entry.unwrap_or_else(any)),
        min: bound("minItems").unwrap_or(0),
        max: bound("maxItems").unwrap_or(usize::MAX),
    }
}

fn object(schema: &Value, definitions: &Map<String, Value>) -> Object {
    let fields = schema.get("properties").and_then(Value::as_object);
    let fields = fields.into_iter().flatten();
    let required = schema.get("required").and_then(Value::as_array);
    let required = required.into_iter().flatten().filter_map(Value::as_str);
    Object {
        fields: fields.map(|(name, of)| (name.clone(), read(of, definitions))).collect(),
        required: required.map(str::to_owned).collect(),
        closed: schema.get("additionalProperties") == Some(&Value::Bool(false)),
    }
}
