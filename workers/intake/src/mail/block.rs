//! The header block that mail programs write above an older mail.

use std::collections::HashMap;
use std::sync::LazyLock;

use domain::word_list::ListHash;

use super::address::bare_mailbox;
use crate::letter::Mailbox;
use crate::normal;
use forms::fold;

/// The mail inside a forwarded text.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Forwarded {
    pub from: Mailbox,
    /// Addresses that it went to, as far as they are written.
    pub to: Vec<String>,
    pub subject: Option<String>,
    /// When it was sent, as written.
    pub sent: Option<String>,
    pub body: String,
    /// What the forwarder wrote above it.
    pub before: String,
    /// A marker, or nothing above the headers, says that it is a forward, not an answer.
    pub certain: bool,
}

/// What a line of such a block is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Label {
    From,
    /// A word that only mail programs write.
    Sent,
    /// A word that also stands above a delivery or a stay.
    Date,
    To,
    Subject,
    ReplyTo,
    /// Attachments, importance and the like.
    Other,
}

/// Labels by meaning, folded, as mail programs of many languages write them.
const LABELS: &[(Label, &str)] = &[
    (
        Label::From,
        "from von de da van od fran fra mittente afzender absender expediteur remitente lahettaja \
         felado dela kimden gonderen от отправитель від відправник saatja posiljatelj salje откого відкого \
         odosielatel odesilatel nadawca avsender afsender avsandare expeditor απο από αποστολέας \
         差出人 送信者 发件人 寄件者 寄件人 보낸사람 보낸이 מאת من dari tu nuo no kellelt",
    ),
    (
        Label::Sent,
        "sent gesendet enviado enviadoel enviadoem inviato verzonden envoye envoyele sendt skickat \
         poslano odeslano odoslane lahetetty elkuldve wyslano отправлено надіслано gonderildi \
         gonderilme στάλθηκε εστάλη trimis saadetud issiusta nosutits 送信日時 送信 发送时间 發送時間 \
         寄件日期 보낸날짜 보낸시간 נשלח تاريخالإرسال",
    ),
    (
        Label::Date,
        "date datum fecha data dato dataora dataenvio tarih дата datumuhrzeit datumogtid paivays \
         paivamaara datetime dateheure kuupaev ημερομηνία ημνία 日付 日時 日期 날짜 תאריך التاريخ",
    ),
    (
        Label::To,
        "to an para a aan per pour cc kopie bcc till til komu do vastaanottaja cimzett kime кому \
         adresat destinatario destinataire empfanger ontvanger catre за kopia copia copie kopio \
         masolat bilgi копия копія prejemnik prijemce prijemca primatelj mottaker modtager mottagare \
         προς κοιν κοινοποίηση 宛先 收件人 收件者 받는사람 받는이 抄送 副本 参照 참조 אל إلى kepada kam prima \
         kellele kopija",
    ),
    (
        Label::Subject,
        "subject betreff asunto oggetto onderwerp objet assunto sujet temat emne amne predmet zadeva subj aihe \
         targy subiect konu тема arne pealkiri teema tema θέμα 件名 主题 主旨 標題 제목 נושא الموضوع \
         perihal",
    ),
    (
        Label::ReplyTo,
        "replyto antwortan repondrea respondera rispondia svartil svarautill svara odpowiedzdo \
         beantwoordenaan antwoordaan odpovedetkomu vastaaosoitteeseen valasz ответить 返信先 回复至",
    ),
    (
        Label::Other,
        "attachments attachment anlagen anlage anhange anhang piecesjointes piecejointe adjuntos \
         adjunto datosadjuntos allegati allegato bijlagen bijlage zalaczniki zalacznik prilohy \
         priloha liitteet bilagor bilagaer vedhaeftede vedlegg вложения ekler anexos anexo \
         importance priority wichtigkeit prioritat priorita importancia importanza sensitivity \
         category categories kategorie messageid listid resentfrom size organization company",
    ),
];
/// Words between the one who pressed the button and the one who writes, lower case.
const ON_BEHALF: &[&str] = &[
    " on behalf of ",
    " im auftrag von ",
    " de la part de ",
    " en nombre de ",
    " per conto di ",
    " namens ",
    " em nome de ",
    " w imieniu ",
    " jménem ",
    " för ",
    " på vegne av ",
    " på vegne af ",
    " puolesta ",
    " от имени ",
];
/// What programs and people put before a line that they quote.
const MARKS: &[char] =
    &['>', '|', '*', '•', '·', '-', '–', '—', '»', '›', '│', '┃', '_', '#', '"', '\'', '['];

/// The headers of an older mail, and how many lines they take: in any order and notation, but with
/// a sender's address, or with enough that only a mail program writes.
pub(super) fn block(lines: &[&str]) -> Option<(Forwarded, usize)> {
    labelled(lines.first()?)?;
    let (entries, length) = entries(lines);
    let value = |wanted: Label| {
        let found = entries.iter().find(|(label, value)| *label == wanted && !value.is_empty());
        found.map(|(_, value)| value.as_str())
    };
    let has = |wanted: Label| entries.iter().any(|(label, _)| *label == wanted);
    let written = value(Label::From)?;
    let mut from = mailbox(written);
    if from.is_none()
        && let Some(answer) = value(Label::ReplyTo).and_then(mailbox)
    {
        from = Some(Mailbox { name: normal::line(written), email: answer.email });
    }
    let kinds = [Label::Sent, Label::Date, Label::To, Label::Subject].map(has);
    let more = kinds.iter().filter(|found| **found).count();
    let [sent, date, to, subject] = kinds;
    let addressed = entries.iter().any(|(_, value)| value.contains('@'));
    // A day of a delivery has neither a year nor a clock.
    let dated = value(Label::Date).is_some_and(|day| {
        day.contains(':') || day.split(|c: char| !c.is_ascii_digit()).any(|word| word.len() == 4)
    });
    let is_mails = sent && (to || subject)
        || subject && to && date && dated
        || addressed && more >= 2
        || from.is_some() && more >= 1;
    if !is_mails {
        return None;
    }
    let found = Forwarded {
        from: from.unwrap_or_default(),
        to: entries
            .iter()
            .filter(|(label, _)| *label == Label::To)
            .flat_map(|(_, value)| value.split([',', ';', ' ', '<', '>', '[', ']']))
            .filter_map(normal::email)
            .collect(),
        subject: value(Label::Subject).and_then(normal::line),
        sent: value(Label::Sent).or(value(Label::Date)).and_then(normal::line),
        ..Forwarded::default()
    };
    Some((found, length))
}

/// The labelled lines that stand here, values of several lines joined, and how many lines they take.
fn entries(lines: &[&str]) -> (Vec<(Label, String)>, usize) {
    /// Most lines of such a block.
    const LINES_MAX: usize = 30;
    /// From this length on, in bytes, a program may have wrapped a line.
    const WRAPPED_BYTES_MIN: usize = 60;
    let mut entries: Vec<(Label, String)> = Vec::new();
    let mut at = 0;
    while at < lines.len().min(LINES_MAX) {
        let line = bare(lines[at]);
        let next = |more: usize| lines.get(at + more).map(|line| bare(line)).unwrap_or_default();
        let is_new = |line: &str| {
            labelled(line).is_some_and(|(label, _)| {
                label == Label::To || !entries.iter().any(|(known, _)| *known == label)
            })
        };
        if labelled(line).is_some() {
            if !is_new(line) && entries.len() > 1 {
                break;
            }
            entries.extend(exploded(line));
        } else if line.is_empty() {
            // Programs that make a paragraph of each line leave blank ones between.
            let pending = entries.last().is_some_and(|(_, value)| value.is_empty());
            if !(is_new(next(1)) || pending && !next(1).is_empty()) {
                break;
            }
        } else {
            let above = lines.get(at.wrapping_sub(1)).map_or(0, |line| line.len());
            let indented = lines[at].trim_start_matches(MARKS).starts_with("  ")
                || lines[at].starts_with('\t');
            let Some((_, value)) = entries.last_mut() else { break };
            let joins = value.is_empty()
                || indented
                || labelled(next(1)).is_some()
                || labelled(next(2)).is_some() && !next(1).is_empty()
                || line.starts_with(['<', '[']) && line.contains('@')
                || above >= WRAPPED_BYTES_MIN && next(1).is_empty() && line.len() < above;
            if !joins {
                break;
            }
            if !value.is_empty() {
                value.push(' ');
            }
            value.push_str(line);
        }
        at += 1;
    }
    (entries, at)
}

/// The line without marks of quotation and emphasis.
fn bare(line: &str) -> &str {
    line.trim_matches(|c: char| c.is_whitespace() || MARKS.contains(&c) && c != '[')
}

/// `Label: value`; programs put stars, arrows and blanks around the label, and additions in it.
fn labelled(line: &str) -> Option<(Label, &str)> {
    /// Longest label, in bytes.
    const LABEL_BYTES_MAX: usize = 48;
    // Each of the two colons begins with one of these bytes; most lines have none.
    memchr::memchr2(b':', 0xef, line.as_bytes())?;
    let line = bare(line).trim_start_matches('[');
    let (label, value) = line.split_once([':', '：'])?;
    if label.len() > LABEL_BYTES_MAX {
        return None;
    }
    let label = meaning(label)?;
    Some((label, value.trim_matches([' ', '*', '\u{a0}', '\t', '_'])))
}

/// What a label means; what stands in brackets, behind a slash or a second word adds nothing.
fn meaning(label: &str) -> Option<Label> {
    static KNOWN: LazyLock<HashMap<&str, Label, ListHash>> = LazyLock::new(|| {
        let all = LABELS.iter();
        all.flat_map(|(label, words)| words.split_whitespace().map(|word| (word, *label))).collect()
    });
    let plain = label.split('(').next().unwrap_or_default();
    let known = |word: &str| KNOWN.get(fold(word).as_str()).copied();
    known(plain)
        .or_else(|| plain.split('/').find_map(known).filter(|_| plain.contains('/')))
        .or_else(|| {
            // "Gesendet am", "Date of mail": not for From, which begins sentences.
            let mut words = plain.split_whitespace();
            let first = words.next().and_then(known)?;
            (words.count() <= 2 && !matches!(first, Label::From | Label::To)).then_some(first)
        })
}

/// The entries of a line: one, or all of a block that a program wrote on one line.
fn exploded(line: &str) -> Vec<(Label, String)> {
    let Some((first, rest)) = labelled(line) else { return Vec::new() };
    let mut cuts: Vec<(usize, usize, Label)> = Vec::new();
    for (at, sign) in rest.match_indices([':', '：']) {
        let before = rest[..at].trim_end();
        let begin = before
            .char_indices()
            .rev()
            .find(|(_, c)| c.is_whitespace() || "|;,>/*".contains(*c))
            .map_or(0, |(at, c)| at + c.len_utf8());
        if begin > 0
            && let Some(label) = meaning(&before[begin..])
        {
            cuts.push((begin, at + sign.len(), label));
        }
    }
    // One label within a value may be text: "Subject: Re: From: field".
    if cuts.len() < 2 || first == Label::Subject {
        return vec![(first, rest.to_owned())];
    }
    let clean = |text: &str| text.trim_matches([' ', '|', ';', ',', '*', '/', '\t']).to_owned();
    let mut entries = vec![(first, clean(&rest[..cuts[0].0]))];
    for (index, (_, from, label)) in cuts.iter().enumerate() {
        let to = cuts.get(index + 1).map_or(rest.len(), |next| next.0);
        entries.push((*label, clean(&rest[*from..to])));
    }
    entries
}

/// The mailbox in a value of From; behind "on behalf of", where that stands there.
fn mailbox(value: &str) -> Option<Mailbox> {
    let lower = value.to_lowercase();
    let behind = ON_BEHALF.iter().find_map(|words| lower.find(words).map(|at| at + words.len()));
    let on_behalf = behind.and_then(|at| value.get(at..)).and_then(bare_mailbox);
    on_behalf.or_else(|| bare_mailbox(value))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Option<Forwarded> {
        block(&text.lines().collect::<Vec<_>>()).map(|(found, _)| found)
    }

    #[test]
    fn a_block_is_found_in_any_order_language_and_notation() {
        for text in [
            "Emne: Tilbud\nDato: 3. marts\nFra: Mette Holt <mette@holt.example>\nTil: salg@os.example",
            "From: Mette Holt\n <mette@holt.example>\nSent: Monday\nTo: us\nSubject: Tilbud",
            "*Von:* Mette Holt <mette@holt.example>\n*Gesendet am:* Montag\n*Betreff:* Tilbud",
            "From: Mette Holt [mette@holt.example] | Date: 3 March | To: us | Subject: Tilbud",
            "差出人: Mette Holt <mette@holt.example>\n日時: 3月3日\n件名: Tilbud",
            "发件人：Mette Holt <mette@holt.example>\n日期：3月3日\n主题：Tilbud",
            "| Od: Mette Holt <mette@holt.example>\n| Do: biuro@os.example\n| Temat: Tilbud",
            "От: Mette Holt <mette@holt.example>\n\nДата: 3 марта\n\nТема: Tilbud",
            "Von/From: Mette Holt <mette@holt.example>\nDatum/Date: 3. März\nBetreff: Tilbud",
            "From: app@portal.example On Behalf Of Mette Holt <mette@holt.example>\nSubject: Tilbud",
            "Date: 3 March\nFrom:\nMette Holt <mette@holt.example>\nSubject:\nTilbud",
        ] {
            let found = read(text).expect(text);
            assert_eq!(found.from.email, "mette@holt.example", "{text}");
            assert_eq!(found.from.name.as_deref(), Some("Mette Holt"), "{text}");
            assert_eq!(found.subject.as_deref(), Some("Tilbud"), "{text}");
        }
    }

    #[test]
    fn a_route_or_a_stay_is_no_mail() {
        for text in [
            "Von: Gleis 4\nAn: Halle 2\nDatum: 6. Mai",
            "From: Antwerp, quay 12\nTo: Gdansk\nDate: 3 December",
            "De: Lyon\nPara: Madrid\nFecha: 4 de mayo",
            "From: here to there\nwe go",
            "To: be or not\nDate: unknown",
        ] {
            assert_eq!(read(text), None, "{text}");
        }
    }
}
