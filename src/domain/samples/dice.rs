//! Random values of every type that has a schema.

use std::any::type_name;
use std::collections::BTreeMap;

use rust_decimal::Decimal;
use schemars::JsonSchema;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value, json};
use uuid::Uuid;

use crate::ids::{derived, minted};
use crate::newer::OPEN;

use super::at;

/// Longest list of what a record holds.
const LIST_MAX: u64 = 3;
/// Seconds of three years, within which times lie.
const SPAN_SECONDS: u64 = 3 * 365 * 24 * 3600;

/// Throws values: the same ones for the same seed.
#[derive(Debug)]
pub struct Dice {
    thrown: u32,
    seed: Uuid,
    /// Schemas by the names of their types.
    schemas: BTreeMap<&'static str, Value>,
}

impl Dice {
    /// Dice that always fall alike.
    #[must_use]
    pub fn new(seed: u8) -> Self {
        Self { thrown: 0, seed: minted(at(), [seed; 10]), schemas: BTreeMap::new() }
    }

    /// An id as nobody has one.
    fn id(&mut self) -> Uuid {
        self.thrown += 1;
        derived(self.seed, "dice", self.thrown)
    }

    /// A number below this one.
    pub(super) fn below(&mut self, end: u64) -> u64 {
        // The second half of an id is a hash, but for its first two bits.
        (self.id().as_u64_pair().1 << 2) / 4 % end
    }

    /// Some of these, by their number.
    pub(super) fn list<T>(&mut self, mut one: impl FnMut(&mut Self) -> T) -> Vec<T> {
        (0..self.below(LIST_MAX + 1)).map(|_| one(self)).collect()
    }

    /// Any value that the schema of its type allows.
    ///
    /// # Panics
    /// Where the schema has a form that is not known here yet.
    pub fn any<T: JsonSchema + DeserializeOwned>(&mut self) -> T {
        let name = type_name::<T>();
        let known = self.schemas.remove(name);
        let schema = known.unwrap_or_else(|| schemars::schema_for!(T).to_value());
        let value = self.value(&schema, &schema["$defs"]);
        self.schemas.insert(name, schema);
        serde_json::from_value(value).unwrap_or_else(|error| panic!("no {name}: {error}"))
    }

    fn value(&mut self, schema: &Value, defs: &Value) -> Value {
        if let Some(name) = schema["$ref"].as_str() {
            let name = name.rsplit('/').next().unwrap_or_default();
            return self.value(&defs[name], defs);
        }
        for choice in ["anyOf", "oneOf"] {
            if let Some(schemas) = schema[choice].as_array() {
                let place = self.place(schemas.len());
                return self.value(&schemas[place], defs);
            }
        }
        if let Some(words) = schema["enum"].as_array() {
            let place = self.place(words.len());
            return words[place].clone();
        }
        if let Some(word) = schema.get("const") {
            return word.clone();
        }
        let ty = match &schema["type"] {
            Value::Array(types) => &types[self.place(types.len())],
            ty => ty,
        };
        match ty.as_str() {
            Some("null") => Value::Null,
            Some("boolean") => json!(self.below(2) == 1),
            Some("integer") => {
                let wide = schema["format"].as_str().is_some_and(|format| format.ends_with("64"));
                let end = if wide { 1 << 40 } else { 1_000_000 };
                let last = schema["maximum"].as_u64().unwrap_or(end).min(end);
                json!(schema["minimum"].as_u64().unwrap_or(0).max(self.below(last + 1)))
            }
            // A decimal may be either; a text keeps it as it is.
            Some("string" | "number") => json!(self.string(schema)),
            Some("array") => match schema["prefixItems"].as_array() {
                Some(places) => places.iter().map(|place| self.value(place, defs)).collect(),
                None => json!(self.list(|dice| dice.value(&schema["items"], defs))),
            },
            Some("object") => self.object(schema, defs),
            _ => panic!("a schema of an unknown form: {schema}"),
        }
    }

    fn object(&mut self, schema: &Value, defs: &Value) -> Value {
        let mut object = Map::new();
        for (name, field) in schema["properties"].as_object().into_iter().flatten() {
            object.insert(name.clone(), self.value(field, defs));
        }
        Value::Object(object)
    }

    fn string(&mut self, schema: &Value) -> String {
        if schema[OPEN] == true {
            return format!("newer_{}", self.below(3));
        }
        let pattern = schema["pattern"].as_str().unwrap_or_default();
        match schema["format"].as_str() {
            Some("uuid") => self.id().to_string(),
            Some("date-time") => {
                let seconds = self.below(SPAN_SECONDS).cast_signed();
                (at() + chrono::Duration::seconds(seconds)).to_rfc3339()
            }
            Some("date") => {
                let days = self.below(SPAN_SECONDS / (24 * 3600));
                (at().date_naive() + chrono::Days::new(days)).to_string()
            }
            _ if pattern.contains("[A-Z]{3}") => ["EUR", "USD", "JPY"][self.place(3)].into(),
            _ if ["[0-9]", "\\d"].iter().any(|digit| pattern.contains(digit)) => {
                self.decimal().to_string()
            }
            _ => format!("{}, \"ä\\ü\" {{'{}'}}", self.below(1_000_000), self.below(10)),
        }
    }

    fn place(&mut self, count: usize) -> usize {
        usize::try_from(self.below(count as u64)).unwrap_or(0)
    }

    /// An amount with six decimals at most.
    fn decimal(&mut self) -> Decimal {
        let (value, scale) = (self.below(1 << 40), self.below(7));
        Decimal::new(value.cast_signed(), u32::try_from(scale).unwrap_or(0))
    }

    /// A count from 1 on.
    pub(super) fn count(&mut self) -> i64 {
        self.below(1_000).cast_signed() + 1
    }

    /// A text that nobody else has.
    pub(super) fn number(&mut self) -> String {
        format!("N-{}", self.id())
    }
}
