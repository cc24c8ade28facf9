//! JSON, urlencoded and multipart bodies as one tree of values.

use serde_json::{Map, Value};

use super::tree::{FIELDS_MAX, opened};
use crate::charset as text;

/// Deepest nesting of bracketed names that is kept apart.
const BRACKETS_MAX: usize = 8;
/// Largest value of a field, in bytes; the raw input keeps the rest.
const VALUE_BYTES_MAX: usize = 1024 * 1024;
/// Most values of one JSON body; building more takes seconds.
const VALUES_MAX: usize = 100_000;
/// Fields whose value is JSON by itself, where vendors post forms.
const JSON_FIELDS: &[&str] =
    &["mandrill_events", "payload", "message-headers", "envelope", "charsets", "rawRequest"];

/// The body as a tree; `kind` is the content type in lower case, may be empty.
///
/// # Errors
/// A sentence for whoever must look.
pub(super) fn parse(kind: &str, body: &[u8]) -> Result<Value, String> {
    let start = body.trim_ascii_start();
    let start = start.strip_prefix(b"\xef\xbb\xbf").unwrap_or(start).trim_ascii_start();
    if kind.starts_with("multipart/") || kind.is_empty() && start.starts_with(b"--") {
        return multipart(kind, start);
    }
    if start.starts_with(b"{") || start.starts_with(b"[") {
        return json(&text::decode(body, charset(kind)));
    }
    if kind.contains("json") {
        let reason = if start.is_empty() { "is empty" } else { "is no JSON object or list" };
        return Err(format!("The body {reason}, although its content type says JSON."));
    }
    if kind.contains("urlencoded") || is_urlencoded(start) {
        return urlencoded(start, charset(kind));
    }
    let utf16 = text::decode(body, charset(kind));
    if utf16.trim_start().starts_with(['{', '[']) {
        return json(&utf16);
    }
    Err("The body is no JSON, form or XML that can be read; check its content type.".to_owned())
}

/// The charset that a content type names.
pub(super) fn charset(kind: &str) -> Option<&str> {
    parameter(kind, "charset")
}

fn parameter<'k>(kind: &'k str, name: &str) -> Option<&'k str> {
    kind.split(';').skip(1).find_map(|parameter| {
        let (found, value) = parameter.split_once('=')?;
        found.trim().eq_ignore_ascii_case(name).then(|| value.trim().trim_matches('"'))
    })
}

fn json(text: &str) -> Result<Value, String> {
    // A text has at most as many values as bytes.
    if text.len() > VALUES_MAX && count_values(text) > VALUES_MAX {
        return Err(format!("The JSON has more than {VALUES_MAX} values; send it in parts."));
    }
    serde_json::from_str(text)
        .or_else(|first| serde_json::from_str(&mend_surrogates(text)).map_err(|_| first))
        .map(opened)
        .map_err(|error| format!("The JSON cannot be read: {error}."))
}

/// How many values a JSON text has at most: each but the first follows a mark outside strings.
fn count_values(text: &str) -> usize {
    let (mut count, mut quoted, mut escaped) = (0, false, false);
    for byte in text.bytes() {
        if quoted {
            match byte {
                _ if escaped => escaped = false,
                b'\\' => escaped = true,
                b'"' => quoted = false,
                _ => {}
            }
        } else {
            quoted = byte == b'"';
            count += usize::from(matches!(byte, b',' | b'[' | b'{'));
        }
    }
    count
}

/// Half surrogate pairs, which JavaScript writes where it cuts an emoji, become U+FFFD.
fn mend_surrogates(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('\\') {
        out.push_str(&rest[..at]);
        rest = &rest[at..];
        let unit = |from: usize| {
            let escape = rest.get(from..from + 6)?;
            u16::from_str_radix(escape.strip_prefix("\\u")?, 16).ok()
        };
        let (length, lone) = match (unit(0), unit(6)) {
            (Some(0xd800..=0xdbff), Some(0xdc00..=0xdfff)) => (12, false),
            (Some(0xd800..=0xdfff), _) => (6, true),
            (Some(_), _) => (6, false),
            // An escaped backslash or quote: its second byte must not be looked at again.
            (None, _) => (rest.chars().take(2).map(char::len_utf8).sum(), false),
        };
        out.push_str(if lone { "\\ufffd" } else { &rest[..length] });
        rest = &rest[length..];
    }
    out.push_str(rest);
    out
}

/// Whether bytes without a content type look like `name=value&…`.
fn is_urlencoded(bytes: &[u8]) -> bool {
    let first = bytes.split(|b| *b == b'&').next().unwrap_or_default();
    first.len() < 4096
        && first.iter().position(|b| *b == b'=').is_some_and(|at| at > 0)
        && !first.iter().any(|b| b.is_ascii_whitespace() || *b == b'<' || *b == 0)
}

fn urlencoded(body: &[u8], declared: Option<&str>) -> Result<Value, String> {
    let pairs: Vec<(Vec<u8>, Vec<u8>)> = body
        .trim_ascii()
        .split(|b| *b == b'&')
        .filter(|pair| !pair.is_empty())
        .take(FIELDS_MAX + 1)
        .map(|pair| {
            let at = pair.iter().position(|b| *b == b'=').unwrap_or(pair.len());
            (unescape(&pair[..at]), unescape(pair.get(at + 1..).unwrap_or_default()))
        })
        .collect();
    if pairs.len() > FIELDS_MAX {
        return Err(format!("The form has more than {FIELDS_MAX} fields; look at the original."));
    }
    // The form says itself how it is encoded: HTML's `_charset_`, Salesforce's `encoding`.
    let inside = pairs
        .iter()
        .find(|(name, _)| name == b"_charset_" || name == b"encoding")
        .map(|(_, value)| String::from_utf8_lossy(value).into_owned());
    let label = inside.as_deref().or(declared);
    let mut root = Map::new();
    for (name, value) in &pairs {
        put(&mut root, &text::decode(name, label), &text::decode(value, label));
    }
    Ok(Value::Object(root))
}

fn unescape(bytes: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while let Some(byte) = bytes.get(at) {
        let hex = || {
            let digits = std::str::from_utf8(bytes.get(at + 1..at + 3)?).ok()?;
            digits
                .bytes()
                .all(|b| b.is_ascii_hexdigit())
                .then(|| u8::from_str_radix(digits, 16).ok())?
        };
        match (byte, hex()) {
            (b'%', Some(value)) => {
                out.push(value);
                at += 3;
                continue;
            }
            (b'+', _) => out.push(b' '),
            (other, _) => out.push(*other),
        }
        at += 1;
    }
    out
}

/// Puts a value where a bracketed name says, as `data[merges][EMAIL]` or `items[0][sku]`.
fn put(root: &mut Map<String, Value>, name: &str, value: &str) {
    let value = match value.char_indices().nth(VALUE_BYTES_MAX) {
        Some((cut, _)) => &value[..cut],
        None => value,
    };
    let leaf = match serde_json::from_str::<Value>(value) {
        Ok(parsed) if JSON_FIELDS.contains(&name) && (parsed.is_object() || parsed.is_array()) => {
            parsed
        }
        _ => Value::String(value.to_owned()),
    };
    let mut keys: Vec<&str> = name
        .split(['[', '.'])
        .map(|key| key.trim_end_matches(']'))
        .take(BRACKETS_MAX + 1)
        .collect();
    if keys.len() > BRACKETS_MAX || keys.iter().any(|key| key.is_empty()) && keys.len() > 2 {
        keys = vec![name];
    }
    // `tags[]` is `tags`, several times.
    if keys.len() > 1 && keys.last().is_some_and(|key| key.is_empty()) {
        keys.pop();
    }
    insert(root, &keys, leaf);
}

fn insert(node: &mut Map<String, Value>, keys: &[&str], leaf: Value) {
    let Some((first, rest)) = keys.split_first() else { return };
    let slot = node.entry((*first).to_owned()).or_insert(Value::Null);
    if rest.is_empty() {
        *slot = match std::mem::take(slot) {
            Value::Null => leaf,
            Value::Array(mut list) => {
                list.push(leaf);
                Value::Array(list)
            }
            other => Value::Array(vec![other, leaf]),
        };
        return;
    }
    // Numbered names make a list as long as they count up from what is there.
    if let Ok(index) = rest[0].parse::<usize>()
        && (slot.is_null() || slot.is_array())
    {
        let list = match slot {
            Value::Array(list) => list,
            other => {
                *other = Value::Array(Vec::new());
                match other {
                    Value::Array(list) => list,
                    _ => return,
                }
            }
        };
        if index == list.len() {
            list.push(Value::Null);
        }
        match list.get_mut(index) {
            Some(entry) if rest.len() == 1 => *entry = leaf,
            Some(entry) => {
                if !entry.is_object() {
                    *entry = Value::Object(Map::new());
                }
                if let Value::Object(inner) = entry {
                    insert(inner, &rest[1..], leaf);
                }
            }
            None => list.push(leaf),
        }
        return;
    }
    if !slot.is_object() {
        *slot = Value::Object(Map::new());
    }
    if let Value::Object(inner) = slot {
        insert(inner, rest, leaf);
    }
}

/// Most bytes of one part's headers.
const PART_HEAD_BYTES_MAX: usize = 16 * 1024;

fn multipart(kind: &str, body: &[u8]) -> Result<Value, String> {
    let first_line = body.split(|b| *b == b'\n').next().unwrap_or_default().trim_ascii_end();
    // The content type was lowered for comparison, boundaries are exact: the body's first line has it.
    let boundary = if first_line.starts_with(b"--") && first_line.len() <= 74 {
        first_line.to_vec()
    } else {
        let named = parameter(kind, "boundary").filter(|name| !name.is_empty());
        let named =
            named.ok_or("The multipart form names no boundary; it cannot be taken apart.")?;
        let marker = format!("--{named}").into_bytes();
        let found = body.windows(marker.len()).position(|w| w.eq_ignore_ascii_case(&marker));
        let at = found.ok_or("The multipart form does not hold the boundary that it names.")?;
        body[at..at + marker.len()].to_vec()
    };
    let mut parts: Vec<(String, Option<String>, &[u8])> = Vec::new();
    for piece in pieces(body, &boundary) {
        if parts.len() > FIELDS_MAX {
            return Err(format!(
                "The form has more than {FIELDS_MAX} fields; look at the original."
            ));
        }
        let (head, value) = head_and_value(piece);
        let head = text::decode(&head[..head.len().min(PART_HEAD_BYTES_MAX)], None);
        let disposition =
            head.lines().find(|line| line.to_ascii_lowercase().starts_with("content-disposition"));
        let Some(name) = disposition.and_then(|line| quoted(line, "name")) else { continue };
        parts.push((name, disposition.and_then(|line| quoted(line, "filename")), value));
    }
    let charsets = parts
        .iter()
        .find(|(name, ..)| name == "charsets")
        .and_then(|(.., value)| serde_json::from_slice::<Value>(value).ok());
    let mut root = Map::new();
    for (name, file, value) in &parts {
        match file.as_deref() {
            Some("") => {}
            Some(file) => put(&mut root, "attachment_names[]", file),
            None => {
                let label = charsets.as_ref().and_then(|all| all.get(name)).and_then(Value::as_str);
                put(&mut root, name, &text::decode(value, label));
            }
        }
    }
    Ok(Value::Object(root))
}

/// What stands between the boundaries, without the line end before each.
fn pieces<'b>(body: &'b [u8], boundary: &[u8]) -> Vec<&'b [u8]> {
    let mut pieces = Vec::new();
    let mut begin: Option<usize> = None;
    let mut at = 0;
    while at < body.len() && pieces.len() <= FIELDS_MAX + 1 {
        let end = body[at..].iter().position(|b| *b == b'\n').map_or(body.len(), |n| at + n);
        if body[at..end].starts_with(boundary) {
            if let Some(begin) = begin {
                let piece = &body[begin.min(at)..at];
                let piece = piece.strip_suffix(b"\n").unwrap_or(piece);
                pieces.push(piece.strip_suffix(b"\r").unwrap_or(piece));
            }
            begin = Some(end + 1);
        }
        at = end + 1;
    }
    pieces
}

fn head_and_value(piece: &[u8]) -> (&[u8], &[u8]) {
    let mut at = 0;
    while at <= piece.len() {
        let end = piece[at..].iter().position(|b| *b == b'\n').map_or(piece.len(), |n| at + n);
        if piece[at..end].trim_ascii().is_empty() {
            return (&piece[..at], piece.get(end + 1..).unwrap_or_default());
        }
        at = end + 1;
    }
    (piece, &[])
}

fn quoted(line: &str, name: &str) -> Option<String> {
    line.split(';').skip(1).find_map(|parameter| {
        let (found, value) = parameter.split_once('=')?;
        (found.trim().eq_ignore_ascii_case(name)).then(|| value.trim().trim_matches('"').to_owned())
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn bracketed_names_become_a_tree() {
        let body = b"type=subscribe&data%5Bmerges%5D%5BFNAME%5D=J%C3%B6rg&items[0][sku]=A&items[0][quantity]=2\
                     &items[1][sku]=B&tag[]=x&tag[]=y";
        assert_eq!(
            parse("application/x-www-form-urlencoded", body),
            Ok(json!({"type": "subscribe", "data": {"merges": {"FNAME": "Jörg"}},
                "items": [{"sku": "A", "quantity": "2"}, {"sku": "B"}], "tag": ["x", "y"]}))
        );
        assert_eq!(
            parse("", b"encoding=ISO-8859-1&last_name=M%FCller"),
            Ok(json!({"encoding": "ISO-8859-1", "last_name": "Müller"}))
        );
    }

    #[test]
    fn half_a_surrogate_pair_is_mended() {
        let tree =
            parse("application/json", br#"{"a":"x\ud800y","b":"\ud83d\ude00","c":"\\ud800"}"#);
        assert_eq!(tree, Ok(json!({"a": "x\u{fffd}y", "b": "😀", "c": "\\ud800"})));
    }

    #[test]
    fn each_field_of_a_multipart_form_has_its_own_charset() {
        let mut body = b"--xYz\r\nContent-Disposition: form-data; name=\"charsets\"\r\n\r\n\
            {\"subject\":\"iso-8859-1\",\"text\":\"UTF-8\"}\r\n--xYz\r\nContent-Disposition: form-data; \
            name=\"subject\"\r\n\r\nGr"
            .to_vec();
        body.extend_from_slice(b"\xf6\xdfe\r\n--xYz\r\ncontent-disposition: form-data; name=\"text\"\r\n\r\na\r\nb\r\n--xYz--\r\n");
        let tree = parse("multipart/form-data; boundary=xyz", &body).unwrap_or_default();
        assert_eq!(
            (tree["subject"].as_str(), tree["text"].as_str()),
            (Some("Größe"), Some("a\r\nb"))
        );
    }

    #[test]
    fn limits_and_wrong_bodies_are_told_in_a_sentence() {
        let many = (0..=FIELDS_MAX).map(|n| format!("f{n}=1")).collect::<Vec<_>>().join("&");
        assert!(parse("application/x-www-form-urlencoded", many.as_bytes()).is_err());
        assert!(parse("application/json", &[b'['; 100_000]).is_err());
        assert!(parse("application/json", b"").is_err());
        assert!(parse("", b"%PDF-1.7 ...").is_err());
        assert!(parse("multipart/form-data", b"nothing").is_err());
    }
}
