//! The channels: a routing key for each type, to publish to, and the queues, to consume from.

use domain::message::MessageType;
use serde_json::{Map, Value, json};

use super::BINDING;
use super::messages::summary;
use crate::contract::raw::RAW;
use crate::contract::schema::Shared;
use crate::contract::{Contract, exchange, types};
use crate::messaging::{Argument, EVENTS, Queue, RETURN};
use crate::workers::OUT_BILLING;

/// Every channel by its name: the routing key, or the queue.
pub(super) fn all(contract: &Contract, shared: &mut Shared) -> Map<String, Value> {
    let mut channels = Map::new();
    for ty in types() {
        channels.insert(ty.name.to_owned(), key(contract, ty, &shared.doc(ty)));
    }
    channels.extend(contract.queues().map(|queue| (queue.name.clone(), of_queue(contract, queue))));
    channels
}

/// The names of the messages that a queue holds.
pub(super) fn held(contract: &Contract, queue: &Queue) -> Vec<String> {
    let raw = RAW.iter().filter(|raw| raw.queue == queue.name).map(|raw| raw.key());
    let types = types().filter(|ty| contract.reaches(ty).contains(&queue));
    raw.chain(types.map(|ty| ty.name.to_owned())).collect()
}

fn key(contract: &Contract, ty: &MessageType, doc: &str) -> Value {
    let queues: Vec<_> = contract.reaches(ty).iter().map(|queue| queue.name.as_str()).collect();
    json!({
        "address": ty.name,
        "title": ty.name,
        "summary": summary(doc),
        "messages": messages([ty.name.to_owned()]),
        "bindings": {
            "amqp": {
                "is": "routingKey",
                "exchange": {
                    "name": exchange(ty),
                    "type": "topic",
                    "durable": true,
                    "autoDelete": false,
                    "vhost": "/",
                },
                "bindingVersion": BINDING,
            },
        },
        "x-queues": queues,
    })
}

fn of_queue(contract: &Contract, queue: &Queue) -> Value {
    json!({
        "address": queue.name,
        "title": format!("Queue {}", queue.name),
        "summary": purpose(queue),
        "messages": messages(held(contract, queue)),
        "bindings": {
            "amqp": {
                "is": "queue",
                "queue": {
                    "name": queue.name,
                    "durable": true,
                    "exclusive": false,
                    "autoDelete": false,
                    "vhost": "/",
                    "x-arguments": arguments(queue),
                    "x-bindings": bindings(queue),
                },
                "bindingVersion": BINDING,
            },
        },
    })
}

fn purpose(queue: &Queue) -> &'static str {
    if queue.name == OUT_BILLING {
        "Everything about invoices, for a billing system to consume; it waits there until one does."
    } else if RAW.iter().any(|raw| raw.queue == queue.name) {
        "Raw inputs: publish to the default exchange with the queue's name as routing key."
    } else {
        "Of a worker; only that worker consumes it."
    }
}

fn messages(names: impl IntoIterator<Item = String>) -> Map<String, Value> {
    let refer = |name: String| {
        let target = json!({ "$ref": format!("#/components/messages/{name}") });
        (name, target)
    };
    names.into_iter().map(refer).collect()
}

fn arguments(queue: &Queue) -> Map<String, Value> {
    let value = |argument| match argument {
        Argument::Text(text) | Argument::Exchange(text) => Value::from(text),
        Argument::Number(number) => Value::from(number),
    };
    queue.arguments().into_iter().map(|(name, of)| (name.to_owned(), value(of))).collect()
}

/// What brings messages of the contract into the queue; the way back from a delay is our own affair.
fn bindings(queue: &Queue) -> Vec<Value> {
    let contract = queue.bindings.iter().filter(|binding| binding.exchange != RETURN);
    let mut bindings: Vec<_> = contract.map(|b| (b.exchange != EVENTS, b)).collect();
    bindings.sort_by_key(|(command, binding)| (*command, binding.routing_key.clone()));
    let shown = |(_, binding): (bool, &crate::messaging::Binding)| json!({ "exchange": binding.exchange, "routingKey": binding.routing_key });
    bindings.into_iter().map(shown).collect()
}
