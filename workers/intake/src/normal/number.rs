//! Numbers and dates, read strictly: what has two meanings is not read, unless a locale is declared.

use chrono::{DateTime, NaiveDate, Utc};
use domain::day::{Day, Moment};
use domain::enquiry::EMPLOYEES_MAX;
use domain::money::in_range;
use rust_decimal::Decimal;

use super::notation::{Notation, Order, grouped};

/// Longest text that is looked at, in bytes.
const BYTES_MAX: usize = 60;

/// A decimal number in Continental or English notation; `None` where it could be either.
///
/// "1.234,56" and "1,234.56" are certain, "1.234" is not: it is read as neither, but where a notation is
/// declared. Nor is read what no amount can say.
#[must_use]
pub fn decimal(raw: &str, notation: Option<Notation>) -> Option<Decimal> {
    let raw = raw.trim();
    if raw.len() > BYTES_MAX {
        return None;
    }
    let (negative, raw) = raw.strip_prefix('-').map_or((false, raw), |rest| (true, rest));
    let text: String =
        raw.chars().filter(|c| !matches!(c, ' ' | '\u{a0}' | '\u{202f}' | '\'' | '’')).collect();
    let spaced = text.chars().count() != raw.chars().count();
    if !text.chars().all(|c| c.is_ascii_digit() || c == '.' || c == ',')
        || !text.starts_with(|c: char| c.is_ascii_digit())
        || !text.ends_with(|c: char| c.is_ascii_digit())
    {
        return None;
    }
    let declared = notation.and_then(|notation| notation.plain(&text));
    let plain = match (text.matches('.').count(), text.matches(',').count()) {
        _ if let Some(declared) = declared => declared,
        (0, 0) => text,
        (0, 1) => one_mark(&text, ',', spaced)?,
        (1, 0) => one_mark(&text, '.', spaced)?,
        (_, 0) => grouped(&text, '.')?,
        (0, _) => grouped(&text, ',')?,
        _ => {
            let mark = if text.rfind('.') > text.rfind(',') { '.' } else { ',' };
            let other = if mark == '.' { ',' } else { '.' };
            let (whole, fraction) = text.rsplit_once(mark)?;
            if whole.contains(mark) || fraction.contains(other) {
                return None;
            }
            format!("{}.{fraction}", grouped(whole, other)?)
        }
    };
    let number = in_range(plain.parse().ok()?).ok()?;
    Some(if negative { -number } else { number })
}

/// One mark: a decimal mark, unless three digits follow it and it may divide thousands.
fn one_mark(text: &str, mark: char, spaced: bool) -> Option<String> {
    let (whole, fraction) = text.split_once(mark)?;
    let certain = fraction.len() != 3 || whole.len() > 3 || whole.starts_with('0') || spaced;
    certain.then(|| format!("{whole}.{fraction}"))
}

/// An amount with the currency that may be written beside it.
#[must_use]
pub fn budget(raw: &str, notation: Option<Notation>) -> Option<(Decimal, Option<String>)> {
    let raw = raw.trim();
    if raw.len() > BYTES_MAX {
        return None;
    }
    let from = raw.find(|c: char| c.is_ascii_digit() || c == '-')?;
    let to = raw.rfind(|c: char| c.is_ascii_digit())? + 1;
    if from >= to {
        return None;
    }
    let sign = format!("{}{}", raw[..from].trim(), raw[to..].trim());
    let amount = decimal(&raw[from..to], notation)?;
    if sign.is_empty() {
        Some((amount, None))
    } else {
        Some((amount, Some(super::currency(&sign)?)))
    }
}

/// A whole number of things or people, as "1,200" or "250+"; ranges are not guessed.
#[must_use]
pub fn count(raw: &str, notation: Option<Notation>) -> Option<u32> {
    let raw = raw.trim().trim_end_matches('+').trim();
    let either = || grouped(raw, ',').or_else(|| grouped(raw, '.'));
    let count = match notation.map_or_else(either, |notation| notation.plain(raw)) {
        Some(digits) if digits.chars().all(|c| c.is_ascii_digit()) => digits.parse().ok(),
        _ => raw.parse().ok(),
    };
    count.filter(|count| *count <= EMPLOYEES_MAX)
}

/// Month names in English, German, French, Spanish, Italian and Dutch by their first letters.
const MONTHS: [&[&str]; 12] = [
    &["jan", "ene", "gen", "janv"],
    &["feb", "fev"],
    &["mar", "mrz", "maa", "mars"],
    &["apr", "abr", "avr"],
    &["may", "mai", "mei", "mag"],
    &["jun", "juin", "giu"],
    &["jul", "juil", "lug"],
    &["aug", "ago", "aou"],
    &["sep", "set"],
    &["oct", "okt", "ott"],
    &["nov"],
    &["dec", "dez", "dic"],
];

/// A day; `None` where day and month could be swapped, as in 03/04/2026 without a notation, or where its year
/// makes no sense.
#[must_use]
pub fn date(raw: &str, notation: Option<Notation>) -> Option<NaiveDate> {
    Day::try_from(any_date(raw, notation)?).ok().map(Day::date)
}

fn any_date(raw: &str, notation: Option<Notation>) -> Option<NaiveDate> {
    let raw = raw.trim();
    if raw.len() > BYTES_MAX {
        return None;
    }
    let day = raw.split(['T', ' ']).next().unwrap_or_default();
    if let Ok(date) = NaiveDate::parse_from_str(day, "%Y-%m-%d") {
        return Some(date);
    }
    let parts: Vec<&str> =
        raw.split(['/', '-', '.', ' ', ',']).filter(|part| !part.is_empty()).collect();
    let [first, second, third] = parts.as_slice() else { return None };
    if let Some(month) = month(second) {
        return ymd(third, month, first);
    }
    if let Some(month) = month(first) {
        return ymd(third, month, second);
    }
    if first.len() == 4 {
        return ymd(first, second.parse().ok()?, third);
    }
    let (day, other): (u32, u32) = (first.parse().ok()?, second.parse().ok()?);
    if let Some(notation) = notation {
        return match notation.order {
            Order::Day => ymd(third, other, first),
            Order::Month => ymd(third, day, second),
            Order::Year => None,
        };
    }
    if raw.contains('.') || day > 12 || day == other {
        ymd(third, other, first)
    } else if other > 12 {
        ymd(third, day, second)
    } else {
        None
    }
}

fn ymd(year: &str, month: u32, day: &str) -> Option<NaiveDate> {
    if year.len() != 4 {
        return None;
    }
    NaiveDate::from_ymd_opt(year.parse().ok()?, month, day.parse().ok()?)
}

fn month(word: &str) -> Option<u32> {
    let folded = forms::fold(word);
    if folded.len() < 3 || folded.starts_with(|c: char| c.is_ascii_digit()) {
        return None;
    }
    let at = MONTHS.iter().position(|names| names.iter().any(|name| folded.starts_with(name)))?;
    u32::try_from(at + 1).ok()
}

/// A moment with its zone (RFC 3339, RFC 2822 or `+0000`); without a zone it is not known.
#[must_use]
pub fn timestamp(raw: &str) -> Option<DateTime<Utc>> {
    let raw = raw.trim();
    if raw.len() > BYTES_MAX {
        return None;
    }
    DateTime::parse_from_rfc3339(raw)
        .or_else(|_| DateTime::parse_from_rfc2822(raw))
        .or_else(|_| DateTime::parse_from_str(raw, "%Y-%m-%dT%H:%M:%S%z"))
        .or_else(|_| DateTime::parse_from_str(raw, "%Y-%m-%d %H:%M:%S %z"))
        .map(|at| at.with_timezone(&Utc))
        .ok()
        .and_then(Moment::within)
        .or_else(|| raw.parse().ok().filter(|_| raw.len() >= 9).and_then(super::epoch))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn f17_a_number_is_read_only_when_its_notation_is_certain() {
        for (written, expected) in [
            ("1.234,56", Some("1234.56")),
            ("1,234.56", Some("1234.56")),
            ("1.234.567", Some("1234567")),
            ("25,5", Some("25.5")),
            ("1'250.00", Some("1250.00")),
            ("12 500,00", Some("12500.00")),
            ("0.125", Some("0.125")),
            ("-3", Some("-3")),
            ("1.234", None),
            ("1,234", None),
            ("1.23.4", None),
            ("1,2,3", None),
            ("12.", None),
            ("1e3", None),
            ("100000000000000", None),
            ("0.12345678", None),
            ("", None),
        ] {
            assert_eq!(
                decimal(written, None).map(|n| n.to_string()).as_deref(),
                expected,
                "{written}"
            );
        }
    }

    #[test]
    fn f17_a_date_that_could_be_swapped_is_not_read() {
        for (written, expected) in [
            ("2026-04-03", Some("2026-04-03")),
            ("2026-04-03T10:00:00Z", Some("2026-04-03")),
            ("03.04.2026", Some("2026-04-03")),
            ("13/04/2026", Some("2026-04-13")),
            ("04/13/2026", Some("2026-04-13")),
            ("04/04/2026", Some("2026-04-04")),
            ("01 Jan 2024", Some("2024-01-01")),
            ("3 août 2026", Some("2026-08-03")),
            ("März 3, 2026", Some("2026-03-03")),
            ("Mar 3, 2026", Some("2026-03-03")),
            ("03/04/2026", None),
            ("03/04/26", None),
            ("31.02.2026", None),
            ("01.01.1926", None),
            ("2200-01-01", None),
            ("+262142-12-31", None),
            ("soon", None),
        ] {
            assert_eq!(
                date(written, None).map(|d| d.to_string()).as_deref(),
                expected,
                "{written}"
            );
        }
    }

    #[test]
    fn budgets_counts_and_moments_are_read() {
        assert_eq!(budget("€ 1.500,00", None).map(|b| b.1), Some(Some("EUR".to_owned())));
        assert_eq!(budget("20000", None), Some((Decimal::from(20_000), None)));
        assert_eq!(budget("about 5", None), None);
        assert_eq!(count("1,200", None), Some(1200));
        assert_eq!(count("51-200", None), None);
        assert_eq!(count("4,000,000,000", None), None);
        assert_eq!(timestamp("9223372036854775"), None);
        assert_eq!(timestamp("1926-01-01T00:00:00Z"), None);
        assert_eq!(timestamp("2018-10-25 12:02:47"), None);
        assert!(timestamp("2020-02-09T18:26:00-05:00").is_some());
        assert!(timestamp("1630087926").is_some());
    }
}
