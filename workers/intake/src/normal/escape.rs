//! Values that a form or tool escaped for HTML before it sent them.

use std::borrow::Cow;

/// How often a value may have been escaped.
const TIMES_MAX: usize = 3;

/// The characters that a reader of the page would see, however often they were escaped.
pub(crate) fn unescaped(text: &str) -> Cow<'_, str> {
    // Whatever was escaped, one of these signs tells it.
    if memchr::memchr3(b'\\', b'%', b'&', text.as_bytes()).is_none() {
        return Cow::Borrowed(text);
    }
    let mut text = Cow::Borrowed(text);
    for _ in 0..TIMES_MAX {
        let Some(plain) = once(&text) else { break };
        text = Cow::Owned(plain);
    }
    text
}

/// `None` where nothing is escaped.
fn once(text: &str) -> Option<String> {
    codes(text).or_else(|| percent(text)).or_else(|| entities(text))
}

/// Codes of programs within a text: `\u00e9`, and `\'`.
fn codes(text: &str) -> Option<String> {
    if !text.contains("\\u") && !text.contains("\\'") && !text.contains("\\\"") {
        return None;
    }
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('\\') {
        out.push_str(&rest[..at]);
        rest = &rest[at..];
        let code = rest.strip_prefix("\\u").and_then(|code| code.get(..4));
        let code = code.and_then(|code| char::from_u32(u32::from_str_radix(code, 16).ok()?));
        let (c, length) = match (code, rest[1..].chars().next()) {
            (Some(c), _) if !c.is_control() => (c, 6),
            (_, Some(c @ ('\'' | '"'))) => (c, 2),
            _ => ('\\', 1),
        };
        out.push(c);
        rest = &rest[length..];
    }
    out.push_str(rest);
    (out != text).then_some(out)
}

/// Letters beyond ASCII as an address writes them: `Caf%C3%A9`.
fn percent(text: &str) -> Option<String> {
    text.find('%')?;
    let bytes = text.as_bytes();
    let code = |at: usize| {
        let hex = text.get(at + 1..at + 3).filter(|_| bytes[at] == b'%')?;
        u8::from_str_radix(hex, 16).ok()
    };
    let mut out = Vec::with_capacity(bytes.len());
    let mut at = 0;
    let mut found = false;
    while at < bytes.len() {
        match code(at) {
            Some(byte) => {
                found |= byte >= 0x80;
                out.push(byte);
                at += 3;
            }
            None => {
                out.push(bytes[at]);
                at += 1;
            }
        }
    }
    String::from_utf8(out).ok().filter(|_| found && !text.contains("://"))
}

fn entities(text: &str) -> Option<String> {
    if !text.contains('&') || !text.contains(';') {
        return None;
    }
    let plain = html_escape::decode_html_entities(text);
    (plain != text).then(|| plain.into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_escaped_once_or_twice_is_read_as_its_characters() {
        for (written, expected) in [
            ("B&auml;ckerei K&#252;hn", "Bäckerei Kühn"),
            ("O&#039;Dowd &amp; Sons", "O'Dowd & Sons"),
            ("M&amp;uuml;ller &amp;amp; Co", "Müller & Co"),
            ("&#x141;ukasik", "Łukasik"),
            ("&lt; 5 kW &gt;", "< 5 kW >"),
            ("Smith & Sons; Berlin", "Smith & Sons; Berlin"),
            ("R&D; sales", "R&D; sales"),
            ("a&b", "a&b"),
        ] {
            assert_eq!(unescaped(written), expected, "{written}");
        }
    }
}
