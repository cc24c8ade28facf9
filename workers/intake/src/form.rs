//! The reader of the web: forms, vendors' hooks, mail gateways' hooks, and ADF.
//!
//! Whatever the encoding, the body becomes one tree of values; then the vendors that can be
//! recognised are read by their own shape, everything else by the names of its fields.

use domain::enquiry::{LeadSource, NoLead, Part, PartReading, Reading};
use serde_json::Value;

use crate::draft::{self, Draft};
use crate::fields::{self, Field};
use crate::letter::Letter;
use crate::options::ReadOptions;
use crate::{adf, junk, mail};

mod body;
mod gateways;
mod tree;
mod vendors;

use tree::{DEPTH_MAX, ENTRIES_MAX, FIELDS_MAX, flatten, node, nothing, scalar};

/// Reads one body of a form or hook.
#[must_use]
pub fn read(content_type: Option<&str>, body: &[u8], options: &ReadOptions) -> Reading {
    let kind = content_type.unwrap_or_default().to_ascii_lowercase();
    if kind.starts_with("message/rfc822") {
        return mail::read(body, options);
    }
    let start = &body[..body.len().min(64 * 1024)];
    if kind.contains("xml") || start.trim_ascii_start().starts_with(b"<") {
        return adf::read(&crate::charset::decode(body, body::charset(&kind)), options);
    }
    match body::parse(&kind, body) {
        Ok(tree) => read_tree(&tree, options),
        Err(reason) => Reading::Unclear { reason },
    }
}

fn read_tree(tree: &Value, options: &ReadOptions) -> Reading {
    if let Some(letter) = gateways::letter(tree) {
        return letter.map_or_else(|reading| reading, |letter| mail::judge(&letter, options));
    }
    // Some vendors wrap the list of entries: Brevo's `items`, Mandrill's form field.
    let tree = match wrapped(tree) {
        Some(entries) => entries,
        None => tree,
    };
    match tree {
        Value::Array(entries) if entries.len() > ENTRIES_MAX => Reading::Unclear {
            reason: format!("The hook holds more than {ENTRIES_MAX} entries; send them in parts."),
        },
        Value::Array(entries) => {
            let parts = (1..)
                .zip(entries)
                .map(|(number, entry)| Part {
                    number,
                    reading: part(read_tree(entry, options)),
                    original: entry.clone(),
                })
                .collect::<Vec<_>>();
            if parts.is_empty() { nothing() } else { draft::collected(parts) }
        }
        Value::Object(fields) if fields.is_empty() => nothing(),
        Value::Object(_) => vendors::read(tree, options).unwrap_or_else(|| plain(tree, options)),
        _ => Reading::Unclear {
            reason: "The body is neither a form nor an object; send fields with names.".to_owned(),
        },
    }
}

fn wrapped(tree: &Value) -> Option<&Value> {
    let brevo = || tree.get("items").filter(|items| node(items, "0.RawTextBody").is_some());
    tree.get("mandrill_events").or_else(brevo).filter(|list| list.is_array())
}

/// A form without a known vendor: its fields by their names.
fn plain(tree: &Value, options: &ReadOptions) -> Reading {
    let mut flat = Vec::new();
    if !flatten(tree, &mut Vec::new(), &mut flat) {
        return Reading::Unclear {
            reason: format!(
                "The form has more than {FIELDS_MAX} fields or nests them deeper than {DEPTH_MAX}."
            ),
        };
    }
    let method =
        flat.iter().find(|(name, _)| name == "_method").map(|(_, value)| value.to_lowercase());
    if method.as_deref().is_some_and(|method| matches!(method, "put" | "patch" | "delete")) {
        let reason = "The form changes a record that exists; it asks for nothing new.".to_owned();
        return Reading::NoLead { kind: NoLead::OtherEvent, reason };
    }
    let mut draft = Draft::new(LeadSource::Web, options);
    items(tree, &mut draft);
    for (path, value) in &flat {
        if path.starts_with("items.")
            || path.starts_with("products.")
            || path.starts_with("line_items.")
        {
            continue;
        }
        named(&mut draft, path, value);
    }
    spam_or(draft.finish("The form"))
}

/// Objects within a form that are about our side, not about whoever asks.
const OUR_SIDE: &[&str] = &[
    "owner",
    "assignee",
    "assignedto",
    "agent",
    "vendor",
    "dealer",
    "recipient",
    "site",
    "page",
    "meta",
    "metadata",
    "context",
    "workspace",
    "team",
];

/// Takes a field by the names on its path, the innermost first.
fn named(draft: &mut Draft<'_>, path: &str, value: &str) {
    let names: Vec<&str> = path
        .split('.')
        .filter(|name| !name.is_empty() && !name.bytes().all(|b| b.is_ascii_digit()))
        .collect();
    let Some((last, parents)) = names.split_last() else { return draft.other(path, value) };
    if let [.., parent] = parents
        && matches!(fields::fold(last).as_str(), "name" | "email")
        && fields::fold(parent) == "owner"
    {
        return draft.field(Field::Owner, path, value);
    }
    if parents.iter().any(|parent| OUR_SIDE.contains(&fields::fold(parent).as_str())) {
        return draft.other(path, value);
    }
    let parent = parents.last().copied().unwrap_or_default();
    let is_name =
        matches!(fields::fold(last).as_str(), "name" | "title" | "value" | "label" | "text");
    let field = match fields::meaning(parent) {
        // `company: {name}` names a company, `phone: {value}` a phone.
        Some(field) if is_name && field != Field::Message => Some(field),
        _ if is_name && matches!(fields::fold(parent).as_str(), "form" | "campaign") => {
            Some(Field::Campaign)
        }
        _ => fields::meaning(last).or_else(|| fields::meaning(path)),
    };
    match field {
        Some(field) => draft.field(field, path, value),
        None => draft.other(path, value),
    }
}

/// A form filled in by a spammer is held, not made a lead.
fn spam_or(reading: PartReading) -> Reading {
    if let PartReading::Enquiry(enquiry) = &reading {
        let letter = Letter {
            subject: enquiry.topic.clone(),
            text: enquiry.message.clone().unwrap_or_default(),
            ..Letter::default()
        };
        if junk::judge(&letter) != junk::Judgement::Fine {
            return Reading::Unclear {
                reason: "The form's text reads like fraud or bulk advertising; release it if a \
                         customer wrote it."
                    .to_owned(),
            };
        }
    }
    draft::whole(reading)
}

/// Lists of products: `items: [{sku, quantity}]` and its relatives.
fn items(tree: &Value, draft: &mut Draft<'_>) {
    let lists = ["items", "products", "line_items", "interest"]
        .iter()
        .filter_map(|name| tree.get(name).and_then(Value::as_array));
    for item in lists.flatten().take(FIELDS_MAX) {
        let find = |wanted: Field| {
            item.as_object()?.iter().find_map(|(name, value)| {
                (fields::meaning(name) == Some(wanted)).then(|| scalar(value)).flatten()
            })
        };
        let name = || item.get("name").and_then(scalar);
        match item {
            Value::String(product) => draft.interest(product, None),
            _ => {
                if let Some(product) = find(Field::Product).or_else(name) {
                    draft.interest(&product, find(Field::Quantity).as_deref());
                }
            }
        }
    }
}

/// A reading as that of a part; a collection within a collection is left to a person.
fn part(reading: Reading) -> PartReading {
    match reading {
        Reading::Enquiry(enquiry) => PartReading::Enquiry(enquiry),
        Reading::NoLead { kind, reason } => PartReading::NoLead { kind, reason },
        Reading::Unclear { reason } => PartReading::Unclear { reason },
        Reading::Parts(_) => PartReading::Unclear {
            reason: "The entry holds several entries itself; send them one by one.".to_owned(),
        },
    }
}

/// The vendor's own id of this input; `None` where it has none, or holds several entries.
#[must_use]
pub fn external_id(content_type: Option<&str>, body: &[u8]) -> Option<String> {
    let kind = content_type.unwrap_or_default().to_ascii_lowercase();
    if kind.starts_with("message/rfc822") {
        return mail::identity(body);
    }
    if kind.contains("xml") || body.trim_ascii_start().starts_with(b"<") {
        return adf::external_id(&crate::charset::decode(body, body::charset(&kind)));
    }
    let tree = body::parse(&kind, body).ok()?;
    let tree = match &tree {
        Value::Array(entries) if entries.len() == 1 => entries.first()?,
        other => other,
    };
    gateways::external_id(tree)
        .or_else(|| vendors::external_id(tree))
        .and_then(|id| crate::normal::line(&id))
}
