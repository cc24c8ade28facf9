//! Bytes to text when nobody, or somebody wrong, says which charset they are in.

use encoding_rs::{Encoding, UTF_8, UTF_16BE, UTF_16LE, WINDOWS_1252};

/// How much is looked at to guess a charset, in bytes.
const GUESS_BYTES_MAX: usize = 64 * 1024;

/// Decodes by BOM, then by the declared label, then as UTF-8 if it is that, then by a guess; where
/// only some lines are UTF-8, each line for itself.
#[must_use]
pub(crate) fn decode(bytes: &[u8], label: Option<&str>) -> String {
    // A last letter that was cut off is lost; it says nothing about the others.
    if let Err(error) = std::str::from_utf8(bytes)
        && error.error_len().is_none()
        && let Ok(text) = std::str::from_utf8(&bytes[..error.valid_up_to()])
        && !text.is_ascii()
    {
        return text.trim_start_matches('\u{feff}').to_owned();
    }
    Charset::of(bytes, label).decode(bytes)
}

/// What an input is written in. One row, property or header in another charset says nothing about
/// the others: take the charset of the whole input once, divide its bytes, unfold them, and decode
/// each piece by itself.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Charset {
    /// All of it, by a mark or label, or because it is UTF-8 as a whole.
    Whole(&'static Encoding),
    /// UTF-8 where that is what the bytes are, else this one.
    Mixed(&'static Encoding),
}

impl Charset {
    /// The charset of a whole input.
    #[must_use]
    pub(crate) fn of(bytes: &[u8], label: Option<&str>) -> Self {
        let marked =
            Encoding::for_bom(bytes).map(|(encoding, _)| encoding).or_else(|| bare_utf16(bytes));
        if let Some(encoding) = marked.filter(|encoding| *encoding != UTF_8) {
            return Self::Whole(encoding);
        }
        let declared = label.and_then(|label| Encoding::for_label(label.trim().as_bytes()));
        if std::str::from_utf8(bytes).is_ok() {
            // Seven-bit charsets such as ISO-2022-JP look like UTF-8.
            let seven_bit = declared.filter(|encoding| {
                !encoding.is_ascii_compatible() && encoding.is_single_byte()
                    || encoding.name() == "ISO-2022-JP" && bytes.is_ascii()
            });
            return Self::Whole(seven_bit.unwrap_or(UTF_8));
        }
        let other = declared.filter(|encoding| *encoding != UTF_8);
        let lines = Lines::count(bytes);
        let foreign = other.unwrap_or_else(|| lines.guess());
        // A line of a charset with one byte a letter is never UTF-8 by chance; one with several may
        // be, so there the lines that are UTF-8 must be the more.
        let by_chance = !foreign.is_single_byte() && lines.utf8 <= lines.other;
        if marked.is_some() || lines.utf8 > 0 && !by_chance || lines.inside {
            Self::Mixed(if foreign.is_single_byte() { foreign } else { lines.guess() })
        } else {
            Self::Whole(other.unwrap_or_else(|| guess(bytes)))
        }
    }

    /// The charset of what is not UTF-8 in it.
    #[must_use]
    pub(crate) fn foreign(self) -> Option<&'static Encoding> {
        let (Self::Whole(encoding) | Self::Mixed(encoding)) = self;
        Some(encoding).filter(|encoding| *encoding != UTF_8)
    }

    /// Decodes a piece of the input, or all of it.
    #[must_use]
    pub(crate) fn decode(self, bytes: &[u8]) -> String {
        match self {
            Self::Whole(encoding) => encoding.decode_with_bom_removal(bytes).0.into_owned(),
            Self::Mixed(foreign) => {
                let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
                let mut out = String::with_capacity(bytes.len() + bytes.len() / 8);
                for line in bytes.split_inclusive(|byte| *byte == b'\n') {
                    mixed(line, foreign, &mut out);
                }
                out
            }
        }
    }
}

/// Decodes one line: as UTF-8, or as the other charset, or, where both stand in it, each place by
/// itself.
fn mixed(line: &[u8], foreign: &'static Encoding, out: &mut String) {
    if let Ok(text) = std::str::from_utf8(line) {
        return out.push_str(text);
    }
    let has_utf8 = line.utf8_chunks().any(|chunk| !chunk.valid().is_ascii());
    if !has_utf8 {
        return out.push_str(&foreign.decode_without_bom_handling(line).0);
    }
    let single = if foreign.is_single_byte() { foreign } else { WINDOWS_1252 };
    for chunk in line.utf8_chunks() {
        out.push_str(chunk.valid());
        // The first bytes of a letter that was cut off are no letter of their own.
        if !is_cut_letter(chunk.invalid()) {
            out.push_str(&single.decode_without_bom_handling(chunk.invalid()).0);
        }
    }
}

/// Whether these bytes begin a letter of UTF-8 of three or four bytes.
fn is_cut_letter(bytes: &[u8]) -> bool {
    matches!(bytes, [0xe0..=0xf4, 0x80..=0xbf, ..])
}

/// How the lines of an input that is not UTF-8 as a whole are written.
struct Lines {
    /// Lines with letters beyond ASCII that are UTF-8.
    utf8: usize,
    /// Lines that are not.
    other: usize,
    /// Whether one line holds letters of UTF-8 beside bytes that are none, more letters than bytes.
    inside: bool,
    /// The beginning of what is not.
    sample: Vec<u8>,
}

impl Lines {
    fn count(bytes: &[u8]) -> Self {
        let mut lines = Self { utf8: 0, other: 0, inside: false, sample: Vec::new() };
        let (mut letters, mut strays) = (0, 0);
        for line in bytes.split(|byte| *byte == b'\n').filter(|line| !line.is_ascii()) {
            if std::str::from_utf8(line).is_ok() {
                lines.utf8 += 1;
                continue;
            }
            lines.other += 1;
            for chunk in line.utf8_chunks() {
                letters += chunk.valid().chars().filter(|c| !c.is_ascii()).count();
                strays += chunk.invalid().len();
            }
            if lines.sample.len() < GUESS_BYTES_MAX {
                lines.sample.extend_from_slice(line);
                lines.sample.push(b'\n');
            }
        }
        lines.inside = letters > 2 * strays;
        lines
    }

    fn guess(&self) -> &'static Encoding {
        guess(&self.sample)
    }
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
    if sample.len() < 8 || !sample.contains(&0) {
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

    #[test]
    fn one_foreign_line_does_not_decide_for_the_others() {
        let list = ["Jürgen;Größl\n".as_bytes(), b"J\xf6rg;Kr\xe4mer\n", "Zoë;Łódź\n".as_bytes()];
        assert_eq!(decode(&list.concat(), None), "Jürgen;Größl\nJörg;Krämer\nZoë;Łódź\n");
        // As many foreign ones as others, and more: UTF-8 is never there by chance.
        let list = [b"J\xf6rg\nK\xe4the\n".as_slice(), "Łódź\n".as_bytes()].concat();
        assert_eq!(decode(&list, Some("utf-8")), "Jörg\nKäthe\nŁódź\n");
        // Within one line.
        let line = ["Žaneta Šimůnková z ".as_bytes(), b"N\xfcrnberg".as_slice()].concat();
        assert_eq!(decode(&line, None), "Žaneta Šimůnková z Nürnberg");
        // A charset of several bytes a letter stays whole.
        let (japanese, ..) = encoding_rs::SHIFT_JIS.encode("見積もりをお願いします。\n価格\n");
        assert_eq!(decode(&japanese, Some("shift_jis")), "見積もりをお願いします。\n価格\n");
        let (chinese, ..) = encoding_rs::GBK.encode("请报价，我们需要三台咖啡机。\n谢谢\n");
        assert_eq!(decode(&chinese, None), "请报价，我们需要三台咖啡机。\n谢谢\n");
    }

    #[test]
    fn a_charset_is_told_once_and_used_for_each_piece() {
        let whole = ["Größe\n".as_bytes(), b"Stra\xdfe\n".as_slice()].concat();
        let charset = Charset::of(&whole, None);
        assert_eq!(charset.decode("Größe".as_bytes()), "Größe");
        assert_eq!(charset.decode(b"Stra\xdfe"), "Straße");
    }
}
