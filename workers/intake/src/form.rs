//! The reader of the web: forms, vendors' hooks, mail gateways' hooks, and ADF.
//!
//! Whatever the encoding, the body becomes one tree of values; then the vendors that can be
//! recognised are read by their own shape, everything else by the names of its fields.

use domain::enquiry::{LeadSource, NoLead, Part, PartReading, Reading};
use serde_json::Value;

use crate::draft::{self, Draft};
use crate::fields::{self, Field};
use crate::{ReadOptions, junk, mail};

pub mod adf;
mod gateways;
mod tree;
mod vendors;

/// Most fields of one form.
pub const FIELDS_MAX: usize = 500;
/// Most entries of one hook.
pub const ENTRIES_MAX: usize = 1_000;
/// Deepest nesting of fields that is read.
const DEPTH_MAX: usize = 16;

/// Reads one body of a form or hook.
#[must_use]
pub fn read(content_type: Option<&str>, body: &[u8], options: &ReadOptions) -> Reading {
    let kind = content_type.unwrap_or_default().to_ascii_lowercase();
    if kind.starts_with("message/rfc822") {
        return mail::read(body, options);
    }
    let start = &body[..body.len().min(64 * 1024)];
    if kind.contains("xml") || start.trim_ascii_start().starts_with(b"<") {
        return adf::read(&crate::charset::decode(body, tree::charset(&kind)), options);
    }
    match tree::parse(&kind, body) {
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
        let letter = mail::Letter {
            subject: enquiry.topic.clone(),
            text: enquiry.message.clone().unwrap_or_default(),
            ..mail::Letter::default()
        };
        if junk::judge(&letter) != junk::Verdict::Fine {
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

/// Fields with their paths; `false` beyond the limits.
fn flatten(tree: &Value, path: &mut Vec<String>, out: &mut Vec<(String, String)>) -> bool {
    if path.len() > DEPTH_MAX || out.len() > FIELDS_MAX {
        return false;
    }
    match tree {
        Value::Object(fields) if let Some((name, value)) = described(fields) => {
            // The form's own name for the field says more than its place.
            let known = path.last().is_some_and(|key| fields::meaning(key).is_some());
            let name = if known { path.join(".") } else { name };
            out.push((name.replace('.', " "), value));
            true
        }
        Value::Object(fields) => fields.iter().all(|(name, value)| {
            path.push(name.clone());
            let fits = flatten(value, path, out);
            path.pop();
            fits
        }),
        Value::Array(list) => (0..).zip(list).all(|(at, value): (usize, _)| {
            path.push(at.to_string());
            let fits = flatten(value, path, out);
            path.pop();
            fits
        }),
        value => {
            if let Some(text) = scalar(value) {
                out.push((path.join("."), text));
            }
            true
        }
    }
}

/// A field that form builders describe: `{label, type, value}`; its name and its value.
fn described(fields: &serde_json::Map<String, Value>) -> Option<(String, String)> {
    let value = fields.get("value").filter(|_| fields.len() > 1)?;
    let value = match value {
        Value::Array(all) => all.iter().filter_map(scalar).collect::<Vec<_>>().join(", "),
        other => scalar(other).unwrap_or_default(),
    };
    let names =
        || ["name", "label", "title", "key", "id"].iter().filter_map(|n| scalar(fields.get(*n)?));
    let name = names().find(|name| fields::meaning(name).is_some()).or_else(|| names().next())?;
    Some((name, value))
}

/// A value as text; `None` for nothing and for what is no single value.
fn scalar(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()).filter(|text| !text.trim().is_empty()),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(yes) => Some(yes.to_string()),
        _ => None,
    }
}

/// The text at a path of names and indexes, as `payload.recipient.handle`.
fn at(tree: &Value, path: &str) -> Option<String> {
    scalar(node(tree, path)?)
}

fn node<'t>(tree: &'t Value, path: &str) -> Option<&'t Value> {
    path.split('.').try_fold(tree, |node, name| match node {
        Value::Array(list) => list.get(name.parse::<usize>().ok()?),
        other => other.get(name),
    })
}

fn nothing() -> Reading {
    Reading::NoLead { kind: NoLead::Empty, reason: "The body holds no field.".to_owned() }
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
        return adf::external_id(&crate::charset::decode(body, tree::charset(&kind)));
    }
    let tree = tree::parse(&kind, body).ok()?;
    let tree = match &tree {
        Value::Array(entries) if entries.len() == 1 => entries.first()?,
        other => other,
    };
    gateways::external_id(tree)
        .or_else(|| vendors::external_id(tree))
        .and_then(|id| crate::normal::line(&id))
}
