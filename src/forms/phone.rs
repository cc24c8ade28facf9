//! Telephones as people write them: with labels, several in a field, with a zero that is not dialled.
//!
//! Digits are never joined to a number that does not stand there: what could not exist in its country is
//! kept as written, in a form that is no E.164 and so nobody's key.

use std::str::FromStr;

use crate::digits::plain;
use crate::text::line;

/// Longest text of a field that is looked at, and of one number in it, in bytes.
const FIELD_BYTES_MAX: usize = 400;
const PHONE_BYTES_MAX: usize = 40;
/// Fewest and most digits of a phone number (E.164 allows 15; extensions and short local numbers
/// are kept as written).
const DIGITS_MIN: usize = 5;
const DIGITS_MAX: usize = 20;
const E164_DIGITS_MAX: usize = 15;
/// From so many digits on a number may stand alone; fewer may be the code of an area.
const WHOLE_DIGITS_MIN: usize = 7;
/// At most so many digits are an extension, or the end of a second number.
const END_DIGITS_MAX: usize = 4;

/// Words before the number of an extension, folded, in the languages of the markets.
const EXTENSIONS: &[&str] = &[
    "x",
    "ext",
    "extn",
    "extension",
    "durchwahl",
    "dw",
    "nst",
    "nebenstelle",
    "app",
    "apparat",
    "toestel",
    "tst",
    "poste",
    "interno",
    "int",
    "anexo",
    "wew",
    "wewn",
    "linka",
    "ankn",
    "ramal",
    "lok",
    "lokal",
    "mellek",
    "доб",
    "вн",
    "кл",
    "pin",
];

/// What a field for a telephone holds.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Phones {
    /// Every number that stands there whole: E.164 where its country is certain, else as written.
    pub numbers: Vec<String>,
    /// Something stands there that is none of these numbers: another's end, or a word beside.
    pub more: bool,
}

/// The one number of a text; `None` where it holds none. Where it holds several, the first.
#[must_use]
pub fn phone(raw: &str, region: &str) -> Option<String> {
    phones(raw, region).numbers.into_iter().next()
}

/// Every number of a field. `region` is the country of numbers without a code (ISO 3166 alpha-2, may be
/// empty).
#[must_use]
pub fn phones(raw: &str, region: &str) -> Phones {
    let mut found = Phones::default();
    if raw.len() > FIELD_BYTES_MAX || raw.contains('@') || raw.contains("://") {
        return found;
    }
    let text = plain(raw);
    if is_scientific(&text) {
        found.more = true;
        return found;
    }
    for part in text.split(['\n', '\r', ';', '|', '•', '·', ',', '\u{3001}', '\t']) {
        let Some(part) = line(part) else { continue };
        let part = part.strip_prefix("tel:").unwrap_or(&part);
        if is_scientific(part) {
            found.more = true;
            continue;
        }
        for piece in pieces(part) {
            take(&mut found, &piece, region);
        }
    }
    found
}

/// A number in powers of ten, as spreadsheets write it: its last digits are gone.
#[must_use]
pub fn is_scientific(text: &str) -> bool {
    let text = text.trim().trim_start_matches(['+', '\'', '=', '"']).trim_end_matches('"');
    let Some((head, power)) = text.split_once(['e', 'E']) else { return false };
    let power = power.strip_prefix('+').unwrap_or(power);
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    let (whole, fraction) = head.split_once(['.', ',']).unwrap_or((head, "0"));
    digits(whole) && whole.len() < 4 && digits(fraction) && digits(power) && power.len() <= 2
}

fn digits(text: &str) -> usize {
    text.bytes().filter(u8::is_ascii_digit).count()
}

fn take(found: &mut Phones, piece: &str, region: &str) {
    let count = digits(piece);
    let foreign =
        piece.chars().filter(|c| !c.is_alphanumeric() && !"+-/.()[] #".contains(*c)).count();
    let letters = piece.chars().filter(|c| c.is_alphabetic()).count();
    if !(DIGITS_MIN..=DIGITS_MAX).contains(&count)
        || piece.len() > PHONE_BYTES_MAX
        || foreign > 0
        || letters > 12
        || is_filler(piece)
        || is_day(piece)
    {
        found.more |= count > 0;
        return;
    }
    let number = read(piece, region);
    found.more |= number.cut;
    if !found.numbers.contains(&number.text) {
        found.numbers.push(number.text);
    }
}

/// A day as programs write it: 17.11.2026, 2026-11-17, 1/0/1900; none is longer than the first of these.
fn is_day(piece: &str) -> bool {
    let day = piece.split(' ').next().unwrap_or_default();
    day.len() <= 10
        && [".", "-", "/"].iter().any(|mark| {
            let parts: Vec<usize> = day
                .split(mark)
                .map(|part| if part.bytes().all(|b| b.is_ascii_digit()) { part.len() } else { 0 })
                .collect();
            matches!(parts.as_slice(), [1 | 2, 1 | 2, 4] | [4, 1 | 2, 1 | 2])
        })
}

/// What stands for no number: zeros, behind a code at most.
fn is_filler(piece: &str) -> bool {
    let zeros = piece.bytes().rev().filter(u8::is_ascii_digit).take_while(|b| *b == b'0').count();
    let count = digits(piece);
    zeros == count || zeros >= 7 && count <= 10
}

/// A part of a field, divided where one number ends and the next begins.
fn pieces(part: &str) -> Vec<String> {
    let mut pieces = Vec::new();
    let mut current = String::new();
    let mut chars = without_label(part).chars().peekable();
    while let Some(c) = chars.next() {
        if c.is_alphabetic() {
            let mut word = String::from(c);
            while let Some(more) = chars.next_if(|c| c.is_alphabetic() || *c == '.' || *c == '\'') {
                word.push(more);
            }
            let is_extension = EXTENSIONS.contains(&crate::fold::fold(&word).as_str());
            if is_extension && digits(&current) >= DIGITS_MIN {
                current.push_str(&word);
            } else {
                close(&mut pieces, &mut current);
            }
            continue;
        }
        match c {
            ':' | '&' | '*' | '=' | '!' | '?' | '"' | '<' | '>' => {
                if !(c == ':' && ends_in_extension(&current)) {
                    close(&mut pieces, &mut current);
                }
            }
            '+' if digits(&current) >= DIGITS_MIN => {
                close(&mut pieces, &mut current);
                current.push(c);
            }
            '/' => {
                let rest: String = chars.clone().take_while(|c| *c != '/').collect();
                if divides(&current, &rest, part) {
                    close(&mut pieces, &mut current);
                } else {
                    current.push(c);
                }
            }
            '(' if digits(&current) >= DIGITS_MIN && !chars.clone().any(|c| c.is_ascii_digit()) => {
                close(&mut pieces, &mut current);
            }
            ' ' if begins_anew(&current, &chars.clone().collect::<String>()) => {
                close(&mut pieces, &mut current);
            }
            c => current.push(c),
        }
    }
    close(&mut pieces, &mut current);
    pieces
}

fn ends_in_extension(current: &str) -> bool {
    current.chars().next_back().is_some_and(|c| c.is_alphabetic() || c == '.')
}

fn close(pieces: &mut Vec<String>, current: &mut String) {
    let trimmed = current.trim_matches(|c: char| " -/.#".contains(c));
    // A bracket that opens nothing, or that nothing closes, is of the text around.
    let trimmed = match (trimmed.matches('(').count(), trimmed.matches(')').count()) {
        (open, shut) if open > shut => trimmed.trim_end_matches('('),
        (open, shut) if open < shut => trimmed.trim_end_matches(')'),
        _ => trimmed,
    };
    if digits(trimmed) > 0 {
        pieces.push(trimmed.trim().to_owned());
    }
    current.clear();
}

/// A stroke divides two numbers, or a number and the end of another; it stands also between area and number.
fn divides(before: &str, after: &str, whole: &str) -> bool {
    let short = whole.split('/').all(|group| digits(group) <= 3);
    let international = before.contains('+') || before.trim_start().starts_with("00");
    let enough = if international { WHOLE_DIGITS_MIN + 2 } else { WHOLE_DIGITS_MIN };
    let next = after.trim_start();
    let complete = digits(before) >= enough;
    !short
        && digits(after) > 0
        && (complete || next.starts_with('+') && digits(before) >= DIGITS_MIN)
}

/// Two numbers with nothing but a blank between: together they are longer than any, and each is whole.
fn begins_anew(before: &str, after: &str) -> bool {
    let rest: String = after.chars().take_while(|c| !c.is_alphabetic() && *c != '/').collect();
    digits(before) >= 9
        && digits(before) + digits(&rest) > E164_DIGITS_MAX
        && rest.trim_start().starts_with(['0', '('])
        && digits(&rest) > WHOLE_DIGITS_MIN
}

/// What stands behind the label, whatever its language and signs.
fn without_label(part: &str) -> &str {
    let behind = |text: &str| digits(text) >= DIGITS_MIN;
    // "Tel. 2: …", "24h-Hotline: …": what stands before a colon is a label where no number does.
    if let Some((label, rest)) = part.split_once(':')
        && digits(label) < DIGITS_MIN
        && behind(rest)
        && !label.contains('+')
    {
        return without_label(rest);
    }
    let Some(at) = part.find(|c: char| c.is_ascii_digit() || c == '+') else { return part };
    match part[..at].char_indices().next_back() {
        Some((bracket, '(' | '[')) => &part[bracket..],
        _ => &part[at..],
    }
}

struct Number {
    text: String,
    /// Something behind it was left out.
    cut: bool,
}

/// One number: certain, or as written.
fn read(piece: &str, region: &str) -> Number {
    let extension = piece.find(|c: char| c.is_alphabetic() || c == '#');
    let number = &piece[..extension.unwrap_or(piece.len())];
    if let Some(certain) = e164(number, region) {
        return Number { text: certain, cut: extension.is_some() };
    }
    // "… 20-21", "… -0/-30": the end of a second number.
    if international(number).is_some()
        && let Some((first, end)) = number.rsplit_once(['-', '/'])
        && (1..=END_DIGITS_MAX).contains(&digits(end))
        && let Some(certain) = e164(first, region)
    {
        return Number { text: certain, cut: true };
    }
    // An extension is no digits of the number.
    if extension.is_some() && digits(number) >= WHOLE_DIGITS_MIN {
        let number = number.trim_end_matches([' ', '-', '/', ',', '.', '(']);
        return Number { text: as_written(number), cut: true };
    }
    Number { text: as_written(piece), cut: false }
}

/// As written; what looks like E.164 and is none gets a blank, so that it is nobody's key.
fn as_written(piece: &str) -> String {
    match piece.strip_prefix('+') {
        Some(rest) if rest.bytes().all(|b| b.is_ascii_digit()) && rest.len() > 2 => {
            format!("+{} {}", &rest[..2], &rest[2..])
        }
        _ => piece.to_owned(),
    }
}

/// The digits behind the international prefix, the national zero in brackets left out where it is not dialled.
fn international(number: &str) -> Option<String> {
    let number = number.trim().trim_start_matches(['(', '[']);
    let (head, rest) = match trunk_zero(number) {
        Some((head, rest)) => (head, Some(rest)),
        None => (number, None),
    };
    let only = |text: &str| text.chars().filter(char::is_ascii_digit).collect::<String>();
    let mut code = only(head);
    if number.starts_with("00") {
        code.replace_range(..2, "");
    } else {
        // "49 (0)30 …": the zero in brackets says that a code of a country stands before it.
        let coded = rest.is_some() && (1..=3).contains(&code.len()) && !code.starts_with('0');
        if !coded && !number.starts_with('+') {
            return None;
        }
    }
    Some(match rest {
        Some(rest) => {
            let rest = only(rest);
            let zero = if keeps_zero(&code, &rest) { "0" } else { "" };
            format!("{code}{zero}{rest}")
        }
        None => code,
    })
}

/// What stands before and behind a zero in brackets.
fn trunk_zero(number: &str) -> Option<(&str, &str)> {
    let open = number.find(['(', '['])?;
    let close = open + number[open..].find([')', ']'])?;
    let inside = number[open + 1..close].trim_matches([' ', '-']);
    (inside == "0" && digits(&number[..open]) > 0).then(|| (&number[..open], &number[close + 1..]))
}

/// Countries whose numbers keep their zero when they are called from abroad (ITU-T E.164 national plans: Italy,
/// San Marino, the Vatican, Ivory Coast since 2021, Congo). Italian mobiles have none.
fn keeps_zero(code: &str, rest: &str) -> bool {
    let mobile = rest.len() == 10 && rest.starts_with('3');
    matches!(code, "39" | "378" | "379" | "225" | "242") && !(code == "39" && mobile)
}

fn e164(number: &str, region: &str) -> Option<String> {
    if let Some(number) = international(number) {
        if !(DIGITS_MIN..=E164_DIGITS_MAX).contains(&number.len()) {
            return None;
        }
        let parsed = phonenumber::parse(None, format!("+{number}")).ok()?;
        let national = parsed.national().to_string();
        let mut written = format!("+{}{national}", parsed.country().code());
        // Numbers that keep their zero are not left to the library's idea of a national prefix.
        if written.len() == number.len() && keeps(&number) {
            written = format!("+{number}");
        }
        return can_exist(&parsed, national.len()).then_some(written);
    }
    let country = phonenumber::country::Id::from_str(&region.to_ascii_uppercase()).ok()?;
    let number: String = number.chars().filter(char::is_ascii_digit).collect();
    let parsed = phonenumber::parse(Some(country), &number).ok()?;
    parsed.is_valid().then(|| format!("+{}{}", parsed.country().code(), parsed.national()))
}

fn keeps(number: &str) -> bool {
    ["390", "3780", "3790", "2250", "2420"].iter().any(|code| number.starts_with(code))
}

/// Kinds of numbers whose lengths together are those that a country has.
const KINDS: [phonenumber::Type; 7] = {
    use phonenumber::Type::{FixedLine, Mobile, PersonalNumber, SharedCost, TollFree, Uan, Voip};
    [FixedLine, Mobile, PersonalNumber, SharedCost, TollFree, Uan, Voip]
};

/// Behind an international prefix a number is what it is, even where no such line is known: only its length
/// must be one that the country has.
fn can_exist(parsed: &phonenumber::PhoneNumber, length: usize) -> bool {
    let code = parsed.country().code();
    let Some(all) = phonenumber::metadata::DATABASE.by_code(&code) else {
        return parsed.is_valid();
    };
    let possible = || {
        let kinds = || all.iter().flat_map(|meta| KINDS.iter().map(move |kind| (meta, *kind)));
        kinds()
            .filter_map(|(meta, kind)| meta.descriptors().get(kind))
            .flat_map(|known| known.possible_length())
    };
    possible().next().is_none()
        || possible().any(|known| usize::from(*known) == length)
        || parsed.is_valid()
}

/// Loads the phone metadata, which takes a moment once per process.
pub fn warm_up() {
    let _ = phone("+34 912 345 678", "ES");
}

#[cfg(test)]
mod tests;
