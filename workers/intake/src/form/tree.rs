//! The tree of values that a body becomes, and how one looks into it.

use domain::enquiry::{NoLead, Reading};
use serde_json::Value;

use crate::fields;

/// Most fields of one form.
pub(super) const FIELDS_MAX: usize = 500;
/// Most entries of one hook.
pub(super) const ENTRIES_MAX: usize = 1_000;
/// Deepest nesting of fields that is read.
pub(super) const DEPTH_MAX: usize = 16;

/// Fields with their paths; `false` beyond the limits.
pub(super) fn flatten(
    tree: &Value,
    path: &mut Vec<String>,
    out: &mut Vec<(String, String)>,
) -> bool {
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
pub(super) fn scalar(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()).filter(|text| !text.trim().is_empty()),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(yes) => Some(yes.to_string()),
        _ => None,
    }
}

/// The text at a path of names and indexes, as `payload.recipient.handle`.
pub(super) fn at(tree: &Value, path: &str) -> Option<String> {
    scalar(node(tree, path)?)
}

pub(super) fn node<'t>(tree: &'t Value, path: &str) -> Option<&'t Value> {
    path.split('.').try_fold(tree, |node, name| match node {
        Value::Array(list) => list.get(name.parse::<usize>().ok()?),
        other => other.get(name),
    })
}

pub(super) fn nothing() -> Reading {
    Reading::NoLead { kind: NoLead::Empty, reason: "The body holds no field.".to_owned() }
}
