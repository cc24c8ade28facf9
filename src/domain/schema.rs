//! The schema of a message's data as it is told, and as what comes from outside is held to it.
//!
//! What is stored or published is read tolerantly: a field that this program does not know was written by a
//! newer one, and an older worker goes on beside it. So no struct of a message refuses a field, and the schema
//! of an event leaves every object open. A command from outside is strict: a misspelt field would be
//! an order that nobody carries out. That is no matter of the struct, which may be stored and published too,
//! but of the one place where it comes in; so its schema closes every object, and `fit` holds it to that.

use schemars::Schema;
use schemars::generate::SchemaSettings;
use schemars::transform::{RecursiveTransform, Transform};
use serde_json::{Map, Value};

use crate::commands::is_from_outside;
use crate::message::MessageType;
use crate::newer;

/// The schema of a type's data, and those that it refers to by name.
#[must_use]
pub fn schema(ty: &MessageType, settings: SchemaSettings) -> (Value, Map<String, Value>) {
    let strict = is_from_outside(ty);
    let settings =
        if strict { settings.with_transform(RecursiveTransform(close)) } else { settings };
    let mut generator = settings.into_generator();
    let mut root = (ty.schema)(&mut generator);
    if strict {
        RecursiveTransform(close).transform(&mut root);
    }
    (root.to_value(), generator.take_definitions(true))
}

/// Takes only the fields that are declared, and the words that this program knows.
fn close(schema: &mut Schema) {
    newer::close(schema);
    if schema.get("properties").is_some() && schema.get("additionalProperties").is_none() {
        schema.insert("additionalProperties".into(), false.into());
    }
}
