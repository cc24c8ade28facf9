//! Mail that a web site or portal sends when somebody filled in a form there.

use domain::enquiry::{Enquiry, LeadSource, Reading};
use domain::pieces;
use domain::word_list::Pieces;

use super::block::block;
use super::labels;
use super::notice;
use super::quote::{LINES_MAX, split_as};
use crate::draft::{self, Draft};
use crate::fields::Field;
use crate::letter::Letter;
use crate::options::ReadOptions;
use crate::{asks, junk, normal, sender};

/// Fewest lines that make a form.
const LINES_MIN: usize = 2;

/// The lines of a form, as far as they are labelled.
#[derive(Default)]
struct Form {
    fields: Vec<(Field, String, String)>,
    message: Option<String>,
    /// Lines that are not kept.
    secrets: Vec<(String, String)>,
    /// What stands outside of labels, in order.
    rest: String,
}

/// Whether the text is a form that names somebody of another house than the sender's: it begins with labelled lines,
/// perhaps below a line that announces them.
pub(super) fn is_filled_in(letter: &Letter) -> bool {
    /// Fewest labels that make a form where nothing else tells.
    const LABELS_MIN: usize = 3;
    let Some(from) = &letter.from else { return false };
    if !letter.text.contains('@') {
        return false;
    }
    let lines = letter.text.lines().map(str::trim).filter(|line| !line.is_empty());
    let mut lines =
        lines.take(LINES_MAX).skip_while(|line| line.ends_with(':') && labelled(line).is_none());
    let first = lines.by_ref().take(LABELS_MIN).map(labelled).collect::<Option<Vec<_>>>();
    let Some(first) = first.filter(|first| first.len() == LABELS_MIN) else { return false };
    let named = first
        .iter()
        .any(|(field, ..)| matches!(field, Field::FullName | Field::GivenName | Field::FamilyName));
    let elsewhere = first.iter().any(|(field, _, value)| {
        *field == Field::Email
            && normal::email(value).is_some_and(|email| !sender::same_house(&email, &from.email))
    });
    named && elsewhere
}

/// What a program writes below a form, paragraph by paragraph from the end.
fn without_footer(text: &str) -> &str {
    /// What such lines say, lower case, in the languages of the markets.
    static SAYS: Pieces = pieces!(&[
        "automatisch erzeugt",
        "sent from the contact form",
        "sent via the contact form",
        "was sent from a contact form",
        "this e-mail was sent from",
        "this email was sent from",
        "this message was sent",
        "über das kontaktformular",
        "ueber das kontaktformular",
        "über ein kontaktformular",
        "wurde gesendet über",
        "wurde über",
        "envoyé depuis",
        "envoyé via",
        "envoyé à partir du formulaire",
        "enviado desde",
        "enviado a través",
        "inviato dal",
        "inviata dal",
        "inviato tramite",
        "inviata tramite",
        "verzonden via",
        "verstuurd via",
        "enviado através",
        "enviada através",
        "wysłana z",
        "wysłano z formularza",
        "odesláno z",
        "sendt fra",
        "skickat från",
        "lähetetty",
    ]);
    let mut text = text.trim_end();
    while let Some(at) = text.rfind("\n\n").or_else(|| text.rfind("\n \n")) {
        let last = text[at..].trim().to_lowercase();
        let says = SAYS.stand_in(&last) || notice::is_of_system(&last);
        if last.len() > 300 || !says || asks::has_question(&last) {
            break;
        }
        text = text[..at].trim_end();
    }
    text
}

/// Reads `Label: value` lines; `None` where they do not name somebody else than the sender.
pub(super) fn read(letter: &Letter, options: &ReadOptions) -> Option<Reading> {
    if junk::is_order(letter) {
        return None;
    }
    let form = taken_apart(&letter.text);
    let known = form.fields.iter().filter(|(_, _, value)| !value.is_empty()).count()
        + usize::from(form.message.is_some());
    if known < LINES_MIN {
        return None;
    }
    let mut draft = Draft::new(LeadSource::Web, options);
    for (field, label, value) in &form.fields {
        draft.field(*field, label, value);
    }
    for (label, value) in &form.secrets {
        draft.unknown(label, value);
    }
    if let Some(reply_to) = letter
        .reply_to
        .iter()
        .find(|mailbox| !options.is_own(&mailbox.email) && !junk::takes_no_answers(&mailbox.email))
        .filter(|mailbox| letter.from.as_ref().is_none_or(|from| from.email != mailbox.email))
    {
        draft.field(Field::Email, "reply-to", &reply_to.email);
        if let Some(name) = &reply_to.name {
            draft.field(Field::FullName, "reply-to", name);
        }
    }
    // Lines without a label are the message where none has that label, and kept beside it else.
    let rest = normal::paragraph(without_footer(&split_as(&form.rest, false).fresh));
    match form.message {
        Some(text) => {
            let fresh = split_as(&text, false).fresh;
            draft.enquiry_mut().message =
                normal::paragraph(&normal::without_cards(without_footer(&fresh)));
            if let Some(rest) = rest {
                draft.other("beside the form", &rest);
            }
        }
        None => draft.enquiry_mut().message = rest,
    }
    if let Some(subject) = &letter.subject {
        draft.field(Field::Topic, "subject", subject);
    }
    draft.enquiry_mut().submitted_at = letter.sent_at;
    let reading = draft::whole(draft.finish("The form's mail"));
    match &reading {
        Reading::Enquiry(enquiry) if reaches_someone_else(enquiry, letter) => Some(reading),
        _ => None,
    }
}

fn taken_apart(text: &str) -> Form {
    let mut form = Form::default();
    let all: Vec<&str> = text.lines().take(LINES_MAX).collect();
    // The headers of an older mail are no fields of a form.
    let older = (1..all.len()).find(|at| block(&all[*at..]).is_some()).unwrap_or(all.len());
    let mut lines = all[..older].iter().copied().peekable();
    while let Some(row) = lines.next() {
        let Some((field, label, value)) = labelled(row) else {
            if let Some((label, value)) = row.split_once(':')
                && normal::is_secret(label.trim(), value.trim())
            {
                form.secrets.push((label.trim().to_owned(), value.trim().to_owned()));
                continue;
            }
            let text = form.message.as_mut().unwrap_or(&mut form.rest);
            text.push('\n');
            text.push_str(row);
            continue;
        };
        let mut value = value.to_owned();
        // The value of an empty label stands on the next line, unless that is a label itself.
        if value.is_empty() && field != Field::Message {
            while lines.next_if(|next| next.trim().is_empty()).is_some() {}
            if let Some(next) = lines.next_if(|next| labelled(next).is_none()) {
                value = next.trim().to_owned();
            }
        }
        if field == Field::Message && form.message.is_none() {
            form.message = Some(value);
        } else {
            form.fields.push((field, label.to_owned(), value));
        }
    }
    form
}

/// A line as label and value, where the label is known; in a table a bar or tab divides them.
fn labelled(row: &str) -> Option<(Field, &str, &str)> {
    /// Longest label, in bytes.
    const LABEL_BYTES_MAX: usize = 60;
    let is_mark = |c: char| c.is_whitespace() || "*|•-_".contains(c);
    let row = row.trim_matches(is_mark);
    let alone = || row.strip_suffix([':', '：']).map(|label| (label, ""));
    let (label, value) = row
        .split_once([':', '：', '|', '\t'])
        .or_else(alone)
        .or_else(|| row.split_once(" - ").or_else(|| row.split_once(" = ")))
        .or_else(|| (row.split_whitespace().count() <= 2).then_some((row, "")))?;
    let label = label.trim_matches(is_mark);
    let value = value.trim_matches(|c: char| c.is_whitespace() || "*|_".contains(c));
    let value = value.split(" <mailto:").next().unwrap_or_default().trim();
    if label.is_empty() || label.len() > LABEL_BYTES_MAX {
        return None;
    }
    labels::meaning(label, value).map(|field| (field, label, value))
}

fn reaches_someone_else(enquiry: &Enquiry, letter: &Letter) -> bool {
    let sender = letter.from.as_ref().map(|from| from.email.as_str());
    enquiry
        .person
        .emails
        .first()
        .map_or(!enquiry.person.phones.is_empty(), |email| Some(email.as_str()) != sender)
}
