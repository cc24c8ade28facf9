//! Hooks of Meta: leads of advertisements, and messages and comments of its other products.

use domain::enquiry::{LeadSource, NoLead, Part, PartReading, Reading};
use serde_json::Value;

use super::entry::{keep, take};
use crate::draft::{self, Draft};
use crate::fields::Field;
use crate::form::tree::{ENTRIES_MAX, FIELDS_MAX, at, node, nothing};
use crate::options::ReadOptions;

/// Meta's page hook names leads without saying who they are; the Graph answer says it.
pub(super) fn read(tree: &Value, options: &ReadOptions) -> Option<Reading> {
    if let Some(answers) = tree.get("field_data").and_then(Value::as_array) {
        let mut draft = Draft::new(LeadSource::Advertisement, options);
        for answer in answers.iter().take(FIELDS_MAX) {
            let value = at(answer, "values.0").or_else(|| at(answer, "value"));
            if let (Some(name), Some(value)) = (at(answer, "name"), value) {
                draft.named(&name, &value);
            }
        }
        take(&mut draft, tree, "created_time", Field::SubmittedAt);
        take(&mut draft, tree, "campaign_name", Field::Campaign);
        keep(&mut draft, tree, &["id", "form_id", "ad_id", "campaign_id", "platform"]);
        return Some(draft::whole(draft.finish("Meta's lead")));
    }
    let entries = tree.get("entry")?.as_array()?;
    tree.get("object")?;
    let mut readings: Vec<(PartReading, &Value)> = Vec::new();
    for entry in entries.iter().take(ENTRIES_MAX) {
        let of = |name: &str| {
            entry.get(name).and_then(Value::as_array).into_iter().flatten().take(ENTRIES_MAX)
        };
        for message in of("messaging").chain(of("standby")) {
            readings.push((direct(message), message));
        }
        for value in of("changes") {
            change(value, options, &mut readings);
        }
    }
    let parts: Vec<Part> = (1..)
        .zip(readings)
        .map(|(number, (reading, original))| Part { number, reading, original: original.clone() })
        .collect();
    Some(if parts.is_empty() { nothing() } else { draft::collected(parts) })
}

fn other(what: &str) -> PartReading {
    PartReading::NoLead {
        kind: NoLead::OtherEvent,
        reason: format!("Meta reports {what}; nobody asks for anything."),
    }
}

fn change<'v>(
    change: &'v Value,
    options: &ReadOptions,
    readings: &mut Vec<(PartReading, &'v Value)>,
) {
    let field = at(change, "field").unwrap_or_default();
    if let Some(lead) = at(change, "value.leadgen_id") {
        let reason = format!(
            "Meta names a lead (leadgen_id {lead}, form_id {}, page_id {}) without saying who it is; fetch it by its id \
             and send the answer.",
            at(change, "value.form_id").unwrap_or_else(|| "unknown".to_owned()),
            at(change, "value.page_id").unwrap_or_else(|| "unknown".to_owned()),
        );
        return readings.push((PartReading::unclear(reason), change));
    }
    if let Some(messages) = node(change, "value.messages").and_then(Value::as_array) {
        for message in messages.iter().take(ENTRIES_MAX) {
            readings.push((whatsapp(change, message, options), message));
        }
        return;
    }
    let text = at(change, "value.text")
        .or_else(|| at(change, "value.message"))
        .or_else(|| at(change, "value.message.text"));
    let item = at(change, "value.item").unwrap_or_default();
    let verb = at(change, "value.verb").unwrap_or_else(|| "add".to_owned());
    let spoken = matches!(
        field.as_str(),
        "comments" | "live_comments" | "mentions" | "messages" | "conversations" | "ratings"
    ) || field == "feed" && matches!(item.as_str(), "comment" | "post" | "status");
    let reading =
        match text.filter(|_| spoken && matches!(verb.as_str(), "add" | "edit" | "edited")) {
            Some(text) => {
                let who = [
                    "value.from.name",
                    "value.from.username",
                    "value.sender_name",
                    "value.from.id",
                    "value.sender.id",
                ];
                unreachable(
                    &who.iter().find_map(|path| at(change, path)).unwrap_or_default(),
                    "a comment or message",
                    &text,
                )
            }
            None if node(change, "value.statuses").is_some() => {
                other("how a message of ours was delivered")
            }
            None => other(&format!("a change of \"{field}\" that holds no lead and no message")),
        };
    readings.push((reading, change));
}

/// Somebody writes whom nothing but the product itself reaches.
fn unreachable(who: &str, what: &str, text: &str) -> PartReading {
    let clip = |text: &str, most: usize| {
        crate::normal::line(text).unwrap_or_default().chars().take(most).collect::<String>()
    };
    let who = if who.is_empty() { "somebody".to_owned() } else { clip(who, 80) };
    PartReading::unclear(format!(
        "Meta passes on {what} of {who} without an address or telephone: \"{}\"; answer there, or release it with a \
             way to reach them.",
        clip(text, 300)
    ))
}

/// A message of Messenger or Instagram.
fn direct(message: &Value) -> PartReading {
    let echo = node(message, "message.is_echo").and_then(Value::as_bool) == Some(true);
    let text = at(message, "message.text").or_else(|| at(message, "postback.title"));
    match text.filter(|_| !echo) {
        Some(text) => unreachable(
            &format!("the user {}", at(message, "sender.id").unwrap_or_default()),
            "a message",
            &text,
        ),
        None if echo => other("what our own side wrote"),
        None if message.get("message").is_some() => unreachable(
            &at(message, "sender.id").unwrap_or_default(),
            "a message without a text",
            "",
        ),
        None => other("that a message was delivered, read or reacted to"),
    }
}

/// A message by WhatsApp: the number is the sender's.
fn whatsapp(change: &Value, message: &Value, options: &ReadOptions) -> PartReading {
    let kind = at(message, "type").unwrap_or_default();
    if matches!(kind.as_str(), "reaction" | "system") {
        return other("a reaction to a message, or a change of a number");
    }
    let from = at(message, "from").unwrap_or_default();
    let contacts = node(change, "value.contacts").and_then(Value::as_array);
    let contact = contacts.and_then(|all| {
        all.iter().find(|one| at(one, "wa_id").as_deref() == Some(&from)).or_else(|| all.first())
    });
    let mut draft = Draft::new(LeadSource::Other, options);
    let number = if from.is_empty() {
        contact.and_then(|one| at(one, "wa_id")).unwrap_or_default()
    } else {
        from
    };
    draft.field(Field::Mobile, "wa_id", &format!("+{}", number.trim_start_matches('+')));
    if let Some(name) = contact.and_then(|one| at(one, "profile.name")) {
        draft.field(Field::FullName, "profile.name", &name);
    }
    let text = [
        "text.body",
        "button.text",
        "interactive.button_reply.title",
        "interactive.list_reply.title",
        "caption",
    ]
    .iter()
    .find_map(|path| at(message, path))
    .or_else(|| at(message, &format!("{kind}.caption")));
    match text {
        Some(text) => draft.field(Field::Message, "text", &text),
        None => draft.other("kind of message", &kind),
    }
    for path in ["order.product_items", "referral.headline"] {
        if let Some(found) = node(message, path) {
            draft.other(path, &found.to_string());
        }
    }
    take(&mut draft, message, "timestamp", Field::SubmittedAt);
    draft.finish("The message by WhatsApp")
}
