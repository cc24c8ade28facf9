//! The tree of values that a body becomes, and how one looks into it.

use domain::enquiry::{NoLead, Reading};
use serde_json::Value;

use crate::fields::{self, Field};

/// Most fields of one form.
pub(super) const FIELDS_MAX: usize = 500;
/// Most entries of one hook.
pub(super) const ENTRIES_MAX: usize = 1_000;
/// Deepest nesting of fields that is read.
pub(super) const DEPTH_MAX: usize = 16;

/// A value of a form with the names that lead to it.
#[derive(Clone, Debug)]
pub(super) struct Leaf {
    pub(super) path: Vec<String>,
    /// The form's own name for the field, where it describes its fields.
    pub(super) label: Option<String>,
    pub(super) value: String,
}

impl Leaf {
    /// The names on the path, without the places in lists.
    pub(super) fn names(&self) -> impl DoubleEndedIterator<Item = &str> {
        let names = self.path.iter().map(String::as_str);
        names.filter(|name| !name.bytes().all(|b| b.is_ascii_digit()))
    }

    /// How the field is called where it is kept.
    pub(super) fn name(&self) -> String {
        self.label.clone().unwrap_or_else(|| self.path.join("."))
    }

    /// What the field means, by the names on its path, the innermost first.
    pub(super) fn field(&self) -> Option<Field> {
        if let Some(label) = &self.label {
            let by_key = || self.path.last().and_then(|key| fields::meaning(key));
            return fields::meaning(label).or_else(by_key);
        }
        let mut names = self.names();
        let last = names.next_back()?;
        let called = |words: &[&str]| words.contains(&forms::fold(last).as_str());
        let is_name = || called(&["name", "value", "label", "text", "number"]);
        match names.next_back().and_then(fields::meaning) {
            // `company: {name}` names a company, `phone: {value}` a phone.
            Some(field) if field != Field::Message && is_name() => Some(field),
            Some(field @ (Field::Product | Field::Company)) if called(&["title"]) => Some(field),
            _ => fields::meaning(last).or_else(|| fields::meaning(&self.path.join("."))),
        }
    }
}

/// The values with their paths; `false` beyond the limits.
pub(super) fn flatten(tree: &Value, path: &mut Vec<String>, out: &mut Vec<Leaf>) -> bool {
    if path.len() > DEPTH_MAX || out.len() > FIELDS_MAX {
        return false;
    }
    if let Some(value) = tree.as_object().and_then(|fields| chosen_under(path, fields)) {
        out.push(Leaf { path: path.clone(), label: None, value });
        return true;
    }
    let mut below = |name: String, value: &Value, out: &mut Vec<Leaf>| {
        path.push(name);
        let fits = flatten(value, path, out);
        path.pop();
        fits
    };
    match tree {
        Value::Object(fields) if let Some((label, value)) = described(fields) => {
            let several = label.as_deref().and_then(fields::meaning) == Some(Field::Product);
            let values = if several { each_chosen(fields) } else { None };
            for value in values.unwrap_or_else(|| vec![value]) {
                out.push(Leaf { path: path.clone(), label: label.clone(), value });
            }
            true
        }
        Value::Object(fields) => fields.iter().all(|(name, value)| below(name.clone(), value, out)),
        Value::Array(list) => {
            (0..).zip(list).all(|(at, value): (usize, _)| below(at.to_string(), value, out))
        }
        value => {
            if let Some(value) = scalar(value) {
                out.push(Leaf { path: path.clone(), label: None, value });
            }
            true
        }
    }
}

/// The text of a choice below the field that it answers: `product: {value: "k7", label: "WF-3"}`.
fn chosen_under(path: &[String], fields: &serde_json::Map<String, Value>) -> Option<String> {
    const KEYS: &[&str] = &["value", "id", "key", "code", "selected"];
    const TEXTS: &[&str] = &["label", "text", "title", "name", "caption", "display"];
    let asked = fields::meaning(path.last()?)?;
    let plain = matches!(
        asked,
        Field::Product
            | Field::Topic
            | Field::Country
            | Field::Industry
            | Field::Employees
            | Field::Budget
            | Field::Timeframe
            | Field::Source
    );
    let known = |name: &String| KEYS.contains(&name.as_str()) || TEXTS.contains(&name.as_str());
    if !plain || fields.len() < 2 || !fields.keys().all(known) {
        return None;
    }
    let text = TEXTS.iter().find_map(|name| scalar(fields.get(*name)?))?;
    fields::meaning(&text).is_none().then_some(text)
}

/// A field that form builders describe: `{label, type, value}`; its name, unless its key says more, and its value.
fn described(fields: &serde_json::Map<String, Value>) -> Option<(Option<String>, String)> {
    let names = || {
        ["name", "label", "title", "question", "key", "id", "ref", "slug"]
            .iter()
            .filter_map(|n| scalar(fields.get(*n)?))
    };
    // Typeform and its relatives: `{type: "text", text: "…", field: {title}}`.
    if let Some(kind) = fields.get("type").and_then(scalar)
        && let Some(asked) = fields.get("field").and_then(Value::as_object)
        && let Some(value) = fields.get(&kind).and_then(text_of)
    {
        let names = ["title", "label", "name", "ref"].iter();
        let mut names = names.filter_map(|name| scalar(asked.get(*name)?)).collect::<Vec<_>>();
        names.sort_by_key(|name| fields::meaning(name).is_none());
        return Some((names.into_iter().next(), value));
    }
    let value = ["value", "answer", "values"]
        .iter()
        .find_map(|name| fields.get(*name))
        .filter(|_| fields.len() > 1)?;
    let name = names().find(|name| fields::meaning(name).is_some()).or_else(|| names().next())?;
    let chosen = |one: &Value| choice(fields, one).or_else(|| text_of(one));
    let value = match value {
        Value::Array(all) => all.iter().filter_map(chosen).collect::<Vec<_>>().join(", "),
        Value::Object(_) => text_of(value).or_else(|| choice(fields, value))?,
        other => chosen(other).unwrap_or_default(),
    };
    Some((Some(name), value))
}

/// The texts of all that was chosen, where several things were.
fn each_chosen(fields: &serde_json::Map<String, Value>) -> Option<Vec<String>> {
    let value = ["value", "answer", "values"].iter().find_map(|name| fields.get(*name))?;
    let chosen = |one: &Value| choice(fields, one).or_else(|| text_of(one));
    Some(value.as_array()?.iter().filter_map(chosen).collect()).filter(|all: &Vec<_>| all.len() > 1)
}

/// Names under which form builders list what can be chosen.
const CHOICES: &[&str] = &[
    "choices",
    "options",
    "items",
    "enum",
    "possible_values",
    "possibleValues",
    "allowed_values",
    "values_list",
    "available_options",
    "optionList",
    "list",
];

/// The text of the choice that a value is the key of, in the list beside it.
fn choice(field: &serde_json::Map<String, Value>, value: &Value) -> Option<String> {
    let key = scalar(value).or_else(|| scalar(value.get("id").or_else(|| value.get("key"))?))?;
    let inner = ["properties", "config", "settings", "field", "question"]
        .iter()
        .filter_map(|name| field.get(*name)?.as_object());
    let lists = std::iter::once(field)
        .chain(inner)
        .flat_map(|of| CHOICES.iter().filter_map(|name| of.get(*name)));
    for list in lists {
        match list {
            Value::Array(all) => {
                let found = all.iter().take(FIELDS_MAX).find(|one| {
                    ["id", "key", "value", "ref", "code", "slug", "uuid", "name"]
                        .iter()
                        .any(|name| one.get(*name).and_then(scalar).as_deref() == Some(&key))
                });
                if let Some(text) = found.and_then(text_of) {
                    return Some(text);
                }
            }
            Value::Object(all) => {
                if let Some(text) =
                    all.get(&key).and_then(|one| scalar(one).or_else(|| text_of(one)))
                {
                    return Some(text);
                }
            }
            _ => {}
        }
    }
    None
}

/// The text of a value: itself, or what an object calls its text.
fn text_of(value: &Value) -> Option<String> {
    scalar(value).or_else(|| {
        ["label", "text", "title", "name", "caption", "display", "value"]
            .iter()
            .find_map(|name| scalar(value.get(*name)?))
            .or_else(|| text_of(value.get("choice").or_else(|| value.get("selected"))?))
    })
}

/// A value as text; `None` for nothing and for what is no single value.
pub(super) fn scalar(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()).filter(|text| !text.trim().is_empty()),
        Value::Number(number) => Some(number_text(number)),
        Value::Bool(yes) => Some(yes.to_string()),
        _ => None,
    }
}

/// A number of JSON has one notation: what a text of it would leave open is written so that it does not.
fn number_text(number: &serde_json::Number) -> String {
    let text = number.to_string();
    match text.split_once('.') {
        // 12.125 as a text could be twelve thousand.
        Some((_, fraction)) if fraction.len() == 3 => format!("{text}0"),
        Some((whole, "0")) => whole.to_owned(),
        _ => text,
    }
}

/// The tree with the fields opened that hold JSON as a text, as JotForm's hook does.
pub(super) fn opened(mut tree: Value) -> Value {
    /// Largest text that is opened, in bytes.
    const BYTES_MAX: usize = 1024 * 1024;
    for name in ["rawRequest", "payload"] {
        if let Some(field) = tree.get_mut(name)
            && let Some(text) = field.as_str().filter(|text| text.len() <= BYTES_MAX)
            && let Ok(inner @ Value::Object(_)) = serde_json::from_str(text)
        {
            *field = inner;
        }
    }
    tree
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
