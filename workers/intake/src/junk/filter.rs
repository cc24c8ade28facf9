//! What spam filters before us wrote into the header.

use crate::letter::Letter;

/// What a filter says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    Spam(&'static str),
    Doubtful(&'static str),
}

/// A header, the beginning of its value in lower case, whose it is, and whether it is certain.
const SAYS: &[(&str, &str, &str, bool)] = &[
    ("x-spam-flag", "yes", "SpamAssassin", true),
    ("x-spam-flag", "true", "SpamAssassin", true),
    ("x-spam-status", "yes", "SpamAssassin", true),
    ("x-spam", "yes", "Rspamd", true),
    ("x-rspamd-action", "reject", "Rspamd", true),
    ("x-rspamd-action", "add header", "Rspamd", true),
    ("x-rspamd-action", "add_header", "Rspamd", true),
    ("x-rspamd-action", "rewrite subject", "Rspamd", true),
    ("x-rspamd-action", "rewrite_subject", "Rspamd", true),
    ("x-rspamd-action", "quarantine", "Rspamd", true),
    ("x-rspamd-action", "discard", "Rspamd", true),
    ("x-spamd-result", "default: true", "Rspamd", true),
    ("x-rspamd-flag", "yes", "Rspamd", true),
    ("x-mailgun-sflag", "yes", "Mailgun", true),
    ("x-ses-spam-verdict", "fail", "Amazon SES", true),
    ("x-ses-virus-verdict", "fail", "Amazon SES", true),
    ("x-ses-spam-verdict", "gray", "Amazon SES", false),
    ("x-proofpoint-spam-details", "rule=spam", "Proofpoint", true),
    ("x-proofpoint-spam-details", "rule=quarantine", "Proofpoint", true),
    ("x-proofpoint-spam-details", "rule=phish", "Proofpoint", true),
    ("x-proofpoint-spam-details", "rule=suspect", "Proofpoint", false),
    ("x-proofpoint-spam-details", "rule=bulk", "Proofpoint", false),
    ("x-barracuda-spam-status", "yes", "Barracuda", true),
    ("x-barracuda-spam-flag", "yes", "Barracuda", true),
    ("x-bogosity", "spam", "Bogofilter", true),
    ("x-bogosity", "yes", "Bogofilter", true),
    ("x-dspam-result", "spam", "DSPAM", true),
    ("x-crm114-status", "spam", "CRM114", true),
    ("x-vr-spamstate", "spam", "Vade", true),
    ("x-vr-spamstate", "phishing", "Vade", true),
    ("x-ovh-spam-reason", "vr: spam", "OVH", true),
    ("x-antispam", "spam", "the mail server", true),
    ("x-amavis-alert", "spam", "Amavis", true),
    ("x-mimecast-spam-flag", "yes", "Mimecast", true),
    ("x-kaspersky-antispam-status", "spam", "Kaspersky", true),
];
/// From this level of Microsoft's spam confidence on a mail is spam, from the other one certainly.
const SCL_SPAM: i64 = 5;
/// Stars or points of SpamAssassin's relatives from which a mail is doubtful: their own default.
const POINTS_DOUBTFUL: f64 = 5.0;
/// And from which it is spam: what they reject at by default.
const POINTS_SPAM: f64 = 15.0;

/// The verdict of a filter; the worst one where there are several.
#[must_use]
pub(super) fn verdict(letter: &Letter) -> Option<Verdict> {
    if letter.subject.as_deref().is_some_and(is_marked) {
        return Some(Verdict::Spam("in the subject"));
    }
    let mut doubtful = None;
    for (name, value) in letter.headers.iter().filter(|(name, _)| name.starts_with("x-")) {
        let value = value.trim().to_lowercase();
        let said = SAYS
            .iter()
            .find(|(known, begin, ..)| known == name && value.starts_with(begin))
            .map(
                |(.., whose, certain)| {
                    if *certain { Verdict::Spam(whose) } else { Verdict::Doubtful(whose) }
                },
            )
            .or_else(|| microsoft(name, &value))
            .or_else(|| points(name, &value))
            .or_else(|| {
                // MailScanner puts the name of its house into the header's.
                (name.ends_with("mailscanner-spamcheck") && value.starts_with("spam"))
                    .then_some(Verdict::Spam("MailScanner"))
            })
            .or_else(|| {
                (name == "x-proofpoint-spam-details" && number(&value, " score=")? >= 80.0)
                    .then_some(Verdict::Doubtful("Proofpoint"))
            });
        match said {
            Some(Verdict::Spam(whose)) => return Some(Verdict::Spam(whose)),
            Some(found) => doubtful = Some(found),
            None => {}
        }
    }
    doubtful
}

/// Whether a filter wrote its word before a subject: `***SPAM***`, `[SPAM]`, `{Spam?}`.
fn is_marked(subject: &str) -> bool {
    let mark = |c: char| "*[]{}()?!:-_ ".contains(c);
    let begins = subject.trim_start().starts_with(['*', '[', '{']);
    let lower = subject.trim_start_matches(mark).to_lowercase();
    let word: String = lower.chars().take_while(|c| c.is_alphabetic()).collect();
    begins
        && matches!(word.as_str(), "spam" | "junk" | "spamverdacht" | "bulk" | "phishing")
        && lower[word.len()..].starts_with(['*', ']', '}', '?', '-', ' '])
}

/// Exchange and Microsoft 365: the level of confidence, the filter's verdict and category.
fn microsoft(name: &str, value: &str) -> Option<Verdict> {
    const WHOSE: &str = "Microsoft";
    match name {
        "x-ms-exchange-organization-scl" | "x-microsoft-exchange-organization-scl" => {
            (value.parse::<i64>().ok()? >= SCL_SPAM).then_some(Verdict::Spam(WHOSE))
        }
        "x-forefront-antispam-report" | "x-microsoft-antispam-untrusted" => {
            let say = |key: &str| {
                value.split(';').filter_map(|part| part.trim().strip_prefix(key)).next()
            };
            let released = matches!(say("sfv:"), Some("skn" | "ske" | "skq" | "sfe"));
            let level = say("scl:").and_then(|level| level.parse::<i64>().ok()).unwrap_or(0);
            let spam = matches!(say("sfv:"), Some("spm" | "sks"))
                || matches!(
                    say("cat:"),
                    Some("spm" | "hspm" | "phsh" | "hphsh" | "hphish" | "malw")
                )
                || level >= SCL_SPAM;
            let doubtful = matches!(say("cat:"), Some("bulk" | "spoof" | "uimp" | "dimp" | "gimp"));
            match (spam && !released, doubtful && !released) {
                (true, _) => Some(Verdict::Spam(WHOSE)),
                (_, true) => Some(Verdict::Doubtful(WHOSE)),
                _ => None,
            }
        }
        _ => None,
    }
}

/// Points of filters that leave the verdict to the reader, as Postmark, Mailgun and SendGrid do.
fn points(name: &str, value: &str) -> Option<Verdict> {
    let whose = match name {
        "x-spam-score" | "x-spam-level" => "SpamAssassin",
        "x-mailgun-sscore" => "Mailgun",
        "x-rspamd-score" => "Rspamd",
        "x-sendgrid-spam-score" | "spam_score" => "SendGrid",
        _ => return None,
    };
    let stars = value.chars().take_while(|c| *c == '*' || *c == '+').count();
    let first = value.split([' ', '/', '(']).next().unwrap_or_default();
    let points = first.parse::<f64>().ok().unwrap_or(f64::from(u8::try_from(stars).unwrap_or(99)));
    // Some write tenths of points; a whole number says which only to whoever set it up.
    let plain = first.contains('.') || stars > 0;
    if points >= POINTS_SPAM && plain {
        Some(Verdict::Spam(whose))
    } else if points >= POINTS_DOUBTFUL {
        Some(Verdict::Doubtful(whose))
    } else {
        None
    }
}

/// The number behind a key.
fn number(value: &str, key: &str) -> Option<f64> {
    let (_, rest) = value.split_once(key)?;
    rest.split(|c: char| !c.is_ascii_digit() && c != '.').next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(name: &str, value: &str) -> Option<Verdict> {
        let headers = vec![(name.to_owned(), value.to_owned())];
        verdict(&Letter { headers, ..Letter::default() })
    }

    #[test]
    fn the_verdicts_of_the_usual_filters_are_read() {
        for (name, value) in [
            ("x-spam-status", " Yes, score=9.1 required=5.0"),
            ("x-rspamd-action", "reject"),
            ("x-spamd-result", "default: True [17.20 / 15.00]"),
            ("x-forefront-antispam-report", "CIP:1.2.3.4;CTRY:XX;SCL:9;SFV:SPM;CAT:PHSH;"),
            ("x-ms-exchange-organization-scl", "6"),
            ("x-proofpoint-spam-details", "rule=spam policy=default score=99"),
            ("x-mailgun-sflag", "Yes"),
            ("x-ses-spam-verdict", "FAIL"),
            ("x-spam-score", "18.3"),
            ("x-house-mailscanner-spamcheck", "spam, SpamAssassin"),
        ] {
            assert!(matches!(said(name, value), Some(Verdict::Spam(_))), "{name}");
        }
        for (name, value) in [
            ("x-ses-spam-verdict", "GRAY"),
            ("x-spam-level", "*******"),
            ("x-mailgun-sscore", "6.1"),
            ("x-forefront-antispam-report", "SCL:1;SFV:NSPM;CAT:SPOOF;"),
        ] {
            assert!(matches!(said(name, value), Some(Verdict::Doubtful(_))), "{name}");
        }
        for (name, value) in [
            ("x-spam-status", "No, score=-1.9"),
            ("x-rspamd-action", "no action"),
            ("x-spamd-result", "default: False [-2.1 / 15.00]"),
            ("x-forefront-antispam-report", "SCL:-1;SFV:SKN;CAT:NONE;"),
            ("x-ms-exchange-organization-scl", "1"),
            ("x-proofpoint-spam-details", "rule=notspam policy=default score=0"),
            ("x-ses-spam-verdict", "PASS"),
            ("x-mailgun-sflag", "No"),
            ("x-spam-score", "-0.5"),
            ("x-bogosity", "Ham"),
        ] {
            assert_eq!(said(name, value), None, "{name}");
        }
    }
}
