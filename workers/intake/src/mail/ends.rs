//! Line ends and header blocks, mended before a mail is parsed.

use std::borrow::Cow;

use encoding_rs::Encoding;

use super::{parameter, words};
use crate::charset::Charset;

/// How much of a mail is looked at for its line ends, in bytes.
const LOOK_BYTES_MAX: usize = 64 * 1024;

/// The mail with line feeds where its headers end in bare carriage returns.
#[must_use]
pub(super) fn with_feeds(raw: &[u8]) -> Cow<'_, [u8]> {
    let look = &raw[..raw.len().min(LOOK_BYTES_MAX)];
    let bare = memchr::memchr_iter(b'\r', look)
        .any(|at| !matches!(raw.get(at + 1), Some(b'\n')) && begins_header(&raw[at + 1..]));
    if !bare {
        return Cow::Borrowed(raw);
    }
    let mut out = Vec::with_capacity(raw.len());
    for (at, byte) in raw.iter().enumerate() {
        match byte {
            // A return doubled before a feed is one end.
            b'\r' if matches!(raw.get(at + 1), Some(b'\n')) => {}
            b'\r' => out.push(b'\n'),
            other => out.push(*other),
        }
    }
    Cow::Owned(out)
}

/// `Name:`, as a header begins.
fn begins_header(bytes: &[u8]) -> bool {
    /// Longest name of a header.
    const NAME_BYTES_MAX: usize = 60;
    let name =
        bytes.iter().take(NAME_BYTES_MAX).take_while(|b| b.is_ascii_alphanumeric() || **b == b'-');
    let length = name.count();
    length > 1 && bytes.get(length) == Some(&b':')
}

/// Unfolds a header block, drops lines of blanks only, which some parsers take for the end, turns
/// raw 8-bit into UTF-8, each header by itself, and mends encoded words. `hint` is the charset of the mail's text,
/// where words are not in the one that they name.
#[must_use]
pub(super) fn mend_head(head: &[u8], hint: Option<&'static Encoding>) -> Vec<u8> {
    let head =
        if head.is_ascii() { Cow::Borrowed(head) } else { escape_encoded_words(head).into() };
    let charset = Charset::of(&head, None);
    let mut out = Vec::with_capacity(head.len() + 16);
    let mut header: Vec<u8> = Vec::new();
    for line in head.split(|byte| *byte == b'\n') {
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        if line.iter().all(u8::is_ascii_whitespace) {
            continue;
        }
        if !line.starts_with(b" ") && !line.starts_with(b"\t") {
            flush(&mut header, charset, hint, &mut out);
            header.extend_from_slice(line);
            continue;
        }
        // A program that folds by octets cuts letters: their halves belong together.
        let rest = line.trim_ascii_start();
        let cut = matches!(rest.first(), Some(0x80..=0xbf)) && ends_inside_letter(&header);
        if !cut {
            header.push(b' ');
        }
        header.extend_from_slice(rest);
    }
    flush(&mut header, charset, hint, &mut out);
    out
}

fn flush(
    header: &mut Vec<u8>,
    charset: Charset,
    hint: Option<&'static Encoding>,
    out: &mut Vec<u8>,
) {
    // Nearly every header is plain.
    let plain = header.iter().all(|byte| matches!(byte, b' '..=b'~' | b'\t')) && !is_hard(header);
    if !header.is_empty() && plain {
        out.append(header);
        out.extend_from_slice(b"\r\n");
    } else if !header.is_empty() {
        let text = charset.decode(header);
        out.extend_from_slice(
            words::mend(&parameter::joined(&text), hint).replace(['\r', '\n'], " ").as_bytes(),
        );
        out.extend_from_slice(b"\r\n");
        header.clear();
    }
}

/// Whether the bytes end within a letter of UTF-8.
fn ends_inside_letter(bytes: &[u8]) -> bool {
    let tail = &bytes[bytes.len().saturating_sub(4)..];
    (0..tail.len()).any(|at| {
        tail[at] >= 0xc2
            && std::str::from_utf8(&tail[at..]).is_err_and(|error| error.error_len().is_none())
    })
}

/// The body with the headers of its parts mended: where they hold encoded words or values in pieces, and where no
/// blank line ends them.
#[must_use]
pub(super) fn mend_parts(body: &[u8]) -> Cow<'_, [u8]> {
    if !is_hard(body) && heads(body).all(|(from, to)| text_within(&body[from..to]).is_none()) {
        return Cow::Borrowed(body);
    }
    let mut out = Vec::with_capacity(body.len() + 16);
    let mut done = 0;
    for (from, to) in heads(body) {
        let text = text_within(&body[from..to]).map_or(to, |at| from + at);
        out.extend_from_slice(&body[done..from]);
        let head = &body[from..text];
        if is_hard(head) {
            out.extend(mend_head(head, None));
        } else {
            out.extend_from_slice(head);
        }
        if text < to {
            out.extend_from_slice(b"\r\n");
        }
        done = text;
    }
    out.extend_from_slice(&body[done..]);
    Cow::Owned(out)
}

/// Whether headers hold encoded words or values in pieces: neither is written without an equals sign.
fn is_hard(headers: &[u8]) -> bool {
    headers.contains(&b'=')
        && (memchr::memmem::find(headers, b"=?").is_some() || parameter::has_pieces(headers))
}

/// Where the header blocks of parts begin and end: below a boundary, up to a blank line.
fn heads(body: &[u8]) -> impl Iterator<Item = (usize, usize)> {
    let mut at = 0;
    std::iter::from_fn(move || {
        while at < body.len() {
            let line = line_at(body, at);
            let from = at + line.len();
            at = from;
            let starts = body.get(from..from + 8);
            if line.starts_with(b"--")
                && starts.is_some_and(|begin| begin.eq_ignore_ascii_case(b"content-"))
            {
                while at < body.len() && !line_at(body, at).iter().all(u8::is_ascii_whitespace) {
                    at += line_at(body, at).len();
                }
                return Some((from, at));
            }
        }
        None
    })
}

/// The line that begins here, its end included.
fn line_at(body: &[u8], at: usize) -> &[u8] {
    body[at..].split_inclusive(|byte| *byte == b'\n').next().unwrap_or_default()
}

/// Where the text of a part begins, if its program forgot the blank line before it.
fn text_within(head: &[u8]) -> Option<usize> {
    let (mut at, mut open) = (0, false);
    for line in head.split_inclusive(|byte| *byte == b'\n') {
        let written = line.trim_ascii_end();
        // However damaged, a name goes up to its colon without a blank.
        let ends = line.iter().find(|byte| **byte == b':' || byte.is_ascii_whitespace());
        let folded = line.starts_with(b" ") || line.starts_with(b"\t");
        // A value that goes on without its indentation: `boundary="b"` below a semicolon.
        let goes_on = open && written.contains(&b'=');
        if ends != Some(&b':') && !folded && !goes_on {
            // Where a header of MIME follows, the line is a damaged one.
            return Some(at).filter(|at| !names_mime(&head[*at..]));
        }
        open = written.ends_with(b";");
        at += line.len();
    }
    None
}

/// Whether a line is, or was, a header of MIME.
fn names_mime(lines: &[u8]) -> bool {
    lines.split(|byte| *byte == b'\n').any(|line| {
        let line = line.to_ascii_lowercase();
        line.starts_with(b"content-") || line.windows(18).any(|part| part == b"transfer-encoding:")
    })
}

/// Raw 8-bit inside `=?charset?Q?…?=` is in the charset named there: it becomes `=XX`.
fn escape_encoded_words(head: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(head.len());
    let mut inside = false;
    for (at, byte) in head.iter().enumerate() {
        match (byte, head.get(at + 1)) {
            (b'=', Some(b'?')) => inside = true,
            (b'?', Some(b'=')) if out.last() != Some(&b'=') && !ends_with_encoding(&out) => {
                inside = false;
            }
            (b'\n', _) => inside = false,
            _ => {}
        }
        if inside && !byte.is_ascii() {
            out.extend_from_slice(format!("={byte:02X}").as_bytes());
        } else {
            out.push(*byte);
        }
    }
    out
}

/// `…?Q` stands before the text of an encoded word, which may begin with `=`.
fn ends_with_encoding(out: &[u8]) -> bool {
    matches!(out, [.., b'?', b'q' | b'Q' | b'b' | b'B'])
}
