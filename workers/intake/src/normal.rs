//! Canonical forms of what people type: texts, e-mail addresses, phones, names, numbers, dates.
//!
//! Nothing is guessed: what can be read in two ways is `None`, and the caller keeps it as written.

use chrono::{DateTime, Utc};
use domain::day::Moment;
use domain::enquiry::{LeadSource, MESSAGE_CHARS_MAX, PurchaseTimeframe, TEXT_CHARS_MAX};
use domain::text::is_direction;

use crate::fields::fold;

mod digits;
mod escape;
mod filler;
mod name;
mod notation;
mod number;
mod phone;
mod quantity;
mod secret;

pub(crate) use digits::plain;
pub(crate) use escape::unescaped;
pub use filler::{is_filler, is_name_too, is_no_name, without_fillers};
pub use name::{Named, is_firm, is_salutation, person_name};
pub use notation::Notation;
pub use number::{budget, count, date, decimal, timestamp};
pub use phone::{Phones, is_scientific, phone, phones, warm_up};
pub use quantity::{Quantity, quantity};
pub use secret::{
    CARD_LEFT_OUT, is_plain_secret, is_secret, may_be_secret, scrubbed, without_cards,
};

/// Longest local part and whole address of an e-mail (RFC 5321 §4.5.3.1).
const EMAIL_LOCAL_BYTES_MAX: usize = 64;
const EMAIL_BYTES_MAX: usize = 254;
/// The first characters of a text in lower case.
#[must_use]
pub(crate) fn lower(text: &str, chars_max: usize) -> String {
    // As many bytes are as many characters at most.
    let cut = if text.len() > chars_max { text.char_indices().nth(chars_max) } else { None };
    text[..cut.map_or(text.len(), |(at, _)| at)].to_lowercase()
}

/// One line of text: blanks and line ends become single blanks, control and direction characters go,
/// cut at [`TEXT_CHARS_MAX`]. `None` where nothing is left.
#[must_use]
pub fn line(raw: &str) -> Option<String> {
    if raw.len() <= TEXT_CHARS_MAX && is_line(raw) {
        return Some(raw.to_owned());
    }
    let mut out = String::with_capacity(raw.len().min(TEXT_CHARS_MAX));
    let mut chars = 0;
    for word in raw.split(|c: char| c.is_whitespace() || c.is_control()) {
        let word = word.trim_matches(is_invisible);
        if word.is_empty() {
            continue;
        }
        if !out.is_empty() {
            out.push(' ');
            chars += 1;
        }
        if word.is_ascii() && chars + word.len() <= TEXT_CHARS_MAX {
            out.push_str(word);
            chars += word.len();
            continue;
        }
        for c in word.chars().filter(|c| !is_direction(*c)) {
            if chars >= TEXT_CHARS_MAX {
                return Some(out.trim_end().to_owned());
            }
            out.push(c);
            chars += 1;
        }
    }
    (!out.is_empty()).then_some(out)
}

/// Whether a text is one line already, as most are: of printable ASCII, with single blanks between.
fn is_line(text: &str) -> bool {
    text.bytes().all(|byte| matches!(byte, b' '..=b'~'))
        && !text.is_empty()
        && !text.starts_with(' ')
        && !text.ends_with(' ')
        && !text.as_bytes().windows(2).any(|pair| pair == b"  ")
}

/// Adds the words of a text, with single blanks between.
pub(crate) fn push_words(out: &mut String, text: &str) {
    let mut push = |words: &str| {
        if !out.is_empty() {
            out.push(' ');
        }
        out.push_str(words);
    };
    for row in text.split('\n') {
        if is_line(row) {
            push(row);
        } else {
            row.split_whitespace().for_each(&mut push);
        }
    }
}

/// Text of several lines: line ends become `\n`, at most one empty line in a row, control and direction
/// characters go, cut at [`MESSAGE_CHARS_MAX`]. `None` where nothing is left.
#[must_use]
pub fn paragraph(raw: &str) -> Option<String> {
    let mut out = String::with_capacity(raw.len().min(MESSAGE_CHARS_MAX));
    let mut chars = 0;
    let mut empty = 0;
    for row in raw.split('\n') {
        let row = row.trim_matches(|c: char| c.is_whitespace() || c.is_control());
        if is_blank(row) {
            empty += 1;
            continue;
        }
        if !out.is_empty() {
            out.push_str(if empty > 0 { "\n\n" } else { "\n" });
            chars += 2;
        }
        empty = 0;
        let plain = row.bytes().all(|byte| matches!(byte, b' '..=b'~'));
        if plain && chars + row.len() <= MESSAGE_CHARS_MAX {
            out.push_str(row);
            chars += row.len();
            continue;
        }
        for c in row.chars() {
            let c = if c == '\u{a0}' || c == '\t' { ' ' } else { c };
            if c.is_control() || is_direction(c) {
                continue;
            }
            if chars >= MESSAGE_CHARS_MAX {
                return Some(out.trim_end().to_owned());
            }
            out.push(c);
            chars += 1;
        }
    }
    (!out.is_empty()).then_some(out)
}

/// Whether nothing of a text is to be seen.
#[must_use]
pub(crate) fn is_blank(text: &str) -> bool {
    text.chars().all(|c| c.is_whitespace() || c.is_control() || is_invisible(c))
}

fn is_invisible(c: char) -> bool {
    is_direction(c)
        || matches!(c, '\u{feff}' | '\u{200b}'..='\u{200d}' | '\u{2028}' | '\u{2029}' | '\u{2060}')
}

/// The canonical form of an e-mail address: lower case, without blanks, brackets and `mailto:`.
///
/// Letters beyond ASCII are accepted (RFC 6531); the domain needs a dot.
#[must_use]
pub fn email(raw: &str) -> Option<String> {
    let raw = raw.trim().trim_matches(|c: char| is_invisible(c) || c.is_control());
    if raw.len() > 2 * EMAIL_BYTES_MAX {
        return None;
    }
    let raw = raw.trim_start_matches('<').trim_end_matches(['>', '.', ',', ';']).trim();
    let raw = match raw.get(..7) {
        Some(scheme) if scheme.eq_ignore_ascii_case("mailto:") => {
            raw[7..].split('?').next().unwrap_or_default()
        }
        _ => raw,
    };
    let lower = raw.trim().to_lowercase();
    let (local, host) = lower.rsplit_once('@')?;
    let local_ok = !local.is_empty()
        && local.len() <= EMAIL_LOCAL_BYTES_MAX
        && !local.starts_with('.')
        && !local.ends_with('.')
        && local.chars().all(|c| c.is_alphanumeric() || "!#$%&'*+-/=?^_`{|}~.".contains(c));
    let labels_ok = host.contains('.')
        && host.split('.').all(|label| {
            !label.is_empty()
                && label.len() <= 63
                && !label.starts_with('-')
                && !label.ends_with('-')
                && label.chars().all(|c| c.is_alphanumeric() || c == '-')
        })
        && host.rsplit('.').next().is_some_and(|top| !top.chars().all(|c| c.is_ascii_digit()));
    (local_ok && labels_ok && lower.len() <= EMAIL_BYTES_MAX).then_some(lower)
}

/// The host of a web address or e-mail address, lower case, without `www.`.
#[must_use]
pub fn host(written: &str) -> Option<String> {
    let written = written.trim().to_lowercase();
    let after_scheme = written.split_once("://").map_or(written.as_str(), |(_, rest)| rest);
    let authority = after_scheme.split(['/', '?', '#']).next()?;
    let host = authority.rsplit('@').next()?.split(':').next()?;
    let host = host.strip_prefix("www.").unwrap_or(host);
    host.contains('.').then(|| host.to_owned())
}

/// The ISO 3166-1 alpha-2 code where the text is a known country, else the text itself.
#[must_use]
pub fn country(raw: &str) -> Option<String> {
    let raw = line(raw)?;
    Some(crate::countries::code(&raw).map_or(raw, str::to_owned))
}

/// A VAT or tax id with its country prefix: upper case letters and digits, without blanks.
#[must_use]
pub fn tax_id(raw: &str) -> Option<String> {
    let id: String = raw.chars().filter(|c| c.is_alphanumeric()).collect::<String>().to_uppercase();
    let prefixed = id.is_ascii()
        && (6..=16).contains(&id.len())
        && id.bytes().take(2).all(|b| b.is_ascii_uppercase())
        && id.bytes().filter(u8::is_ascii_digit).count() >= 4
        && (id.starts_with("EL") || crate::countries::code(&id[..2]).is_some());
    prefixed.then_some(id)
}

/// ISO 4217 code of a currency given as code or sign; signs that several countries share are not
/// guessed.
#[must_use]
pub fn currency(raw: &str) -> Option<String> {
    let raw = raw.trim();
    match raw {
        "€" => Some("EUR".to_owned()),
        "£" => Some("GBP".to_owned()),
        "US$" => Some("USD".to_owned()),
        _ => {
            let code = raw.to_ascii_uppercase();
            (code.len() == 3 && code.bytes().all(|b| b.is_ascii_uppercase())).then_some(code)
        }
    }
}

/// Yes or no as forms say it in six languages.
#[must_use]
pub fn truth(raw: &str) -> Option<bool> {
    match fold(raw).as_str() {
        "1" | "true" | "yes" | "y" | "on" | "ja" | "j" | "si" | "oui" | "sim" | "x" | "checked"
        | "tak" | "ano" | "igen" | "да" | "accepted" | "agreed" | "granted" | "optin"
        | "subscribed" => Some(true),
        "0" | "false" | "no" | "nie" | "nej" | "nem" | "нет" | "rejected" | "abgelehnt"
        | "refused" | "n" | "off" | "nein" | "non" | "nee" | "nao" | "unchecked" | "denied"
        | "declined" | "optout" | "unsubscribed" => Some(false),
        _ => None,
    }
}

/// A no in a sentence: "No, thanks", "Nein danke". `None` where the text says something else.
#[must_use]
pub fn refusal(raw: &str) -> Option<bool> {
    let first = raw.split(|c: char| !c.is_alphanumeric()).find(|word| !word.is_empty())?;
    let no = matches!(
        fold(first).as_str(),
        "no" | "nein"
            | "non"
            | "nee"
            | "nao"
            | "nie"
            | "ne"
            | "nej"
            | "ei"
            | "nem"
            | "kein"
            | "keine"
            | "never"
            | "not"
            | "нет"
            | "disagree"
            | "decline"
            | "declined"
            | "rejected"
            | "refused"
            | "abgelehnt"
    );
    no.then_some(false)
}

/// The purchase time frame as D365 and common forms write it.
#[must_use]
pub fn timeframe(raw: &str) -> Option<PurchaseTimeframe> {
    match fold(raw).as_str() {
        "immediate" | "immediately" | "now" | "asap" | "sofort" | "inmediato" | "immediato"
        | "immediat" | "onmiddellijk" => Some(PurchaseTimeframe::Immediate),
        "thisquarter" | "diesesquartal" | "estetrimestre" | "questotrimestre" | "ditkwartaal"
        | "cetrimestre" => Some(PurchaseTimeframe::ThisQuarter),
        "nextquarter" | "nachstesquartal" | "proximotrimestre" | "prossimotrimestre"
        | "volgendkwartaal" | "prochaintrimestre" => Some(PurchaseTimeframe::NextQuarter),
        "thisyear" | "diesesjahr" | "esteano" | "questanno" | "ditjaar" | "cetteannee" => {
            Some(PurchaseTimeframe::ThisYear)
        }
        "unknown" | "unbekannt" | "desconocido" => Some(PurchaseTimeframe::Unknown),
        _ => None,
    }
}

/// The lead source as D365 and Salesforce name it.
#[must_use]
pub fn source(raw: &str) -> Option<LeadSource> {
    Some(match fold(raw).as_str() {
        "advertisement" | "advertising" | "ad" | "ads" => LeadSource::Advertisement,
        "employeereferral" => LeadSource::EmployeeReferral,
        "externalreferral" | "referral" => LeadSource::ExternalReferral,
        "partner" | "partnerreferral" => LeadSource::Partner,
        "publicrelations" | "pr" => LeadSource::PublicRelations,
        "seminar" | "webinar" => LeadSource::Seminar,
        "tradeshow" | "fair" | "messe" | "feria" | "fiera" | "beurs" | "salon" => {
            LeadSource::TradeShow
        }
        "web" | "website" | "internet" | "webseite" => LeadSource::Web,
        "wordofmouth" => LeadSource::WordOfMouth,
        "email" | "mail" => LeadSource::Email,
        "list" | "purchasedlist" => LeadSource::List,
        "other" => LeadSource::Other,
        _ => return None,
    })
}

/// A time in seconds or milliseconds since 1970; `None` where its year makes no sense.
#[must_use]
pub fn epoch(value: i64) -> Option<DateTime<Utc>> {
    /// Seconds of the year 5138: a larger number is milliseconds.
    const SECONDS_MAX: i64 = 100_000_000_000;
    let at = if value < SECONDS_MAX {
        DateTime::from_timestamp(value, 0)
    } else {
        DateTime::from_timestamp_millis(value)
    };
    at.and_then(Moment::within)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_lose_nul_controls_and_surplus_blanks_and_are_cut() {
        assert_eq!(line(" a\u{0}b \t\r\n c\u{200b} "), Some("a b c".to_owned()));
        assert_eq!(line("\u{0} \u{feff}"), None);
        assert_eq!(line("Ana\u{202e}zepoL \u{2066}SL\u{2069}"), Some("AnazepoL SL".to_owned()));
        assert_eq!(paragraph("a\u{200f}b\u{202e}\nc"), Some("ab\nc".to_owned()));
        assert_eq!(line(&"ä".repeat(1000)).map(|t| t.chars().count()), Some(TEXT_CHARS_MAX));
        assert_eq!(paragraph("\r\n a\r\n\r\n\r\n b\u{0}c\r\n"), Some("a\n\nbc".to_owned()));
        let long = paragraph(&"x\n".repeat(30_000)).unwrap_or_default();
        assert!(long.chars().count() <= MESSAGE_CHARS_MAX);
        // A word that ends exactly at the limit.
        let full = "x".repeat(TEXT_CHARS_MAX);
        assert_eq!(line(&format!("{full} more words")), Some(full));
        let full = "x".repeat(MESSAGE_CHARS_MAX);
        assert_eq!(paragraph(&format!("{full}\n\nmore")), Some(full));
    }

    #[test]
    fn f17_an_address_becomes_canonical() {
        for (written, expected) in [
            (" ANA@Acme.ES ", Some("ana@acme.es")),
            ("<mailto:a.b+c@d.co.uk>", Some("a.b+c@d.co.uk")),
            ("mailto:x@y.de?subject=z", Some("x@y.de")),
            (" blablö@blub.com", Some("blablö@blub.com")),
            ("a@b", None),
            ("a b@c.de", None),
            ("\"\"", None),
            ("a@1.2.3.4", None),
            ("a..b", None),
            ("@x.de", None),
        ] {
            assert_eq!(email(written).as_deref(), expected, "{written}");
        }
    }

    #[test]
    fn ids_signs_and_words_are_read() {
        assert_eq!(tax_id("DE 123.456.789").as_deref(), Some("DE123456789"));
        assert_eq!(tax_id("123456789"), None);
        assert_eq!(currency("€").as_deref(), Some("EUR"));
        assert_eq!(currency("$"), None);
        assert_eq!(truth("Sí"), Some(true));
        assert_eq!(timeframe("This Quarter"), Some(PurchaseTimeframe::ThisQuarter));
        assert_eq!(host("https://www.Acme.com:8080/x?y"), Some("acme.com".to_owned()));
    }
}
