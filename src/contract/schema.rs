//! JSON Schemas of the data, computed from the structs by schemars.
//!
//! They describe what a reader must take (schemars' deserialize contract): a field with a default
//! may be absent. So a message written before an optional field was added stays valid for ever.

use domain::message::MessageType;
use schemars::generate::{SchemaGenerator, SchemaSettings};
use serde_json::{Map, Value, json};

/// Where the schemas of an AsyncAPI document lie.
const COMPONENTS: &str = "/components/schemas";

/// The JSON Schema (2020-12) of one type's data, complete in itself.
pub(super) fn data(ty: &MessageType) -> Value {
    let mut generator = SchemaSettings::draft2020_12().into_generator();
    let root = (ty.schema)(&mut generator).to_value();
    let mut definitions = generator.take_definitions(true);
    let name = referred(&root).map(str::to_owned);
    let named = name.as_ref().and_then(|name| definitions.remove(name));
    let mut schema = named.unwrap_or(root);
    if let Value::Object(fields) = &mut schema {
        let title = name.unwrap_or_else(|| ty.name.to_owned());
        fields.insert("$schema".into(), "https://json-schema.org/draft/2020-12/schema".into());
        fields.insert("$id".into(), format!("urn:leadmill:schema:{}", ty.name).into());
        fields.insert("title".into(), title.into());
        if !definitions.is_empty() {
            fields.insert("$defs".into(), Value::Object(definitions));
        }
    }
    schema
}

/// The schemas of many types in one AsyncAPI document, whose own dialect is draft 07.
pub(super) struct Shared {
    generator: SchemaGenerator,
}

impl Shared {
    pub(super) fn new() -> Self {
        let settings = SchemaSettings::draft07()
            .with(|settings| settings.definitions_path = COMPONENTS.into());
        Self { generator: settings.into_generator() }
    }

    /// A reference to the schema of a type's data.
    pub(super) fn refer(&mut self, ty: &MessageType) -> Value {
        (ty.schema)(&mut self.generator).to_value()
    }

    /// What was referred to, by name.
    pub(super) fn schemas(&mut self) -> Map<String, Value> {
        self.generator.take_definitions(true)
    }

    /// The doc comment of a type's struct.
    pub(super) fn doc(&mut self, ty: &MessageType) -> String {
        let root = self.refer(ty);
        let definition = referred(&root).and_then(|name| self.generator.definitions().get(name));
        let doc = definition.unwrap_or(&root).get("description").and_then(Value::as_str);
        doc.unwrap_or_default().to_owned()
    }
}

/// A reference to a schema of the AsyncAPI document.
pub(super) fn component(name: &str) -> Value {
    json!({ "$ref": format!("#{COMPONENTS}/{name}") })
}

/// The last name of a reference.
fn referred(schema: &Value) -> Option<&str> {
    schema.get("$ref")?.as_str()?.rsplit('/').next()
}
