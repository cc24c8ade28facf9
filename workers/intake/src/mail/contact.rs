//! Who is to be answered, and what the headers and new text of a mail say about them.

use super::thread;
use crate::draft::Draft;
use crate::fields::Field;
use crate::letter::{Letter, Mailbox};
use crate::options::ReadOptions;
use crate::{junk, normal, subject};

/// Whether the mail answers another one: its subject says so, or its thread does and the subject
/// does not say that it is forwarded.
pub(super) fn is_answer(letter: &Letter) -> bool {
    match subject::prefix(letter.subject.as_deref().unwrap_or_default()) {
        Some(prefix) => prefix == subject::Prefix::Answer,
        None => letter.header("in-reply-to").is_some(),
    }
}

/// Whether the subject says that the mail is forwarded.
pub(super) fn is_forward(letter: &Letter) -> bool {
    subject::prefix(letter.subject.as_deref().unwrap_or_default()) == Some(subject::Prefix::Forward)
}

/// Puts into the draft what the mail's headers and new text say.
pub(super) fn fill(draft: &mut Draft<'_>, contact: Option<&Mailbox>, letter: &Letter, fresh: &str) {
    if let Some(contact) = contact {
        sender(draft, contact);
    }
    for mailbox in letter.reply_to.iter().filter(|mailbox| is_personal(mailbox, letter)) {
        draft.field(Field::OtherEmail, "reply-to", &mailbox.email);
    }
    if let Some(company) = letter.header("organization").or(letter.header("organisation")) {
        draft.field(Field::Company, "organization", company);
    }
    if let Some(subject) = &letter.subject {
        draft.field(Field::Topic, "subject", subject);
    }
    draft.enquiry_mut().message = normal::paragraph(&normal::without_cards(fresh));
    draft.enquiry_mut().submitted_at = letter.sent_at;
    draft.enquiry_mut().thread = thread::of(letter);
    for file in &letter.files {
        draft.other("attachment", file);
    }
    for (name, value) in &letter.notes {
        draft.other(name, value);
    }
}

fn sender(draft: &mut Draft<'_>, contact: &Mailbox) {
    if normal::email(&contact.email).is_some() {
        draft.field(Field::Email, "from", &contact.email);
    } else {
        // An address of old notation, which only a mail's header may hold.
        draft.enquiry_mut().person.emails.push(contact.email.clone());
    }
    if let Some(name) = &contact.name {
        draft.field(Field::FullName, "from", name);
    }
}

/// Who is to be answered: the sender, or whom the sender's Reply-To names where the sender takes no
/// answers or is ours.
pub(super) fn of<'l>(letter: &'l Letter, options: &ReadOptions) -> Option<&'l Mailbox> {
    let usable = |mailbox: &&Mailbox| {
        !options.is_own(&mailbox.email) && !junk::takes_no_answers(&mailbox.email)
    };
    letter.from.as_ref().filter(usable).or_else(|| letter.reply_to.iter().find(usable))
}

/// A Reply-To that is a list, or an address the mail went to, is not the writer's own.
fn is_personal(mailbox: &Mailbox, letter: &Letter) -> bool {
    let is_list = letter.header("list-id").is_some()
        || letter.header("list-post").is_some()
        || letter.header("precedence").is_some_and(|value| {
            value.eq_ignore_ascii_case("list") || value.eq_ignore_ascii_case("bulk")
        });
    let is_senders = letter.from.as_ref().is_some_and(|from| from.email == mailbox.email);
    let addressed = letter.to.iter().any(|to| to.email == mailbox.email);
    !is_list && (is_senders || !addressed) && !junk::takes_no_answers(&mailbox.email)
}
