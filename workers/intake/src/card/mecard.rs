//! MeCard and BizCard: the cards in QR codes.

use super::lines::{Card, Property};

/// What a card of this notation begins with.
const MARKS: [&str; 2] = ["mecard:", "bizcard:"];
/// Most fields of one card.
const FIELDS_MAX: usize = 100;

/// Whether a text is of this notation.
pub(super) fn is_one(text: &str) -> bool {
    MARKS.iter().any(|mark| begins(text, mark))
}

/// The cards of a text, at most `limit`.
pub(super) fn cards(text: &str, limit: usize) -> Vec<Card> {
    let mut cards: Vec<Card> = Vec::new();
    let mut rest = text.trim_start();
    while cards.len() < limit {
        let Some(mark) = MARKS.iter().find(|mark| begins(rest, mark)) else { break };
        let mut card = Card::default();
        let body = &rest[mark.len()..];
        let mut at = 0;
        let (mut given, mut family) = (None, None);
        // An empty field ends the card.
        while let Some((field, behind)) = field(&body[at..]) {
            at += behind;
            if field.trim().is_empty() || card.properties.len() >= FIELDS_MAX {
                break;
            }
            match field.split_once(':') {
                // A BizCard divides the name over two fields.
                Some(("N", value)) if *mark == MARKS[1] => given = Some(value),
                Some(("X", value)) => family = Some(value),
                Some((name, value)) => card.properties.extend(property(name.trim(), value)),
                None => {}
            }
        }
        let named: Vec<_> = given.into_iter().chain(family).collect();
        if !named.is_empty() {
            card.properties.push(Property::plain("FN", named.join(" ")));
        }
        let end = mark.len() + at;
        rest[..end].trim_end().clone_into(&mut card.text);
        cards.push(card);
        rest = rest[end..].trim_start();
    }
    cards
}

fn begins(text: &str, mark: &str) -> bool {
    text.get(..mark.len()).is_some_and(|begin| begin.eq_ignore_ascii_case(mark))
}

/// A field up to its semicolon, and how many bytes it takes with that; a backslash protects one character.
fn field(text: &str) -> Option<(&str, usize)> {
    let mut escaped = false;
    for (at, c) in text.char_indices() {
        if c == ';' && !escaped {
            return Some((&text[..at], at + 1));
        }
        escaped = c == '\\' && !escaped;
    }
    (!text.is_empty()).then_some((text, text.len()))
}

/// A field as the property of a vCard that means the same.
fn property(name: &str, value: &str) -> Option<Property> {
    let name = name.to_ascii_uppercase();
    // BizCard has letters of its own.
    let name = match name.as_str() {
        "A" => "ADR",
        "B" | "F" | "M" => "TEL",
        "C" => "ORG",
        "E" => "EMAIL",
        "T" => "TITLE",
        other => other,
    };
    let components = divided(value);
    let value = match name {
        // "Family,Given", or the whole name.
        "N" if components.len() > 1 => components.join(";"),
        "N" => return Some(Property::plain("FN", value.to_owned())),
        "ADR" if components.len() >= 6 => components.join(";"),
        "ADR" => format!(";;{value}"),
        "TEL" | "TEL-AV" | "EMAIL" | "ORG" | "TITLE" | "URL" | "NOTE" | "NICKNAME" => {
            value.to_owned()
        }
        _ => return None,
    };
    let name = if name == "TEL-AV" { "TEL" } else { name };
    Some(Property::plain(name, value))
}

/// The parts between commas.
fn divided(value: &str) -> Vec<String> {
    let mut parts = vec![String::new()];
    let mut escaped = false;
    for c in value.chars() {
        match parts.last_mut() {
            Some(_) if c == ',' && !escaped => parts.push(String::new()),
            Some(part) => part.push(c),
            None => {}
        }
        escaped = c == '\\' && !escaped;
    }
    parts
}
