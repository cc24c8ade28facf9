//! Programs and lists that pass on what somebody else wrote: From names them, and who writes stands elsewhere.

use domain::word_list::Words;
use domain::words;

use crate::letter::{Letter, Mailbox};
use crate::options::ReadOptions;
use crate::{junk, sender};
use forms::{any_word, fold};

use super::address::bare_mailbox;
use super::portal;

/// What is known of a mail that a relay sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Relay {
    /// A header names the writer.
    Named(Mailbox),
    /// Labelled lines of the text may name the writer; if not, the sender counts.
    Maybe,
    /// It surely is a relay, and nothing names the writer: the reason for whoever must look.
    Unknown(String),
}

/// Local parts of programs that carry what others wrote, folded; they stand anywhere in it.
static PROGRAMS: Words = words!(
    "\
    wordpress webform webformular formular formmail form mailer webmaster website webseite webserver www \
    apache nginx httpd root cgi portal scanner scan kopierer copier printer drucker ticket helpdesk system \
    robot bot daemon leads notify notification automail autosend relay shop webshop wix jotform typeform \
    chat app server crm listserv formulier webformulier formularz formulario formulaire lomake obrazac \
    obrazec urlap skjema contactform kontaktform kontaktformular anfrageformular web2mail"
);
/// Words of a relay's name, folded; one of them stands in it.
static NAMES: Words = words!(
    "\
    webseite website homepage kontaktformular contactform form portal kundenportal scanner ticket helpdesk \
    mailer webmaster wordpress system server shop webshop sitio sito site strona hjemmeside hemsida \
    notification formulario formulaire modulo chatbot webformulier contactformulier formulier formularz \
    formular lomake yhteydenottolomake obrazac obrazec urlap skjema kontaktskjema webbplats форма сайт \
    сайта φόρμα フォーム 表单"
);
/// Headers in which lists keep who wrote, the best first.
const WRITERS: &[&str] = &[
    "x-original-from",
    "x-google-original-from",
    "original-from",
    "x-original-sender",
    "x-envelope-original-from",
    "resent-reply-to",
    "x-mailman-original-from",
    "x-author",
    "author",
    "x-original-reply-to",
];
/// How lists write whose mail they pass on: "Ruben Castel via Vertrieb".
const VIA: &[&str] =
    &[" via ", " über ", " ueber ", " por medio de ", " par ", " door ", " przez "];

/// Whether a relay sent the mail, and whom it names.
pub(super) fn of(letter: &Letter, options: &ReadOptions) -> Option<Relay> {
    let from = letter.from.as_ref()?;
    let usable = |mailbox: &Mailbox| {
        mailbox.email != from.email
            && !options.is_own(&mailbox.email)
            && !junk::takes_no_answers(&mailbox.email)
            && !letter.to.iter().any(|to| to.email == mailbox.email)
    };
    let via = || via(from.name.as_deref().unwrap_or_default());
    let named = WRITERS
        .iter()
        .filter_map(|name| letter.header(name).and_then(bare_mailbox))
        .find(|writer| usable(writer));
    let answer = letter.reply_to.iter().find(|mailbox| usable(mailbox)).cloned();
    let is_machine = junk::takes_no_answers(&from.email) || options.is_own(&from.email);
    if let Some(mut writer) = named {
        let same = answer.filter(|answer| answer.email == writer.email);
        writer.name = writer.name.or_else(|| same.and_then(|answer| answer.name)).or_else(via);
        return Some(Relay::Named(writer));
    }
    let program = is_program(from);
    let ours = letter.to.iter().any(|to| sender::same_house(&to.email, &from.email));
    let elsewhere = answer.filter(|answer| !sender::same_house(&answer.email, &from.email));
    if let Some(mut writer) = elsewhere {
        if is_machine || program || ours || via().is_some() || repeats(letter, &writer.email) {
            writer.name = writer.name.or_else(via);
            return Some(Relay::Named(writer));
        }
        return None;
    }
    let to_list = letter.to.iter().any(|to| to.email == from.email);
    if to_list && via().is_some() {
        return Some(Relay::Unknown(format!(
            "The mail came through the list {}, and no header or line names the writer's own \
             address; enter it, or reject the mail.",
            from.email
        )));
    }
    (is_machine || program || ours || portal::is_filled_in(letter)).then_some(Relay::Maybe)
}

/// Who wrote, by the name that a list gave the sender.
fn via(name: &str) -> Option<String> {
    let lower = name.to_lowercase();
    let at = VIA.iter().find_map(|via| lower.find(via)).filter(|at| *at > 0)?;
    let writer = name.get(..at)?.trim_matches(|c: char| c.is_whitespace() || "\"'".contains(c));
    (!writer.is_empty()).then(|| writer.to_owned())
}

/// Whether the sender is a program, by its address or name.
fn is_program(from: &Mailbox) -> bool {
    let local = sender::local(&from.email);
    let by_local = local
        .split(['.', '-', '_', '+'])
        .map(fold)
        .any(|word| PROGRAMS.has(word.trim_end_matches(|c: char| c.is_ascii_digit())));
    let name = from.name.as_deref().unwrap_or_default();
    by_local || any_word(name, |word, _| NAMES.has(word))
}

/// Whether a labelled line of the text repeats the address.
fn repeats(letter: &Letter, email: &str) -> bool {
    letter.text.lines().any(|line| {
        line.len() < 300 && line.to_lowercase().contains(email) && !line.starts_with(['>', '-'])
    })
}
