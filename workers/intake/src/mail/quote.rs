//! What is new in a mail's text: without quotations, forwarded headers and signature.

use super::attribution::{Older, attribution};
use super::block::block;
use super::closing::{closes, is_closing, is_sent_from, is_sentence};
use super::signature_end::after_signature;

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

/// Dividers before an answered mail.
pub(super) const ORIGINAL: &[&str] = &[
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
    "wiadomość oryginalna",
    "oryginalna wiadomość",
    "původní zpráva",
    "pôvodná správa",
    "eredeti üzenet",
    "ursprungligt meddelande",
    "originalmeddelande",
    "oprindelig meddelelse",
    "opprinnelig melding",
    "alkuperäinen viesti",
    "исходное сообщение",
    "mesaj original",
    "mesajul original",
    "orijinal mesaj",
    "izvorno sporočilo",
    "originalna poruka",
    "αρχικό μήνυμα",
    "元のメッセージ",
    "原始邮件",
    "原始郵件",
    "원본 메시지",
    "ursprüngliche mail",
    "message initial",
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
    "begin forwarded message",
    "forwarded mail",
    "weitergeleitet von",
    "weitergeleitet durch",
    "transféré par",
    "message réexpédié",
    "mensaje original reenviado",
    "inoltrato da",
    "doorgestuurd door",
    "początek przekazywanej wiadomości",
    "přeposlal",
    "předaná zpráva",
    "preposlaná",
    "edasi saadetud",
    "přesměrovaná",
    "továbbított levél",
    "välitetty viesti",
    "edelleenlähetetty",
    "startar vidarebefordrat",
    "start på videresendt",
    "begynn videresendt",
    "пересланное сообщение",
    "начало переадресованного",
    "переслане повідомлення",
    "προωθημένο μήνυμα",
    "mesaj redirecționat",
    "mesaj redirectionat",
    "yönlendirilen ileti",
    "proslijeđena poruka",
    "posredovano sporočilo",
    "転送されたメッセージ",
    "转发的邮件",
    "已转发邮件",
    "轉寄的郵件",
    "전달된 메시지",
    "הודעה שהועברה",
];
/// Notes that the answers stand within the older mail, lower case: then nothing of it is dropped.
const INLINE: &[&str] = &[
    "inline",
    "in line",
    "in-line",
    "in red",
    "in blue",
    "below in",
    "see below",
    "my answers below",
    "answers below",
    "comments below",
    "im text",
    "in rot",
    "siehe unten",
    "weiter unten",
    "unten im",
    "ci-dessous",
    "en rouge",
    "dans le texte",
    "más abajo",
    "abajo",
    "en rojo",
    "qui sotto",
    "nel testo",
    "in rosso",
    "hieronder",
    "onderaan",
    "in het rood",
    "abaixo",
    "poniżej",
    "níže",
    "nedenfor",
    "nedan",
    "alla olevaan",
    "ниже",
];

/// Takes the text of an answer apart.
#[must_use]
pub fn split(text: &str) -> Split {
    split_as(text, true)
}

/// Takes a mail's text apart. In an answer `>` marks what is quoted, and an older mail may stand
/// unmarked; a first mail quotes only below an attribution or a divider.
#[must_use]
pub(super) fn split_as(text: &str, answer: bool) -> Split {
    let lines: Vec<&str> = text.lines().take(LINES_MAX).collect();
    let mut fresh: Vec<&str> = Vec::new();
    let mut out = Split::default();
    let (mut at, mut quotes, mut keeps) = (0, answer, false);
    while at < lines.len() {
        let line = lines[at].trim();
        if line.starts_with('>') && quotes {
            out.quoted = true;
            at += 1;
        } else if let Some((older, length)) = older(&lines[at..], answer) {
            let rest = &lines[at + length..];
            let follows = rest.iter().map(|line| line.trim()).find(|line| !line.is_empty());
            let marked = follows.is_some_and(|line| line.starts_with('>'));
            // Marked: what is not marked below it is new. Unmarked: all the rest is old, unless
            // nothing new stands above, or that says that the answers stand within.
            if marked || older != Older::Unmarked {
                out.quoted = true;
                quotes = true;
                at += length;
                if !marked {
                    if answers_below(&fresh, answer) {
                        fresh.extend(rest);
                    }
                    break;
                }
            } else if !keeps && !answers_below(&fresh, answer) {
                out.quoted = true;
                break;
            } else {
                keeps = true;
                fresh.push(lines[at]);
                at += 1;
            }
        } else if let Some(length) = signature(&lines, at, &fresh, &mut out) {
            at += length;
        } else {
            fresh.push(lines[at]);
            at += 1;
        }
    }
    finish(out, &fresh)
}

/// Drops the rules and blanks at the end of what is new.
fn finish(mut out: Split, fresh: &[&str]) -> Split {
    let is_rule = |line: &&&str| {
        let line = line.trim();
        line.is_empty() || line.chars().all(|c| c == '_' || c == '-')
    };
    let kept = fresh.len() - fresh.iter().rev().take_while(is_rule).count();
    out.fresh = fresh[..kept].join("\n").trim().to_owned();
    out
}

/// The beginning of an older mail that stands here, and how many lines it takes.
fn older(lines: &[&str], answer: bool) -> Option<(Older, usize)> {
    let line = lines.first()?.trim();
    if line.is_empty() {
        return None;
    }
    if let Some(found) = attribution(lines, answer) {
        return Some(found);
    }
    let skip = usize::from(is_divider(line, ORIGINAL) || is_divider(line, FORWARD));
    let rule = lines.iter().take(2).take_while(|line| is_underscores(line)).count();
    let blank = |from: usize| {
        lines[from..].iter().take(2).take_while(|line| line.trim().is_empty()).count()
    };
    let begin = skip.max(rule);
    let begin = begin + if begin > 0 { blank(begin) } else { 0 };
    match block(lines.get(begin..)?) {
        Some((_, length)) => Some((Older::Headers, begin + length)),
        None if skip > 0 => Some((Older::Headers, 1)),
        None => None,
    }
}

fn is_underscores(line: &str) -> bool {
    let line = line.trim();
    line.len() >= 5 && line.bytes().all(|b| b == b'_')
}

/// Whether the writer answers below or within the older mail: nothing stands above it in an answer,
/// or what stands there says so.
fn answers_below(fresh: &[&str], answer: bool) -> bool {
    let text = fresh.join(" ").to_lowercase();
    let empty = text.trim().is_empty();
    answer && empty || !empty && INLINE.iter().any(|note| text.contains(note))
}

/// Takes the signature that begins here; how many lines it takes, `None` where none does.
fn signature(lines: &[&str], at: usize, fresh: &[&str], out: &mut Split) -> Option<usize> {
    let line = lines[at].trim();
    let rest = &lines[at..];
    if is_sent_from(line) {
        // What somebody wrote below a telephone's line is theirs.
        let end = after_signature(rest);
        let end = if rest[1..end].iter().any(|line| is_sentence(line)) { 1 } else { end };
        let taken = rest[..end].iter().map(|line| line.trim()).filter(|line| !line.is_empty());
        out.signature.extend(taken.take(SIGNATURE_LINES_MAX).map(str::to_owned));
        return Some(end);
    }
    let dashes = matches!(line, "--" | "—" | "-- *" | "––" | "— —");
    if !dashes && !closes(line) {
        return None;
    }
    let has_above = fresh.iter().any(|line| is_sentence(line))
        || fresh.iter().filter(|line| !line.trim().is_empty()).count() > 1;
    let length = after_signature(rest);
    let lines_of = rest[..length].iter().filter(|line| !line.trim().is_empty()).count();
    let ends = if dashes {
        !fresh.iter().all(|line| line.trim().is_empty()) && lines_of <= 2 * SIGNATURE_LINES_MAX
    } else {
        is_closing(rest, has_above)
    };
    if !ends {
        return None;
    }
    let taken = rest[..length].iter().map(|line| line.trim()).filter(|line| !line.is_empty());
    out.signature.extend(taken.take(SIGNATURE_LINES_MAX).map(str::to_owned));
    Some(length)
}

/// Whether a line divides: dressed with dashes or a colon, it begins with one of these.
pub(super) fn is_divider(line: &str, phrases: &[&str]) -> bool {
    /// Longest divider, in bytes.
    const BYTES_MAX: usize = 120;
    if line.len() > BYTES_MAX {
        return false;
    }
    let dressed = ["--", "==", "__", "**", "—"].iter().any(|mark| line.starts_with(mark))
        || line.ends_with([':', '：']);
    if !dressed {
        return false;
    }
    let lower = line.to_lowercase();
    let bare = lower.trim_matches(['-', '=', '*', ' ', ':', '_', '—', '：', '>', '|']);
    phrases.iter().any(|phrase| bare.starts_with(phrase) && lower != "fwd:")
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
