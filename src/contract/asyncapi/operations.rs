//! The operations: what each worker says, and which queues it consumes.

use domain::host::Hosted;
use domain::message::MessageType;
use serde_json::{Map, Value, json};

use super::channels::{held, name as at};
use super::reference::{BINDING, channel, of_channel};
use crate::contract::entry::{Contract, types};
use crate::messaging::{Queue, said_by};
use crate::workers;

/// Every operation: `<worker>.says.<type>` and `<worker>.hears.<queue>`.
pub(super) fn all(contract: &Contract) -> Map<String, Value> {
    let mut operations = Map::new();
    for worker in &contract.workers {
        let name = worker.name();
        let said = workers::says(&**worker);
        for ty in types().filter(|ty| said.contains(ty)) {
            operations.insert(format!("{name}.says.{}", ty.name), send(contract, &**worker, ty));
        }
        for queue in workers::queues(&**worker, &contract.sayers) {
            let operation = receive(contract, &**worker, &queue);
            operations.insert(format!("{name}.hears.{}", queue.name), operation);
        }
    }
    operations
}

fn send(contract: &Contract, worker: &dyn Hosted, ty: &MessageType) -> Value {
    let exchange = said_by(worker.name());
    let here = at(&exchange, ty);
    json!({
        "action": "send",
        "title": format!("{} says {}", worker.name(), ty.name),
        "channel": channel(&here),
        "messages": [of_channel(&here, ty.name)],
        "tags": [{ "name": worker.name() }],
        "bindings": {
            "amqp": {
                "deliveryMode": 2,
                // A return would mean a lost binding; what nobody hears stays in the log alone.
                "mandatory": !contract.reaches(&exchange, ty).is_empty(),
                "timestamp": true,
                "bindingVersion": BINDING,
            },
        },
    })
}

fn receive(contract: &Contract, worker: &dyn Hosted, queue: &Queue) -> Value {
    let name = &queue.name;
    let messages = held(contract, queue);
    let messages: Vec<_> = messages.iter().map(|message| of_channel(name, message)).collect();
    json!({
        "action": "receive",
        "title": format!("{} hears {name}", worker.name()),
        "channel": channel(name),
        "messages": messages,
        "tags": [{ "name": worker.name() }],
        "bindings": { "amqp": { "ack": true, "bindingVersion": BINDING } },
    })
}
