//! Mail that is surely no lead: automatic answers, bounces, reports, newsletters, notifications and
//! spam. What is only suspect is left to a person.

use domain::enquiry::NoLead;
use domain::word_list::Words;
use domain::words;

use crate::letter::Letter;
use crate::{sender, subject};
use forms::{any_word, fold};

mod auto;
mod bounce;
mod bulk;
mod calendar;
mod filter;
mod judgement;
mod spam;

pub use crate::sender::takes_no_answers;
pub use judgement::Judgement;

/// Words in subjects of mails about an order or payment that has happened, folded.
static ORDER_WORDS: Words = words!(
    "\
    order orderid payid bestelling bestellung auftrag commande pedido ordine invoice rechnung factura \
    fattura facture factuur payment zahlung pago pagamento paiement betaling receipt shipped shipment \
    versand"
);
/// From this weight on a mail is spam; from the lower one a person must look.
const SPAM_FROM: u32 = 6;
const SUSPECT_FROM: u32 = 4;

/// Mails that machines write in answer to mail: reports, bounces, automatic answers, calendars; and what a filter
/// before us has marked as spam.
#[must_use]
pub fn machine(letter: &Letter) -> Judgement {
    if let Some((kind, reason)) = bounce::report(letter) {
        return Judgement::Junk(kind, reason);
    }
    let spam = match filter::verdict(letter) {
        Some(filter::Verdict::Spam(whose)) => Judgement::Junk(
            NoLead::Spam,
            format!("The mail server marked the mail as spam ({whose})."),
        ),
        Some(filter::Verdict::Doubtful(whose)) => Judgement::Suspect(format!(
            "The mail server calls the mail doubtful ({whose}); release it if a customer wrote it."
        )),
        None => Judgement::Fine,
    };
    // What is surely junk counts before what is only suspect.
    let all = [auto::judge(letter), calendar::judge(letter), spam];
    let junk = all.iter().find(|found| matches!(found, Judgement::Junk(..)));
    let found = junk.or_else(|| all.iter().find(|found| **found != Judgement::Fine));
    found.cloned().unwrap_or(Judgement::Fine)
}

/// Judges a mail that is neither report nor automatic answer, and holds no forward, form or ADF.
#[must_use]
pub fn judge(letter: &Letter) -> Judgement {
    let answered = letter.header("in-reply-to").is_some() || letter.header("references").is_some();
    let weight = spam::weight(letter);
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
    let bulk = bulk::judge(letter);
    if bulk != Judgement::Fine {
        return bulk;
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
static PROGRAMS: Words = words!(
    "\
    accounts account alert alerts notify notification news newsletter updates mailer system robot bot \
    automated billing invoices orders marketing promo"
);

/// Whether a mass mail service sent it for an address that programs use.
fn from_program(letter: &Letter) -> bool {
    let mass = ["feedback-id", "x-ses-outgoing", "x-sg-eid", "x-mandrill-user", "x-mailgun-sid"];
    letter.from.as_ref().is_some_and(|from| {
        let local = fold(sender::local(&from.email));
        PROGRAMS.has(&local)
    }) && mass.iter().any(|name| letter.header(name).is_some())
}

/// Whether a machine reports an order or payment.
#[must_use]
pub fn is_order(letter: &Letter) -> bool {
    let machine = letter.from.as_ref().is_some_and(|from| takes_no_answers(&from.email));
    let words = letter.subject.as_deref().unwrap_or_default();
    machine && any_word(words, |word, _| ORDER_WORDS.has(word))
}

/// Whether the subject begins as that of an answer does.
#[must_use]
pub fn is_reply_subject(letter: &Letter) -> bool {
    subject::prefix(letter.subject.as_deref().unwrap_or_default()) == Some(subject::Prefix::Answer)
}
