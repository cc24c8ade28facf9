//! The parts of a mail, as gateways write them.

use serde_json::Value;

use crate::form::tree::{at, scalar};
use crate::html;
use crate::letter::{Letter, Mailbox};
use crate::mail::bare_mailbox;
use crate::normal;

pub(super) fn base(name: Option<String>, email: Option<String>) -> Letter {
    let mut from = email.as_deref().and_then(|email| mailboxes(email).into_iter().next());
    if let (Some(from), Some(name)) = (&mut from, name.as_deref().and_then(normal::line)) {
        from.name = Some(name).filter(|name| !name.contains('@')).or(from.name.take());
    }
    Letter { from, ..Letter::default() }
}

pub(super) fn body(text: Option<String>, markup: Option<String>) -> String {
    text.unwrap_or_else(|| markup.map(|markup| html::to_text(&markup)).unwrap_or_default())
}

/// Addresses in running text; a comma inside quotes does not divide.
pub(super) fn mailboxes(text: &str) -> Vec<Mailbox> {
    /// Most addresses that are read.
    const ADDRESSES_MAX: usize = 20;
    let mut quoted = false;
    text.split(|c: char| {
        quoted ^= c == '"';
        (c == ',' || c == ';') && !quoted
    })
    .take(ADDRESSES_MAX)
    .filter_map(bare_mailbox)
    .collect()
}

pub(super) fn list(nodes: Option<&Value>, name: &str) -> Vec<Mailbox> {
    names(nodes, name).iter().flat_map(|email| mailboxes(email)).collect()
}

/// The texts of a list, or what its objects hold under a name.
pub(super) fn names(nodes: Option<&Value>, name: &str) -> Vec<String> {
    /// Most entries that are read.
    const ENTRIES_MAX: usize = 50;
    let one = |entry: &Value| scalar(entry).or_else(|| at(entry, name));
    match nodes {
        Some(Value::Array(entries)) => entries.iter().take(ENTRIES_MAX).filter_map(one).collect(),
        Some(other) => one(other).into_iter().collect(),
        None => Vec::new(),
    }
}

/// The mail's headers in whichever of five shapes the gateway gives them, names in lower case.
pub(super) fn headers(tree: &Value) -> Vec<(String, String)> {
    /// Most headers that are read.
    const HEADERS_MAX: usize = 500;
    let found = ["Headers", "headers", "message-headers"].iter().find_map(|name| tree.get(name));
    let pair = |entry: &Value| match entry {
        Value::Array(_) => Some((at(entry, "0")?, at(entry, "1")?)),
        _ => {
            let name = at(entry, "Name").or_else(|| at(entry, "name"))?;
            Some((name, at(entry, "Value").or_else(|| at(entry, "value"))?))
        }
    };
    let pairs: Vec<(String, String)> = match found {
        Some(Value::Array(entries)) => entries.iter().filter_map(pair).take(HEADERS_MAX).collect(),
        Some(Value::Object(entries)) => entries
            .iter()
            .filter_map(|(name, value)| {
                Some((name.clone(), scalar(value).or_else(|| at(value, "0"))?))
            })
            .take(HEADERS_MAX)
            .collect(),
        Some(Value::String(block)) => block
            .lines()
            .filter(|line| !line.starts_with([' ', '\t']))
            .filter_map(|line| line.split_once(':'))
            .map(|(name, value)| (name.to_owned(), value.trim().to_owned()))
            .take(HEADERS_MAX)
            .collect(),
        _ => Vec::new(),
    };
    pairs.into_iter().map(|(name, value)| (name.to_ascii_lowercase(), value)).collect()
}

pub(super) fn header(headers: &[(String, String)], name: &str) -> Option<String> {
    headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.clone())
}
