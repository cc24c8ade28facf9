//! The reader of mail: who writes, what is new in it, and whether anybody asks for anything.

use domain::enquiry::{LeadSource, NoLead, Reading};
use sha2::{Digest, Sha256};

use crate::draft::{self, Draft};
use crate::fields::{self, Field};
use crate::options::ReadOptions;
use crate::{adf, junk, normal};

mod block;
mod forwarded;
mod portal;
mod quote;
mod signature;
mod source;
mod thread;

pub use block::Forwarded;
pub use forwarded::forwarded;
pub use quote::{Split, split};
pub(crate) use source::bare_mailbox;
pub use source::parse;

pub use crate::letter::{Letter, Mailbox};

/// Reads one raw mail.
#[must_use]
pub fn read(body: &[u8], options: &ReadOptions) -> Reading {
    match parse(body) {
        Ok(letter) => judge(&letter, options),
        Err(reason) => Reading::Unclear { reason },
    }
}

/// `Message-ID:sha256`, the SHA-256 being that of the mail's body in hex; `None` without Message-ID.
///
/// The header block is left out of the digest: the same mail through two mailboxes differs there.
#[must_use]
pub fn identity(body: &[u8]) -> Option<String> {
    let (head, rest) = source::head_and_body(body);
    let id = source::raw_header(head, "message-id")?;
    let digest = Sha256::digest(rest);
    let hex: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
    Some(format!("{id}:{hex}"))
}

/// Judges a mail: junk, ADF, a forward, a form's mail, or a person who writes.
#[must_use]
pub fn judge(letter: &Letter, options: &ReadOptions) -> Reading {
    if let Some((kind, reason)) = junk::machine(letter) {
        return Reading::NoLead { kind, reason };
    }
    if let Some(text) = &letter.adf {
        return adf::read(text, options);
    }
    if let Some(reading) = forward(letter, options) {
        return reading;
    }
    let from_machine = letter
        .from
        .as_ref()
        .is_some_and(|from| junk::takes_no_answers(&from.email) || options.is_own(&from.email));
    if from_machine && let Some(reading) = portal::read(letter, options) {
        return reading;
    }
    match junk::judge(letter) {
        junk::Judgement::Junk(kind, reason) => return Reading::NoLead { kind, reason },
        junk::Judgement::Suspect(reason) => return Reading::Unclear { reason },
        junk::Judgement::Fine => {}
    }
    person(letter, options)
}

/// The enquiry of the person who wrote this mail.
fn person(letter: &Letter, options: &ReadOptions) -> Reading {
    let Some(contact) = contact(letter, options) else {
        return match &letter.from {
            Some(from) => Reading::Unclear {
                reason: format!(
                    "The mail comes from {}, which takes no answers or is ours, and names nobody \
                     else to answer to.",
                    from.email
                ),
            },
            None => Reading::Unclear {
                reason: "The mail has no readable sender; look at the original.".to_owned(),
            },
        };
    };
    let cut = split(&letter.text);
    let fresh = letter.fresh.as_deref().unwrap_or(&cut.fresh);
    let is_reply = letter.header("in-reply-to").is_some() || junk::is_reply_subject(letter);
    if cut.quoted && !is_reply && is_only_greeting(fresh) && letter.files.is_empty() {
        let reason = "The new text above the quoted mail is only a greeting; nobody asks for \
                      anything."
            .to_owned();
        return Reading::NoLead { kind: NoLead::Conversation, reason };
    }
    if letter.subject.is_none() && letter.files.is_empty() && normal::paragraph(fresh).is_none() {
        let reason = format!("The mail of {} has no subject, text or attachment.", contact.email);
        return Reading::NoLead { kind: NoLead::Empty, reason };
    }
    let mut draft = Draft::new(LeadSource::Email, options);
    fill(&mut draft, contact, letter, fresh);
    signature::take(&mut draft, contact, &cut.signature, options);
    draft::whole(draft.finish("The mail"))
}

/// Puts into the draft what the mail's headers and new text say.
fn fill(draft: &mut Draft<'_>, contact: &Mailbox, letter: &Letter, fresh: &str) {
    draft.field(Field::Email, "from", &contact.email);
    if let Some(name) = &contact.name {
        draft.field(Field::FullName, "from", name);
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
    draft.enquiry_mut().message = normal::paragraph(fresh);
    draft.enquiry_mut().submitted_at = letter.sent_at;
    draft.enquiry_mut().thread = thread::of(letter);
    for file in &letter.files {
        draft.other("attachment", file);
    }
    for (name, value) in &letter.notes {
        draft.other(name, value);
    }
}

/// Who is to be answered: the sender, or whom the sender's Reply-To names where the sender takes no
/// answers or is ours.
fn contact<'l>(letter: &'l Letter, options: &ReadOptions) -> Option<&'l Mailbox> {
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

/// Notes above a mail that is passed on, folded.
const FORWARD_NOTES: &[&str] = &[
    "fyi",
    "zurinfo",
    "zk",
    "zurkenntnis",
    "pourinfo",
    "pourinformation",
    "perinfo",
    "perconoscenza",
    "parainformacion",
    "terinfo",
    "terinformatie",
    "seebelow",
    "sieheunten",
];

/// Deepest mail within a mail that is followed.
const FORWARD_DEPTH_MAX: usize = 3;

/// The enquiry inside a forwarded mail; `None` where this is no forward.
fn forward(letter: &Letter, options: &ReadOptions) -> Option<Reading> {
    let mut innermost = letter.inner.as_deref();
    for _ in 0..FORWARD_DEPTH_MAX {
        match innermost.and_then(|inner| inner.inner.as_deref()) {
            Some(deeper) => innermost = Some(deeper),
            None => break,
        }
    }
    if let Some(inner) = innermost
        && let Some(text) = &inner.adf
    {
        return Some(adf::read(text, options));
    }
    let attached = innermost.and_then(|inner| Some((inner, contact(inner, options)?)));
    if let Some((inner, contact)) = attached {
        let mut draft = Draft::new(LeadSource::Email, options);
        let cut = split(&inner.text);
        fill(&mut draft, contact, inner, &cut.fresh);
        signature::take(&mut draft, contact, &cut.signature, options);
        forwarder(&mut draft, letter, &split(&letter.text).fresh);
        return Some(draft::whole(draft.finish("The forwarded mail")));
    }
    let found = forwarded(&letter.text)?;
    let by_subject = letter.subject.as_deref().is_some_and(forwarded::is_forward_subject);
    let by_us = letter.from.as_ref().is_some_and(|from| options.is_own(&from.email));
    let usable = !options.is_own(&found.from.email) && !junk::takes_no_answers(&found.from.email);
    let by_note = FORWARD_NOTES.contains(&fields::fold(&found.before).as_str());
    if !usable || !(found.certain || by_subject || by_us || by_note) {
        return None;
    }
    let mut draft = Draft::new(LeadSource::Email, options);
    let cut = split(&found.body);
    let inner = Letter { subject: found.subject.clone(), ..Letter::default() };
    fill(&mut draft, &found.from, &inner, &cut.fresh);
    signature::take(&mut draft, &found.from, &cut.signature, options);
    if let Some(sent) = &found.sent {
        draft.other("sent", sent);
    }
    forwarder(&mut draft, letter, &found.before);
    Some(draft::whole(draft.finish("The forwarded mail")))
}

/// Keeps who forwarded the mail, and their note.
fn forwarder(draft: &mut Draft<'_>, letter: &Letter, note: &str) {
    if let Some(from) = &letter.from {
        let by = from.name.as_ref().map_or(from.email.clone(), |n| format!("{n} <{}>", from.email));
        draft.other("forwarded_by", &by);
    }
    draft.other("forward_note", note);
}

/// Words that greet or thank without asking anything, folded.
const GREETINGS: &[&str] = &[
    "hello", "hi", "hey", "hallo", "hola", "ciao", "bonjour", "salut", "test", "thanks",
    "thankyou", "danke", "gracias", "grazie", "merci", "bedankt", "ok", "okay", "there", "all",
    "team",
];

fn is_only_greeting(text: &str) -> bool {
    /// Most words of a greeting.
    const WORDS_MAX: usize = 3;
    let words: Vec<String> = text
        .split_whitespace()
        .take(WORDS_MAX + 1)
        .map(fields::fold)
        .filter(|w| !w.is_empty())
        .collect();
    !text.contains('?')
        && words.len() <= WORDS_MAX
        && words.first().is_none_or(|first| GREETINGS.contains(&first.as_str()))
}
