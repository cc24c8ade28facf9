//! The header block that mail programs write above an older mail.

use super::source::bare_mailbox;
use crate::fields::fold;
use crate::letter::Mailbox;
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

/// Whether a word is one of these, folded.
pub(super) fn is_one_of(words: &str, word: &str) -> bool {
    words.split_whitespace().any(|known| known == word)
}
