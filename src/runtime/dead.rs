//! The rows of messages that ended the process, or that the broker gave up delivering.

use serde_json::{Value, json};
use uuid::Uuid;

use super::asking::sender;
use super::kept::kept_headers;
use super::original::Original;
use crate::messaging::{Delay, Delivered};
use crate::store::parked::{NewParked, ParkedClass};
use crate::workers::CLOCK;

/// The row of a dead letter; the broker's history says which queue it died in, and why.
pub fn dead_letter(message: &Delivered) -> NewParked {
    let history = message.headers.get("x-death");
    // What no row keeps is no history of the broker's.
    let history = history.filter(|text| !text.contains("\\u0000"));
    let history = history.and_then(|text| serde_json::from_str::<Value>(text).ok());
    let history = history.filter(Value::is_array);
    let first = history.as_ref().and_then(|history| history.get(0));
    let field = |name: &str| {
        let value = first.and_then(|death| death.get(name)).and_then(Value::as_str);
        value.unwrap_or("unknown").to_owned()
    };
    let (queue, reason) = (field("queue"), field("reason"));
    let reason = match first.and_then(|death| death.get("original-expiration")) {
        Some(lived) if reason == "expired" => {
            let lived = lived.as_str().map_or_else(|| lived.to_string(), str::to_owned);
            format!(
                "Its sender gave it {lived} ms to live (`expiration`) and nobody took it from the \
                 queue `{queue}` in that time. Ask its sender whether it is still wanted, then replay \
                 or discard it."
            )
        }
        None if Delay::is_queue(&queue) => format!(
            "It waited in `{queue}` to come back to `{}`, which is no queue of that worker. Look who \
             sent it; discard it, or send its content anew.",
            message.routing_key
        ),
        _ => format!(
            "It died in queue `{queue}` ({reason}): the process that handled it ended each time. \
             Look at the log of that time, then replay or discard it."
        ),
    };
    row(message, CLOCK, queue, reason, history.unwrap_or_else(|| json!([])))
}

/// The row of a message with which the process ended so often, when it was decided alone.
pub fn killer(message: &Delivered, worker: &str, deaths: i32) -> NewParked {
    let reason = format!(
        "The process ended {deaths} times while it decided this message and no other. Look at the log \
         of that time, then replay or discard it."
    );
    let history = json!([{ "deaths": deaths, "delivery_count": message.delivery_count }]);
    row(message, worker, message.queue.clone(), reason, history)
}

/// Names a delivery: the same message in the same queue has the same name, however often it comes.
pub fn fingerprint(message: &Delivered, worker: &str) -> Uuid {
    let headers = kept_headers(&message.headers);
    Original::of(message.clone()).fingerprint(worker, &message.queue, &headers)
}

fn row(
    message: &Delivered,
    worker: &str,
    queue: String,
    reason: String,
    history: Value,
) -> NewParked {
    let id = message.message_id.as_deref().and_then(|id| id.parse::<Uuid>().ok());
    let headers = kept_headers(&message.headers);
    let original = Original::of(message.clone());
    NewParked {
        id: original.fingerprint(worker, &queue, &headers),
        queue,
        message: id,
        sender: sender(message),
        class: ParkedClass::DeadLetter,
        reason,
        history,
        properties: original.properties(),
        body: original.body.to_vec(),
        headers: Some(headers),
    }
}
