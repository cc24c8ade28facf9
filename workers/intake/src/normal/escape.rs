//! Values that a form or tool escaped for HTML before it sent them.

use std::borrow::Cow;

/// How often a value may have been escaped.
const TIMES_MAX: usize = 3;

/// The characters that a reader of the page would see, however often they were escaped.
pub(crate) fn unescaped(text: &str) -> Cow<'_, str> {
    let mut text = Cow::Borrowed(text);
    for _ in 0..TIMES_MAX {
        let Some(plain) = once(&text) else { break };
        text = Cow::Owned(plain);
    }
    text
}

/// `None` where nothing is escaped.
fn once(text: &str) -> Option<String> {
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
    fn p5_what_was_escaped_once_or_twice_is_read_as_its_characters() {
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
