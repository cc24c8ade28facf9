//! The AsyncAPI 3.0.0 document: `send` is what our workers say, `receive` what they hear.

use serde_json::{Value, json};

use super::entry::Contract;
use super::schema::Shared;
use crate::envelope::CONTENT_TYPE;

mod channels;
mod messages;
mod operations;
mod reference;

const DESCRIPTION: &str = "A lead-to-cash pipeline: leads go in by message, issued invoices come \
    out by message.\n\n\
    Raw inputs (a mail, a form, a file of rows, a card) are sent as they are, under the name of an \
    `intake.*` queue as routing key, to the exchange of the kind of sender (`leadmill.from.web` …) or \
    to the default exchange. Everything else is a CloudEvents 1.0 message in structured mode; the \
    routing key is the type without `leadmill.`. Each worker says everything by a topic exchange of its \
    own, `leadmill.events.<worker>`, and one type may come from several: bind a queue to each that a \
    channel names, or let `leadmill consumer add` make it. Commands go to the topic exchange \
    `leadmill.commands`, or to that of the kind of sender. The exchange of a kind of sender refuses (`basic.nack`) what carries \
    the header `x-death`, which a broker writes: leave it away when you send on what died in a queue of \
    yours. An installation may put a prefix before the \
    names of its exchanges and queues.\n\n\
    A command from outside that a rule refuses is answered with `<subject>.refused.v1`, one whose \
    effect already held with `<subject>.already.v1`; the command is named there by its `id` and \
    `source`. An event may come twice, always with the same `id`.\n\n\
    A command needs the right that its `x-right` names: of its sender as the broker knows it, or of the \
    person whom a sender that may speak for people names in the extension attribute `actor`. Whoever lacks it \
    is refused by the rule `rights.missing`. The installation says who has which right; by default anybody \
    has all. The events that a command with an `actor` leads to directly carry the \
    same `actor`.\n\n\
    Within a major version only optional fields are added, so a reader ignores fields that it does \
    not know; a command with a field that its schema does not have is refused by the name of the field. Lists of \
    words in events (channels, kinds, reasons, sources, terms) are open where an alternative is marked `x-open`: later \
    versions say more words, so a reader has a case for any other. States are closed. Money and quantities are decimal strings. Fields marked `x-personal` hold personal \
    data. The body may also come in binary mode, or as bare JSON with the properties `type`, \
    `message_id` and `app_id`; what leadmill publishes is always structured, with its attributes \
    repeated in the AMQP properties `message_id`, `type`, `app_id`, `correlation_id`, `timestamp`.";

/// The whole document.
pub(super) fn document(contract: &Contract) -> Value {
    let mut shared = Shared::new();
    let messages = messages::all(&mut shared);
    let channels = channels::all(contract, &mut shared);
    let mut schemas = shared.schemas();
    messages::envelopes(&mut schemas);
    json!({
        "asyncapi": "3.0.0",
        "id": "urn:leadmill",
        "info": {
            "title": "leadmill",
            "version": env!("CARGO_PKG_VERSION"),
            "description": DESCRIPTION,
            "license": { "name": "MIT OR Apache-2.0" },
            "tags": [
                { "name": "event", "description": "Something happened." },
                { "name": "command", "description": "Something is asked for." },
                { "name": "answer", "description": "A command from outside changed nothing." },
                { "name": "raw", "description": "A raw input, without envelope." },
            ],
        },
        "defaultContentType": CONTENT_TYPE,
        "servers": {
            "broker": {
                "host": "{host}",
                "protocol": "amqp",
                "protocolVersion": "0.9.1",
                "description": "RabbitMQ 3.10 or later; `amqps` works too.",
                "variables": {
                    "host": {
                        "default": "127.0.0.1:5672",
                        "description": "Host and port, as in the setting `broker.url`.",
                    },
                },
                "security": [{ "$ref": "#/components/securitySchemes/user" }],
            },
        },
        "channels": channels,
        "operations": operations::all(contract),
        "components": {
            "messages": messages,
            "schemas": schemas,
            "securitySchemes": {
                "user": { "type": "userPassword", "description": "A user of the broker." },
            },
        },
    })
}
