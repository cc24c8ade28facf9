//! What the parts of the document refer to.

use serde_json::{Value, json};

/// The version of the AMQP binding that the document is written in.
pub(super) const BINDING: &str = "0.3.0";

/// A reference to a message of a channel.
pub(super) fn of_channel(channel: &str, message: &str) -> Value {
    json!({ "$ref": format!("#/channels/{channel}/messages/{message}") })
}

/// A reference to a channel.
pub(super) fn channel(name: &str) -> Value {
    json!({ "$ref": format!("#/channels/{name}") })
}
