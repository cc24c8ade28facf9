//! The reader of the web: forms, vendors' hooks, mail gateways' hooks, and ADF.
//!
//! Whatever the encoding, the body becomes one tree of values; then the vendors that can be
//! recognised are read by their own shape, everything else by the names of its fields.

use domain::enquiry::{LeadSource, NoLead, Part, PartReading, Reading};
use domain::raw::ExternalId;
use serde_json::Value;

use crate::draft::{self, Draft};
use crate::fields::{self, Field};
use crate::letter::Letter;
use crate::options::ReadOptions;
use crate::{adf, junk, mail, sources};

mod body;
mod event;
mod gateways;
mod people;
mod phones;
mod sides;
mod tree;
mod vendors;

use sides::{Side, Sides};
use tree::{DEPTH_MAX, ENTRIES_MAX, FIELDS_MAX, Leaf, flatten, node, nothing, scalar};

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
        Err(reason) => Reading::unclear(reason),
    }
}

/// The body as one tree of values; `None` where it is none.
pub(crate) fn tree_of(content_type: Option<&str>, body: &[u8]) -> Option<Value> {
    body::parse(&content_type.unwrap_or_default().to_ascii_lowercase(), body).ok()
}

fn read_tree(tree: &Value, options: &ReadOptions) -> Reading {
    if let Some(reading) = sources::read(tree, options) {
        return reading;
    }
    if let Some(letter) = gateways::letter(tree) {
        return letter.map_or_else(|reading| reading, |letter| mail::judge(&letter, options));
    }
    // Some vendors wrap the list of entries: Brevo's `items`, Mandrill's form field.
    let tree = match wrapped(tree) {
        Some(entries) => entries,
        None => tree,
    };
    match tree {
        Value::Array(entries) if entries.len() > ENTRIES_MAX => Reading::unclear(format!(
            "The hook holds more than {ENTRIES_MAX} entries; send them in parts."
        )),
        Value::Array(entries) => {
            let parts = (1..)
                .zip(entries)
                .map(|(number, entry)| Part {
                    number,
                    reading: draft::part(read_tree(entry, options)),
                    original: crate::normal::scrubbed(entry),
                })
                .collect::<Vec<_>>();
            if parts.is_empty() { nothing() } else { draft::collected(parts) }
        }
        Value::Object(fields) if fields.is_empty() => nothing(),
        Value::Object(_) => vendors::read(tree, options)
            .or_else(|| event::judge(tree))
            .or_else(|| vendors::fields(tree, options))
            .unwrap_or_else(|| plain(tree, options)),
        _ => Reading::unclear(
            "The body is neither a form nor an object; send fields with names.".to_owned(),
        ),
    }
}

fn wrapped(tree: &Value) -> Option<&Value> {
    let brevo = || tree.get("items").filter(|items| node(items, "0.RawTextBody").is_some());
    tree.get("mandrill_events").or_else(brevo).filter(|list| list.is_array())
}

/// A form without a known vendor: its fields by their names. A list of people inside it are several enquiries.
fn plain(tree: &Value, options: &ReadOptions) -> Reading {
    let entries = people::entries(tree, options);
    if entries.len() > ENTRIES_MAX {
        let reason = format!("The hook lists more than {ENTRIES_MAX} people; send them in parts.");
        return Reading::unclear(reason);
    }
    if entries.len() < 2 {
        return one(tree, options);
    }
    let parts = (1..).zip(entries).map(|(number, entry)| Part {
        number,
        reading: draft::part(one(&entry, options)),
        original: crate::normal::scrubbed(&entry),
    });
    draft::collected(parts.collect())
}

fn one(tree: &Value, options: &ReadOptions) -> Reading {
    let mut leaves = Vec::new();
    if !flatten(tree, &mut Vec::new(), &mut leaves) {
        return Reading::unclear(format!(
            "The form has more than {FIELDS_MAX} fields or nests them deeper than {DEPTH_MAX}."
        ));
    }
    let method = leaves
        .iter()
        .find(|leaf| leaf.path.len() == 1 && leaf.path[0] == "_method")
        .map(|leaf| leaf.value.to_lowercase());
    if method.as_deref().is_some_and(|method| matches!(method, "put" | "patch" | "delete")) {
        let reason = "The form changes a record that exists; it asks for nothing new.".to_owned();
        return Reading::NoLead { kind: NoLead::OtherEvent, reason };
    }
    let leaves = phones::joined(leaves);
    let sides = sides::sides(&leaves, options);
    let mut draft = Draft::new(LeadSource::Web, options);
    items(tree, &mut draft);
    let listed = |leaf: &&Leaf| {
        leaf.path.len() < 2
            || !matches!(leaf.path[0].as_str(), "items" | "products" | "line_items" | "interest")
    };
    for leaf in leaves.iter().filter(listed) {
        named(&mut draft, leaf, &sides);
    }
    let read = draft.finish("The form");
    match sides.doubt {
        Some(doubt) => draft::whole(read.held(doubt)),
        None => spam_or(read),
    }
}

/// Takes a field by the names on its path, the innermost first.
fn named(draft: &mut Draft<'_>, leaf: &Leaf, sides: &Sides) {
    let name = leaf.name();
    let mut names = leaf.names();
    let Some(last) = names.next_back() else { return draft.other(&name, &leaf.value) };
    let (last, parent) = (forms::fold(last), names.next_back().map(forms::fold));
    let parent = parent.unwrap_or_default();
    let field = leaf.field();
    if leaf.label.is_none() && matches!(last.as_str(), "name" | "email") && parent == "owner" {
        return draft.field(Field::Owner, &name, &leaf.value);
    }
    if matches!(last.as_str(), "name" | "title") && matches!(parent.as_str(), "form" | "campaign") {
        return draft.field(Field::Campaign, &name, &leaf.value);
    }
    let party = sides::party_of(leaf);
    if sides.is_other(party) || sides::side(party) == Side::Ours && !is_account(party, field, sides)
    {
        return draft.other(&name, &leaf.value);
    }
    match field {
        // The title of a meeting, form or page is nobody's.
        Some(Field::Title)
            if leaf.label.is_none()
                && (!sides.is_asker(party)
                    || party.last().is_some_and(|thing| is_thing(thing))) =>
        {
            draft.field(Field::Topic, &name, &leaf.value);
        }
        Some(field) => draft.field(field, &name, &leaf.value),
        None => draft.unknown(&name, &leaf.value),
    }
}

/// Whether an object is something that happens, whose title is a topic.
fn is_thing(name: &str) -> bool {
    matches!(
        forms::fold(name).as_str(),
        "meeting"
            | "booking"
            | "appointment"
            | "event"
            | "session"
            | "ticket"
            | "deal"
            | "opportunity"
            | "conversation"
            | "issue"
            | "case"
            | "thread"
            | "termin"
            | "buchung"
            | "cita"
            | "reserva"
            | "evento"
            | "appuntamento"
            | "rendezvous"
            | "rdv"
            | "afspraak"
    )
}

/// The account of a person is their company; that of a hook is ours.
fn is_account(party: &[String], field: Option<Field>, sides: &Sides) -> bool {
    party.split_last().is_some_and(|(last, above)| {
        matches!(forms::fold(last).as_str(), "account" | "organisation" | "organization")
            && !matches!(field, Some(Field::Email | Field::Phone | Field::FullName))
            && (sides.is_asker(above) || sides::side(above) == Side::Asker)
    })
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
            let reason = "The form's text reads like fraud or bulk advertising; release it if a customer \
                          wrote it.";
            return draft::whole(reading.held(reason));
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

/// The vendor's own id of this input; `None` where it has none, or holds several entries.
#[must_use]
pub fn external_id(content_type: Option<&str>, body: &[u8]) -> Option<ExternalId> {
    let of = |key: String, tells_content| Some(ExternalId { key, tells_content });
    let kind = content_type.unwrap_or_default().to_ascii_lowercase();
    if kind.starts_with("message/rfc822") {
        return mail::identity(body).and_then(|key| of(key, true));
    }
    if kind.contains("xml") || body.trim_ascii_start().starts_with(b"<") {
        return adf::external_id(&crate::charset::decode(body, body::charset(&kind)))
            .and_then(|key| of(key, false));
    }
    let tree = body::parse(&kind, body).ok()?;
    let tree = match &tree {
        Value::Array(entries) if entries.len() == 1 => entries.first()?,
        other => other,
    };
    // Several events of a gateway share the id of one mail.
    let mail = gateways::external_id(tree);
    let is_mail = mail.is_some();
    let key = mail.or_else(|| vendors::external_id(tree))?;
    of(crate::normal::line(&key)?, is_mail)
}
