//! Which fields there are and of which type each is, by their schemas: so a new field of a lead can be mapped without
//! a word about it here.

use std::collections::BTreeMap;

use domain::text::NOTE_PATTERN;
use schemars::{JsonSchema, generate::SchemaSettings};
use serde_json::{Map, Value, json};

/// Says nothing about the type.
const WORDS: [&str; 5] = ["description", "title", "default", "$comment", "x-personal"];
/// Deepest field that is told by name.
const DEPTH_MAX: usize = 3;

/// The type of a field: its schema, whole and without what only explains it.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Kind(Value);

impl Kind {
    pub(super) fn of<T: JsonSchema>() -> Self {
        let mut generator = SchemaSettings::draft2020_12().into_generator();
        let root = T::json_schema(&mut generator).to_value();
        Self(whole(&root, &generator.take_definitions(true)))
    }

    /// The fields of an object, or none.
    pub(super) fn fields(&self) -> BTreeMap<&str, Self> {
        let fields = self.0["properties"].as_object().into_iter().flatten();
        fields.map(|(name, schema)| (name.as_str(), Self(schema.clone()))).collect()
    }

    /// The field at a path such as `person.phones.0`.
    pub(super) fn at(&self, path: &str) -> Option<Self> {
        path.split('.').try_fold(self.clone(), |at, step| {
            if at.0["type"] == "array" {
                let place = step.len() <= 2 && step.bytes().all(|byte| byte.is_ascii_digit());
                return place.then(|| Self(at.0["items"].clone()));
            }
            at.0["properties"].get(step).cloned().map(Self)
        })
    }

    /// The paths of all fields, without those within lists.
    pub(super) fn paths(&self) -> Vec<String> {
        let mut paths = Vec::new();
        self.name("", DEPTH_MAX, &mut paths);
        paths
    }

    fn name(&self, before: &str, depth: usize, paths: &mut Vec<String>) {
        for (name, field) in self.fields() {
            let path = format!("{before}{name}");
            if depth > 0 {
                field.name(&format!("{path}."), depth - 1, paths);
            }
            paths.push(path);
        }
    }

    /// Whatever is of this type can stand where that type is wanted: the same type, or a text where a longer one may
    /// stand.
    pub(super) fn fits(&self, wanted: &Self) -> bool {
        if self == wanted {
            return true;
        }
        let (Some(own), Some(most)) = (self.text_max(), wanted.text_max()) else { return false };
        own <= most && (wanted.has_lines() || !self.has_lines())
    }

    /// The longest text; `None` where it is no text of people's.
    fn text_max(&self) -> Option<u64> {
        self.0.get("maxLength").filter(|_| self.0["type"] == "string")?.as_u64()
    }

    fn has_lines(&self) -> bool {
        self.0["pattern"] == NOTE_PATTERN
    }
}

impl std::fmt::Display for Kind {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let mut words = Vec::new();
        choices(&self.0, &mut words);
        if !words.is_empty() {
            return write!(out, "one of {}", words.join(", "));
        }
        match (self.0["type"].as_str().unwrap_or_default(), self.text_max()) {
            ("string", Some(max)) if self.has_lines() => write!(out, "text of {max} characters"),
            ("string", Some(max)) => write!(out, "text of one line and {max} characters"),
            ("string", None) => match self.0["pattern"].as_str() {
                Some(domain::day::DAY_PATTERN) => out.write_str("a day"),
                Some(domain::day::MOMENT_PATTERN) => out.write_str("a moment"),
                Some(domain::money::CURRENCY_PATTERN) => out.write_str("a currency"),
                _ => out.write_str("a decimal"),
            },
            ("boolean", _) => out.write_str("yes or no"),
            ("integer", _) => out.write_str("a whole number"),
            ("array", _) => write!(out, "a list of {}", Self(self.0["items"].clone())),
            _ => {
                let names: Vec<_> = self.fields().into_keys().map(str::to_owned).collect();
                write!(out, "an object with {}", names.join(", "))
            }
        }
    }
}

/// The words that may be chosen from.
fn choices<'s>(schema: &'s Value, words: &mut Vec<&'s str>) {
    for several in ["anyOf", "oneOf"] {
        schema[several].as_array().into_iter().flatten().for_each(|one| choices(one, words));
    }
    let listed = schema["enum"].as_array().into_iter().flatten().filter_map(Value::as_str);
    words.extend(listed.chain(schema["const"].as_str()));
}

/// A schema with all that it refers to in place, for what is given: whether it may be absent says nothing of its type.
fn whole(schema: &Value, definitions: &Map<String, Value>) -> Value {
    if let Some(name) = schema["$ref"].as_str() {
        let name = name.rsplit('/').next().unwrap_or_default();
        return definitions.get(name).map_or(Value::Null, |named| whole(named, definitions));
    }
    match schema {
        Value::Object(fields) => {
            let told = fields.iter().filter(|(name, _)| !WORDS.contains(&name.as_str()));
            let mut told: Map<_, _> = told
                .map(|(name, value)| {
                    let value = match value {
                        // Here the names are those of fields.
                        Value::Object(of) if name == "properties" => of
                            .iter()
                            .map(|(name, field)| (name.clone(), whole(field, definitions)))
                            .collect(),
                        value => whole(value, definitions),
                    };
                    (name.clone(), value)
                })
                .collect();
            if let Some(Value::Array(types)) = told.get("type") {
                let given = types.iter().find(|ty| **ty != "null").cloned();
                told.insert("type".into(), given.unwrap_or_default());
            }
            let null = json!({ "type": "null" });
            let any = told.get("anyOf").and_then(Value::as_array);
            if let Some([given, other]) = any.map(Vec::as_slice)
                && *other == null
            {
                return given.clone();
            }
            Value::Object(told)
        }
        Value::Array(all) => all.iter().map(|one| whole(one, definitions)).collect(),
        other => other.clone(),
    }
}
