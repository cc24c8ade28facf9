//! Mail that is surely no lead: automatic answers, bounces, reports, newsletters, notifications and
//! spam. What is only suspect is left to a person.

use domain::enquiry::NoLead;

use crate::fields::fold;
use crate::letter::Letter;

/// What a look at a person's mail says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Judgement {
    Fine,
    /// May be spam: a person must look.
    Suspect(String),
    Junk(NoLead, String),
}

/// Beginnings of subjects of automatic answers, lower case.
const AUTO_SUBJECTS: &[&str] = &[
    "automatic reply",
    "auto reply",
    "auto-reply",
    "autoreply",
    "auto response",
    "autoresponse",
    "auto:",
    "out of office",
    "out of the office",
    "ooo:",
    "away from",
    "vacation reply",
    "automatische antwort",
    "abwesenheit",
    "abwesend",
    "automatisch antwoord",
    "automatische antwoord",
    "afwezig",
    "réponse automatique",
    "reponse automatique",
    "absence du bureau",
    "absent du bureau",
    "respuesta automática",
    "respuesta automatica",
    "fuera de la oficina",
    "risposta automatica",
    "fuori sede",
    "fuori ufficio",
    "resposta automática",
    "ausência",
    "automatyczna odpowied",
    "autosvar",
    "automatiskt svar",
    "automaattinen vastaus",
    "automatické odpoved",
    "ответ автомат",
    "автоответ",
    "自動応答",
];
/// Beginnings of subjects of bounces, lower case.
const BOUNCE_SUBJECTS: &[&str] = &[
    "undeliver",
    "undelivered mail",
    "delivery status notification",
    "mail delivery failed",
    "mail delivery failure",
    "delivery failure",
    "failure notice",
    "returned mail",
    "mail delivery subsystem",
    "message undeliverable",
    "unzustellbar",
    "non remis",
    "échec de remise",
    "no se puede entregar",
    "mancato recapito",
    "onbestelbaar",
    "kan niet worden bezorgd",
    "delivery delayed",
    "delayed mail",
    "warning: message",
];
/// Words in subjects of mails about an order or payment that has happened, folded.
const ORDER_WORDS: &[&str] = &[
    "order",
    "orderid",
    "payid",
    "bestelling",
    "bestellung",
    "auftrag",
    "commande",
    "pedido",
    "ordine",
    "invoice",
    "rechnung",
    "factura",
    "fattura",
    "facture",
    "factuur",
    "payment",
    "zahlung",
    "pago",
    "pagamento",
    "paiement",
    "betaling",
    "receipt",
    "shipped",
    "shipment",
    "versand",
];
/// Words of fraud and hard selling with their weight, lower case.
const SPAM_WORDS: &[(&str, u32)] = &[
    ("western union", 2),
    ("beneficiary", 2),
    ("next of kin", 3),
    ("inheritance", 2),
    ("lottery", 2),
    ("you have won", 3),
    ("atm card", 2),
    ("united states dollars", 1),
    ("million dollars", 2),
    ("million usd", 2),
    ("fund transfer", 1),
    ("swift money transfer", 2),
    ("reconfirm your", 2),
    ("god bless", 1),
    ("euro pro jahr", 3),
    ("grarantiert", 2),
    ("millionen euro", 2),
    ("kostenfreie plätze", 2),
    ("jeder nachmachen", 2),
    ("jeder kann es", 2),
    ("ohne schulabschluss", 2),
    ("keinen schulabschluss", 2),
    ("geld verdienen", 1),
    ("geheimesgeld", 3),
    ("has ganado", 3),
    ("herencia", 1),
    ("lotería", 2),
    ("vous avez gagné", 3),
    ("hai vinto", 3),
    ("u heeft gewonnen", 3),
    ("viagra", 3),
    ("cialis", 3),
    ("online casino", 2),
    ("casino bonus", 3),
    ("bitcoin investment", 3),
    ("double your", 2),
    ("crypto profit", 3),
    ("make money fast", 3),
    ("work from home and earn", 3),
    ("guaranteed first page", 3),
    ("first page of google", 2),
    ("rank your website", 2),
    ("seo services", 2),
    ("backlinks", 2),
    ("guest post", 2),
    ("increase your traffic", 2),
    ("web design and development company", 2),
    ("newsletter abmelden", 1),
    ("unsubscribe", 1),
    ("kostenlos", 1),
];
/// From this weight on a mail is spam; from the lower one a person must look.
const SPAM_FROM: u32 = 6;
const SUSPECT_FROM: u32 = 4;

/// Mails that machines write in answer to mail: reports, bounces, automatic answers; and what the
/// receiving server has marked as spam.
#[must_use]
pub fn machine(letter: &Letter) -> Option<(NoLead, String)> {
    report(letter).or_else(|| auto_reply(letter)).or_else(|| {
        let flagged = letter.header("x-spam-flag").is_some_and(|v| v.eq_ignore_ascii_case("yes"))
            || letter.header("x-spam-status").is_some_and(|v| v.to_lowercase().starts_with("yes"));
        flagged.then(|| (NoLead::Spam, "The mail server marked the mail as spam.".to_owned()))
    })
}

fn report(letter: &Letter) -> Option<(NoLead, String)> {
    let has = |kind: &str| letter.content_types.iter().any(|found| found.contains(kind));
    if has("message/disposition-notification")
        || has("report-type=disposition")
        || has("disposition-notification")
    {
        return Some((NoLead::Report, "The mail is a read receipt.".to_owned()));
    }
    if has("feedback-report") {
        let whom = original_recipient(letter).unwrap_or_else(|| "a recipient".to_owned());
        return Some((
            NoLead::Report,
            format!("The mail is an abuse complaint of {whom}; stop writing to them."),
        ));
    }
    let subject = letter.subject.as_deref().unwrap_or_default().to_lowercase();
    let by_daemon = letter.from.as_ref().is_some_and(|from| {
        let local = from.email.split('@').next().unwrap_or_default();
        local.starts_with("mailer-daemon") || local == "postmaster" || local == "mdaemon"
    });
    let empty_return = letter.header("return-path").is_some_and(|path| path == "<>");
    let bounce_subject = BOUNCE_SUBJECTS.iter().any(|begin| subject.starts_with(begin));
    let is_bounce = has("multipart/report")
        || has("message/delivery-status")
        || letter.header("x-failed-recipients").is_some()
        || by_daemon
        || bounce_subject && (empty_return || letter.from.is_none());
    is_bounce
        .then(|| (NoLead::Bounce, "The mail is a delivery report of a mail server.".to_owned()))
}

/// The recipient that a complaint is about, from the report's own part.
fn original_recipient(letter: &Letter) -> Option<String> {
    letter.inner.as_ref().and_then(|inner| inner.to.first()).map(|to| to.email.clone())
}

fn auto_reply(letter: &Letter) -> Option<(NoLead, String)> {
    let reason = "The mail is an automatic answer.".to_owned();
    let subject = letter.subject.as_deref().unwrap_or_default().trim().to_lowercase();
    let submitted = letter.header("auto-submitted").unwrap_or("no").to_lowercase();
    let by_header = submitted.starts_with("auto-replied")
        || letter.header("x-autoreply").is_some_and(|value| !value.eq_ignore_ascii_case("no"))
        || letter.header("x-autorespond").is_some()
        || letter.header("x-autoresponder").is_some()
        || letter.header("x-mail-autoreply").is_some()
        || letter.header("precedence").is_some_and(|v| v.to_lowercase().starts_with("auto"))
        || letter.header("return-path").is_some_and(|path| path == "<>")
            && letter.header("x-auto-response-suppress").is_some();
    let by_subject = AUTO_SUBJECTS.iter().any(|begin| subject.starts_with(begin));
    (by_header || by_subject).then_some((NoLead::AutoReply, reason))
}

/// Judges a mail that is neither report nor automatic answer, and holds no forward, form or ADF.
#[must_use]
pub fn judge(letter: &Letter) -> Judgement {
    let answered = letter.header("in-reply-to").is_some() || letter.header("references").is_some();
    let weight = spam_weight(letter);
    if weight >= SPAM_FROM {
        return Judgement::Junk(
            NoLead::Spam,
            "The mail reads like fraud or bulk advertising.".to_owned(),
        );
    }
    if is_order(letter) {
        let reason =
            "A machine reports an order, payment or shipment that has happened.".to_owned();
        return Judgement::Junk(NoLead::Notification, reason);
    }
    let unsubscribe = letter.header("list-unsubscribe").is_some();
    let bulk = letter.header("precedence").is_some_and(|value| value.to_lowercase() == "bulk");
    let machine_made = letter.from.as_ref().is_some_and(|from| takes_no_answers(&from.email));
    if !answered && (unsubscribe || bulk && machine_made) {
        return Judgement::Junk(
            NoLead::Newsletter,
            "The mail is a newsletter: it went to a list and offers to unsubscribe.".to_owned(),
        );
    }
    let generated = letter
        .header("auto-submitted")
        .is_some_and(|v| v.to_lowercase().starts_with("auto-generated"));
    if generated && !letter.reply_to.iter().any(|mailbox| !takes_no_answers(&mailbox.email)) {
        let reason =
            "A machine wrote the mail by itself, and nobody in it can be answered.".to_owned();
        return Judgement::Junk(NoLead::Notification, reason);
    }
    if !answered && from_program(letter) {
        return Judgement::Suspect(
            "A program sent the mail through a mass mail service; release it if a person wrote it."
                .to_owned(),
        );
    }
    if weight >= SUSPECT_FROM {
        return Judgement::Suspect(
            "The mail may be fraud or bulk advertising; release it if a customer wrote it."
                .to_owned(),
        );
    }
    Judgement::Fine
}

/// Local parts that programs send from, folded.
const PROGRAMS: &[&str] = &[
    "accounts",
    "account",
    "alert",
    "alerts",
    "notify",
    "notification",
    "news",
    "newsletter",
    "updates",
    "mailer",
    "system",
    "robot",
    "bot",
    "automated",
    "billing",
    "invoices",
    "orders",
    "marketing",
    "promo",
];

/// Whether a mass mail service sent it for an address that programs use.
fn from_program(letter: &Letter) -> bool {
    let mass = ["feedback-id", "x-ses-outgoing", "x-sg-eid", "x-mandrill-user", "x-mailgun-sid"];
    letter.from.as_ref().is_some_and(|from| {
        let local = fold(from.email.split('@').next().unwrap_or_default());
        PROGRAMS.contains(&local.as_str())
    }) && mass.iter().any(|name| letter.header(name).is_some())
}

fn spam_weight(letter: &Letter) -> u32 {
    let mut text = letter.subject.as_deref().unwrap_or_default().to_lowercase();
    text.push('\n');
    /// How much of the text is weighed, in characters.
    const CHARS_MAX: usize = 20_000;
    text.extend(letter.text.chars().take(CHARS_MAX).flat_map(char::to_lowercase));
    let flat = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let words: u32 =
        SPAM_WORDS.iter().filter(|(word, _)| flat.contains(word)).map(|(_, weight)| weight).sum();
    if words == 0 {
        return 0;
    }
    let undisclosed =
        letter.header("to").is_some_and(|to| to.to_lowercase().contains("undisclosed"));
    let from_host = letter.from.as_ref().and_then(|from| from.email.split('@').nth(1));
    let elsewhere =
        letter.reply_to.iter().any(|mailbox| mailbox.email.split('@').nth(1) != from_host);
    let returns_elsewhere = letter
        .header("return-path")
        .and_then(|path| path.trim_matches(['<', '>']).split('@').nth(1))
        .is_some_and(|host| Some(host) != from_host);
    words + 2 * u32::from(undisclosed) + u32::from(elsewhere) + u32::from(returns_elsewhere)
}

/// Whether nobody reads what is sent to this address.
#[must_use]
pub fn takes_no_answers(email: &str) -> bool {
    let local = fold(email.split('@').next().unwrap_or_default());
    [
        "noreply",
        "donotreply",
        "noanswer",
        "nichtantworten",
        "keineantwort",
        "noresponder",
        "nepasrepondre",
        "nonrispondere",
        "mailerdaemon",
        "postmaster",
        "bounce",
        "notifications",
        "nopriority",
    ]
    .iter()
    .any(|name| local.starts_with(name) || local.ends_with(name))
}

/// Whether a machine reports an order or payment.
#[must_use]
pub fn is_order(letter: &Letter) -> bool {
    let machine = letter.from.as_ref().is_some_and(|from| takes_no_answers(&from.email));
    let words = letter.subject.as_deref().unwrap_or_default();
    machine
        && words
            .split(|c: char| !c.is_alphanumeric())
            .map(fold)
            .any(|word| ORDER_WORDS.contains(&word.as_str()))
}

/// Whether the subject begins as that of an answer does.
#[must_use]
pub fn is_reply_subject(letter: &Letter) -> bool {
    let subject = letter.subject.as_deref().unwrap_or_default().trim().to_lowercase();
    ["re:", "aw:", "antw:", "sv:", "rif:", "res:", "odp:", "r:", "re :"]
        .iter()
        .any(|prefix| subject.starts_with(prefix))
}
