//! Reports of mail servers: bounces, delays, read receipts, complaints.

use domain::enquiry::NoLead;
use domain::word_list::{Begins, Pieces, Words};
use domain::{begins, pieces, words};

use crate::asks;
use crate::letter::Letter;
use crate::normal;
use crate::sender;
use crate::subject;
use forms::fold;

/// Beginnings of subjects of bounces, folded, in the languages of mail servers.
static SUBJECTS: Begins = begins!(&[
    "undeliver",
    "deliverystatusnotification",
    "maildeliveryfail",
    "maildeliverysystem",
    "maildeliverysubsystem",
    "deliveryfail",
    "deliveryhasfailed",
    "deliverynotification",
    "deliveryreport",
    "deliverydelayed",
    "failurenotice",
    "returnedmail",
    "returnedtosender",
    "returntosender",
    "mailreturned",
    "messageundeliverable",
    "messagenotdelivered",
    "mailcouldnotbedelivered",
    "couldnotbedelivered",
    "couldnotdeliver",
    "nondelivery",
    "notdelivered",
    "delayedmail",
    "warningmessage",
    "warningcouldnotsend",
    "blockedmail",
    "unzustellbar",
    "nichtzustellbar",
    "zustellungfehlgeschlagen",
    "zustellungsfehl",
    "nichtzugestellt",
    "fehlerbeiderzustellung",
    "zustellfehler",
    "unzustellbarkeitsbericht",
    "nonremis",
    "nondelivre",
    "echecderemise",
    "echecdelivraison",
    "echecdelaremise",
    "echecdenvoi",
    "avisdenonremise",
    "nosepuedeentregar",
    "nosepudoentregar",
    "noentregado",
    "noseentrego",
    "errordeentrega",
    "falloenlaentrega",
    "falladeentrega",
    "mensajedevuelto",
    "mancatorecapito",
    "mancataconsegna",
    "nonrecapitabile",
    "impossibilerecapitare",
    "consegnafallita",
    "recapitonon",
    "falhanaentrega",
    "naoentregue",
    "naofoipossivelentregar",
    "onbestelbaar",
    "kannietwordenbezorgd",
    "nietbezorgd",
    "nietafgeleverd",
    "bezorgingmislukt",
    "niedostarcz",
    "niedoreczon",
    "zwrotwiadomosci",
    "bladdostarcz",
    "nedorucit",
    "nedorucen",
    "doruceniezlyhalo",
    "doruceniselhalo",
    "dorucenisenezdarilo",
    "nepodarilosedorucit",
    "zpravunelzedorucit",
    "kezbesithetetlen",
    "sikertelenkezbesites",
    "nemkezbesithet",
    "kunneikkeleveres",
    "ikkeleveret",
    "ikkelevert",
    "leveringmislyk",
    "leveringsfejl",
    "kundeinteleverer",
    "kundeintelevereras",
    "gickinteattleverera",
    "ejlevererat",
    "olevererat",
    "toimitusepaonnistui",
    "perillatoimittaminen",
    "eivoitutoimittaa",
    "toimittamatta",
    "teslimedilemedi",
    "iletilemedi",
    "mesajulnuaputut",
    "nulivrat",
    "nelivrat",
    "недоставлен",
    "неудалосьдоставить",
    "сообщениенедоставлено",
    "недоставлено",
    "невозможнодоставить",
    "недоставлено",
    "αποτυχίαπαράδοσης",
    "μηπαραδοτέο",
    "δενπαραδόθηκε",
    "配信不能",
    "配信できません",
    "配信エラー",
    "未送達",
    "配達不能",
    "無法投遞",
    "无法投递",
    "退信",
    "传递失败",
    "傳遞失敗",
    "배달되지않음",
    "배달할수없음",
    "전송실패",
    "isporukanijeuspjela",
    "neisporuceno",
    "dostavaneuspesna",
    "nedostavljivo",
    "nepristatyt",
    "neizdevaspiegadat",
    "kohaletoimetamineebaonnestus",
    "dostavkata",
]);
/// What such subjects hold anywhere, folded: it tells where the text names who was not reached.
static NOT_DELIVERED: Pieces = pieces!(&[
    "nondistribu",
    "nonremis",
    "nichtzugestellt",
    "nichtzustellbar",
    "unzustellbar",
    "noentregad",
    "nonconsegnat",
    "nonrecapitat",
    "naoentreg",
    "nietbezorgd",
    "nietafgelever",
    "niedostarcz",
    "niedorecz",
    "nebyladoruc",
    "nebylodoruc",
    "neboladoruc",
    "nedoruc",
    "nemkezbes",
    "ikkelever",
    "intelever",
    "eitoimitet",
    "nulivrat",
    "nufostlivrat",
    "neisporuc",
    "notdelivered",
    "undeliver",
    "недоставлен",
]);
/// Local parts of mail systems, folded.
static DAEMONS: Words = words!(
    "\
    mailerdaemon postmaster mdaemon maildaemon mailsystem maildelivery maildeliverysystem \
    maildeliverysubsystem mailerror mailadmin bounce bounces smtp mta exim postfix microsoftexchange"
);
/// Names of mail systems, folded.
static DAEMON_NAMES: Words = words!(
    "\
    maildeliverysystem maildeliverysubsystem mailerdaemon postmaster mailsystem"
);
/// What a server writes about a mail that it could not deliver, lower case.
static SERVER_TEXT: Pieces = pieces!(&[
    "diagnostic-code:",
    "final-recipient:",
    "reporting-mta:",
    "remote-mta:",
    "action: failed",
    "action: delayed",
    "recipient address rejected",
    "user unknown",
    "unknown user",
    "no such user",
    "mailbox unavailable",
    "mailbox full",
    "mailbox is full",
    "over quota",
    "host not found",
    "relay access denied",
    "rcpt to:",
    "smtp error",
    "undeliverable",
    "could not be delivered",
    "couldn't be delivered",
    "wasn't delivered",
    "delivery failed",
    "delivery to the following",
    "konnte nicht zugestellt",
    "nicht zugestellt werden",
    "n'a pas pu être remis",
    "no se pudo entregar",
    "no se ha podido entregar",
    "non è stato possibile recapitare",
    "kon niet worden bezorgd",
    "nie mogła zostać dostarczona",
    "nebylo možné doručit",
    "nemohla byť doručená",
    "nepodarilo doručiť",
    "nepodařilo doručit",
    "kunne ikke leveres",
    "kunde inte levereras",
    "не было доставлено",
    "не удалось доставить",
    "não pôde ser entregue",
    "nem sikerült kézbesíteni",
]);

/// What the mail reports, with the reason; `None` where it reports nothing.
#[must_use]
pub(super) fn report(letter: &Letter) -> Option<(NoLead, String)> {
    let has = |kind: &str| letter.content_types.iter().any(|found| found.contains(kind));
    if has("disposition-notification") || has("report-type=disposition") {
        return Some((NoLead::Report, "The mail is a read receipt.".to_owned()));
    }
    if has("feedback-report") {
        let whom = original_recipient(letter).unwrap_or_else(|| "a recipient".to_owned());
        return Some((
            NoLead::Report,
            format!("The mail is an abuse complaint of {whom}; stop writing to them."),
        ));
    }
    let is_bounce = has("multipart/report")
        || has("message/delivery-status")
        || letter.header("x-failed-recipients").is_some()
        || reads_like_bounce(letter);
    is_bounce
        .then(|| (NoLead::Bounce, "The mail is a delivery report of a mail server.".to_owned()))
}

/// Whether subject, sender and text together are those of a mail server: one of them alone may be
/// a person's.
fn reads_like_bounce(letter: &Letter) -> bool {
    let subject = fold(subject::bare(letter.subject.as_deref().unwrap_or_default()));
    let by_subject = SUBJECTS.begin(&subject);
    let says_so = NOT_DELIVERED.stand_in(&subject)
        && !asks::has_question(&letter.text)
        && names_somebody(letter);
    let by_daemon = letter.from.as_ref().is_some_and(|from| {
        let local = fold(sender::local(&from.email));
        let name = from.name.as_deref().map(fold).unwrap_or_default();
        DAEMONS.has(&local) || local.starts_with("mailerdaemon") || DAEMON_NAMES.has(&name)
    });
    let empty_return = letter.header("return-path").is_some_and(|path| path == "<>");
    let generated =
        letter.header("auto-submitted").is_some_and(|value| !value.eq_ignore_ascii_case("no"));
    let by_text = reads_like_server(&letter.text);
    // A mail server's own name is enough only where nobody asks for anything.
    says_so
        || by_subject
            && (by_daemon || empty_return || generated || by_text || letter.from.is_none())
        || by_daemon && (by_text || empty_return || generated || !asks::asks(&letter.text))
        || by_text && empty_return && has_status_code(&letter.text)
}

/// Whether the text names an address that is not its sender's.
fn names_somebody(letter: &Letter) -> bool {
    /// How many words are looked at.
    const WORDS_MAX: usize = 500;
    letter
        .text
        .split(|c: char| c.is_whitespace() || "<>()[],;:\"'".contains(c))
        .take(WORDS_MAX)
        .filter(|word| word.contains('@'))
        .filter_map(|word| normal::email(word.trim_end_matches('.')))
        .any(|email| letter.from.as_ref().is_none_or(|from| from.email != email))
}

fn reads_like_server(text: &str) -> bool {
    /// How much of the text is looked at, in characters.
    const CHARS_MAX: usize = 6_000;
    let lower = normal::lower(text, CHARS_MAX);
    has_status_code(&lower) || SERVER_TEXT.stand_in(&lower)
}

/// `550 5.1.1`, `#5.1.1`, `status: 4.2.2`: what RFC 3463 calls a status.
fn has_status_code(text: &str) -> bool {
    static CODES: Pieces = pieces!(["550 551 552 553 554 450 451 452 421 status smtp 5.1.1"]);
    CODES.stand_in(text)
        && text.split(|c: char| c.is_whitespace() || "#()[]<>;,:-".contains(c)).any(|word| {
            let parts: Vec<&str> = word.split('.').collect();
            matches!(parts.as_slice(), [class, subject, detail]
            if (*class == "4" || *class == "5") && subject.len() == 1 && *subject <= "7"
                && subject.bytes().all(|b| b.is_ascii_digit())
                && (1..=2).contains(&detail.len()) && detail.bytes().all(|b| b.is_ascii_digit()))
        })
}

/// The recipient that a complaint is about, from the report's own part.
fn original_recipient(letter: &Letter) -> Option<String> {
    letter.inner.as_ref().and_then(|inner| inner.to.first()).map(|to| to.email.clone())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::letter::Mailbox;

    fn letter(from: &str, subject: &str, text: &str) -> Letter {
        Letter {
            from: Some(Mailbox { name: None, email: from.to_owned() }),
            subject: Some(subject.to_owned()),
            text: text.to_owned(),
            ..Letter::default()
        }
    }

    #[test]
    fn reports_are_known_without_their_usual_marks() {
        for (from, subject, text) in [
            ("mailsystem@posta.example", "Doručenie zlyhalo", "Vaša správa nebola doručená."),
            ("info@host.example", "Zustellung fehlgeschlagen: Angebot", "550 5.1.1 User unknown"),
            ("postmaster@host.example", "Votre message", "Final-Recipient: rfc822; a@b.example"),
            ("mailer-daemon@host.example", "Angebot Q-1", "Nobody is here."),
            ("mta@host.example", "Kunne ikke leveres: tilbud", "Pris"),
        ] {
            let found = report(&letter(from, subject, text)).map(|(kind, _)| kind);
            assert_eq!(found, Some(NoLead::Bounce), "{subject}");
        }
    }

    #[test]
    fn a_person_behind_such_an_address_or_subject_is_no_report() {
        for (from, subject, text) in [
            ("postmaster@kleinfirma.example", "Anfrage", "Was kostet eine CM-200?"),
            ("max@firma.example", "Delivery failed: where is my order", "Can you send it again?"),
            ("anna@firma.example", "Version 5.1.1", "Does the CM-500 need firmware 5.1.1?"),
        ] {
            assert_eq!(report(&letter(from, subject, text)), None, "{subject}");
        }
    }
}
