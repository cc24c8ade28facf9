//! From the bytes of a mail to a [`Letter`], mending what senders break.

use chrono::DateTime;
use domain::day::Moment;
use mail_parser::{Address, Message, MessageParser, MessagePart, MimeHeaders, PartType};

use super::address::{bare_mailbox, display_name};
use super::body::{self, TEXT_BYTES_MAX};
use super::ends::{mend_head, mend_parts, with_feeds};
use super::words;
use crate::letter::{Letter, Mailbox};
use crate::normal;

/// Largest header block, in bytes and in lines.
const HEAD_BYTES_MAX: usize = 256 * 1024;
const HEAD_LINES_MAX: usize = 4_000;
/// Most parts of one mail; beyond it, boundaries are an attack.
const PARTS_MAX: usize = 1_000;
/// Deepest attached mail that is read.
const DEPTH_MAX: usize = 3;
/// Most addresses read from one header.
const ADDRESSES_MAX: usize = 100;

/// Takes a raw mail apart.
///
/// # Errors
/// Where the bytes are no mail, or beyond the limits: a sentence for whoever must look.
pub fn parse(raw: &[u8]) -> Result<Letter, String> {
    let raw = &with_feeds(raw);
    let (head, body) = head_and_body(raw);
    if head.len() > HEAD_BYTES_MAX || memchr::memchr_iter(b'\n', head).count() > HEAD_LINES_MAX {
        return Err("The mail's headers are larger than 256 KiB or 4000 lines; look at the \
                    original."
            .to_owned());
    }
    if !looks_like_head(head) {
        return Err(
            "The bytes do not begin with mail headers; send the raw message/rfc822.".to_owned()
        );
    }
    if count_boundaries(body) > 4 * PARTS_MAX {
        return Err(format!("The mail has more than {PARTS_MAX} parts; look at the original."));
    }
    let body = mend_parts(body);
    let whole = |hint| {
        let mut mended = mend_head(head, hint);
        mended.extend_from_slice(b"\r\n");
        mended.extend_from_slice(&body);
        mended
    };
    const NO_MAIL: &str = "The mail cannot be parsed; look at the original.";
    let mut mended = whole(None);
    if words::has_mislabelled(head) {
        let message = MessageParser::default().parse(&mended).ok_or(NO_MAIL)?;
        mended = whole(body::foreign_charset(&message));
    }
    let message = MessageParser::default().parse(&mended).ok_or(NO_MAIL)?;
    if message.parts.len() > PARTS_MAX {
        return Err(format!("The mail has more than {PARTS_MAX} parts; look at the original."));
    }
    Ok(letter(&message, 0))
}

/// The header block and the body of a mail; blank lines and an mbox line before it are skipped.
pub(super) fn head_and_body(raw: &[u8]) -> (&[u8], &[u8]) {
    let mut rest = raw.strip_prefix(b"\xef\xbb\xbf").unwrap_or(raw);
    while let Some(end) = rest.iter().position(|b| *b == b'\n') {
        let line = &rest[..end];
        let is_mbox = line.starts_with(b"From ") || line.starts_with(b">From ");
        if !line.iter().all(u8::is_ascii_whitespace) && !is_mbox {
            break;
        }
        rest = &rest[end + 1..];
    }
    let mut at = 0;
    while let Some(end) = rest[at..].iter().position(|b| *b == b'\n') {
        let line = &rest[at..at + end];
        if line.is_empty() || line == b"\r" {
            return (&rest[..at], &rest[at + end + 1..]);
        }
        at += end + 1;
    }
    (rest, &[])
}

/// The unfolded value of a header in a raw header block, brackets included; name in lower case.
pub(super) fn raw_header(head: &[u8], name: &str) -> Option<String> {
    let text = String::from_utf8_lossy(&head[..head.len().min(HEAD_BYTES_MAX)]);
    let mut lines = text.lines().peekable();
    while let Some(line) = lines.next() {
        let Some((found, value)) = line.split_once(':') else { continue };
        if !found.trim_end().eq_ignore_ascii_case(name) {
            continue;
        }
        let mut value = value.trim().to_owned();
        while let Some(more) = lines.next_if(|next| next.starts_with([' ', '\t'])) {
            value.push_str(more.trim());
        }
        return normal::line(&value);
    }
    None
}

fn looks_like_head(head: &[u8]) -> bool {
    let first = head.split(|b| *b == b'\n').next().unwrap_or_default();
    first.iter().position(|b| *b == b':').is_some_and(|colon| {
        colon > 0
            && first[..colon].iter().all(|b| b.is_ascii_graphic() || *b == b' ')
            && !first[..colon].iter().any(|b| b"{}<>\"'()".contains(b))
    })
}

fn count_boundaries(body: &[u8]) -> usize {
    memchr::memmem::find_iter(body, b"\n--").count()
}

fn letter(message: &Message<'_>, depth: usize) -> Letter {
    let sent_at = message.date().and_then(|date| DateTime::from_timestamp(date.to_timestamp(), 0));
    let mut letter = Letter {
        from: mailboxes(message.from())
            .into_iter()
            .next()
            .or_else(|| message.header_raw("From").and_then(bare_mailbox)),
        reply_to: mailboxes(message.reply_to()),
        to: mailboxes(message.to()).into_iter().chain(mailboxes(message.cc())).collect(),
        subject: message.subject().and_then(normal::line),
        sent_at: sent_at.and_then(Moment::within),
        headers: message
            .headers_raw()
            .map(|(name, value)| (name.to_ascii_lowercase(), value.to_owned()))
            .collect(),
        text: body::text(message),
        ..Letter::default()
    };
    if letter.from.is_none() {
        letter.from = mailboxes(message.sender()).into_iter().next();
    }
    for part in &message.parts {
        take_part(&mut letter, part, depth);
    }
    letter.unreadable = body::is_unreadable(message, &letter.text);
    if letter.adf.is_none() && holds_adf(&letter.text) {
        letter.adf = Some(letter.text.clone());
    }
    letter
}

fn take_part(letter: &mut Letter, part: &MessagePart<'_>, depth: usize) {
    if let Some(kind) = part.content_type() {
        let subtype = kind.subtype().unwrap_or_default();
        let mut full = format!("{}/{subtype}", kind.ctype()).to_lowercase();
        if let Some(report) = kind.attribute("report-type") {
            full.push(' ');
            full.push_str(&report.to_lowercase());
        }
        if subtype.eq_ignore_ascii_case("calendar") || subtype.eq_ignore_ascii_case("ics") {
            full = format!("text/calendar{}", method(part, kind.attribute("method")));
        }
        letter.content_types.push(full);
    }
    let name = part.attachment_name().and_then(normal::line);
    match &part.body {
        PartType::Message(inner) if depth < DEPTH_MAX && letter.inner.is_none() => {
            letter.inner = Some(Box::new(self::letter(inner, depth + 1)));
        }
        PartType::Binary(bytes) | PartType::InlineBinary(bytes) => {
            let is_mail = name.as_deref().is_some_and(|name| name.to_lowercase().ends_with(".eml"));
            if is_mail && depth < DEPTH_MAX && letter.inner.is_none() {
                let (head, _) = head_and_body(bytes);
                letter.inner = (looks_like_head(head) && bytes.len() < TEXT_BYTES_MAX)
                    .then(|| MessageParser::default().parse(bytes.as_ref()))
                    .flatten()
                    .map(|inner| Box::new(self::letter(&inner, depth + 1)));
            }
            take_adf(letter, bytes);
            letter.files.extend(name);
        }
        PartType::Text(content) | PartType::Html(content) => {
            take_adf(letter, content.as_bytes());
            letter.files.extend(name);
        }
        _ => {}
    }
}

/// The method of a calendar's part (RFC 5546): of its type, or of its text.
fn method(part: &MessagePart<'_>, attribute: Option<&str>) -> String {
    /// How much of the text is looked at, in bytes.
    const LOOK_BYTES_MAX: usize = 4_096;
    let bytes = part.contents();
    let text = String::from_utf8_lossy(&bytes[..bytes.len().min(LOOK_BYTES_MAX)]);
    let written = text.lines().find_map(|line| line.trim().strip_prefix("METHOD:"));
    let found = attribute.or(written).map(str::trim).unwrap_or_default().to_lowercase();
    if found.is_empty() { found } else { format!(" method={found}") }
}

fn take_adf(letter: &mut Letter, bytes: &[u8]) {
    if letter.adf.is_none()
        && bytes.len() <= TEXT_BYTES_MAX
        && let Ok(content) = std::str::from_utf8(bytes)
        && holds_adf(content)
    {
        letter.adf = Some(content.to_owned());
    }
}

/// Whether the text is ADF, the XML of lead distributors; it stands in the open or escaped.
fn holds_adf(text: &str) -> bool {
    let mut rest = text;
    while let Some(at) = memchr::memchr2(b'<', b'&', rest.as_bytes()) {
        rest = &rest[at..];
        let tag = rest.strip_prefix("&lt;").or(rest.strip_prefix('<')).unwrap_or(rest);
        let tag = tag.strip_prefix('?').unwrap_or(tag);
        if tag.get(..3).is_some_and(|name| name.eq_ignore_ascii_case("adf"))
            && tag[3..].starts_with(['>', ' ', '\n', '\r', '?', '&'])
        {
            return true;
        }
        rest = &rest[1..];
    }
    false
}

fn mailboxes(address: Option<&Address<'_>>) -> Vec<Mailbox> {
    let all: Vec<&mail_parser::Addr<'_>> = match address {
        Some(Address::List(list)) => list.iter().collect(),
        Some(Address::Group(groups)) => groups.iter().flat_map(|group| &group.addresses).collect(),
        None => Vec::new(),
    };
    all.into_iter()
        .take(ADDRESSES_MAX)
        .filter_map(|addr| {
            let name = addr.name.as_deref().and_then(display_name);
            match addr.address.as_deref().and_then(normal::email) {
                Some(email) => Some(Mailbox { name, email }),
                None => bare_mailbox(&format!(
                    "{} {}",
                    addr.name.as_deref().unwrap_or_default(),
                    addr.address.as_deref().unwrap_or_default()
                )),
            }
        })
        .collect()
}
