//! Lists of people inside a form or hook: as many enquiries as people.

use serde_json::Value;

use super::sides::{Side, side, side_of_role};
use super::tree::scalar;
use crate::fields::{self, Field};
use crate::normal;
use crate::options::ReadOptions;

/// Deepest object in which a list of people is looked for.
const DEPTH_MAX: usize = 4;

/// The form once for each person that a list in it names, each with what stands around the list; empty where there
/// is no such list, or where the form itself names whoever asks.
pub(super) fn entries(tree: &Value, options: &ReadOptions) -> Vec<Value> {
    let mut path = Vec::new();
    let Some(list) = find(tree, &mut path, options) else { return Vec::new() };
    if is_person(tree, options) || asker_beside(tree, &path, options) {
        return Vec::new();
    }
    let mut around = tree.clone();
    let Some(slot) = at(&mut around, &path) else { return Vec::new() };
    *slot = Value::Null;
    // A list that goods have elsewhere: its people stand beside it.
    let goods = path.len() == 1 && matches!(path[0].as_str(), "items" | "products" | "line_items");
    let one = |person: &Value| {
        let mut entry = around.clone();
        if let Some(fields) = entry.as_object_mut().filter(|_| goods) {
            fields.insert("contact".to_owned(), unwrapped(person).clone());
        } else if let Some(slot) = at(&mut entry, &path) {
            *slot = Value::Array(vec![unwrapped(person).clone()]);
        }
        entry
    };
    list.iter().filter(|person| is_person(unwrapped(person), options)).map(one).collect()
}

/// The person of an entry: itself, or the one object that it wraps, as `{attributes: {…}}`.
fn unwrapped(entry: &Value) -> &Value {
    if channel(entry).is_some() {
        return entry;
    }
    let inner = entry.as_object().into_iter().flatten().filter(|(_, value)| value.is_object());
    let mut people = inner.filter(|(name, value)| {
        side(std::slice::from_ref(*name)) != Side::Ours && channel(value).is_some()
    });
    match (people.next(), people.next()) {
        (Some((_, person)), None) => person,
        _ => entry,
    }
}

fn at<'t>(tree: &'t mut Value, path: &[String]) -> Option<&'t mut Value> {
    path.iter().try_fold(tree, |node, name| node.get_mut(name))
}

/// The first list with two people or more, outside of what describes our side.
fn find<'t>(
    tree: &'t Value,
    path: &mut Vec<String>,
    options: &ReadOptions,
) -> Option<&'t Vec<Value>> {
    if path.len() >= DEPTH_MAX {
        return None;
    }
    let nested = |value: &Value| value.is_array() || value.is_object();
    for (name, value) in tree.as_object()?.iter().filter(|(_, value)| nested(value)) {
        path.push(name.clone());
        let found = match value {
            _ if side(path) == Side::Ours => None,
            Value::Array(list) => Some(list).filter(|list| people(list, options) > 1),
            Value::Object(_) => find(value, path, options),
            _ => None,
        };
        if found.is_some() {
            return found;
        }
        path.pop();
    }
    None
}

/// How many different people a list names.
fn people(list: &[Value], options: &ReadOptions) -> usize {
    let mut known = std::collections::HashSet::new();
    list.iter()
        .map(unwrapped)
        .filter(|one| is_person(one, options))
        .filter_map(channel)
        .filter(|channel| known.insert(channel.clone()))
        .count()
}

/// An object with an address or number of its own, which is not ours.
fn is_person(value: &Value, options: &ReadOptions) -> bool {
    // What a form builder describes is a field, not a person.
    let ours = ["type", "role", "kind"].iter().any(|name| {
        value.get(*name).and_then(scalar).and_then(|role| side_of_role(&role)) == Some(Side::Ours)
    });
    !ours
        && value.get("value").is_none()
        && channel(value).is_some_and(|channel| !options.is_own(&channel))
}

fn channel(value: &Value) -> Option<String> {
    let channels = |wanted: &[Field]| {
        value.as_object()?.iter().find_map(|(name, value)| {
            let field = fields::meaning(name).filter(|field| wanted.contains(field))?;
            let text = scalar(value)?;
            match field {
                Field::Email | Field::OtherEmail => normal::email(&text),
                _ => normal::phone(&text, ""),
            }
        })
    };
    channels(&[Field::Email, Field::OtherEmail])
        .or_else(|| channels(&[Field::Phone, Field::Mobile]))
}

/// Somebody whom the form names beside the list: a booker with guests.
fn asker_beside(tree: &Value, list: &[String], options: &ReadOptions) -> bool {
    fn walk(value: &Value, path: &mut Vec<String>, list: &[String], options: &ReadOptions) -> bool {
        let Some(fields) = value.as_object().filter(|_| path.len() < DEPTH_MAX) else {
            return false;
        };
        fields.iter().any(|(name, value)| {
            path.push(name.clone());
            let found = path.as_slice() != list
                && side(path) != Side::Ours
                && (value.is_object() && (is_person(value, options) || described_email(value))
                    || walk(value, path, list, options));
            path.pop();
            found
        })
    }
    walk(tree, &mut Vec::new(), list, options)
}

/// `email: {label, value}`, as form builders answer.
fn described_email(value: &Value) -> bool {
    value.get("value").and_then(scalar).is_some_and(|text| normal::email(&text).is_some())
}
