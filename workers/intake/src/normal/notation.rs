//! How dates and numbers are written where somebody says which locale they follow.

/// Marks of numbers, and the order of dates.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Notation {
    /// The mark before the fraction.
    pub(super) decimal: char,
    /// The mark between thousands; blanks and apostrophes may always stand there.
    pub(super) thousands: char,
    pub(super) order: Order,
}

/// What comes first in a date of three numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Order {
    Day,
    Month,
    Year,
}

/// The locales that are known, by their notation. Where people of one country write both ways (as in `en-CA`),
/// it is none of these.
const KNOWN: [(&str, char, Order); 6] = [
    (
        "de-DE de-AT es-ES es-AR es-CL es-CO es-UY it-IT fr-FR fr-BE nl-NL nl-BE pt-PT pt-BR ca-ES eu-ES gl-ES pl-PL \
         cs-CZ sk-SK da-DK nb-NO fi-FI el-GR tr-TR ro-RO bg-BG hr-HR sl-SI sr-RS uk-UA ru-RU et-EE lv-LV id-ID vi-VN",
        ',',
        Order::Day,
    ),
    (
        "en-GB en-IE en-AU en-NZ en-IN en-SG es-MX es-PE de-CH de-LI it-CH he-IL th-TH",
        '.',
        Order::Day,
    ),
    ("en-US es-PR", '.', Order::Month),
    ("hu-HU sv-SE lt-LT", ',', Order::Year),
    ("ja-JP zh-CN zh-TW ko-KR", '.', Order::Year),
    ("fr-CA", ',', Order::Year),
];

impl Notation {
    /// The notation of a locale, as `es-ES`; `None` where it is not known.
    #[must_use]
    pub fn of(locale: &str) -> Option<Self> {
        let wanted = locale.trim().replace('_', "-");
        let (_, decimal, order) = KNOWN.into_iter().find(|(names, ..)| {
            names.split_whitespace().any(|name| name.eq_ignore_ascii_case(&wanted))
        })?;
        let thousands = if decimal == ',' { '.' } else { ',' };
        Some(Self { decimal, thousands, order })
    }

    /// The number as a program writes it, where it is written as this notation has it.
    pub(super) fn plain(self, text: &str) -> Option<String> {
        let (whole, fraction) = match text.split_once(self.decimal) {
            Some((whole, fraction)) => (whole, Some(fraction)),
            None => (text, None),
        };
        let digits = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
        let whole = if whole.contains(self.thousands) {
            grouped(whole, self.thousands)?
        } else {
            whole.to_owned()
        };
        if !digits(&whole) || fraction.is_some_and(|fraction| !digits(fraction)) {
            return None;
        }
        Some(fraction.map_or_else(|| whole.clone(), |fraction| format!("{whole}.{fraction}")))
    }
}

/// The digits without their dividers of thousands, which must stand where they belong.
pub(super) fn grouped(text: &str, divider: char) -> Option<String> {
    let mut groups = text.split(divider);
    let first = groups.next()?;
    let sound = (1..=3).contains(&first.len()) && groups.all(|group| group.len() == 3);
    sound.then(|| text.replace(divider, ""))
}

#[cfg(test)]
mod tests {
    use super::super::{count, date, decimal};
    use super::*;

    #[test]
    fn every_locale_stands_once() {
        let names: Vec<_> = KNOWN.iter().flat_map(|(names, ..)| names.split_whitespace()).collect();
        let once: std::collections::BTreeSet<_> = names.iter().collect();
        assert_eq!(names.len(), once.len());
        assert_eq!(Notation::of("es_es"), Notation::of("es-ES"));
        for none in ["es", "en-CA", "xx-XX", ""] {
            assert_eq!(Notation::of(none), None, "{none}");
        }
    }

    #[test]
    fn f17_a_declared_locale_says_how_numbers_are_written() {
        for (locale, written, expected) in [
            ("es-ES", "1.000", Some("1000")),
            ("es-ES", "1.234,56", Some("1234.56")),
            ("es-ES", "1,500", Some("1.500")),
            ("en-US", "1,000", Some("1000")),
            ("en-US", "1.500", Some("1.500")),
            ("de-CH", "1'250.500", Some("1250.500")),
            ("fr-FR", "12\u{202f}500,125", Some("12500.125")),
            // What a sheet writes of a number that is no text there.
            ("es-ES", "1.2340", Some("1.2340")),
            ("es-ES", "2.5", Some("2.5")),
            ("es-ES", "1.23.4", None),
            ("en-US", "1,23,4", None),
        ] {
            let notation = Notation::of(locale);
            let read = decimal(written, notation).map(|number| number.to_string());
            assert_eq!(read.as_deref(), expected, "{locale} {written}");
        }
        assert_eq!(count("1.000", Notation::of("es-ES")), Some(1000));
        assert_eq!(count("1.000", Notation::of("en-US")), None);
    }

    #[test]
    fn f17_a_declared_locale_says_which_number_is_the_month() {
        for (locale, written, expected) in [
            ("es-ES", "03/04/2026", Some("2026-04-03")),
            ("en-GB", "03-04-2026", Some("2026-04-03")),
            ("en-US", "03/04/2026", Some("2026-03-04")),
            ("sv-SE", "2026-04-03", Some("2026-04-03")),
            // It cannot be as the locale has it.
            ("es-ES", "04/13/2026", None),
            ("sv-SE", "03/04/2026", None),
        ] {
            let read = date(written, Notation::of(locale)).map(|day| day.to_string());
            assert_eq!(read.as_deref(), expected, "{locale} {written}");
        }
    }
}
