//! The enquiry inside a mail that is passed on.

use domain::certainty::Certainty;
use domain::enquiry::{LeadSource, Reading};

use super::block::Forwarded;
use super::quote::{split, split_as};
use super::{contact, forwarded, signature};
use crate::draft::{self, Draft};
use crate::letter::Letter;
use crate::options::ReadOptions;
use crate::{adf, junk, sender};

/// Notes above a mail that is passed on, folded.
const NOTES: &[&str] = &[
    "fyi",
    "zurinfo",
    "zurinformation",
    "zk",
    "zurkenntnis",
    "zkg",
    "zuk",
    "bitteubernehmen",
    "bittebearbeiten",
    "pourinfo",
    "pourinformation",
    "perinfo",
    "perconoscenza",
    "parainformacion",
    "parainfo",
    "parasuinformacion",
    "terinfo",
    "terinformatie",
    "seebelow",
    "sieheunten",
    "tilinfo",
    "tilorientering",
    "forkannedom",
    "tiedoksi",
    "dowiadomosci",
    "dlainformacji",
    "proinformaci",
    "navedomi",
    "tajekoztatasul",
    "ксведению",
    "длясведения",
    "paraconhecimento",
    "bilgi",
    "bilginize",
    "spreinformare",
];
/// Deepest mail within a mail that is followed.
const DEPTH_MAX: usize = 3;

/// The enquiry inside a forwarded mail; `None` where this is no forward.
pub(super) fn read(letter: &Letter, options: &ReadOptions) -> Option<Reading> {
    attached(letter, options).or_else(|| in_text(letter, options))
}

/// The enquiry of the innermost mail that is attached.
fn attached(letter: &Letter, options: &ReadOptions) -> Option<Reading> {
    let mut inner = letter.inner.as_deref()?;
    for _ in 0..DEPTH_MAX {
        match inner.inner.as_deref() {
            Some(deeper) => inner = deeper,
            None => break,
        }
    }
    if let Some(text) = &inner.adf {
        return Some(adf::read(text, options));
    }
    let writer = contact::of(inner, options)?;
    // A customer who attaches our own mail asks for themselves.
    if contact::is_answer(letter) && is_ours(&writer.email, letter, options) {
        return None;
    }
    let mut draft = Draft::new(LeadSource::Email, options);
    let cut = split_as(&inner.text, contact::is_answer(inner));
    contact::fill(&mut draft, Some(writer), inner, &cut.fresh);
    signature::take(&mut draft, writer, &cut.signature, options);
    forwarder(&mut draft, letter, &split_as(&letter.text, false).fresh);
    Some(draft::whole(draft.finish("The forwarded mail")))
}

/// The enquiry of the mail whose header block stands in the text.
fn in_text(letter: &Letter, options: &ReadOptions) -> Option<Reading> {
    let by_subject = contact::is_forward(letter);
    let mut all = forwarded::all(&letter.text);
    if all.is_empty() && by_subject {
        all.extend(forwarded::attributed(&letter.text));
    }
    let Some(first) = all.first() else {
        return by_subject.then(|| unread(letter)).flatten();
    };
    if !is_passed_on(letter, first, by_subject, options) {
        return None;
    }
    let usable = |found: &&Forwarded| {
        !is_ours(&found.from.email, letter, options) && !junk::takes_no_answers(&found.from.email)
    };
    // A colleague of the forwarder passed it on before: who wrote to them stands below.
    let colleague = |found: &&Forwarded| {
        letter.from.as_ref().is_some_and(|from| {
            from.email == found.from.email || sender::same_house(&from.email, &found.from.email)
        })
    };
    let foreign = all.iter().filter(usable).find(|found| !colleague(found));
    let Some(found) = foreign.or_else(|| all.iter().find(usable)) else {
        let ours = letter.from.as_ref().is_some_and(|from| is_ours(&from.email, letter, options));
        return (ours || options_own(letter, options)).then(|| {
            Reading::unclear(format!(
                "The mail is forwarded and names nobody but {}, which is ours or takes no answers; \
                 enter whoever asked, or reject it.",
                first.from.email
            ))
        });
    };
    Some(enquiry(letter, found, &first.before, options))
}

fn enquiry(letter: &Letter, found: &Forwarded, note: &str, options: &ReadOptions) -> Reading {
    let mut draft = Draft::new(LeadSource::Email, options);
    let cut = split(&found.body);
    let inner = Letter { subject: found.subject.clone(), ..Letter::default() };
    let certainty = if found.certain { Certainty::Certain } else { Certainty::Likely };
    let writer = Some(&found.from);
    draft.at_most(certainty, |draft| contact::fill(draft, writer, &inner, &cut.fresh));
    signature::take(&mut draft, &found.from, &cut.signature, options);
    if let Some(sent) = &found.sent {
        draft.other("sent", sent);
    }
    forwarder(&mut draft, letter, note);
    draft::whole(draft.finish("The forwarded mail"))
}

/// Whether the older mail is passed on to us, and not answered or only mentioned.
fn is_passed_on(
    letter: &Letter,
    found: &Forwarded,
    by_subject: bool,
    options: &ReadOptions,
) -> bool {
    let by_us = letter.from.as_ref().is_some_and(|from| options.is_own(&from.email));
    if by_subject || by_us {
        return true;
    }
    if contact::is_answer(letter) {
        // An answer may hold a forward, but only where a marker says so.
        return found.certain && !forwarded::begins_with_head(&letter.text);
    }
    let by_note = NOTES.contains(&forms::fold(&found.before).as_str());
    let to_us = found.to.iter().any(|to| is_ours(to, letter, options))
        || letter.from.as_ref().is_some_and(|from| found.to.contains(&from.email));
    found.certain || by_note || to_us
}

/// Whether an address is ours: by the settings, or by the house that the mail was sent to.
fn is_ours(email: &str, letter: &Letter, options: &ReadOptions) -> bool {
    options.is_own(email)
        || letter.to.iter().any(|to| to.email == email || sender::same_house(&to.email, email))
}

fn options_own(letter: &Letter, options: &ReadOptions) -> bool {
    letter.from.as_ref().is_some_and(|from| options.is_own(&from.email))
}

/// A mail whose subject says that it is forwarded, and in which no forwarded mail is found: where
/// its sender says nothing of their own, a person must look.
fn unread(letter: &Letter) -> Option<Reading> {
    let cut = split_as(&letter.text, false);
    (cut.fresh.split_whitespace().count() < 3).then(|| {
        Reading::unclear(
            "The subject says that the mail is forwarded, but whose mail it was cannot be \
                     read; enter the writer, or reject it."
                .to_owned(),
        )
    })
}

/// Keeps who forwarded the mail, and their note.
fn forwarder(draft: &mut Draft<'_>, letter: &Letter, note: &str) {
    if let Some(from) = &letter.from {
        let by = from.name.as_ref().map_or(from.email.clone(), |n| format!("{n} <{}>", from.email));
        draft.other("forwarded_by", &by);
    }
    draft.other("forward_note", note);
}
