//! The lines of vCards: unfolded, decoded, taken apart.

use std::borrow::Cow;

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
    /// Cards of other people inside it, as text: an assistant's.
    pub(super) inner: Vec<String>,
}

impl Card {
    /// A card of another notation; what its owner prefers comes first, the rest keeps its order.
    pub(super) fn of(mut properties: Vec<Property>, mut text: String) -> Self {
        properties.sort_by_key(|property| property.pref.unwrap_or(u8::MAX));
        if text.len() > TEXT_BYTES_MAX
            && let Some((cut, _)) = text.char_indices().nth(TEXT_BYTES_MAX)
        {
            text.truncate(cut);
        }
        Self { properties, text, inner: Vec::new() }
    }

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
    /// How much it is preferred: 1 most, 100 least.
    pub(super) pref: Option<u8>,
    /// Decoded from quoted-printable, still with vCard's backslashes.
    pub(super) value: String,
}

impl Property {
    pub(super) fn plain(name: &str, value: String) -> Self {
        Self::new(name, None, Vec::new(), None, value)
    }

    /// A property of another notation; the value has vCard's backslashes.
    pub(super) fn new(
        name: &str,
        group: Option<String>,
        types: Vec<String>,
        pref: Option<u8>,
        value: String,
    ) -> Self {
        let types: Vec<_> = types.iter().map(|kind| kind.to_ascii_uppercase()).collect();
        let pref = pref.filter(|pref| (1..=100).contains(pref));
        let pref = pref.or_else(|| types.iter().any(|kind| kind == "PREF").then_some(1));
        Self { name: name.to_ascii_uppercase(), group, types, pref, value }
    }

    /// The value as text.
    pub(super) fn text(&self) -> String {
        unescape(&self.value)
    }

    /// The parts between semicolons.
    pub(super) fn components(&self) -> Vec<String> {
        if !self.value.contains('\\') {
            return self.value.split(';').map(str::to_owned).collect();
        }
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

/// A text with vCard's backslashes before what would divide it.
pub(super) fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        if matches!(c, '\\' | ';' | ',') {
            out.push('\\');
        }
        if c == '\n' { out.push_str("\\n") } else { out.push(c) }
    }
    out
}

fn unescape(text: &str) -> String {
    if !text.contains('\\') {
        return text.to_owned();
    }
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

/// The bytes with folded lines joined: some programs fold in the middle of a letter. What quoted-printable divides
/// is joined later, and UTF-16 is decoded first.
pub(super) fn unfolded(bytes: &[u8]) -> Cow<'_, [u8]> {
    let folded =
        memchr::memchr_iter(b'\n', bytes).any(|at| matches!(bytes.get(at + 1), Some(b' ' | b'\t')));
    let utf16 =
        bytes.starts_with(&[0xff, 0xfe]) || bytes.starts_with(&[0xfe, 0xff]) || bytes.contains(&0);
    if !folded || utf16 {
        return Cow::Borrowed(bytes);
    }
    let mut out = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while let Some(byte) = bytes.get(at) {
        let end = match (byte, bytes.get(at + 1)) {
            (b'\r', Some(b'\n')) => 2,
            (b'\n', _) => 1,
            _ => 0,
        };
        let soft = out.last() == Some(&b'=');
        if end > 0 && !soft && matches!(bytes.get(at + end), Some(b' ' | b'\t')) {
            at += end + 1;
        } else {
            out.push(*byte);
            at += 1;
        }
    }
    Cow::Owned(out)
}

/// The cards of a text, at most `limit`; one that does not end, ends with the text. A card inside another one
/// belongs to somebody else, and what follows it to the outer one.
pub(super) fn cards(text: &str, limit: usize) -> Vec<Card> {
    let lines: Vec<&str> = text.lines().collect();
    let nested = nested(&lines);
    let mut cards: Vec<Card> = Vec::new();
    // The outermost first.
    let mut open: Vec<Card> = Vec::new();
    let mut at = 0;
    while at < lines.len() && cards.len() < limit {
        let line = lines[at];
        at += 1;
        if is_mark(line, "begin:vcard") {
            if !nested.contains(&(at - 1)) {
                cards.append(&mut open);
            }
            open.push(Card::default());
        } else if is_mark(line, "end:vcard") {
            let Some(card) = open.pop() else { continue };
            match open.last_mut() {
                Some(outer) if outer.inner.len() < INNER_MAX => outer.inner.push(card.text),
                Some(_) => {}
                None => cards.push(card),
            }
        } else if let Some(card) = open.last_mut() {
            take(card, &logical(line, &lines, &mut at));
        }
    }
    cards.extend(open.into_iter().next());
    let sorted = |card: Card| Card { inner: card.inner, ..Card::of(card.properties, card.text) };
    cards.into_iter().map(sorted).collect()
}

/// Most cards that are kept of those inside another one.
const INNER_MAX: usize = 10;

/// The lines that begin a card inside another one: lines of the outer one follow the end of it, or one for an
/// agent precedes it. Otherwise the outer one only lacks its end.
fn nested(lines: &[&str]) -> std::collections::HashSet<usize> {
    let mut found = std::collections::HashSet::new();
    // What the last end that was met, from behind, is followed by.
    let mut goes_on = false;
    let mut next_is_begin = true;
    let mut depth_known = false;
    for (at, line) in lines.iter().enumerate().rev() {
        if line.trim().is_empty() {
            continue;
        }
        let begin = is_mark(line, "begin:vcard");
        if is_mark(line, "end:vcard") {
            goes_on = !next_is_begin;
            depth_known = true;
        } else if begin {
            let agent = lines[..at].iter().rev().find(|line| !line.trim().is_empty());
            let agent =
                agent.is_some_and(|line| line.trim_end().to_ascii_uppercase().ends_with("AGENT:"));
            if depth_known && goes_on || agent {
                found.insert(at);
            }
            depth_known = false;
        }
        next_is_begin = begin;
    }
    found
}

fn is_mark(line: &str, mark: &str) -> bool {
    line.trim().trim_start_matches('\u{feff}').eq_ignore_ascii_case(mark)
}

/// A line with those that go on with it.
fn logical(line: &str, lines: &[&str], at: &mut usize) -> String {
    let mut whole = line.trim_end_matches('\r').to_owned();
    let quoted_printable = is_quoted_printable(&whole);
    loop {
        let next = lines.get(*at).copied().unwrap_or_default();
        // A soft line break goes on without a blank; the last may lead to nothing.
        if quoted_printable && whole.ends_with('=') {
            whole.pop();
            if next.trim().is_empty() || is_end(next) {
                return whole;
            }
            append(&mut whole, next.trim_end_matches('\r'));
        } else if next.starts_with([' ', '\t']) {
            append(&mut whole, &next.trim_end_matches('\r')[1..]);
        } else {
            return whole;
        }
        *at += 1;
    }
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
    let mut pref: Option<u8> = None;
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
            Some((key, value)) if key.trim().eq_ignore_ascii_case("pref") => {
                let value = value.trim_matches(['"', ' ']);
                pref = value.parse().ok().filter(|pref| (1..=100).contains(pref));
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
    // Before version 4 a card could only say which one is preferred.
    if pref.is_none() && types.iter().any(|kind: &String| kind == "PREF") {
        pref = Some(1);
    }
    types.push(encoding.clone());
    let mut cut = value.len().min(VALUE_BYTES_MAX);
    while !value.is_char_boundary(cut) {
        cut -= 1;
    }
    let value = &value[..cut];
    let value =
        if encoding == "QUOTED-PRINTABLE" { unquote(value, label) } else { value.to_owned() };
    Some(Property { name, group, types, pref, value })
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
