//! The line above a quotation: "… wrote:".

use std::cell::LazyCell;

use domain::begins;
use domain::word_list::Begins;

use crate::normal;

/// How an older mail begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Older {
    /// Quotation marks follow.
    Marked,
    /// Nothing but the line itself tells.
    Unmarked,
    /// A header block or a divider.
    Headers,
}

/// How the line before a quotation ends, by language.
const WROTE: &[&str] = &[
    "wrote",
    "writes",
    "schrieb",
    "schreibt",
    "geschrieben",
    "a écrit",
    "a ecrit",
    "écrit",
    "escribió",
    "escribio",
    "escribe",
    "ha scritto",
    "scrive",
    "scriveva",
    "schreef",
    "heeft geschreven",
    "geschreven",
    "schrijft",
    "escreveu",
    "skrev",
    "skrev följande",
    "skrev følgende",
    "napisał(a)",
    "napisał",
    "napisała",
    "pisze",
    "napsal(a)",
    "napsal",
    "napsala",
    "napísal(a)",
    "napísal",
    "napísala",
    "írta",
    "ezt írta",
    "kirjoitti",
    "kirjutas",
    "rašė",
    "parašė",
    "rakstīja",
    "a scris",
    "şunu yazdı",
    "şöyle yazdı",
    "yazdı",
    "je napisao",
    "je napisala",
    "je napisao/la",
    "je napisal/-a",
    "пишет",
    "написал",
    "написала",
    "написал(а)",
    "пише",
    "пишет(а)",
    "έγραψε",
    "wrote the following",
    "said",
    "写道",
    "寫道",
    "님이 작성",
    "のメール",
    "さんは書きました",
    "menulis",
    "đã viết",
    "כתב",
    "كتب",
];
/// Verbs that stand before the name: "schrieb Max <m@x.de>:".
const VERBS: &[&str] = &[
    " schrieb ",
    " schreef ",
    " skrev ",
    " schreibt ",
    " escribió ",
    " escreveu ",
    " scrive ",
    " écrivait ",
    " kirjoitti ",
    " написал ",
    " пишет ",
    " napisał ",
    " wrote ",
];
/// How such a line begins, by language, where it is wrapped over lines.
static BEGINS: Begins = begins!(&[
    "on ",
    "am ",
    "le ",
    "el ",
    "il ",
    "op ",
    "em ",
    "den ",
    "at ",
    "dnia ",
    "in data ",
    "dne ",
    "ma ",
    "la ",
    "pe ",
    "em",
    "på ",
    "tors",
    "mån",
    "fre",
    "lör",
    "ons",
    "tis",
    "sön",
    "pt",
    "pon",
    "wt",
    "śr",
    "czw",
    "sob",
    "niedz",
    "po ",
    "út ",
    "st ",
    "čt ",
    "pá ",
    "so ",
    "ne ",
    "пн",
    "вт",
    "ср",
    "чт",
    "пт",
    "сб",
    "вс",
    "στις ",
    "sri",
    "čet",
    "pet",
    "uto",
    "ned",
    "sub",
]);
/// Most lines and bytes that such a line spans.
const SPAN_MAX: usize = 4;
const BYTES_MAX: usize = 300;

/// The attribution that stands here, and how many lines it takes. What only looks like one is the
/// writer's own sentence: an older mail must follow, or the line must be as exact as a program's.
pub(super) fn attribution(lines: &[&str], answer: bool) -> Option<(Older, usize)> {
    let first = lines.first()?.trim();
    if first.is_empty() || first.starts_with('>') || first.len() > BYTES_MAX {
        return None;
    }
    let begins = LazyCell::new(|| {
        let bare = first.trim_start_matches(['-', '*', ' ', '_']).to_lowercase();
        BEGINS.begin(&bare) || bare.starts_with(|c: char| c.is_ascii_digit()) || bare.contains('@')
    });
    let (mut text, mut length) = (String::new(), 0);
    for line in lines.iter().take(SPAN_MAX).map(|line| line.trim()) {
        if line.is_empty() || line.starts_with('>') || text.len() + line.len() > BYTES_MAX {
            return None;
        }
        if !text.is_empty() {
            text.push(' ');
        }
        text.push_str(line);
        length += 1;
        // Nothing ends an attribution but a colon, a verb, dashes.
        if let Some(ends) = Ends::of(&text) {
            return judge(&text, ends, length, *begins, &lines[length..], answer);
        }
        // Only what begins like an attribution is wrapped.
        if line.ends_with(['?', '!']) || !*begins {
            return None;
        }
    }
    None
}

fn judge(
    text: &str,
    ends: Ends,
    length: usize,
    begins: bool,
    below: &[&str],
    answer: bool,
) -> Option<(Older, usize)> {
    /// Lines between an attribution and its quotation.
    const BLANK_MAX: usize = 2;
    let mut follows = below.iter().take(BLANK_MAX + 1).map(|line| line.trim());
    let marked = follows.find(|line| !line.is_empty()).is_some_and(|l| l.starts_with('>'));
    let address = has_address(text);
    let day = has_day(text);
    let exact = address && (day || has_time(text));
    let is_it = match (marked, ends) {
        (true, Ends::Verb) => length == 1 || begins,
        (true, Ends::Colon) => address || day && has_time(text),
        // Without marks: as exact as a program writes it, and in a first mail with the address.
        (false, Ends::Verb) => exact || answer && begins && day && has_time(text),
        (false, Ends::Colon) => exact && day && has_time(text),
    };
    let older = if marked { Older::Marked } else { Older::Unmarked };
    is_it.then_some((older, length))
}

/// How a line ends that may be an attribution.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Ends {
    Verb,
    /// Nothing but a colon.
    Colon,
}

impl Ends {
    fn of(text: &str) -> Option<Self> {
        let ended = text.trim_end_matches(['-', ' ', '*']).ends_with([':', '：']);
        if !(ended || text.ends_with("--") || text.contains('@')) {
            return None;
        }
        let lower = text.trim_end_matches(['-', ' ', '*']).to_lowercase();
        let colon = lower.ends_with([':', '：']);
        let bare = lower.trim_end_matches([':', '：', ' ', '\u{a0}']);
        let verb = WROTE.iter().any(|end| {
            bare.strip_suffix(end).is_some_and(|rest| {
                !end.starts_with(|c: char| c.is_ascii_alphabetic())
                    || !rest.ends_with(char::is_alphanumeric)
            })
        });
        // "Max wrote" without colon is one only as the older programs write it.
        if verb && (colon || text.ends_with("--") || has_address(text)) {
            return Some(Self::Verb);
        }
        if colon && VERBS.iter().any(|verb| lower.contains(verb)) {
            return Some(Self::Verb);
        }
        colon.then_some(Self::Colon)
    }
}

fn has_address(text: &str) -> bool {
    text.contains('@')
        && text
            .split(|c: char| c.is_whitespace() || "<>[](),;:\"'".contains(c))
            .any(|word| word.contains('@') && normal::email(word).is_some())
}

/// A clock: 10:00, 10h30.
fn has_time(text: &str) -> bool {
    let bytes = text.as_bytes();
    bytes.windows(4).any(|w| {
        w[0].is_ascii_digit()
            && matches!(w[1], b':' | b'h' | b'.')
            && w[2].is_ascii_digit()
            && w[3].is_ascii_digit()
    })
}

/// A year, or a day in digits: 2026, 4/4/12, 04.05.
fn has_day(text: &str) -> bool {
    let years = text.split(|c: char| !c.is_ascii_digit());
    let year = |word: &str| word.len() == 4 && (word.starts_with("19") || word.starts_with("20"));
    years.clone().any(year)
        || text.split_whitespace().any(|word| {
            let parts = word.split(['/', '.', '-']).filter(|part| !part.is_empty());
            let digits = parts.clone().all(|part| {
                part.trim_end_matches([',', ')', ':']).bytes().all(|b| b.is_ascii_digit())
            });
            parts.count() == 3 && digits
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str, answer: bool) -> Option<(Older, usize)> {
        attribution(&text.lines().collect::<Vec<_>>(), answer)
    }

    #[test]
    fn true_attributions_of_any_language_are_known_by_what_follows() {
        for text in [
            "чт, 12 мар. 2026 г. в 10:00, Макс <m@x.example>:\n> old",
            "2026年3月12日(木) 10:00 Max <m@x.example>:\n> old",
            "Max <m@x.example> 于2026年3月12日周四 10:00写道：\n> old",
            "czw., 12 mar 2026 o 10:00 Max <m@x.example> napisał(a):\n> old",
            "čt 12. 3. 2026 v 10:00 odesílatel Max <m@x.example>\nnapsal:\n\n> old",
            "m@x.example kirjoitti 12.3.2026 kello 10.00:\n> old",
            "On 12 Mar 2026, at 10:00, Max wrote:\n\n> old",
        ] {
            let (older, _) = found(text, false).expect(text);
            assert_eq!(older, Older::Marked, "{text}");
        }
    }

    #[test]
    fn the_writers_own_sentence_is_no_attribution() {
        for text in [
            "On 12 November your colleague Max wrote:\nwe could get ten at a special price.",
            "Il 4 maggio la vostra collega mi ha scritto:\nsconto del 5 %. Accetto.",
            "Our conditions are:\n> 3 bar\n> 500 l",
            "Am 5. Mai schrieb Ihr Kollege:\nzehn Stück mit Rabatt.",
            "Bis 10:30 brauchen wir:\n> zwei Stück",
        ] {
            assert_eq!(found(text, false), None, "{text}");
        }
    }
}
