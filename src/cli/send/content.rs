//! What kind of input a file holds, told by its first bytes where the channel leaves a choice.

use workbook::Kind;

use super::channel::Channel;

/// How much of a file is looked at, in bytes.
const LOOK_BYTES_MAX: usize = 4096;
/// The longest boundary of a multipart body (RFC 2046 §5.1.1).
const BOUNDARY_CHARS_MAX: usize = 70;

/// The media type of a body; `None` where a web body is nothing that a form or a hook sends.
pub(in crate::cli) fn media_type(channel: Channel, body: &[u8]) -> Option<String> {
    let fixed = match channel {
        Channel::Email => "message/rfc822",
        Channel::Card => "text/vcard",
        Channel::Import => match Kind::of(body) {
            Some(Kind::Xlsx) => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            Some(Kind::Whole | Kind::Encrypted) => "application/octet-stream",
            None if body.starts_with(b"PK\x03\x04") => "application/zip",
            None => "text/csv",
        },
        Channel::Web => return web(body),
    };
    Some(fixed.to_owned())
}

fn web(body: &[u8]) -> Option<String> {
    let body = body.strip_prefix(b"\xef\xbb\xbf").unwrap_or(body).trim_ascii_start();
    let head = &body[..body.len().min(LOOK_BYTES_MAX)];
    if let Some(boundary) = boundary(head) {
        return Some(format!("multipart/form-data; boundary=\"{boundary}\""));
    }
    let ty = match head.first()? {
        b'{' | b'[' => "application/json",
        b'<' => "application/xml",
        _ if is_form(head) => "application/x-www-form-urlencoded",
        _ => return None,
    };
    Some(ty.to_owned())
}

/// The boundary of a multipart body, which stands alone on its first line, after two dashes.
fn boundary(head: &[u8]) -> Option<&str> {
    let (first, rest) = head.split_at(head.iter().position(|byte| *byte == b'\n')?);
    let boundary = std::str::from_utf8(first).ok()?.trim_end().strip_prefix("--")?;
    let rest = String::from_utf8_lossy(rest).to_ascii_lowercase();
    let fits = (1..=BOUNDARY_CHARS_MAX).contains(&boundary.len())
        && boundary.bytes().all(|b| b.is_ascii_graphic() && b != b'"')
        && rest.trim_start().starts_with("content-");
    fits.then_some(boundary)
}

/// `name=value&…`: no blank before the first `=`, and no line end but the last.
fn is_form(head: &[u8]) -> bool {
    let name = head.split(|byte| *byte == b'=').next().unwrap_or_default();
    let one_line = !head.trim_ascii_end().contains(&b'\n');
    one_line
        && name.len() < head.len()
        && !name.is_empty()
        && name.iter().all(|b| b.is_ascii_alphanumeric() || b"_-.%+[]*~".contains(b))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn web_type(body: &str) -> Option<String> {
        media_type(Channel::Web, body.as_bytes())
    }

    #[test]
    fn web_bodies_are_told_apart_by_their_first_bytes() {
        assert_eq!(web_type(" {\"a\":1}").as_deref(), Some("application/json"));
        assert_eq!(web_type("\u{feff}<?ADF version=\"1.0\"?>").as_deref(), Some("application/xml"));
        let form = web_type("field%5Bemail%5D=a%40b.example&x=1\n");
        assert_eq!(form.as_deref(), Some("application/x-www-form-urlencoded"));
        let parts = web_type("--XyZ-1\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\nb\r\n");
        assert_eq!(parts.as_deref(), Some("multipart/form-data; boundary=\"XyZ-1\""));
        for other in ["", "Dear all,\n", "--\ncontent-type: x", "a b=c", "--x\r\nno header"] {
            assert_eq!(web_type(other), None, "{other:?}");
        }
    }

    #[test]
    fn the_other_channels_have_one_kind_each() {
        let of = |channel| media_type(channel, b"PK\x03\x04");
        assert_eq!(of(Channel::Email).as_deref(), Some("message/rfc822"));
        assert_eq!(of(Channel::Card).as_deref(), Some("text/vcard"));
        assert_eq!(of(Channel::Import).as_deref(), Some("application/zip"));
        assert_eq!(media_type(Channel::Import, b"a,b").as_deref(), Some("text/csv"));
    }
}
