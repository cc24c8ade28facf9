//! Encoded words (RFC 2047) in header lines, mended before they are parsed.
//!
//! Senders cut a letter in half between two words, or name a charset in which the bytes are not. Neighbouring words of
//! one charset and encoding are joined, decoded as what they plainly are, and written anew in UTF-8.

use encoding_rs::Encoding;

use super::transfer;
use crate::charset;

/// One encoded word within a line.
struct Word<'l> {
    charset: &'l str,
    encoding: char,
    text: &'l str,
    length: usize,
}

/// An unfolded header line with its encoded words mended.
#[must_use]
pub(super) fn mend(line: &str, hint: Option<&'static Encoding>) -> String {
    if !line.contains("=?") {
        return line.to_owned();
    }
    let mut out = String::with_capacity(line.len());
    let mut rest = line;
    while let Some(at) = rest.find("=?") {
        out.push_str(&rest[..at]);
        rest = &rest[at..];
        let Some(first) = word(rest) else {
            out.push_str("=?");
            rest = &rest[2..];
            continue;
        };
        rest = &rest[first.length..];
        let mut bytes = bytes(&first);
        let mut text = String::new();
        // What is between two neighbours is not text (RFC 2047, section 6.2).
        while let Some((next, skip)) = neighbour(rest, &first) {
            if has_shifts(first.charset) {
                text.push_str(&decoded(&bytes, first.charset, hint));
                bytes.clear();
            }
            bytes.extend(self::bytes(&next));
            rest = &rest[skip + next.length..];
        }
        text.push_str(&decoded(&bytes, first.charset, hint));
        out.push_str(&encoded(&text));
        // A word that follows is separate by a blank, or it would be no word.
        if rest.starts_with("=?") {
            out.push(' ');
        }
    }
    out.push_str(rest);
    out
}

/// The bytes of a word: what calls itself UTF-8 and is none is in the charset of the mail's text, where that is known.
fn decoded(bytes: &[u8], label: &str, hint: Option<&'static Encoding>) -> String {
    match hint.filter(|_| is_mislabelled(bytes, label)) {
        Some(encoding) => encoding.decode_without_bom_handling(bytes).0.into_owned(),
        None => charset::decode(bytes, Some(label)),
    }
}

/// Whether bytes are not in the UTF-8 or ASCII that they are said to be in.
fn is_mislabelled(bytes: &[u8], label: &str) -> bool {
    let label = label.to_ascii_lowercase();
    (label.starts_with("utf-8") || label == "utf8" || label.contains("ascii"))
        && std::str::from_utf8(bytes).is_err_and(|error| error.error_len().is_some())
}

/// Whether a header block holds a word that is not in the charset that it names.
#[must_use]
pub(super) fn has_mislabelled(head: &[u8]) -> bool {
    if memchr::memmem::find(head, b"=?").is_none() {
        return false;
    }
    let head = String::from_utf8_lossy(head);
    let mut rest = &*head;
    while let Some(at) = rest.find("=?") {
        rest = &rest[at..];
        match word(rest) {
            Some(found) => {
                if is_mislabelled(&bytes(&found), found.charset) {
                    return true;
                }
                rest = &rest[found.length..];
            }
            None => rest = &rest[2..],
        }
    }
    false
}

/// Whether the charset shifts between alphabets: each word begins and ends in the plain one, and
/// cuts no letter.
fn has_shifts(charset: &str) -> bool {
    charset.to_ascii_lowercase().starts_with("iso-2022")
}

/// A word of the same charset and encoding behind blanks, and how many bytes those take.
fn neighbour<'l>(rest: &'l str, first: &Word<'_>) -> Option<(Word<'l>, usize)> {
    let skip = rest.len() - rest.trim_start().len();
    let next = word(&rest[skip..])?;
    (next.charset.eq_ignore_ascii_case(first.charset) && next.encoding == first.encoding)
        .then_some((next, skip))
}

/// The encoded word that the text begins with. Its text holds no `?`, but Q may hold blanks where
/// senders forget to encode them.
fn word(text: &str) -> Option<Word<'_>> {
    /// Longest charset.
    const CHARSET_BYTES_MAX: usize = 40;
    let rest = text.strip_prefix("=?")?;
    let (charset, rest) = rest.split_once('?')?;
    // UTF-7 is no charset of the decoder here; the parser knows it.
    let is_utf7 = charset.to_ascii_lowercase().contains("utf-7");
    if is_utf7
        || charset.is_empty()
        || charset.len() > CHARSET_BYTES_MAX
        || charset.contains([' ', '='])
    {
        return None;
    }
    let encoding = rest.chars().next()?.to_ascii_uppercase();
    let body = rest.get(1..)?.strip_prefix('?')?;
    if encoding != 'Q' && encoding != 'B' {
        return None;
    }
    let end = body.find("?=")?;
    let inner = &body[..end];
    if inner.contains("=?") {
        return None;
    }
    let length = text.len() - body.len() + end + 2;
    // A language tag may follow the charset (RFC 2231, section 5).
    let charset = charset.split('*').next().unwrap_or(charset);
    Some(Word { charset, encoding, text: inner, length })
}

fn bytes(word: &Word<'_>) -> Vec<u8> {
    if word.encoding == 'B' {
        return transfer::base64(word.text.as_bytes());
    }
    transfer::quoted_printable(word.text.replace('_', " ").as_bytes())
}

/// The text as one word in UTF-8.
fn encoded(text: &str) -> String {
    const HEX: &[u8; 16] = b"0123456789ABCDEF";
    let mut out = String::with_capacity(text.len() * 3 + 12);
    out.push_str("=?utf-8?Q?");
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() {
            out.push(char::from(byte));
        } else {
            out.push('=');
            out.push(char::from(HEX[usize::from(byte >> 4)]));
            out.push(char::from(HEX[usize::from(byte & 15)]));
        }
    }
    out.push_str("?=");
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(line: &str) -> String {
        let mended = mend(line, None);
        let inner = mended.strip_prefix("=?utf-8?Q?").and_then(|rest| rest.strip_suffix("?="));
        let bytes = transfer::quoted_printable(inner.expect(&mended).as_bytes());
        String::from_utf8(bytes).expect("UTF-8")
    }

    #[test]
    fn a_letter_cut_between_words_is_whole_and_a_wrong_label_is_seen() {
        for (line, expected) in [
            ("=?UTF-8?Q?M=C3?= =?UTF-8?Q?=A4nnik?=", "Männik"),
            ("=?utf-8?B?TcM=?=  =?UTF-8?b?pG5uaWs=?=", "Männik"),
            ("=?utf-8?Q?Gr=F6=DFe?=", "Größe"),
            ("=?iso-8859-1?Q?Gr=C3=B6=C3=9Fe?=", "Größe"),
            ("=?us-ascii?Q?J=F6rg_Strau=DF?=", "Jörg Strauß"),
            ("=?shift_jis?B?jKmQz4LgguiC8A==?=", "見積もりを"),
            ("=?windows-1251?Q?=D6=E5=ED?= =?windows-1251?Q?=E0?=", "Цена"),
            ("=?euc-kr?B?sN8=?= =?euc-kr?B?wPs=?=", "견적"),
        ] {
            assert_eq!(read(line), expected, "{line}");
        }
        assert_eq!(mend("a =?x =?utf-8?Q?b?= c", None), "a =?x =?utf-8?Q?b?= c");
        assert_eq!(
            mend("=?utf-8?Q?a?= =?koi8-r?Q?=C1?=", None),
            "=?utf-8?Q?a?= =?utf-8?Q?=D0=B0?="
        );
    }
}
