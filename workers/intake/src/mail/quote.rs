//! What is new in a mail's text: without quotations, forwarded headers and signature.

use super::block::{block, is_one_of};
use crate::fields::fold;

/// A mail's text taken apart.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Split {
    /// What the writer wrote anew.
    pub fresh: String,
    /// The lines of the signature.
    pub signature: Vec<String>,
    /// Whether an older mail stands below or between.
    pub quoted: bool,
}

/// Most lines that are looked at.
pub(super) const LINES_MAX: usize = 5_000;
/// Most lines of a signature.
const SIGNATURE_LINES_MAX: usize = 20;

/// How the line before a quotation ends, by language.
const WROTE: &[&str] = &[
    "wrote:",
    "writes:",
    "schrieb:",
    "geschrieben:",
    "a écrit :",
    "a écrit:",
    "escribió:",
    "escribio:",
    "ha scritto:",
    "scrive:",
    "schreef:",
    "heeft geschreven:",
    "geschreven:",
    "escreveu:",
    "skrev:",
    "napisał(a):",
    "napisał:",
    "wrote :",
    "wrote",
];
/// How the line before a quotation begins, by language, where it is wrapped over lines.
const WROTE_BEGINS: &[&str] =
    &["on ", "am ", "le ", "el ", "il ", "op ", "em ", "den ", "at ", "dnia ", "in data "];
/// Dividers before an answered mail.
const ORIGINAL: &[&str] = &[
    "original message",
    "original-nachricht",
    "ursprüngliche nachricht",
    "originalnachricht",
    "message d'origine",
    "message original",
    "mensaje original",
    "messaggio originale",
    "oorspronkelijk bericht",
    "origineel bericht",
    "mensagem original",
    "original appointment",
];
/// Dividers before a forwarded mail.
pub(super) const FORWARD: &[&str] = &[
    "forwarded message",
    "weitergeleitete nachricht",
    "weitergeleitete mail",
    "anfang der weitergeleiteten",
    "message transféré",
    "début du message réexpédié",
    "début du message transféré",
    "mensaje reenviado",
    "inicio del mensaje reenviado",
    "messaggio inoltrato",
    "inizio messaggio inoltrato",
    "doorgestuurd bericht",
    "begin doorgestuurd bericht",
    "mensagem encaminhada",
    "mensagem reencaminhada",
    "forwarded by",
    "videresendt",
    "vidarebefordra",
    "přeposlaná",
    "przekazana",
    "välitetty",
    "továbbított",
    "пересылаемое",
    "iletilen",
    "fwd:",
];
/// Lines that begin a signature by themselves.
const SENT_FROM: &[&str] = &[
    "sent from my",
    "sent from mail for",
    "get outlook for",
    "von meinem",
    "gesendet von mein",
    "envoyé de mon",
    "envoyé depuis mon",
    "enviado desde mi",
    "enviado do meu",
    "inviato da",
    "verzonden vanaf mijn",
    "verstuurd vanaf mijn",
    "{emailsignature}",
];
/// Closings, folded; the signature begins there.
const CLOSINGS: &str = "\
    bestregards kindregards regards warmregards withkindregards sincerely yourssincerely \
    yoursfaithfully cheers mitfreundlichengrussen mitfreundlichemgruss freundlichegrusse \
    vielegrusse bestegrusse mfg lg herzlichegrusse cordialement biencordialement \
    biencordialementavous salutations sinceressalutations saludos unsaludo saludoscordiales \
    uncordialsaludo atentamente cordialisaluti distintisaluti salutocordiale saluti \
    metvriendelijkegroet metvriendelijkegroeten vriendelijkegroet vriendelijkegroeten \
    hartelijkegroet mvg groeten atenciosamente comosmelhorescumprimentos cumprimentos";
/// Takes a mail's text apart.
#[must_use]
pub fn split(text: &str) -> Split {
    let lines: Vec<&str> = text.lines().take(LINES_MAX).collect();
    let mut fresh: Vec<&str> = Vec::new();
    let mut out = Split::default();
    let mut at = 0;
    while at < lines.len() {
        let line = lines[at].trim();
        if line.starts_with('>') {
            out.quoted = true;
            at += 1;
        } else if let Some(length) = wrote(&lines[at..]) {
            out.quoted = true;
            at += length;
            // Marked quotation: what follows it is new again. Unmarked: all the rest is old.
            let marked = lines[at..].iter().map(|l| l.trim()).find(|l| !l.is_empty());
            if !marked.is_some_and(|line| line.starts_with('>')) {
                break;
            }
        } else if is_divider(line, ORIGINAL) || is_divider(line, FORWARD) || is_block(&lines[at..])
        {
            out.quoted = true;
            break;
        } else if is_signature(&lines[at..]) {
            out.signature = lines[at..]
                .iter()
                .take(SIGNATURE_LINES_MAX)
                .map(|line| line.trim().to_owned())
                .filter(|line| !line.is_empty() && !line.starts_with('>'))
                .collect();
            out.quoted |= lines[at..].iter().any(|line| line.starts_with('>'));
            break;
        } else {
            fresh.push(lines[at]);
            at += 1;
        }
    }
    while fresh.last().is_some_and(|line| {
        let line = line.trim();
        line.is_empty() || line.chars().all(|c| c == '_' || c == '-')
    }) {
        fresh.pop();
    }
    out.fresh = fresh.join("\n").trim().to_owned();
    out
}

/// How many lines a "… wrote:" takes, up to four where a mail program wrapped it.
fn wrote(lines: &[&str]) -> Option<usize> {
    /// Most lines and bytes that such a line spans.
    const SPAN_MAX: usize = 4;
    const BYTES_MAX: usize = 300;
    let first = lines.first()?.trim();
    if first.is_empty() || first.len() > BYTES_MAX {
        return None;
    }
    let ends = |line: &str| {
        let line = line.trim().trim_end_matches(['-', ' ', '*']).to_lowercase();
        WROTE.iter().any(|end| line.ends_with(end))
    };
    // German, Dutch and others put the name last: "schrieb Max <m@x.de>:".
    let ends = |line: &str| {
        ends(line)
            || line.trim().ends_with(':')
                && [" schrieb ", " schreef ", " skrev "].iter().any(|verb| line.contains(verb))
    };
    let bare = first.trim_start_matches(['-', '*', ' ']).to_lowercase();
    let begins = WROTE_BEGINS.iter().any(|begin| bare.starts_with(begin));
    if ends(first) {
        // "Marc wrote:" alone is a quotation only where quoted lines follow.
        let quoted = lines.get(1..)?.iter().take(2).any(|line| line.trim().starts_with('>'));
        return (begins && bare.contains(|c: char| c.is_ascii_digit() || c == '@') || quoted)
            .then_some(1);
    }
    if !begins {
        return None;
    }
    let mut length = first.len();
    for (more, line) in lines.iter().enumerate().take(SPAN_MAX).skip(1) {
        length += line.len();
        if line.trim().is_empty() || length > BYTES_MAX {
            return None;
        }
        if ends(line) {
            return Some(more + 1);
        }
    }
    None
}

pub(super) fn is_divider(line: &str, phrases: &[&str]) -> bool {
    /// Longest divider, in bytes.
    const BYTES_MAX: usize = 120;
    if line.len() > BYTES_MAX {
        return false;
    }
    let lower = line.to_lowercase();
    let dressed = lower.starts_with("--") || lower.starts_with("==") || lower.ends_with(':');
    let bare = lower.trim_matches(['-', '=', '*', ' ', ':']);
    dressed && phrases.iter().any(|phrase| bare.starts_with(phrase) && lower != "fwd:")
}

/// Whether a header block of an older mail begins here, perhaps below a rule of underscores.
fn is_block(lines: &[&str]) -> bool {
    let skip = lines
        .iter()
        .take(2)
        .take_while(|line| {
            let line = line.trim();
            line.len() >= 5 && line.bytes().all(|b| b == b'_')
        })
        .count();
    block(&lines[skip..]).is_some()
}

fn is_signature(lines: &[&str]) -> bool {
    let Some(line) = lines.first().map(|line| line.trim()) else { return false };
    if line == "--" || line == "—" || line == "-- *" {
        return true;
    }
    /// A closing stands near the end.
    const LINES_AFTER_CLOSING_MAX: usize = 15;
    if line.len() > 60 || line.is_empty() {
        return false;
    }
    let lower = line.to_lowercase();
    SENT_FROM.iter().any(|begin| lower.starts_with(begin))
        || is_one_of(CLOSINGS, &fold(line))
            && lines
                .iter()
                .skip(1)
                .filter(|l| !l.trim().is_empty() && !l.starts_with('>'))
                .take(LINES_AFTER_CLOSING_MAX + 1)
                .count()
                <= LINES_AFTER_CLOSING_MAX
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotations_of_seven_languages_are_cut() {
        for old in [
            "On Thu, Aug 19, 2021 at 2:07 PM Tejaswini <\nt@c.com> wrote:\n\n> old",
            "Am 12.03.2026 um 10:00 schrieb Max <m@x.de>:\n> old",
            "Am Do., 12. März 2026 um 10:00 Uhr schrieb Max <m@x.de>:\n\nold",
            "Le 12/03/2026 à 10:00, Max a écrit :\n> old",
            "El jue, 12 mar 2026 a las 10:00, Max (<m@x.es>) escribió:\n\n> old",
            "Il giorno gio 12 mar 2026 alle 10:00 Max <m@x.it> ha scritto:\n> old",
            "Op do 12 mrt. 2026 om 10:00 schreef Max <m@x.nl>:\n> old",
            "Em qui., 12 de mar. de 2026, Max <m@x.pt> escreveu:\n> old",
            "-----Original Message-----\nold",
            "-----Ursprüngliche Nachricht-----\nold",
            "---- On Thu, 12 Mar 2026 10:00:00 +0100 Max wrote ----\n> old",
            "--- On Wed, 4/4/12, x@example.com <x@example.com> wrote:\n\nold",
            "________________________________\nVon: Max\nGesendet: heute\nAn: mir\nBetreff: x\n\nold",
            "De : Max\nEnvoyé : lundi\nÀ : moi\nObjet : x\n\nold",
            "From: Max [mailto:m@x.com]\nSent: now\nTo: me\n\nold",
        ] {
            let cut = split(&format!("New text?\nSecond line.\n\n{old}\n"));
            assert_eq!(cut.fresh, "New text?\nSecond line.", "{old}");
            assert!(cut.quoted, "{old}");
        }
    }

    #[test]
    fn answers_between_quotations_are_kept_and_signatures_cut() {
        let cut = split(
            "Marc wrote:\n> one\n\nyes\n> two\nno\n\nMit freundlichen Grüßen\nAnna Blum\nTel: 030 1",
        );
        assert_eq!(cut.fresh, "yes\nno");
        assert_eq!(cut.signature, ["Mit freundlichen Grüßen", "Anna Blum", "Tel: 030 1"]);
        assert_eq!(split("hi\n-- \nAnna").fresh, "hi");
        assert_eq!(split("hi\n\nSent from my iPhone").fresh, "hi");
        assert_eq!(split("From: here to there\nwe go").fresh, "From: here to there\nwe go");
    }
}
