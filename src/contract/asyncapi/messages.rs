//! The messages: data in the envelope, and raw inputs.

use domain::message::MessageType;
use serde_json::{Map, Value, json};

use super::reference::BINDING;
use crate::contract::raw::RAW;
use crate::contract::schema::{Shared, component};
use crate::contract::{Role, envelope, example, types};
use crate::envelope::CONTENT_TYPE;

/// The name of the envelope's schema; no struct of the domain has it.
const ENVELOPE: &str = "CloudEvent";
/// The name of the schema of our messages' AMQP headers.
const HEADERS: &str = "AmqpHeaders";

/// Every message by its name.
pub(super) fn all(shared: &mut Shared) -> Map<String, Value> {
    let mut messages = Map::new();
    for ty in types() {
        messages.insert(ty.name.to_owned(), message(ty, shared));
    }
    messages.extend(RAW.iter().map(|raw| (raw.key(), raw.message())));
    messages
}

/// Adds what all messages share.
pub(super) fn envelopes(schemas: &mut Map<String, Value>) {
    schemas.insert(ENVELOPE.to_owned(), envelope::bare());
    let headers = json!({
        "description": "Headers beside the AMQP properties; a receiver ignores what it does not know.",
        "type": "object",
        "properties": {
            "traceparent": {
                "type": "string",
                "description": "W3C trace context, as in the envelope.",
            },
        },
    });
    schemas.insert(HEADERS.to_owned(), headers);
}

fn message(ty: &'static MessageType, shared: &mut Shared) -> Value {
    let wire = ty.wire_name();
    let doc = shared.doc(ty);
    let data = json!({
        "type": "object",
        "properties": { "type": { "const": wire }, "data": shared.refer(ty) },
        "required": ["type", "data"],
    });
    let examples = example(ty.name).map(|payload| json!({ "name": ty.name, "payload": payload }));
    let mut message = json!({
        "name": wire,
        "title": ty.name,
        "summary": summary(&doc),
        "contentType": CONTENT_TYPE,
        "correlationId": {
            "location": "$message.payload#/correlationid",
            "description": "The pipeline that it belongs to.",
        },
        "headers": component(HEADERS),
        "payload": { "allOf": [component(ENVELOPE), data] },
        "bindings": {
            "amqp": { "messageType": wire, "bindingVersion": BINDING },
        },
        "tags": [{ "name": Role::of(ty).name() }, { "name": ty.about.name() }],
        "examples": examples.into_iter().collect::<Vec<_>>(),
    });
    let mut told = if doc.contains("\n\n") { doc } else { String::new() };
    if let (Some(right), Value::Object(fields)) = (ty.needs, &mut message) {
        fields.insert("x-right".into(), right.name().into());
        let needs = format!("From outside it needs the right `{right}`.");
        told =
            [told, needs].into_iter().filter(|it| !it.is_empty()).collect::<Vec<_>>().join("\n\n");
    }
    if let (false, Value::Object(fields)) = (told.is_empty(), &mut message) {
        fields.insert("description".into(), told.into());
    }
    message
}

/// The first paragraph of a doc comment, in one line.
pub(super) fn summary(doc: &str) -> String {
    doc.split("\n\n").next().unwrap_or_default().trim().replace('\n', " ")
}
