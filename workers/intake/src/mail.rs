//! The reader of mail: who writes, what is new in it, and whether anybody asks for anything.

use std::fmt::Write as _;

use domain::enquiry::{Enquiry, LeadSource, NoLead, PartReading, Reading};
use sha2::{Digest, Sha256};

use crate::draft::{self, Draft};
use crate::options::ReadOptions;
use crate::{adf, asks, junk, normal};

mod address;
mod attribution;
mod block;
mod body;
mod closing;
mod contact;
mod ends;
mod forward;
mod forwarded;
mod kind_word;
mod labels;
mod notice;
mod parameter;
mod portal;
mod quote;
mod relay;
mod signature;
mod signature_end;
mod source;
mod talk;
mod thread;
mod transfer;
mod words;

pub(crate) use address::bare_mailbox;
pub use block::Forwarded;
pub use forwarded::forwarded;
pub use quote::{Split, split};
pub(crate) use signature::{is_position, labelled_phones};
pub use source::parse;

pub use crate::letter::{Letter, Mailbox};

/// Reads one raw mail.
#[must_use]
pub fn read(body: &[u8], options: &ReadOptions) -> Reading {
    match parse(body) {
        Ok(letter) => judge(&letter, options),
        Err(reason) => Reading::unclear(reason),
    }
}

/// `Message-ID:sha256`, the SHA-256 being that of the mail's body in hex; `None` without Message-ID.
///
/// The header block is left out of the digest: the same mail through two mailboxes differs there.
#[must_use]
pub fn identity(body: &[u8]) -> Option<String> {
    let body = &ends::with_feeds(body);
    let (head, rest) = source::head_and_body(body);
    let id = source::raw_header(head, "message-id")?;
    let digest = Sha256::digest(rest);
    let mut key = format!("{id}:");
    for byte in digest {
        // Writing into a string cannot fail.
        let _ = write!(key, "{byte:02x}");
    }
    Some(key)
}

/// Judges a mail: junk, ADF, a forward, a form's mail, or a person who writes. Where a person must look, what
/// the mail says of its sender is kept for them.
#[must_use]
pub fn judge(letter: &Letter, options: &ReadOptions) -> Reading {
    match sorted(letter, options) {
        Reading::Unclear { reason, enquiry: None } => {
            Reading::Unclear { reason, enquiry: Some(written(letter, options)) }
        }
        reading => reading,
    }
}

/// What the mail says of its sender, whether or not it is an enquiry.
fn written(letter: &Letter, options: &ReadOptions) -> Box<Enquiry> {
    let cut = quote::split_as(&letter.text, contact::is_answer(letter));
    let fresh = letter.fresh.as_deref().unwrap_or(&cut.fresh);
    let mut draft = Draft::new(LeadSource::Email, options);
    let contact = contact::of(letter, options);
    contact::fill(&mut draft, contact, letter, fresh);
    if let Some(contact) = contact {
        signature::take(&mut draft, contact, &cut.signature, options);
    }
    match draft.finish("The mail") {
        PartReading::Enquiry(enquiry) | PartReading::Unclear { enquiry: Some(enquiry), .. } => {
            enquiry
        }
        _ => Box::default(),
    }
}

fn sorted(letter: &Letter, options: &ReadOptions) -> Reading {
    match junk::machine(letter) {
        junk::Judgement::Junk(kind, reason) => return Reading::NoLead { kind, reason },
        // What is surely junk by its text needs nobody to look.
        junk::Judgement::Suspect(reason) => {
            return match junk::judge(letter) {
                junk::Judgement::Junk(kind, reason) => Reading::NoLead { kind, reason },
                _ => Reading::unclear(reason),
            };
        }
        junk::Judgement::Fine => {}
    }
    if let Some(text) = &letter.adf {
        return adf::read(text, options);
    }
    if let Some(reading) = forward::read(letter, options) {
        return reading;
    }
    let relay = relay::of(letter, options);
    if relay.is_some()
        && let Some(reading) = portal::read(letter, options)
    {
        return reading;
    }
    match junk::judge(letter) {
        junk::Judgement::Junk(kind, reason) => return Reading::NoLead { kind, reason },
        junk::Judgement::Suspect(reason) => return Reading::unclear(reason),
        junk::Judgement::Fine => {}
    }
    let fresh = || quote::split_as(&letter.text, true).fresh;
    if let Some(reading) = notice::of_system(letter, fresh) {
        return reading;
    }
    person(letter, relay, options)
}

/// The enquiry of the person who wrote this mail.
fn person(letter: &Letter, relay: Option<relay::Relay>, options: &ReadOptions) -> Reading {
    let behind = match relay {
        Some(relay::Relay::Named(writer)) => Some(writer),
        Some(relay::Relay::Unknown(reason)) => return Reading::unclear(reason),
        Some(relay::Relay::Maybe) | None => None,
    };
    let Some(contact) = behind.as_ref().or_else(|| contact::of(letter, options)) else {
        return match &letter.from {
            Some(from) => Reading::unclear(format!(
                "The mail comes from {}, which takes no answers or is ours, and names nobody \
                     else to answer to.",
                from.email
            )),
            None => Reading::unclear(no_sender(letter)),
        };
    };
    let is_reply = contact::is_answer(letter);
    let cut = quote::split_as(&letter.text, is_reply);
    let fresh = letter.fresh.as_deref().unwrap_or(&cut.fresh);
    if let Some(reading) = small_talk(letter, fresh, cut.quoted, is_reply) {
        return reading;
    }
    if letter.unreadable && letter.files.is_empty() {
        return Reading::unclear(format!(
            "The mail of {} holds a text that cannot be read, or a picture in its place; look \
                 at the original.",
            contact.email
        ));
    }
    if letter.subject.is_none() && letter.files.is_empty() && normal::is_blank(fresh) {
        let reason = format!("The mail of {} has no subject, text or attachment.", contact.email);
        return Reading::NoLead { kind: NoLead::Empty, reason };
    }
    let mut draft = Draft::new(LeadSource::Email, options);
    contact::fill(&mut draft, Some(contact), letter, fresh);
    signature::take(&mut draft, contact, &cut.signature, options);
    draft::whole(draft.finish("The mail"))
}

/// A mail in which nobody asks for anything, as far as its words tell; what is new in it is short.
fn small_talk(letter: &Letter, fresh: &str, quoted: bool, is_reply: bool) -> Option<Reading> {
    if letter.files.is_empty()
        && let Some(reading) = kind_word(letter, fresh, is_reply)
    {
        return Some(reading);
    }
    if !letter.files.is_empty() || !talk::is_small_talk(fresh) {
        return None;
    }
    let empty = fresh.trim().is_empty();
    if empty && (is_reply || !quoted) {
        return None;
    }
    let subject = crate::subject::bare(letter.subject.as_deref().unwrap_or_default());
    // In a mail that answers nothing, the subject may be all that is asked.
    let asks = asks::asks(subject) || talk::names_article(subject);
    if (quoted || talk::is_small_talk(subject)) && !is_reply || is_reply && !asks {
        let reason =
            "The new text of the mail is only a greeting or thanks; nobody asks for anything.";
        return Some(Reading::NoLead { kind: NoLead::Conversation, reason: reason.to_owned() });
    }
    if is_reply || !asks {
        return Some(Reading::unclear(format!(
            "The text of the mail is only a greeting or thanks, its subject is \"{subject}\"; \
                 release it if somebody asks for something."
        )));
    }
    None
}

/// A short mail that thanks, wishes or is private in words of its own: a person looks.
fn kind_word(letter: &Letter, fresh: &str, is_reply: bool) -> Option<Reading> {
    if talk::is_small_talk(fresh)
        || !(kind_word::is_kind_word(fresh) || kind_word::is_private(fresh))
    {
        return None;
    }
    let subject = crate::subject::bare(letter.subject.as_deref().unwrap_or_default());
    // What a first mail thanks for may be an answer to its subject.
    if !is_reply
        && (asks::asks(subject) && !kind_word::is_private(subject)
            || talk::names_article(subject)
            || asks::wants(fresh))
    {
        return None;
    }
    Some(Reading::unclear(
        "The mail thanks, wishes or says something private, and seems to ask for nothing; release it if somebody asks \
         for something.",
    ))
}

/// Says what stands in From, where no address can be read of it.
fn no_sender(letter: &Letter) -> String {
    match letter.header("from").and_then(normal::line) {
        Some(written) => format!(
            "The sender of the mail is written \"{written}\", in which no address can be read; \
             enter it, or reject the mail."
        ),
        None => "The mail names no sender in From; look at the original.".to_owned(),
    }
}
