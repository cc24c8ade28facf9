//! Transfer encodings, read as far as they go: a stray byte costs a letter, not the text.

use mail_parser::Encoding;

/// The bytes of a part.
#[must_use]
pub(super) fn decode(raw: &[u8], encoding: Encoding) -> Vec<u8> {
    match encoding {
        Encoding::Base64 => base64(raw),
        Encoding::QuotedPrintable => quoted_printable(raw),
        Encoding::None => raw.to_vec(),
    }
}

/// Base64 by its letters alone; what is none of them is skipped, and padding may be missing.
#[must_use]
pub(super) fn base64(raw: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(raw.len() / 4 * 3);
    let (mut bits, mut held) = (0_u32, 0_u32);
    for byte in raw {
        let value = match byte {
            b'A'..=b'Z' => byte - b'A',
            b'a'..=b'z' => byte - b'a' + 26,
            b'0'..=b'9' => byte - b'0' + 52,
            b'+' | b'-' => 62,
            b'/' | b'_' => 63,
            // Padding ends a piece; several pieces may follow each other.
            b'=' => {
                (bits, held) = (0, 0);
                continue;
            }
            _ => continue,
        };
        bits = bits << 6 | u32::from(value);
        held += 6;
        if held >= 8 {
            held -= 8;
            out.push(u8::try_from(bits >> held & 0xff).unwrap_or_default());
            bits &= (1 << held) - 1;
        }
    }
    out
}

/// Whether the bytes are nothing but base64: long lines of its letters.
#[must_use]
pub(super) fn is_base64(raw: &[u8]) -> bool {
    /// Fewest letters that tell.
    const LETTERS_MIN: usize = 40;
    let is_letter = |b: &&u8| b.is_ascii_alphanumeric() || b"+/=".contains(b);
    let only = raw.iter().all(|b| is_letter(&b) || b"\r\n".contains(b));
    only && raw.iter().filter(is_letter).count() >= LETTERS_MIN
}

/// Whether a text is quoted-printable though nobody says so: letters of UTF-8 are written as codes, again and again.
#[must_use]
pub(super) fn is_quoted_printable(raw: &[u8]) -> bool {
    /// Fewest letters that tell, and how much is looked at, in bytes.
    const LETTERS_MIN: usize = 2;
    const LOOK_BYTES_MAX: usize = 64 * 1024;
    let look = &raw[..raw.len().min(LOOK_BYTES_MAX)];
    if !look.contains(&b'=') || !raw.is_ascii() {
        return false;
    }
    let is_code = |code: &[u8], first: &[u8], rest: &[u8]| {
        code[0] == b'=' && first.contains(&code[1]) && rest.contains(&code[2])
    };
    let hex = b"0123456789ABCDEF";
    let letters = look
        .windows(6)
        .filter(|window| is_code(&window[..3], b"CDE", hex) && is_code(&window[3..], b"89AB", hex));
    letters.take(LETTERS_MIN).count() >= LETTERS_MIN
}

/// Quoted-printable; an `=` that begins no code is itself.
#[must_use]
pub(super) fn quoted_printable(raw: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(raw.len());
    let mut rest = raw;
    while let Some((first, after)) = rest.split_first() {
        rest = after;
        if *first != b'=' {
            out.push(*first);
            continue;
        }
        let hex = |byte: Option<&u8>| byte.and_then(|b| char::from(*b).to_digit(16));
        if let (Some(high), Some(low)) = (hex(after.first()), hex(after.get(1))) {
            out.push(u8::try_from(high * 16 + low).unwrap_or_default());
            rest = &after[2..];
            continue;
        }
        let blanks = after.iter().take_while(|b| matches!(b, b' ' | b'\t')).count();
        match &after[blanks..] {
            [b'\r', b'\n', ..] => rest = &after[blanks + 2..],
            [b'\n', ..] => rest = &after[blanks + 1..],
            [] => rest = &[],
            _ => out.push(b'='),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stray_or_missing_byte_costs_no_text() {
        assert_eq!(base64(b"SGVsbG8gd29ybGQ"), b"Hello world");
        assert_eq!(base64(b"SGVs!bG8g\r\n d29ybGQ=\r\n"), b"Hello world");
        assert_eq!(base64(b"SGVsbG8=d29ybGQ="), b"Helloworld");
        assert_eq!(quoted_printable(b"a=3Db 5 = 6=\r\n c=E4="), b"a=b 5 = 6 c\xe4");
        assert_eq!(quoted_printable(b"x=ZZ"), b"x=ZZ");
        assert!(is_quoted_printable(b"f=C3=BCr K=C3=B6ln"));
        assert!(!is_quoted_printable(b"https://x.example/?a=C3&b=B6 a=b"));
        assert!(is_base64(&b"U2No9m5lIEdy/N9lIGF1cyBX/HJ6YnVyZywgd2lyIGJl\r\n".repeat(2)));
        assert!(!is_base64(b"Hello, what does a CM-200 cost? Please tell me soon."));
    }
}
