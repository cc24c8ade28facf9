//! The channels: each type at each exchange by which it comes, and the queues, to consume from.

use domain::message::MessageType;
use serde_json::{Map, Value, json};

use super::messages::summary;
use super::reference::BINDING;
use crate::contract::entry::{Contract, types};
use crate::contract::raw::RAW;
use crate::contract::schema::Shared;
use crate::messaging::{Argument, Binding, Queue, REPLAY, is_from, is_way_back};
use crate::workers::OUT_BILLING;

/// Every channel by its name: exchange and routing key, or the queue.
pub(super) fn all(contract: &Contract, shared: &mut Shared) -> Map<String, Value> {
    let mut channels = Map::new();
    for ty in types() {
        let doc = shared.doc(ty);
        for exchange in contract.exchanges(ty) {
            channels.insert(name(&exchange, ty), key(contract, &exchange, ty, &doc));
        }
    }
    channels.extend(contract.queues().map(|queue| (queue.name.clone(), of_queue(contract, queue))));
    channels
}

/// The names of the messages that a queue holds.
pub(super) fn held(contract: &Contract, queue: &Queue) -> Vec<String> {
    let raw = RAW.iter().filter(|raw| raw.queue == queue.name).map(|raw| raw.key());
    let bound = |ty: &&'static MessageType| {
        contract.exchanges(ty).iter().any(|it| contract.reaches(it, ty).contains(&queue))
    };
    let types = types().filter(bound);
    raw.chain(types.map(|ty| ty.name.to_owned())).collect()
}

/// The name of the channel of a type at an exchange.
pub(super) fn name(exchange: &str, ty: &MessageType) -> String {
    format!("{exchange}:{}", ty.name)
}

fn key(contract: &Contract, exchange: &str, ty: &MessageType, doc: &str) -> Value {
    let queues = contract.reaches(exchange, ty);
    let queues: Vec<_> = queues.iter().map(|queue| queue.name.as_str()).collect();
    // One kind of sender is kept to its keys by the bindings behind a headers exchange, everybody else
    // by its rights.
    let kind = if is_from(exchange) { "headers" } else { "topic" };
    json!({
        "address": ty.name,
        "title": ty.name,
        "summary": summary(doc),
        "messages": messages([ty.name.to_owned()]),
        "bindings": {
            "amqp": {
                "is": "routingKey",
                "exchange": {
                    "name": exchange,
                    "type": kind,
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
        "Raw inputs: publish to the exchange of the kind of sender, or to the default exchange, with the \
         queue's name as routing key."
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

/// What brings messages of the contract into the queue; the ways back, from a delay and from
/// `parked`, are our own affair.
fn bindings(queue: &Queue) -> Vec<Value> {
    let own = |binding: &&Binding| binding.exchange != REPLAY && !is_way_back(&binding.exchange);
    let mut bindings: Vec<_> = queue.bindings.iter().filter(own).collect();
    bindings.sort();
    let shown = |binding: &Binding| json!({ "exchange": binding.exchange, "routingKey": binding.routing_key });
    bindings.into_iter().map(shown).collect()
}
