//! The lines of vCards: unfolded, decoded, taken apart.

use crate::charset;

/// Longest value that is kept; pictures and keys are longer and not wanted.
const VALUE_BYTES_MAX: usize = 64 * 1024;
/// Most properties of one card, and most text kept of it, in bytes.
const PROPERTIES_MAX: usize = 500;
const TEXT_BYTES_MAX: usize = 64 * 1024;

/// A card as written.
#[derive(Debug, Default)]
pub(super) struct Card {
    pub(super) properties: Vec<Property>,
    /// Its text without pictures and keys.
    pub(super) text: String,
}

impl Card {
    /// The label that Apple and Google give a group of lines.
    pub(super) fn label(&self, group: &str) -> Option<&str> {
        self.properties
            .iter()
            .find(|other| other.name == "X-ABLABEL" && other.group.as_deref() == Some(group))
            .map(|other| other.value.as_str())
    }
}

/// One line of a card.
#[derive(Debug)]
pub(super) struct Property {
    /// Upper case.
    pub(super) name: String,
    pub(super) group: Option<String>,
    /// TYPE values and bare parameters, upper case.
    pub(super) types: Vec<String>,
    /// Decoded from quoted-printable, still with vCard's backslashes.
    pub(super) value: String,
}

impl Property {
    /// The value as text.
    pub(super) fn text(&self) -> String {
        unescape(&self.value)
    }

    /// The parts between semicolons.
    pub(super) fn components(&self) -> Vec<String> {
        let mut parts = vec![String::new()];
        let mut escaped = false;
        for c in self.value.chars() {
            if c == ';' && !escaped {
                parts.push(String::new());
            } else if let Some(part) = parts.last_mut() {
                part.push(c);
            }
            escaped = c == '\\' && !escaped;
        }
        parts.iter().map(|part| unescape(part)).collect()
    }
}

fn unescape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        match c {
            '\\' => match chars.next() {
                Some('n' | 'N') => out.push('\n'),
                Some(other @ ('\\' | ',' | ';' | ':')) => out.push(other),
                Some(other) => {
                    out.push('\\');
                    out.push(other);
                }
                None => out.push('\\'),
            },
            other => out.push(other),
        }
    }
    out
}

/// The cards of a text, at most `limit`; one that does not end, ends with the text.
pub(super) fn cards(text: &str, limit: usize) -> Vec<Card> {
    let mut cards = Vec::new();
    let mut card: Option<Card> = None;
    let mut lines = text.lines().peekable();
    while let Some(line) = lines.next() {
        let bare = line.trim();
        if bare.eq_ignore_ascii_case("begin:vcard") {
            cards.extend(card.replace(Card::default()));
        } else if bare.eq_ignore_ascii_case("end:vcard") {
            cards.extend(card.take());
        } else if let Some(card) = &mut card {
            let mut whole = line.trim_end_matches('\r').to_owned();
            let quoted_printable = is_quoted_printable(&whole);
            loop {
                // A soft line break goes on without a blank; the last may lead to nothing.
                if quoted_printable && whole.ends_with('=') {
                    whole.pop();
                    match lines.next_if(|next| !next.trim().is_empty() && !is_end(next)) {
                        Some(next) => append(&mut whole, next.trim_end_matches('\r')),
                        None => break,
                    }
                } else if let Some(next) = lines.next_if(|next| next.starts_with([' ', '\t'])) {
                    append(&mut whole, &next.trim_end_matches('\r')[1..]);
                } else {
                    break;
                }
            }
            take(card, &whole);
        }
        if cards.len() >= limit {
            return cards;
        }
    }
    cards.extend(card);
    cards
}

fn append(whole: &mut String, more: &str) {
    if whole.len() + more.len() <= 2 * VALUE_BYTES_MAX {
        whole.push_str(more);
    }
}

fn is_end(line: &str) -> bool {
    line.trim().eq_ignore_ascii_case("end:vcard")
}

fn is_quoted_printable(line: &str) -> bool {
    line.split(':')
        .next()
        .is_some_and(|head| head.to_ascii_uppercase().contains("QUOTED-PRINTABLE"))
}

fn take(card: &mut Card, line: &str) {
    let Some(property) = property(line) else { return };
    let is_binary = property.types.iter().any(|kind| matches!(kind.as_str(), "BASE64" | "B"))
        || matches!(property.name.as_str(), "PHOTO" | "LOGO" | "KEY" | "SOUND");
    if is_binary || card.properties.len() >= PROPERTIES_MAX {
        return;
    }
    if card.text.len() + line.len() < TEXT_BYTES_MAX {
        card.text.push_str(line);
        card.text.push('\n');
    }
    card.properties.push(property);
}

/// `group.NAME;parameters:value`; a colon inside quotation marks divides nothing.
fn property(line: &str) -> Option<Property> {
    let mut quoted = false;
    let colon = line.find(|c| {
        quoted ^= c == '"';
        c == ':' && !quoted
    })?;
    let (head, value) = (&line[..colon], &line[colon + 1..]);
    let mut quoted = false;
    let mut parameters = head.split(|c| {
        quoted ^= c == '"';
        c == ';' && !quoted
    });
    let name = parameters.next()?.trim().to_ascii_uppercase();
    let (group, name) = match name.rsplit_once('.') {
        Some((group, name)) => (Some(group.to_owned()), name.to_owned()),
        None => (None, name),
    };
    let mut types = Vec::new();
    let (mut encoding, mut label) = (String::new(), None);
    for parameter in parameters {
        match parameter.split_once('=') {
            Some((key, kinds)) if key.trim().eq_ignore_ascii_case("type") => {
                types.extend(
                    kinds.trim_matches('"').split(',').map(|kind| kind.trim().to_ascii_uppercase()),
                );
            }
            Some((key, value)) if key.trim().eq_ignore_ascii_case("encoding") => {
                encoding = value.trim().to_ascii_uppercase();
            }
            Some((key, value)) if key.trim().eq_ignore_ascii_case("charset") => {
                label = Some(value.trim())
            }
            Some((key, _)) if key.trim().eq_ignore_ascii_case("pref") => {
                types.push("PREF".to_owned())
            }
            Some(_) => {}
            None => {
                let bare = parameter.trim().to_ascii_uppercase();
                if bare == "QUOTED-PRINTABLE" || bare == "BASE64" {
                    encoding.clone_from(&bare);
                }
                types.push(bare);
            }
        }
    }
    types.push(encoding.clone());
    let mut cut = value.len().min(VALUE_BYTES_MAX);
    while !value.is_char_boundary(cut) {
        cut -= 1;
    }
    let value = &value[..cut];
    let value =
        if encoding == "QUOTED-PRINTABLE" { unquote(value, label) } else { value.to_owned() };
    Some(Property { name, group, types, value })
}

/// Decodes quoted-printable; a broken escape stays as it is.
fn unquote(value: &str, label: Option<&str>) -> String {
    let bytes = value.as_bytes();
    let mut out = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while let Some(byte) = bytes.get(at) {
        let hex =
            value.get(at + 1..at + 3).filter(|hex| hex.bytes().all(|b| b.is_ascii_hexdigit()));
        match hex.and_then(|hex| u8::from_str_radix(hex, 16).ok()) {
            Some(decoded) if *byte == b'=' => {
                out.push(decoded);
                at += 3;
            }
            _ => {
                out.push(*byte);
                at += 1;
            }
        }
    }
    charset::decode(&out, label)
}
