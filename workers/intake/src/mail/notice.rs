//! Mail to which no answer is expected: a system reports something, or a person only greets.
//!
//! The rule of the house: a mail is no enquiry where its new text says of itself that a system wrote it, where a
//! sender of bills writes of a bill, or where it is nothing but greeting and thanks, in at most a few words. Whatever
//! asks for something in it, by a question mark, a word of asking or a number with letters as articles have it, is left
//! to a person or taken for an enquiry.

use domain::enquiry::{NoLead, Reading};
use domain::word_list::{Begins, Pieces};
use domain::{begins, pieces};

use super::talk::names_article;
use crate::letter::Letter;
use crate::{asks, sender, subject};
use forms::{any_word, fold};

/// What systems write of themselves, lower case.
static SYSTEM: Pieces = pieces!(&[
    "do not reply to this",
    "please do not reply",
    "do not respond to this",
    "automatically generated",
    "automated message",
    "automatic notification",
    "this is an automated",
    "auto-generated",
    "replies to this",
    "mailbox is not monitored",
    "nicht auf diese e-mail",
    "nicht auf diese mail",
    "nicht auf diese nachricht",
    "automatisch erstellt",
    "automatisch generiert",
    "automatisch versendet",
    "ne pas répondre à ce",
    "ne répondez pas à ce",
    "merci de ne pas répondre",
    "message automatique",
    "envoyé automatiquement",
    "no responda a este",
    "no responder a este",
    "no conteste a este",
    "generado automáticamente",
    "non rispondere a quest",
    "generata automaticamente",
    "generato automaticamente",
    "não responda a est",
    "gerado automaticamente",
    "gerada automaticamente",
    "niet beantwoorden",
    "niet op deze e-mail",
    "automatisch gegenereerd",
    "automatisch verzonden",
    "nie odpowiadaj na",
    "prosimy nie odpowiadać",
    "wygenerowana automatycznie",
    "wysłana automatycznie",
    "neodpovídejte na",
    "automaticky generovan",
    "automaticky vygenerovan",
    "neodpovedajte na",
    "ne válaszoljon",
    "automatikusan",
    "kan ikke besvares",
    "svar ikke på denne",
    "ikke svare på",
    "svara inte på",
    "går inte att svara",
    "automatiskt genererat",
    "automatisk generert",
    "automatisk genereret",
    "älä vastaa",
    "automaattinen ilmoitus",
    "не отвечайте на",
    "сформировано автоматически",
    "отправлено автоматически",
    "не відповідайте на",
    "nu răspundeți",
    "generat automat",
    "yanıtlamayınız",
    "otomatik olarak",
    "μην απαντήσετε",
    "返信しないでください",
    "自動送信",
    "自動的に送信",
    "请勿回复",
    "請勿回覆",
    "系统自动发送",
    "회신하지 마",
    "발신 전용",
]);
/// Local parts of senders of bills and bookings, folded; they begin with it.
static BILLERS: Begins = begins!(&[
    "rechnung",
    "ebill",
    "invoice",
    "billing",
    "bill",
    "faktura",
    "fatura",
    "fattur",
    "factur",
    "facturacion",
    "facturation",
    "factuur",
    "szamla",
    "lasku",
    "statement",
    "kontoauszug",
    "booking",
    "buchung",
    "reservation",
    "reservierung",
    "reserva",
    "prenotazion",
    "rezervac",
    "status",
    "alert",
    "monitoring",
    "backup",
    "cron",
    "nagios",
    "zabbix",
    "tracking",
    "sendung",
    "delivery",
    "zustellung",
    "payment",
    "zahlung",
    "receipt",
    "quittung",
    "security",
    "noc",
]);
/// Words of such mails' subjects, folded; a word begins with it.
static EVENTS: Begins = begins!(&[
    "rechnung",
    "invoice",
    "bill",
    "faktur",
    "fatura",
    "fattura",
    "factur",
    "factuur",
    "szamla",
    "lasku",
    "rekening",
    "statement",
    "kontoauszug",
    "zahlung",
    "payment",
    "pago",
    "paiement",
    "pagamento",
    "betaling",
    "booking",
    "buchung",
    "reserv",
    "prenotazion",
    "rezerv",
    "rachunek",
    "receipt",
    "quittung",
    "alert",
    "warn",
    "status",
    "maintenance",
    "wartung",
    "mantenimiento",
    "manutenzione",
    "onderhoud",
    "outage",
    "incident",
    "storung",
    "tracking",
    "sendung",
    "shipment",
    "lieferung",
    "delivery",
    "versand",
    "backup",
    "security",
    "sicherheit",
    "login",
    "anmeldung",
    "digest",
    "zusammenfassung",
    "summary",
    "report",
    "bericht",
    "счет",
    "счёт",
    "оплат",
]);
/// Subjects of digests of lists, folded; they stand anywhere in it.
static DIGESTS: Pieces = pieces!(&["digestvol", "digestnr", "dailydigest", "weeklydigest"]);

/// Whether a text, in lower case, says that a system wrote it.
#[must_use]
pub(super) fn is_of_system(lower: &str) -> bool {
    SYSTEM.stand_in(lower)
}

/// How somebody writes to their customers, lower case.
const TO_CUSTOMERS: &[&str] = &[
    "dear customer",
    "dear valued customer",
    "dear client",
    "dear subscriber",
    "dear guest",
    "liebe kundin",
    "lieber kunde",
    "sehr geehrte kundin",
    "sehr geehrter kunde",
    "cher client",
    "chère cliente",
    "estimado cliente",
    "estimada clienta",
    "gentile cliente",
    "egregio cliente",
    "geachte klant",
    "beste klant",
    "prezado cliente",
    "estimado(a) cliente",
    "caro cliente",
    "szanowny kliencie",
    "szanowna klientko",
    "drogi kliencie",
    "vážený zákazníku",
    "vážená zákaznice",
    "vážený zákazník",
    "kære kunde",
    "kjære kunde",
    "kära kund",
    "bästa kund",
    "hyvä asiakas",
    "tisztelt ügyf",
    "kedves ügyf",
    "stimate client",
    "poštovani kup",
    "spoštovani kup",
    "уважаемый клиент",
    "шановний клієнт",
    "αγαπητέ πελάτη",
    "sayın müşteri",
    "尊敬的客户",
    "お客様各位",
    "고객님",
];
static CUSTOMERS: Pieces = pieces!(TO_CUSTOMERS);
/// What tells of a payment or parcel of theirs, lower case.
static REPORTS: Pieces = pieces!(&[
    "transaction id",
    "transaktionsnummer",
    "sent you",
    "has been paid",
    "payment was received",
    "is due",
    "due on",
    "due date",
    "fällig am",
    "zahlbar bis",
    "wird abgebucht",
    "échéance",
    "prélevé",
    "fecha de vencimiento",
    "con vencimiento",
    "scadenza",
    "vervaldatum",
    "wordt afgeschreven",
    "vencimento",
    "termin płatności",
    "datum splatnosti",
    "splatnost",
    "forfaller",
    "forfalder",
    "förfaller",
    "eräpäivä",
    "booking number",
    "buchungsnummer",
    "tracking number",
    "sendungsnummer",
]);

/// Whether the text is what a house writes to its customers.
fn to_customers(lower: &str) -> bool {
    CUSTOMERS.stand_in(lower)
        && TO_CUSTOMERS.iter().any(|phrase| {
            lower.split_once(phrase).is_some_and(|(_, behind)| {
                // "Dear customer service" is written to us.
                !["service", "support", "care", "team", "ndienst", "nservice"]
                    .iter()
                    .any(|word| behind.trim_start().starts_with(word))
            })
        })
}

/// Whether a system reports something; `None` where not, or where a person may have written.
#[must_use]
pub(super) fn of_system(letter: &Letter, fresh: impl FnOnce() -> String) -> Option<Reading> {
    let from = letter.from.as_ref()?;
    let raw = subject::bare(letter.subject.as_deref().unwrap_or_default());
    let folded = fold(raw);
    if DIGESTS.stand_in(&folded) {
        return Some(no_lead(NoLead::Newsletter, "The mail is a digest of a mailing list."));
    }
    let local = fold(sender::local(&from.email));
    let biller = BILLERS.begin(&local);
    let event = any_word(raw, |word, _| EVENTS.begin(word));
    let whole = letter.text.to_lowercase();
    if !(event || is_of_system(&whole) || CUSTOMERS.stand_in(&whole)) {
        return None;
    }
    let fresh = &fresh();
    let lower = fresh.to_lowercase();
    let system = is_of_system(&lower);
    let question = asks::has_question(fresh);
    match (system, biller && event) {
        (true, true) => Some(no_lead(
            NoLead::Notification,
            "A system reports a bill, booking or event, and says that it takes no answers.",
        )),
        (true, false) if event && !question => Some(no_lead(
            NoLead::Notification,
            "The text says that a system wrote it and that nobody reads answers.",
        )),
        (true, false) => Some(Reading::unclear(format!(
            "The text of the mail from {} says that a system wrote it; release it if somebody \
                 asks for something in it.",
            from.email
        ))),
        (false, true) if !question && !names_article(fresh) => Some(no_lead(
            NoLead::Notification,
            "A sender of bills or notices reports one; nobody asks for anything.",
        )),
        (false, true) => Some(Reading::unclear(format!(
            "The mail from {} reads like a bill or notice and may ask for something; release \
                 it if it does.",
            from.email
        ))),
        _ if to_customers(&lower) && event && !question => Some(no_lead(
            NoLead::Notification,
            "A house reports something to its customers; nobody asks for anything.",
        )),
        _ if to_customers(&lower) || event && !asks::asks(fresh) && REPORTS.stand_in(&lower) => {
            Some(Reading::unclear(format!(
                "The mail from {} reads like a notice to customers; release it if somebody asks \
                     for something in it.",
                from.email
            )))
        }
        _ => None,
    }
}

fn no_lead(kind: NoLead, reason: &str) -> Reading {
    Reading::NoLead { kind, reason: reason.to_owned() }
}
