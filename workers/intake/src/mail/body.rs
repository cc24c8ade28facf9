//! The readable text of a mail, however its parts are broken.

use mail_parser::{Encoding, Message, MessagePart, MimeHeaders, PartType};

use super::transfer;
use crate::{asks, charset, html, normal};

/// Most text that is read from one mail, in bytes.
pub(super) const TEXT_BYTES_MAX: usize = 256 * 1024;

/// The text of the mail: the plain parts, or the HTML ones where there is no plain text or only a
/// stub, or what stands in parts that no parser takes for text.
#[must_use]
pub(super) fn text(message: &Message<'_>) -> String {
    let plain = joined(message, &message.text_body);
    let has_html = message.html_body.iter().any(|id| {
        message.parts.get(*id as usize).is_some_and(|part| matches!(part.body, PartType::Html(_)))
    });
    let says = !normal::is_blank(&plain);
    if says && !(has_html && may_be_stub(&plain)) {
        return plain;
    }
    let marked = joined(message, &message.html_body);
    if !normal::is_blank(&marked) && (plain.trim().is_empty() || is_stub(&plain, &marked)) {
        return marked;
    }
    if !plain.trim().is_empty() {
        return plain;
    }
    recovered(message)
}

/// Longest stub, in characters.
const STUB_CHARS_MAX: usize = 400;

fn may_be_stub(plain: &str) -> bool {
    plain.trim().chars().count() <= STUB_CHARS_MAX
}

/// Whether the plain text only points to the other one: it is shorter, says nothing of what that
/// says, or is nothing but links.
fn is_stub(plain: &str, marked: &str) -> bool {
    /// Words that a stub is made of in most languages, lower case.
    const SAYS: &[&str] =
        &["html", "browser", "webbrowser", "prohlížeč", "prehliadač", "браузер", "mime"];
    let fold = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase();
    let (plain, marked) = (fold(plain), fold(marked));
    let is_link = |word: &str| word.contains("://") || word.starts_with("www.");
    let links_only = plain.split(' ').all(|word| is_link(word.trim_matches(['<', '>', '(', ')'])));
    let longer = marked.chars().count() > 2 * plain.chars().count() + 20;
    let shared = plain.split(' ').filter(|word| word.chars().count() > 3);
    let (known, all) = shared
        .fold((0, 0), |(known, all), word| (known + usize::from(marked.contains(word)), all + 1));
    let foreign = all == 0 || known * 2 < all;
    // What says nothing of the other and asks nothing only points to it.
    let longer = longer
        || known == 0 && !asks::asks(&plain) && marked.chars().count() > plain.chars().count();
    let says = SAYS.iter().any(|word| plain.contains(word));
    !marked.contains(&plain) && (links_only || says && foreign || longer && foreign)
        || links_only && !marked.is_empty()
}

fn joined(message: &Message<'_>, parts: &[u32]) -> String {
    let mut out = String::new();
    for part in parts.iter().filter_map(|id| message.parts.get(*id as usize)) {
        let text = match &part.body {
            PartType::Text(content) => read(message, part, content, false),
            PartType::Html(content) => html::to_text(&read(message, part, content, true)),
            _ => continue,
        };
        if !push(&mut out, &text) {
            break;
        }
    }
    out
}

/// Adds a text; `false` where there is no room for more.
fn push(out: &mut String, text: &str) -> bool {
    let room = TEXT_BYTES_MAX.saturating_sub(out.len());
    let mut cut = room.min(text.len());
    while !text.is_char_boundary(cut) {
        cut -= 1;
    }
    out.push_str(&text[..cut]);
    out.push('\n');
    cut == text.len()
}

/// The part's text, decoded from its bytes as what they plainly are.
fn read(message: &Message<'_>, part: &MessagePart<'_>, decoded: &str, is_html: bool) -> String {
    let (from, to) = (part.offset_body as usize, part.offset_end as usize);
    let Some(raw) = message.raw_message.get(from..to) else { return decoded.to_owned() };
    let label = part.content_type().and_then(|kind| kind.attribute("charset"));
    // UTF-7 is no charset of the web, and so not of the decoder here.
    if label.is_some_and(|label| label.to_lowercase().contains("utf-7")) {
        return decoded.to_owned();
    }
    let text = decode(raw, declared(part), label, is_html);
    let damaged = |text: &str| text.contains('\u{fffd}');
    if damaged(&text) && !damaged(decoded) { decoded.to_owned() } else { text }
}

/// The charset that the text of the mail is in, where it is none of UTF-8.
#[must_use]
pub(super) fn foreign_charset(message: &Message<'_>) -> Option<&'static encoding_rs::Encoding> {
    let parts = message.text_body.iter().chain(&message.html_body);
    parts.filter_map(|id| message.parts.get(*id as usize)).find_map(|part| {
        let raw = message.raw_message.get(part.offset_body as usize..part.offset_end as usize)?;
        let label = part.content_type().and_then(|kind| kind.attribute("charset"));
        charset::Charset::of(&transfer::decode(raw, declared(part)), label).foreign()
    })
}

/// The transfer encoding that the part names; the parser forgets it where it cannot decode.
fn declared(part: &MessagePart<'_>) -> Encoding {
    let written = part.content_transfer_encoding().unwrap_or_default().trim().to_lowercase();
    let written: String = written.chars().filter(char::is_ascii_alphanumeric).collect();
    match written.as_str() {
        "base64" => Encoding::Base64,
        "quotedprintable" => Encoding::QuotedPrintable,
        _ => part.encoding,
    }
}

/// Bytes to text by transfer encoding and charset, either of which may be wrong or missing.
fn decode(raw: &[u8], encoding: Encoding, label: Option<&str>, is_html: bool) -> String {
    let mut bytes = transfer::decode(raw, encoding);
    if encoding == Encoding::None && transfer::is_base64(raw.trim_ascii()) {
        let inner = transfer::base64(raw);
        if is_text(&inner) {
            bytes = inner;
        }
    } else if encoding == Encoding::None && transfer::is_quoted_printable(raw) {
        bytes = transfer::quoted_printable(raw);
    } else if encoding == Encoding::Base64 && is_text(raw) && !is_text(&bytes) {
        // It was never encoded.
        bytes = raw.to_vec();
    }
    let meta = (is_html && label.is_none()).then(|| meta_charset(&bytes)).flatten();
    charset::decode(&bytes, label.or(meta.as_deref()))
}

/// Whether bytes are text of some charset: next to no control characters.
fn is_text(bytes: &[u8]) -> bool {
    let controls = bytes.iter().filter(|b| b.is_ascii_control() && !b"\r\n\t\x0c\x1b".contains(b));
    !bytes.is_empty() && controls.count() * 100 <= bytes.len()
}

/// The charset that HTML names itself.
fn meta_charset(bytes: &[u8]) -> Option<String> {
    /// How much of it is looked at, as browsers do.
    const LOOK_BYTES_MAX: usize = 1024;
    let head = String::from_utf8_lossy(&bytes[..bytes.len().min(LOOK_BYTES_MAX)]).to_lowercase();
    let (_, rest) = head.split_once("charset=")?;
    let name = rest.trim_start_matches(['"', '\'', ' ']);
    let end = name.find(|c: char| !c.is_ascii_alphanumeric() && !"-_:.".contains(c));
    Some(name[..end.unwrap_or(name.len())].to_owned()).filter(|name| !name.is_empty())
}

/// The text of parts that the parser left out: of a type without subtype or an unknown one, below
/// boundaries that nothing announces, or beside those that never come.
fn recovered(message: &Message<'_>) -> String {
    let mut out = String::new();
    for part in &message.parts {
        let (PartType::Binary(bytes) | PartType::InlineBinary(bytes)) = &part.body else {
            continue;
        };
        let kind = part.content_type();
        let main = kind.map(|kind| kind.ctype().to_lowercase()).unwrap_or_default();
        let known = ["image", "audio", "video", "application", "font", "model", "message"];
        let named = part.attachment_name().is_some();
        if named || known.contains(&main.as_str()) || !is_text(bytes) {
            continue;
        }
        let label = kind.and_then(|kind| kind.attribute("charset"));
        push(&mut out, &plain(&charset::decode(bytes, label)));
    }
    if !normal::is_blank(&out) {
        return out;
    }
    let body = message.parts.first().map_or(0, |part| part.offset_body as usize);
    let raw = message.raw_message.get(body..).unwrap_or_default();
    by_hand(&raw[..raw.len().min(TEXT_BYTES_MAX)])
}

/// The text between lines that look like boundaries, and above them.
fn by_hand(raw: &[u8]) -> String {
    let mut out = String::new();
    let mut piece: Vec<u8> = Vec::new();
    let mut pieces = Vec::new();
    let mut lines = raw.split_inclusive(|byte| *byte == b'\n').peekable();
    while let Some(line) = lines.next() {
        let opens = lines
            .peek()
            .and_then(|next| next.get(..8))
            .is_some_and(|begin| begin.eq_ignore_ascii_case(b"content-"));
        let closes = line.trim_ascii_end().ends_with(b"--") && line.trim_ascii().len() > 8;
        if line.starts_with(b"--") && (opens || closes) {
            pieces.push(std::mem::take(&mut piece));
        } else {
            piece.extend_from_slice(line);
        }
    }
    pieces.push(piece);
    for piece in &pieces {
        let (kind, encoding, label, body) = taken_apart(piece);
        let wanted = kind.is_empty() || kind.starts_with("text") && !kind.contains("calendar");
        if wanted && is_text(body) && !is_notice(body) {
            push(
                &mut out,
                &plain(&decode(body, encoding, label.as_deref(), kind.contains("html"))),
            );
        }
    }
    out
}

/// What mail programs write above the first part, for programs that know no parts.
fn is_notice(piece: &[u8]) -> bool {
    let text = String::from_utf8_lossy(piece).to_lowercase();
    text.contains("mime") && text.split_whitespace().count() < 60
}

/// Type, transfer encoding, charset and body of a piece that may begin with headers of a part.
fn taken_apart(piece: &[u8]) -> (String, Encoding, Option<String>, &[u8]) {
    let is_part = piece.get(..8).is_some_and(|begin| begin.eq_ignore_ascii_case(b"content-"));
    if !is_part {
        return (String::new(), Encoding::None, None, piece);
    }
    let mut at = 0;
    let mut head = String::new();
    for line in piece.split_inclusive(|byte| *byte == b'\n') {
        at += line.len();
        if line.trim_ascii().is_empty() {
            break;
        }
        head.push_str(&String::from_utf8_lossy(line).to_lowercase());
    }
    let value = |name: &str| {
        let (_, rest) = head.split_once(name)?;
        let end = rest.find([';', '\n', '\r', ' ', '"']).unwrap_or(rest.len());
        Some(rest[..end].trim().to_owned())
    };
    let after = |name: &str| head.split_once(name).map(|(_, rest)| rest.trim_start());
    let kind = after("content-type:").and_then(|rest| rest.split([';', '\n', '\r', ' ']).next());
    let encoding = match after("content-transfer-encoding:") {
        Some(rest) if rest.starts_with("base64") => Encoding::Base64,
        Some(rest) if rest.starts_with("quoted") => Encoding::QuotedPrintable,
        _ => Encoding::None,
    };
    let label = value("charset=\"").or_else(|| value("charset="));
    (kind.unwrap_or_default().to_owned(), encoding, label, &piece[at..])
}

/// The text, or what a reader sees of it where it is HTML.
fn plain(text: &str) -> String {
    let lower = text.chars().take(4_000).flat_map(char::to_lowercase).collect::<String>();
    let is_html = ["<html", "<body", "<p>", "<p ", "<div", "<br", "<table", "<span"]
        .iter()
        .any(|tag| lower.contains(tag));
    if is_html { html::to_text(text) } else { text.to_owned() }
}

/// Whether there are bytes of a text of which nothing can be read.
#[must_use]
pub(super) fn is_unreadable(message: &Message<'_>, text: &str) -> bool {
    /// Fewest bytes that must have been a text.
    const BYTES_MIN: usize = 40;
    let of_text = |part: &&MessagePart<'_>| {
        matches!(part.body, PartType::Text(_) | PartType::Html(_))
            && part.attachment_name().is_none()
    };
    normal::is_blank(text)
        && message
            .parts
            .iter()
            .filter(of_text)
            .any(|part| (part.offset_end.saturating_sub(part.offset_body)) as usize >= BYTES_MIN)
}
