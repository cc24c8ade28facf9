//! xCard: vCard as XML (RFC 6351).

use quick_xml::Reader;
use quick_xml::events::Event;

use super::lines::{Card, Property, escape};
use crate::adf::entity;

/// Most properties of one card.
const PROPERTIES_MAX: usize = 500;
/// Deepest nesting.
const DEPTH_MAX: usize = 16;
/// Longest text of one element, in bytes.
const TEXT_BYTES_MAX: usize = 64 * 1024;

/// A property while its element is open.
#[derive(Default)]
struct Open {
    name: String,
    types: Vec<String>,
    pref: Option<u8>,
    /// Its values by the names of their elements: `text`, `uri`, or the components of a name or address.
    values: Vec<(String, String)>,
}

/// The cards of a text, at most `limit`, as far as it is well-formed.
pub(super) fn cards(text: &str, limit: usize) -> Vec<Card> {
    let mut reader = Reader::from_str(text);
    let mut cards = Vec::new();
    let mut path: Vec<String> = Vec::new();
    let mut group: Option<String> = None;
    let mut properties: Vec<Property> = Vec::new();
    let mut open = Open::default();
    while cards.len() < limit {
        match reader.read_event() {
            Ok(Event::Start(element)) => {
                let name = element.local_name().as_ref().to_ascii_lowercase();
                if path.len() >= DEPTH_MAX {
                    break;
                }
                if name == "group" {
                    let named = element.try_get_attribute("name").ok().flatten();
                    group = named.map(|it| it.value.to_ascii_uppercase());
                } else if within(&path).is_some_and(<[String]>::is_empty) {
                    open = Open { name: name.clone(), ..Open::default() };
                }
                path.push(name);
            }
            Ok(Event::Text(content)) => take(&mut open, &path, &content),
            Ok(Event::CData(content)) => take(&mut open, &path, &content),
            Ok(Event::GeneralRef(reference)) => {
                let Some(c) = entity(&reference) else { break };
                take(&mut open, &path, c.encode_utf8(&mut [0; 4]));
            }
            Ok(Event::End(_)) => {
                let Some(name) = path.pop() else { break };
                if name == "vcard" {
                    let text = told(&properties);
                    cards.push(Card::of(std::mem::take(&mut properties), text));
                } else if name == "group" {
                    group = None;
                } else if within(&path).is_some_and(<[String]>::is_empty)
                    && properties.len() < PROPERTIES_MAX
                {
                    properties.push(property(std::mem::take(&mut open), group.clone()));
                }
            }
            Ok(Event::Eof) | Err(_) => break,
            Ok(_) => {}
        }
    }
    cards
}

/// What of the path lies within the card; groups are no level of their own.
fn within(path: &[String]) -> Option<&[String]> {
    let card = path.iter().position(|name| name == "vcard")?;
    let inner = &path[card + 1..];
    Some(inner.strip_prefix(&["group".to_owned()]).unwrap_or(inner))
}

fn take(open: &mut Open, path: &[String], text: &str) {
    let Some(inner) = within(path) else { return };
    match inner {
        [_, parameters, kind, ..] if parameters == "parameters" => {
            let text = text.trim();
            if kind == "type" && !text.is_empty() {
                open.types.push(text.to_owned());
            } else if kind == "pref" {
                open.pref = open.pref.or(text.parse().ok());
            }
        }
        [_, name] => match open.values.last_mut() {
            Some((known, value)) if known == name && value.len() < TEXT_BYTES_MAX => {
                value.push_str(text)
            }
            _ if text.trim().is_empty() => {}
            _ => open.values.push((name.clone(), text.to_owned())),
        },
        _ => {}
    }
}

fn property(open: Open, group: Option<String>) -> Property {
    let part = |name: &str| {
        let found = open.values.iter().find(|(known, _)| known == name);
        found.map(|(_, value)| escape(value.trim())).unwrap_or_default()
    };
    let value = match open.name.as_str() {
        "n" => ["surname", "given", "additional", "prefix", "suffix"].map(part).join(";"),
        "adr" => {
            ["pobox", "ext", "street", "locality", "region", "code", "country"].map(part).join(";")
        }
        _ => {
            open.values.iter().map(|(_, value)| escape(value.trim())).collect::<Vec<_>>().join(";")
        }
    };
    Property::new(&open.name, group, open.types.clone(), open.pref, value)
}

/// The card as text, for whoever must look.
fn told(properties: &[Property]) -> String {
    properties.iter().map(|it| format!("{}:{}\n", it.name, it.value)).collect()
}
