//! What stands before a subject: answers, forwards, and the tags that gateways put there.

use forms::fold;

/// What the first prefix of a subject says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Prefix {
    Answer,
    Forward,
}

/// Prefixes of answers, folded: mail programs translate them.
const ANSWERS: &[&str] = &[
    "re",
    "aw",
    "antw",
    "antwort",
    "sv",
    "rif",
    "res",
    "odp",
    "r",
    "ref",
    "resp",
    "ynt",
    "yan",
    "atb",
    "va",
    "απ",
    "σχετ",
    "回复",
    "答复",
    "回覆",
    "返信",
    "회신",
    "답장",
    "отв",
    "ответ",
    "bls",
    "svar",
    "vast",
    "na",
    "ats",
    "השב",
    "رد",
];
/// Prefixes of forwards, folded.
const FORWARDS: &[&str] = &[
    "fwd",
    "fw",
    "wg",
    "tr",
    "rv",
    "i",
    "doorst",
    "enc",
    "vs",
    "reenv",
    "vb",
    "vl",
    "pd",
    "ilt",
    "iletilen",
    "πρθ",
    "转发",
    "轉寄",
    "轉發",
    "転送",
    "전달",
    "tovabbitas",
    "tovabbitva",
    "tovabbitott",
    "пересл",
    "переслано",
    "вперед",
    "fs",
    "trans",
    "transf",
    "inoltro",
    "inoltrato",
    "weitergeleitet",
    "weiterleitung",
    "doorgestuurd",
    "videresendt",
    "reenviado",
    "encaminhado",
    "transfere",
    "transmis",
    "forward",
    "forwarded",
    "przekazano",
    "preposlane",
    "preposlano",
    "edasi",
    "redirectionat",
    "הועבר",
    "pers",
    "persiusta",
    "parsutit",
];
/// Tags without brackets that gateways put before a subject, folded.
const TAGS: &[&str] = &["extern", "external", "externe", "externo", "esterno", "ext", "spam"];
/// Longest prefix, in bytes.
const PREFIX_BYTES_MAX: usize = 24;
/// Most prefixes and tags that are taken off.
const PREFIXES_MAX: usize = 12;

/// What the subject says by its first prefix.
#[must_use]
pub(crate) fn prefix(subject: &str) -> Option<Prefix> {
    let subject = untagged(subject);
    let by_prefix = first(subject).map(|(prefix, _)| prefix);
    // Old programs write "Pumps (fwd)" or "[Fwd: Pumps]".
    let lower = subject.trim().to_lowercase();
    by_prefix.or_else(|| {
        (lower.ends_with("(fwd)") || lower.ends_with("(fw)") || lower.contains("[fwd:"))
            .then_some(Prefix::Forward)
    })
}

/// The subject without tags and prefixes.
#[must_use]
pub(crate) fn bare(subject: &str) -> &str {
    let mut rest = subject;
    for _ in 0..PREFIXES_MAX {
        let next = untagged(rest);
        let next = first(next).map_or(next, |(_, after)| after);
        if next.len() == rest.len() {
            break;
        }
        rest = next;
    }
    rest
}

/// The subject without the tags at its beginning: `[EXTERNAL]`, `***SPAM***`, `Extern:`.
fn untagged(subject: &str) -> &str {
    /// Longest tag, in bytes.
    const TAG_BYTES_MAX: usize = 48;
    let mut rest = subject.trim_start();
    for _ in 0..PREFIXES_MAX {
        let close = match rest.chars().next() {
            Some('[') if !rest.to_lowercase().starts_with("[fw") => ']',
            Some('{') => '}',
            Some('【') => '】',
            Some('(') => ')',
            Some('*') => '*',
            _ => match rest.split_once([':', '-', '|']) {
                Some((tag, after)) if TAGS.contains(&fold(tag).as_str()) => {
                    rest = after.trim_start();
                    continue;
                }
                _ => break,
            },
        };
        let skipped = if close == '*' {
            rest.trim_start_matches('*')
        } else {
            rest.strip_prefix(|_: char| true).unwrap_or_default()
        };
        let Some(end) = skipped.find(close).filter(|end| *end <= TAG_BYTES_MAX) else { break };
        let after = skipped[end..].trim_start_matches(close).trim_start();
        // A subject that is nothing but a tag is a subject.
        if after.is_empty() {
            break;
        }
        rest = after;
    }
    rest
}

/// The prefix that the subject begins with, and what follows it.
fn first(subject: &str) -> Option<(Prefix, &str)> {
    let subject = subject.trim_start_matches(['[', ' ']);
    let (word, after) = subject.split_once([':', '：'])?;
    if word.len() > PREFIX_BYTES_MAX {
        return None;
    }
    // "Re[2]:", "AW (3):", "Re^2:".
    let word = word.split(['[', '(', '^', '*']).next()?;
    let word = fold(word);
    let word = word.trim_end_matches(|c: char| c.is_ascii_digit());
    if ANSWERS.contains(&word) {
        Some((Prefix::Answer, after.trim_start()))
    } else if FORWARDS.contains(&word) {
        Some((Prefix::Forward, after.trim_start()))
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prefixes_of_many_languages_are_known_behind_tags_too() {
        for (subject, expected, rest) in [
            ("AW: Pumps", Some(Prefix::Answer), "Pumps"),
            ("[EXTERN] WG: Pumps", Some(Prefix::Forward), "Pumps"),
            ("***SPAM*** Re[2]: Fwd: Pumps", Some(Prefix::Answer), "Pumps"),
            ("VB: Pumpar", Some(Prefix::Forward), "Pumpar"),
            ("转发：水泵", Some(Prefix::Forward), "水泵"),
            ("Odp: Pd: Pompy", Some(Prefix::Answer), "Pompy"),
            ("【外部】転送: ポンプ", Some(Prefix::Forward), "ポンプ"),
            ("Pumps (fwd)", Some(Prefix::Forward), "Pumps (fwd)"),
            ("Auto: Pumps", None, "Auto: Pumps"),
            ("[urgent]", None, "[urgent]"),
            ("", None, ""),
        ] {
            assert_eq!(prefix(subject), expected, "{subject}");
            assert_eq!(bare(subject), rest, "{subject}");
        }
    }
}
