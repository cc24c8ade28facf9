//! jCard: vCard as JSON (RFC 7095).

use serde_json::Value;

use super::lines::{Card, Property};

/// Most properties of one card.
const PROPERTIES_MAX: usize = 500;

/// The cards of a text, at most `limit`; none where it is no jCard.
pub(super) fn cards(text: &str, limit: usize) -> Vec<Card> {
    let Ok(Value::Array(list)) = serde_json::from_str::<Value>(text) else { return Vec::new() };
    let several = list.first().is_some_and(Value::is_array);
    let all = if several { list } else { vec![Value::Array(list)] };
    all.iter().filter_map(card).take(limit).collect()
}

fn card(value: &Value) -> Option<Card> {
    let list = value.as_array()?;
    if !list.first()?.as_str()?.eq_ignore_ascii_case("vcard") {
        return None;
    }
    let properties = list.get(1)?.as_array()?.iter().take(PROPERTIES_MAX);
    let properties: Vec<_> = properties.filter_map(property).flatten().collect();
    Some(Card::of(properties, value.to_string()))
}

/// `["tel", {"type": ["work"], "pref": "1"}, "uri", "tel:+1…"]`; each value is a property of its own.
fn property(value: &Value) -> Option<Vec<Property>> {
    let list = value.as_array()?;
    let name = list.first()?.as_str()?;
    let parameters = list.get(1)?;
    let types = texts(parameters.get("type"));
    let pref = texts(parameters.get("pref")).first().and_then(|pref| pref.parse().ok());
    let group = texts(parameters.get("group")).into_iter().next();
    let values = list.get(3..)?.iter().map(|value| match value {
        Value::Array(parts) => parts.iter().map(component).collect::<Vec<_>>().join(";"),
        other => escaped(other),
    });
    Some(
        values
            .map(|value| Property::new(name, group.clone(), types.clone(), pref, value))
            .collect(),
    )
}

/// A component, which may be a list itself.
fn component(value: &Value) -> String {
    match value {
        Value::Array(list) => list.iter().map(escaped).collect::<Vec<_>>().join(" "),
        other => escaped(other),
    }
}

fn texts(value: Option<&Value>) -> Vec<String> {
    match value {
        Some(Value::Array(list)) => list.iter().flat_map(|value| texts(Some(value))).collect(),
        Some(Value::String(text)) => vec![text.clone()],
        Some(Value::Number(number)) => vec![number.to_string()],
        _ => Vec::new(),
    }
}

fn escaped(value: &Value) -> String {
    match value {
        Value::String(text) => super::lines::escape(text),
        Value::Number(number) => number.to_string(),
        _ => String::new(),
    }
}
