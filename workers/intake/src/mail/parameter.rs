//! Values of header parameters that stand in numbered pieces (RFC 2231), joined before they are parsed: a sender may
//! cut a letter between two of them.

use std::borrow::Cow;

use crate::charset;

/// How the first of several encoded pieces is written.
const FIRST: &str = "*0*=";
/// Most pieces of one value.
const PIECES_MAX: usize = 100;

/// One piece: which it is, whether it is percent-encoded, and what is written.
struct Piece<'l> {
    number: usize,
    encoded: bool,
    value: &'l str,
}

/// Whether a header holds a value in encoded pieces.
#[must_use]
pub(super) fn has_pieces(line: &[u8]) -> bool {
    memchr::memmem::find(line, FIRST.as_bytes()).is_some()
}

/// An unfolded header line with the encoded pieces of each of its values joined into one.
#[must_use]
pub(super) fn joined(line: &str) -> Cow<'_, str> {
    if !line.contains(FIRST) {
        return Cow::Borrowed(line);
    }
    let mut out: Vec<String> = Vec::new();
    let mut values: Vec<(String, Vec<Piece<'_>>, usize)> = Vec::new();
    for part in parts(line) {
        match piece(part) {
            Some((name, piece)) => match values.iter_mut().find(|(known, ..)| *known == name) {
                Some((_, pieces, _)) => pieces.push(piece),
                None => {
                    values.push((name, vec![piece], out.len()));
                    out.push(String::new());
                }
            },
            None => out.push(part.to_owned()),
        }
    }
    for (name, mut pieces, at) in values {
        pieces.sort_by_key(|piece| piece.number);
        out[at] = whole(&name, &pieces);
    }
    Cow::Owned(out.join(";"))
}

/// The parts of a header between semicolons outside of quotes.
fn parts(line: &str) -> impl Iterator<Item = &str> {
    let (mut quoted, mut escaped) = (false, false);
    line.split(move |c: char| {
        let divides = c == ';' && !quoted;
        quoted ^= c == '"' && !escaped;
        escaped = c == '\\' && !escaped;
        divides
    })
}

/// `filename*0*=…` or `filename*1="…"`.
fn piece(part: &str) -> Option<(String, Piece<'_>)> {
    let (name, value) = part.split_once('=')?;
    let (base, number) = name.trim().split_once('*')?;
    let encoded = number.ends_with('*');
    let number = number.trim_end_matches('*').parse().ok().filter(|number| *number < PIECES_MAX)?;
    let value = value.trim();
    Some((base.to_ascii_lowercase(), Piece { number, encoded, value }))
}

/// The value of sorted pieces as one, in UTF-8.
fn whole(name: &str, pieces: &[Piece<'_>]) -> String {
    let mut label = None;
    let mut bytes = Vec::new();
    for piece in pieces {
        let mut value = piece.value;
        if piece.number == 0 && piece.encoded {
            // charset'language'text
            let mut divided = value.splitn(3, '\'');
            if let (Some(charset), Some(_), Some(rest)) =
                (divided.next(), divided.next(), divided.next())
            {
                label = Some(charset);
                value = rest;
            }
        }
        if piece.encoded {
            unescape(value, &mut bytes);
        } else {
            bytes.extend(value.trim_matches('"').replace("\\\"", "\"").bytes());
        }
    }
    let text = charset::decode(&bytes, label);
    let mut out = format!(" {name}*=utf-8''");
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b".-_".contains(&byte) {
            out.push(char::from(byte));
        } else {
            out.push_str(&format!("%{byte:02X}"));
        }
    }
    out
}

/// `%C3%A4` as bytes; what is no such code stays as it is.
fn unescape(value: &str, out: &mut Vec<u8>) {
    let mut rest = value.as_bytes();
    while let Some((byte, after)) = rest.split_first() {
        let code = after.get(..2).filter(|_| *byte == b'%');
        let code = code.and_then(|code| std::str::from_utf8(code).ok());
        match code.and_then(|code| u8::from_str_radix(code, 16).ok()) {
            Some(decoded) => {
                out.push(decoded);
                rest = &after[2..];
            }
            None => {
                out.push(*byte);
                rest = after;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_are_joined_in_their_order_also_where_a_letter_is_cut() {
        for (line, expected) in [
            (
                "Content-Disposition: attachment; filename*0*=UTF-8''Anfr%C3; filename*1*=%A4ge; filename*2=.pdf",
                "Content-Disposition: attachment; filename*=utf-8''Anfr%C3%A4ge.pdf",
            ),
            (
                "Content-Type: a/b; name*1=\"; b.pdf\"; name*0*=iso-8859-1'de'St%FCck; x=y",
                "Content-Type: a/b; name*=utf-8''St%C3%BCck%3B%20b.pdf; x=y",
            ),
            ("Content-Type: a/b; name*0*=broken%", "Content-Type: a/b; name*=utf-8''broken%25"),
        ] {
            assert_eq!(joined(line), expected);
        }
        let plain = "Content-Disposition: attachment; filename*0=\"a\"; filename*1=\"b\"";
        assert_eq!(joined(plain), plain);
    }
}
