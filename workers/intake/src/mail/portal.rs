//! Mail that a web site or portal sends when somebody filled in a form there.

use domain::enquiry::{Enquiry, LeadSource, Reading};

use super::quote::split;
use crate::draft::{self, Draft};
use crate::fields::{self, Field};
use crate::letter::Letter;
use crate::options::ReadOptions;
use crate::{junk, normal};

/// Reads `Label: value` lines; `None` where they do not name somebody else than the sender.
pub(super) fn read(letter: &Letter, options: &ReadOptions) -> Option<Reading> {
    if junk::is_order(letter) {
        return None;
    }
    /// Fewest lines that make a form.
    const LINES_MIN: usize = 2;
    let mut draft = Draft::new(LeadSource::Web, options);
    let mut known = 0;
    let mut long_text: Option<String> = None;
    for row in letter.text.lines() {
        let labelled = row.split_once(':').and_then(|(label, value)| {
            let label = label.trim().trim_matches('*').trim();
            (label.len() <= 60)
                .then(|| fields::meaning(label).map(|field| (field, label, value)))?
        });
        match labelled {
            Some((Field::Message, _, value)) => long_text = Some(value.trim().to_owned()),
            Some((field, label, value)) => {
                known += usize::from(!value.trim().is_empty());
                draft.field(field, label, value.trim().trim_matches('*'));
            }
            None => {
                if let Some(text) = &mut long_text {
                    text.push('\n');
                    text.push_str(row);
                }
            }
        }
    }
    if let Some(reply_to) = letter
        .reply_to
        .iter()
        .find(|mailbox| !options.is_own(&mailbox.email) && !junk::takes_no_answers(&mailbox.email))
    {
        draft.field(Field::Email, "reply-to", &reply_to.email);
        if let Some(name) = &reply_to.name {
            draft.field(Field::FullName, "reply-to", name);
        }
    }
    if let Some(text) = long_text {
        draft.enquiry_mut().message = normal::paragraph(&split(&text).fresh);
    }
    if let Some(subject) = &letter.subject {
        draft.field(Field::Topic, "subject", subject);
    }
    draft.enquiry_mut().submitted_at = letter.sent_at;
    let reading = draft::whole(draft.finish("The form's mail"));
    match &reading {
        Reading::Enquiry(enquiry)
            if known >= LINES_MIN && reaches_someone_else(enquiry, letter) =>
        {
            Some(reading)
        }
        _ => None,
    }
}

fn reaches_someone_else(enquiry: &Enquiry, letter: &Letter) -> bool {
    let sender = letter.from.as_ref().map(|from| from.email.as_str());
    enquiry
        .person
        .emails
        .first()
        .map_or(!enquiry.person.phones.is_empty(), |email| Some(email.as_str()) != sender)
}
