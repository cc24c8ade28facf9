//! JSON Schemas of the data, computed from the structs by schemars.
//!
//! They describe what a reader must take (schemars' deserialize contract): a field with a default
//! may be absent. So a message written before an optional field was added stays valid for ever.

use domain::commands::is_from_outside;
use domain::message::MessageType;
use domain::schema::schema;
use schemars::generate::{SchemaGenerator, SchemaSettings};
use serde_json::{Map, Value, json};

/// Where the schemas of an AsyncAPI document lie.
const COMPONENTS: &str = "/components/schemas";

/// The JSON Schema (2020-12) of one type's data, complete in itself.
pub(super) fn data(ty: &MessageType) -> Value {
    let (root, mut definitions) = schema(ty, SchemaSettings::draft2020_12());
    let name = referred(&root).map(str::to_owned);
    let named = name.as_ref().and_then(|name| definitions.remove(name));
    let mut whole = named.unwrap_or(root);
    if let Value::Object(fields) = &mut whole {
        let title = name.unwrap_or_else(|| ty.name.to_owned());
        fields.insert("$schema".into(), "https://json-schema.org/draft/2020-12/schema".into());
        fields.insert("$id".into(), format!("urn:leadmill:schema:{}", ty.name).into());
        fields.insert("title".into(), title.into());
        if !definitions.is_empty() {
            fields.insert("$defs".into(), Value::Object(definitions));
        }
    }
    whole
}

/// The schemas of many types in one AsyncAPI document, whose own dialect is draft 07.
pub(super) struct Shared {
    /// Of what is ours, which shares the schemas of its parts.
    generator: SchemaGenerator,
    /// Of commands from outside, by name. Each is whole in itself: a part of one is strict, and tolerant where
    /// an event has it too.
    strict: Map<String, Value>,
}

impl Shared {
    pub(super) fn new() -> Self {
        Self { generator: settings().into_generator(), strict: Map::new() }
    }

    /// A reference to the schema of a type's data.
    pub(super) fn refer(&mut self, ty: &MessageType) -> Value {
        if !is_from_outside(ty) {
            return (ty.schema)(&mut self.generator).to_value();
        }
        let (root, _) = schema(ty, settings());
        if let Some(name) = referred(&root)
            && !self.strict.contains_key(name)
        {
            let whole = settings().with(|settings| settings.inline_subschemas = true);
            self.strict.insert(name.to_owned(), schema(ty, whole).0);
        }
        root
    }

    /// What was referred to, by name.
    pub(super) fn schemas(&mut self) -> Map<String, Value> {
        let mut schemas = self.generator.take_definitions(true);
        schemas.append(&mut self.strict);
        schemas
    }

    /// The doc comment of a type's struct.
    pub(super) fn doc(&mut self, ty: &MessageType) -> String {
        let root = self.refer(ty);
        let known = |name| self.generator.definitions().get(name).or(self.strict.get(name));
        let definition = referred(&root).and_then(known);
        let doc = definition.unwrap_or(&root).get("description").and_then(Value::as_str);
        doc.unwrap_or_default().to_owned()
    }
}

fn settings() -> SchemaSettings {
    SchemaSettings::draft07().with(|settings| settings.definitions_path = COMPONENTS.into())
}

/// A reference to a schema of the AsyncAPI document.
pub(super) fn component(name: &str) -> Value {
    json!({ "$ref": format!("#{COMPONENTS}/{name}") })
}

/// The last name of a reference.
fn referred(schema: &Value) -> Option<&str> {
    schema.get("$ref")?.as_str()?.rsplit('/').next()
}
