//! The JSON Schema of the envelope: CloudEvents 1.0 as leadmill takes and writes it.

use domain::message::TYPE_PREFIX;
use serde_json::{Value, json};

use crate::envelope::{ACTOR, SOURCE_PREFIX};

/// The schema as a document of its own (2020-12).
pub(super) fn schema() -> Value {
    let mut schema = bare();
    if let Value::Object(fields) = &mut schema {
        fields.insert("$schema".into(), "https://json-schema.org/draft/2020-12/schema".into());
        fields.insert("$id".into(), "urn:leadmill:schema:envelope".into());
    }
    schema
}

/// The schema in words that draft 07 and 2020-12 share.
pub(super) fn bare() -> Value {
    let prefix = TYPE_PREFIX.replace('.', r"\.");
    json!({
        "title": "CloudEvent",
        "description": "CloudEvents 1.0 in structured mode. A sender outside needs `specversion`, \
            `id`, `source`, `type` and `data`; whatever leadmill says has the rest too. Attributes \
            that are not named here are allowed and ignored.",
        "type": "object",
        "required": ["specversion", "id", "source", "type", "data"],
        "properties": {
            "specversion": { "const": "1.0" },
            "id": {
                "type": "string",
                "minLength": 1,
                "description": "Unique for its `source`, for ever: the same id with the same \
                    content is a repeat and changes nothing, with other content it is refused as \
                    `conflicting_repeat`. Our own ids are UUIDv7.",
            },
            "source": {
                "type": "string",
                "minLength": 1,
                "format": "uri-reference",
                "description": format!("Who says it; `{SOURCE_PREFIX}` and the name of a worker are ours."),
            },
            "type": {
                "type": "string",
                "pattern": format!(r"^{prefix}[a-z_]+\.[a-z_]+\.v[1-9][0-9]*$"),
                "description": format!("`{TYPE_PREFIX}`, then the routing key."),
            },
            "subject": {
                "type": "string",
                "minLength": 1,
                "description": "The id of the record that it is about.",
            },
            "time": {
                "type": "string",
                "format": "date-time",
                "description": "When it was decided, by the database's clock, in UTC.",
            },
            "datacontenttype": { "type": "string", "description": "application/json" },
            "correlationid": {
                "type": "string",
                "description": "The pipeline: the same from the first message to the last invoice.",
            },
            "causationid": { "type": "string", "description": "The message that caused this one." },
            "sequence": {
                "type": "string",
                "pattern": "^[0-9]{20}$",
                "description": "Counts the events about the subject, so that they can be put in \
                    order as text. Commands and answers have none.",
            },
            "traceparent": {
                "type": "string",
                "description": "W3C trace context of the pipeline's start.",
            },
            "actor": {
                "type": "string",
                "minLength": 1,
                "maxLength": ACTOR.chars_max,
                "x-personal": true,
                "description": "An extension. In a command: the person for whom its sender speaks, whose rights \
                    then count; a sender that may not speak for people is refused by the rule \
                    `rights.actor`. In what leadmill says: the person who was named for the command that it \
                    follows from directly.",
            },
            "data": { "description": "As the schema of the type says." },
        },
        "if": {
            "properties": { "source": { "type": "string", "pattern": format!("^{SOURCE_PREFIX}") } },
            "required": ["source"],
        },
        "then": {
            "required": ["subject", "time", "datacontenttype", "correlationid", "causationid"],
            "properties": {
                "id": { "format": "uuid" },
                "subject": { "format": "uuid" },
                "datacontenttype": { "const": "application/json" },
                "correlationid": { "format": "uuid" },
                "causationid": { "format": "uuid" },
            },
        },
    })
}
