//! The mail inside a forwarded text, found by the header block that mail programs write.

use super::Mailbox;
use super::quote::{FORWARD, LINES_MAX, is_divider, is_one_of, split};
use super::source::bare_mailbox;
use crate::fields::fold;
use crate::normal;

/// The mail inside a forwarded text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Forwarded {
    pub from: Mailbox,
    pub subject: Option<String>,
    /// When it was sent, as written.
    pub sent: Option<String>,
    pub body: String,
    /// What the forwarder wrote above it.
    pub before: String,
    /// A marker, or nothing above the headers, says that it is a forward, not an answer.
    pub certain: bool,
}

/// Labels of the header block that mail programs write above a quoted mail, by meaning, folded.
const FROM: &str = "\
    from von de da van od fran fra mittente afzender absender expediteur remitente \
    lahettaja felado dela kimden gonderen от отправитель від saatja prima";
const SENT: &str = "\
    sent date datum gesendet fecha enviado enviadoel data inviato verzonden envoye \
    envoyele dataora sendt skickat dato poslano odeslano lahetetty elkuldve tarih wyslano \
    дата отправлено отправленo dataenvio enviadoem";
const TO: &str = "\
    to an para a aan per pour cc kopie bcc replyto antwortan til till komu do \
    vastaanottaja cimzett kime кому adresat destinatario destinataire empfanger ontvanger \
    catre за kopia copia copie";
const SUBJECT: &str = "\
    subject betreff asunto oggetto onderwerp objet assunto sujet temat emne amne predmet \
    aihe targy subiect konu тема";

/// Finds the forwarded mail in a text; body-level, whatever the mail's headers say.
#[must_use]
pub fn forwarded(text: &str) -> Option<Forwarded> {
    let lines: Vec<&str> = text.lines().take(LINES_MAX).collect();
    for at in 0..lines.len() {
        let Some((mut found, length)) = block(&lines[at..]) else { continue };
        if found.from.email.is_empty() {
            continue;
        }
        let is_rule = |line: &&&str| {
            let line = line.trim();
            line.is_empty() || line.chars().all(|c| "_-=>".contains(c))
        };
        let above = lines[..at].iter().rev().find(|line| !is_rule(line)).copied();
        let marked =
            above.is_some_and(|line| is_divider(line.trim().trim_start_matches("> "), FORWARD));
        found.certain = marked || above.is_none();
        let before: Vec<&str> = lines[..at]
            .iter()
            .filter(|line| !(is_rule(line) || marked && above == Some(**line)))
            .copied()
            .collect();
        found.before = split(&before.join("\n")).fresh;
        let first = lines[at + length..].iter().find(|line| !line.trim().is_empty());
        let quoted = [Some(&lines[at]), first]
            .into_iter()
            .flatten()
            .any(|line| line.trim_start().starts_with('>'));
        found.body = lines[at + length..]
            .iter()
            .map(|line| if quoted { line.trim_start_matches('>').trim_start() } else { line })
            .collect::<Vec<_>>()
            .join("\n")
            .trim()
            .to_owned();
        return Some(found);
    }
    None
}

/// Whether a subject says that the mail is forwarded.
pub(super) fn is_forward_subject(subject: &str) -> bool {
    let lower = subject.trim().to_lowercase();
    ["fwd:", "fw:", "wg:", "tr:", "rv:", "i:", "doorst:", "enc:", "vs:", "reenv:"]
        .iter()
        .any(|prefix| lower.starts_with(prefix))
}

/// The headers of an older mail: From first, and two more.
pub(super) fn block(lines: &[&str]) -> Option<(Forwarded, usize)> {
    /// Most lines of such a block.
    const LINES_MAX: usize = 10;
    let (label, from) = labelled(lines.first()?)?;
    if !is_one_of(FROM, &label) {
        return None;
    }
    let mut found = Forwarded {
        from: Mailbox::default(),
        subject: None,
        sent: None,
        body: String::new(),
        before: String::new(),
        certain: false,
    };
    let (mut more, mut length) = (0, 1);
    for line in lines.iter().take(LINES_MAX).skip(1) {
        let Some((label, value)) = labelled(line) else { break };
        let label = label.as_str();
        if is_one_of(SUBJECT, label) {
            found.subject = normal::line(value);
        } else if is_one_of(SENT, label) {
            found.sent = normal::line(value);
        } else if !is_one_of(TO, label) && !is_one_of(FROM, label) {
            break;
        }
        more += 1;
        length += 1;
    }
    /// "From:" with one more label may be prose.
    const MORE_MIN: usize = 2;
    if more < MORE_MIN {
        return None;
    }
    found.from = bare_mailbox(from).unwrap_or_default();
    Some((found, length))
}

/// `Label: value`, the label folded; programs put stars, arrows and blanks around it.
fn labelled(line: &str) -> Option<(String, &str)> {
    /// Longest label, in bytes.
    const LABEL_BYTES_MAX: usize = 24;
    let line = line.trim_start_matches(['>', ' ', '*', '\t', '\u{a0}']);
    let (label, value) = line.split_once(':')?;
    if label.len() > LABEL_BYTES_MAX || label.is_empty() {
        return None;
    }
    Some((fold(label), value.trim_matches([' ', '*', '\u{a0}', '\t'])))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_forward_is_found_with_labels_of_many_languages() {
        for text in [
            "---------- Forwarded message ----------\nFrom: Ana Ruiz <ana@acme.es>\nDate: x\nTo: us\nSubject: Bombas\n\n> Hola\n>\n",
            "> Début du message réexpédié :\n>\n> De: Ana Ruiz <ana@acme.es>\n> Objet: Bombas\n> Date: x\n> À: us\n>\n> Hola\n>",
            "fyi\n\n---------- Forwarded message ---------\nFrom: Ana Ruiz <ana@acme.es>\nDate: x\nSubject: Bombas\nTo: us\n\nHola",
            "Von: Ana Ruiz <ana@acme.es>\nGesendet: x\nAn: us\nBetreff: Bombas\n\nHola",
            "Inizio messaggio inoltrato:\n\n> Da: Ana Ruiz <ana@acme.es>\n> Oggetto: Bombas\n> Data: x\n>\n> Hola",
            "________________________________\nDe : Ana Ruiz <ana@acme.es>\nEnvoyé : x\nObjet : Bombas\n\nHola",
        ] {
            let found = forwarded(text).expect(text);
            assert_eq!(found.from.email, "ana@acme.es");
            assert_eq!(found.from.name.as_deref(), Some("Ana Ruiz"));
            assert_eq!(found.subject.as_deref(), Some("Bombas"));
            assert_eq!(found.body, "Hola");
            assert!(found.certain, "{text}");
        }
        let reply = forwarded("Hello\n\nFrom: A <a@b.de>\nSent: x\nTo: y\nSubject: z\n\nold");
        assert!(reply.is_some_and(|found| !found.certain));
    }
}
