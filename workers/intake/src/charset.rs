//! Bytes to text when nobody, or somebody wrong, says which charset they are in.

use encoding_rs::{Encoding, UTF_8, UTF_16BE, UTF_16LE, WINDOWS_1252};

/// How much is looked at to guess a charset, in bytes.
const GUESS_BYTES_MAX: usize = 64 * 1024;

/// Decodes by BOM, then by the declared label, then as UTF-8 if it is that, then by a guess.
#[must_use]
pub(crate) fn decode(bytes: &[u8], label: Option<&str>) -> String {
    let encoding =
        Encoding::for_bom(bytes).map(|(encoding, _)| encoding).or_else(|| bare_utf16(bytes));
    if let Some(encoding) = encoding {
        return encoding.decode_with_bom_removal(bytes).0.into_owned();
    }
    if let Ok(text) = std::str::from_utf8(bytes) {
        return match label.and_then(|label| Encoding::for_label(label.as_bytes())) {
            // Seven-bit charsets such as ISO-2022-JP look like UTF-8.
            Some(encoding) if !encoding.is_ascii_compatible() && encoding.is_single_byte() => {
                encoding.decode(bytes).0.into_owned()
            }
            Some(encoding) if encoding.name() == "ISO-2022-JP" => {
                encoding.decode(bytes).0.into_owned()
            }
            _ => text.to_owned(),
        };
    }
    let declared = label
        .and_then(|label| Encoding::for_label(label.trim().as_bytes()))
        .filter(|encoding| *encoding != UTF_8);
    declared.unwrap_or_else(|| guess(bytes)).decode_without_bom_handling(bytes).0.into_owned()
}

/// The likely charset of bytes that are not UTF-8.
fn guess(bytes: &[u8]) -> &'static Encoding {
    let from = bytes.iter().position(|b| !b.is_ascii()).unwrap_or(0).saturating_sub(200);
    let sample = &bytes[from..bytes.len().min(from + GUESS_BYTES_MAX)];
    // A few stray letters say too little: what is not plainly something else is Western.
    if sample.iter().filter(|b| !b.is_ascii()).count() < 6 {
        return WINDOWS_1252;
    }
    let mut detector = chardetng::EncodingDetector::new(chardetng::Iso2022JpDetection::Deny);
    detector.feed(sample, true);
    detector.guess(None, chardetng::Utf8Detection::Allow)
}

/// UTF-16 without BOM: every second byte of Western text is NUL.
fn bare_utf16(bytes: &[u8]) -> Option<&'static Encoding> {
    let sample = &bytes[..bytes.len().min(512) & !1];
    if sample.len() < 8 {
        return None;
    }
    let nul = |odd: usize| sample.iter().skip(odd).step_by(2).filter(|b| **b == 0).count();
    let (even, odd) = (nul(0), nul(1));
    let most = sample.len() / 2 * 8 / 10;
    match (even, odd) {
        (0, odd) if odd > most => Some(UTF_16LE),
        (even, 0) if even > most => Some(UTF_16BE),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_decoded_by_bom_label_or_guess() {
        assert_eq!(decode(b"\xef\xbb\xbfa", None), "a");
        assert_eq!(decode(b"\xff\xfea\0b\0", None), "ab");
        assert_eq!(decode(b"a\0b\0c\0d\0", None), "abcd");
        assert_eq!(decode("Größe".as_bytes(), Some("iso-8859-1")), "Größe");
        assert_eq!(decode(b"Gr\xf6\xdfe", Some("utf-8")), "Größe");
        assert_eq!(decode(b"M\xf6\xdflitz", None), "Mößlitz");
        assert_eq!(decode(b"\xdb\xcf\xd3\xd4\xc9\xca", Some("koi8-r")), "шостий");
        assert_eq!(decode(b"\x1b$B%F%9%H\x1b(B", Some("iso-2022-jp")), "テスト");
    }
}
